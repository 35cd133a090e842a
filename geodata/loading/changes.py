"""What an import changes: new, changed, unchanged; and what it may not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import shapely

from geodata.loading.targets import Facts, Standing
from geodata.quality import Finding, Problem, problem

SAME_DEGREES: Final = 1.5e-8
"""A millimetre, the last decimal of the ledger: formats round it up or down."""


@dataclass(slots=True)
class Changes:
    """The rows of a batch by what they change, as positions in it.

    Attributes:
        new: rows without a version on the day, to be written from it on.
        changed: rows whose version began before the day: it ends there and a new one begins.
        replaced: rows whose version began on the day itself: the new one takes its place.
        unchanged: number of rows that say what stands.
        missing: codes that stand and are not in the batch.
        problems: rows with a version that begins after the day.
    """

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def written(self) -> list[int]:
        """Rows that get a new version, in the batch's order."""
        return sorted([*self.new, *self.changed, *self.replaced])


def compare(
    codes: Sequence[str],
    facts: Sequence[Facts],
    known: Mapping[str, Standing],
    day: date,
    rows: Sequence[int | None],
) -> Changes:
    """Compare a batch with what stands on the day.

    Args:
        codes: the batch's codes, each once.
        facts: their facts, in the order of `Target.facts`.
        known: what stands, by code.
        day: the day from which the batch holds.
        rows: feature numbers for the problems; None for what the file does not name itself.

    Returns:
        What changes. A row that would change something before an existing later version is a problem;
        one that says what already stands on the day is not.
    """
    if not known:
        return Changes(new=list(range(len(codes))))
    changes = Changes()
    for at, code in enumerate(codes):
        entry = known.get(code)
        if entry is None:
            changes.new.append(at)
        elif entry.version is not None and _same(entry.facts, facts[at]):
            changes.unchanged += 1
        elif entry.later is not None:
            changes.problems.append(
                problem(Finding.LATER_VERSION, rows[at], code=code, day=entry.later.isoformat())
            )
        elif entry.version is None:
            changes.new.append(at)
        elif entry.since == day:
            changes.replaced.append(at)
        else:
            changes.changed.append(at)
    named = set(codes)
    changes.missing = [
        code for code, entry in known.items() if entry.version is not None and code not in named
    ]
    return changes


def _same(stands: Facts, given: Facts) -> bool:
    """Tell whether two rows say the same; formats turn rings and begin them elsewhere, which is no change."""
    return stands == given or all(
        ours == theirs
        or (isinstance(ours, bytes) and isinstance(theirs, bytes) and _same_shape(ours, theirs))
        for ours, theirs in zip(stands, given, strict=True)
    )


def _same_shape(stands: bytes, given: bytes) -> bool:
    if len(stands) != len(given):
        return False  # another number of corners
    ours, theirs = (shapely.normalize(shapely.from_wkb(one)) for one in (stands, given))
    return bool(shapely.equals_exact(ours, theirs, SAME_DEGREES))
