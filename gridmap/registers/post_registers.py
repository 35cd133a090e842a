"""Registers of posts: who answers for which place, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gridmap.registers.columns import (
    BEGINS,
    DUTY_PHONE,
    ENDS,
    PERSON,
    PERSON_NAME,
    PHONE,
    TERM_END,
    Column,
    ColumnType,
    Group,
    Refers,
    Register,
    ScopeLevel,
)
from gridmap.terms import PostKind

_TARGET_OF: Final[dict[PostKind, Refers]] = {
    PostKind.TOWNSHIP_DESK: Refers.TOWNSHIP,
    PostKind.COUNTY_DESK: Refers.COUNTY,
    PostKind.GRID_WORKER: Refers.GRID,
    PostKind.PART_TIME_WORKER: Refers.GRID,
    PostKind.BRANCH_SECRETARY: Refers.GRID,
    PostKind.GROUP_LEADER: Refers.BUILDING,
    PostKind.STEWARD: Refers.BUILDING,
    PostKind.AGENCY_HANDLER: Refers.AGENCY,
    PostKind.PROPERTY_MANAGER: Refers.COMPOUND,
    PostKind.PARTY_ADVISER: Refers.COMPOUND,
}


def post_target(kind: PostKind) -> Refers:
    """Return what a post of a kind is held for; area posts say of which level.

    >>> post_target(PostKind.SECRETARY), post_target(PostKind.TOWNSHIP_DESK)
    (<Refers.COMMUNITY: 'community'>, <Refers.TOWNSHIP: 'township'>)
    """
    return _TARGET_OF.get(kind, Refers.COMMUNITY)


_EXAMPLES: Final[dict[Refers, str]] = {
    Refers.COMMUNITY: "419901001001",
    Refers.GRID: "419901001001001",
    Refers.BUILDING: "LD00001",
    Refers.COMPOUND: "XQ001",
    Refers.AGENCY: "BM01",
}


def _target(kinds: Sequence[PostKind]) -> tuple[Column, Column]:
    """The column of the code and that of the name of what the posts are held for."""
    refers = tuple(dict.fromkeys(post_target(kind) for kind in kinds))
    zh, en = "或".join(one.zh for one in refers), " or ".join(one.en for one in refers)
    code = Column(
        "target", f"{zh}编码", f"Code of the {en}", ColumnType.CODE, required=True, refers=refers,
        example=_EXAMPLES.get(refers[0], ""), longest=64,
        explain_zh="在哪里任职。", explain_en="Where the post is held.",
    )  # fmt: skip
    return code, Column("target_name", zh, en.capitalize(), derived=True)


def _kind(kinds: Sequence[PostKind]) -> tuple[Column, ...]:
    if len(kinds) == 1:
        return ()
    return (
        Column(
            "kind", "岗位", "Post", ColumnType.CHOICE, required=True, terms=tuple(kinds),
            example=kinds[0].zh,
        ),
    )  # fmt: skip


_UNIT: Final = Column(
    "unit", "单元", "Entrance", ColumnType.NUMBER, least=1, most=99, example="2",
    explain_zh="负责第几单元；负责整栋的留空。",
    explain_en="Number of the entrance; empty for the whole building.",
)  # fmt: skip
_FROM: Final = Column(
    "seconded_from", "派出单位编码", "Seconded from", ColumnType.CODE, refers=(Refers.AGENCY,),
    longest=64, example="BM01", explain_zh="从哪个部门派出。", explain_en="Code of the agency.",
)  # fmt: skip


def _posts(
    key: str,
    words: tuple[str, str],
    explain: tuple[str, str],
    kinds: Sequence[PostKind],
    more: tuple[Column, ...] = (),
) -> Register:
    target = _target(kinds)
    agencies = target[0].refers == (Refers.AGENCY,)
    people = (PERSON, PERSON_NAME, PHONE)
    columns = (*_kind(kinds), *target, *people, BEGINS, ENDS, *more, DUTY_PHONE)
    kind = ("kind",) if len(kinds) > 1 else ()
    unit = ("unit",) if _UNIT in more else ()
    return Register(
        key=key,
        zh=words[0],
        en=words[1],
        group=Group.POSTS,
        explain_zh=explain[0],
        explain_en=explain[1],
        columns=columns,
        natural_key=(*kind, "target", *unit, "person", "begins"),
        subject=(*kind, "target", *unit),
        level=ScopeLevel.COUNTY if agencies else ScopeLevel.COMMUNITY,
        tables=("post", "person"),
        kinds=tuple(kinds),
    )


_ROSTERS: Final = (
    _posts(
        "secretaries",
        ("社区书记、主任与“两委”", "Secretaries, directors, committees"),
        (
            "社区党组织书记、居委会主任和“两委”委员。书记和主任由一人担任即为“一肩挑”，各写一条。",
            "Party secretaries, directors and members of community committees; one record a post.",
        ),
        (PostKind.SECRETARY, PostKind.DIRECTOR, PostKind.COMMITTEE_MEMBER),
        (TERM_END,),
    ),
    _posts(
        "first-secretaries",
        ("第一书记", "First secretaries"),
        ("从部门派到社区任职的干部，每个社区一名，有任期。", "Cadres seconded to a community for a term."),
        (PostKind.FIRST_SECRETARY,),
        (TERM_END, _FROM),
    ),
    _posts(
        "leader-links",
        ("领导联系社区", "Leader links"),
        ("市、县、乡镇领导联系哪个社区，从哪天到哪天。", "Which leader is linked to which community."),
        (PostKind.LEADER_MUNICIPAL, PostKind.LEADER_COUNTY, PostKind.LEADER_TOWNSHIP),
    ),
    _posts(
        "grid-workers",
        ("专职网格员", "Full-time grid workers"),
        ("每个网格一名专职网格员。", "One full-time worker a grid."),
        (PostKind.GRID_WORKER,),
    ),
    _posts(
        "part-time-workers",
        ("兼职网格员", "Part-time grid workers"),
        ("网格里的兼职网格员，一个网格可以有多名。", "Part-time workers; a grid may have many."),
        (PostKind.PART_TIME_WORKER,),
    ),
    _posts(
        "branch-posts",
        ("支部书记与党小组组长", "Branch secretaries, group leaders"),
        ("网格党支部书记和楼栋党小组组长。", "Secretaries of grid branches, leaders of building groups."),
        (PostKind.BRANCH_SECRETARY, PostKind.GROUP_LEADER),
        (TERM_END,),
    ),
    _posts(
        "stewards",
        ("楼门长", "Building stewards"),
        ("负责一栋楼或一个单元的志愿居民。", "Residents who answer for a building or an entrance."),
        (PostKind.STEWARD,),
        (_UNIT,),
    ),
    _posts(
        "police",
        ("社区民警", "Community police"),
        ("每个社区的民警。", "Police officers of the communities."),
        (PostKind.POLICE_OFFICER,),
    ),
    _posts(
        "desks",
        ("网格中心与服务站人员", "Desks of the net"),
        (
            "社区网格服务站、乡镇和县网格化服务管理中心的人员；有账号的人任职即有相应权限。",
            "People at the desks of community, township and county; their accounts get the rights of the post.",
        ),
        (PostKind.COMMUNITY_DESK, PostKind.TOWNSHIP_DESK, PostKind.COUNTY_DESK),
    ),
    _posts(
        "agency-handlers",
        ("部门承办人", "Agency handlers"),
        ("各部门承办诉求的人员。", "Those who handle reports at an agency."),
        (PostKind.AGENCY_HANDLER,),
    ),
    _posts(
        "property-posts",
        ("物业经理与党建指导员", "Property managers, party advisers"),
        ("小区的物业项目经理，以及派驻的党建指导员。", "Property managers and sent advisers of compounds."),
        (PostKind.PROPERTY_MANAGER, PostKind.PARTY_ADVISER),
    ),
)  # fmt: skip
POST_REGISTERS: Final[tuple[Register, ...]] = _ROSTERS
