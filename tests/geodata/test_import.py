"""Files into the ledger: all or nothing, by code, from a day on; refused ones change nothing."""

from datetime import date
from pathlib import Path

import pytest
import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased

from geodata import loading
from geodata.batches import open_batch
from geodata.loading import copying
from geodata.sources import Layer
from gridmap.errors import InvalidInput
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import Building, BuildingVersion, CompoundVersion, GridBuilding
from gridmap.ledger.geography import Place, Road
from gridmap.ledger.names import PlaceName
from gridmap.ledger.settings import ImportRecord, Setting
from gridmap.store.base import as_of
from tests.geodata.mapfiles import (
    BUILDINGS,
    COMMUNITIES,
    COMPOUNDS,
    DAY,
    EAST,
    GRIDS,
    LATER,
    TOWN,
    WEST,
    changed,
    counts,
    house,
    warned,
    write,
)
from tests.worlds import lonlat, square

pytestmark = pytest.mark.usefixtures("read_here")

Old = aliased(BuildingVersion)
TRIAL = Path(__file__).parents[3] / "shared" / "data" / "lujiazui-trial"


def versions(session, table, day):
    return session.scalars(select(table).where(as_of(table, day)).order_by(table.id)).all()


def building(session, code, day):
    return session.scalars(
        select(BuildingVersion)
        .join(Building, Building.id == BuildingVersion.building_id)
        .where(Building.code == code, as_of(BuildingVersion, day))
    ).one()


def grid_of(session, code, day):
    return session.scalar(
        select(Grid.code)
        .join(GridBuilding, GridBuilding.grid_id == Grid.id)
        .join(Building, Building.id == GridBuilding.building_id)
        .where(Building.code == code, as_of(GridBuilding, day))
    )


# What comes in


def test_communities_bring_their_township_and_county(session, bring):
    outcome = bring("communities", COMMUNITIES, county_name="安澜县")
    assert outcome.result == loading.LOADED
    rows = session.execute(
        select(Area.code, Area.kind, AreaVersion.name, func.ST_Area(AreaVersion.boundary))
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .order_by(Area.code)
    ).all()
    assert [(code, kind, name) for code, kind, name, _ in rows] == [
        ("419901000000", "county", "安澜县"),
        ("419901001000", "township", "城关街道"),
        (WEST, "community", "书香苑社区"),
        (EAST, "community", "东关社区"),
    ]
    county, township, west, east = (area for *_, area in rows)
    assert county == township == pytest.approx(west + east, rel=1e-9)
    settings = {
        key: session.get(Setting, key).value for key in ("county", "metric_epsg", "first_day")
    }
    assert settings == {
        "county": {"code": "419901000000", "name": "安澜县"},
        "metric_epsg": 4547,
        "first_day": "2026-01-01",
    }


def test_parents_point_upwards(session, town):
    areas = {area.code: area for area in session.scalars(select(Area))}
    assert areas[WEST].parent.code == "419901001000"
    assert areas[WEST].parent.parent.kind == "county"


def test_buildings_find_compound_grid_and_address(session, town):
    assert town["buildings"].counts["in_compound"] == 2
    assert grid_of(session, "b1", DAY) == grid_of(session, "b2", DAY) == f"{WEST}001"
    assert grid_of(session, "b3", DAY) == f"{EAST}001"
    first, second, third = (building(session, code, DAY) for code in ("b1", "b2", "b3"))
    assert first.address == "人民路37弄书香苑小区3号楼"
    assert second.address == "人民路37弄书香苑小区4栋"
    assert second.compound_id == first.compound_id
    assert third.compound_id is None
    assert third.address is None
    assert (first.kind, third.kind) == ("residential", "other")
    spot = session.scalar(
        select(func.bool_and(func.ST_Contains(BuildingVersion.footprint, BuildingVersion.spot)))
    )
    assert spot is True


def test_a_compound_keeps_its_lists_and_finds_its_community(session, town):
    (compound,) = session.scalars(select(CompoundVersion))
    assert compound.zones == []
    names = session.scalars(select(PlaceName).order_by(PlaceName.text))
    assert [(n.entity_kind, n.text, n.kind, n.state, n.source) for n in names] == [
        ("compound", "书香家园", "alias", "confirmed", "import"),
        ("compound", "书香苑", "alias", "confirmed", "import"),
    ]
    assert (compound.lane_road, compound.lane_number) == ("人民路", "37")
    assert session.get(Area, compound.community_id).code == WEST


def test_a_grid_without_a_name_gets_one(session, bring):
    bring("communities", COMMUNITIES)
    bring("grids", [({"code": f"{WEST}001"}, COMMUNITIES[0][1])])
    assert session.scalar(select(GridVersion.name)) == "书香苑社区第1网格"


def test_roads_and_places_come_in_with_their_shapes(session, bring):
    line = shapely.LineString([lonlat(0, 0), lonlat(90, 0)])
    bring("roads", [({"name": "人民路", "highway": "primary"}, line)])
    point = shapely.Point(lonlat(5, 5))
    bring("places", [({"id": "p1", "name": "广场"}, square(0, 0, 9, 9)), ({"id": "p2"}, point)])
    assert session.scalar(select(func.ST_GeometryType(Road.line))) == "ST_MultiLineString"
    types = session.scalars(select(func.ST_GeometryType(Place.shape)).order_by(Place.code)).all()
    assert types == ["ST_Polygon", "ST_Point"]
    assert session.scalars(select(Place.kind)).all() == ["place", "place"]


def test_the_record_is_kept_with_its_report(session, bring):
    outcome = bring("communities", COMMUNITIES)
    (record,) = session.scalars(select(ImportRecord))
    assert (record.kind, record.outcome, record.from_day) == ("communities", "loaded", DAY)
    assert record.file_sha256 == outcome.file_sha256
    assert record.crs == "wgs84"
    assert record.counts["new"] == 2


# Again


def test_a_second_import_of_the_same_changes_nothing(session, town, bring):
    before = counts(session)
    marks = session.execute(select(BuildingVersion.id, BuildingVersion.valid)).all()
    for layer, features in TOWN.items():
        for day in (DAY, LATER):
            outcome = bring(layer, features, day)
            assert outcome.result == loading.LOADED
            assert outcome.counts["unchanged"] == len(features)
            assert (outcome.counts["new"], outcome.counts["changed"]) == (0, 0)
    assert counts(session) == before
    assert session.execute(select(BuildingVersion.id, BuildingVersion.valid)).all() == marks


def test_a_change_on_a_later_day_leaves_both_days_readable(session, town, bring):
    outcome = bring("buildings", changed(BUILDINGS, "b1", households=99), LATER)
    assert (outcome.counts["changed"], outcome.counts["unchanged"]) == (1, 2)
    assert building(session, "b1", date(2026, 5, 31)).households == 12
    assert building(session, "b1", LATER).households == 99
    assert grid_of(session, "b1", LATER) == f"{WEST}001"


def test_a_change_on_the_same_day_takes_the_versions_place(session, town, bring):
    bring("buildings", changed(BUILDINGS, "b1", households=99))
    assert building(session, "b1", DAY).households == 99
    assert counts(session)["building_version"] == 3


def test_what_the_file_does_not_name_stays(session, town, bring):
    bring("buildings", BUILDINGS[:1], LATER)
    assert len(versions(session, BuildingVersion, LATER)) == 3


def test_a_complete_file_ends_what_it_does_not_name(session, town, bring):
    outcome = bring("buildings", BUILDINGS[:1], LATER, complete=True)
    assert outcome.counts["ended"] == 2
    assert len(versions(session, BuildingVersion, date(2026, 5, 31))) == 3
    assert len(versions(session, BuildingVersion, LATER)) == 1
    assert len(versions(session, GridBuilding, LATER)) == 1


def test_grids_cannot_be_ended_by_a_file(town, bring):
    with pytest.raises(InvalidInput, match="--complete"):
        bring("grids", GRIDS[:1], LATER, complete=True)


def test_what_ended_begins_again(session, town, bring):
    bring("buildings", BUILDINGS[:1], LATER, complete=True)
    again = date(2026, 9, 1)
    assert bring("buildings", BUILDINGS, again).counts["new"] == 2
    assert [len(versions(session, BuildingVersion, day)) for day in (DAY, LATER, again)] == [
        3,
        1,
        3,
    ]


def test_a_column_that_is_missing_keeps_what_stands(session, town, bring):
    features = [({"id": own["id"], "residents": 30}, shape) for own, shape in BUILDINGS]
    bring("buildings", features, LATER)
    first = building(session, "b1", LATER)
    assert (first.number, first.households, first.residents) == ("3", 12, 30)
    assert first.address == "人民路37弄书香苑小区3号楼"
    assert building(session, "b1", DAY).residents == 0


def test_an_import_before_a_later_version_is_refused(town, bring, refused):
    bring("buildings", changed(BUILDINGS, "b1", households=99), LATER)
    between = date(2026, 3, 1)
    assert refused("buildings", changed(BUILDINGS, "b1", households=50), between) == [
        (1, "later_version")
    ]


def test_an_import_before_a_later_version_that_changes_nothing_is_taken(session, town, bring):
    bring("buildings", changed(BUILDINGS, "b1", households=99), LATER)
    assert bring("buildings", BUILDINGS, date(2026, 3, 1)).counts["unchanged"] == 3


def test_a_new_version_lasts_as_long_as_the_old_one_was_to(session, town, bring):
    end = date(2026, 12, 1)
    bring("buildings", BUILDINGS[1:], end, complete=True)
    bring("buildings", changed(BUILDINGS, "b1", households=99), LATER)
    assert building(session, "b1", LATER).valid.upper == end


def test_a_moved_border_redraws_township_and_county(session, town, bring):
    wider = [COMMUNITIES[0], (COMMUNITIES[1][0], square(200, 0, 500, 200))]
    bring("communities", wider, LATER)
    areas = dict(
        session.execute(
            select(AreaVersion.valid, func.ST_Area(AreaVersion.boundary))
            .join(Area, Area.id == AreaVersion.area_id)
            .where(Area.kind == "county")
        ).all()
    )
    assert sorted(span.lower for span in areas) == [DAY, LATER]
    small, large = sorted(areas.values())
    assert large / small == pytest.approx(1.25)


# Grids and their buildings


def test_buildings_that_came_first_find_their_grid_when_it_comes(session, bring):
    bring("communities", COMMUNITIES)
    bring("compounds", COMPOUNDS)
    outcome = bring("buildings", BUILDINGS)
    assert outcome.result == loading.LOADED
    assert [row for row, code in warned(outcome) if code == "no_grid_here"] == [1, 2, 3]
    assert counts(session)["grid_building"] == 0
    assert bring("grids", GRIDS, LATER).counts["assigned"] == 3
    assert grid_of(session, "b3", DAY) is None
    assert grid_of(session, "b3", LATER) == f"{EAST}001"


def halves():
    return [
        ({"code": f"{WEST}001", "name": "书香苑第一网格"}, square(0, 0, 200, 100)),
        ({"code": f"{WEST}002", "name": "书香苑第二网格"}, square(0, 100, 200, 200)),
        GRIDS[1],
    ]


def test_a_building_keeps_its_grid_when_a_border_moves(session, town, bring):
    bring("buildings", [*BUILDINGS, house("b4", 20, 150)])
    outcome = bring("grids", halves(), LATER)
    assert outcome.result == loading.LOADED
    assert (1, "members_outside") in warned(outcome)
    assert grid_of(session, "b4", LATER) == f"{WEST}001"


def test_a_building_moves_where_the_file_says(session, town, bring):
    bring("grids", halves(), LATER)
    moved = [(own | {"网格编码": f"{WEST}002"}, shape) for own, shape in BUILDINGS[:1]]
    bring("buildings", moved, LATER)
    assert grid_of(session, "b1", DAY) == f"{WEST}001"
    assert grid_of(session, "b1", LATER) == f"{WEST}002"


def test_on_a_common_edge_the_lowest_code_wins(session, town, bring):
    astride = house("b9", 190, 50)
    bring("buildings", [astride])
    assert grid_of(session, "b9", DAY) == f"{WEST}001"


def test_a_changed_grid_keeps_its_identity(session, town, bring):
    before = session.scalar(select(Grid.id).where(Grid.code == f"{WEST}001"))
    bring("grids", changed(GRIDS, f"{WEST}001", name="新名"), LATER)
    rows = session.execute(
        select(GridVersion.name, GridVersion.valid).where(GridVersion.grid_id == before)
    ).all()
    assert sorted(name for name, _ in rows) == ["书香苑第一网格", "新名"]


def test_two_imports_do_not_run_at_once(engine, bring):
    with engine.connect() as other, other.begin():
        other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": loading.LOCK})
        with pytest.raises(InvalidInput, match="另一个导入"):
            bring("communities", COMMUNITIES)


def test_an_import_that_waits_for_a_publication_says_so(engine, bring):
    with engine.connect() as other, other.begin():
        other.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": loading.LOCK})
        with pytest.raises(InvalidInput, match="方案正在发布") as refused:
            bring("communities", COMMUNITIES)
    assert "import is running" not in refused.value.message("en")


def test_overlapping_footprints_are_told_and_taken(session, town, bring):
    outcome = bring(
        "buildings", [house("b8", 25, 25), house("b9", 100, 100), house("b7", 101, 101)]
    )
    assert outcome.result == loading.LOADED
    told = [p for p in outcome.problems if p.code == "footprints_overlap"]
    assert sorted(p.row for p in told) == [1, 2]
    assert any("b1" in p.zh for p in told)
    assert counts(session)["building"] == 6


def test_a_check_only_reports(session, bring, tmp_path):
    before = counts(session)
    batch = open_batch(Layer.COMMUNITIES, write(tmp_path / "c.gpkg", COMMUNITIES))
    outcome = loading.check(session, batch, DAY)
    assert (outcome.result, outcome.counts["new"]) == ("checked", 2)
    assert counts(session) == before


# Systems and many rows


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:4490", "gcj02", "bd09"])
def test_a_file_in_another_system_lands_on_the_same_spot(session, town, bring, tmp_path, crs):
    path = write(tmp_path / "other.gpkg", BUILDINGS, crs)
    bring("buildings", path=path, day=LATER, crs=None if crs.startswith("EPSG") else crs)
    distance = session.scalar(
        select(func.max(func.ST_HausdorffDistance(BuildingVersion.footprint, Old.footprint)))
        .join(Old, Old.building_id == BuildingVersion.building_id)
        .where(as_of(BuildingVersion, LATER), as_of(Old, DAY))
    )
    assert distance < 0.01 / 111_000


def rows_of_houses(count):
    return [house(f"h{n}", 12 + n % 4 * 25, 12 + n // 4 * 12, number=str(n)) for n in range(count)]


def test_many_rows_leave_indexes_and_rules_as_they_were(session, town, bring, monkeypatch):
    monkeypatch.setattr(copying, "MANY", 10)
    names = [
        "select indexname, indexdef from pg_indexes where tablename = any(:t) order by 1",
        (
            "select conname, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid::regclass::text = any(:t) order by 1"
        ),
    ]
    tables = {"t": ["building", "building_version", "grid_building"]}
    before = [session.execute(text(sql), tables).all() for sql in names]
    outcome = bring("buildings", rows_of_houses(40))
    assert outcome.counts["new"] == 40
    assert [session.execute(text(sql), tables).all() for sql in names] == before
    assert counts(session)["grid_building"] == 43


# Real shapes


@pytest.mark.skipif(not TRIAL.is_dir(), reason="the trial county lies beside the repository")
def test_the_trial_county_comes_in_whole_and_again_without_a_change(session, bring):
    expected = {"communities": 22, "grids": 22, "compounds": 18, "buildings": 1709}
    for again in (False, True):
        before = counts(session)
        for layer, count in expected.items():
            outcome = bring(layer, path=TRIAL / f"{layer}.geojson")
            assert outcome.result == loading.LOADED
            assert outcome.counts["unchanged" if again else "new"] == count
        if again:
            assert counts(session) == before
    after = counts(session)
    assert {name: after[name] for name in ("area", "grid", "compound", "building")} == {
        "area": 24,
        "grid": 22,
        "compound": 18,
        "building": 1709,
    }
    assert after["building_version"] == after["grid_building"] == 1709
    wrong = session.scalar(
        select(func.count())
        .select_from(GridBuilding)
        .join(BuildingVersion, BuildingVersion.building_id == GridBuilding.building_id)
        .join(GridVersion, GridVersion.grid_id == GridBuilding.grid_id)
        .where(~func.ST_Covers(GridVersion.boundary, BuildingVersion.spot))
    )
    assert wrong == 0
