"""OpenStreetMap files that mean harm, or are only broken."""

from __future__ import annotations

import struct
import zlib

from tests.geodata.hostile.cases import Canaries, Case
from tests.geodata.hostile.disguises import vrts
from tests.geodata.osm.pbf import Pbf, field

LAYER = "roads"


def plain(*ways, before="", nodes=((121.5, 31.2), (121.501, 31.2))):
    """A file as text: two nodes, and ways with these tags."""
    points = "".join(
        f'<node id="{number}" lat="{lat}" lon="{lon}"/>'
        for number, (lon, lat) in enumerate(nodes, start=1)
    )
    lines = "".join(
        f'<way id="{number}"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/>'
        f'<tag k="name" v="{name}"/></way>'
        for number, name in enumerate(ways, start=1)
    )
    return f"<?xml version='1.0' encoding='UTF-8'?>{before}<osm version='0.6'>{points}{lines}</osm>"


def packed():
    file = Pbf()
    file.node(1, 121.5, 31.2)
    file.node(2, 121.501, 31.2)
    file.way(1, [1, 2])
    return file.content()


def blob(kind, content, stated):
    """A block that says another size than it has."""
    data = field(2, stated) + field(3, zlib.compress(content))
    header = field(1, kind) + field(3, len(data))
    return struct.pack(">I", len(header)) + header + data


def texts(canary: Canaries) -> dict[str, str]:
    """Files of XML that must be refused."""
    bomb = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 50}">' for i in range(1, 9))
    return {
        "an entity that reads a file": plain(
            "&c;", before=f'<!DOCTYPE osm [<!ENTITY c SYSTEM "file://{canary.text}">]>'
        ),
        "entities without end": plain(
            "&a8;", before=f'<!DOCTYPE osm [<!ENTITY a0 "{"x" * 500}">{bomb}]>'
        ),
        "cut off": plain("x")[:-30],
        "a text that is all of the file": plain("字" * 6_000_000),
        "points of nan": plain("x", nodes=(("nan", "nan"), ("inf", "-inf"))),
    }


def binaries() -> dict[str, bytes]:
    """Packed files that must be refused."""
    good = packed()
    head = good[: good.index(b"OSMData") - 6]
    return {
        "cut in the middle": good[:-20],
        "a block that says 2 GB": head + blob(b"OSMData", b"x", 2**31 - 1),
        "a bomb of blanks": head + blob(b"OSMData", bytes(60_000_000), 60_000_000),
    }


def cases(canary: Canaries) -> list[Case]:
    found = [
        Case(f"osm: {name}", {"a.osm": content.encode()}, layer=LAYER)
        for name, content in texts(canary).items()
    ]
    found += [
        Case(f"osm: {name}", {"a.osm.pbf": content}, layer=LAYER)
        for name, content in binaries().items()
    ]
    gbk = plain("人民路").encode("gb18030")
    calling = plain("=1+1", before=f'<!DOCTYPE osm SYSTEM "{canary.url}/osm.dtd">')
    found += [
        Case("osm: GBK that says UTF-8", {"a.osm": gbk}, layer=LAYER),
        Case("osm: NUL in a name", {"a.osm": plain("a\0b").encode()}, layer=LAYER),
        Case(
            "osm: a vrt",
            {"a.osm": vrts(canary)["file"] + b"<osm/>"},
            status=415,
            layer=LAYER,
        ),
        Case("osm: xml as pbf", {"a.osm.pbf": plain("x").encode()}, status=415, layer=LAYER),
        Case("osm: pbf as xml", {"a.osm": packed()}, status=415, layer=LAYER),
        Case(
            "osm: a good one that names an address",
            {"a.osm": calling.encode()},
            harmless=True,
            layer=LAYER,
        ),
    ]
    return found
