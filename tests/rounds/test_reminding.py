"""Weekly reminders of overdue doors: to who calls there by grid, to the secretary of grids far behind."""

from datetime import timedelta

from sqlalchemy import select

from gridmap.messaging.tables import Message
from gridmap.rounds import reminding
from gridmap.terms import PostKind
from tests.dispatch.filings import DAY, NOW, staffed
from tests.rounds.doors import household, visited


def told(session):
    query = select(Message.event, Message.person_id, Message.subject, Message.body)
    return session.execute(query.order_by(Message.id)).all()


def test_each_worker_is_told_once_a_week_of_each_grid(session):
    world, people = staffed(session)
    household(world, "D1", "a1")
    household(world, "D2", "a2")
    household(world, "D3", "b1")
    visited(world, "D3", "b1", 5)
    household(world, "D4", "b1", visitor_id=people["a1"].person_id)
    assert reminding.remind(session, NOW) == 2
    steward, worker = told(session)
    assert (worker.event, worker.person_id) == ("doors_late", people["A"].person_id)
    assert "有 2 户走访超期" in worker.subject
    assert "已超期 121 天" in worker.body
    assert steward.person_id == people["a1"].person_id
    monday = reminding.week_of(DAY)
    for days in range((monday + timedelta(days=7) - DAY).days):
        assert reminding.remind(session, NOW + timedelta(days=days)) == 0
    visited(world, "D4", "b1", 0)
    next_week = NOW + timedelta(days=7)
    assert reminding.remind(session, next_week) == 1
    assert told(session)[-1].person_id == people["A"].person_id


def test_the_secretary_is_told_of_grids_far_behind_and_the_desk_where_there_is_none(session):
    world, people = staffed(session)
    for number in range(5):
        household(world, f"A{number}", "a1")
    for number in range(4):
        household(world, f"B{number}", "b1")
    reminding.remind(session, NOW)
    (desk,) = [row for row in told(session) if row.event == "doors_behind"]
    assert desk.person_id == people["community"].person_id
    assert "共 5 户超期" in desk.subject
    assert "5/5 户" in desk.body
    secretary = world.post(PostKind.SECRETARY, world.community, "书记")
    reminding.remind(session, NOW + timedelta(days=7))
    behind = [row.person_id for row in told(session) if row.event == "doors_behind"]
    assert behind == [people["community"].person_id, secretary.person_id]
    assert reminding.remind(session, NOW + timedelta(days=7)) == 0
