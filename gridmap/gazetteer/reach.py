"""How far somebody curates names: the areas of her desk; the administrator, the county. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridmap.accounts.authority import Scope
from gridmap.terms import PostKind, Role

Place = tuple[int, int | None]
"""Ids of a community and of the area above it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of the communities and townships of somebody's desks.

    Attributes:
        communities, townships: ids of the areas whose desk is hers.
        county: the county's desk, or the administrator.
        reads_all: she may read every report; the administrator as such reads none.
    """

    communities: frozenset[int] = frozenset()
    townships: frozenset[int] = frozenset()
    county: bool = False
    reads_all: bool = False

    def holds(self, places: Iterable[Place]) -> bool:
        """Tell whether an entity lies wholly within: a road through two communities is no one's alone.

        >>> Reach(communities=frozenset({7})).holds([(7, 2)])
        True
        >>> Reach(communities=frozenset({7})).holds([(7, 2), (8, 2)])
        False
        >>> Reach(townships=frozenset({2})).holds([(7, 2), (8, 2)]), Reach(townships=frozenset({2})).holds([])
        (True, False)
        """
        found = list(places)
        return self.county or (bool(found) and all(self._holds(one) for one in found))

    def reads(self, place: Place | None) -> bool:
        """Tell whether reports of a community may be read."""
        return self.reads_all or (place is not None and self._holds(place))

    def _holds(self, place: Place) -> bool:
        return place[0] in self.communities or place[1] in self.townships


def reach_of(scope: Scope) -> Reach:
    """Return how far somebody's desks of today reach."""

    def held(kind: PostKind) -> frozenset[int]:
        return frozenset(post.target_id for post in scope.posts if post.kind is kind)

    county = bool(held(PostKind.COUNTY_DESK))
    return Reach(
        held(PostKind.COMMUNITY_DESK),
        held(PostKind.TOWNSHIP_DESK),
        county or Role.ADMINISTRATOR in scope.roles,
        county,
    )
