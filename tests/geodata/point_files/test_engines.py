"""A dask cluster of two processes gives the same file as this process."""

import csv

import numpy as np
import pytest

from geodata import point_tables
from geodata.point_files.batches import Batch
from geodata.point_tables import PointColumns, Way, dask_engine, locate_table
from gridmap.ledger.buildings import BuildingVersion
from tests.geodata.test_point_tables import DAY, read

distributed = pytest.importorskip(
    "distributed", reason="dask is not installed: pip install 'gridmap[archive]'"
)


def points(session, path):
    """Places in, at and between the houses of the demo county, some by phone, some far away, some that are none."""
    dice = np.random.default_rng(5)
    spots = session.query(BuildingVersion.spot.ST_X(), BuildingVersion.spot.ST_Y())
    houses = np.array(spots.order_by(BuildingVersion.id).all())
    chosen = houses[dice.integers(0, len(houses), 900)] + dice.normal(0, 0.0002, (900, 2))
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["n", "lon", "lat", "accuracy", "source"])
        for number, (lon, lat) in enumerate(chosen.tolist()):
            phone = number % 7 == 0
            x = "?" if number % 97 == 0 else lon + (1 if number % 101 == 0 else 0)
            writer.writerow([number, x, lat, 20 if phone else "", "gps" if phone else "pin"])
    return path


def test_the_same_file(demo_session, tmp_path, monkeypatch):
    monkeypatch.setattr(point_tables, "CHUNK", 64)
    monkeypatch.setattr(point_tables, "FEW", 0)
    source = points(demo_session, tmp_path / "in.csv")
    columns = PointColumns("wgs84", accuracy="accuracy", source="source")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    locate_table(demo_session, source, here, columns, DAY)
    seen = []
    way = Way(dask_engine(workers=2), progress=seen.append)
    count = locate_table(demo_session, source, there, columns, DAY, way)
    assert count == sum(seen) == 900
    assert there.read_bytes() == here.read_bytes()
    assert len({row["reasons"] for row in read(here)}) > 5


def test_a_cluster_that_runs_is_joined(demo_session, tmp_path, monkeypatch):
    monkeypatch.setattr(point_tables, "CHUNK", 300)
    monkeypatch.setattr(point_tables, "FEW", 0)
    source = points(demo_session, tmp_path / "in.csv")
    columns = PointColumns("wgs84", accuracy="accuracy", source="source")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    locate_table(demo_session, source, here, columns, DAY)
    with distributed.LocalCluster(
        n_workers=1, processes=False, protocol="tcp://", dashboard_address=":0"
    ) as cluster:
        way = Way(dask_engine(cluster.scheduler_address))
        locate_table(demo_session, source, there, columns, DAY, way)
        assert cluster.status.value == "running"
    assert there.read_bytes() == here.read_bytes()


def test_a_batch_that_fails_leaves_no_file(demo_session, tmp_path, monkeypatch):
    def broken(self):
        raise RuntimeError("broken on the way")

    monkeypatch.setattr(Batch, "converted", broken)
    source, target = points(demo_session, tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(RuntimeError, match="broken"):
        locate_table(demo_session, source, target, PointColumns("wgs84"), DAY)
    assert list(tmp_path.glob("out*")) == []
