"""Joint meetings planned ahead: called, proposed for, moved, cancelled, held; who is told, who may do what."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import service as dispatch
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingPlan, MeetingProposal
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import Person, Post
from gridmap.ledger.red_property import MeetingItem, MeetingTask
from gridmap.messaging import service as messaging
from gridmap.messaging.tables import Message
from gridmap.red_property import agenda, attending, meetings, planning, plans, telling, withholding
from gridmap.red_property.agenda import Point
from gridmap.red_property.plans import Standing
from gridmap.red_property.telling import Reminded
from gridmap.store.audit import AuditEntry
from gridmap.terms import PostKind
from tests.dispatch.filings import filing, holding, neighbour_community
from tests.red_property.planned import DAY, NOW, SIDES, WHEN, code_of, signed, told, wanted
from tests.standing_in import stand_in


def test_who_of_record_may_be_asked(session, world):
    found = attending.parties(session, world.community.id, DAY)
    assert [one.key for one in found] == list(SIDES)
    assert [one.label("zh") for one in found][1:] == ["安心物业", "业委会甲"]
    assert found[0].label("zh").endswith("居委会")


def test_everybody_who_is_invited_is_told_once(session, world, plan):
    asked = {world.people[name].person_id for name in ("community", "secretary", "manager")}
    assert told(session, "joint_called") == sorted({*asked, world.member.id})
    whole = plans.whole(session, signed(world, "community"), plan, DAY)
    names = {one.party.key: one.told for one in whole.invites}
    assert names["owners:served"] == ("孔示一",)
    assert names["company:WY1"] == ("经理",)
    message = session.scalars(select(Message)).first()
    assert "停车" in message.subject
    assert "2026-06-08 15:00" in message.body
    assert message.link == f"/red-property/plans/{plan}"
    worker = session.scalar(select(Person.code).where(Person.name == "甲格员"))
    more = (f"person:{worker}", "company:WY1")
    planning.invite(session, signed(world, "community"), plan, more, NOW)
    assert told(session, "joint_called") == sorted(
        {*asked, world.member.id, world.people["A"].person_id}
    )
    assert len(plans.whole(session, signed(world, "community"), plan, DAY).invites) == 4


WRONG = (
    ({"when": replace(WHEN, day=DAY - timedelta(days=1))}, "day"),
    ({"when": replace(WHEN, day=DAY + timedelta(days=400))}, "day"),
    ({"when": replace(WHEN, time="25:00")}, "time"),
    ({"when": replace(WHEN, place=" ")}, "place"),
    ({"topic": ""}, "topic"),
    ({"topic": "长" * 201}, "topic"),
    ({"note": "长" * 501}, "note"),
    ({"invited": ()}, "invited"),
    ({"invited": ("company:WY9",)}, "invited"),
)


def test_what_is_wrong_is_told_by_its_field(session, world):
    for changed, field in WRONG:
        with pytest.raises(InvalidInput) as refused:
            planning.call(session, signed(world, "county"), wanted(world, **changed), NOW)
        assert refused.value.field == field
    assert told(session, "joint_called") == []
    assert session.scalars(select(MeetingPlan)).all() == []


def test_only_the_community_s_keepers_plan_and_none_twice(session, world, plan):
    for name in ("A", "secretary", "manager"):
        with pytest.raises(NotAllowed):
            planning.call(session, signed(world, name), wanted(world), NOW)
        with pytest.raises(NotAllowed):
            planning.cancel(session, signed(world, name), plan, "不开", NOW)
    elsewhere = neighbour_community(session)[1]
    with pytest.raises(NotAllowed):
        planning.call(
            session, signed(world, "community"), wanted(world, community_id=elsewhere.id), NOW
        )
    with pytest.raises(InvalidInput, match="已经安排过") as refused:
        planning.call(session, signed(world, "township"), wanted(world), NOW)
    assert refused.value.field == "topic"
    with pytest.raises(NotFound):
        planning.cancel(session, signed(world, "county"), 10**6, "不开", NOW)


def test_a_desk_plans_where_it_is_one_and_not_wherever_another_post_reads(session, world, plan):
    _parent, area, _grid = neighbour_community(session)
    desk = world.post(PostKind.COMMUNITY_DESK, area, "邻居社区员")
    secretary = session.scalars(select(Post).where(Post.kind == "secretary")).one()
    who = holding(desk, secretary)
    both = SignedIn(None, who.person_id, "both", "both", who.scope)
    assert {area.id, world.community.id} <= who.scope.communities
    with pytest.raises(NotAllowed):
        planning.call(session, both, wanted(world, topic="别的"), NOW)
    with pytest.raises(NotAllowed):
        planning.cancel(session, both, plan, "不归我", NOW)
    assert meetings.kept_communities(session, both, DAY) == ((area.code, "邻居社区"),)
    assert list(meetings.kept_ids(session, both, DAY)) == [area.code]


def test_a_meeting_is_moved_with_a_reason_and_the_old_time_stays_on_record(session, world, plan):
    keeper, later = signed(world, "community"), replace(WHEN, day=DAY + timedelta(days=9))
    with pytest.raises(InvalidInput) as refused:
        planning.move(session, keeper, plan, later, " ", NOW)
    assert refused.value.field == "reason"
    with pytest.raises(InvalidInput, match="没有变"):
        planning.move(session, keeper, plan, WHEN, "撞期", NOW)
    planning.move(session, keeper, plan, later, "撞期", NOW)
    planning.move(session, keeper, plan, WHEN, "又空出来了", NOW)
    whole = plans.whole(session, signed(world, "community"), plan, DAY)
    assert [(one.day, one.reason) for one in whole.moves] == [
        (WHEN.day, "撞期"),
        (later.day, "又空出来了"),
    ]
    assert len(told(session, "joint_moved")) == 8
    other = planning.call(session, keeper, wanted(world, when=later), NOW)
    with pytest.raises(InvalidInput, match="已经安排过"):
        planning.move(session, keeper, other, WHEN, "并到一起", NOW)
    assert plans.plan(session, other, DAY).day == later.day


def test_a_cancelled_meeting_stays_with_its_reason_and_is_closed(session, world, plan):
    keeper = signed(world, "community")
    planning.cancel(session, keeper, plan, "人来不齐", NOW)
    found = plans.plan(session, plan, DAY)
    assert (found.standing(DAY), found.reason) == (Standing.CANCELLED, "人来不齐")
    assert len(told(session, "joint_cancelled")) == 4
    assert plans.open_plans(session, DAY) == ()
    assert [one.id for one in plans.cancelled(session, DAY)] == [plan]
    for step in (
        lambda: planning.cancel(session, keeper, plan, "再取消", NOW),
        lambda: planning.move(session, keeper, plan, replace(WHEN, time="16:00"), "改", NOW),
        lambda: planning.invite(session, keeper, plan, SIDES, NOW),
        lambda: agenda.propose(session, keeper, plan, Point("绿化"), NOW),
    ):
        with pytest.raises(InvalidInput):
            step()


def test_points_are_proposed_by_those_invited_and_those_of_the_community(session, world, plan):
    number = dispatch.file(session, filing(), NOW).number
    manager, worker = signed(world, "manager"), signed(world, "A")
    agenda.propose(session, worker, plan, Point("", report=number), NOW)
    mine = agenda.propose(session, manager, plan, Point("车库积水", compound="served"), NOW)
    found = plans.proposals(session, plan, DAY)
    assert [(one.title, one.report, one.compound_code, one.person) for one in found] == [
        ("类别LIGHT", number, None, "甲格员"),
        ("车库积水", None, "served", "经理"),
    ]
    refusals = {
        "title": [Point(""), Point("车库积水"), Point("灯", report=number)],
        "report": [Point("灯", report="2026-999999")],
        "compound": [Point("灯", compound="gone")],
    }
    for field, points in refusals.items():
        for point in points:
            with pytest.raises(InvalidInput) as refused:
                agenda.propose(session, worker, plan, point, NOW)
            assert refused.value.field == field
    with pytest.raises(InvalidInput) as refused:  # whoever may not read it learns nothing of it
        agenda.propose(session, manager, plan, Point("灯", report=number), NOW)
    assert refused.value.field == "report"
    outsider = world.post(PostKind.COMMUNITY_DESK, neighbour_community(session)[1], "邻员")
    world.people["outsider"] = holding(outsider)
    with pytest.raises(NotAllowed):
        agenda.propose(session, signed(world, "outsider"), plan, Point("路"), NOW)
    with pytest.raises(NotAllowed):
        agenda.drop(session, worker, plan, mine, NOW)
    agenda.drop(session, manager, plan, mine, NOW)
    with pytest.raises(NotFound):
        agenda.drop(session, manager, plan, mine, NOW)
    late = NOW + timedelta(days=8)
    with pytest.raises(InvalidInput, match="不能再提"):
        agenda.propose(session, worker, plan, Point("晚了"), late)
    steps = session.scalars(
        select(AuditEntry.action).where(AuditEntry.object_kind == "meeting_plan")
    )
    assert sorted(steps) == [
        "joint_meeting_planned",
        "joint_point_dropped",
        "joint_point_proposed",
        "joint_point_proposed",
    ]


def filed(session, number):
    """A report of its own, by number."""
    return dispatch.file(session, filing(f"k-{number}", body=f"{number}" * 64), NOW).number


def seen(session, world, name, plan):
    found = plans.whole(session, signed(world, name), plan, DAY)
    return [(one.title, one.report, one.withheld) for one in found.proposals]


def test_only_who_may_read_a_report_sees_its_number_and_its_words(session, world, plan):
    first, second, third = (filed(session, one) for one in range(3))
    worker = signed(world, "A")
    for point in (Point("", report=first), Point("", report=second), Point("再议", report=third)):
        agenda.propose(session, worker, plan, point, NOW)
    old = session.scalars(select(MeetingProposal).where(MeetingProposal.title == "再议")).one()
    old.title = f"再议（{third}）"
    agenda.propose(session, worker, plan, Point("绿化"), NOW)
    assert seen(session, world, "A", plan) == [
        ("类别LIGHT", first, False),
        ("类别LIGHT（2）", second, False),
        ("再议", third, False),
        ("绿化", None, False),
    ]
    hidden = [("", None, True), ("", None, True), ("再议", None, True), ("绿化", None, False)]
    assert seen(session, world, "manager", plan) == hidden
    assert seen(session, world, "B", plan) == hidden
    world.people["A"] = replace(world.people["A"], scope=world.people["B"].scope)
    assert (
        seen(session, world, "A", plan) == hidden
    )  # she proposed them, and holds that post no more
    made = JointMeeting(community_id=world.community.id, day=DAY, topic="停车", attended="各方")
    session.add(made)
    session.flush()
    found = plans.proposals(session, plan, DAY)
    session.add_all(
        MeetingItem(meeting_id=made.id, position=place, title=one.title, proposal_id=one.id)
        for place, one in enumerate((found[0], *found[2:]), 1)
    )
    session.get(MeetingPlan, plan).state = "held"
    session.get(MeetingPlan, plan).meeting_id = made.id
    session.flush()
    for name, expected in (
        ("community", [("类别LIGHT", first), ("再议", third), ("绿化", None)]),
        ("manager", [("", None), ("再议", None), ("绿化", None)]),
    ):
        points = meetings.whole(session, signed(world, name), made.id, DAY).points
        assert [(one.title, one.report) for one in points] == expected


def test_readers_of_agendas_take_one_statement_for_all_reports(session, world, plan, statements):
    for number in range(3):
        point = Point("", report=filed(session, number))
        agenda.propose(session, signed(world, "A"), plan, point, NOW)
    points, reader = plans.proposals(session, plan, DAY), signed(world, "community")
    statements.clear()
    assert all(one.report for one in withholding.shown(session, reader, points))
    assert withholding.shown(session, reader, points[:0]) == ()
    assert len(statements) == 1


def test_what_earlier_meetings_left_open_stands_first(session, world, plan):
    before = JointMeeting(
        community_id=world.community.id, day=date(2026, 5, 4), topic="旧", attended="各方"
    )
    session.add(before)
    session.flush()
    owner = world.people["community"].person_id
    for title, done in (("划线", None), ("修灯", DAY)):
        session.add(
            MeetingTask(
                meeting_id=before.id,
                title=title,
                person_id=owner,
                due=DAY,
                done_on=done,
                result="好" if done else None,
            )
        )
    session.flush()
    assert [
        one.title for one in plans.whole(session, signed(world, "community"), plan, DAY).follow_up
    ] == ["划线"]


def test_a_held_meeting_knows_who_came(session, world, plan):
    made = JointMeeting(
        community_id=world.community.id, day=WHEN.day, topic="停车", attended="各方"
    )
    session.add(made)
    session.flush()
    rows = session.scalars(select(MeetingInvite).order_by(MeetingInvite.id)).all()
    late = NOW + timedelta(days=8)
    with pytest.raises(NotAllowed):
        planning.hold(session, signed(world, "A"), plan, made.id, {rows[0].id}, late)
    planning.hold(session, signed(world, "township"), plan, made.id, {rows[0].id}, late)
    assert [one.came for one in rows] == [True, False, False]
    found = plans.plan(session, plan, WHEN.day)
    assert (found.standing(WHEN.day), found.meeting_id) == (Standing.HELD, made.id)
    with pytest.raises(InvalidInput):
        planning.hold(session, signed(world, "township"), plan, made.id, set(), late)


def test_the_invited_are_reminded_on_the_eve_and_the_desk_of_missing_minutes(session, world, plan):
    assert telling.remind(session, NOW) == Reminded(0, 0)
    eve = NOW + timedelta(days=6)
    assert telling.remind(session, eve) == Reminded(4, 0)
    assert telling.remind(session, eve + timedelta(days=1)) == Reminded(0, 0)
    after = NOW + timedelta(days=8)
    assert plans.plan(session, plan, DAY).standing(WHEN.day + timedelta(days=1)) is Standing.WAITING
    assert telling.remind(session, after) == Reminded(0, 1)
    assert telling.remind(session, after + timedelta(days=1)) == Reminded(0, 0)
    assert told(session, "joint_waiting") == [world.people["community"].person_id]
    moved = replace(WHEN, day=DAY + timedelta(days=12))
    planning.move(session, signed(world, "community"), plan, moved, "没开成", after)
    assert telling.remind(session, NOW + timedelta(days=11)) == Reminded(4, 0)


def test_people_are_asked_by_name_for_a_post_that_they_hold_on_the_day(session, world):
    stranger = Person(code="p-none", name="路人")
    neighbour = world.post(PostKind.GRID_WORKER, neighbour_community(session)[2], "邻格员")
    session.add(stranger)
    session.flush()
    leader = world.post(PostKind.LEADER_COUNTY, world.community, "县领导")
    leaving = world.post(PostKind.COMMITTEE_MEMBER, world.community, "委员", until=WHEN.day)
    coming = world.post(PostKind.DIRECTOR, world.community, "新主任", since=WHEN.day)
    listed = {one.party.name: one for one in attending.guests(session, world.community.id, DAY)}
    assert {"甲格员", "经理", "孔示一", "县领导", "委员"} <= set(listed)
    assert {"路人", "邻格员", "新主任"}.isdisjoint(listed)
    assert [one.zh for one in listed["孔示一"].posts] == ["兼职委员"]
    keeper = signed(world, "community")
    for code, name in (
        (stranger.code, "p-none"),
        (code_of(session, neighbour.person_id), ""),
        (code_of(session, leaving.person_id), "委员"),
        ("gone", "gone"),
    ):
        with pytest.raises(InvalidInput, match=f"{name}.*2026-06-08.*没有岗位.*备注") as refused:
            planning.call(session, keeper, wanted(world, invited=(f"person:{code}",)), NOW)
        assert refused.value.field == "invited"
        assert "holds no post on 2026-06-08" in refused.value.message("en")
    people = [
        f"person:{code_of(session, one)}"
        for one in (leader.person_id, coming.person_id, world.member.id)
    ]
    made = planning.call(session, keeper, wanted(world, invited=tuple(people)), NOW)
    assert len(told(session, "joint_called")) == 3
    with pytest.raises(InvalidInput, match="没有岗位"):
        planning.invite(session, keeper, made, (f"person:{stranger.code}",), NOW)
    when = replace(WHEN, day=WHEN.day - timedelta(days=1))
    last_day = wanted(world, when=when, invited=(f"person:{code_of(session, leaving.person_id)}",))
    planning.call(session, keeper, last_day, NOW)


def test_whoever_takes_over_a_post_is_told_once_and_soon(session, world, plan):
    assert telling.catch_up(session, NOW) == 0
    heard = told(session, "joint_called")
    new = world.post(PostKind.COMMITTEE_MEMBER, world.community, "新委员", since=WHEN.day)
    soon = NOW + timedelta(days=2)
    assert telling.catch_up(session, soon) == 1
    assert telling.catch_up(session, soon) == 0
    assert sorted([*heard, new.person_id]) == told(session, "joint_called")
    late = world.post(PostKind.COMMITTEE_MEMBER, world.community, "晚来的", since=WHEN.day)
    on_the_day = NOW + timedelta(days=7)
    assert telling.catch_up(session, on_the_day) == 1
    world.post(PostKind.COMMITTEE_MEMBER, world.community, "太晚", since=WHEN.day)
    assert telling.catch_up(session, on_the_day + timedelta(days=1)) == 0
    assert late.person_id in told(session, "joint_called")


def test_nobody_is_invited_again_once_old_messages_are_gone(session, world, plan):
    heard = told(session, "joint_called")
    far = NOW + timedelta(days=360)
    when = replace(WHEN, day=DAY + timedelta(days=400))
    planning.move(session, signed(world, "community"), plan, when, "改到明年", far)
    later = NOW + timedelta(days=370)
    messaging.clean(session, later)
    assert told(session, "joint_called") == []
    assert telling.catch_up(session, later) == 0
    new = world.post(
        PostKind.COMMITTEE_MEMBER, world.community, "新委员", since=DAY + timedelta(days=368)
    )
    substitute = stand_in(
        session,
        world.people["manager"].scope.posts[0].post_id,
        "代经理",
        DAY + timedelta(days=370),
    )
    assert telling.catch_up(session, later) == 2
    assert told(session, "joint_called") == sorted([new.person_id, substitute.id])
    assert telling.catch_up(session, later) == 0
    assert not {new.person_id, substitute.id} & set(heard)


def test_whoever_is_recorded_late_is_told(session, world, plan):
    late = world.post(
        PostKind.COMMITTEE_MEMBER, world.community, "晚登记", since=DAY - timedelta(days=9)
    )
    assert telling.catch_up(session, NOW + timedelta(days=1)) == 1
    assert late.person_id in told(session, "joint_called")


def test_two_points_of_one_category_stay_two_with_their_own_reports(session, world, plan):
    numbers = [filed(session, one) for one in range(2)]
    ids = [
        agenda.propose(session, signed(world, "A"), plan, Point("", report=one), NOW)
        for one in numbers
    ]
    session.get(MeetingProposal, ids[0]).title = f"类别LIGHT（{numbers[0]}）"
    session.get(MeetingProposal, ids[1]).title = "类别LIGHT"
    made = JointMeeting(community_id=world.community.id, day=DAY, topic="停车", attended="各方")
    session.add(made)
    session.flush()
    items = [MeetingItem(meeting_id=made.id, position=place, title="类别LIGHT") for place in (1, 2)]
    session.add_all(items)
    row = session.get(MeetingPlan, plan)
    row.state, row.meeting_id = "held", made.id
    session.flush()
    agenda.link(session, plan, dict(zip((one.id for one in items), ids, strict=True)))
    reader = signed(world, "community")
    points = meetings.whole(session, reader, made.id, DAY).points
    assert [(one.position, one.report) for one in points] == [*enumerate(numbers, 1)]
    with pytest.raises(NotFound):
        agenda.link(session, plan, {items[0].id: max(ids) + 1})


def test_catching_up_takes_few_statements_however_many_are_planned(session, world, statements):
    for number in range(3):
        planning.call(session, signed(world, "county"), wanted(world, topic=f"议题{number}"), NOW)
    statements.clear()
    assert telling.catch_up(session, NOW) == 0
    assert len(statements) == 3


def test_nobody_is_called_to_what_is_cancelled(session, world, plan):
    planning.cancel(session, signed(world, "community"), plan, "不开", NOW)
    world.post(PostKind.COMMITTEE_MEMBER, world.community, "新委员")
    assert telling.catch_up(session, NOW) == 0


def test_whoever_stands_in_is_told_what_the_holder_is_told(session, world, plan):
    keeper = signed(world, "community")
    by_name = f"person:{code_of(session, world.people['A'].person_id)}"
    planning.invite(session, keeper, plan, (by_name,), NOW)
    posts = {
        name: world.people[name].scope.posts[0].post_id for name in ("secretary", "manager", "A")
    }
    first = DAY + timedelta(days=1)
    substitutes = {
        stand_in(session, number, f"代{name}", first).id for name, number in posts.items()
    }
    assert telling.catch_up(session, NOW) == 0
    tomorrow = NOW + timedelta(days=1)
    assert telling.catch_up(session, tomorrow) == 3
    assert substitutes <= set(told(session, "joint_called"))
    later = replace(WHEN, day=DAY + timedelta(days=3))
    planning.move(session, keeper, plan, later, "提前", tomorrow)
    assert substitutes <= set(told(session, "joint_moved"))
    telling.remind(session, NOW + timedelta(days=2))
    assert substitutes <= set(told(session, "joint_soon"))
    planning.cancel(session, keeper, plan, "不开", NOW + timedelta(days=3))
    assert substitutes.isdisjoint(told(session, "joint_cancelled"))  # their days are over


def test_whoever_stands_in_at_the_desk_is_told_of_missing_minutes(session, world, plan):
    post = world.people["community"].scope.posts[0].post_id
    after = DAY + timedelta(days=8)
    substitute = stand_in(session, post, "代社区员", after)
    assert telling.remind(session, NOW + timedelta(days=8)) == Reminded(0, 2)
    assert substitute.id in told(session, "joint_waiting")
    assert telling.remind(session, NOW + timedelta(days=9)) == Reminded(0, 0)


def test_nobody_is_asked_to_a_meeting_of_yesterday(session, world, plan):
    before = told(session, "joint_called")
    with pytest.raises(InvalidInput, match="日子已过"):
        planning.invite(
            session,
            signed(world, "community"),
            plan,
            (f"person:{session.scalar(select(Person.code).where(Person.name == '甲格员'))}",),
            NOW + timedelta(days=8),
        )
    assert told(session, "joint_called") == before


def many(world, count, **values):
    who = world.people["county"].person_id
    usual = {"community_id": world.community.id, "time": "15:00", "place": "会议室"}
    return [
        MeetingPlan(topic=f"议题{n}", person_id=who, made_at=NOW, **usual, **values)
        for n in range(count)
    ]


def test_however_many_are_planned_none_is_left_out(session, world, plan):
    session.add_all(many(world, 101, day=DAY + timedelta(days=1)))
    session.flush()
    assert telling.remind(session, NOW + timedelta(days=6)) == Reminded(4, 202)
    assert plan in {one.id for one in plans.open_plans(session, DAY)}


def test_old_cancelled_ones_do_not_hide_the_last(session, world, plan):
    old = {"day": DAY - timedelta(days=200), "state": "cancelled", "reason": "不开了"}
    session.add_all(many(world, 101, **old))
    session.flush()
    planning.cancel(session, signed(world, "community"), plan, "不开了", NOW)
    assert [one.id for one in plans.cancelled(session, DAY)] == [plan]


def test_a_meeting_called_for_tomorrow_is_told_once(session, world):
    tomorrow = replace(WHEN, day=DAY + timedelta(days=1))
    planning.call(session, signed(world, "county"), wanted(world, when=tomorrow), NOW)
    assert telling.remind(session, NOW) == Reminded(0, 0)
    assert session.scalars(select(MeetingPlan)).one().day == tomorrow.day
