"""Advised checks of party life: duties of the last finished period, groups' sizes, members who live elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from gridmap.coverage.audits import Check, Level, Threshold
from gridmap.coverage.facts import (
    CommunityFacts,
    Lacking,
    Record,
    Subject,
    SubjectKind,
    run_start,
)
from gridmap.coverage.gaps import Gap, Limited, Limits, Place, lacking_gap
from gridmap.coverage.words import Action, Form, Reason, Words

_FORM: Final = Form("party-meetings", Action.PARTY)
HOLD = Words(
    "补登记已开的；没有开的尽快补开，并安排好下一次。",
    "Record it if it was held; else hold it now, and plan the next one.",
)


def _undone(code: str, zh: str, en: str) -> Reason:
    return Reason(
        code,
        Words(f"上一个周期没有{zh}的登记。", f"No {en} is on record for the last finished period."),
        HOLD,
        _FORM,
    )


MOVE = Words(
    "问清本人意愿，办理组织关系转移，或更正居住地。",
    "Ask where she wants to belong and transfer her, or put the dwelling right.",
)
APART = Reason(
    "members_apart",
    Words(
        "有党员住在本楼，组织关系在另一楼栋或支部。",
        "A member lives here and belongs to the organisation of another building or branch.",
    ),
    MOVE,
    Form("party-members", Action.PARTY),
)
JOIN_GROUPS = Words(
    "与相邻楼栋联合组建党小组，或转入党员后更新人数。",
    "Form the group with a neighbouring building, or update the number when members join.",
)
GROUP_SMALL = Reason(
    "group_small",
    Words(
        "楼栋党小组有正式党员{members}名，不足{least}名。",
        "The group has {members} full members, under {least}.",
    ),
    JOIN_GROUPS,
    Form("building-groups", Action.RENEW),
)


def _listed(attribute: str, kind: SubjectKind, reason: Reason) -> Limited:
    """Return a clause whose gaps are a list of the facts."""

    def find(community: CommunityFacts, _day: date, _limits: Limits) -> Iterator[Gap]:
        found: tuple[Lacking, ...] = getattr(community, attribute)
        for one in found:
            yield lacking_gap(one, kind, "party-meetings", (reason, reason))

    return find


def groups_sized(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Every building group whose members are counted has at least so many full ones."""
    least: int = limits["least"]
    for group in community.groups:
        if group.here is None or day not in group.here or group.full_members >= least:
            continue
        spans = [
            one.span
            for one in community.groups
            if one.code == group.code and one.full_members < least
        ]
        subject = Subject(SubjectKind.BUILDING, group.code, group.name, group.grid)
        yield Place(subject, date.min).gap(
            run_start(spans, day),
            GROUP_SMALL,
            Record("building-groups", group.id),
            members=group.full_members,
            least=least,
        )


def _duty(key: str, words: tuple[str, str], label: Words, kind: SubjectKind) -> Check:
    reason = _undone(f"{key}_undone", *words)
    return Check(
        key=key,
        version=1,
        level=Level.ADVISED,
        looks_at=kind,
        label=label,
        asks=Words(
            f"上一个周期按规定开了{words[0]}；多久一次由县里在“组织生活”里设定。",
            f"The {words[1]} of the last finished period was held; the county sets how often.",
        ),
        mend=HOLD,
        find=_listed(f"no_{key}", kind, reason),
        lists=f"no_{key}",
    )


PARTY_LIFE: Final[tuple[Check, ...]] = (
    _duty("theme_day", ("主题党日", "theme day"), Words("主题党日", "Theme day"), SubjectKind.GRID),
    _duty(
        "members_meeting",
        ("党员大会", "members' meeting"),
        Words("党员大会", "Members"),
        SubjectKind.GRID,
    ),
    _duty(
        "committee_meeting",
        ("支委会", "committee meeting"),
        Words("支委会", "Branch committee"),
        SubjectKind.GRID,
    ),
    _duty(
        "group_meeting",
        ("党小组会", "group meeting"),
        Words("党小组会", "Groups"),
        SubjectKind.BUILDING,
    ),
    _duty("lesson", ("党课", "party lesson"), Words("党课", "Lessons"), SubjectKind.GRID),
    Check(
        key="group_members",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.BUILDING,
        label=Words("小组人数", "Group size"),
        asks=Words(
            "楼栋党小组的正式党员不少于县里定的数（没有统一规定）；没有登记人数的不判断。",
            "Each building group has the full members that the county wants; no rule of law says how many.",
        ),
        mend=JOIN_GROUPS,
        find=groups_sized,
        thresholds=(
            Threshold("least", Words("最少", "At least"), 1, 1, 10, Words("名", "people")),
        ),
    ),
    Check(
        key="members_apart",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.BUILDING,
        label=Words("人在别处", "Live elsewhere"),
        asks=Words(
            "党员住在哪栋楼，组织关系就在哪里的党组织。",
            "Members belong to the organisation of where they live.",
        ),
        mend=MOVE,
        find=_listed("apart", SubjectKind.BUILDING, APART),
        lists="apart",
    ),
)
"""Checks of party life."""
