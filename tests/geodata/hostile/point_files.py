"""Files of points that mean harm, or are only broken: CSV, GeoJSON, workbooks and Parquet."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from tests.geodata.hostile import workbooks
from tests.geodata.hostile.cases import Canaries
from tests.geodata.hostile.disguises import picture, vrts

HEAD = b"lon,lat,note\n"
GOOD = b"121.5,31.2,x\n"
File = tuple[str, bytes]


def tables(canary: Canaries) -> dict[str, File]:
    """CSV that must be refused, and what is no CSV."""
    found = {
        "blank lines": b"\n\n\n",
        "a line without an end": HEAD + b"1" * 17_000_000,
        "a cell without an end": HEAD + GOOD + b'1,2,"' + b"x" * 200_000,
        "a quote without an end": HEAD + b'1,2,"x\n' + GOOD * 3,
        "a quote inside a quote": HEAD + b'1,2,"a"b"\n',
        "a row that is too wide": HEAD + GOOD + b"1,2,3,4\n",
        "three thousand columns": b",".join(b"c%d" % i for i in range(3000)) + b"\n",
        "a million columns in a row": HEAD + b"1," * 1_000_000,
        "NUL": HEAD + GOOD + b"1,2,a\0b\n",
        "UTF-16": HEAD.decode().encode("utf-16"),
        "UTF-16 without a mark": (HEAD + GOOD).decode().encode("utf-16-le"),
        "no text at all": HEAD + b"\xff\x80\x81" * 9,
        "a picture": picture("PNG"),
        "gzip": gzip.compress(HEAD + GOOD),
        "old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "a database": b"SQLite format 3\0" + b"\0" * 600,
        "a path": canary.text.encode(),
        "empty": b"",
    }
    made = {name: ("a.csv", content) for name, content in found.items()}
    endings = ("csv", "json", "txt", "xlsx", "parquet")
    for (name, content), ending in zip(vrts(canary).items(), endings * 2, strict=False):
        made[f"vrt {name} as {ending}"] = (f"a.{ending}", content)
    return made


def collections(canary: Canaries) -> dict[str, File]:
    """GeoJSON that must be refused."""
    whole = collection({"a": 1})
    found = {
        "cut off": whole[:-20],
        "more behind it": whole + b"{}",
        "nested deeply": b'{"type": "FeatureCollection", "features": ' + b"[" * 200_000,
        "nested objects": b'{"features": [' + b'{"a": ' * 100_000,
        "NaN": whole.replace(b"1}", b"NaN}"),
        "Infinity": whole.replace(b"121.5", b"-Infinity"),
        "a number of 5,000 digits": whole.replace(b"1}", b"1" * 5000 + b"}"),
        "NUL": collection({"a": "x\0"}),
        "half a character": collection({"a": 1}).replace(b"1}", b'"\\ud800"}'),
        "half a character in its name": whole.replace(b'"a"', b'"\\udfff"'),
        "a name that is none": b'{1: 2, "features": []}',
        "features that are none": b'{"features": {"a": 1}}',
        "a feature that is none": b'{"features": [5]}',
        "a member without a value": b'{"features":',
        "many names": collection({f"c{i}": i for i in range(3000)}),
        "GBK": collection({"a": "路灯"}, ascii_only=False).decode().encode("gb18030"),
        "a path": json.dumps({"features": canary.map}).encode(),
    }
    return {f"geojson: {name}": ("a.geojson", content) for name, content in found.items()}


def collection(properties: dict[str, object], *, ascii_only: bool = True) -> bytes:
    """A collection of one point."""
    point = {"type": "Point", "coordinates": [121.5, 31.2]}
    feature = {"type": "Feature", "geometry": point, "properties": properties}
    whole = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(whole, ensure_ascii=ascii_only).encode()


def sheets(canary: Canaries) -> dict[str, File]:
    """Workbooks that must be refused."""
    content = workbooks.good(("lon", "lat"), (121.5, 31.2))
    known = workbooks.cases(content, canary)
    names = (
        "an entity that reads a file",
        "UTF-16, in which nobody looks for declarations",
        "a row that no sheet has",
        "more columns than a sheet has",
        "a text that is not there",
        "a sheet cut off",
        "an archive inside",
    )
    found = {name: known[name] for name in names}
    found["a row far below"] = workbooks.in_sheet(
        content, "</sheetData>", '<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'
    )
    return {f"workbook: {name}": ("a.xlsx", one) for name, one in found.items()}


class Payload:
    """What would run if anybody unpickled it."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return print, ("unpickled",)


def parquets() -> dict[str, File]:
    """Parquet that must be refused."""
    whole = parquet({"lon": [121.5], "lat": [31.2], "note": ["x"]})
    found = {
        "cut off": whole[:-10],
        "nothing between its marks": b"PAR1" * 3,
        "its end is chance": whole[:-60] + bytes(range(52)) + whole[-8:],
        "its pages are chance": b"PAR1" + bytes(range(40)) + whole[44:],
        "says 2 GB of end": whole[:-8] + b"\xff\xff\xff\x7fPAR1",
        "NUL": parquet({"lon": [1.0], "lat": [2.0], "note": ["a\0b"]}),
        "points that are texts": parquet({"lon": ["POINT (1 1)"]}, _geo("lon", "point")),
    }
    return {f"parquet: {name}": ("a.parquet", content) for name, content in found.items()}


def parquet(columns: dict[str, object], metadata: dict[str, str] | None = None) -> bytes:
    """A file of these columns."""
    made = pa.table(columns)
    out = io.BytesIO()
    pq.write_table(made.replace_schema_metadata(metadata) if metadata else made, out)
    return out.getvalue()


def _geo(column: str, encoding: str) -> dict[str, str]:
    geo = {"primary_column": column, "columns": {column: {"encoding": encoding}}}
    return {"geo": json.dumps(geo)}


def refused(canary: Canaries) -> dict[str, File]:
    """All that must be refused."""
    return {**tables(canary), **collections(canary), **sheets(canary), **parquets()}


def harmless(canary: Canaries) -> dict[str, File]:
    """Files of one row that may be read, but call nobody, read nothing else and run nothing."""
    book = workbooks.good(("lon", "lat", "note"), (121.5, 31.2, "x"))
    formula = f'<c r="C3" t="str"><f>WEBSERVICE("{canary.url}")</f><v>=1+1</v></c>'
    link = {"type": "link", "properties": {"href": f"{canary.url}/crs", "type": "proj4"}}
    linked = collection({"note": "x"}).replace(
        b'"features"', f'"crs": {json.dumps(link)}, "features"'.encode()
    )
    field = pa.field("lon", pa.float64()).with_metadata(
        {
            "ARROW:extension:name": "arrow.py_extension_type",
            "ARROW:extension:metadata": pickle.dumps(Payload()),
        }
    )
    told = io.BytesIO()
    names = pa.schema([field, pa.field("lat", pa.float64()), pa.field("note", pa.string())])
    pq.write_table(pa.table([[121.5], [31.2], ["x"]], schema=names), told)
    late = pa.array([2**62], pa.timestamp("us"))
    return {
        "numbers that are none": ("a.csv", HEAD + b"nan,inf,1e400\n"),
        "digits of full width": ("a.csv", HEAD + "１２１,３１,x\n".encode()),
        "GBK that nobody declares": ("a.csv", "lon,lat,note\n121.5,31.2,路灯\n".encode("gb18030")),
        "quotes in quotes": ("a.csv", HEAD + b'121.5,31.2,"a ""b"" \'c\' ""=1+1"""\n'),
        "a formula": ("a.csv", HEAD + f'121.5,31.2,"=WEBSERVICE(""{canary.url}"")"\n'.encode()),
        "a path in a cell": ("a.csv", HEAD + f"121.5,31.2,{canary.text}\n".encode()),
        "a linked system": ("a.geojson", linked),
        "two collections in one": (
            "a.geojson",
            linked.replace(b'"crs"', b'"features": [], "crs"'),
        ),
        "points that are texts": ("a.json", linked.replace(b"121.5, 31.2", b'"x", {}')),
        "a sheet that says it has all rows": (
            "a.xlsx",
            workbooks.made(
                book,
                lambda parts: parts.update(
                    {
                        workbooks.SHEET: re.sub(
                            rb'<dimension ref="[^"]*"',
                            b'<dimension ref="A1:XFD1048576"',
                            parts[workbooks.SHEET],
                        )
                    }
                ),
            ),
        ),
        "a whole sheet merged": ("a.xlsx", workbooks.merged_whole(book)),
        "a formula that calls": (
            "a.xlsx",
            workbooks.in_sheet(
                workbooks.good(("lon", "lat", "note")),
                "</sheetData>",
                f'<row r="3">{formula}</row>',
            ),
        ),
        "a pickled type": ("a.parquet", told.getvalue()),
        "a day that Python has not": (
            "a.parquet",
            parquet({"lon": [1.0], "lat": [2.0], "note": late}),
        ),
        "a geometry that is none": (
            "a.parquet",
            parquet({"lon": [1.0], "lat": [2.0], "note": [b"\1\2"]}, _geo("note", "wkb")),
        ),
    }
