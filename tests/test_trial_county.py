"""The trial county on real shapes, through the program's own commands: every building is found in itself."""

import csv
import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry import shape

from web.commands import cli

TRIAL = Path(__file__).parents[2] / "shared" / "data" / "lujiazui-trial"
KINDS = ("communities", "grids", "compounds", "buildings")

pytestmark = pytest.mark.skipif(
    not TRIAL.is_dir(), reason="the trial county lies outside the repository and is not here"
)


@pytest.fixture
def gridmap(make_database, monkeypatch, tmp_path):
    """The command line on an empty database."""
    monkeypatch.setenv("DATABASE_URL", make_database())
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path / "home"))

    def run(*words):
        result = CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    run("db", "upgrade")
    return run


def features(kind):
    with (TRIAL / f"{kind}.geojson").open(encoding="utf-8") as incoming:
        return json.load(incoming)["features"]


def test_every_interior_point_is_in_its_building_and_its_grid(gridmap, tmp_path):
    for kind in KINDS:
        gridmap("import", kind, TRIAL / f"{kind}.geojson", "--from", "2026-01-01")
    buildings = {f["properties"]["id"]: shape(f["geometry"]) for f in features("buildings")}
    grids = {f["properties"]["code"]: shape(f["geometry"]) for f in features("grids")}
    source, target = tmp_path / "points.csv", tmp_path / "out.csv"
    spots = {code: shapely.point_on_surface(footprint) for code, footprint in buildings.items()}
    with source.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "lon", "lat"])
        writer.writerows((code, repr(spot.x), repr(spot.y)) for code, spot in spots.items())
    gridmap("locate", source, "--crs", "wgs84", "-o", target, "--day", "2026-06-01")
    with target.open(encoding="utf-8-sig", newline="") as incoming:
        found = list(csv.DictReader(incoming))
    assert [row["id"] for row in found] == list(buildings)

    tree = shapely.STRtree(list(buildings.values()))
    codes = list(buildings)
    wrong = []
    for row in found:
        spot = spots[row["id"]]
        around = [codes[i] for i in tree.query(spot, predicate="intersects")]
        smallest = min(around, key=lambda code: (buildings[code].area, code))
        home = {code for code, grid in grids.items() if grid.covers(spots[smallest])}
        if row["building"] != smallest or row["grid_code"] not in home:
            wrong.append((row, smallest, home))
    assert wrong == []
    assert len(found) == len(features("buildings")) == 1709
