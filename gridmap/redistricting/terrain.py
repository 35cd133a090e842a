"""The atoms that a plan is painted on, kept up with the ledger, read once a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.geometry.crs import geometries_to_wgs84, to_wgs84
from gridmap.redistricting import atoms as cutting
from gridmap.redistricting.atoms import AtomSet
from gridmap.redistricting.graph import AtomGraph, Floats, Int32s
from gridmap.redistricting.outlines import Outlines
from gridmap.redistricting.queries import ground, layers
from gridmap.redistricting.tables import AtomLayer
from gridmap.store.memory import Memory

KEPT: Final = 6
"""Terrains held in a process: a county of 12,000 atoms takes some 30 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """Atoms of some communities with everything that does not change while the layers are the same.

    Attributes:
        key: word that names exactly these atoms.
        layer_ids: their layers, in the order of the communities' codes.
        epsg: the zone of all metres here.
        graph: the atoms, rows 0..n-1.
        shapes: n polygons in metres, an exact coverage.
        outlines: makes boundaries of them.
        tree: finds atoms by place.
        degrees: the shapes in WGS 84.
        boxes: n rows of west, south, east, north in degrees.
        face: n numbers of the block (of roads, water and compounds) that each is a part of.
        building_ids, building_codes, building_atoms: buildings and the atom that each is in.
    """

    key: str
    layer_ids: tuple[int, ...]
    epsg: int
    graph: AtomGraph
    shapes: NDArray[np.object_]
    outlines: Outlines
    tree: shapely.STRtree
    degrees: NDArray[np.object_]
    boxes: NDArray[np.float64]
    face: Int32s
    building_ids: NDArray[np.int64]
    building_codes: NDArray[np.object_]
    building_atoms: Int32s

    @property
    def crs(self) -> str:
        """Return the name of the zone."""
        return f"EPSG:{self.epsg}"

    def spots_in_degrees(self, x: Floats, y: Floats) -> Floats:
        """Return points of this zone as rows of lon, lat in WGS 84."""
        lons, lats = to_wgs84(x, y, self.crs)
        return np.column_stack([lons, lats])

    def in_degrees(self, shapes: Sequence[Any]) -> NDArray[np.object_]:
        """Return shapes of this zone in WGS 84; equal vertices stay equal."""
        return geometries_to_wgs84(np.asarray(shapes, dtype=object), self.crs)


def current_layers(session: Session, day: date, now: datetime) -> Sequence[AtomLayer]:
    """Return the layers that fit the ledger as it is now; build what has changed since.

    One builds at a time. Communities whose atoms come out the same keep their layer, so that plans
    on them stay as they are.

    Args:
        session: open session.
        day: day of the ledger.
        now: this moment.
    """
    ground.hold_atoms(session)
    inputs = ground.inputs_number(session)
    known = layers.newest_layers(session)
    if known and all(one.inputs == inputs and one.rules == cutting.RULES for one in known):
        return known
    epsg = ground.zone_of(session, day)
    if epsg is None:
        return known  # no county yet
    made = cutting.build(ground.ground(session, day, epsg))
    _store(session, made, known, inputs, epsg, now)
    return layers.newest_layers(session)


def _store(
    session: Session,
    made: AtomSet,
    known: Sequence[AtomLayer],
    inputs: str,
    epsg: int,
    now: datetime,
) -> None:
    before = {one.community_id: one for one in known if one.epsg == epsg}
    same: list[int] = []
    for place, community in enumerate(made.graph.communities):
        digest = made.digest(place)
        old = before.get(community)
        if old is not None and old.digest == digest and old.rules == cutting.RULES:
            same.append(old.id)
            continue
        layer = AtomLayer(
            community_id=community,
            digest=digest,
            inputs=inputs,
            rules=cutting.RULES,
            epsg=epsg,
            made_at=now,
        )
        layer_id = layers.add_layer(session, layer)
        layers.fill_layer(session, *_rows_of(made, place, layer_id))
    layers.confirm(session, same, inputs)


def _rows_of(made: AtomSet, place: int, layer_id: int) -> tuple[list[dict[str, Any]], ...]:
    graph = made.graph
    rows = graph.rows_of(place)
    number = np.full(len(graph), -1, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    inside = np.flatnonzero(number[graph.first] >= 0)
    atoms = [
        {
            "layer_id": layer_id,
            "number": at,
            "face": int(made.face[row]),
            "compound_id": int(graph.compound[row]) if graph.compound[row] >= 0 else None,
            "area_m2": float(graph.area_m2[row]),
            "outer_m": float(graph.outer_m[row]),
            "spot_x": float(graph.x[row]),
            "spot_y": float(graph.y[row]),
            "shape": from_shape(made.shapes[row]),
        }
        for at, row in enumerate(rows.tolist())
    ]
    borders = [
        {
            "layer_id": layer_id,
            "first": int(number[graph.first[border]]),
            "second": int(number[graph.second[border]]),
            "length_m": float(graph.border_m[border]),
            "road": int(graph.road[border]),
        }
        for border in inside.tolist()
    ]
    buildings = [
        {"layer_id": layer_id, "building_id": building, "number": int(number[atom])}
        for building, atom in made.building_atom.items()
        if number[atom] >= 0
    ]
    return atoms, borders, buildings


_KEPT: Final = Memory[Terrain](KEPT)


def terrain(session: Session, layer_ids: Sequence[int]) -> Terrain:
    """Return the atoms of some layers; from memory when this process has read them before.

    Layers never change, so what is in memory is never stale.
    """
    found = layers.layers(session, layer_ids)
    database = session.get_bind().engine.url.render_as_string(hide_password=True)
    key = "|".join(
        [database, *(f"{one.id}:{one.digest}:{one.made_at.timestamp()}" for one in found)]
    )
    return _KEPT.get(key, lambda: _read(session, found, key))


def _read(session: Session, found: Sequence[AtomLayer], key: str) -> Terrain:
    ids = [one.id for one in found]
    rows = layers.atoms_of(session, ids)
    starts = _starts(rows, len(ids))
    borders = layers.borders_of(session, ids)
    buildings = layers.buildings_in(session, ids)
    shapes = layers.as_polygons(rows)
    offsets = starts[[row.place - 1 for row in borders]] if borders else np.zeros(0, np.int64)
    graph = AtomGraph(
        communities=tuple(one.community_id for one in found),
        community=np.array([row.place - 1 for row in rows], dtype=np.int32),
        compound=np.array(
            [-1 if row.compound_id is None else row.compound_id for row in rows], dtype=np.int32
        ),
        area_m2=np.array([row.area_m2 for row in rows], dtype=np.float64),
        outer_m=np.array([row.outer_m for row in rows], dtype=np.float64),
        x=np.array([row.spot_x for row in rows], dtype=np.float64),
        y=np.array([row.spot_y for row in rows], dtype=np.float64),
        first=np.array([row.first for row in borders], dtype=np.int32) + offsets.astype(np.int32),
        second=np.array([row.second for row in borders], dtype=np.int32) + offsets.astype(np.int32),
        border_m=np.array([row.length_m for row in borders], dtype=np.float64),
        road=np.array([row.road for row in borders], dtype=np.int8),
    )
    within = np.array([starts[row.place - 1] + row.number for row in buildings], dtype=np.int32)
    epsg = found[0].epsg if found else 0
    degrees = geometries_to_wgs84(shapes, f"EPSG:{epsg}")
    return Terrain(
        key=key,
        layer_ids=tuple(ids),
        epsg=epsg,
        graph=graph,
        shapes=shapes,
        outlines=Outlines(shapes),
        tree=shapely.STRtree(shapes),
        degrees=degrees,
        boxes=shapely.bounds(degrees),
        face=_blocks(rows),
        building_ids=np.array([row.building_id for row in buildings], dtype=np.int64),
        building_codes=np.array([row.code for row in buildings], dtype=object),
        building_atoms=within,
    )


def _starts(rows: Sequence[Any], count: int) -> NDArray[np.int64]:
    sizes = (
        np.bincount([row.place - 1 for row in rows], minlength=count) if rows else np.zeros(count)
    )
    return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


def _blocks(rows: Sequence[Any]) -> Int32s:
    """Number the faces of all layers through: a face number means something within its own layer only."""
    if not rows:
        return np.zeros(0, dtype=np.int32)
    pairs = np.array([(row.place, row.face) for row in rows], dtype=np.int64)
    _, numbers = np.unique(pairs, axis=0, return_inverse=True)
    return numbers.ravel().astype(np.int32)
