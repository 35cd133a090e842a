"""Advised checks of the red property net and of responsible units: why they do not hold, and how that is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from gridmap.coverage.audits import Check, Level, Threshold
from gridmap.coverage.facts import CommunityFacts, FollowUp, Record, Standing, SubjectKind
from gridmap.coverage.gaps import Gap, Limits, community_place, lacking_gap, quarters_turn
from gridmap.coverage.people_clauses import since_when
from gridmap.coverage.words import Action, Form, Reason, Words
from gridmap.timespan import previous_quarter, quarter_of

_ONE_DAY: Final = timedelta(days=1)

ORGANISE = Words(
    "指导物业企业或业委会单建、联建党组织，或派驻党建指导员，并登记。",
    "Help the company or the owners' committee to a party organisation, or send an adviser, and record it.",
)
UNLED = Reason(
    "property_unled",
    Words(
        "服务小区的物业企业和业委会都没有党组织，也没有派驻党建指导员。",
        "Neither the company nor the owners' committee has a party organisation or a sent adviser.",
    ),
    ORGANISE,
    Form("company-parties"),
)
NAME_MANAGERS = Words(
    "由社区“两委”组织居民商定保洁、门岗、维修等各由谁负责，并登记。",
    "Settle with the residents who looks after cleaning, gate, repairs and so on, and record it.",
)
UNMANAGED = Reason(
    "self_management_unnamed",
    Words(
        "列入无物业台账，但没有登记任何事项由谁负责。",
        "In the ledger of unserved compounds, but nobody is named for any of the work.",
    ),
    NAME_MANAGERS,
    Form("self-management"),
)
DO_WHAT_WAS_DECIDED = Words(
    "催办责任人；办完的登记完成日和结果。",
    "Press the owner; record the day and the result of what is done.",
)
OVERDUE = Reason(
    "follow_up_overdue",
    Words(
        "联席会议议定的{number}件事过期未办结，最早的是“{title}”。",
        "{number} tasks of joint meetings are overdue; the earliest is “{title}”.",
    ),
    DO_WHAT_WAS_DECIDED,
    Form("meeting-tasks", Action.DONE),
)
DO_SOMETHING = Words(
    "请分包单位到社区走访、参会或开展服务；做过的补登记。",
    "Have the unit visit, attend or serve the community; what was done is recorded now.",
)
IDLE = Reason(
    "responsible_unit_idle",
    Words(
        "分包单位{units}在{quarter}整个季度没有走访、参会、活动或工作记录。",
        "{units} did nothing on record for the community in the whole of {quarter}.",
    ),
    DO_SOMETHING,
    Form("unit-deeds"),
)


def property_led(community: CommunityFacts, _day: date, _limits: Limits) -> Iterator[Gap]:
    """Where a company serves, the company or the owners' committee has a party organisation."""
    for compound in community.unled:
        yield lacking_gap(compound, SubjectKind.COMPOUND, "company-parties", (UNLED, UNLED))


def self_management_named(community: CommunityFacts, _day: date, _limits: Limits) -> Iterator[Gap]:
    """In every compound of the ledger somebody is named for some of the work."""
    for compound in community.unmanaged:
        yield lacking_gap(compound, SubjectKind.COMPOUND, "self-management", (UNMANAGED, UNMANAGED))


def follow_up_done(community: CommunityFacts, day: date, limits: Limits) -> Iterator[Gap]:
    """Nothing that a joint meeting wants done is overdue by more than so many days."""
    grace = timedelta(days=limits["days"])

    def late(at: date) -> list[FollowUp]:
        return [
            one
            for one in community.follow_up
            if one.due + grace < at and (one.done_on is None or at < one.done_on)
        ]

    found = late(day)
    if not found:
        return
    turns = [one.due + grace + _ONE_DAY for one in community.follow_up]
    turns += [one.done_on for one in community.follow_up if one.done_on]
    first = min(found, key=lambda one: (one.due, one.id))
    yield community_place(community).gap(
        since_when(turns, day, lambda at: bool(late(at))),
        OVERDUE,
        Record("meeting-tasks", first.id),
        number=len(found),
        title=first.title,
    )


def follow_up_turns(
    community: CommunityFacts, limits: Limits, _first: date, _last: date
) -> Iterator[date]:
    """Days on which something that was to be done is late."""
    return (one.due + timedelta(days=limits["days"]) + _ONE_DAY for one in community.follow_up)


def units_active(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """Every unit that answered for the community all through the last quarter did something then."""

    def idle(at: date) -> list[Standing]:
        quarter = previous_quarter(at)
        acted = {one.unit_id for one in community.deeds if one.day in quarter}
        return [
            unit
            for unit in community.units
            if at in unit.span and unit.span.start <= quarter.start and unit.id not in acted
        ]

    found = idle(day)
    if not found:
        return
    turns, quarter = {turn for unit in community.units for turn in (unit.span.start,)}, day
    turns |= {unit.span.end for unit in community.units if unit.span.end}
    while quarter > community.since:
        turns.add(quarter_of(quarter).start)
        quarter = previous_quarter(quarter).start
    yield community_place(community).gap(
        since_when(turns, day, lambda at: bool(idle(at))),
        IDLE,
        *(Record("responsible-units", unit.id) for unit in found),
        units="、".join(unit.name for unit in found),
        quarter=previous_quarter(day),
    )


RED_PROPERTY: Final[tuple[Check, ...]] = (
    Check(
        key="property_led",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMPOUND,
        label=Words("红色物业", "Red property"),
        asks=Words(
            "有物业的小区，物业企业或业委会有党组织或党建指导员。",
            "Where a company serves, it or the owners' committee has a party organisation or an adviser.",
        ),
        mend=ORGANISE,
        find=property_led,
        lists="unled",
    ),
    Check(
        key="self_management",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMPOUND,
        label=Words("自管分工", "Self-management"),
        asks=Words(
            "无物业小区登记了保洁、门岗、维修等由谁负责。",
            "For each compound of the ledger it is recorded who looks after what.",
        ),
        mend=NAME_MANAGERS,
        find=self_management_named,
        lists="unmanaged",
    ),
    Check(
        key="follow_up",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("议定事项", "Follow-up"),
        asks=Words("联席会议议定的事按期办结。", "What joint meetings want done is done in time."),
        mend=DO_WHAT_WAS_DECIDED,
        find=follow_up_done,
        thresholds=(
            Threshold(
                "days", Words("过期超过", "Overdue by more than"), 0, 0, 180, Words("天", "days")
            ),
        ),
        turns=follow_up_turns,
    ),
    Check(
        key="unit_active",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("分包工作", "Unit deeds"),
        asks=Words(
            "分包单位上个季度在社区做过事：走访、参会、活动或自行登记的工作。",
            "Each responsible unit did something in the last quarter: a visit, a meeting, an activity, an entry.",
        ),
        mend=DO_SOMETHING,
        find=units_active,
        turns=quarters_turn,
    ),
)
"""In the order in which tables show them."""
