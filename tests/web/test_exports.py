"""Files out over HTTP and by the command: whole, of the day, and only for those who may read them."""

from __future__ import annotations

import io
import zipfile

import geopandas
import pytest
from click.testing import CliRunner

from geodata.exports.formats import FORMATS
from gridmap.publishing.collections import COLLECTIONS
from gridmap.publishing.fields import Access
from tests import worlds
from tests.web import signed
from web.commands import cli


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    for number in range(1, 4):
        world.house(f"h{number}", 12 * number, 20, size=5, grid="A", number=str(number))
    return world


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_is_a_download_that_opens(client, world, key, tmp_path):
    answer = client.get(f"/api/v1/exports/buildings/{key}")
    assert (answer.status_code, answer.mimetype) == (200, FORMATS[key].media)
    assert "buildings-" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    file = tmp_path / f"b{FORMATS[key].ending}"
    file.write_bytes(answer.data)
    if key in {"gpkg", "geojson", "kml"}:
        assert len(geopandas.read_file(file)) == 3
    if key == "shp":
        assert "buildings.shp" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_the_coordinate_system_is_chosen(client, world, tmp_path):
    page = client.get("/exports?crs=cgcs2000").get_data(as_text=True)
    assert "中央经线 114°" in page
    assert "/api/v1/exports/grids/gpkg?day=" in page
    assert "crs=cgcs2000" in page
    assert "/grids/kml" not in page
    answer = client.get("/api/v1/exports/grids/gpkg?crs=EPSG:4547")
    assert answer.headers["Content-Disposition"].endswith('-epsg4547.gpkg"')
    (tmp_path / "g.gpkg").write_bytes(answer.data)
    assert geopandas.read_file(tmp_path / "g.gpkg").crs.to_epsg() == 4547
    for wrong in ("kml?crs=cgcs2000", "gpkg?crs=gcj02", "gpkg?crs="):
        refused = client.get(f"/api/v1/exports/grids/{wrong}")
        assert (refused.status_code, refused.json["field"]) == (422, "crs"), wrong
    for name in ("unicorn", "gcj02"):
        assert client.get(f"/exports?crs={name}").status_code == 422
    unknown = client.get("/api/v1/exports/grids/gpkg?crs=EPSG:2")
    assert (unknown.status_code, unknown.json["code"]) == (422, "unknown_crs")


def test_the_day_is_that_of_the_query(client, world):
    before = client.get("/api/v1/exports/grids/geojson?day=2020-01-01").json
    assert before["features"] == []
    assert len(client.get("/api/v1/exports/grids/geojson").json["features"]) == 2


def test_what_is_not_there_is_said(client, world):
    assert client.get("/api/v1/exports/unicorns/gpkg").status_code == 404
    assert client.get("/api/v1/exports/grids/doc").json["field"] == "key"
    assert client.get("/api/v1/exports/grids/gpkg?day=x").status_code == 422


def test_only_who_is_signed_in_takes_the_reports(client, world):
    assert client.get("/api/v1/exports/reports/csv").status_code == 401
    page = client.get("/exports").get_data(as_text=True)
    shown = [one.zh for one in COLLECTIONS if f"<h2>{one.zh}" in page]
    assert shown == [one.zh for one in COLLECTIONS if one.access is Access.PUBLIC]
    post = world.post("grid_worker", world.grids["A"], "甲")
    signed.account(world.session, post.person_id, "jia")
    signed.sign_in(client, "jia")
    assert "各网格诉求" in client.get("/exports").get_data(as_text=True)
    assert "A网格" in client.get("/api/v1/exports/reports/csv").data.decode("utf-8-sig")


def test_the_command_writes_a_layer_and_everything(make_demo, make_migrated, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", make_demo())
    target = tmp_path / "grids.zip"
    done = CliRunner().invoke(cli, ["export", "grids", "-o", str(target)])
    assert done.exit_code == 0, done.output
    assert "22 个要素" in done.output
    assert "grids.shp" in zipfile.ZipFile(target).namelist()
    metres = ["export", "grids", "-o", str(target), "--crs", "EPSG:4547"]
    assert CliRunner().invoke(cli, metres).exit_code == 0
    assert geopandas.read_file(target).crs.to_epsg() == 4547
    done = CliRunner().invoke(cli, ["export", "all", "-o", str(tmp_path / "all.gpkg")])
    assert done.exit_code == 0, done.output
    assert len(geopandas.read_file(tmp_path / "all.gpkg", layer="grids")) == 22
    assert sorted(one.name for one in tmp_path.iterdir()) == ["all.gpkg", "grids.zip"]
    monkeypatch.setenv("DATABASE_URL", make_migrated())
    done = CliRunner().invoke(cli, ["import", "all", str(tmp_path / "all.gpkg")])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(cli, ["export", "grids", "-o", str(tmp_path / "again.gpkg")])
    assert "22 个要素" in done.output
