"""The table of a report: communities by checks, marks for what holds and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.handouts.county import DaySheet
from geodata.handouts.words import said
from gridmap.coverage.checks import Level

HOLDS: Final = "√"
LACKS: Final = "缺"
NOT_ASKED: Final = "—"


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of words."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table(sheet: DaySheet) -> Table:
    """Return the table in Chinese: number, community, a column a required check, gaps; last the sums."""
    checks = [check for check in sheet.checks if check.level == Level.REQUIRED]
    marks = {True: HOLDS, False: LACKS, None: NOT_ASKED}
    rows = [
        (
            str(place),
            one.name,
            *(marks[one.held.get(check.key)] for check in checks),
            str(one.missing),
        )
        for place, one in enumerate(sheet.ranked, start=1)
    ]
    lacking = [
        str(sum(one.held.get(check.key) is False for one in sheet.audit.communities))
        for check in checks
    ]
    zh = "zh"
    return Table(
        ("序号", said("community", zh), *(c.label.zh for c in checks), said("gaps", zh)),
        (*rows, ("", f"{said('gaps', zh)}{said('total', zh)}", *lacking, str(sheet.audit.missing))),
    )
