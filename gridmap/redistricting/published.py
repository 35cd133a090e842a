"""What was published, to be looked up later: the day, the place, the people, what became of which grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.redistricting.opening import require
from gridmap.redistricting.queries import published as queries
from gridmap.redistricting.succession import Lineage
from gridmap.terms import Term

MOST_LISTED: Final = 100


class Happened(Term):
    """What became of grids by a publication, as it is told."""

    MERGED = "merged", "{sources}并入{grids}", "{sources} merged into {grids}"
    SPLIT = "split", "{sources}拆出{grids}", "{grids} split off from {sources}"
    DIVIDED = "divided", "{sources}拆为{grids}", "{sources} divided into {grids}"
    REDRAWN = "redrawn", "{sources}的部分地块划入{grids}", "Ground of {sources} went to {grids}"
    REPLACED = "replaced", "{sources}改设为{grids}", "{sources} became {grids}"


@dataclass(frozen=True, slots=True)
class Story:
    """One sentence about grids: from which to which, by their names."""

    happened: Happened
    sources: tuple[str, ...]
    grids: tuple[str, ...]

    def text(self, language: str) -> str:
        """Return it in ``zh`` or ``en``."""
        comma = ", " if language == "en" else "、"
        words = self.happened.label(language)
        return words.format(sources=comma.join(self.sources), grids=comma.join(self.grids))


@dataclass(frozen=True, slots=True)
class Publication:
    """A plan that was published.

    Attributes:
        plan_id, name: the plan.
        day: the first day of its grids.
        author, reviewer, publisher: names; the reviewer is empty where the record has none.
        communities: names of those in which it changed something.
        in_force: names of those whose grids come from it on the day that is looked at.
        withdrawn: it was taken back before its day.
        stories: what became of grids; none where only names or codes were changed, or slivers moved.
    """

    plan_id: int
    name: str
    day: date
    author: str
    reviewer: str
    publisher: str
    communities: tuple[str, ...]
    in_force: tuple[str, ...]
    withdrawn: bool
    stories: tuple[Story, ...]


def published(
    session: Session,
    reader: SignedIn,
    today: date,
    day: date | None = None,
    community: str | None = None,
) -> list[Publication]:
    """Return publications, the latest day first; `MOST_LISTED` at most.

    Args:
        session: open session.
        reader: who looks.
        today: today.
        day: those that made the grids of this day and of the days before; all without it.
        community: only those of the community with this code.

    Raises:
        NotAllowed: neither planner nor reviewer.
    """
    if not reader.scope.may(Right.PLAN):
        require(reader, Right.APPROVE_PLANS)
    rows = queries.adoptions(session, day, community, MOST_LISTED)
    newest = queries.newest(session, day or today)
    ids = {one for row in rows for one in row.communities}
    names = {row.id: row.name for row in queries.area_names(session, ids, day or today)}
    lines: dict[int, list[Any]] = defaultdict(list)
    for line in queries.lineage(session, [row.id for row in rows]):
        lines[line.adoption_id].append(line)
    return [
        Publication(
            plan_id=row.plan_id,
            name=row.name,
            day=row.day,
            author=row.author,
            reviewer=row.reviewer or "",
            publisher=row.publisher,
            communities=tuple(names[one] for one in row.communities if one in names),
            in_force=tuple(
                names[one] for one in row.communities if one in names and newest.get(one) == row.id
            ),
            withdrawn=row.withdrawn_at is not None,
            stories=tuple(told(lines[row.id])),
        )
        for row in rows
    ]


def told(lines: Iterable[Any]) -> list[Story]:
    """Put lines of lineage into sentences: what merged by where it went, what was split by where it was.

    Args:
        lines: each with `kind`, `grid`, `predecessor` and `goes_on` (the predecessor stands after).
    """
    found: dict[tuple[Happened, str], list[str]] = defaultdict(list)
    for line in lines:
        happened = _happened(Lineage(line.kind), goes_on=line.goes_on)
        splits = happened in {Happened.SPLIT, Happened.DIVIDED}
        by, other = (line.predecessor, line.grid) if splits else (line.grid, line.predecessor)
        found[happened, by].append(other)
    order = list(Happened)
    made = []
    for (happened, by), others in sorted(found.items(), key=lambda one: order.index(one[0][0])):
        splits = happened in {Happened.SPLIT, Happened.DIVIDED}
        sources, grids = ((by,), tuple(others)) if splits else (tuple(others), (by,))
        made.append(Story(happened, sources, grids))
    return made


def _happened(kind: Lineage, *, goes_on: bool) -> Happened:
    if kind is Lineage.SPLIT:
        return Happened.SPLIT if goes_on else Happened.DIVIDED
    if kind is Lineage.REDRAWN:
        return Happened.REDRAWN if goes_on else Happened.REPLACED
    return Happened.MERGED
