"""SQL: atom layers, stored and read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area
from gridmap.redistricting.tables import Atom, AtomBorder, AtomBuilding, AtomLayer


def newest_layers(session: Session) -> Sequence[AtomLayer]:
    """Return the newest layer of each community, in the order of the communities' codes."""
    newest = select(func.max(AtomLayer.id).label("id")).group_by(AtomLayer.community_id).subquery()
    query = (
        select(AtomLayer)
        .join(newest, newest.c.id == AtomLayer.id)
        .join(Area, Area.id == AtomLayer.community_id)
        .order_by(Area.code)
    )
    return session.scalars(query).all()


def layers(session: Session, ids: Collection[int]) -> Sequence[AtomLayer]:
    """Return some layers in the order of their communities' codes."""
    query = (
        select(AtomLayer)
        .join(Area, Area.id == AtomLayer.community_id)
        .where(AtomLayer.id.in_(list(ids)))
        .order_by(Area.code)
    )
    return session.scalars(query).all()


def confirm(session: Session, ids: Sequence[int], inputs: str) -> None:
    """Say of layers that they are still what the ledger as it is now would give."""
    session.execute(
        update(AtomLayer)
        .where(AtomLayer.id.in_(ids))
        .values(inputs=inputs)
        .execution_options(synchronize_session=False)
    )


def add_layer(session: Session, layer: AtomLayer) -> int:
    """Begin a layer of a community; return its id."""
    session.add(layer)
    session.flush()
    return layer.id


def fill_layer(
    session: Session,
    atoms: list[dict[str, Any]],
    borders: list[dict[str, Any]],
    buildings: list[dict[str, Any]],
) -> None:
    """Write atoms, borders and buildings of new layers, each row with the columns of its table."""
    for table, rows in ((Atom, atoms), (AtomBorder, borders), (AtomBuilding, buildings)):
        if rows:
            session.execute(insert(table), rows)


def atoms_of(session: Session, layer_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the atoms of layers in the order given, by number; shapes as WKB."""
    return session.execute(
        text("""
            SELECT l.place, a.number, a.face, a.compound_id, a.area_m2, a.outer_m, a.spot_x, a.spot_y,
                   ST_AsBinary(a.shape) AS shape
            FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY AS l(id, place)
            JOIN atom a ON a.layer_id = l.id ORDER BY l.place, a.number"""),
        {"ids": list(layer_ids)},
    ).all()


def borders_of(session: Session, layer_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the borders of layers in the order given, by their atoms."""
    return session.execute(
        text("""
            SELECT l.place, b.first, b.second, b.length_m, b.road
            FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY AS l(id, place)
            JOIN atom_border b ON b.layer_id = l.id ORDER BY l.place, b.first, b.second"""),
        {"ids": list(layer_ids)},
    ).all()


def buildings_in(session: Session, layer_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the buildings of layers in the order given, by id, with their code and atom."""
    return session.execute(
        text("""
            SELECT l.place, b.building_id, b.number, c.code
            FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY AS l(id, place)
            JOIN atom_building b ON b.layer_id = l.id JOIN building c ON c.id = b.building_id
            ORDER BY l.place, b.building_id"""),
        {"ids": list(layer_ids)},
    ).all()


def as_polygons(rows: Sequence[Row[Any]]) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return the shapes of atom rows."""
    return np.asarray(shapely.from_wkb(np.array([row.shape for row in rows], dtype=object)))
