"""Tables of points (CSV): the same rows in the same order, with their grid and building added."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TextIO

from sqlalchemy.orm import Session

from gridmap.errors import GridmapError, InvalidInput, UnreadableFile
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate_many
from gridmap.geometry import crs as systems

ADDED = ("grid_code", "community_code", "compound", "building", "building_group", "reasons")
CHUNK = 2_000
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class PointColumns:
    """Where a table holds its points: the two columns and their coordinate system."""

    crs: str
    lon: str = "lon"
    lat: str = "lat"


Row = list[str]
Located = Callable[[list[Place]], list[Location]]


def locate_table(
    session: Session,
    source: Path,
    target: Path,
    points: PointColumns,
    day: date,
    *,
    progress: Callable[[int], object] = lambda _rows: None,
) -> int:
    """Write `source` to `target` with `ADDED` behind its own columns; return the number of rows.

    The file is read as UTF-8, else as GB18030, and written as UTF-8 with a byte-order mark, which
    Excel needs. A row whose point cannot be read keeps its place and says so in `reasons`.

    Args:
        session: open session.
        source: CSV with a header.
        target: written beside and moved into place when whole.
        points: the columns of longitude and latitude (or easting and northing) and their system.
        day: the day whose grids and buildings count.
        progress: called with the number of rows that were finished.

    Raises:
        UnknownCrs: the coordinate system is not known.
        UnreadableFile: no text in a known encoding, or a broken row.
        InvalidInput: a column is missing, or exists already.
    """
    system = str(systems.parse(points.crs))
    part = target.with_name(f"{target.name}.part")
    rows = 0
    try:
        with _open(source) as incoming, part.open("w", encoding="utf-8-sig", newline="") as out:
            reader, writer = csv.reader(incoming, strict=True), csv.writer(out)
            header = _header(reader, source)
            at = (_column(header, points.lon), _column(header, points.lat))
            writer.writerow([*header, *ADDED])
            for chunk in _chunks(_rows(reader, len(header), source)):
                writer.writerows(_with_places(session, chunk, at, system, day))
                rows += len(chunk)
                progress(len(chunk))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _open(source: Path) -> TextIO:
    for encoding in ENCODINGS:
        try:
            with source.open(encoding=encoding, newline="") as trial:
                for _line in trial:
                    pass
        except UnicodeDecodeError:
            continue
        return source.open(encoding=encoding, newline="")
    raise UnreadableFile(
        name=source.name, reason_zh="不是文本表格", reason_en="it is no text table"
    )


def _header(reader: Iterator[Row], source: Path) -> Row:
    header = next(reader, None)
    if not header:
        raise UnreadableFile(name=source.name, reason_zh="没有表头", reason_en="it has no header")
    taken = sorted(set(header) & set(ADDED))
    if taken:
        raise InvalidInput(
            reason_zh=f"表里已有列“{taken[0]}”，请先改名。",
            reason_en=f"The table has a column “{taken[0]}” already; rename it first.",
            field=taken[0],
        )
    return header


def _column(header: Row, name: str) -> int:
    if name not in header:
        raise InvalidInput(
            reason_zh=f"没有列“{name}”；表里有：{'、'.join(header)}。",
            reason_en=f"There is no column “{name}”; the table has: {', '.join(header)}.",
            field=name,
        )
    return header.index(name)


def _rows(reader: Iterator[Row], width: int, source: Path) -> Iterator[Row]:
    try:
        for number, row in enumerate(reader, start=2):
            if len(row) > width:
                raise UnreadableFile(
                    name=source.name,
                    reason_zh=f"第 {number} 行有 {len(row)} 列，表头只有 {width} 列",
                    reason_en=f"row {number} has {len(row)} columns, the header {width}",
                )
            yield row + [""] * (width - len(row))
    except csv.Error as failure:
        raise UnreadableFile(
            name=source.name,
            reason_zh=f"表格损坏（{failure}）",
            reason_en=f"it is broken ({failure})",
        ) from failure


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _with_places(
    session: Session, rows: list[Row], at: tuple[int, int], system: str, day: date
) -> Iterator[Row]:
    places = [_place(row[at[0]], row[at[1]], system) for row in rows]
    located = iter(locate_many(session, [place for place in places if place], day))
    for row, place in zip(rows, places, strict=True):
        yield row + (
            _answer(next(located)) if place else [""] * (len(ADDED) - 1) + ["bad_coordinates"]
        )


def _place(lon: str, lat: str, system: str) -> Place | None:
    try:
        x, y = float(lon), float(lat)
        if not (math.isfinite(x) and math.isfinite(y)):
            return None
        systems.to_wgs84(x, y, system)
    except (ValueError, GridmapError):
        return None
    return Place(x, y, system)


def _answer(found: Location) -> Row:
    party = next((p.name for p in found.parties if p.id == found.building_group_id), "")
    return [
        found.grid_named.code if found.grid_named else "",
        found.community.code if found.community else "",
        found.compound.code if found.compound else "",
        found.building_facts.code if found.building_facts else "",
        party,
        " ".join((*found.grid.faults, *found.building.faults)),
    ]
