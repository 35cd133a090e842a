"""What every kind of file of points is to the one who locates them: a header, and chunks of rows in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gridmap.errors import InvalidInput, UnreadableFile

Values = Sequence[Any]
"""A column of a chunk: texts, numbers, None for nothing."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file, in its order.

    Attributes:
        columns: the values of each column, in the order of the header.
        x, y: of the rows' geometries, where the file has any: numbers as they stand, None for no point.
        native: the rows as the file's own kind knows them, for a file of the same kind to be written as they were.
    """

    columns: Sequence[Values]
    size: int
    x: Values | None = None
    y: Values | None = None
    native: Any = None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows."""
        return zip(*self.columns, strict=True) if self.columns else iter([()] * self.size)


class Source(Protocol):
    """A file that is read once, from its beginning."""

    header: list[str]
    has_geometry: bool

    def chunks(self) -> Iterator[Chunk]:
        """Yield all rows, some at a time."""


class Target(Protocol):
    """A file that is being written; it is whole after `close`."""

    def write(self, chunk: Chunk, added: Sequence[Values], points: Points) -> None:
        """Write the rows of a chunk, each with its added values."""

    def close(self) -> None:
        """Write what is left."""


@dataclass(frozen=True, slots=True)
class Points:
    """Where the rows of a chunk lie: degrees in WGS 84; None where nobody knows."""

    lon: Values
    lat: Values


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written: its header, what is added, and what it was made from.

    Attributes:
        header: the columns of the source.
        added: the names of the added columns.
        source: the file that the rows come from.
    """

    header: list[str]
    added: Sequence[str]
    source: Source


def unreadable(path: Path, reason_zh: str, reason_en: str) -> UnreadableFile:
    """Return the refusal of a file."""
    return UnreadableFile(name=path.name, reason_zh=reason_zh, reason_en=reason_en)


def free(header: Iterable[str], added: Iterable[str]) -> None:
    """Refuse a file that has one of the columns already.

    Raises:
        InvalidInput: with its name.
    """
    taken = sorted(set(header) & set(added))
    if taken:
        raise InvalidInput(
            reason_zh=f"表里已有列“{taken[0]}”，请先改名。",
            reason_en=f"The table has a column “{taken[0]}” already; rename it first.",
            field=taken[0],
        )


def place_of(header: Sequence[str], name: str) -> int:
    """Return where a column stands.

    Raises:
        InvalidInput: there is none of that name.
    """
    if name not in header:
        raise InvalidInput(
            reason_zh=f"没有列“{name}”；表里有：{'、'.join(header)}。",
            reason_en=f"There is no column “{name}”; the table has: {', '.join(header)}.",
            field=name,
        )
    return header.index(name)
