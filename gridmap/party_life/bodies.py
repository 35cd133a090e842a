"""A party organisation on a day, and whose it is to read and to keep: by post and area. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from gridmap.accounts.authority import Scope
from gridmap.terms import LEADER_LINKS, AreaKind, PartyKind, PostKind

BUILDING, GRID = "building", "grid"

READERS: Final[Mapping[PostKind, str]] = {
    PostKind.GROUP_LEADER: BUILDING,
    PostKind.BRANCH_SECRETARY: GRID,
    PostKind.SECRETARY: AreaKind.COMMUNITY,
    PostKind.FIRST_SECRETARY: AreaKind.COMMUNITY,
    PostKind.COMMITTEE_MEMBER: AreaKind.COMMUNITY,
    PostKind.COMMUNITY_DESK: AreaKind.COMMUNITY,
    **dict.fromkeys(LEADER_LINKS, AreaKind.COMMUNITY),
    PostKind.TOWNSHIP_DESK: AreaKind.TOWNSHIP,
    PostKind.COUNTY_DESK: AreaKind.COUNTY,
}
"""Posts that read the party life of their place, and how far."""

KEEPERS: Final = frozenset(
    {
        PostKind.GROUP_LEADER,
        PostKind.BRANCH_SECRETARY,
        PostKind.SECRETARY,
        PostKind.COMMUNITY_DESK,
    }
)
"""Posts that plan meetings and record them."""
KEEP_MEMBERS: Final = KEEPERS - {PostKind.GROUP_LEADER}
"""Posts that write who belongs to an organisation."""


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation of a day.

    Attributes:
        id, code, kind, name: as on the day.
        since: first day of its first version.
        full_members, probationary: as counted, or as listed where members are.
        community_id, community_code, community, township_id: where it is.
        grid_id: its grid; of a building group that of the building; None for a general branch.
        building_id: its building; None but for groups.
        listed: number of members that are listed by name, with those of its groups.
    """

    id: int
    code: str
    kind: PartyKind
    name: str
    since: date
    full_members: int
    probationary: int
    community_id: int
    community_code: str
    community: str
    township_id: int | None
    grid_id: int | None
    building_id: int | None
    listed: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of the places whose organisations somebody reaches; `county`: all of them."""

    county: bool = False
    townships: frozenset[int] = frozenset()
    communities: frozenset[int] = frozenset()
    grids: frozenset[int] = frozenset()
    buildings: frozenset[int] = frozenset()

    @property
    def anything(self) -> bool:
        """Tell whether there is any place at all."""
        return self.county or bool(
            self.townships or self.communities or self.grids or self.buildings
        )

    def holds(self, body: Body) -> bool:
        """Tell whether an organisation lies within."""
        return (
            self.county
            or body.township_id in self.townships
            or body.community_id in self.communities
            or body.grid_id in self.grids
            or body.building_id in self.buildings
        )


def reads(scope: Scope) -> Reach:
    """Return whose party life somebody may read today."""
    return _reach(scope, frozenset(READERS))


def keeps(scope: Scope) -> Reach:
    """Return for which organisations somebody may plan and record meetings."""
    return _reach(scope, KEEPERS)


def keeps_members(scope: Scope) -> Reach:
    """Return for which organisations somebody may write who belongs to them."""
    return _reach(scope, KEEP_MEMBERS)


def _reach(scope: Scope, kinds: frozenset[PostKind]) -> Reach:
    held: dict[str, set[int]] = {}
    for post in scope.posts:
        if post.kind in kinds:
            held.setdefault(READERS[post.kind], set()).add(post.target_id)

    def ids(level: str) -> frozenset[int]:
        return frozenset(held.get(level, ()))

    return Reach(
        county=AreaKind.COUNTY in held,
        townships=ids(AreaKind.TOWNSHIP),
        communities=ids(AreaKind.COMMUNITY),
        grids=ids(GRID),
        buildings=ids(BUILDING),
    )


def sees_dues(scope: Scope, body: Body) -> bool:
    """Tell whether somebody may see who has paid: the branch's own secretary, the community's desk.

    A general branch's secretary is the community's; of a building group it is that of its branch.
    """
    for post in scope.posts:
        own = post.kind is PostKind.BRANCH_SECRETARY and post.target_id == body.grid_id
        general = post.kind is PostKind.SECRETARY and body.kind is PartyKind.GENERAL_BRANCH
        desk = post.kind is PostKind.COMMUNITY_DESK
        if own or ((general or desk) and post.target_id == body.community_id):
            return True
    return False
