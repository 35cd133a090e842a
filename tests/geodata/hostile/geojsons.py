"""GeoJSON that lies, breaks off, nests, links, or holds shapes that are none."""

from __future__ import annotations

import json

from tests.geodata.hostile.cases import OUTLINE, Canaries, Case


def collection(features=None, **members):
    return {"type": "FeatureCollection", **members, "features": features or [feature()]}


def feature(geometry=None, **facts):
    shape = geometry if geometry is not None else {"type": "Polygon", "coordinates": OUTLINE}
    return {"type": "Feature", "properties": {"code": "b1", **facts}, "geometry": shape}


def raw(content) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def replaced(old: str, new: str, **facts) -> bytes:
    return raw(collection([feature(**facts)])).replace(old.encode(), new.encode())


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [*rings]}


def systems(canary: Canaries) -> dict[str, bytes]:
    link = {"type": "link", "properties": {"href": f"{canary.url}/crs", "type": "ogcwkt"}}
    url = {"type": "url", "properties": {"url": f"{canary.url}/crs"}}
    named = lambda name: {"type": "name", "properties": {"name": name}}  # noqa: E731
    return {
        "link": raw(collection(crs=link)),
        "url": raw(collection(crs=url)),
        "link with escapes": raw(collection(crs=link)).replace(
            b'"crs"', b'"\\u0063\\u0072\\u0073"'
        ),
        "link in a feature": raw(collection([feature() | {"crs": link}])),
        "link in a geometry": raw(collection([feature(polygon(*OUTLINE) | {"crs": link})])),
        "link after the features": raw(
            {"features": [feature()], "crs": link, "type": "FeatureCollection"}
        ),
        "two systems": raw(collection(crs=named("EPSG:4326"))).replace(
            b'"features"',
            b'"crs": {"type": "name", "properties": {"name": "EPSG:4549"}}, "features"',
        ),
        "an address as a name": raw(collection(crs=named(f"{canary.url}/def/crs"))),
        "a remote file as a name": raw(collection(crs=named(f"/vsicurl/{canary.url}/crs.wkt"))),
        "a file as a name": raw(collection(crs=named(canary.text))),
        "a grid file": raw(collection(crs=named(f"+proj=longlat +nadgrids={canary.text}"))),
        "a remote grid": raw(collection(crs=named(f"+proj=longlat +nadgrids={canary.url}/g.tif"))),
        "no such code": raw(collection(crs=named("EPSG:999999"))),
        "null": raw(collection(crs=None)).replace(b'"crs": null', b'"crs": null'),
        "deep": raw(collection()).replace(
            b'"features"', b'"crs": ' + b'{"a": ' * 2000 + b"1" + b"}" * 2000 + b', "features"', 1
        ),
        "deep lists": raw(collection()).replace(
            b'"features"', b'"crs": {"a": ' + b"[" * 3000 + b"]" * 3000 + b'}, "features"', 1
        ),
    }


def shapes() -> dict[str, dict | None]:
    far, x = 1e308, 121.5
    bow = [[x, 31.2], [121.501, 31.201], [121.501, 31.2], [x, 31.201], [x, 31.2]]
    return {
        "bow tie": polygon(bow),
        "two points": polygon([[x, 31.2], [121.501, 31.2]]),
        "one point": polygon([[x, 31.2]]),
        "no ring": {"type": "Polygon", "coordinates": []},
        "an empty ring": polygon([]),
        "a hole outside": polygon(OUTLINE[0], [[1, 1], [2, 1], [2, 2], [1, 1]]),
        "the same ring twice": polygon(OUTLINE[0], OUTLINE[0]),
        "flat": polygon([[x, 31.2], [121.501, 31.2], [121.502, 31.2], [x, 31.2]]),
        "a point": {"type": "Point", "coordinates": [x, 31.2]},
        "a line": {"type": "LineString", "coordinates": [[x, 31.2], [121.6, 31.2]]},
        "a collection": {"type": "GeometryCollection", "geometries": [polygon(*OUTLINE)]},
        "an unknown type": {"type": "Blob", "coordinates": OUTLINE},
        "strings": {"type": "Polygon", "coordinates": [[["121", "31"]] * 4]},
        "nulls": {"type": "Polygon", "coordinates": [[None, None, None, None]]},
        "numbers beyond all bounds": polygon([[far, far], [-far, far], [far, -far], [far, far]]),
        "beyond the globe": polygon([[500, 91], [501, 91], [501, 92], [500, 91]]),
        "swapped": polygon([[lat, lon] for lon, lat in OUTLINE[0]]),
        "twenty dimensions": polygon([[*point, *range(20)] for point in OUTLINE[0]]),
        "two hundred nested": nested(200),
        "nine rings deep": {"type": "Polygon", "coordinates": [[[[[[[[[1]]]]]]]]]},
        "too many vertices": polygon(
            [[x + i * 1e-7, 31 + i % 2] for i in range(210_000)] + [[x, 31]]
        ),
    }


def nested(depth):
    shape = polygon(*OUTLINE)
    for _ in range(depth):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    return shape


def facts() -> dict[str, tuple[bytes, bool]]:
    """Attributes: content, and whether it may be read."""
    return {
        "a formula": (raw(collection([feature(name="=cmd|'/c calc'!A0")])), True),
        "a full-width formula": (raw(collection([feature(name="＝1+1")])), True),
        "a script": (raw(collection([feature(name="<script>alert(1)</script>`${1}`")])), True),
        "a column like a path": (raw(collection([feature(**{"../../etc/passwd": "x"})])), True),
        "a column of a prototype": (raw(collection([feature(**{"__proto__": {"a": 1}})])), True),
        "lists and objects": (raw(collection([feature(name=["a"], kind={"b": 1})])), True),
        "a bidi override": (raw(collection([feature(name="楼\u202e1")])), False),
        "a nul, escaped": (replaced("NAME", "a\\u0000b", name="NAME"), False),
        "a nul": (replaced("NAME", "a\0b", name="NAME"), False),
        "a lone surrogate, escaped": (replaced("NAME", "\\ud800", name="NAME"), True),
        "a lone surrogate": (raw(collection([feature(name="\ud800")])), True),
        "a text too long": (raw(collection([feature(name="字" * 20_000)])), False),
        "a code too long": (raw(collection([feature(code="1" * 65)])), False),
        "no code at all": (raw(collection([feature(code=None)])), False),
        "the same code twice": (raw(collection([feature(), feature()])), False),
        "a negative number": (raw(collection([feature(households=-1)])), False),
        "a half": (raw(collection([feature(households=1.5)])), False),
        "not a number": (replaced("7777", "NaN", households=7777), False),
        "an infinity": (replaced("7777", "Infinity", households=7777), False),
        "a huge number": (replaced("7777", "1" + "0" * 400, households=7777), False),
        "an overflow": (raw(collection([feature(households=2**40)])), False),
        "201 columns": (raw(collection([feature(**{f"c{i}": 1 for i in range(201)})])), False),
        "duplicate keys": (replaced('"code": "b1"', '"code": "b1", "code": "b2"'), True),
    }


def broken(good: bytes) -> dict[str, bytes]:
    return {
        "cut": good[: len(good) // 2],
        "cut in a character": raw(collection([feature(name="楼")]))[:-60],
        "garbage after": good + b"]]]}}} trailing",
        "gbk": json.dumps(collection([feature(name="书香苑")]), ensure_ascii=False).encode("gbk"),
        "not utf-8": good.replace(b"b1", b"\xff\xfe\xfd"),
        "single quotes": good.replace(b'"', b"'"),
        "a list": b"[" + good + b"]",
        "deep": b'{"type": "FeatureCollection", "features": '
        + b"[" * 100_000
        + b"]" * 100_000
        + b"}",
        "deep objects": b'{"a": ' * 50_000 + b"1" + b"}" * 50_000,
        "no features": raw({"type": "FeatureCollection", "features": []}),
        "features of null": raw({"type": "FeatureCollection", "features": [None, None]}),
        "features that are numbers": raw({"type": "FeatureCollection", "features": 7}),
        "no type": raw({"features": [feature()]}),
        "only a brace": b"{",
        "an empty object": b"{}",
        "esri": raw(
            {
                "geometryType": "esriGeometryPolygon",
                "spatialReference": {"wkid": 4326},
                "features": [{"attributes": {"code": "1"}, "geometry": {"rings": OUTLINE}}],
            }
        ),
        "topology": raw(
            {
                "type": "Topology",
                "arcs": [],
                "objects": {"x": {"type": "GeometryCollection", "geometries": []}},
            }
        ),
        "stac": raw({"type": "FeatureCollection", "stac_version": "1.0.0", "features": []}),
        "null geometry": raw(collection([feature() | {"geometry": None}])),
        "no geometry": raw(collection([{"type": "Feature", "properties": {"code": "1"}}])),
        "coordinates of nan": raw(collection()).replace(b"121.5,", b"NaN,"),
        "coordinates of infinity": raw(collection()).replace(b"121.5,", b"1e999,"),
    }


def cases(canary: Canaries) -> list[Case]:
    good = raw(collection())
    found = [
        Case(f"crs: {name}", {"a.geojson": content}) for name, content in systems(canary).items()
    ]
    found += [
        Case(
            f"shape: {name}",
            {"a.geojson": raw(collection([feature(shape)]))},
            harmless=name in DRAWN,
        )
        for name, shape in shapes().items()
    ]
    found += [
        Case(f"fact: {name}", {"a.geojson": content}, harmless=may)
        for name, (content, may) in facts().items()
    ]
    found += [
        Case(f"broken: {name}", {"a.geojson": content}, harmless=name in READ)
        for name, content in broken(good).items()
    ]
    return found


DRAWN = {"twenty dimensions"}
"""Shapes that are strange and sound."""
READ = {"garbage after", "no type"}
"""Files that a reader may make sense of."""
