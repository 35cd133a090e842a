"""The ladder: which posts answer at each rung, where a report starts, and who takes it.

小事不出楼、大事不出社区: a report starts at the lowest rung that can take its category and climbs
over rungs where nobody is in post. It never hangs in the air: the county's rung is the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from gridmap.geolocation.location import PostHeld
from gridmap.terms import LEADER_LINKS, PostKind, Rung, Term

RUNGS: Final[tuple[Rung, ...]] = tuple(Rung)
"""The rungs, lowest first."""

ANSWERING: Final[Mapping[Rung, tuple[PostKind, ...]]] = {
    Rung.BUILDING_GROUP: (PostKind.STEWARD, PostKind.GROUP_LEADER),
    Rung.GRID_BRANCH: (PostKind.GRID_WORKER, PostKind.BRANCH_SECRETARY),
    Rung.COMMUNITY: (PostKind.COMMUNITY_DESK, PostKind.DIRECTOR, PostKind.SECRETARY),
    Rung.TOWNSHIP: (PostKind.TOWNSHIP_DESK,),
    Rung.COUNTY: (PostKind.COUNTY_DESK,),
}
"""Which posts answer at each rung; the first kind that somebody holds takes the report."""


SUPERVISORS: Final[frozenset[PostKind]] = LEADER_LINKS | {
    PostKind.FIRST_SECRETARY,
    PostKind.SECRETARY,
    PostKind.TOWNSHIP_DESK,
    PostKind.COUNTY_DESK,
}
"""Posts that supervise (督办) the reports of the area that they are held for."""


NEVER_GIVEN: Final[frozenset[PostKind]] = LEADER_LINKS | {PostKind.PARTY_ADVISER}
"""Posts that lead or advise: no report is given to them."""


class Reason(Term):
    """Why a report stands at its rung and not at its category's first one."""

    UNPLACED = (
        "unplaced",
        "位置未落入网格，由县网格中心分派",
        "In no grid: the county centre places it",
    )
    NO_BUILDING = (
        "no_building",
        "没有确定楼栋，从网格受理",
        "No building is known: it starts at the grid",
    )
    VACANT_BUILDING_GROUP = (
        "vacant:building_group",
        "楼门长、楼栋党小组组长空缺，上转一级",
        "Nobody is in post for the building: one rung up",
    )
    VACANT_GRID_BRANCH = (
        "vacant:grid_branch",
        "专职网格员、网格党支部书记空缺，上转一级",
        "Nobody is in post for the grid: one rung up",
    )
    VACANT_COMMUNITY = (
        "vacant:community",
        "社区网格服务站无人在岗，上转一级",
        "Nobody is in post at the community: one rung up",
    )
    VACANT_TOWNSHIP = (
        "vacant:township",
        "乡镇网格中心无人在岗，上转一级",
        "Nobody is in post at the township centre: one rung up",
    )
    VACANT_COUNTY = (
        "vacant:county",
        "县网格中心无人在岗，等待指派",
        "Nobody is in post at the county centre: it waits there",
    )

    NO_OTHER_CHECKER = (
        "no_other_checker",
        "核查人不能是处置人，等待另一人在岗",
        "Whoever handled it may not check it: it waits for somebody else",
    )
    POST_ENDED = (
        "post_ended",
        "原承办岗位已变动",
        "The post that held it has changed",
    )
    OUT_OF_TIME = ("out_of_time", "超过时限", "Out of time")
    NOT_SOLVED = ("not_solved", "居民反映未解决", "The reporter says it is not solved")
    BACK_TO_SENDER = ("back_to_sender", "退回派遣人", "Back to who dispatched it")


class Duty(Protocol):
    """A post that somebody holds today, and the id of what it is held for."""

    @property
    def post_id(self) -> int:
        """Id of the post."""

    @property
    def kind(self) -> PostKind:
        """Its kind."""

    @property
    def target_id(self) -> int:
        """Id of the area, grid, building, compound or agency."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands, who holds it (nobody only at an empty county rung), and why there."""

    rung: Rung
    holder: PostHeld | None
    reasons: tuple[Reason, ...]


def start(
    first_rung: Rung,
    posts: Iterable[PostHeld],
    *,
    placed: bool,
    in_building: bool,
    unit: int | None = None,
) -> Standing:
    """Return where a new report stands.

    Args:
        first_rung: lowest rung that can take its category.
        posts: posts held that day for the place, from its building up to the county.
        placed: whether one grid was accepted; without it the county's unplaced box takes it.
        in_building: whether one building was accepted.
        unit: the entrance that the report names, if any: its own steward comes first.
    """
    if not placed:
        standing, why = first_holder(Rung.COUNTY, posts), (Reason.UNPLACED,)
    elif first_rung is Rung.BUILDING_GROUP and not in_building:
        standing, why = first_holder(Rung.GRID_BRANCH, posts), (Reason.NO_BUILDING,)
    else:
        return first_holder(first_rung, posts, unit=unit)
    return Standing(standing.rung, standing.holder, (*why, *standing.reasons))


def first_holder(
    first_rung: Rung,
    posts: Iterable[PostHeld],
    *,
    but: int | None = None,
    unit: int | None = None,
) -> Standing:
    """Return the lowest rung from `first_rung` up where somebody is in post, and who that is.

    `but` is the id of a person who is passed over: who handled a report does not check it. `unit` is the
    entrance of the building that is meant, if it is known.

    >>> first_holder(Rung.TOWNSHIP, ()).reasons
    (<Reason.VACANT_TOWNSHIP: 'vacant:township'>, <Reason.VACANT_COUNTY: 'vacant:county'>)
    """
    held = tuple(post for post in posts if post.person_id != but)
    vacant: list[Reason] = []
    for rung in RUNGS[RUNGS.index(first_rung) :]:
        holder = _holder(rung, held, unit)
        if holder is not None:
            return Standing(rung, holder, tuple(vacant))
        vacant.append(Reason(f"vacant:{rung}"))
    return Standing(Rung.COUNTY, None, tuple(vacant))


def above(rung: Rung) -> Rung | None:
    """Return the next rung up; None at the county.

    >>> above(Rung.TOWNSHIP), above(Rung.COUNTY)
    (<Rung.COUNTY: 'county'>, None)
    """
    return RUNGS[RUNGS.index(rung) + 1] if rung is not RUNGS[-1] else None


def rung_of(kind: PostKind) -> Rung | None:
    """Return the rung at which a kind of post answers; None for posts beside the ladder.

    >>> rung_of(PostKind.POLICE_OFFICER) is None
    True
    """
    return next((rung for rung, kinds in ANSWERING.items() if kind in kinds), None)


def checker(rung: Rung, posts: Iterable[PostHeld], handler: int, *, entrusted: bool) -> Standing:
    """Return who checks what a person handled at a rung: somebody else, as low as possible.

    A rung's own handling is checked one rung up; what a rung entrusted to an agency or a helper is
    checked by that rung; see `other_than`.

    Args:
        rung: rung at which it was handled.
        posts: posts held that day for the place.
        handler: id of the person who handled it.
        entrusted: whether the handler is outside the rungs.
    """
    return other_than(handler, rung if entrusted else above(rung) or Rung.COUNTY, posts)


def other_than(handler: int, lowest: Rung, posts: Iterable[PostHeld]) -> Standing:
    """Return who checks from a rung on: the first one up who is not the handler.

    Where nobody else is in post so far up, a lower rung checks; where there is nobody else at all,
    the report waits at the county for one.
    """
    held = tuple(posts)
    standing = first_holder(lowest, held, but=handler)
    if standing.holder is not None:
        return standing
    others = tuple(post for post in held if post.person_id != handler)
    for lower in reversed(RUNGS[: RUNGS.index(lowest)]):
        holder = _holder(lower, others)
        if holder is not None:
            return Standing(lower, holder, standing.reasons)
    return Standing(Rung.COUNTY, None, (*standing.reasons, Reason.NO_OTHER_CHECKER))


def _holder(rung: Rung, posts: tuple[PostHeld, ...], unit: int | None = None) -> PostHeld | None:
    """The first kind of post wins; the entrance that is meant, then the whole building; then the longest in post."""
    kinds = ANSWERING[rung]
    answering = [post for post in posts if post.kind in kinds]
    return min(
        answering,
        key=lambda post: (
            kinds.index(post.kind),
            unit is None or post.unit != unit,
            post.unit or 0,
            post.since,
            post.post_id,
        ),
        default=None,
    )


def answered(duties: Iterable[Duty]) -> dict[Rung, frozenset[int]]:
    """Return for each rung the ids of the targets that these posts answer for."""
    targets: dict[Rung, set[int]] = {rung: set() for rung in RUNGS}
    for duty in duties:
        for rung, kinds in ANSWERING.items():
            if duty.kind in kinds:
                targets[rung].add(duty.target_id)
    return {rung: frozenset(ids) for rung, ids in targets.items()}


def answering_post(rung: Rung, target_id: int | None, duties: Iterable[Duty]) -> int | None:
    """Return the id of the post by which these duties answer at a rung for a target, or None.

    There is one county: its desk answers for every report at the county's rung.
    """
    kinds = ANSWERING[rung]
    fitting = [
        duty
        for duty in duties
        if duty.kind in kinds and (rung is Rung.COUNTY or duty.target_id == target_id)
    ]
    first = min(fitting, key=lambda duty: (kinds.index(duty.kind), duty.post_id), default=None)
    return first.post_id if first else None
