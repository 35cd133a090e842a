"""Publish layers, tiles and the county's frame; search by name, address or code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.geolocation import words
from gridmap.geolocation.wording.places import Level
from gridmap.publishing import queries
from gridmap.publishing.collections import BUILDINGS, BY_NAME, TILE_ZOOM
from gridmap.publishing.fields import Collection
from gridmap.publishing.searched import Searched
from gridmap.publishing.tiling import Tile
from gridmap.store.revision import revisions

_NUMBERED = re.compile(r"(?P<name>.*?)(?P<number>\d+)\s*(?P<kind>号楼|栋|幢|座|#|号)\Z")


@dataclass(frozen=True, slots=True)
class County:
    """The county's frame: name, extent in degrees (WGS 84), and the first day with data."""

    code: str
    name: str
    bbox: tuple[float, float, float, float]
    first_day: date


_KINDS: Final = {
    Level.BUILDING: "building",
    Level.POINT: "place",
    Level.CROSSING: "crossing",
    Level.COMPOUND: "compound",
    Level.COMMUNITY: "community",
    Level.ROAD: "road",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found by name: where it is (WGS 84), its extent where it has one."""

    kind: str
    code: str
    title: str
    subtitle: str | None
    lon: float
    lat: float
    bbox: tuple[float, float, float, float] | None


def county(session: Session, day: date) -> County:
    """Return the county's frame as of a day.

    Raises:
        NotFound: there is no county on that day.
    """
    row = queries.county_facts(session, day)
    if row is None or row.west is None:
        raise NotFound(what_zh="这一天的县域数据", what_en="A county on that day")
    return County(row.code, row.name, (row.west, row.south, row.east, row.north), row.first_day)


def etag(session: Session, collection: Collection, day: date, *place: object) -> str:
    """Return a tag that changes with every change of what the collection shows; one statement."""
    numbers = revisions(session, *collection.depends_on)
    parts = [f"{numbers.get(layer, 0)}" for layer in collection.depends_on]
    return "-".join([collection.name, day.isoformat(), *parts, *(str(part) for part in place)])


def collection(name: str) -> Collection:
    """Return the collection of that name.

    Raises:
        NotFound: there is none.
    """
    if name not in BY_NAME:
        raise NotFound(what_zh=f"图层“{name}”", what_en=f"The layer “{name}”", field="layer")
    return BY_NAME[name]


def map_layer(name: str) -> Collection:
    """Return the collection of that name that our own maps read whole; buildings come in tiles.

    Raises:
        NotFound: there is none.
    """
    found = collection(name)
    if not found.on_map or found is BUILDINGS:
        raise NotFound(what_zh=f"图层“{name}”", what_en=f"The layer “{name}”", field="layer")
    return found


def features(session: Session, layer: Collection, day: date) -> str:
    """Return a layer as of a day as a GeoJSON FeatureCollection (text, WGS 84)."""
    return queries.features_text(session, layer, day)


def buildings(session: Session, zoom: int, x: int, y: int, day: date) -> str:
    """Return the buildings of a tile as a GeoJSON FeatureCollection (text, WGS 84).

    Raises:
        InvalidInput: another zoom than `TILE_ZOOM`, or no such tile.
    """
    if zoom != TILE_ZOOM or not (0 <= x < 2**zoom and 0 <= y < 2**zoom):
        raise InvalidInput(
            reason_zh=f"楼栋瓦片只有 {TILE_ZOOM} 级，且行列号须在范围内。",
            reason_en=f"Tiles of buildings exist at zoom {TILE_ZOOM} only, with x and y in range.",
            field="z",
        )
    return queries.buildings_text(session, Tile(zoom, x, y).bounds, day)


def search(session: Session, query: str, day: date, limit: int = 10) -> list[Hit]:
    """Return what the words mean, then what bears that name, address or code as of a day, best first."""
    wanted = _wanted(unicodedata.normalize("NFKC", query).strip())
    if not wanted.words and wanted.number is None:
        return []
    named = {(hit.kind, hit.code): hit for hit in _named(session, wanted, day, limit)}
    meant = {(hit.kind, hit.code): hit for hit in _meant(session, query, day)}
    first = [named.get(key, hit) for key, hit in meant.items()]
    return [*first, *(hit for key, hit in named.items() if key not in meant)][:limit]


def _meant(session: Session, query: str, day: date) -> Iterator[Hit]:
    """Yield what the resolver of words takes a query for, or would ask about."""
    said = words.read(session, query, day)
    for one in (said.best,) if said.best else said.choices:
        kind, code = _KINDS[one.candidate.level], one.code
        if one.spot is not None and code is not None:
            yield Hit(kind, code, one.title, None, one.spot[0], one.spot[1], None)


def _named(session: Session, wanted: Searched, day: date, limit: int) -> list[Hit]:
    return [
        Hit(
            row.kind,
            row.code,
            row.title,
            row.subtitle or None,
            row.lon,
            row.lat,
            (row.west, row.south, row.east, row.north) if row.east > row.west else None,
        )
        for row in queries.found(session, wanted, day, limit)
    ]


def _wanted(query: str) -> Searched:
    """Take a trailing number apart: 书香苑3栋 is a name and the number 3, never a part of 13."""
    numbered = _NUMBERED.match(query)
    if numbered is None:
        return Searched(query, tuple(query.split()), None, may_be_house=False)
    house = numbered["kind"] in ("号", "#")
    return Searched(query, tuple(numbered["name"].split()), numbered["number"], may_be_house=house)


def versions(session: Session) -> dict[str, int]:
    """Return the data version of every layer of the ledger."""
    return revisions(session)
