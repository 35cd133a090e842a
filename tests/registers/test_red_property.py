"""Registers of the red property net: what is written is read back, and what cannot be is told by its column."""

from datetime import date, timedelta

import pytest

from gridmap.ledger.areas import Area
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.property import PropertyCompany
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change
from gridmap.store.revision import revisions
from tests.registers.keeping import DAY, HERE, THERE, begin, history, listed, put, refused, town

SINCE = date(2026, 1, 1)


@pytest.fixture
def county(session):
    made = town(session)
    session.add(PropertyCompany(code="WY1", name="安居物业"))
    meeting = JointMeeting(
        community_id=made.world.community.id, day=date(2026, 5, 5), topic="停车", attended="各方"
    )
    session.add(meeting)
    session.flush()
    session.refresh(meeting)
    made.meeting = meeting
    return made


def examples(county):
    meeting = county.meeting.code
    return {
        "company-parties": {
            "company": "WY1",
            "party_form": "joint",
            "name": "联合党支部",
            "begins": SINCE,
        },
        "joint-posts": {
            "community": HERE,
            "person_name": "孔示一",
            "duty": "member",
            "company": "WY1",
            "begins": SINCE,
        },
        "self-management": {
            "compound": "XQ1",
            "work": "cleaning",
            "manager": "自管小组",
            "phone": "0000-5500001",
            "begins": SINCE,
        },
        "meeting-items": {
            "meeting": meeting,
            "position": 1,
            "title": "停车",
            "decision": "=SUM(A1:A9)",
        },
        "meeting-parties": {"meeting": meeting, "company": "WY1", "came": False},
        "meeting-agencies": {"meeting": meeting, "agency": "BM01"},
        "meeting-tasks": {
            "meeting": meeting,
            "title": "划线",
            "person_name": "严示二",
            "due": date(2026, 6, 20),
        },
        "unit-deeds": {
            "community": HERE,
            "agency": "BM01",
            "day": DAY,
            "kind": "visit",
            "note": "走访",
        },
    }


def test_each_is_written_read_back_and_kept_in_its_history(session, county):
    keeper, before = county.keeper("county"), revisions(session)["red_property"]
    for key, values in examples(county).items():
        (number,) = put(session, keeper, key, begin(**values)).ids
        known = {record.id: record for record in listed(session, keeper, key)}[number]
        assert {name: known.values[name] for name in values} == values
        assert known.place is None or known.place.code == HERE
        assert history(session, keeper, key, number).record == known
        if REGISTERS[key].dated:
            put(session, keeper, key, Change(Action.END, id=number, day=DAY))
            assert listed(session, keeper, key) == ()
            assert len(listed(session, keeper, key, DAY - timedelta(1))) == 1
    assert revisions(session)["red_property"] > before


def test_the_same_twice_is_refused_by_its_column(session, county):
    keeper = county.keeper("county")
    told = {}
    for key, values in examples(county).items():
        put(session, keeper, key, begin(**values))
        person = {}
        if "person_name" in values:
            (record,) = listed(session, keeper, key)
            person = {"person": record.values["person"]}
        told[key] = set(refused(session, keeper, key, begin(**(values | person))))
    assert told == {
        "company-parties": {(1, "begins")},
        "joint-posts": {(1, "person")},
        "self-management": {(1, "work")},
        "meeting-items": {(1, "position")},
        "meeting-parties": {(1, "meeting")},
        "meeting-agencies": {(1, "agency")},
        "meeting-tasks": {(1, "title")},
        "unit-deeds": {(1, "day")},
    }


def test_a_joint_post_comes_from_one_side(session, county):
    keeper, values = county.keeper("county"), examples(county)["joint-posts"]
    both = refused(session, keeper, "joint-posts", begin(**(values | {"compound": "XQ1"})))
    neither = refused(session, keeper, "joint-posts", begin(**(values | {"company": None})))
    assert set(both) == set(neither) == {(1, "company")}
    assert "只填一个" in both[1, "company"]
    owners = values | {"company": None, "compound": "XQ1"}
    put(session, keeper, "joint-posts", begin(**owners))
    (record,) = listed(session, keeper, "joint-posts")
    assert (record.values["compound"], record.values["company_name"]) == ("XQ1", None)


def test_a_side_at_a_meeting_is_one_of_three(session, county):
    keeper, values = county.keeper("community"), examples(county)["meeting-parties"]
    for wrong in ({"compound": "XQ1"}, {"company": None}):
        assert set(refused(session, keeper, "meeting-parties", begin(**(values | wrong)))) == {
            (1, "company")
        }
    for side in ({"compound": "XQ1"}, {"community": THERE}):
        put(session, keeper, "meeting-parties", begin(**(values | {"company": None} | side)))
    found = listed(session, keeper, "meeting-parties")
    assert {record.place.code for record in found} == {HERE}


def test_a_done_task_says_what_came_of_it(session, county):
    keeper, values = county.keeper("county"), examples(county)["meeting-tasks"]
    silent = refused(session, keeper, "meeting-tasks", begin(**(values | {"done_on": DAY})))
    assert set(silent) == {(1, "result")}


def test_a_community_keeps_the_follow_up_of_its_own_meetings(session, county):
    desk = county.keeper("community")
    items = {"position": 1, "title": "停车"}
    (number,) = put(session, desk, "meeting-items", begin(meeting=county.meeting.code, **items)).ids
    assert number
    other = session.query(JointMeeting).one()
    there = JointMeeting(
        community_id=_area(session, THERE), day=other.day, topic="别处", attended="各方"
    )
    session.add(there)
    session.flush()
    session.refresh(there)
    told = refused(session, desk, "meeting-items", begin(meeting=there.code, **items))
    assert told == {(1, "meeting"): "不在您负责的范围内。"}
    gone = refused(session, desk, "meeting-items", begin(meeting="HY999999", **items))
    assert set(gone) == {(1, "meeting")}


def _area(session, code):
    return session.query(Area).filter(Area.code == code).one().id


def test_a_meeting_with_an_agenda_is_not_withdrawn(session, county):
    keeper = county.keeper("county")
    put(session, keeper, "meeting-items", begin(**examples(county)["meeting-items"]))
    gone = Change(Action.WITHDRAW, id=county.meeting.id, reason="录错")
    assert "用到它" in refused(session, keeper, "joint-meetings", gone)[1, None]
