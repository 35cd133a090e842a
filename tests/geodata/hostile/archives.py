"""Zip archives: bombs, links, paths, nests; Shapefiles in parts; GeoPackages with programs in them."""

from __future__ import annotations

import io
import sqlite3
import struct
import tempfile
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

from tests.geodata.hostile.cases import Canaries, Case
from tests.geodata.hostile.disguises import GOOD, vrts
from tests.geodata.mapfiles import BUILDINGS, write


def packed(members, *, how=zipfile.ZIP_DEFLATED):
    """A zip of (name or ZipInfo, content) pairs."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", how) as archive:
        warnings.simplefilter("ignore")  # the same name twice
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def link(name, target):
    made = zipfile.ZipInfo(name)
    made.external_attr = 0o120777 << 16
    return made, target


def patched(content, signature, at, value):
    """Change a field of every header of a kind."""
    made, place = bytearray(content), content.find(signature)
    while place >= 0:
        made[place + at : place + at + len(value)] = value
        place = content.find(signature, place + 1)
    return bytes(made)


LOCAL, CENTRAL = b"PK\3\4", b"PK\1\2"


def parts(folder, encoding="UTF-8"):
    """A Shapefile's parts by suffix."""
    write(Path(folder) / "a.shp", BUILDINGS, encoding=encoding)
    return {path.suffix: path.read_bytes() for path in Path(folder).glob("a.*")}


def zips(canary: Canaries, shp: dict[str, bytes]) -> dict[str, bytes]:
    whole = [(f"a{suffix}", content) for suffix, content in shp.items()]
    zeros = b"\0" * 30_000_000
    good = packed([("a.geojson", GOOD)])
    return {
        "bomb": packed([("a.geojson", zeros)]),
        "bomb in a part": packed([*whole[:-1], ("a.dbf", zeros)]),
        "says 4 GB": patched(good, CENTRAL, 24, struct.pack("<I", 0xFFFFFFF0)),
        "says less than it is": patched(
            patched(good, CENTRAL, 24, struct.pack("<I", 9)), LOCAL, 22, struct.pack("<I", 9)
        ),
        "101 members": packed([(f"{i}.txt", b"") for i in range(101)]),
        "nested": packed([("b.zip", good)]),
        "nested under a false name": packed([("b.geojson", good)]),
        "kmz inside": packed([("a.kmz", good), ("a.geojson", GOOD)]),
        "up": packed([("../a.geojson", GOOD)]),
        "up, windows": packed([("..\\..\\a.geojson", GOOD)]),
        "absolute": packed([("/etc/a.geojson", GOOD)]),
        "a drive": packed([("C:/a.geojson", GOOD)]),
        "link to a file": packed([link("a.geojson", canary.map)]),
        "link beside": packed([("a.geojson", GOOD), link("a.cpg", canary.text)]),
        "encrypted": patched(patched(good, CENTRAL, 8, b"\1\0"), LOCAL, 6, b"\1\0"),
        "two datasets": packed([("a.geojson", GOOD), ("b.geojson", GOOD)]),
        "no dataset": packed([("readme.txt", b"x")]),
        "nothing": packed([]),
        "only folders": packed([("a/", b"")]),
        "the same twice": packed([("a.geojson", GOOD), ("a.geojson", GOOD)]),
        "cut": good[: len(good) // 2],
        "wrong checksum": patched(patched(good, CENTRAL, 16, b"abcd"), LOCAL, 14, b"abcd"),
        "unknown method": patched(patched(good, CENTRAL, 10, b"\x63\0"), LOCAL, 8, b"\x63\0"),
        "only an end": b"PK\5\6" + b"\0" * 18,
        "a vrt inside": packed([("a.geojson", vrts(canary)["file"])]),
        "a vrt beside": packed([("a.vrt", vrts(canary)["file"])]),
        "a geopackage that is a vrt": packed([("a.gpkg", vrts(canary)["address"])]),
    }


def shapefiles(shp: dict[str, bytes], gbk: dict[str, bytes], canary: Canaries) -> dict[str, dict]:
    """Parts by suffix; each is sent as several files."""
    del gbk[".cpg"]
    datum = f'DATUM["x",SPHEROID["x",6378137,298],EXTENSION["PROJ4_GRIDS","{canary.text}"]]'
    grid = f'GEOGCS["x",{datum},PRIMEM["G",0],UNIT["degree",0.0174]]'
    return {
        **{
            f"without {part}": {k: v for k, v in shp.items() if k != part}
            for part in (".shx", ".dbf", ".prj")
        },
        "cut shp": shp | {".shp": shp[".shp"][:-30]},
        "cut dbf": shp | {".dbf": shp[".dbf"][:-30]},
        "cut shx": shp | {".shx": shp[".shx"][:-8]},
        "only a header": shp | {".shp": shp[".shp"][:100]},
        "dbf says a billion rows": shp
        | {".dbf": shp[".dbf"][:4] + struct.pack("<I", 10**9) + shp[".dbf"][8:]},
        "dbf without fields": shp
        | {".dbf": shp[".dbf"][:8] + struct.pack("<HH", 33, 0) + shp[".dbf"][12:]},
        "an empty dbf": shp | {".dbf": b""},
        "an empty prj": shp | {".prj": b""},
        "a prj of garbage": shp | {".prj": b"\xff" * 200},
        "a prj that is an address": shp | {".prj": f"{canary.url}/crs".encode()},
        "a prj that names a file": shp | {".prj": grid.encode()},
        "a shape of type 99": shp
        | {".shp": shp[".shp"][:108] + struct.pack("<i", 99) + shp[".shp"][112:]},
        "a shape of many points": shp
        | {".shp": shp[".shp"][:148] + struct.pack("<i", 2**31 - 1) + shp[".shp"][152:]},
        "a shape of many parts": shp
        | {".shp": shp[".shp"][:144] + struct.pack("<i", 2**31 - 1) + shp[".shp"][148:]},
        "a part beyond the end": shp
        | {".shp": shp[".shp"][:152] + struct.pack("<i", 10**6) + shp[".shp"][156:]},
        "points of nan": shp
        | {".shp": shp[".shp"][:156] + struct.pack("<d", float("nan")) * 2 + shp[".shp"][172:]},
        "an offset away": shp
        | {".shx": shp[".shx"][:100] + struct.pack(">ii", 10**8, 50) + shp[".shx"][108:]},
        "a cpg like a path": shp | {".cpg": b"../../etc/passwd"},
        "a cpg of bytes": shp | {".cpg": b"\xff\xfe\0"},
        "gbk without cpg": gbk,
        "gbk that says utf-8": gbk | {".cpg": b"UTF-8"},
        "a part of another": shp
        | {".dbf": shp[".dbf"] + shp[".dbf"][-60:], ".shx": shp[".shx"] + b"\0" * 8},
    }


def geopackages(folder, canary: Canaries) -> dict[str, bytes]:
    path = write(Path(folder) / "b.gpkg", BUILDINGS)
    good = path.read_bytes()

    def changed(*statements):
        path.write_bytes(good)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                database.execute(statement)
            database.commit()
        return path.read_bytes()

    ask = (
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " VALUES ('{0}', 'features', '{0}', 4326)"
    )
    shape = "INSERT INTO gpkg_geometry_columns VALUES ('{0}', 'geom', 'POLYGON', 4326, 0, 0)"
    row = "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('{}', 'x', 'x', 0, '{}')"
    return {
        "a virtual table": changed(
            row.format("table", f"CREATE VIRTUAL TABLE x USING VirtualOGR(''{canary.map}'')")
        ),
        "a virtual table, hidden": changed(
            row.format(
                "table", f"/* */ create\n virtual table x using virtualtext(''{canary.text}'')"
            )
        ),
        "a view that asks around": changed(
            f"CREATE VIEW v AS SELECT ogr_geocode('{canary.url}') AS geom, 1 AS fid",
            ask.format("v"),
            shape.format("v"),
        ),
        "a view that reads": changed(
            f"CREATE VIEW v AS SELECT gdal_get_pixel_value('{canary.url}/a.tif', 1, 'georef', 1, 1) AS geom",
            ask.format("v"),
            shape.format("v"),
        ),
        "a trigger that loads": changed(
            "CREATE TRIGGER t AFTER INSERT ON b BEGIN SELECT load_extension('x'); END"
        ),
        "a layer like a statement": changed(
            'CREATE TABLE "x\'; DROP TABLE b; --" (fid INTEGER PRIMARY KEY, geom BLOB)',
            ask.format("x''; DROP TABLE b; --"),
            shape.format("x''; DROP TABLE b; --"),
        ),
        "a system by address": changed(
            f"UPDATE gpkg_spatial_ref_sys SET definition = '{canary.url}/crs', organization = 'x',"
            " organization_coordsys_id = 1 WHERE srs_id = 4326"
        ),
        "no system": changed(
            "UPDATE gpkg_geometry_columns SET srs_id = -1", "UPDATE gpkg_contents SET srs_id = -1"
        ),
        "shapes of garbage": changed(
            "DROP TRIGGER IF EXISTS rtree_b_geom_update6",
            "DROP TRIGGER IF EXISTS rtree_b_geom_update7",
            "UPDATE sqlite_master SET sql = sql WHERE 0",
            "DELETE FROM sqlite_master WHERE type = 'trigger'",
        ).replace(b"GP\0", b"XX\0"),
        "an outer zip": packed([("a.geojson", good)]),
        "cut": good[:20_000],
        "pages of zero": good[:16] + b"\0\0" + good[18:],
        "only a header": good[:100],
        "noise": good[:4096] + bytes(range(256)) * 64,
        "no tables": sqlite_of("CREATE TABLE x (a)"),
        "a table of no shapes": sqlite_of("CREATE TABLE gpkg_contents (a)"),
    }


def sqlite_of(statement):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.db")
        with closing(sqlite3.connect(path)) as database:
            database.execute(statement)
            database.commit()
        return path.read_bytes()


HARMLESS = {
    "a cpg of bytes",
    "gbk without cpg",
    "a shape of type 99",
    "an offset away",
    "a layer like a statement",
}
"""Files that may be read, or that ask a question which the next page answers."""


def cases(canary: Canaries) -> list[Case]:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        shp, gbk = parts(one), parts(other, "GBK")
        packages = geopackages(one, canary)
    found = [
        Case(f"zip: {name}", {"a.zip": content})
        for name, content in zips(canary, dict(shp)).items()
    ]
    found += [
        Case(
            f"shapefile: {name}",
            {f"a{suffix}": part for suffix, part in parts.items()},
            harmless=name in HARMLESS,
        )
        for name, parts in shapefiles(shp, gbk, canary).items()
    ]
    found += [
        Case(f"geopackage: {name}", {"b.gpkg": content}, harmless=name in HARMLESS)
        for name, content in packages.items()
    ]
    return found
