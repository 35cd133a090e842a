"""The one list of what is published: the layers of the map, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Collection:
    """A published layer: its name, and the ledger layers whose change makes it new."""

    name: str
    depends_on: tuple[str, ...]


COLLECTIONS: Final[tuple[Collection, ...]] = (
    Collection("communities", ("areas",)),
    Collection("grids", ("areas", "grids")),
    Collection("compounds", ("compounds",)),
    Collection("roads", ("geography",)),
    Collection("water", ("geography",)),
    Collection("places", ("geography",)),
    Collection("centres", ("property",)),
)
BUILDINGS: Final = Collection("buildings", ("buildings", "compounds", "grids"))
BY_NAME: Final[dict[str, Collection]] = {collection.name: collection for collection in COLLECTIONS}

TILE_ZOOM: Final = 15
"""Buildings are served in tiles of this zoom: each in the one tile that holds its interior point."""
EDGE_DIGITS: Final = 7
"""Decimals of a degree in what is sent: 1e-7 degree is about a centimetre."""
