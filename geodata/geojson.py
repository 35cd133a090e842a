"""What a GeoJSON file says of its coordinate system, read before GDAL sees it.

GDAL reads a name that it does not know as WGS 84 and fetches a linked crs from its address. So the crs
member is found here, in the raw bytes: wherever it stands, however its letters are escaped.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gridmap.errors import MissingCrs, UnknownCrs, UnreadableFile

LONGEST_CRS = 4096
"""Characters that are read as a crs member."""

NAMED = frozenset({"name", "EPSG"})
"""Types of a crs member that say what they mean themselves (GeoJSON 2008, 3; EPSG: older still)."""

_LETTERS = "".join(rf"(?:{letter}|\\u00{ord(letter):02x})" for letter in "crs")
_KEY = re.compile(rf'"{_LETTERS}"\s*:\s*(?=[{{n])'.encode(), re.IGNORECASE)
_NO_NUMBER = re.compile(rb"[:,\[]\s*[-+]?(?:nan|inf|infinity)\s*[,}\]]", re.IGNORECASE)
_DECODER = json.JSONDecoder()


def check(path: Path, name: str) -> None:
    """Refuse what GDAL must not see: linked coordinate systems and NUL characters.

    Args:
        path: the file.
        name: its name for messages.

    Raises:
        UnreadableFile: see above; GDAL would fetch the link and cut the text at the NUL.
    """
    with _content(path) as content:
        if content.find(b"\\u0000") >= 0 or content.find(b"\0") >= 0:
            raise UnreadableFile(
                name=name,
                reason_zh="文字里有 NUL 字符（\\u0000）",
                reason_en="a text holds the NUL character (\\u0000)",
            )
        if _NO_NUMBER.search(content):
            raise UnreadableFile(
                name=name,
                reason_zh="有 NaN 或 Infinity，不是 JSON 的数",
                reason_en="it holds NaN or Infinity, which are no numbers of JSON",
            )
        for _, value in _members(content):
            if isinstance(value, dict) and value.get("type") not in NAMED:
                raise UnreadableFile(
                    name=name,
                    reason_zh="crs 是外部链接或无法识别，不读取",
                    reason_en="its crs is a link or cannot be read; links are never followed",
                )


def stated_crs(path: Path, name: str) -> str:
    """Return the coordinate system of a file: its crs member, else WGS 84 (RFC 7946, 4).

    Raises:
        MissingCrs: the member is null: no coordinate system can be assumed (GeoJSON 2008, 3).
        UnknownCrs: two different members.
    """
    with _content(path) as content:
        features = content.find(b'"features"')
        # A null may be an attribute's; the collection's own stands before its features.
        stated = [value for at, value in _members(content) if value is not None or at < features]
    if not stated:
        return "wgs84"
    if any(value != stated[0] for value in stated):
        raise UnknownCrs(crs=json.dumps(stated[:2], ensure_ascii=False))
    if stated[0] is None:
        raise MissingCrs(name=name)
    properties = stated[0].get("properties") or {}
    return _plain(str(properties.get("name") or properties.get("code") or ""))


@contextmanager
def _content(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def _members(content: mmap.mmap) -> Iterator[tuple[int, Any]]:
    """Yield every object or null under the key crs, with its position; one too long as an empty object."""
    for match in _KEY.finditer(content):
        raw = content[match.end() : match.end() + LONGEST_CRS].decode("utf-8", "replace")
        try:
            yield match.start(), _DECODER.raw_decode(raw)[0]
        except (ValueError, RecursionError):
            yield match.start(), {}


def _plain(name: str) -> str:
    """Return a system's plain name for what GeoJSON files write.

    >>> _plain("urn:ogc:def:crs:EPSG::4549"), _plain("urn:ogc:def:crs:OGC:1.3:CRS84")
    ('EPSG:4549', 'OGC:CRS84')
    """
    urn = re.match(r"urn:ogc:def:crs:(\w+):[\w.]*:(\w+)\Z", name, re.IGNORECASE)
    return f"{urn[1]}:{urn[2]}" if urn else name
