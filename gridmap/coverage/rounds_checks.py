"""Advised check of the door visits: why it does not hold, and how that is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from gridmap.coverage.audits import Check, Level, Threshold
from gridmap.coverage.facts import CommunityFacts, GridFacts, SubjectKind, value_on
from gridmap.coverage.gaps import Gap, Limits, Place
from gridmap.coverage.people_clauses import since_when, steps_turns
from gridmap.coverage.words import Action, Form, Reason, Words

HUNDRED: Final = 100

CALL_AT_DOORS = Words(
    "按走访路线补上超期的住户；人手不够的，把一部分住户交给兼职网格员。",
    "Call at the overdue doors along the round; share doors with part-time workers where hands are few.",
)
DOORS_OVERDUE = Reason(
    "doors_overdue",
    Words(
        "走访名单{doors}户，{late}户超期没有走访，超过{most}%。",
        "{late} of {doors} doors on the list are overdue, more than {most}%.",
    ),
    CALL_AT_DOORS,
    Form("households", Action.ROUND),
)


def doors_visited(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Of the doors of each grid at most such a part is overdue."""
    most: int = limits["percent"]
    for grid in community.grids:

        def broken(at: date, grid: GridFacts = grid) -> bool:
            return HUNDRED * value_on(grid.late_doors, at) > most * value_on(grid.doors, at)

        if broken(day):
            since = since_when(steps_turns(grid.doors, grid.late_doors), day, broken)
            yield Place(grid.subject, grid.since).gap(
                since,
                DOORS_OVERDUE,
                doors=value_on(grid.doors, day),
                late=value_on(grid.late_doors, day),
                most=most,
            )


def _has_doors(community: CommunityFacts, day: date, _limits: Limits) -> bool:
    return any(value_on(grid.doors, day) for grid in community.grids)


ROUNDS: Final[tuple[Check, ...]] = (
    Check(
        key="doors_visited",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.GRID,
        label=Words("上门走访", "Door visits"),
        asks=Words(
            "走访名单上的住户按时走访，超期的不超过规定比例。",
            "The doors on the list are visited in time; few are overdue.",
        ),
        mend=CALL_AT_DOORS,
        find=doors_visited,
        applies=_has_doors,
        thresholds=(
            Threshold("percent", Words("超期最多", "Overdue at most"), 20, 0, 100, Words("%", "%")),
        ),
    ),
)
"""Checks of the rounds."""
