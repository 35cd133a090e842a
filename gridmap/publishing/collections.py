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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for: the whole query, words that all must occur, a building's number.

    `may_be_house`: the number may also be a house number of a road (88号), not only 88号楼.
    """

    query: str
    words: tuple[str, ...]
    number: str | None
    may_be_house: bool


TILE_ZOOM: Final = 15
"""Buildings are served in tiles of this zoom: each in the one tile that holds its interior point."""
EDGE_DIGITS: Final = 6
"""Decimals of a degree in what the map draws: 1e-6 degree is about a decimetre, a fraction of a pixel."""
