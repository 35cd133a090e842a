"""Files that are not what their extension says, and extensions that are none."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile

from PIL import Image

from tests.geodata.hostile.cases import OUTLINE, Canaries, Case

GOOD = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": "b1"},
                "geometry": {"type": "Polygon", "coordinates": OUTLINE},
            }
        ],
    }
).encode()


def picture(kind):
    """An image with a GPS position in its EXIF."""
    image, made = Image.new("RGB", (8, 8), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif.get_ifd(0x8825)[1] = "N"
    image.save(made, kind, exif=exif)
    return made.getvalue()


def workbook():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


def tape():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.geojson"))
    return made.getvalue()


def vrts(canary: Canaries) -> dict[str, bytes]:
    layer = "<OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource>{}</OGRVRTLayer>"
    source = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    inner = "<OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>"
    union = f"<OGRVRTDataSource><OGRVRTUnionLayer name='u'>{inner}</OGRVRTUnionLayer></OGRVRTDataSource>"
    return {
        "file": source.format(canary.map, "").encode(),
        "address": source.format(f"/vsicurl/{canary.url}/a.geojson", "").encode(),
        "streaming": source.format(f"/vsicurl_streaming/{canary.url}/a.csv", "").encode(),
        "wfs": source.format(f"WFS:{canary.url}/wfs", "").encode(),
        "sql": source.format(canary.map, "<SrcSQL>SELECT * FROM x</SrcSQL>").encode(),
        "union": union.format(canary.map).encode(),
        "spaces": b"\n\n   " + source.format(canary.map, "").encode(),
        "mark": b"\xef\xbb\xbf" + source.format(canary.map, "").encode(),
        "entity": f"<!DOCTYPE x [<!ENTITY c SYSTEM 'file://{canary.text}'>]><OGRVRTDataSource>&c;</OGRVRTDataSource>".encode(),
    }


def contents(canary: Canaries) -> dict[str, bytes]:
    return {
        "empty": b"",
        "blanks": b" \n\t ",
        "jpeg": picture("JPEG"),
        "png": picture("PNG"),
        "webp": picture("WEBP"),
        "gif": b"GIF89a" + b"\0" * 20,
        "pdf": b"%PDF-1.7\n",
        "old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "workbook": workbook(),
        "rar": b"Rar!\x1a\x07\x01\x00",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "gzip": gzip.compress(GOOD),
        "tar": tape(),
        "program": b"\x7fELF" + b"\0" * 60,
        "windows program": b"MZ" + b"\0" * 60,
        "html": b"<!doctype html><script>alert(1)</script>",
        "kml": f"<kml><NetworkLink><href>{canary.url}/x.kml</href></NetworkLink></kml>".encode(),
        "gml": f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY c SYSTEM '{canary.url}/x'>]><gml>&c;</gml>".encode(),
        "csv": b"code,name,WKT\n1,=1+1,POINT(1 1)\n",
        "utf-16": GOOD.decode().encode("utf-16"),
        "path": canary.map.encode(),
        "address": f"/vsicurl/{canary.url}/x".encode(),
        "csv string": b"CSV:" + canary.text.encode(),
        "flatgeobuf": b"fgb\x03fgb\x00",
        "random": bytes(range(256)),
    }


def cases(canary: Canaries) -> list[Case]:
    found = [
        Case(f"{name} as geojson", {"a.geojson": content}, status=415)
        for name, content in contents(canary).items()
    ]
    found += [
        Case(f"vrt {name} as {suffix}", {f"a{suffix}": content}, status=415)
        for name, content in vrts(canary).items()
        for suffix in (".geojson", ".gpkg")
    ]
    found += [
        Case(f"geojson as {suffix}", {f"a{suffix}": GOOD}, status=415)
        for suffix in (".gpkg", ".shp", ".zip", ".vrt", ".kml", ".gdb", ".csv", ".xlsx", ".exe", "")
    ]
    found += [
        Case("vrt in its own name", {"a.vrt": vrts(canary)["file"]}, status=415),
        Case("vrt as a part", {"a.shp": vrts(canary)["file"]}, status=415),
        Case("a name that leads away", {"../../../etc/passwd.geojson": b"<x/>"}, status=415),
        Case("a name of control characters", {"a\u202egnp.geojson": b"<x/>"}, status=415),
        Case("a name like an address", {"/vsicurl/http:/x/a.geojson": b""}, status=415),
        Case("a very long name", {"字" * 400 + ".geojson": b""}, status=415),
        Case("two files", {"a.geojson": GOOD, "b.geojson": GOOD}, status=422),
        Case("a good one", {"a.geojson": GOOD}, harmless=True, status=303),
    ]
    return found
