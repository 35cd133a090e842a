"""Authority follows the post: what somebody may read today, and what the system roles add.

This is the one table of who reads which reports (role and post x area). Which post answers for a
report at which rung stands with the ladder. Roles never open reports: an administrator without a
post reads none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gridmap.terms import PostKind, Role


class Level(StrEnum):
    """How far a post reads: the kind of place that it is held for."""

    BUILDING = "building"
    GRID = "grid"
    COMMUNITY = "community"
    TOWNSHIP = "township"
    COUNTY = "county"


READS: Final[Mapping[PostKind, Level]] = {
    PostKind.STEWARD: Level.BUILDING,
    PostKind.GROUP_LEADER: Level.BUILDING,
    PostKind.GRID_WORKER: Level.GRID,
    PostKind.BRANCH_SECRETARY: Level.GRID,
    PostKind.SECRETARY: Level.COMMUNITY,
    PostKind.DIRECTOR: Level.COMMUNITY,
    PostKind.COMMITTEE_MEMBER: Level.COMMUNITY,
    PostKind.FIRST_SECRETARY: Level.COMMUNITY,
    PostKind.COMMUNITY_DESK: Level.COMMUNITY,
    PostKind.LEADER_MUNICIPAL: Level.COMMUNITY,
    PostKind.LEADER_COUNTY: Level.COMMUNITY,
    PostKind.LEADER_TOWNSHIP: Level.COMMUNITY,
    PostKind.TOWNSHIP_DESK: Level.TOWNSHIP,
    PostKind.COUNTY_DESK: Level.COUNTY,
}
"""Posts that read reports, and how far. A kind that is not here reads none."""


class Right(StrEnum):
    """What an account may do at all; where it may do it is its scope."""

    READ_REPORTS = "read_reports"
    MANAGE_ACCOUNTS = "manage_accounts"


RIGHTS: Final[Mapping[Right, frozenset[PostKind | Role]]] = {
    Right.READ_REPORTS: frozenset(READS),
    Right.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
}
"""Which posts or roles give a right."""


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post held today: its kind, the id of what it is held for, and that place's name."""

    post_id: int
    kind: PostKind
    target_id: int
    place: str

    def title(self, language: str) -> str:
        """Return place and kind in ``zh`` or ``en``; what both say is said once.

        >>> HeldPost(1, PostKind.COMMUNITY_DESK, 7, "书香苑社区").title("zh")
        '书香苑社区网格服务站人员'
        """
        if language == "en":
            return f"{self.kind.en}, {self.place}"
        for word in ("社区", "网格", "县"):
            if self.place.endswith(word) and self.kind.zh.startswith(word):
                return self.place + self.kind.zh.removeprefix(word)
        return self.place + self.kind.zh


@dataclass(frozen=True, slots=True)
class Scope:
    """What the posts and roles of a day let somebody do.

    Attributes:
        posts: posts held that day; by them the ladder knows what somebody answers for.
        roles: system roles, granted apart from posts.
        buildings, grids, communities, townships: ids of places whose reports may be read.
        county: whether all reports may be read.
    """

    posts: tuple[HeldPost, ...]
    roles: frozenset[Role]
    buildings: frozenset[int]
    grids: frozenset[int]
    communities: frozenset[int]
    townships: frozenset[int]
    county: bool

    def may(self, right: Right) -> bool:
        """Tell whether a post or a role gives the right.

        >>> scope_of((), (Role.ADMINISTRATOR,)).may(Right.READ_REPORTS)
        False
        """
        granting = RIGHTS[right]
        return any(post.kind in granting for post in self.posts) or not granting.isdisjoint(
            self.roles
        )


def scope_of(posts: Iterable[HeldPost], roles: Iterable[Role]) -> Scope:
    """Return what the posts held on a day and the roles of an account reach.

    >>> scope_of((HeldPost(1, PostKind.GRID_WORKER, 7, "第一网格"),), ()).grids
    frozenset({7})
    """
    held = tuple(posts)
    places: dict[Level, set[int]] = {level: set() for level in Level}
    for post in held:
        level = READS.get(post.kind)
        if level is not None:
            places[level].add(post.target_id)
    return Scope(
        posts=held,
        roles=frozenset(roles),
        buildings=frozenset(places[Level.BUILDING]),
        grids=frozenset(places[Level.GRID]),
        communities=frozenset(places[Level.COMMUNITY]),
        townships=frozenset(places[Level.TOWNSHIP]),
        county=bool(places[Level.COUNTY]),
    )
