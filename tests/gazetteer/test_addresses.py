"""Addresses as people keep them, and what the resolver's gazetteer makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridmap.errors import InvalidInput, NotAllowed
from gridmap.gazetteer import addresses
from gridmap.gazetteer.addresses import Filters, Target, Wanted
from gridmap.geolocation import gazetteer_queries
from gridmap.geolocation.wording.gazetteer import Door, EntityKind, House, Key
from gridmap.terms import Named, PostKind, Role
from tests.gazetteer.keeping import DAY, NOW, Town
from tests.worlds import lonlat

HOUSE = Key(EntityKind.BUILDING, "shop")


@pytest.fixture
def town(session):
    made = Town(session)
    made.world.house("shop", 150, 60, grid="B", road="人民路", house_number="20-22")
    return made


@pytest.fixture
def desk(town):
    return town.keeper(roles=(Role.ADMINISTRATOR,))


def wanted(numbers="11-15单号", *, road="解放路", lane="", target=None, day=DAY):
    return Wanted(road, lane, numbers, target or Target(Named.BUILDING, "shop"), day)


def gazetteer(session, day=DAY):
    return gazetteer_queries.known(session, day, "")


def test_every_number_of_one_side_finds_the_building(town, desk, session):
    addresses.add(session, desk, wanted(), NOW)
    doors = gazetteer(session).gazetteer.doors
    numbers = {door.number for door in doors if door.road == "解放路"}
    assert numbers == {"11", "13", "15"}
    assert doors[Door("解放路", "13")] == (HOUSE,)
    names = gazetteer(session).gazetteer.names
    assert "解放路" in {name.text for name in names}


def test_what_follows_a_number_belongs_to_it(town, desk, session):
    addresses.add(session, desk, wanted("88甲"), NOW)
    doors = gazetteer(session).gazetteer.doors
    assert Door("解放路", "88甲") in doors
    assert Door("解放路", "88") not in doors


def test_a_lane_is_that_of_a_compound_and_its_numbers_those_of_houses(town, desk, session):
    addresses.add(session, desk, wanted("", lane="37", target=Target(Named.COMPOUND, "c2")), NOW)
    addresses.add(session, desk, wanted("5", lane="37"), NOW)
    found = gazetteer(session).gazetteer
    assert found.lanes[Door("解放路", "37")] == "c2"
    assert found.houses[House("c2", "", "5")] == ("shop",)


def test_a_point_has_an_address_without_any_building(town, desk, session):
    lon, lat = lonlat(180, 90)
    addresses.add(session, desk, wanted("9", target=Target(None, "", lon, lat)), NOW)
    known = gazetteer(session)
    (key,) = known.gazetteer.doors[Door("解放路", "9")]
    assert known.spots[key] == pytest.approx((lon, lat))
    assert known.titles[key] == "解放路9号"


def test_a_rejected_address_masks_that_of_the_building(town, desk, session):
    assert gazetteer(session).gazetteer.doors[Door("人民路", "22")] == (HOUSE,)
    addresses.reject(session, desk, wanted("20-22", road="人民路"), NOW)
    doors = gazetteer(session).gazetteer.doors
    assert Door("人民路", "20") in doors or Door("人民路", "22") not in doors
    assert Door("人民路", "22") not in doors
    assert Door("人民路", "22") in gazetteer(session, DAY - timedelta(days=1)).gazetteer.doors


def test_an_address_ends_and_what_was_never_true_leaves_nothing(town, desk, session):
    later = DAY + timedelta(days=10)
    number = addresses.add(session, desk, wanted(), NOW)
    addresses.end(session, desk, number, later, NOW)
    assert Door("解放路", "11") in gazetteer(session).gazetteer.doors
    assert Door("解放路", "11") not in gazetteer(session, later).gazetteer.doors
    addresses.end(session, desk, number, DAY, NOW)
    assert Door("解放路", "11") not in gazetteer(session).gazetteer.doors


@pytest.mark.parametrize("numbers", ["", "老宅", "20-10", "123456"])
def test_numbers_that_cannot_be_read_are_refused(town, desk, session, numbers):
    with pytest.raises(InvalidInput, match="号码"):
        addresses.add(session, desk, wanted(numbers), NOW)


def test_the_same_address_is_not_written_twice(town, desk, session):
    addresses.add(session, desk, wanted(), NOW)
    with pytest.raises(InvalidInput, match="已经有"):
        addresses.add(session, desk, wanted("11-15（单号）"), NOW)


def test_the_list_has_those_of_buildings_and_those_that_people_wrote(town, desk, session):
    addresses.add(session, desk, wanted(), NOW)
    found, total = addresses.addresses(session, desk, DAY, Filters())
    assert [(one.written, one.code) for one in found] == [
        ("人民路20-22号", "shop"),
        ("解放路11-15号（单号）", "shop"),
    ]
    assert total == 2
    own, _total = addresses.addresses(session, desk, DAY, Filters(own=True))
    assert [one.written for one in own] == ["解放路11-15号（单号）"]
    some, _total = addresses.addresses(session, desk, DAY, Filters("解放"))
    assert [one.written for one in some] == ["解放路11-15号（单号）"]


def test_a_desk_keeps_the_addresses_of_its_own_community(town, session):
    other = town.keeper(PostKind.COMMUNITY_DESK, town.neighbour)
    with pytest.raises(NotAllowed):
        addresses.add(session, other, wanted(), NOW)
    lon, lat = lonlat(180, 50)
    with pytest.raises(NotAllowed):
        addresses.add(session, other, wanted("9", target=Target(None, "", lon, lat)), NOW)
