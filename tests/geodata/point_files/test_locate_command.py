"""`gridmap locate`: options by name, words in two languages, one state of the data, no file where it refuses."""

import csv

import openpyxl
import pytest
from click.testing import CliRunner

from gridmap.errors import InvalidInput, UnknownCrs
from gridmap.geometry import crs
from gridmap.store.session import make_engine, transaction
from tests import worlds
from tests.geodata.test_point_tables import read
from tests.worlds import lonlat
from web.commands.locating import locate, words


@pytest.fixture(scope="module")
def url(make_migrated):
    """A database of its own: the command has a transaction of its own."""
    url = make_migrated()
    engine = make_engine(url)
    with transaction(engine) as session:
        world = worlds.draw(session, "AB")
        yard = world.compound("yard", 0, 0, 95, 95, name="书香苑")
        world.house("h", 20, 20, grid="A", number="3", compound_id=yard.id)
    engine.dispose()
    return url


@pytest.fixture
def gridmap(url, tmp_path, monkeypatch):
    """Run `gridmap locate` on rows; return its result and where the answer is."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path / "home"))

    def run(rows, *options, target="out.csv", system="wgs84"):
        source = tmp_path / "in.csv"
        with source.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(rows)
        asked = [str(source), "--crs", system, "-o", str(tmp_path / target), *options]
        return CliRunner().invoke(locate, asked), tmp_path / target

    return run


def test_columns_by_option(gridmap):
    x, y = crs.from_wgs84(*lonlat(30, 30), "gcj02")
    rows = [
        ("经度", "纬度", "精度", "来源", "描述"),
        (x, y, 5, "gps", "灯坏了"),
        ("", "", "", "", "书香苑3号楼"),
        (x, y, "?", "gps", ""),
    ]
    options = ("--lon", "经度", "--lat", "纬度", "--accuracy", "精度", "--source", "来源")
    options = (*options, "--text", "描述", "--day", "2026-06-01")
    result, target = gridmap(rows, *options, system="GCJ-02")
    assert (result.exit_code, result.output) == (0, f"3 行写入 {target}\n")
    found = read(target)
    assert [row["building"] for row in found] == ["h", "h", ""]
    assert found[2]["reasons_text"] == "定位精度无法读取"
    assert all(row["gazetteer"] for row in found)


def test_into_a_workbook_in_english(gridmap, monkeypatch):
    monkeypatch.setenv("GRIDMAP_LANG", "en")
    rows = [("lon", "lat"), ("?", 1), lonlat(500, 500)]
    result, target = gridmap(rows, "--day", "2026-06-01", target="out.xlsx")
    assert result.exit_code == 0
    header, *found = openpyxl.load_workbook(target).active.iter_rows(values_only=True)
    told = header.index("reasons_text")
    assert found[0][told] == "the coordinates cannot be read"
    assert found[1][told] == "outside every grid；no building near"


def test_refusals(gridmap, tmp_path):
    rows = [("lon", "lat"), lonlat(30, 30)]
    for error, options, more in (
        (UnknownCrs, (), {"system": "mars"}),
        (InvalidInput, ("--lon", "x"), {}),
        (InvalidInput, (), {"target": "out.dbf"}),
    ):
        result, _ = gridmap(rows, *options, **more)
        assert isinstance(result.exception, error)
    assert list(tmp_path.glob("out*")) == []


def test_every_word_is_in_both_languages(monkeypatch):
    codes = ["bad_coordinates", "phone_elsewhere", "outside", "same_name", "circle"]
    spoken = []
    for language in ("zh", "en"):
        monkeypatch.setenv("GRIDMAP_LANG", language)
        spoken.append([words(code) for code in codes])
    assert not set(codes) & {*spoken[0], *spoken[1]}
    assert not set(spoken[0]) & set(spoken[1])
