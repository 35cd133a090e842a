"""The demo county as a value: the same every time, a sound map, people without contradiction."""

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import astuple, fields
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from shapely import (
    STRtree,
    coverage_is_valid,
    coverage_union_all,
    get_coordinates,
    transform,
    union_all,
)
from shapely.geometry.base import BaseGeometry

from geodata.demo import gaps
from geodata.demo.generator import generate
from geodata.demo.leaders import COUNTY_LINKS, TOWNSHIP_LINKS
from geodata.demo.plan import COMMUNITIES, COMMUNITY_NAMES, USES, rows
from geodata.demo.streets import WIDTH
from gridmap.geometry.crs import from_wgs84
from gridmap.ledger.areas import check_area_code, check_grid_code
from gridmap.terms import SINGLE_HOLDER_POSTS, AreaKind, PartyKind, PostKind
from gridmap.timespan import Span, previous_quarter, quarter_of

DAY = date(2026, 11, 24)
TWO_YEARS = 730


@cache
def made_on(day: date):
    """The county of a day; nobody can change it, so it is made once for all tests here."""
    return generate(day)


@cache
def digest(day: date) -> str:
    """A fingerprint of every row, shapes to the last digit."""
    made = made_on(day)

    def plain(value) -> str:
        if isinstance(value, BaseGeometry):
            return value.wkb_hex
        if isinstance(value, tuple | list):
            return "[" + ",".join(map(plain, value)) + "]"
        return repr(value)

    columns = (getattr(made, field.name) for field in fields(made))
    text = "\n".join(
        plain([astuple(row) if hasattr(row, "__slots__") else row for row in column])
        if isinstance(column, tuple)
        else plain(column)
        for column in columns
    )
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def county():
    return made_on(DAY)


def days_of_change(county) -> list[date]:
    """Days of the last two years on which anything began or ended, and the day before each."""
    spans = [
        row.span
        for column in (county.posts, county.parties, county.buildings, county.grids)
        for row in column
    ]
    edges = {edge for span in spans for edge in (span.start, span.end) if edge is not None}
    first = DAY - timedelta(days=TWO_YEARS)
    days = {day for edge in edges for day in (edge, edge - timedelta(days=1))}
    return sorted(day for day in days | {first, DAY} if first <= day <= DAY)


def metric(shapes, county):
    """Shapes in metres, in the county's own zone."""

    def project(points):
        x, y = from_wgs84(points[:, 0], points[:, 1], f"EPSG:{county.metric_epsg}")
        return np.column_stack([x, y])

    return list(transform(np.array(shapes, dtype=object), project))


def on(rows, day):
    return [row for row in rows if day in row.span]


def community_codes(county) -> dict[str, str]:
    """Code of each community by the letter of the drawing."""
    names = {f"{name}社区": letter for letter, name in COMMUNITY_NAMES.items()}
    return {names[area.name]: area.code for area in county.areas if area.kind is AreaKind.COMMUNITY}


def test_same_day_same_bytes_in_another_process():
    code = (
        f"from tests.geodata.test_demo_county import digest, DAY; print(digest({DAY!r}))".replace(
            "datetime.date", "__import__('datetime').date"
        )
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert other.stdout.strip() == digest(DAY)


def test_another_day_is_another_county():
    assert digest(DAY) != digest(DAY - timedelta(days=1))


def test_the_drawing_is_of_one_piece():
    assert {len(row) for row in (*rows(USES), *rows(COMMUNITIES))} == {14}
    assert len(rows(USES)) == len(rows(COMMUNITIES)) == 14
    assert {letter for row in rows(COMMUNITIES) for letter in row} == set(COMMUNITY_NAMES)


def test_size(county):
    today = on(county.buildings, DAY)
    assert len(on(county.grids, DAY)) == 22
    assert Counter(area.kind for area in on(county.areas, DAY)) == {
        AreaKind.COUNTY: 1,
        AreaKind.TOWNSHIP: 3,
        AreaKind.COMMUNITY: 22,
    }
    assert 2_000 <= len(today) <= 3_000
    assert 40_000 <= sum(building.households for building in today) <= 50_000
    assert len(county.places) > 150
    held = Counter(post.kind for post in on(county.posts, DAY))
    assert held[PostKind.GRID_WORKER] == 22
    assert held[PostKind.PART_TIME_WORKER] == 981
    assert held[PostKind.LEADER_MUNICIPAL] == 1


def test_codes(county):
    for area in county.areas:
        check_area_code(area.code, area.kind, "419901000000")
    for grid in county.grids:
        check_grid_code(grid.code, grid.community)
        assert grid.code.endswith("001")


@pytest.mark.parametrize("level", ["communities", "grids"])
def test_both_versions_tile_the_county(county, level):
    found = (
        county.grids
        if level == "grids"
        else [a for a in county.areas if a.kind is AreaKind.COMMUNITY]
    )
    whole = next(area.boundary for area in county.areas if area.kind is AreaKind.COUNTY)
    moved = [row.span.start for row in found if row.span.start > county.opening]
    assert len(set(moved)) == 1
    assert len(moved) == 2
    unions = []
    for day in (moved[0] - timedelta(days=1), moved[0], DAY):
        shapes = [row.boundary.geoms[0] for row in on(found, day)]
        assert all(len(row.boundary.geoms) == 1 for row in on(found, day))
        assert len(shapes) == 22
        assert coverage_is_valid(shapes)
        unions.append(coverage_union_all(shapes))
    assert all(union.equals(whole.geoms[0]) for union in unions)
    assert on(found, moved[0] - timedelta(days=1)) != on(found, moved[0])


def test_townships_tile_the_county(county):
    townships = [area.boundary.geoms[0] for area in county.areas if area.kind is AreaKind.TOWNSHIP]
    whole = next(area.boundary for area in county.areas if area.kind is AreaKind.COUNTY)
    assert coverage_is_valid(townships)
    assert coverage_union_all(townships).equals(whole.geoms[0])


def test_no_coordinate_is_finer_than_its_eight_decimals(county):
    points = get_coordinates([building.footprint for building in county.buildings])
    assert (points == points.round(8)).all()


def test_buildings_do_not_overlap(county):
    shapes = metric([building.footprint for building in county.buildings], county)
    spans = [building.span for building in county.buildings]
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in zip(left, right, strict=True):
        if a < b and county.buildings[a].code != county.buildings[b].code:
            together = max(spans[a].start, spans[b].start) < min(
                spans[a].end or DAY, spans[b].end or DAY
            )
            assert not together or shapes[a].intersection(shapes[b]).area < 0.01


def test_buildings_stand_in_their_compounds(county):
    walls = {compound.code: compound.boundary for compound in county.compounds}
    inside = [building for building in county.buildings if building.compound]
    assert len(inside) > 1_000
    assert all(walls[building.compound].contains(building.footprint) for building in inside)


def test_buildings_stand_in_their_grids_on_every_day(county):
    footprints = {building.code: building.footprint for building in county.buildings}
    shapes = defaultdict(list)
    for grid in county.grids:
        shapes[grid.code].append(grid)
    for member in county.members:
        day = member.span.start
        boundary = next(grid.boundary for grid in shapes[member.grid] if day in grid.span)
        assert boundary.contains(footprints[member.building])
        last = (member.span.end or DAY) - timedelta(days=1)
        boundary = next(grid.boundary for grid in shapes[member.grid] if last in grid.span)
        assert boundary.contains(footprints[member.building])


def test_every_building_has_one_grid_all_its_life(county):
    life, member = defaultdict(list), defaultdict(list)
    for building in county.buildings:
        life[building.code].append(building.span)
    for row in county.members:
        member[row.building].append(row.span)
    assert life.keys() == member.keys()
    for code, spans in life.items():
        assert ends_of(spans) == ends_of(member[code])


def ends_of(spans) -> tuple[date, date | None]:
    """First and last day of spans that follow each other without a break."""
    ordered = sorted(spans, key=lambda span: span.start)
    assert all(one.end == two.start for one, two in pairwise(ordered))
    return ordered[0].start, ordered[-1].end


def test_nothing_stands_on_a_road_or_in_water(county):
    shapes = metric([building.footprint for building in county.buildings], county)
    tree = STRtree(shapes)
    lines = metric([road.line for road in county.roads], county)
    casings = [
        line.buffer(WIDTH.get(road.kind, 5.0) / 2 - 0.1)
        for road, line in zip(county.roads, lines, strict=True)
    ]
    water = metric([surface.surface for surface in county.waters], county)
    assert tree.query(casings, predicate="intersects").size == 0
    assert tree.query(water, predicate="intersects").size == 0


def test_the_river_divides_the_county_under_bridges(county):
    (river,) = [row for row in county.waters if row.name == "安澜河"]
    crossing = {
        road.name for road in county.roads if road.line.intersects(river.surface) and road.name
    }
    assert {"人民路", "迎宾路", "安澜大道", "和平路", "南环路"} <= crossing


def test_numbers_are_unique_in_a_compound_and_zone(county):
    for day in (county.opening, DAY):
        numbers = Counter(
            (b.compound, b.zone, b.number) for b in on(county.buildings, day) if b.number
        )
        assert max(numbers.values()) == 1
        addresses = Counter(b.address for b in on(county.buildings, day))
        assert max(addresses.values()) == 1


def test_zones_restart_and_siblings_differ_by_a_number(county):
    (book,) = [c for c in on(county.compounds, DAY) if c.name == "书香苑小区"]
    assert book.zones == ("一期", "二期")
    assert len(book.boundary.geoms) == 2
    first = {
        b.zone for b in on(county.buildings, DAY) if b.compound == book.code and b.number == "1"
    }
    assert first == {"一期", "二期"}
    names = {compound.name for compound in on(county.compounds, DAY)}
    assert {"幸福一村", "幸福二村", "和平里一区", "和平里二区"} <= names
    assert len(names) == len(on(county.compounds, DAY))


def test_addresses_are_written_as_people_write_them(county):
    for building in on(county.buildings, DAY):
        assert building.address.startswith(f"{building.road}{building.house_number}号")
        if building.number:
            assert building.address.endswith(f"{building.zone or ''}{building.number}号楼")
    book = next(b for b in on(county.buildings, DAY) if "书香苑小区一期3号楼" in b.address)
    assert book.units >= 2
    assert book.households >= 15


def test_odd_numbers_face_even_ones(county):
    line = union_all([road.line for road in county.roads if road.name == "人民路"])
    assert not line.is_empty
    shops = [b for b in county.buildings if b.kind == "shop" and b.road == "人民路"]
    north = {
        int(b.house_number) % 2
        for b in shops
        if b.spot.y > line.interpolate(line.project(b.spot)).y
    }
    south = {
        int(b.house_number) % 2
        for b in shops
        if b.spot.y < line.interpolate(line.project(b.spot)).y
    }
    assert (north, south) == ({1}, {0})


def test_people_are_plainly_made_up(county):
    names = [person.name for person in county.people]
    phones = [person.phone for person in county.people]
    assert len(set(names)) == len(names)
    assert len(set(phones)) == len(phones)
    assert all(len(name) == 3 and name[1] == "示" for name in names)
    assert all(phone.startswith("1990000") and len(phone) == 11 for phone in phones)


def test_party_posts_are_held_by_members(county):
    members = {person.code for person in county.people if person.party_member}
    for post in county.posts:
        if post.kind in {PostKind.SECRETARY, PostKind.GROUP_LEADER, PostKind.FIRST_SECRETARY}:
            assert post.person in members


def test_one_holder_at_a_time(county):
    held, persons = defaultdict(list), defaultdict(list)
    for post in county.posts:
        if post.kind in SINGLE_HOLDER_POSTS:
            held[post.kind, post.target].append(post.span)
        persons[post.person, post.kind, post.target, post.unit].append(post.span)
    for spans in (*held.values(), *persons.values()):
        ordered = sorted(spans, key=lambda span: span.start)
        assert all(one.end is not None and one.end <= two.start for one, two in pairwise(ordered))


def test_every_day_of_two_years_is_staffed(county):
    every = {
        PostKind.SECRETARY: 22,
        PostKind.DIRECTOR: 22,
        PostKind.BRANCH_SECRETARY: 22,
        PostKind.LEADER_COUNTY: 22,
        PostKind.LEADER_MUNICIPAL: 1,
        PostKind.POLICE_OFFICER: 22,
    }
    for day in days_of_change(county):
        held = Counter(post.kind for post in on(county.posts, day))
        assert {kind: held[kind] for kind in every} == every
        assert held[PostKind.GRID_WORKER] in {21, 22}
        assert held[PostKind.FIRST_SECRETARY] in {21, 22}
        assert held[PostKind.LEADER_TOWNSHIP] in {21, 22}


def test_every_month_of_two_years_reads_differently(county):
    first = DAY - timedelta(days=TWO_YEARS)
    months = [first + timedelta(days=30 * k) for k in range(25)]
    seen = [
        frozenset((post.kind, post.target, post.person) for post in on(county.posts, day))
        for day in months
    ]
    assert len(set(seen)) == len(seen)


def test_buildings_appear_and_go(county):
    lives = defaultdict(list)
    for building in county.buildings:
        lives[building.code].append(building.span)
    spans = [ends_of(life) for life in lives.values()]
    first = DAY - timedelta(days=TWO_YEARS)
    assert sum(first < start <= DAY for start, _ in spans) >= 4
    assert sum(end is not None and first < end <= DAY for _, end in spans) >= 4
    names = defaultdict(set)
    for compound in county.compounds:
        names[compound.code].add(compound.name)
    assert {frozenset(found) for found in names.values() if len(found) > 1} == {
        frozenset({"县酒厂家属院", "澜清苑"})
    }


def test_posts_and_groups_live_no_longer_than_their_building(county):
    lives = defaultdict(list)
    for building in county.buildings:
        lives[building.code].append(building.span)
    for row in (*county.posts, *county.parties):
        if row.target in lives:
            start, end = ends_of(lives[row.target])
            assert row.span.start >= start
            assert end is None or (row.span.end is not None and row.span.end <= end)


@pytest.mark.parametrize(
    "day", [DAY, date(2027, 1, 1), date(2027, 3, 31), date(2028, 2, 29), date(2026, 12, 31)]
)
def test_nothing_happens_after_the_day(day):
    made = made_on(day)
    for field in fields(made):
        column = getattr(made, field.name)
        spans = (
            [row.span for row in column if hasattr(row, "span")]
            if isinstance(column, tuple)
            else []
        )
        assert all(
            span.start <= day and (span.end is None or span.start < span.end <= day)
            for span in spans
        )
    for post in made.posts:
        assert all(visit.day <= day and visit.day in post.span for visit in post.visits)
        assert len({visit.day for visit in post.visits}) == len(post.visits)
    assert Counter(post.kind for post in on(made.posts, day))[PostKind.PART_TIME_WORKER] == 981
    visited = visits_by_community(made, quarter_of(day))
    assert len(visited) == 22 - len(gaps.NO_VISIT_NOW)


def visits_by_community(county, quarter: Span) -> set[str]:
    """Communities that a county leader visited in a quarter."""
    return {
        post.target
        for post in county.posts
        if post.kind is PostKind.LEADER_COUNTY
        and any(visit.day in quarter for visit in post.visits)
    }


def test_planted_gaps_in_visits(county):
    code = community_codes(county)
    quarter = quarter_of(DAY)
    assert set(code.values()) - visits_by_community(county, quarter) == {
        code[x] for x in gaps.NO_VISIT_NOW
    }
    for ago in range(1, 9):
        quarter = previous_quarter(quarter.start)
        missed = {code[letter] for letter, then in gaps.NO_VISIT_THEN if then == ago}
        assert set(code.values()) - visits_by_community(county, quarter) == missed


def test_planted_gaps_in_posts(county):
    code = community_codes(county)
    first = {p.target: p for p in on(county.posts, DAY) if p.kind is PostKind.FIRST_SECRETARY}
    assert set(code.values()) - first.keys() == {code[gaps.NO_FIRST_SECRETARY]}
    over = {target for target, post in first.items() if post.term_end <= DAY}
    assert over == {code[gaps.TERM_OVER]}
    soon = {
        target for target, post in first.items() if DAY < post.term_end < DAY + timedelta(days=31)
    }
    assert soon == {code[gaps.TERM_ENDS_SOON]}
    township = {p.target for p in on(county.posts, DAY) if p.kind is PostKind.LEADER_TOWNSHIP}
    assert set(code.values()) - township == {code[gaps.NO_TOWNSHIP_LEADER]}


def test_planted_gaps_in_the_one_shoulder_post(county):
    code = community_codes(county)

    def two(day: date) -> set[str]:
        posts = on(county.posts, day)
        secretary = {p.target: p.person for p in posts if p.kind is PostKind.SECRETARY}
        director = {p.target: p.person for p in posts if p.kind is PostKind.DIRECTOR}
        return {target for target in secretary if secretary[target] != director[target]}

    assert two(DAY) == {code[gaps.TWO_PEOPLE_NOW]}
    assert two(DAY - timedelta(days=280)) == {code[gaps.TWO_PEOPLE_THEN]}


def test_planted_gaps_in_the_party_tree(county):
    homes = {
        b.code: b for b in on(county.buildings, DAY) if b.kind == "residential" and b.households
    }
    groups = {p.target for p in on(county.parties, DAY) if p.kind is PartyKind.BUILDING_GROUP}
    assert groups <= homes.keys()
    ever = {p.target for p in county.parties}
    without = homes.keys() - groups
    assert len(without) == gaps.GROUPS_NEVER + gaps.GROUPS_DISSOLVED
    assert len(without - ever) == gaps.GROUPS_NEVER
    few = [
        p.full_members
        for p in on(county.parties, DAY)
        if p.kind is PartyKind.GRID_BRANCH and p.full_members < 3
    ]
    assert sorted(few) == sorted(gaps.FEW_MEMBERS.values())


def test_planted_gaps_in_the_property_ledger(county):
    for day in (county.opening, DAY):
        standing = {compound.code for compound in on(county.compounds, day)}
        contracted = {contract.compound for contract in on(county.contracts, day)}
        listed = {entry.compound for entry in on(county.unserved, day)}
        assert not contracted & listed
        missing = standing - contracted - listed
        assert len(missing) == (gaps.OUTSIDE_LEDGER if day == DAY else gaps.OUTSIDE_LEDGER - 1)


def test_shuxiangyuan_lacks_nothing(county):
    code = community_codes(county)["C"]
    assert county.municipal_communities == (code,)
    grid = f"{code}001"
    inside = {m.building for m in on(county.members, DAY) if m.grid == grid}
    groups = {p.target for p in on(county.parties, DAY)}
    homes = {
        b.code for b in on(county.buildings, DAY) if b.kind == "residential" and b.code in inside
    }
    assert homes <= groups


def test_every_leader_links_one_to_three_communities():
    for links in (COUNTY_LINKS, TOWNSHIP_LINKS):
        assert sorted("".join(links)) == sorted(COMMUNITY_NAMES)
        assert {len(link) for link in links} <= {1, 2, 3}


def test_agencies_lead_the_six_lines(county):
    assert len(county.agencies) >= 40
    assert len({agency.line for agency in county.agencies if agency.line}) == 6
    units = {unit.community for unit in on(county.responsible_units, DAY)}
    assert len(units) == 22


def test_every_community_is_served_by_a_centre(county):
    served = {
        code
        for centre in on(county.centres, DAY)
        for code in centre.communities
        if centre.code != "FW00"
    }
    late = [centre for centre in county.centres if centre.span.start > county.opening]
    assert len(served) == 22
    assert late
    homes = {building.spot: building for building in on(county.buildings, DAY)}
    assert all(centre.spot in homes for centre in county.centres)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_make_other_sound_counties(seed):
    made = generate(DAY, seed)
    shapes = [row.boundary.geoms[0] for row in on(made.grids, DAY)]
    assert coverage_is_valid(shapes)
    assert len(on(made.buildings, DAY)) >= 1_500
    assert made.people != made_on(DAY).people
