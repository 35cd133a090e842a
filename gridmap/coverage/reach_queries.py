"""SQL: roads, service centres and dwellings of all days, kept in memory until one of them changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.coverage.facts import Reach
from gridmap.coverage.reaching import DatedNet, Spot, reaches
from gridmap.geometry.crs import metres_per_degree
from gridmap.geometry.walking import WalkingNet
from gridmap.store.memory import Memory
from gridmap.store.revision import Version, part
from gridmap.timespan import Span

NOT_ON_FOOT: Final = ("motorway", "motorway_link")
"""Kinds of roads that nobody may walk along."""

_LAYERS: Final = ("areas", "grids", "buildings", "geography", "property")

_ROADS = text("""
SELECT valid, ST_AsBinary(line) AS line FROM road WHERE kind <> ALL(:kinds) ORDER BY code, valid
""")

_CENTRES = text("""
SELECT a.community_id, a.valid * c.valid AS days, 0 AS households, ST_X(c.spot) AS lon, ST_Y(c.spot) AS lat
FROM service_centre_area a
JOIN service_centre c ON c.code = a.centre_code AND c.valid && a.valid
ORDER BY a.community_id, c.code, c.valid
""")

_DWELLINGS = text("""
SELECT g.community_id, m.valid * v.valid AS days, v.households, ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat
FROM grid_building m
JOIN grid g ON g.id = m.grid_id
JOIN building_version v
  ON v.building_id = m.building_id AND v.valid && m.valid
 AND v.kind = 'residential' AND v.households > 0
ORDER BY g.community_id, v.building_id, v.valid
""")

Nets = tuple[tuple[float, float], list[DatedNet]]

_nets: Memory[Nets] = Memory(4)
_reaches: Memory[Mapping[int, Reach]] = Memory(4)


def reaches_of(session: Session, whole: Version, metres: Iterable[int]) -> Mapping[int, Reach]:
    """Return, by id of the community, how far its dwellings are from its centres, on all days.

    No statement when nothing has changed since the last call, three else. A dwelling without a grid is not
    counted.

    Args:
        session: any session; nothing is written.
        whole: version of the data.
        metres: distances beyond which households are counted.
    """
    asked = tuple(sorted(set(metres)))

    def make() -> Mapping[int, Reach]:
        geography = part(whole, "geography")
        origin, nets = _nets.get(geography, lambda: _dated_nets(session))
        centres = _spots(session.execute(_CENTRES).all(), origin)
        dwellings = _spots(session.execute(_DWELLINGS).all(), origin)
        return reaches(nets, centres, dwellings, asked)

    return _reaches.get((part(whole, *_LAYERS), asked), make)


def forget() -> None:
    """Forget what was kept: the next call reads and measures everything anew."""
    _nets.forget()
    _reaches.forget()


def _dated_nets(session: Session) -> Nets:
    """Return the origin of the plane in degrees, and the nets of all days."""
    rows = session.execute(_ROADS, {"kinds": list(NOT_ON_FOOT)}).all()
    lines = shapely.from_wkb([row.line for row in rows])
    origin = _middle(lines)
    scale = np.array(metres_per_degree(origin[1]))
    planar = shapely.transform(lines, lambda degrees: (degrees - origin) * scale)
    return origin, _dated(rows, planar)


def _middle(lines: Any) -> tuple[float, float]:  # noqa: ANN401 - an array of lines
    if not len(lines):
        return 0.0, 0.0
    west, south, east, north = shapely.total_bounds(lines)
    return (west + east) / 2, (south + north) / 2


def _dated(rows: Sequence[Row[Any]], lines: Any) -> list[DatedNet]:  # noqa: ANN401 - as above
    turns = sorted({day for row in rows for day in (row.valid.lower, row.valid.upper) if day})
    starts = [date.min, *turns]
    made = []
    for start, end in zip(starts, [*turns, None], strict=True):
        there = [line for row, line in zip(rows, lines, strict=True) if start in _span(row.valid)]
        made.append(DatedNet(Span(start, end), WalkingNet(there) if there else None))
    return made


def _span(days: Any) -> Span:  # noqa: ANN401 - a range of the driver
    return Span(days.lower, days.upper)


def _spots(rows: Sequence[Row[Any]], origin: tuple[float, float]) -> list[Spot]:
    east, north = metres_per_degree(origin[1])
    return [
        Spot(
            row.community_id,
            _span(row.days),
            (row.lon - origin[0]) * east,
            (row.lat - origin[1]) * north,
            row.households,
        )
        for row in rows
    ]
