"""A file of `export_all`, in: its ledgers are read in a process of their own, row by row."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geodata import confined, given_files
from geodata.exports.table_queries import Ledger
from gridmap.errors import UnreadableFile

READING: Final = Path(__file__).parents[1] / "ledger_reading.py"
LIMITS: Final = {
    "piece": confined.LARGEST_PIECE,
    "RLIMIT_AS": 4 * 1024**3,
    "RLIMIT_CPU": 3_600,
    "RLIMIT_FSIZE": 1024**2,
}
PATIENCE_S: Final = 300
"""Seconds for which some rows are waited for."""


@dataclass(frozen=True)
class LedgerFile:
    """What a file says.

    Attributes:
        source: the file.
        facts: what it says of itself.
        columns: names of the columns, by table of the file.
        pieces: the rows of the tables that were asked for, in that order.
    """

    source: Path
    facts: Mapping[str, str]
    columns: Mapping[str, Sequence[str]]
    pieces: Iterator[Any]

    def rows(self, table: Ledger) -> Iterator[list[Any]]:
        """Yield the rows of the next table, as COPY takes them.

        Raises:
            UnreadableFile: broken on the way.
        """
        truths = [at for at, one in enumerate(table.columns) if one.type == "boolean"]
        contents = [at for at, one in enumerate(table.columns) if one.type == "bytea"]
        for piece in self.pieces:
            if piece is None:
                return
            for row in piece:
                try:
                    _mend(row, truths, contents)
                except (TypeError, ValueError, LookupError) as failure:
                    raise _refusal(self.source, "no_export") from failure
                yield row


def _mend(row: list[Any], truths: Sequence[int], contents: Sequence[int]) -> None:
    """Make truths and bytes of what JSON has for them."""
    for place in truths:
        row[place] = None if row[place] is None else bool(row[place])
    for place in contents:
        if row[place] is not None:
            (digits,) = row[place]
            row[place] = bytes.fromhex(digits)


@contextmanager
def opened(source: Path, shapes: Mapping[str, dict[int, int]]) -> Iterator[LedgerFile]:
    """Open a file; the process that reads it ends with the block.

    Args:
        source: the file.
        shapes: by table of the file, in the order in which they will be read: by place of a geometry how many
            bytes stand before its WKB.

    Raises:
        UnreadableFile: no file of `export_all`; on the way, too.
    """
    given_files.check(source, None)
    with tempfile.TemporaryDirectory(prefix="gridmap-ledgers-") as scratch:
        target = Path(scratch, "data.gpkg")
        target.symlink_to(source.absolute())
        tables: list[dict[str, object]] = [
            {"name": name, "shapes": places} for name, places in shapes.items()
        ]
        request = {"path": str(target), "kind": "ledgers", "tables": tables, "limits": LIMITS}
        environment = confined.environment_in(Path(scratch))
        with confined.pieces(READING, Path(scratch), request, environment, PATIENCE_S) as given:
            pieces = _told(source, given)
            head = next(pieces, None)
            if not isinstance(head, dict):
                raise _refusal(source, "no_export")
            yield LedgerFile(source, head["facts"], head["columns"], pieces)


def _told(source: Path, given: Iterator[bytes]) -> Iterator[Any]:
    try:
        for piece in given:
            yield json.loads(piece)
    except confined.Failed as failed:
        raise _refusal(source, **failed.answer) from failed
    except (confined.GaveUp, ValueError, RecursionError) as heavy:
        raise _refusal(source, "too_heavy") from heavy


_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "virtual_tables": (
        "含有会读取其他文件的虚拟表",
        "it has virtual tables, which read other files",
    ),
    "too_heavy": (
        "读取所需的时间或内存超出限制",
        "reading it takes more time or memory than allowed",
    ),
    "too_much_memory": (
        "读取所需的内存超出限制",
        "reading it takes more memory than allowed",
    ),
    "broken": ("文件不完整或已损坏", "it is cut off or broken"),
    "nul": ("文字里有 NUL 字符（\\u0000）", "a text holds the NUL character (\\u0000)"),
    "no_shape": ("有读不出的图形", "it has a geometry that cannot be read"),
    "long_row": ("有一行的内容太长", "a row says too much"),
    "no_export": ("不是 gridmap export all 写出的文件", "it was not written by gridmap export all"),
}


def _refusal(source: Path, code: str, **_params: object) -> UnreadableFile:
    zh, en = _WORDS.get(code, _WORDS["no_export"])
    return UnreadableFile(name=source.name, reason_zh=zh, reason_en=en)
