"""Authority follows the post: what somebody may read today, and what the system roles add.

This is the one table of who reads which reports (role and post x area). Which post answers for a
report at which rung stands with the ladder. Roles never open reports: an administrator without a
post reads none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from gridmap.terms import LEADER_LINKS, PostKind, Role


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


READS_HELD: Final = frozenset(
    {
        PostKind.AGENCY_HANDLER,
        PostKind.PROPERTY_MANAGER,
        PostKind.PART_TIME_WORKER,
        PostKind.POLICE_OFFICER,
    }
)
"""Posts that read no area, only the reports that they hold or held."""

NEEDS_SECOND_FACTOR: Final[frozenset[PostKind | Role]] = frozenset(
    {
        PostKind.COMMUNITY_DESK,
        PostKind.TOWNSHIP_DESK,
        PostKind.COUNTY_DESK,
        PostKind.SECRETARY,
        PostKind.DIRECTOR,
        PostKind.FIRST_SECRETARY,
        *LEADER_LINKS,
        *Role,
    }
)
"""Desks and above, and all system roles: what sees or decides for many needs more than a password."""

NAMES_STAND_INS: Final[Mapping[PostKind, Level]] = {
    PostKind.COMMUNITY_DESK: Level.COMMUNITY,
    PostKind.TOWNSHIP_DESK: Level.TOWNSHIP,
    PostKind.COUNTY_DESK: Level.COUNTY,
}
"""Posts that name stand-ins for the posts below them, and how far. Everybody does for her own."""


VISITS_DOORS: Final[frozenset[PostKind]] = frozenset(
    {
        PostKind.GRID_WORKER,
        PostKind.PART_TIME_WORKER,
        PostKind.BRANCH_SECRETARY,
        PostKind.STEWARD,
        PostKind.GROUP_LEADER,
        PostKind.SECRETARY,
        PostKind.DIRECTOR,
        PostKind.COMMITTEE_MEMBER,
        PostKind.FIRST_SECRETARY,
        PostKind.COMMUNITY_DESK,
    }
)
"""Posts that call at doors (走访) and know who lives there: those of the building, the grid, the community."""


class Right(StrEnum):
    """What an account may do at all; where it may do it is its scope."""

    READ_REPORTS = "read_reports"
    SEE_BOARD = "see_board"
    SUPERVISE = "supervise"
    NAME_STAND_INS = "name_stand_ins"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    SETTINGS = "settings"
    PLAN = "plan"
    APPROVE_PLANS = "approve_plans"
    KEEP_REGISTERS = "keep_registers"
    CURATE_NAMES = "curate_names"
    IMPORT_FILES = "import_files"
    PARTY_LIFE = "party_life"
    VISIT_DOORS = "visit_doors"
    WATCH_ROUNDS = "watch_rounds"
    CALL_VOLUNTEERS = "call_volunteers"
    MANAGE_VOLUNTEERS = "manage_volunteers"


RIGHTS: Final[Mapping[Right, frozenset[PostKind | Role]]] = {
    Right.READ_REPORTS: frozenset(READS) | READS_HELD,
    Right.SEE_BOARD: frozenset(READS) | READS_HELD,
    Right.SUPERVISE: LEADER_LINKS
    | {
        PostKind.SECRETARY,
        PostKind.FIRST_SECRETARY,
        PostKind.TOWNSHIP_DESK,
        PostKind.COUNTY_DESK,
    },
    Right.NAME_STAND_INS: frozenset(PostKind) | {Role.ADMINISTRATOR},
    Right.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Right.READ_AUDIT: frozenset({Role.AUDITOR}),
    Right.SETTINGS: frozenset({Role.ADMINISTRATOR}),
    Right.PLAN: frozenset({Role.PLANNER}),
    Right.APPROVE_PLANS: frozenset({Role.PLANNER, PostKind.COUNTY_DESK, PostKind.LEADER_COUNTY}),
    Right.KEEP_REGISTERS: frozenset(
        {PostKind.COMMUNITY_DESK, PostKind.TOWNSHIP_DESK, PostKind.COUNTY_DESK}
    ),
    Right.CURATE_NAMES: frozenset(
        {
            PostKind.COMMUNITY_DESK,
            PostKind.TOWNSHIP_DESK,
            PostKind.COUNTY_DESK,
            Role.ADMINISTRATOR,
        }
    ),
    Right.IMPORT_FILES: frozenset({PostKind.COUNTY_DESK, Role.ADMINISTRATOR}),
    Right.PARTY_LIFE: LEADER_LINKS
    | {
        PostKind.GROUP_LEADER,
        PostKind.BRANCH_SECRETARY,
        PostKind.SECRETARY,
        PostKind.FIRST_SECRETARY,
        PostKind.COMMITTEE_MEMBER,
        PostKind.COMMUNITY_DESK,
        PostKind.TOWNSHIP_DESK,
        PostKind.COUNTY_DESK,
    },
    Right.VISIT_DOORS: VISITS_DOORS,
    Right.WATCH_ROUNDS: VISITS_DOORS
    | LEADER_LINKS
    | {PostKind.TOWNSHIP_DESK, PostKind.COUNTY_DESK, Role.ADMINISTRATOR},
    Right.CALL_VOLUNTEERS: frozenset(
        {
            PostKind.SECRETARY,
            PostKind.DIRECTOR,
            PostKind.COMMITTEE_MEMBER,
            PostKind.FIRST_SECRETARY,
            PostKind.COMMUNITY_DESK,
            PostKind.TOWNSHIP_DESK,
            PostKind.COUNTY_DESK,
            PostKind.GRID_WORKER,
            PostKind.BRANCH_SECRETARY,
        }
    ),
    Right.MANAGE_VOLUNTEERS: frozenset({PostKind.COUNTY_DESK, Role.ADMINISTRATOR}),
}
"""Which posts or roles give a right."""


class Awaits(StrEnum):
    """What a session still has to give before it opens anything, first to last.

    A one-time code; a password of one's own for the one-time password; the enrolment of a phone.
    """

    CODE = "code"
    CHANGE = "change"
    ENROLMENT = "enrolment"


def awaits(*, enrolled: bool, passed: bool, must_change: bool, required: bool) -> Awaits | None:
    """Return what a session waits for; None when it is open.

    Args:
        enrolled: the account has a second factor.
        passed: this session gave it.
        must_change: the password was given by somebody else.
        required: posts or roles of today need a second factor, by the county's rule.

    >>> awaits(enrolled=False, passed=False, must_change=False, required=True)
    <Awaits.ENROLMENT: 'enrolment'>
    """
    if enrolled and not passed:
        return Awaits.CODE
    if must_change:
        return Awaits.CHANGE
    return Awaits.ENROLMENT if required and not enrolled else None


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post held today: its kind, the id of what it is held for, and that place's name.

    `stands_in`: it is another's post, held for a while (代班).
    """

    post_id: int
    kind: PostKind
    target_id: int
    place: str
    stands_in: bool = False

    def title(self, language: str) -> str:
        """Return place and kind in ``zh`` or ``en``; what both say is said once.

        >>> HeldPost(1, PostKind.COMMUNITY_DESK, 7, "书香苑社区").title("zh")
        '书香苑社区网格服务站人员'
        >>> HeldPost(1, PostKind.GRID_WORKER, 7, "第一网格", stands_in=True).title("zh")
        '第一网格专职网格员（代）'
        """
        if language == "en":
            return f"{self.kind.en}, {self.place}" + (" (stand-in)" if self.stands_in else "")
        return self._title_zh() + ("（代）" if self.stands_in else "")

    def _title_zh(self) -> str:
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
        agencies: ids of agencies that somebody handles reports for; they are read when held.
    """

    posts: tuple[HeldPost, ...]
    roles: frozenset[Role]
    buildings: frozenset[int]
    grids: frozenset[int]
    communities: frozenset[int]
    townships: frozenset[int]
    county: bool
    agencies: frozenset[int] = frozenset()

    @property
    def needs_second_factor(self) -> bool:
        """Tell whether a post or a role is among `NEEDS_SECOND_FACTOR`."""
        return _any_in(NEEDS_SECOND_FACTOR, self.posts, self.roles)

    def may(self, right: Right) -> bool:
        """Tell whether a post or a role gives the right.

        >>> scope_of((), (Role.ADMINISTRATOR,)).may(Right.READ_REPORTS)
        False
        """
        return _any_in(RIGHTS[right], self.posts, self.roles)


def _any_in(
    granting: frozenset[PostKind | Role], posts: Iterable[HeldPost], roles: frozenset[Role]
) -> bool:
    return any(post.kind in granting for post in posts) or not granting.isdisjoint(roles)


class Reader(Protocol):
    """Whoever is signed in, as far as rules need to know."""

    @property
    def person_id(self) -> int:
        """Id of the person."""

    @property
    def scope(self) -> Scope:
        """What posts and roles reach today."""


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
        agencies=frozenset(p.target_id for p in held if p.kind is PostKind.AGENCY_HANDLER),
    )
