"""What people decided, laid over what the entities say: pure."""

from __future__ import annotations

import pytest

from gridmap.geolocation.curated import (
    Curated,
    CuratedAddress,
    CuratedName,
    Known,
    numbers_of,
    with_curated,
)
from gridmap.geolocation.wording.gazetteer import Door, EntityKind, Gazetteer, Key, Name
from gridmap.terms import Named, Parity

ESTATE = Key(EntityKind.COMPOUND, "c1")
ROAD, OTHER = Key(EntityKind.ROAD, "人民路"), Key(EntityKind.ROAD, "解放路")


@pytest.fixture
def base():
    gazetteer = Gazetteer(
        names=(Name(ESTATE, "书香苑小区"), Name(ROAD, "人民路"), Name(OTHER, "解放路")),
        crossings={frozenset(("人民路", "解放路")): "人民路/解放路"},
    )
    return Known(
        gazetteer, {ESTATE: (1.0, 2.0)}, {ESTATE: "书香苑小区"}, {"人民路/解放路": (3.0, 4.0)}
    )


def over(base, *names, addresses=()):
    return with_curated(base, Curated(names, tuple(addresses)), "v2")


def texts(known, key=ESTATE):
    return {name.text for name in known.gazetteer.names if name.key == key}


def test_a_confirmed_name_is_added_and_the_version_is_new(base):
    known = over(base, CuratedName(Named.COMPOUND, "c1", "书香苑", rejected=False))
    assert texts(known) == {"书香苑小区", "书香苑"}
    assert known.gazetteer.version == "v2"
    assert known.base is base


def test_a_rejected_name_masks_its_text_in_any_spelling_for_its_entity_alone(base):
    known = over(base, CuratedName(Named.COMPOUND, "c1", "書香苑小區", rejected=True))
    assert texts(known) == set()
    assert texts(over(base, CuratedName(Named.ROAD, "人民路", "书香苑小区", rejected=True)))


def test_a_name_of_what_is_not_there_is_left_out(base):
    gone = CuratedName(Named.COMPOUND, "c9", "老粮站", rejected=False)
    road = CuratedName(Named.ROAD, "没有的路", "老街", rejected=False)
    assert over(base, gone, road).gazetteer.names == base.gazetteer.names


def test_a_crossing_is_named_in_either_order(base):
    for code in ("人民路/解放路", "解放路/人民路"):
        known = over(base, CuratedName(Named.CROSSING, code, "大十字", rejected=False))
        key = Key(EntityKind.POI, "人民路/解放路")
        assert texts(known, key) == {"大十字"}
        assert known.spots[key] == (3.0, 4.0)


@pytest.mark.parametrize(
    ("facts", "numbers"),
    [
        ((11, 17, Parity.ODD, None), ("11", "13", "15", "17")),
        ((10, 13, Parity.EVEN, None), ("10", "12")),
        ((10, 12, Parity.ALL, None), ("10", "11", "12")),
        ((88, None, Parity.ALL, "甲"), ("88甲",)),
        ((1, 9_999, Parity.ALL, None), ()),
        ((None, None, Parity.ALL, None), ()),
    ],
)
def test_numbers_of_a_range_are_those_of_its_side(facts, numbers):
    first, last, parity, suffix = facts
    address = CuratedAddress(
        "building", "b", "人民路", None, first, last, parity, suffix, None, rejected=False
    )
    assert numbers_of(address) == numbers


def test_an_address_of_a_compound_is_a_point_in_it(base):
    address = CuratedAddress(
        "compound", "c1", "人民路", None, 8, None, Parity.ALL, None, None, rejected=False
    )
    known = over(base, addresses=[address])
    assert known.gazetteer.doors[Door("人民路", "8")] == (Key(EntityKind.POI, "c1"),)
    assert known.titles[Key(EntityKind.POI, "c1")] == "书香苑小区"
