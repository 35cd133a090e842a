"""Pages of the red property net and of responsible units: what is shown, what is saved, what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import ResponsibleUnit
from gridmap.ledger.red_property import (
    MeetingAgency,
    MeetingItem,
    MeetingParty,
    MeetingTask,
    UnitDeed,
)
from gridmap.messaging.tables import Message
from tests.web import property_pages
from tests.web.property_pages import HOME, text_of
from tests.web.signed import post_form, sign_in
from web.params import today


@pytest.fixture
def county(session):
    return property_pages.county(session)


@pytest.fixture
def desk(client, county):
    sign_in(client, "desk")
    return client


def other(client, login):
    theirs = client.application.test_client()
    sign_in(theirs, login)
    return theirs


def meeting_of(session):
    return session.scalars(select(JointMeeting)).one()


def give_task(client, session, county, **fields):
    meeting = meeting_of(session)
    values = {
        "task": "施划停车线",
        "owner": county.handler.person.code,
        "due": today().isoformat(),
    } | fields
    page = f"/red-property/meetings/{meeting.id}"
    return post_form(client, f"{page}/tasks", from_page=page, **values)


def test_the_net_shows_companies_numbers_and_the_map_s_states(desk):
    text = text_of(desk, "/red-property")
    assert "安心物业" in text
    assert "单建" in text
    assert '"served": ["served", "alone", "company"]' in text
    assert '"self": ["ledger", "", ""]' in text


def test_a_company_and_its_compound_have_pages(desk):
    text = text_of(desk, "/red-property/companies/company")
    assert "/red-property/compounds/served" in text
    assert "本季度诉求" in text
    text = text_of(desk, "/red-property/compounds/served")
    assert "安心物业" in text
    assert "A业委会" in text
    for path in ("companies/none", "compounds/none", "meetings/9999", "tasks/9999"):
        text_of(desk, f"/red-property/{path}", 404)


def test_the_ledger_says_who_looks_after_what(desk):
    text = text_of(desk, "/red-property/compounds?care=ledger")
    assert "自管小组" in text
    assert "/red-property/compounds/self" in text
    assert "/red-property/compounds/served" not in text
    assert "/red-property/compounds/served" in text_of(
        desk, f"/red-property/compounds?community={HOME}"
    )


def test_a_meeting_is_written_with_agenda_and_agencies_or_not_at_all(desk, session):
    values = {
        "community": HOME,
        "day": today().isoformat(),
        "topic": "消防",
        "attended": "物业、民警",
        "title_1": "通道",
        "decision_1": "=清理",
        "title_3": "充电",
        "side_agency:agency": "came",
        "side_company:company": "missed",
    }
    answer = post_form(desk, "/red-property/meetings/new", **values)
    assert answer.status_code == 303
    text = text_of(desk, answer.location)
    assert "=清理" in text
    assert "县财政局" in text
    made = session.scalars(select(MeetingItem).order_by(MeetingItem.position)).all()
    assert [(one.position, one.title, one.decision) for one in made] == [
        (1, "通道", "=清理"),
        (2, "充电", None),
    ]
    assert len(session.scalars(select(MeetingAgency)).all()) == 1
    again = post_form(desk, "/red-property/meetings/new", **values)
    assert again.status_code == 422
    assert "登记过" in again.text
    assert [one.came for one in session.scalars(select(MeetingParty))] == [False]
    wrong = values | {"topic": "别的", "title_1": "长" * 201}
    assert post_form(desk, "/red-property/meetings/new", **wrong).status_code == 422
    assert len(session.scalars(select(JointMeeting)).all()) == 2


def test_a_point_is_added_to_an_agenda(desk, session):
    page = f"/red-property/meetings/{meeting_of(session).id}"
    for title in ("路灯", "绿化"):
        assert post_form(desk, f"{page}/points", from_page=page, title=title).status_code == 303
    assert [one.position for one in session.scalars(select(MeetingItem))] == [1, 2]
    assert post_form(desk, f"{page}/points", from_page=page, title=" ").status_code == 422


def test_a_task_is_given_told_and_finished_by_its_owner(desk, session, county):
    assert give_task(desk, session, county).status_code == 303
    task = session.scalars(select(MeetingTask)).one()
    message = session.scalars(select(Message)).one()
    assert (message.event, message.person_id) == ("follow_up_named", county.handler.person_id)
    handler = other(desk, "handler")
    assert "施划停车线" in text_of(handler, "/red-property")
    page = f"/red-property/tasks/{task.id}"
    refused = post_form(handler, page, result=" ", done_on=today().isoformat())
    assert refused.status_code == 422
    assert post_form(handler, page, result="已划线", done_on=today().isoformat()).status_code == 303
    assert "已划线" in text_of(handler, page)
    assert 'name="result"' not in text_of(handler, page)


def test_a_task_needs_an_owner_and_a_day(desk, session, county):
    for fields in ({"owner": ""}, {"owner": "nobody"}, {"due": "昨天"}, {"task": ""}):
        assert give_task(desk, session, county, **fields).status_code == 422
    assert session.scalars(select(MeetingTask)).all() == []


def test_others_see_a_task_and_cannot_finish_it(desk, session, county):
    give_task(desk, session, county)
    task = session.scalars(select(MeetingTask)).one()
    worker, page = other(desk, "worker"), f"/red-property/tasks/{task.id}"
    assert 'name="result"' not in text_of(worker, page)
    done = {"result": "好了", "done_on": today().isoformat()}
    assert post_form(worker, page, from_page="/account", **done).status_code == 403
    assert session.scalars(select(MeetingTask)).one().done_on is None


def test_overdue_tasks_are_listed_alone(desk, session, county):
    give_task(desk, session, county)
    task = session.scalars(select(MeetingTask)).one()
    assert "施划停车线" not in text_of(desk, "/red-property/meetings?tasks=late")
    task.due = today() - timedelta(days=2)
    session.flush()
    assert "过期 2 天" in text_of(desk, "/red-property/meetings?tasks=late")
    assert "有 1 件过期没办" in text_of(desk, "/red-property")


def test_units_show_who_does_nothing_and_write_down_what_they_did(desk, session):
    assert "本季还没有工作" in text_of(desk, "/units")
    handler = other(desk, "handler")
    page = "/units/agency"
    fields = {"community": HOME, "day": today().isoformat(), "kind": "help", "note": "送去棉衣"}
    assert post_form(handler, f"{page}/deeds", from_page=page, **fields).status_code == 303
    assert "送去棉衣" in text_of(handler, page)
    assert "本季 1 项" in text_of(desk, f"/units?community={HOME}")
    again = post_form(handler, f"{page}/deeds", from_page=page, **fields)
    assert again.status_code == 422
    assert "登记过" in again.text
    assert len(session.scalars(select(UnitDeed).where(UnitDeed.day == today())).all()) == 1
    text_of(desk, "/units/none", 404)
    assert 'name="note"' not in text_of(other(desk, "worker"), page)


def test_a_former_unit_stands_below(desk, session):
    unit = session.scalars(select(ResponsibleUnit)).one()
    unit.valid = type(unit.valid)(unit.valid.lower, today(), bounds="[)")
    session.flush()
    text = text_of(desk, "/units/agency")
    assert "今天没有分包社区" in text
    assert "以前分包的社区（1）" in text


def test_in_english(desk):
    desk.get("/language/en?next=/")
    for path, words in {
        "/red-property": "Property net",
        "/red-property/compounds": "Served or not",
        "/red-property/meetings": "Joint meetings",
        "/units": "Nothing this quarter",
    }.items():
        assert words in text_of(desk, path)
