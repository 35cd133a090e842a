"""Joint meetings of the demo county to come, one that waits for minutes, one put off, one cancelled; who came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geodata.demo.county import DemoCounty, JointMeeting
from geodata.demo.dice import Dice
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingMove, MeetingPlan, MeetingProposal
from gridmap.ledger.red_property import MeetingParty
from gridmap.terms import MeetingState

Row = dict[str, Any]
Ids = Mapping[str, int]

YEAR: Final = 365
CAME: Final = 0.85
SIDES: Final = ("company_id", "compound_id", "community_id")
WAITING, CANCELLED, MOVED, TODAY = 3, 5, 1, 8
"""Which community, in their order, has a meeting that waits for minutes, was cancelled, was put off, is today."""
TOPICS: Final = (
    "冬季消防和用电安全",
    "小区停车和充电棚选址",
    "老旧小区改造意见",
    "汛期值守分工",
    "公共收益公示",
)
PROPOSALS: Final = (
    "地下车库积水谁来修",
    "楼道堆物集中清理的日子",
    "夜间噪声怎么管",
    "门禁坏了三处",
    "儿童活动场地加护栏",
)
TIMES: Final = ("09:00", "15:00", "19:00")
PLACES: Final = ("社区会议室", "党群服务中心二楼", "小区党建活动室")


@dataclass(frozen=True, slots=True)
class Known:
    """What stands already: ids by code, meetings by community (id) and day, who answers for a community."""

    areas: Ids
    compounds: Ids
    companies: Ids
    agencies: Ids
    people: Ids
    meetings: Mapping[tuple[int, date], int]
    answering: Mapping[str, list[str]]


def write(session: Session, made: DemoCounty, known: Known) -> None:
    """Write who came to the last year's meetings, and the meetings that are planned."""
    rows = list(_came(made, known))
    if rows:
        # as written, empty columns too: else each change of the kind of side is a statement of its own
        session.execute(insert(MeetingParty).execution_options(render_nulls=True), rows)
    communities = sorted({one.community for one in made.meetings})
    for place, community in enumerate(communities):
        _plan(session, made, known, community, place)


def _came(made: DemoCounty, known: Known) -> Iterator[Row]:
    model = set(made.municipal_communities)
    for meeting in made.meetings:
        if (made.day - meeting.day).days > YEAR:
            continue
        home = known.areas[meeting.community]
        dice = Dice(10, "sides", meeting.community, meeting.day)
        for column, number in _sides(made, known, meeting):
            came = column == "community_id" or meeting.community in model or dice.chance(CAME)
            yield {
                "meeting_id": known.meetings[home, meeting.day],
                "came": came,
                **dict.fromkeys(SIDES),
                column: number,
            }


def _sides(made: DemoCounty, known: Known, at: JointMeeting) -> list[tuple[str, int]]:
    """The residents' committee, companies and owners' committees of a community on a day."""
    here = {one.code for one in made.compounds if one.community == at.community}
    firms = {one.company for one in made.contracts if one.compound in here and at.day in one.span}
    owners = {
        one.compound for one in made.committees if one.compound in here and at.day in one.span
    }
    return [
        ("community_id", known.areas[at.community]),
        *(("company_id", known.companies[code]) for code in sorted(firms)),
        *(("compound_id", known.compounds[code]) for code in sorted(owners)),
    ]


def _plan(session: Session, made: DemoCounty, known: Known, community: str, place: int) -> None:
    dice, people = Dice(10, "plan", community), known.answering[community]
    ahead = {WAITING: -4, TODAY: 0}.get(place, dice.whole(2, 20))
    state = MeetingState.CANCELLED if place == CANCELLED else MeetingState.PLANNED
    day, maker = made.day + timedelta(days=ahead), known.people[people[-1]]
    at = datetime.combine(made.day - timedelta(days=6), time(2), tzinfo=UTC)
    plan = MeetingPlan(
        community_id=known.areas[community],
        day=day,
        time=dice.pick(TIMES),
        place=dice.pick(PLACES),
        topic=dice.pick(TOPICS),
        note=dice.pick((None, "请带本单位的认领清单", "请物业企业带上季度收支表")),
        state=state.value,
        reason="与县里会议冲突，另行通知" if state is MeetingState.CANCELLED else None,
        person_id=maker,
        made_at=at,
    )
    session.add(plan)
    session.flush()
    sides = _sides(made, known, JointMeeting(community, made.day, "", "", ""))
    sides += [
        ("agency_id", known.agencies[one.agency])
        for one in made.responsible_units
        if one.community == community and made.day in one.span
    ]
    session.add_all(MeetingInvite(plan_id=plan.id, **{column: of}) for column, of in sides)
    here = [one.code for one in made.compounds if one.community == community]
    for number, title in enumerate(dice.shuffled(PROPOSALS)[: dice.whole(1, 3)]):
        session.add(
            MeetingProposal(
                plan_id=plan.id,
                title=title,
                compound_id=known.compounds[dice.pick(here)] if here and number == 0 else None,
                person_id=known.people[dice.pick(people)],
                at=at + timedelta(hours=number + 1),
            )
        )
    if place == MOVED:
        session.add(_moved(plan, maker, at))
    session.flush()


def _moved(plan: MeetingPlan, maker: int, at: datetime) -> MeetingMove:
    return MeetingMove(
        plan_id=plan.id,
        day=plan.day - timedelta(days=1),
        time="09:00",
        place=plan.place,
        reason="分包单位当天有会",
        person_id=maker,
        at=at + timedelta(days=1),
    )
