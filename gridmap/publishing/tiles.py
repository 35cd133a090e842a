"""Vector tiles of a day, the words of TileJSON, and whether a tile that was kept still holds."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.publishing import computed, tile_queries
from gridmap.publishing.fields import Collection, FieldType
from gridmap.publishing.tiling import LAST_ZOOM, TILINGS, Bounds, Tile, shown
from gridmap.store.changes import LAYER_OF, Changes
from gridmap.store.revision import Version, part

_WORLD: Final[Bounds] = (-180.0, -85.0511, 180.0, 85.0511)
_KINDS: Final = {
    FieldType.TEXT: "String",
    FieldType.DAY: "String",
    FieldType.INTEGER: "Number",
    FieldType.NUMBER: "Number",
    FieldType.FLAG: "Boolean",
}


def made(session: Session, collection: Collection, block: Sequence[Tile], day: date) -> list[bytes]:
    """Return tiles of one zoom as MVT, with the values that are counted for the day; empty bytes where nothing lies."""
    values = computed.values_of(session, collection, day)
    return tile_queries.tiles(session, collection, block, day, values)


def holds(changes: Changes, collection: Collection, at: Tile, seen: Version, now: Version) -> bool:
    """Tell whether a tile that was as it should be at a version is so now.

    What is counted may change anywhere with any change of what it is counted from.
    """
    before = version_of(collection, seen)
    if collection.computed:
        return before == version_of(collection, now)
    return not changes.touched(before, now, TILINGS[collection.name].tables, at.reach)


def version_of(collection: Collection, now: Version) -> Version:
    """Return the part of a version that tiles of a collection depend on."""
    if collection.computed:
        return part(now, *collection.depends_on)
    return part(now, *_layers(TILINGS[collection.name].tables))


def _layers(tables: Group[str]) -> set[str]:
    return {LAYER_OF[table] for table in tables}


def description(
    collection: Collection, address: str, bounds: Bounds | None, language: str
) -> dict[str, Any]:
    """Return a collection's TileJSON 3.0.

    Args:
        collection: which.
        address: of tiles, with {z}, {x} and {y}.
        bounds: where it lies; the world where that is not known.
        language: of its title and its fields' words.
    """
    zooms = {"minzoom": TILINGS[collection.name].first, "maxzoom": LAST_ZOOM}
    fields = {one.name: f"{_KINDS[one.type]}: {one.label(language)}" for one in shown(collection)}
    title = collection.title(language)
    layer = {"id": collection.name, "description": title, "fields": {"code": "String"} | fields}
    return {
        "tilejson": "3.0.0",
        "name": title,
        "scheme": "xyz",
        "format": "pbf",
        "tiles": [address],
        "bounds": list(bounds or _WORLD),
        **zooms,
        "vector_layers": [layer | zooms],
    }
