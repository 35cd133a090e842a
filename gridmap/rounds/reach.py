"""Whose doors somebody visits, and whose she watches over: by the posts that she holds today. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gridmap.accounts.authority import RIGHTS, HeldPost, Right, Scope
from gridmap.terms import POST_TARGETS, PostKind


@dataclass(frozen=True, slots=True)
class DoorReach:
    """Ids of buildings, grids, communities and townships whose doors somebody reaches; `county`: all."""

    buildings: frozenset[int] = frozenset()
    grids: frozenset[int] = frozenset()
    communities: frozenset[int] = frozenset()
    townships: frozenset[int] = frozenset()
    county: bool = False

    @property
    def anything(self) -> bool:
        """Tell whether there is any place."""
        return self.county or bool(self.buildings | self.grids | self.communities | self.townships)


_WIDE: Final[Mapping[PostKind, str]] = {
    PostKind.TOWNSHIP_DESK: "township",
    PostKind.COUNTY_DESK: "county",
}


def _level(post: HeldPost) -> str:
    target = POST_TARGETS[post.kind]
    return _WIDE.get(post.kind, "community") if target == "area" else target


def _reach(scope: Scope, right: Right) -> DoorReach:
    held: dict[str, set[int]] = {}
    for post in scope.posts:
        if post.kind in RIGHTS[right]:
            held.setdefault(_level(post), set()).add(post.target_id)
    return DoorReach(
        buildings=frozenset(held.get("building", ())),
        grids=frozenset(held.get("grid", ())),
        communities=frozenset(held.get("community", ())),
        townships=frozenset(held.get("township", ())),
        county="county" in held,
    )


def visits(scope: Scope) -> DoorReach:
    """Return the doors that somebody may visit: with their names, phones and notes.

    >>> from gridmap.accounts.authority import scope_of
    >>> visits(scope_of((HeldPost(1, PostKind.STEWARD, 7, "1号楼"),), ())).buildings
    frozenset({7})
    """
    return _reach(scope, Right.VISIT_DOORS)


def watches(scope: Scope) -> DoorReach:
    """Return the doors whose counts somebody may see.

    >>> from gridmap.accounts.authority import scope_of
    >>> watches(scope_of((HeldPost(1, PostKind.COUNTY_DESK, 7, "县"),), ())).county
    True
    """
    return _reach(scope, Right.WATCH_ROUNDS)


def visiting_post(
    scope: Scope, *, building_id: int, grid_id: int, community_id: int
) -> HeldPost | None:
    """Return the post by which somebody visits a door: the closest to it; None where she has none."""
    order = {"building": building_id, "grid": grid_id, "community": community_id}
    levels = list(order)
    held = [
        post
        for post in scope.posts
        if post.kind in RIGHTS[Right.VISIT_DOORS] and order[_level(post)] == post.target_id
    ]
    return min(held, key=lambda post: (levels.index(_level(post)), post.post_id), default=None)
