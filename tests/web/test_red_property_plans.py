"""Pages of planned joint meetings: from the invitation to minutes, tasks and who stayed away."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import records
from gridmap.dispatch import service as dispatch
from gridmap.dispatch.catalogue import put_entries
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingPlan, MeetingProposal
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import Person
from gridmap.ledger.red_property import MeetingAgency, MeetingItem, MeetingParty, MeetingTask
from gridmap.messaging.tables import Message
from tests.dispatch.filings import CATEGORIES, filing
from tests.web import property_pages
from tests.web.property_pages import HOME, PAGE, text_of
from tests.web.signed import post_form, sign_in
from tests.worlds import START
from web.params import now, today

NEW = "/red-property/plans/new"


@pytest.fixture
def county(session):
    return property_pages.county(session)


@pytest.fixture
def desk(client, county):
    sign_in(client, "desk")
    return client


def call(client, **changed):
    fields = {
        "community": HOME,
        "topic": "小区停车",
        "day": today().isoformat(),
        "time": "15:00",
        "place": "会议室",
        "invited": [f"residents:{HOME}", "company:company", "owners:served", "agency:agency"],
    }
    return post_form(client, NEW, **(fields | changed))


@pytest.fixture
def plan(desk, session):
    assert call(desk).status_code == 303
    return session.scalars(select(MeetingPlan)).one()


def send(client, plan, what, **fields):
    page = f"/red-property/plans/{plan.id}"
    return post_form(client, f"{page}/{what}", from_page=page, **fields)


def test_a_meeting_is_planned_and_its_page_shows_who_was_told(desk, session, plan):
    text = text_of(desk, f"/red-property/plans/{plan.id}")
    for words in ("今天开", "安心物业", "A业委会", "县财政局", "已通知承办员", "请打电话通知"):
        assert words in text
    assert "要开的会" in text_of(desk, "/red-property/meetings")
    assert "要开的联席会议" in text_of(desk, "/red-property")
    assert len(session.scalars(select(MeetingInvite)).all()) == 4
    again = call(desk)
    assert again.status_code == 422
    assert "已经安排过" in again.text
    wrong = call(desk, topic="别的", invited=["company:gone"], time="下午")
    assert wrong.status_code == 422
    assert "请填时间" in wrong.text


def test_others_see_it_propose_and_cannot_change_it(desk, session, plan):
    worker = desk.application.test_client()
    sign_in(worker, "worker")
    assert send(worker, plan, "points", title="绿化", compound="served").status_code == 303
    assert "绿化" in text_of(worker, f"/red-property/plans/{plan.id}")
    refused = send(worker, plan, "points", title="绿化")
    assert refused.status_code == 422
    assert "已经有人提过" in refused.text
    assert send(worker, plan, "points", title="灯\x00").status_code == 422
    assert send(worker, plan, "cancel", why="不开").status_code == 403
    assert text_of(worker, f"/red-property/plans/{plan.id}/minutes", 403)
    text_of(worker, "/red-property/plans/9999", 404)
    row = session.scalars(select(MeetingProposal)).one()
    assert send(worker, plan, f"points/{row.id}/drop").status_code == 303
    assert session.scalars(select(MeetingProposal)).all() == []


def test_it_is_moved_and_cancelled_with_a_reason(desk, session, plan):
    later = (today() + timedelta(days=3)).isoformat()
    when = {"day": later, "time": "09:30", "place": "会议室"}
    assert send(desk, plan, "move", **when).status_code == 422
    assert send(desk, plan, "move", reason="撞期", **when).status_code == 303
    text = text_of(desk, f"/red-property/plans/{plan.id}")
    assert "撞期" in text
    assert "还有 3 天" in text
    assert desk.get(f"/red-property/plans/{plan.id}/minutes", headers=PAGE).status_code == 303
    assert send(desk, plan, "cancel", why="").status_code == 422
    assert send(desk, plan, "cancel", why="人来不齐").status_code == 303
    assert "人来不齐" in text_of(desk, f"/red-property/plans/{plan.id}")
    assert "取消的会（1）" in text_of(desk, "/red-property/meetings")


@pytest.fixture
def minutes(desk, session, county, plan):
    """Minutes with a task of the handler's; everybody but the company came."""
    send(desk, plan, "points", title="划线", compound="served")
    invites = session.scalars(select(MeetingInvite)).all()
    owner = session.scalar(select(Person.code).where(Person.id == county.handler.person_id))
    return {f"came_{one.id}": "1" for one in invites if one.company_id is None} | {
        "day": today().isoformat(),
        "title_1": "划线",
        "decision_1": "物业一周内划线",
        "owner_1": owner,
        "due_1": today().isoformat(),
        "title_2": "通气",
        "more": "居民代表3人",
    }


def test_the_minutes_make_a_meeting_with_points_tasks_and_sides(
    desk, session, county, plan, minutes
):
    assert "划线" in text_of(desk, f"/red-property/plans/{plan.id}/minutes")
    answer = send(desk, plan, "minutes", **minutes)
    assert answer.status_code == 303
    made = session.scalars(select(JointMeeting).where(JointMeeting.topic == "小区停车")).one()
    assert made.attended.endswith("A业委会、县财政局、居民代表3人")
    assert "安心物业" not in made.attended
    items = session.scalars(select(MeetingItem).order_by(MeetingItem.position)).all()
    assert [(one.title, one.decision) for one in items] == [
        ("划线", "物业一周内划线"),
        ("通气", None),
    ]
    task = session.scalars(select(MeetingTask)).one()
    assert (task.title, task.person_id) == ("物业一周内划线", county.handler.person_id)
    assert session.scalars(select(Message.event).where(Message.event == "follow_up_named")).one()
    sides = {
        (one.company_id is not None, one.came) for one in session.scalars(select(MeetingParty))
    }
    assert sides == {(True, False), (False, True)}
    assert len(session.scalars(select(MeetingAgency)).all()) == 1


def test_who_stayed_away_and_what_is_open_is_shown_afterwards(desk, session, plan, minutes):
    meeting = send(desk, plan, "minutes", **minutes).location
    text = text_of(desk, meeting)
    assert "/red-property/compounds/served" in text
    assert "缺席" in text
    assert "应到 1 次，到会 0 次" in text_of(desk, "/red-property/companies/company")
    assert "应到 1 次，到会 1 次" in text_of(desk, "/red-property/compounds/served")
    assert desk.get(f"/red-property/plans/{plan.id}", headers=PAGE).status_code == 303
    assert 'value="物业一周内划线"' in text_of(desk, f"{meeting}?point=1")
    following = call(desk, topic="下一次").location
    assert "上次议定事项的落实情况" in text_of(desk, following)
    assert "上次议定事项的落实情况" in text_of(desk, f"{following}/minutes")


@pytest.fixture
def reported(session, desk, county, plan):
    """Proposals of the plan: two reports of one category, and a point of its own."""
    put_entries(session, CATEGORIES, START)
    numbers = [
        dispatch.file(session, filing(key, body=key[-1] * 64), now()).number
        for key in ("k-1", "k-2")
    ]
    for fields in ({"report": numbers[0]}, {"report": numbers[1]}, {"title": "绿化"}):
        send(desk, plan, "points", **fields)
    return numbers


def fields_of(text):
    """The fields of the points in the minutes' form, as a browser sends them."""
    hidden = re.findall(r'type="hidden" name="(proposal_\d+)" value="(\d+)"', text)
    titles = re.findall(r'name="(title_\d+)" value="([^"]*)"', text)
    return dict([*hidden, *titles])


def test_minutes_keep_what_points_are_about_even_for_whoever_may_not_read_it(
    desk, session, plan, reported, minutes, monkeypatch
):
    with monkeypatch.context() as blind:
        blind.setattr(records, "readable_ones", lambda *_args: frozenset())
        fields = fields_of(text_of(desk, f"/red-property/plans/{plan.id}/minutes"))
        assert "一件诉求" not in fields.values()
        kept = {name: value for name, value in minutes.items() if not name.endswith(("_1", "_2"))}
        task = {"owner_1": minutes["owner_1"], "due_1": minutes["due_1"]}
        unsaid = send(desk, plan, "minutes", **kept, **fields, **task)
        assert unsaid.status_code == 422
        assert "decision_1-fault" in unsaid.text
        assert fields_of(unsaid.text) == fields
        done = send(desk, plan, "minutes", **kept, **fields, **task, decision_1="修灯")
        assert done.status_code == 303
        assert "<b>一件诉求</b>" in text_of(desk, done.location)
    items = session.scalars(select(MeetingItem).order_by(MeetingItem.position)).all()
    assert [one.title for one in items] == ["类别LIGHT", "类别LIGHT（2）", "绿化", "划线"]
    proposals = session.scalars(select(MeetingProposal).order_by(MeetingProposal.id)).all()
    assert [one.proposal_id for one in items] == [one.id for one in proposals]
    text = text_of(desk, done.location)
    assert all(f'href="/desk/{number}"' in text for number in reported)
    assert session.scalars(select(MeetingTask.title)).one() == "修灯"


def test_a_proposal_that_is_not_of_the_plan_is_refused(desk, session, plan, minutes):
    call(desk, topic="另一次")
    other = session.scalars(select(MeetingPlan).where(MeetingPlan.topic == "另一次")).one()
    send(desk, other, "points", title="别处的")
    elsewhere = session.scalars(
        select(MeetingProposal.id).where(MeetingProposal.plan_id == other.id)
    ).one()
    own = session.scalars(
        select(MeetingProposal.id).where(MeetingProposal.plan_id == plan.id)
    ).one()
    for wrong in (
        {"proposal_1": str(elsewhere)},
        {"proposal_1": "x"},
        {"proposal_1": "9" * 30},
        {"proposal_1": str(own), "proposal_2": str(own)},
    ):
        refused = send(desk, plan, "minutes", **minutes, **wrong)
        assert refused.status_code == 422
        assert "已经撤回，或者不属于这次会议" in refused.text
    assert session.scalars(select(MeetingItem)).all() == []
    assert (
        f'name="proposal_3" value="{own}"'
        in send(desk, plan, "minutes", **minutes, proposal_1="x").text
    )
    retitled = minutes | {"title_1": "划停车线", "proposal_1": str(own)}
    assert send(desk, plan, "minutes", **retitled).status_code == 303
    items = session.scalars(select(MeetingItem).order_by(MeetingItem.position)).all()
    assert [(one.title, one.proposal_id) for one in items] == [("划停车线", own), ("通气", None)]


WRONG = (
    ({"due_1": "明天"}, "due_1-fault"),
    ({"owner_1": "nobody"}, "owner_1-fault"),
    ({"title_1": "长" * 201}, "title_1-fault"),
    ({"day": (today() + timedelta(days=1)).isoformat()}, "day-fault"),
    ({"more": "\x00"}, "more-fault"),
)


def test_minutes_are_written_whole_or_not_at_all(desk, session, plan, minutes):
    for changed, words in WRONG:
        refused = send(desk, plan, "minutes", **(minutes | changed))
        assert refused.status_code == 422
        assert words in refused.text
    for table in (MeetingItem, MeetingTask, MeetingParty):
        assert session.scalars(select(table)).all() == []
    assert session.scalars(select(MeetingPlan.state)).one() == "planned"


def test_a_plan_outlives_a_record_that_is_taken_back(desk, session, plan):
    row = JointMeeting(
        community_id=plan.community_id, day=plan.day, topic=plan.topic, attended="各方"
    )
    session.add(row)
    session.flush()
    plan.state, plan.meeting_id = "held", row.id
    session.flush()
    session.delete(row)
    session.flush()
    session.expire(plan)
    text = text_of(desk, f"/red-property/plans/{plan.id}")
    assert "记录后来撤销了" in text
    assert "改期并通知" not in text


def test_minutes_name_somebody_and_something(desk, session, plan):
    refused = send(desk, plan, "minutes", day=today().isoformat())
    assert refused.status_code == 422
    assert "请写明谁参加了" in refused.text
    assert "请至少写一项议题" in refused.text


def test_a_day_that_has_passed_without_minutes_waits(desk, session, plan):
    plan.day = today() - timedelta(days=2)
    session.flush()
    assert "待补纪要" in text_of(desk, "/red-property/meetings")
    assert "过了日子还没有纪要" in text_of(desk, "/red-property")
    assert "写纪要" in text_of(desk, f"/red-property/plans/{plan.id}")
    assert send(desk, plan, "points", title="晚了").status_code == 422


def test_in_english(desk, plan):
    desk.get("/language/en?next=/")
    assert "Propose a point" in text_of(desk, f"/red-property/plans/{plan.id}")
    assert "Who is invited" in text_of(desk, NEW)
    assert "residents&#39; committee" in text_of(desk, f"/red-property/plans/{plan.id}/minutes")
