"""A small writer of OpenStreetMap's PBF format (wiki.openstreetmap.org/wiki/PBF_Format), for tests only."""

from __future__ import annotations

import struct
import zlib


def varint(number):
    made = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        made.append(low | (0x80 if number else 0))
        if not number:
            return bytes(made)


def zigzag(number):
    return varint(2 * number if number >= 0 else -2 * number - 1)


def field(number, content):
    """A length-delimited field; an int becomes a varint field."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def deltas(numbers):
    before, made = 0, b""
    for number in numbers:
        made += zigzag(number - before)
        before = number
    return made


class Pbf:
    """A file of nodes, ways and relations."""

    def __init__(self):
        self.strings = [""]
        self.nodes, self.ways, self.relations = b"", b"", b""

    def node(self, number, lon, lat, **tags):
        place = b"".join(
            varint(key << 3) + zigzag(round(value * 1e7)) for key, value in ((8, lat), (9, lon))
        )
        self.nodes += field(1, varint(1 << 3) + zigzag(number) + self._tags(tags) + place)

    def way(self, number, refs, **tags):
        self.ways += field(3, field(1, number) + self._tags(tags) + field(8, deltas(refs)))

    def relation(self, number, members, **tags):
        """Members are (way, role) pairs."""
        roles = b"".join(varint(self._word(role)) for _, role in members)
        kinds = b"\x01" * len(members)
        ids = deltas([way for way, _ in members])
        self.relations += field(
            4,
            field(1, number)
            + self._tags(tags)
            + field(8, roles)
            + field(9, ids)
            + field(10, kinds),
        )

    def content(self):
        head = b"".join(field(4, name) for name in (b"OsmSchema-V0.6", b"DenseNodes"))
        groups = b"".join(
            field(2, part) for part in (self.nodes, self.ways, self.relations) if part
        )
        table = field(1, b"".join(field(1, word.encode()) for word in self.strings))
        return self._blob(b"OSMHeader", head) + self._blob(b"OSMData", table + groups)

    def _blob(self, kind, content):
        blob = field(2, len(content)) + field(3, zlib.compress(content))
        header = field(1, kind) + field(3, len(blob))
        return struct.pack(">I", len(header)) + header + blob

    def _word(self, word):
        if word not in self.strings:
            self.strings.append(word)
        return self.strings.index(word)

    def _tags(self, tags):
        if not tags:
            return b""
        keys = b"".join(varint(self._word(key.replace("__", ":"))) for key in tags)
        return field(2, keys) + field(3, b"".join(varint(self._word(v)) for v in tags.values()))
