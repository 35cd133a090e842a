"""A day in memory and the database answer alike about what texts name."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiLineString

from gridmap.geolocation import bulk, words
from gridmap.geolocation.asked_extents import AskedExtents
from gridmap.geolocation.extent_queries import ways
from gridmap.geolocation.held_extents import HeldExtents
from gridmap.geolocation.resolver import circle_of, together
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import decided
from gridmap.ledger.geography import Place as PointOfInterest
from gridmap.ledger.geography import Road
from gridmap.store.base import from_day
from gridmap.terms import PlaceSource, Verdict
from tests import worlds
from tests.worlds import START, lonlat, square

DAY = date(2026, 6, 1)
WORLD = (-180.0, -90.0, 180.0, 90.0)
TOWN = """
    AABC
    ADDC
    EED.
"""
SURNAMES = "王李张刘陈杨赵黄周吴"


def made_up(session, seed):
    """A town with estates across edges, houses with and without grid and estate, roads in, along and outside grids."""
    dice = np.random.default_rng(seed)
    world = worlds.draw(session, TOWN)
    estates = [f"{one}家花园" for one in SURNAMES[:6]]
    for number, name in enumerate(estates):
        x, y, w, h = (float(v) for v in dice.integers((0, 0, 30, 30), (380, 280, 160, 140)))
        world.compound(f"c{number}", x, y, x + w, y + h, name=name)
    for number in range(30):
        x, y = dice.integers(0, (400, 300)).tolist()
        own = dice.integers(0, 8)
        facts = {"compound_id": world.compounds[f"c{own}"].id} if own < 6 else {}
        grid = str(dice.choice(list("ABCDE"))) if number % 5 else None
        world.house(f"h{number}", x, y, grid=grid, number=str(number % 9 + 1), **facts)
    for number in range(9):
        ends = [lonlat(*dice.integers(-60, (480, 360)).tolist()) for _ in range(3)]
        if number < 2:
            ends = (
                [lonlat(200, 0), lonlat(200, 300 * number)]
                if number
                else [lonlat(900, 0), lonlat(900, 99)]
            )
        line = from_shape(MultiLineString([LineString(ends)]), 4326)
        name = f"{SURNAMES[number // 2]}山路"  # most are of two parts
        session.add(
            Road(code=f"r{number}", name=name, kind="primary", line=line, valid=from_day(START))
        )
    for number in range(6):
        x, y = dice.integers(0, (400, 300)).tolist()
        shape = from_shape(square(x, y, x + 8, y + 8), 4326)
        session.add(
            PointOfInterest(
                code=f"p{number}", name=f"{SURNAMES[number]}记菜市场", kind="market", shape=shape,
                valid=from_day(START),
            )
        )  # fmt: skip
    session.flush()
    return world, estates


def both(session):
    region = bulk.region(session, WORLD, DAY)
    return AskedExtents(session, DAY), HeldExtents(region.snapshot, ways(session, DAY))


def rounded(value):
    """The same with metres to a millimetre: two ways to measure differ by nanometres."""
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return [rounded(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return type(value), [rounded(getattr(value, name)) for name in value.__dataclass_fields__]
    return value


def same(asked, held, question, *about):
    one, other = getattr(asked, question)(*about), getattr(held, question)(*about)
    assert rounded(one) == rounded(other), (question, about)
    return one


def compare(asked, held, known, dice, sample):
    """Ask both about everything that a county's names stand for; return how many answers had grids."""
    keys = known.spots
    codes = {kind: [key.code for key in keys if key.kind.value == kind] for kind in
             ("building", "compound", "community")}  # fmt: skip
    roads = [name.key.code for name in known.gazetteer.names if name.key.kind.value == "road"]
    found = 0
    same(asked, held, "buildings", [*codes["building"], "unknown"])
    for question, those in (
        ("compound", codes["compound"]), ("road", roads), ("community", codes["community"]),
    ):  # fmt: skip
        for code in dice.permutation([*those, "unknown"])[:sample].tolist():
            answer = same(asked, held, question, code)
            found += bool(answer[1] if isinstance(answer, tuple) else answer)
    for key in [key for key in keys if key.kind.value == "building"][
        :: 1 + len(codes["building"]) // sample
    ]:
        found += bool(same(asked, held, "around_building", key.code, keys[key], 40.0))
    spots = [*known.crossings.values(), *keys.values()]
    for row in dice.permutation(len(spots))[:sample].tolist():
        spot = tuple(spots[row])
        around = same(asked, held, "around_spot", spot, 40.0)
        found += bool(around)
        same(asked, held, "grids", [*(one.id for one in around), -1])
        same(asked, held, "verdicts", Place(*spot, "wgs84", None, PlaceSource.WORDS))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_both_sources_give_the_same_extents(session, seed):
    made_up(session, seed)
    asked, held = both(session)
    known = words.book(session, DAY).known
    dice = np.random.default_rng(seed)
    assert compare(asked, held, known, dice, 40) > 40
    for _ in range(30):
        spot = lonlat(*dice.uniform(-80, (480, 380)).tolist())
        for reach in (0.5, 40.0, 120.0):
            same(asked, held, "around_spot", spot, reach)
        same(asked, held, "verdicts", Place(*spot, "wgs84", None, PlaceSource.WORDS))


@pytest.mark.parametrize("seed", range(3))
def test_both_sources_settle_texts_and_points_alike(session, seed):
    _, estates = made_up(session, seed)
    dice = np.random.default_rng(seed)
    book = words.book(session, DAY)
    things = [
        *estates,
        *(f"{one}山路" for one in SURNAMES[:4]),
        *(f"{one}记菜市场" for one in SURNAMES[:6]),
    ]
    crossings = [f"{one}山路与{other}山路交叉口" for one in SURNAMES[:3] for other in SURNAMES[1:4]]
    ends = ["", "门口", "对面", "旁边有垃圾", *(f"{number}号楼漏水" for number in range(1, 10))]
    texts = [f"{one}{end}" for one in things for end in ends] + crossings
    settled = {settle(session, book, both(session), text, dice) for text in texts}
    assert len(settled) > 6


def test_both_sources_settle_the_demo_county_alike(demo_session):
    session, dice = demo_session, np.random.default_rng(7)
    book = words.book(session, DAY)
    sources = both(session)
    assert compare(*sources, book.known, dice, 60) > 150
    names = book.known.gazetteer.names
    ends = ("", "3号楼漏水", "对面有人违停", "里面有积水", "门口路灯不亮")
    chosen = dice.integers(0, len(names), 120).tolist()
    texts = [names[row].text + ends[number % len(ends)] for number, row in enumerate(chosen)]
    settled = {settle(session, book, sources, text, dice) for text in texts}
    assert len(settled) > 8


def settle(session, book, sources, text, dice):
    """Settle a text alone and with a phone near or far by both sources; return what kind of answer it was."""
    place = None
    centre = next(iter(book.known.spots.values()))
    if dice.random() < 0.6:
        lon, lat = (centre + dice.normal(0, 0.002, 2)).tolist()
        source = PlaceSource.GPS if dice.random() < 0.7 else PlaceSource.PIN
        place = Place(lon, lat, str(dice.choice(["wgs84", "gcj02"])), 20.0, source)
    pointed = decided(session, [place], DAY)[0] if place else None
    said = book.read(text, circle_of(pointed) if pointed else None)
    one, other = (together(said, pointed, source) for source in sources)
    assert one.suspect == other.suspect
    assert rounded(one.settled) == rounded(other.settled), text
    if one.settled is None:
        return None
    _, _, (grid, building) = one.settled
    return grid.status, building.status, tuple(grid.faults)


def test_nothing_is_near_where_there_is_no_grid(session):
    empty = bulk.nowhere(session, DAY).snapshot
    held = HeldExtents(empty, ways(session, DAY))
    spot = lonlat(0, 0)
    assert held.around_spot(spot, 40.0) == held.grids([1]) == held.buildings(["x"]) == []
    grid, _ = held.verdicts(Place(*spot, "wgs84", None, PlaceSource.WORDS))
    assert (grid.status, grid.id, grid.alternatives) == (Verdict.NONE, None, ())
