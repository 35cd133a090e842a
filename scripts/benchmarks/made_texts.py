"""Texts about places of a made-up county, of every kind, each with the right answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.benchmarks import made_doubts, made_places
from scripts.benchmarks.made_counties import County
from scripts.benchmarks.made_writer import KINDS, Writer

__all__ = ["KINDS", "Made", "made_doubts", "made_places", "texts_of"]
TRIES = 6


@dataclass(frozen=True, slots=True)
class Made:
    """A text and what it means: `level` is building, compound, crossing, point or ask."""

    kind: str
    text: str
    level: str
    codes: frozenset[str] = frozenset()
    compound: str | None = None


def texts_of(county: County, seed: int, each: int) -> Iterator[Made]:
    """Yield texts of every kind, `each` of a kind where the county has what they need."""
    writer = Writer(county, seed)
    for kind in sorted(KINDS):
        made, tries = 0, 0
        while made < each and tries < each * TRIES:
            tries += 1
            told = KINDS[kind](writer)
            if told is not None:
                made += 1
                yield Made(kind, *told)
