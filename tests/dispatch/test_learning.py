"""A settled place teaches names: what is proposed, how often it was heard, and what never is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from gridmap.dispatch import service
from gridmap.dispatch.lifecycle import Action
from gridmap.geolocation.rules import Place
from gridmap.ledger.names import NameEvidence, PlaceName
from tests.dispatch.filings import NOW, act, filing, staffed
from tests.worlds import lonlat


@pytest.fixture
def town(session):
    world, people = staffed(session)
    world.compound("c1", 0, 0, 90, 90, name="书香苑小区")
    world.compound("c2", 100, 0, 190, 90, name="世纪公寓")
    for code, x, number in (("c1-3", 45, "3"), ("c2-3", 145, "3")):
        compound = world.compounds[code[:2]]
        grid = "A" if code < "c2" else "B"
        world.house(code, x, 45, grid=grid, compound_id=compound.id, number=number)
    return people


def relocate(session, people, text, key="k-1", x=155, y=55):
    """A report in A that the county's desk puts to where it is."""
    number = service.file(session, filing(key, 30, 30, description=text), NOW).number
    place = Place(*lonlat(x, y), "wgs84")
    act(session, number, people["a1"], Action.RELOCATED, place=place)
    return number


def proposed(session):
    rows = session.scalars(select(PlaceName).order_by(PlaceName.text))
    return [(row.entity_kind, row.entity_code, row.text, row.state, row.source) for row in rows]


def test_words_that_did_not_find_the_place_are_proposed(town, session):
    relocate(session, town, "我家住在老纺织宿舍3号楼2单元，楼道灯坏了")
    assert proposed(session) == [("compound", "c2", "老纺织宿舍", "proposed", "desk")]
    (heard,) = session.scalars(select(NameEvidence))
    assert heard.person_id == town["a1"].person_id


def test_each_report_is_counted_once(town, session):
    relocate(session, town, "老纺织宿舍3号楼", "k-1")
    relocate(session, town, "老纺织宿舍门口路灯不亮", "k-2")
    assert len(proposed(session)) == 1
    assert len(session.scalars(select(NameEvidence)).all()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "世纪公寓3号楼灯坏了",  # found by its name
        "书香苑小区3号楼灯坏了",  # another place's name
        "楼道灯坏了",  # no name at all
        "昨天晚上电梯坏了，在3号楼",
        "胜利街12号门前积水",  # a road
        "小区门口积水",  # a word of everyday
    ],
)
def test_what_is_no_unknown_name_is_not_proposed(town, session, text):
    relocate(session, town, text)
    assert proposed(session) == []


def test_a_place_without_compound_or_building_gets_no_name(town, session):
    relocate(session, town, "老纺织宿舍3号楼", x=195, y=95)
    assert proposed(session) == []


def test_what_a_person_has_rejected_is_not_proposed_again(town, session):
    relocate(session, town, "老纺织宿舍3号楼", "k-1")
    session.scalars(select(PlaceName)).one().state = "rejected"
    session.flush()
    relocate(session, town, "老纺织宿舍3号楼", "k-2")
    assert [row[3] for row in proposed(session)] == ["rejected"]
    assert len(session.scalars(select(NameEvidence)).all()) == 1
