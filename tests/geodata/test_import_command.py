"""`gridmap import`: exit codes, words in two languages, and records that outlive a refusal."""

import json

import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import select

from gridmap.ledger.settings import ImportRecord
from gridmap.store.session import make_engine, transaction
from tests.geodata.mapfiles import COMMUNITIES, GRIDS, counts, pack, write
from tests.worlds import lonlat
from web.commands.imports import import_command


@pytest.fixture(scope="module")
def url(make_migrated):
    """A database of its own: the command commits."""
    return make_migrated()


@pytest.fixture
def look(url):
    """Look into the database in a transaction of one's own."""
    engine = make_engine(url)

    def look(read):
        with transaction(engine) as session:
            return read(session)

    yield look
    engine.dispose()


@pytest.fixture
def gridmap(url, tmp_path, monkeypatch):
    """Run `gridmap import`."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path / "home"))

    def run(*arguments):
        return CliRunner().invoke(import_command, [str(argument) for argument in arguments])

    return run


def last_record(look):
    return look(
        lambda session: session.scalars(
            select(ImportRecord).order_by(ImportRecord.id.desc()).limit(1)
        ).one()
    )


def test_the_way_of_a_county(gridmap, look, tmp_path):
    shp = write(tmp_path / "社区.shp", COMMUNITIES, "EPSG:4549", encoding="GBK")
    packed = pack(tmp_path / "社区.zip", *sorted(tmp_path.glob("社区.*")))
    shp.unlink()

    checked = gridmap("communities", packed, "--check")
    assert checked.exit_code == 0
    assert "只检查，未导入" in checked.output
    assert look(counts)["area"] == 0
    assert last_record(look).outcome == "checked"

    done = gridmap("communities", packed, "--from", "2026-01-01", "--county-name", "安澜县")
    assert done.exit_code == 0, done.output
    assert "已导入" in done.output
    assert look(counts)["area"] == 4
    record = last_record(look)
    assert (record.outcome, record.crs, record.file_name) == ("loaded", "EPSG:4549", "社区.zip")

    before = look(counts)
    again = gridmap("communities", packed, "--from", "2026-01-01", "--lang", "en")
    assert again.exit_code == 0
    assert "2  unchanged" in again.output
    assert look(counts) == before


def test_a_refused_file_is_told_kept_and_changes_nothing(gridmap, look, tmp_path):
    tie = shapely.Polygon([lonlat(0, 0), lonlat(50, 50), lonlat(50, 0), lonlat(0, 50)])
    path = write(tmp_path / "grids.geojson", [GRIDS[0], ({"code": "1"}, tie)])
    report = tmp_path / "report.csv"
    before = look(counts)
    refused = gridmap("grids", path, "--report", report, "--show", 1)
    assert refused.exit_code == 1
    assert "已拒绝" in refused.output
    assert "另有" in refused.output
    assert look(counts) == before
    record = last_record(look)
    assert record.outcome == "refused"
    assert {(p["row"], p["code"]) for p in record.problems} >= {(2, "self_intersection")}
    assert "边界自相交" in report.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.geojson", "<OGRVRTDataSource/>", ("VRT", "unknown_file_type")),
        (
            "x.geojson",
            '{"type": "FeatureCollection", "features": [',
            ("损坏", "unreadable_file"),
        ),
        ("x.shp", "", ("空文件", "unknown_file_type")),
        ("x.gpkg", None, ("没有这个文件", "unreadable_file")),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_on_record(gridmap, look, tmp_path, name, content, told):
    word, code = told
    if content is not None:
        (tmp_path / name).write_text(content)
    before = look(counts)
    refused = gridmap("buildings", tmp_path / name)
    assert refused.exit_code == 1
    assert word in refused.output
    assert look(counts) == before
    record = last_record(look)
    assert (record.outcome, record.file_name) == ("refused", name)
    (kept,) = record.problems
    assert kept["row"] is None
    assert kept["code"] == code


def test_a_file_without_a_system_says_what_to_do(gridmap, tmp_path):
    path = write(tmp_path / "a.gpkg", GRIDS, crs=None)
    refused = gridmap("grids", path)
    assert refused.exit_code == 1
    assert "--crs EPSG:4490" in refused.output
    assert "missing_crs" in refused.output


def test_english_is_english(gridmap, tmp_path):
    path = write(tmp_path / "a.gpkg", [({"code": "12"}, GRIDS[0][1])])
    refused = gridmap("grids", path, "--lang", "en")
    assert "Refused, nothing imported" in refused.output
    assert refused.output.isascii() or "“12”" in refused.output


def test_fields_are_named_on_the_command_line(gridmap, tmp_path):
    features = [(own | {"mingcheng": own["name"]}, shape) for own, shape in COMMUNITIES]
    path = write(tmp_path / "a.gpkg", features)
    report = tmp_path / "r.json"
    told = gridmap("communities", path, "--check", "--field", "name=mingcheng", "--report", report)
    assert told.exit_code == 0, told.output
    assert "name" in json.loads(report.read_text())[0]["zh"]
    assert gridmap("communities", path, "--field", "name=none").exit_code == 1
    assert gridmap("communities", path, "--field", "name").exit_code == 2


def test_help_names_the_layers(gridmap):
    shown = gridmap("--help")
    for word in ("communities", "buildings", "--crs", "--check", "GeoPackage"):
        assert word in shown.output
