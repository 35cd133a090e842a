"""Which grid a building belongs to: kept as it is known, found by place where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from geodata.loading.journal import Journal
from geodata.loading.surroundings import NOWHERE, Ground, Positions, ground
from geodata.loading.targets import GRIDS, MEMBERSHIP, Standing, standing
from geodata.loading.writing import Columns, plan, write
from gridmap.ledger.buildings import Building, BuildingVersion, GridBuilding
from gridmap.store.base import as_of


def settled(
    codes: Sequence[str],
    stated: Sequence[Any],
    by_place: Positions,
    grids: Ground,
    known: Mapping[str, Standing],
) -> list[int | None]:
    """Return the grid's id for each building, or None for one that stays without.

    A building moves to another grid only where the file says so; one that has a grid keeps it, and one
    that has none gets the grid it lies in.

    Args:
        codes: the buildings.
        stated: code of the grid by building, as the file says; None where it says nothing.
        by_place: position in `grids` of the grid that each lies in.
        grids: the grids of the day.
        known: the memberships that stand, by building.
    """
    ids = dict(zip(grids.codes, grids.ids, strict=True))
    found = []
    for code, grid, at in zip(codes, stated, by_place.tolist(), strict=True):
        entry = known.get(code)
        if grid is not None:
            found.append(ids.get(grid))
        elif entry is not None and entry.version is not None:
            found.append(int(str(entry.facts[0])))
        elif at == NOWHERE or (entry is not None and entry.later is not None):
            found.append(None)
        else:
            found.append(grids.ids[at])
    return found


def assign_homeless(journal: Journal, day: date) -> dict[str, int]:
    """Give every building that has no grid, on the day or after it, the grid that it lies in.

    Args:
        journal: keeps what is written, in the caller's transaction.
        day: the day from which they belong.

    Returns:
        ``assigned``: how many found a grid.
    """
    session = journal.session
    codes, spots = _homeless(session, day)
    grids = ground(standing(session, GRIDS, day), name=0, shape=1)
    at = grids.holding(shapely.STRtree(shapely.from_wkb(np.array(spots, dtype=object))))
    found = [
        (code, grids.ids[grid]) for code, grid in zip(codes, at, strict=True) if grid != NOWHERE
    ]
    columns: Columns = {"grid_id": [grid for _, grid in found]}
    part = plan(session, MEMBERSHIP, [code for code, _ in found], columns, day)
    write(journal, part, {}, day, lambda _count: None)
    return {"assigned": len(found)}


def _homeless(session: Session, day: date) -> tuple[list[str], list[bytes]]:
    lasting = func.upper_inf(GridBuilding.valid) | (func.upper(GridBuilding.valid) > day)
    taken = select(GridBuilding.id).where(GridBuilding.building_id == Building.id, lasting)
    rows = session.execute(
        select(Building.code, func.ST_AsBinary(BuildingVersion.spot, type_=LargeBinary))
        .join(BuildingVersion, BuildingVersion.building_id == Building.id)
        .where(as_of(BuildingVersion, day), ~taken.exists())
        .order_by(Building.code)
    ).all()
    return [code for code, _ in rows], [spot for _, spot in rows]
