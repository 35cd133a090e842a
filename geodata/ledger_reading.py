"""Reads a file of `gridmap export all` in a process of its own: this file is the program that runs there.

It hands over the rows of the ledgers as `geodata.point_reading` does, and is confined by the same functions: SQLite
runs what a file's schema says, and a view may be a program. A table's rows are pieces of JSON, a list of rows each;
bytes are a list with their hexadecimal digits, geometries are EWKB in such digits; ``null`` is the end of a table.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from geodata import point_reading as points
from geodata import reading

NOT_NEEDED = ("pandas", "geopandas", "pyarrow")
MOST_FACTS, MOST_ROWS = 100, 5_000
SRID = 4326

Refusal = reading.Refusal


def of_ledgers(request: dict[str, Any]) -> Iterator[bytes]:
    """Yield the head (``facts`` of the file, ``columns`` by table), then the rows of the wanted tables in order.

    Args:
        request: ``path``, ``limits`` (piece), ``tables``: name, and ``shapes``, by place in the row the bytes
            that stand before a geometry.
    """
    path = request["path"]
    reading.refuse_programs(path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as file:
        file.execute("PRAGMA trusted_schema = OFF")
        tables = {
            name
            for (name,) in file.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
            )
        }
        if "gridmap_export" not in tables:
            raise Refusal("no_export")
        facts = file.execute("SELECT key, value FROM gridmap_export").fetchmany(MOST_FACTS)
        wanted = [one for one in request["tables"] if one["name"] in tables]
        columns = {one["name"]: _names(file, one["name"]) for one in wanted}
        yield points.head(request, facts=dict(facts), columns=columns)
        for one in wanted:
            yield from _rows(file, one, request["limits"]["piece"])
            yield b"null"


def _names(file: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in file.execute(f'PRAGMA table_info("{table}")')]


def _rows(file: sqlite3.Connection, table: dict[str, Any], most: int) -> Iterator[bytes]:
    shapes = {int(place): int(before) for place, before in table["shapes"].items()}
    waiting: list[bytes] = []
    size = 0
    rows = file.execute(f'SELECT * FROM "{table["name"]}"')  # noqa: S608 - the database's own name
    for number, row in enumerate(rows, start=1):
        told = points.as_text(_told(row, shapes, number), number)
        if len(told) > most // 2:
            raise Refusal("long_row", row=number)
        if waiting and (len(waiting) == MOST_ROWS or size + len(told) > most // 2):
            yield b"[" + b",".join(waiting) + b"]"
            waiting, size = [], 0
        waiting.append(told)
        size += len(told)
    if waiting:
        yield b"[" + b",".join(waiting) + b"]"


def _told(row: Sequence[Any], shapes: dict[int, int], number: int) -> list[Any]:
    told = [[value.hex()] if isinstance(value, bytes) else value for value in row]
    for place, before in shapes.items():
        if row[place] is not None:
            told[place] = _shape(row[place], before, number)
    return told


def _shape(value: Any, before: int, number: int) -> str:  # noqa: ANN401 - whatever stands in the file
    import shapely  # noqa: PLC0415 - after the limits

    try:
        shape = shapely.set_srid(shapely.from_wkb(value[before:]), SRID)
        return str(shapely.to_wkb(shape, hex=True, include_srid=True))
    except (shapely.errors.ShapelyError, TypeError) as failure:
        raise Refusal("no_shape", row=number) from failure


if __name__ == "__main__":
    absent: Any = dict.fromkeys(NOT_NEEDED)  # None: not to be found
    sys.modules.update(absent)
    sys.exit(points.main(Path(sys.argv[1]), {"ledgers": of_ledgers}))
