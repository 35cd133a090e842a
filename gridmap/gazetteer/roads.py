"""Roads that are edges between grids, found by geometry, and which grid answers for each from which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput
from gridmap.gazetteer import name_queries
from gridmap.gazetteer import road_queries as queries
from gridmap.gazetteer.finding import check_reach
from gridmap.gazetteer.reach import reach_of
from gridmap.gazetteer.road_queries import Found
from gridmap.geolocation.rules import ROAD_EDGE_M
from gridmap.geometry.crs import metres_per_degree
from gridmap.store import audit
from gridmap.store.memory import Memory
from gridmap.store.revision import version
from gridmap.timespan import Span

SHORTEST_M: Final = 20.0
"""Metres for which a road must run along an edge: less is a crossing of it."""
_LAYERS: Final = ("areas", "geography", "grids")

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class GridBeside:
    """A grid beside a road: id, code, name, community."""

    id: int
    code: str
    name: str
    community_id: int
    community: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A road that runs along the edge between grids.

    Attributes:
        code, name, kind: of the road.
        along_m: metres for which it is that edge.
        beside: the grids, by code; the first answers where nobody was chosen.
    """

    code: str
    name: str | None
    kind: str
    along_m: float
    beside: tuple[GridBeside, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """A grid that answers for a road over days; `code` is the grid's."""

    grid_id: int
    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class Listed:
    """An edge with who answers for it: all days, today, and whether the reader may set it."""

    edge: Edge
    owners: tuple[Owner, ...]
    today: Owner | None
    may: bool


_EDGES: Final = Memory[tuple[Edge, ...]](3)


def edges(session: Session, reader: SignedIn, day: date) -> list[Listed]:
    """Return the roads that are edges between grids on a day, by name; four statements at most.

    Args:
        session: open session.
        reader: who looks.
        day: day in Asia/Shanghai.
    """
    found = _edges(session, day)
    owners: dict[str, list[Owner]] = {}
    for row in queries.owners(session):
        span = Span(row.valid.lower, row.valid.upper)
        owners.setdefault(row.road_code, []).append(Owner(row.grid_id, row.code, span))
    ids = {one.community_id for edge in found for one in edge.beside}
    places, reach = name_queries.places(session, ids), reach_of(reader.scope)
    listed = []
    for edge in found:
        mine = tuple(owners.get(edge.code, ()))
        today = next((one for one in mine if day in one.span), None)
        may = reach.holds(places[one.community_id] for one in edge.beside)
        listed.append(Listed(edge, mine, today, may))
    return listed


def _edges(session: Session, day: date) -> tuple[Edge, ...]:
    key = (str(session.connection().engine.url), day, version(session, *_LAYERS))
    return _EDGES.get(key, lambda: _found(queries.roads(session, day), queries.grids(session, day)))


def _found(roads: Sequence[Found], grids: Sequence[Found]) -> tuple[Edge, ...]:
    if not roads or len(grids) <= 1:
        return ()
    shapes = shapely.from_wkb([bytes(row.shape) for row in grids])
    lat = float(shapely.get_coordinates(shapes)[:, 1].mean())
    scale = np.array(metres_per_degree(lat), dtype=float)
    borders = shapely.boundary(_in_metres(shapes, scale))
    lines = _in_metres(shapely.from_wkb([bytes(row.line) for row in roads]), scale)
    edges = (
        _edge(row, line, grids, borders, tree_hits)
        for row, line, tree_hits in zip(roads, lines, _near(lines, borders), strict=True)
    )
    kept = [edge for edge in edges if edge is not None]
    return tuple(sorted(kept, key=lambda edge: (edge.name is None, edge.name or "", edge.code)))


def _in_metres(shapes: Shapes, scale: NDArray[np.float64]) -> Shapes:
    return shapely.transform(shapes, lambda coordinates: coordinates * scale)


def _near(lines: Shapes, borders: Shapes) -> list[list[int]]:
    tree = shapely.STRtree(borders)
    hits: list[list[int]] = [[] for _ in lines]
    for line, border in zip(*tree.query(lines, "dwithin", ROAD_EDGE_M), strict=True):
        hits[int(line)].append(int(border))
    return hits


def _edge(
    road: Found, line: shapely.Geometry, grids: Sequence[Found], borders: Shapes, near: list[int]
) -> Edge | None:
    parts = {
        at: shapely.intersection(line, shapely.buffer(borders[at], ROAD_EDGE_M, quad_segs=2))
        for at in near
    }
    beside: set[int] = set()
    shared: list[shapely.Geometry] = []
    for one, other in combinations(sorted(parts), 2):
        both = shapely.intersection(parts[one], parts[other])
        if shapely.length(both) >= SHORTEST_M:
            beside |= {one, other}
            shared.append(both)
    if not beside:
        return None
    rows = [grids[at] for at in sorted(beside, key=lambda at: str(grids[at].code))]
    along = float(shapely.length(shapely.union_all(shared)))
    return Edge(
        road.code,
        road.name,
        road.kind,
        along,
        tuple(GridBeside(r.id, r.code, r.name, r.community_id, r.community) for r in rows),
    )


def put_owner(
    session: Session, keeper: SignedIn, road: str, grid: str, day: date, now: datetime
) -> None:
    """Let a grid answer for a road from a day on; an empty grid gives it back to the lowest code.

    Args:
        session: open session.
        keeper: who sets it.
        road: code of the road.
        grid: code of a grid beside it on that day.
        day: the first day.
        now: this moment.

    Raises:
        InvalidInput: the road is no edge on that day, or the grid does not lie beside it.
        NotAllowed: a grid beside it lies beyond the keeper's desk.
    """
    edge = next((one for one in _edges(session, day) if one.code == road), None)
    if edge is None:
        raise InvalidInput(
            reason_zh="那一天，这条路不是网格之间的边界。",
            reason_en="The road is no edge between grids on that day.",
            field="road",
        )
    check_reach(session, keeper, {one.community_id for one in edge.beside})
    chosen = next((one for one in edge.beside if one.code == grid), None)
    if grid and chosen is None:
        raise InvalidInput(
            reason_zh="这个网格不在这条路边上。",
            reason_en="This grid does not lie beside the road.",
            field="grid",
        )
    queries.set_owner(session, road, chosen.id if chosen else None, day)
    audit.record(
        session,
        "road_owner_set",
        "road_grid",
        road,
        now=now,
        account_id=keeper.account_id,
        grid=grid or None,
        day=day.isoformat(),
        name=edge.name,
    )
