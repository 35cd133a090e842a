"""Members and meetings as registers: written, read back, private by area."""

import pytest

from gridmap.registers import service
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change, Filters, RefusedChanges
from tests.party_life.branches import BRANCH, DAY, GROUP, NOW, branches

MEMBER = {
    "organisation": GROUP,
    "person_name": "甲示一",
    "phone": "13900000001",
    "standing": "full",
    "residence": "b1",
    "begins": "2026-03-01",
}
MEETING = {
    "organisation": BRANCH,
    "kind": "theme_day",
    "day": "2026-06-05",
    "state": "held",
    "topic": "学习",
    "minutes": "记录",
    "expected": 8,
    "present": 7,
}


@pytest.fixture
def made(session):
    return branches(session)


def write(made, register, who="desk", **values):
    change = Change(Action.BEGIN, values)
    return service.write(made.session, made.keepers[who], REGISTERS[register], [change], NOW).ids[0]


def rows(made, register, who="desk"):
    found = service.rows(
        made.session, made.keepers[who], REGISTERS[register], DAY, Filters(past=True)
    )
    return found.records


def test_a_member_is_written_with_her_place_and_home(made):
    write(made, "party-members", **MEMBER)
    (one,) = rows(made, "party-members")
    assert (one.values["organisation_name"], one.values["person_name"]) == ("a1组", "甲示一")
    assert one.values["residence"] == "b1"
    assert one.place.code == made.world.community.code
    assert one.may_write


def test_names_and_homes_are_blank_for_those_whose_area_it_is_not(made):
    write(made, "party-members", **MEMBER)
    (one,) = rows(made, "party-members", "secretary")
    assert {"person", "person_name", "residence", "residence_name"} <= one.hidden
    assert one.values["person_name"] is None
    assert one.values["standing"] == "full"


def test_one_organisation_at_a_time(made):
    write(made, "party-members", **MEMBER)
    (one,) = rows(made, "party-members")
    again = MEMBER | {
        "organisation": BRANCH,
        "person": one.values["person"],
        "begins": "2026-04-01",
    }
    with pytest.raises(RefusedChanges, match="别的党组织"):
        write(made, "party-members", **again)


def test_a_held_meeting_needs_its_counts(made):
    for wrong in ({"present": 9}, {"present": None}, {"state": "planned"}):
        with pytest.raises(RefusedChanges):
            write(made, "party-meetings", **MEETING | wrong)
    write(made, "party-meetings", **MEETING)
    (one,) = rows(made, "party-meetings")
    assert (one.values["expected"], one.values["present"]) == (8, 7)
    assert "minutes" in rows(made, "party-meetings", "secretary")[0].hidden
