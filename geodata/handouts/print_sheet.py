"""The print page: one landscape sheet with map, legend and table, measured on A4; A3 is A4 enlarged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from geodata.handouts.county import DaySheet
from geodata.handouts.drawing import draw
from geodata.handouts.shades import Entry, legend, state_of
from geodata.handouts.svg import svg
from geodata.handouts.words import said
from gridmap.coverage.checks import Check, CommunityAudit, Level

PAPERS: Final[dict[str, float]] = {"a4": 1.0, "a3": math.sqrt(2)}
"""Paper to its enlargement."""
WIDTH_MM, HEIGHT_MM = 277.0, 190.0
"""What margins of 10 mm leave of A4."""
TITLE_MM, LEGEND_MM, GAP_MM = 15.0, 13.0, 6.0
NAME_MM, GAPS_MM = 22.0, 9.0
WIDEST_MM, NARROWEST_MM = 8.0, 4.6
"""Widths of a check's column."""
TABLE_SHARE: Final = 0.58
"""Of the width, at most that much for the table."""
BORDERS_MM: Final = 1.5
"""What the lines of the table add."""
HEAD_MM: Final = {"zh": 21.0, "en": 33.0}
TALLEST_MM, FLATTEST_MM = 6.6, 3.9
"""Heights of a row."""
NOTE_MM: Final = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """A community's row: its state in each check (``held``, ``missing``, ``warned``, ``none``)."""

    name: str
    states: tuple[str, ...]
    missing: int
    warnings: int


@dataclass(frozen=True, slots=True)
class PrintSheet:
    """All that the page shows; lengths in mm on A4.

    Of the checks those have a column that are required, and the one that is coloured by. What else is advised
    is one number: forty columns leave no room for the map.
    """

    title: str
    under: str
    measure: str
    map: str
    map_width: float
    legend: tuple[Entry, ...]
    checks: tuple[str, ...]
    chosen: int | None
    rows: tuple[Row, ...]
    sums: tuple[int, ...]
    missing: int
    warnings: int
    note: str
    column: float
    row: float
    head: float
    enlarged: float


def print_sheet(sheet: DaySheet, check: Check | None, paper: str, language: str) -> PrintSheet:
    """Lay out a day.

    Args:
        sheet: the day.
        check: colour by it; by the number of gaps if None.
        paper: a key of `PAPERS`.
        language: ``zh`` or ``en``.
    """
    checks, head = _columns(sheet, check), HEAD_MM[language]
    room = WIDTH_MM * TABLE_SHARE - NAME_MM - 2 * GAPS_MM
    column = max(NARROWEST_MM, min(WIDEST_MM, room / max(len(checks), 1)))
    width = WIDTH_MM - NAME_MM - 2 * GAPS_MM - column * len(checks) - GAP_MM
    height = HEIGHT_MM - TITLE_MM - LEGEND_MM
    shown, note, row = _fitted(sheet, HEIGHT_MM - TITLE_MM - head - NOTE_MM - BORDERS_MM, language)
    title = said("title", language, county=sheet.county)
    audit = sheet.audit
    return PrintSheet(
        title=title,
        under=f"{said('as_of', language, day=sheet.day)} · {_totals(sheet, language)}",
        measure=check.label.fill(language) if check else said("all", language),
        map=svg(draw(sheet, (width, height), language, check), title),
        map_width=width,
        legend=legend(audit, check, language),
        checks=tuple(one.label.fill(language) for one in checks),
        chosen=checks.index(check) if check in checks else None,
        rows=tuple(_row(one, checks) for one in shown),
        sums=tuple(
            sum(one.held.get(put.key) is False for one in audit.communities) for put in checks
        ),
        missing=audit.missing,
        warnings=audit.warnings,
        note=f"{said('advised_note', language)}{note}",
        column=column,
        row=row,
        head=head,
        enlarged=PAPERS[paper],
    )


def _columns(sheet: DaySheet, chosen: Check | None) -> tuple[Check, ...]:
    return tuple(one for one in sheet.checks if one.level == Level.REQUIRED or one == chosen)


def _totals(sheet: DaySheet, language: str) -> str:
    audit = sheet.audit
    return said(
        "totals",
        language,
        communities=str(len(audit.communities)),
        complete=str(audit.complete),
        missing=str(audit.missing),
    )


def _fitted(
    sheet: DaySheet, height: float, language: str
) -> tuple[tuple[CommunityAudit, ...], str, float]:
    """Return the communities that find room, words about the others, and the height of a row."""
    ranked = sheet.ranked
    row = height / (len(ranked) + 1)
    if row >= FLATTEST_MM:
        return ranked, "", min(TALLEST_MM, row)
    most = int(height / FLATTEST_MM) - 1
    shown, left = ranked[:most], ranked[most:]
    key = "others_more" if any(one.missing for one in left) else "others_held"
    return shown, said(key, language, n=str(len(left))), FLATTEST_MM


def _row(community: CommunityAudit, checks: tuple[Check, ...]) -> Row:
    states = tuple(state_of(community, check) for check in checks)
    return Row(community.name, states, community.missing, community.warnings)
