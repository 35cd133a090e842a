"""SQL: the roads of a day as a net to walk along, dwellings of communities, willing branches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.centres.ways import Ways
from gridmap.geometry.crs import metres_per_degree
from gridmap.geometry.walking import WalkingNet
from gridmap.store.memory import Memory
from gridmap.store.revision import version

NOT_ON_FOOT: Final = ("motorway", "motorway_link")
"""Kinds of roads that nobody may walk along; the same as in the coverage's check."""

_ROADS: Final = text("""
SELECT ST_AsBinary(line) AS line FROM road
WHERE kind <> ALL(:kinds) AND valid @> CAST(:day AS date) ORDER BY code
""")

_DWELLINGS: Final = text("""
SELECT b.code, g.community_id, v.households, ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat
FROM grid_building m
JOIN grid g ON g.id = m.grid_id AND g.community_id = ANY(:communities)
JOIN building b ON b.id = m.building_id
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
WHERE m.valid @> CAST(:day AS date) AND v.kind = 'residential' AND v.households > 0
ORDER BY b.code
""")

_ways: Memory[Ways] = Memory(4)


def ways_of(session: Session, day: date) -> Ways:
    """Return the ways on foot of a day, kept until a road changes."""
    state = version(session, "geography")
    return _ways.get((state, day), lambda: _made(session, day))


def forget() -> None:
    """Forget what was kept."""
    _ways.forget()


def _made(session: Session, day: date) -> Ways:
    rows = session.execute(_ROADS, {"kinds": list(NOT_ON_FOOT), "day": day}).all()
    if not rows:
        return Ways((0.0, 0.0), None)
    lines = shapely.from_wkb([row.line for row in rows])
    west, south, east, north = shapely.total_bounds(lines)
    origin = ((west + east) / 2, (south + north) / 2)
    scale = np.array(metres_per_degree(origin[1]))
    planar = shapely.transform(lines, lambda degrees: (degrees - origin) * scale)
    return Ways(origin, WalkingNet(list(planar)))


def dwellings(session: Session, communities: Collection[int], day: date) -> Sequence[Row[Any]]:
    """Return the houses with households of some communities: code, community, households, lon, lat."""
    given = {"communities": list(communities), "day": day}
    return session.execute(_DWELLINGS, given).all()
