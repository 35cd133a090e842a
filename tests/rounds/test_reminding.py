"""Weekly reminders of overdue doors: to who calls there by grid, to the secretary of grids far behind."""

import re
from datetime import timedelta

from sqlalchemy import select

from gridmap.ledger.areas import AreaVersion, GridVersion
from gridmap.messaging.tables import Message
from gridmap.messaging.templates import in_force
from gridmap.messaging.words import render
from gridmap.rounds import reminding
from gridmap.terms import PostKind
from tests.dispatch.filings import DAY, NOW, staffed
from tests.rounds.doors import household, visited
from tests.standing_in import stand_in


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
    assert "最早应走访：2026-01-31" in worker.body
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
    assert "户数：A网格 5/5" in desk.body
    secretary = world.post(PostKind.SECRETARY, world.community, "书记")
    reminding.remind(session, NOW + timedelta(days=7))
    behind = [row.person_id for row in told(session) if row.event == "doors_behind"]
    assert behind == [people["community"].person_id, secretary.person_id]
    assert reminding.remind(session, NOW + timedelta(days=7)) == 0


def test_what_is_filled_in_is_no_language_s(session, monkeypatch):
    """An English message of places with English names has no Chinese in it."""
    world, _people = staffed(session)
    for number in range(5):
        household(world, f"A{number}", "a1")
        household(world, f"B{number}", "b1")
    for version in (GridVersion, AreaVersion):
        for row in session.scalars(select(version)):
            row.name = f"Place {row.id}"
    session.flush()
    posted = []
    monkeypatch.setattr(
        reminding.messaging, "post", lambda _session, notices, _now: posted.extend(notices) or 0
    )
    monkeypatch.setattr(reminding, "NAMED", 1)
    reminding.remind(session, NOW)
    assert {one.event for one in posted} == {"doors_late", "doors_behind"}
    for one in posted:
        words = render(in_force(one.event, "en", {}), one.values)
        assert not re.search(r"[\u4e00-\u9fff；，。]", f"{words.subject} {words.body}")
    [behind] = [one for one in posted if one.event == "doors_behind"]
    assert behind.values["reason"].endswith(" 5/5 · +1")


def test_whoever_stands_in_is_told_on_her_days(session):
    world, people = staffed(session)
    steward = people["a1"].person_id
    household(world, "D1", "a1")
    for number in range(6):
        household(world, f"L{number}", "a1", visitor_id=steward)
    first = DAY + timedelta(days=1)
    substitutes = {
        name: stand_in(session, people[name].scope.posts[0].post_id, f"代{name}", first).id
        for name in ("A", "a1", "community")
    }

    def heard():
        by = {name: [] for name in substitutes}
        for row in told(session):
            for name, person in substitutes.items():
                by[name] += [row.subject] if row.person_id == person else []
        return [[re.search(r"(\d+) 户", words)[1] for words in by[name]] for name in substitutes]

    reminding.remind(session, NOW)
    assert heard() == [[], [], []]
    reminding.remind(session, NOW + timedelta(days=1))
    assert heard() == [["1"], ["6"], ["7"]]
    reminding.remind(session, NOW + timedelta(days=2))
    reminding.remind(session, NOW + timedelta(days=7))
    assert heard() == [["1"], ["6"], ["7"]]
