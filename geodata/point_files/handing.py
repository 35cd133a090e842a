"""Files of points are read in a process of their own, which hands their rows over piece by piece."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from geodata import confined
from geodata.point_files.chunks import Chunk, Values, unreadable
from gridmap.errors import UnreadableFile


class Kind(StrEnum):
    """Kinds of files of points."""

    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    WORKBOOK = "workbook"


TEXTS: Final = Path(__file__).parents[1] / "point_reading.py"
TABLES: Final = TEXTS.with_name("point_table_reading.py")
PROGRAMS: Final = {
    Kind.CSV: TEXTS,
    Kind.GEOJSON: TEXTS,
    Kind.WORKBOOK: TABLES,
    Kind.PARQUET: TABLES,
}
LIMITS: Final = {
    "columns": 2_000,
    "cells": 5_000_000,
    "piece": confined.LARGEST_PIECE // 2,
    "line": 16_000_000,
    "unpacked": 2 * 1024**3,
    "tags": 200_000_000,
    "RLIMIT_AS": 8 * 1024**3,
    "RLIMIT_CPU": 1_800,
    "RLIMIT_FSIZE": 1024**2,
}
"""Columns; cells and bytes of a piece; characters of a line of CSV; of a workbook bytes of all parts and tags in
them; and what the reading may take: bytes of memory, seconds, bytes of a file that it writes."""
PATIENCE_S: Final = 300
"""Seconds for which a piece is waited for."""


@dataclass(frozen=True)
class Handed:
    """A file that is being read.

    Attributes:
        path: the file.
        head: what it says before its rows.
        pieces: its rows, as bytes; each is taken once.
    """

    path: Path
    head: Mapping[str, Any]
    pieces: Iterator[bytes]

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [str(name) for name in self.head["header"]]


@contextmanager
def handed(path: Path, kind: Kind, rows: int, *, keep: bool) -> Iterator[Handed]:
    """Open a file of points; the process that reads it ends with the block.

    Args:
        path: the file.
        kind: what it is.
        rows: of a piece at most.
        keep: the rows go into a file of the same kind and keep what only that kind has.

    Raises:
        UnreadableFile: at once or while pieces are taken: not what it says, broken, or too much.
    """
    with tempfile.TemporaryDirectory(prefix="gridmap-points-") as scratch:
        request = {
            "path": str(path.resolve()),
            "kind": kind.value,
            "rows": rows,
            "keep": keep,
            "limits": LIMITS,
        }
        environment = {
            **confined.environment_in(Path(scratch)),
            "ARROW_DEFAULT_MEMORY_POOL": "system",
        }
        with confined.pieces(
            PROGRAMS[kind], Path(scratch), request, environment, PATIENCE_S
        ) as pieces:
            taken = _taken(path, pieces)
            yield Handed(path, told(path, next(taken, b"")), taken)


def _taken(path: Path, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except confined.Failed as failed:
        raise _refusal(path, failed.answer) from failed
    except confined.GaveUp as heavy:
        raise _refusal(path, {"code": "too_heavy"}) from heavy


def told(path: Path, piece: bytes) -> Any:  # noqa: ANN401 - whatever stands in the JSON
    """Return what a piece of JSON says.

    Raises:
        UnreadableFile: it is none; the process is not believed.
    """
    try:
        return json.loads(piece)
    except (ValueError, RecursionError) as failure:
        raise _refusal(path, {"code": "too_heavy"}) from failure


class TableSource:
    """A file whose rows come as columns of JSON: CSV, a workbook, Parquet that goes into another kind."""

    def __init__(self, given: Handed) -> None:
        self._given = given
        self.header = given.header
        self.has_geometry = bool(given.head.get("geometry"))

    def chunks(self) -> Iterator[Chunk]:
        """Yield all rows."""
        width = len(self.header)
        for piece in self._given.pieces:
            columns = self._columns(piece)
            x, y = columns[width:] if self.has_geometry else (None, None)
            yield Chunk(columns[:width], len(columns[0]), x, y)

    def _columns(self, piece: bytes) -> list[Values]:
        said = told(self._given.path, piece)
        try:
            return _columns_of(said, len(self.header) + 2 * self.has_geometry)
        except (LookupError, TypeError, ValueError) as failure:
            raise _refusal(self._given.path, {"code": "too_heavy"}) from failure


def _columns_of(said: Any, count: int) -> list[Values]:  # noqa: ANN401 - whatever stands in the JSON
    """The columns of a piece, as many as wanted and all of one length; else an error of Python's."""
    columns = list(said["columns"])
    if len(columns) != count or {*map(type, columns)} != {list} or len({*map(len, columns)}) != 1:
        raise ValueError(count)
    for place in said["made"]:
        columns[place] = [
            _made(value) if isinstance(value, list) else value for value in columns[place]
        ]
    return columns


_MADE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
    "nested": lambda value: value,
}


def _made(pair: list[Any]) -> Any:  # noqa: ANN401 - of any kind
    kind, written = pair
    return _MADE[kind](written)


_HEAVY: Final = (
    "读取所需的时间或内存超出限制，请拆成几个文件",
    "reading it takes more time or memory than allowed; divide it into several files",
)
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "too_heavy": _HEAVY,
    "too_much_memory": _HEAVY,
    "no_header": ("没有表头", "it has no header"),
    "no_text": ("不是文本表格", "it is no text table"),
    "no_geojson": ("不是 GeoJSON", "it is no GeoJSON"),
    "no_collection": ("不是 FeatureCollection", "it is no FeatureCollection"),
    "no_parquet": ("不是完整的 Parquet", "it is no whole Parquet"),
    "no_workbook": ("不是完整的工作簿", "it is no whole workbook"),
    "broken_archive": ("压缩包已损坏", "the archive is broken"),
    "too_much": ("解压后太大", "it unpacks to too much"),
    "too_many_cells": ("单元格太多", "it has too many cells"),
    "declarations": (
        "里面有不该有的声明",
        "it holds declarations that do not belong there",
    ),
    "broken": ("第 {line} 行损坏（{words}）", "line {line} is broken ({words})"),
    "open_quote": (
        "到文件结尾（第 {line} 行）还有引号没有结束",
        "a quote has no end when the file ends (line {line})",
    ),
    "stray_quote": (
        "第 {line} 行的引号后面还有内容；格子里的引号要写成两个",
        "in line {line} something follows a closing quote; a quote inside a cell is written twice",
    ),
    "long_cell": (
        "第 {line} 行有一格超过 {words} 个字符，可能少了一个引号",
        "line {line} has a cell of more than {words} characters; a quote may be missing",
    ),
    "long_line": (
        "第 {line} 行超过 {limit} 个字符",
        "line {line} has more than {limit} characters",
    ),
    "long_row": (
        "第 {row} 行的内容太长，最多约 {limit} 字节",
        "row {row} says too much, at most about {limit} bytes are taken",
    ),
    "too_wide": (
        "第 {row} 行有 {count} 列，表头只有 {width} 列",
        "row {row} has {count} columns, the header {width}",
    ),
    "wider_row": ("第 {row} 行比表头宽", "row {row} is wider than the header"),
    "too_many_columns": (
        "有 {count} 列，最多 {limit} 列",
        "it has {count} columns, at most {limit} are taken",
    ),
    "nul": (
        "第 {row} 行的文字里有 NUL 字符（\\u0000）",
        "a text in row {row} holds the NUL character (\\u0000)",
    ),
    "half_character": (
        "第 {row} 行的文字里有半个字符（不成对的 \\ud800 一类转义）",
        "a text in row {row} holds half of a character (an escape like \\ud800 alone)",
    ),
    "no_number": (
        "有 {word}，不是 JSON 的数，请改成 null",
        "it holds {word}, which is no number of JSON; write null",
    ),
}


def _refusal(path: Path, failure: Mapping[str, Any]) -> UnreadableFile:
    zh, en = _WORDS.get(str(failure.get("code")), _HEAVY)
    try:
        return unreadable(path, zh.format(**failure), en.format(**failure))
    except (LookupError, TypeError, ValueError):
        return unreadable(path, *_HEAVY)
