"""OpenStreetMap in: what its tags mean, broken rings left out by id, one transaction, credits."""

import json

import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import func, select

from geodata.loading.settings import OSM_CREDIT, credits_of
from geodata.osm.reading import read
from geodata.osm.tags import Theme, fields_of
from gridmap.errors import UnknownFileType, UnreadableFile
from gridmap.ledger.geography import Place, Road, Water
from gridmap.store.session import make_engine, transaction
from tests.geodata.mapfiles import COMMUNITIES, cells, write
from tests.geodata.osm.pbf import Pbf
from tests.worlds import lonlat
from web.commands.imports import import_command

SQUARE = ((20, 20), (40, 20), (40, 30), (20, 30))


def drawn():
    """A street, a pond with an island, a good house, a bow tie, a ring that does not close, a door, a shop."""
    pbf = Pbf()
    number = 0

    def ring(points, *, close=True):
        nonlocal number
        first = number + 1
        for x, y in points:
            number += 1
            pbf.node(number, *lonlat(x, y))
        return [*range(first, number + 1), *([first] if close else [])]

    pbf.node(9001, *lonlat(60, 60), addr__street="人民路", addr__housenumber="37号")
    pbf.node(9002, *lonlat(70, 60), amenity="pharmacy", name="安康药房")
    pbf.node(9003, *lonlat(5000, 60), amenity="school", name="远方小学")
    house = ring(SQUARE)
    bow = ring([(50, 20), (70, 30), (70, 20), (50, 30)])
    gap = ring([(80, 20), (90, 20), (90, 30)], close=False)
    street = ring([(0, 50), (100, 50), (190, 50)], close=False)
    shore, island = (
        ring([(100, 100), (180, 100), (180, 180), (100, 180)]),
        ring([(130, 130), (150, 130), (150, 150), (130, 150)]),
    )
    pbf.way(101, house, building="apartments", name="甲楼", building__levels="6")
    pbf.way(102, bow, building="yes")
    pbf.way(103, gap, building="yes", name="破楼")
    pbf.way(104, street, highway="residential", name="人民路", alt_name="老街")
    pbf.way(105, street, highway="proposed")
    pbf.way(106, shore)
    pbf.way(107, island)
    pbf.relation(
        201, [(106, "outer"), (107, "inner")], type="multipolygon", natural="water", name="南湖"
    )
    return pbf.content()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "county.osm.pbf"
    path.write_bytes(drawn())
    return path


def test_roads_and_water_come_with_their_names(file):
    roads = read(file, [Theme.ROADS])
    assert cells(roads, "code") == ["osm-w104"]
    assert cells(roads, "name") == ["人民路"]
    assert cells(roads, "aliases") == ["老街"]
    water = read(file, [Theme.WATER])
    assert (cells(water, "code"), cells(water, "kind")) == (["osm-r201"], ["water"])
    (pond,) = shapely.from_wkb(water.wkb)
    assert len(pond.geoms[0].interiors) == 1


def test_broken_rings_are_mended_or_left_out_by_id(file):
    buildings = read(file, [Theme.BUILDINGS])
    assert sorted(cells(buildings, "code")) == ["osm-w101", "osm-w102"]
    assert cells(buildings, "floors")[cells(buildings, "code").index("osm-w101")] == "6"
    told = {one.zh.partition(" ")[0]: one for one in buildings.problems}
    assert set(told) == {"osm-w102", "osm-w103"}
    assert "没有闭合" in told["osm-w103"].zh
    assert "does not close" in told["osm-w103"].en
    assert told["osm-w102"].spot is not None
    assert all(shapely.is_valid(shapely.from_wkb(buildings.wkb)))


def test_doors_and_places_stand_apart(file):
    doors = read(file, [Theme.ADDRESSES])
    assert (cells(doors, "road"), cells(doors, "house_number")) == (["人民路"], ["37号"])
    assert sorted(cells(read(file, [Theme.PLACES]), "name")) == ["安康药房", "远方小学"]


def test_what_lies_outside_the_area_is_left_out(file):
    area = shapely.box(*lonlat(0, 0), *lonlat(200, 200))
    assert cells(read(file, [Theme.PLACES], within=area), "name") == ["安康药房"]


def test_geojson_with_tags_and_of_one_theme(tmp_path):
    line = {"type": "LineString", "coordinates": [lonlat(0, 0), lonlat(9, 9)]}
    path = tmp_path / "a.geojson"

    def features(*facts):
        made = [{"type": "Feature", "properties": one, "geometry": line} for one in facts]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
        return read(path, [Theme.ROADS])

    tagged = features({"@id": "way/7", "highway": "primary", "name": "浦东南路"}, {"@id": "way/8"})
    assert cells(tagged, "code") == ["osm-w7"]
    plain = features({"osm_id": 9, "kind": "major_road", "kind_detail": "tertiary"})
    assert (cells(plain, "code"), cells(plain, "kind")) == (["osm-9"], ["tertiary"])


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.osm.pbf", b"", UnknownFileType),
        ("a.osm.pbf", b"<OGRVRTDataSource/>", UnknownFileType),
        ("a.osm", b"<OGRVRTDataSource><x>&lt;osm</x></OGRVRTDataSource>", UnknownFileType),
        ("a.osm.pbf", b"\0\0\0\x0d" + drawn()[4:15] + b"\xff" * 90, UnreadableFile),
        ("a.osm.pbf", drawn()[:200], UnreadableFile),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path, name, content, refusal):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(refusal):
        read(tmp_path / name, [Theme.ROADS])


@pytest.mark.parametrize(
    ("theme", "tags", "kind"),
    [
        (Theme.BUILDINGS, {"building": "no"}, None),
        (Theme.BUILDINGS, {"building": "school"}, "other"),
        (Theme.WATER, {"waterway": "riverbank"}, "riverbank"),
        (Theme.WATER, {"landuse": "reservoir"}, "reservoir"),
        (Theme.PLACES, {"landuse": "grass"}, None),
        (Theme.PLACES, {"shop": "bakery", "building": "yes"}, None),
        (Theme.ADDRESSES, {"addr:housenumber": "3", "building": "yes"}, None),
    ],
)
def test_tags(theme, tags, kind):
    found = fields_of(theme, tags)
    assert (found and found["kind"]) == kind


@pytest.fixture(scope="module")
def url(make_migrated):
    """A database of its own: the command commits."""
    return make_migrated()


def test_the_command_brings_all_in_and_names_the_source(url, file, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path / "home"))

    def gridmap(*words):
        return CliRunner().invoke(import_command, [str(word) for word in words])

    engine = make_engine(url)

    def stored():
        with transaction(engine) as session:
            counts = [
                session.scalar(select(func.count()).select_from(t)) for t in (Road, Water, Place)
            ]
            return counts, credits_of(session)

    communities = gridmap("communities", write(tmp_path / "c.gpkg", COMMUNITIES))
    assert communities.exit_code == 0, communities.output
    looked = gridmap("osm", file, "--check")
    assert (looked.exit_code, stored()) == (0, ([0, 0, 0], "")), looked.output
    taken = gridmap("osm", file, "--within", "county", "--layers", "roads,water,addresses,places")
    assert taken.exit_code == 0, taken.output
    assert stored() == ([1, 1, 2], OSM_CREDIT)
    again = gridmap("osm", file, "--within", "county", "--layers", "roads")
    assert again.exit_code == 0, again.output
    assert stored() == ([1, 1, 2], OSM_CREDIT)
    assert gridmap("osm", file, "--within", "1,2").exit_code == 1
    assert gridmap("osm", file, "--layers", "trees").exit_code == 2
    engine.dispose()
