"""Small map files of a made-up town, written by the tests that import them.

Two communities of 200 x 200 m side by side, a grid in each, a compound in the first, three houses.
"""

from __future__ import annotations

import warnings
import zipfile
from datetime import UTC, date, datetime

import geopandas
import pyogrio
from sqlalchemy import func, select

from geodata.quality import Severity
from gridmap.geometry import crs as systems
from gridmap.store.base import Base
from tests.worlds import square

DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}
WEST, EAST = "419901001001", "419901001002"
DAY, LATER = date(2026, 1, 1), date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
NOT_LEDGER = {"import_record", "revision", "ledger_change"}
"""Tables that a refused import may change: its record, kept later; and the layers' numbers."""

COMMUNITIES = [
    ({"code": WEST, "name": "书香苑社区", "township": "城关街道"}, square(0, 0, 200, 200)),
    ({"code": EAST, "name": "东关社区", "township": "城关街道"}, square(200, 0, 400, 200)),
]
GRIDS = [
    ({"code": f"{WEST}001", "name": "书香苑第一网格"}, square(0, 0, 200, 200)),
    ({"code": f"{EAST}001", "name": "东关第一网格"}, square(200, 0, 400, 200)),
]
COMPOUNDS = [
    (
        {
            "id": "c1",
            "name": "书香苑小区",
            "aliases": "书香苑、书香家园",
            "lane_road": "人民路",
            "lane_no": 37,
        },
        square(10, 10, 150, 190),
    ),
]


def house(code, x, y, **facts):
    """A building of 20 x 10 m, with the facts of a county's table."""
    blank = {"compound_id": None, "number": None, "households": 0, "floors": 6}
    return {"id": code} | blank | facts, square(x, y, x + 20, y + 10)


BUILDINGS = [
    house("b1", 20, 20, number="3", households=12, compound_id="c1"),
    house("b2", 50, 20, number="4栋", households=8),
    house("b3", 250, 20),
]
TOWN = {"communities": COMMUNITIES, "grids": GRIDS, "compounds": COMPOUNDS, "buildings": BUILDINGS}


def write(path, features, crs="EPSG:4326", **options):
    """Write features (facts, WGS 84 shape) to a file; `gcj02` and `bd09` files name no system."""
    shapes = [shape for _, shape in features]
    if crs and crs != "EPSG:4326":
        shapes = list(systems.geometries_from_wgs84(shapes, crs))
    stated = crs if crs and crs.startswith("EPSG") else None
    frame = geopandas.GeoDataFrame([facts for facts, _ in features], geometry=shapes, crs=stated)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that a Shapefile cuts; a file without a system
        pyogrio.write_dataframe(frame, path, driver=DRIVERS[path.suffix], **options)
    return path


def pack(path, *parts, inside=""):
    """Zip files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.write(part, f"{inside}{part.name}")
    return path


def counts(session):
    """Rows in every table that an import may write but its own record."""
    tables = (table for table in Base.metadata.sorted_tables if table.name not in NOT_LEDGER)
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


def warned(outcome):
    return [(p.row, p.code) for p in outcome.problems if p.severity is Severity.WARNING]


def changed(features, code, **facts):
    """The features with other facts for one of them."""
    return [
        (own | facts, shape) if code in (own.get("id"), own.get("code")) else (own, shape)
        for own, shape in features
    ]


def shapefile(folder, encoding):
    return write(folder / "a.shp", COMMUNITIES, encoding=encoding)


def cells(layer, name):
    (column,) = (column for column in layer.columns if column.name == name)
    return [None if code < 0 else column.cells[code] for code in column.codes]
