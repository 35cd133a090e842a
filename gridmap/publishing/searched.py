"""What a search asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Searched:
    """The whole query, words that all must occur, a building's number.

    `may_be_house`: the number may also be a house number of a road (88号), not only 88号楼.
    """

    query: str
    words: tuple[str, ...]
    number: str | None
    may_be_house: bool
