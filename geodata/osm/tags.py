"""What an OpenStreetMap object is to us, by its tags; no file, no geometry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from geodata.sources import CODE_LENGTH, WORD_LENGTH
from gridmap.terms import Term

Tags = Mapping[str, str]


class Theme(Term):
    """What is taken from OpenStreetMap."""

    ROADS = "roads", "道路", "roads"
    WATER = "water", "水系", "water"
    BUILDINGS = "buildings", "楼栋", "buildings"
    ADDRESSES = "addresses", "门牌地址", "addresses"
    PLACES = "places", "地点", "places"


_NO_ROADS: Final = frozenset({"proposed", "construction", "platform", "elevator", "no", "razed"})
_WATER_USES: Final = frozenset({"reservoir", "basin", "salt_pond"})
_DWELLINGS: Final = frozenset(
    {"apartments", "residential", "house", "detached", "dormitory", "terrace", "semidetached_house"}
)
_PLACE_KEYS: Final = ("amenity", "shop", "tourism", "leisure", "office", "landuse", "railway")
_MARKS: Final = frozenset({"grass", "meadow", "farmland", "industrial", "railway", "construction"})
"""Uses of land that are no place unless they have a name."""

_STORE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


def unpacked(store: str | None) -> dict[str, str]:
    r"""Read the tags that GDAL packs into one text, as PostgreSQL's hstore is written.

    >>> unpacked('"addr:street"=>"崂山路","note"=>"a \\"b\\""')
    {'addr:street': '崂山路', 'note': 'a "b"'}
    """
    return {_plain(key): _plain(value) for key, value in _STORE.findall(store or "")}


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def fields_of(theme: Theme, tags: Tags) -> dict[str, str | None] | None:
    """Return what we keep of an object as one of a theme; None where it is none.

    >>> fields_of(Theme.ROADS, {"highway": "primary", "name": "浦东南路"})["kind"]
    'primary'
    >>> fields_of(Theme.WATER, {"highway": "primary"}) is None
    True
    """
    kind = _KIND_OF[theme](tags)
    if kind is None:
        return None
    fields = {
        "name": tags.get("name:zh") or tags.get("name"),
        "kind": kind[:WORD_LENGTH],
        "aliases": tags.get("alt_name"),
        "short_names": tags.get("short_name"),
        "former_names": tags.get("old_name"),
    }
    if theme is not Theme.ROADS and theme is not Theme.WATER:
        fields["road"] = tags.get("addr:street") or tags.get("addr_street")
        number = tags.get("addr:housenumber") or tags.get("addr_housenumber")
        fields["house_number"] = number[:WORD_LENGTH] if number else None
    if theme is Theme.BUILDINGS:
        levels = tags.get("building:levels", "")
        fields["floors"] = levels if levels.isdecimal() else None
    return fields


def code_of(kind: str, number: str) -> str:
    """Return the code of an object: its kind (n, w, r) and number are its own for good.

    >>> code_of("w", "8792376")
    'osm-w8792376'
    """
    return f"osm-{kind}{number}"[:CODE_LENGTH]


def _road(tags: Tags) -> str | None:
    kind = tags.get("highway") or ""
    return kind if kind and kind not in _NO_ROADS else None


def _water(tags: Tags) -> str | None:
    if tags.get("natural") == "water":
        return tags.get("water") or "water"
    if tags.get("waterway") in {"riverbank", "dock", "canal"}:
        return tags["waterway"]
    return tags.get("landuse") if tags.get("landuse") in _WATER_USES else None


def _building(tags: Tags) -> str | None:
    kind = tags.get("building") or ""
    if not kind or kind == "no":
        return None
    return "residential" if kind in _DWELLINGS or kind == "yes" else "other"


def _address(tags: Tags) -> str | None:
    has_number = tags.get("addr:housenumber") or tags.get("addr_housenumber")
    return "address" if has_number and not _building(tags) else None


def _place(tags: Tags) -> str | None:
    if _building(tags) or _road(tags) or _water(tags):
        return None
    kind = next((tags[key] for key in _PLACE_KEYS if tags.get(key)), None)
    if kind in _MARKS and not tags.get("name"):
        return None
    return kind


_KIND_OF: Final = {
    Theme.ROADS: _road,
    Theme.WATER: _water,
    Theme.BUILDINGS: _building,
    Theme.ADDRESSES: _address,
    Theme.PLACES: _place,
}
