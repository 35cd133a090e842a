"""How far somebody keeps registers: the areas of the desks that she holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gridmap.accounts.authority import RIGHTS, Right, Scope
from gridmap.registers.columns import ScopeLevel
from gridmap.terms import AreaKind, PostKind

_AREAS: Final[Mapping[PostKind, AreaKind]] = {
    PostKind.COMMUNITY_DESK: AreaKind.COMMUNITY,
    PostKind.TOWNSHIP_DESK: AreaKind.TOWNSHIP,
    PostKind.COUNTY_DESK: AreaKind.COUNTY,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """The area that a record belongs to: its id, its level, the area above."""

    area_id: int
    kind: AreaKind
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of the communities and townships of somebody's desks; whether the county's is hers."""

    communities: frozenset[int] = frozenset()
    townships: frozenset[int] = frozenset()
    county: bool = False

    @property
    def anything(self) -> bool:
        """Tell whether there is a desk at all."""
        return self.county or bool(self.communities or self.townships)

    def holds(self, spot: Spot | None) -> bool:
        """Tell whether a record's place lies within; without a place only the county reaches it.

        >>> Reach(communities=frozenset({7})).holds(Spot(7, AreaKind.COMMUNITY, 2))
        True
        >>> Reach(communities=frozenset({7})).holds(Spot(2, AreaKind.TOWNSHIP, 1))
        False
        """
        if self.county or spot is None:
            return self.county
        if spot.kind is AreaKind.COMMUNITY:
            return spot.area_id in self.communities or spot.parent_id in self.townships
        return spot.kind is AreaKind.TOWNSHIP and spot.area_id in self.townships

    def placeless(self, level: ScopeLevel) -> bool:
        """Tell whether records of a register that belong to no area may be written."""
        return self.county or (level is ScopeLevel.TOWNSHIP and bool(self.townships))


def reach_of(scope: Scope) -> Reach:
    """Return how far somebody's desks of today reach."""
    held: dict[AreaKind, set[int]] = {kind: set() for kind in AreaKind}
    for post in scope.posts:
        if post.kind in RIGHTS[Right.KEEP_REGISTERS] and post.kind in _AREAS:
            held[_AREAS[post.kind]].add(post.target_id)
    return Reach(
        frozenset(held[AreaKind.COMMUNITY]),
        frozenset(held[AreaKind.TOWNSHIP]),
        bool(held[AreaKind.COUNTY]),
    )
