"""Which tasks a publication leaves, with what is proposed for each: by rule, from what stood before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.redistricting.following import Change, Left
from gridmap.redistricting.queries import tasks as queries
from gridmap.redistricting.succession import Fate
from gridmap.redistricting.tasks import FOLLOWING, TaskKind
from gridmap.terms import SINGLE_HOLDER_POSTS, PostKind


@dataclass(frozen=True, slots=True)
class Proposed:
    """A task that is to be: its kind, the grid it is for, and what would be done."""

    kind: TaskKind
    grid: int | None
    proposal: dict[str, Any]


def leave(
    session: Session, adoption_id: int, change: Change, left: Left, names: Mapping[int, str]
) -> None:
    """Write what a publication leaves to people.

    Args:
        session: open session.
        adoption_id: the publication.
        change: what becomes of the grids.
        left: what ended without going on.
        names: names of the grids that stood, by id.
    """
    made = _Proposals(session, change, names)
    found = [*made.branches(), *made.people(left), *made.members(left), *made.groups(left)]
    queries.add(
        session,
        [
            {
                "adoption_id": adoption_id,
                "kind": str(one.kind),
                "grid_id": one.grid,
                "proposal": one.proposal,
            }
            for one in found
        ],
    )


class _Proposals:
    """What is proposed after one publication."""

    def __init__(self, session: Session, change: Change, names: Mapping[int, str]) -> None:
        self.session, self.change = session, change
        drafts = change.plan.grids
        self.names = {**names, **{one: drafts[row].name for row, one in change.ids.items()}}
        self.was = names
        self.begun = {
            change.ids[row]: row
            for row in change.made.begun
            if change.made.fates[row] is not Fate.RENUMBERED
        }

    def branches(self) -> Iterator[Proposed]:
        """A grid that begins needs a branch and a worker; one that comes back is offered its own."""
        communities = {self.change.plan.grids[row].community_id for row in self.begun.values()}
        above = queries.general_branches(self.session, communities, self.change.day)
        for grid, row in self.begun.items():
            name = self.names[grid]
            parent = above.get(self.change.plan.grids[row].community_id)
            own = self._own_branch(grid, row)
            founded = own or {"name": f"{name}党支部", "parent": parent}
            yield Proposed(TaskKind.FOUND_BRANCH, grid, {"grid": name, **founded})
            yield Proposed(TaskKind.NAME_WORKER, grid, {"grid": name})

    def _own_branch(self, grid: int, row: int) -> dict[str, Any] | None:
        if self.change.made.fates[row] is not Fate.RETURNS:
            return None
        found = queries.last_branch(self.session, grid, self.change.day)
        if found is None:
            return None
        return {
            "name": found.name,
            "parent": found.parent_id,
            "organisation": found.organisation_id,
            "full_members": found.full_members,
            "probationary_members": found.probationary_members,
        }

    def people(self, left: Left) -> Iterator[Proposed]:
        """Whoever held a post for a grid that ends can hold it for an heir; a grid's last people too."""
        ended: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
        for post in left.posts:
            ended[post.grid_id, post.kind].append(post)
        heirs = {heir for grid, _ in ended for heir in self.change.heirs(grid)}
        taken = queries.occupied(self.session, heirs, self.change.day)
        for (grid, kind), posts in ended.items():
            heir = _vacant(self.change.heirs(grid), kind, taken)
            if heir is not None and kind in SINGLE_HOLDER_POSTS:
                taken.add((heir, kind))
            yield self._following(grid, heir, PostKind(kind), posts)
        for grid, row in self.begun.items():
            if self.change.made.fates[row] is Fate.RETURNS:
                yield from self._returning(grid)

    def _returning(self, grid: int) -> Iterator[Proposed]:
        last: dict[str, list[Row[Any]]] = defaultdict(list)
        for post in queries.last_posts(self.session, grid, self.change.day):
            last[post.kind].append(post)
        for kind, posts in last.items():
            yield self._following(grid, grid, PostKind(kind), posts)

    def _following(
        self, grid: int, heir: int | None, kind: PostKind, posts: Sequence[Row[Any]]
    ) -> Proposed:
        proposal = {
            "grid": self._name(heir),
            "from": self.was.get(grid) or self.names.get(grid, ""),
            "kind": str(kind),
            "persons": [
                {"post": post.id, "person": post.person_id, "name": post.name} for post in posts
            ],
        }
        return Proposed(FOLLOWING[kind], heir, proposal)

    def members(self, left: Left) -> Iterator[Proposed]:
        """The members of a branch that ends can go to the branch of the first heir."""
        for branch in left.branches:
            heir = next(iter(self.change.heirs(branch.grid_id)), None)
            proposal = {
                "grid": self._name(heir),
                "name": branch.name,
                "from": branch.organisation_id,
                "full_members": branch.full_members,
                "probationary_members": branch.probationary_members,
            }
            yield Proposed(TaskKind.FOLLOW_MEMBERS, heir, proposal)

    def groups(self, left: Left) -> Iterator[Proposed]:
        """Groups whose grid has no branch as yet need one when it is founded."""
        for grid, rows in left.orphans.items():
            groups = {row.organisation_id: row.name for row in rows}
            proposal = {
                "grid": self._name(grid),
                "groups": [{"organisation": one, "name": name} for one, name in groups.items()],
            }
            yield Proposed(TaskKind.PLACE_GROUPS, grid, proposal)

    def _name(self, grid: int | None) -> str | None:
        return None if grid is None else self.names.get(grid)


def _vacant(heirs: Sequence[int], kind: str, taken: set[tuple[int, str]]) -> int | None:
    """Return the first heir where a post is vacant; where none is, or many may hold it, the first."""
    if kind in SINGLE_HOLDER_POSTS:
        for heir in heirs:
            if (heir, kind) not in taken:
                return heir
    return next(iter(heirs), None)
