"""Grids into the ledger; buildings that had none find theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import numpy as np
import shapely
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from geodata.batches import Batch, spot_of
from geodata.loading.areas import WIDEST_SEAM_M, bad_code, problems_with_shapes
from geodata.loading.membership import assign_homeless
from geodata.loading.prepared import (
    MIN_OVERLAP_M2,
    Options,
    Prepared,
    areas_of,
    is_keyed,
    kept,
    off_county,
    outside,
    overlaps,
)
from geodata.loading.shapes import multi_ewkb
from geodata.loading.surroundings import NOWHERE, Ground, ground
from geodata.loading.targets import AREAS, GRIDS, Standing, standing
from geodata.loading.writing import Columns, Ids, Write, plan
from geodata.quality import Finding, Problem, problem
from gridmap.errors import BadCode
from gridmap.geometry import tessellation
from gridmap.ledger.areas import AREA_DIGITS, check_grid_code
from gridmap.ledger.buildings import BuildingVersion, GridBuilding
from gridmap.store.base import as_of
from gridmap.terms import AreaKind


def prepare(session: Session, batch: Batch, day: date, options: Options) -> Prepared:  # noqa: ARG001
    """Check grids and compare them with what stands.

    Args:
        session: the caller's transaction.
        batch: grids.
        day: the day from which they hold.
        options: nothing of it concerns grids.
    """
    if not is_keyed(batch):
        return Prepared()
    codes: list[str] = batch.values["code"].tolist()
    areas = standing(session, AREAS, day)
    communities = areas_of(areas, AreaKind.COMMUNITY)
    problems = _code_problems(batch, codes, communities)
    problems += off_county(batch, areas_of(areas, AreaKind.COUNTY))
    known = standing(session, GRIDS, day)
    others = ground(known, name=0, shape=1, without=codes)
    problems += overlaps(batch, others)
    if problems or problems_with_shapes(batch):
        return Prepared(problems)
    problems += _outside(batch, codes, communities) + _gaps(batch, codes, communities, others)
    part = _part(session, batch, codes, known, communities, day)
    problems += part.changes.problems + _members_outside(session, batch, part, day)
    return Prepared(problems, [part], finish=partial(assign_homeless, day=day))


def _code_problems(batch: Batch, codes: Sequence[str], communities: Ground) -> list[Problem]:
    problems = []
    for at, (code, community) in enumerate(zip(codes, batch.field("community_code"), strict=True)):
        try:
            check_grid_code(code, community)
        except BadCode as refused:
            problems.append(bad_code(batch, at, refused))
            continue
        if communities.position(code[:AREA_DIGITS]) == NOWHERE:
            problems.append(
                problem(
                    Finding.UNKNOWN_COMMUNITY,
                    at + 1,
                    spot_of(batch.shapes[at]),
                    code=code[:AREA_DIGITS],
                )
            )
    return problems


def _outside(batch: Batch, codes: Sequence[str], communities: Ground) -> list[Problem]:
    problems = []
    for at, code in enumerate(codes):
        community = communities.shapes[communities.position(code[:AREA_DIGITS])]
        found = outside(batch.shapes[at], community, WIDEST_SEAM_M)
        if found is not None:
            area, spot = found
            problems.append(
                problem(
                    Finding.OUTSIDE_COMMUNITY, at + 1, spot, code=code[:AREA_DIGITS], area_m2=area
                )
            )
    return problems


def _gaps(batch: Batch, codes: Sequence[str], communities: Ground, others: Ground) -> list[Problem]:
    """Tell what of the batch's communities has no grid, by a feature beside it."""
    shapes = np.array([*batch.shapes, *others.shapes], dtype=object)
    owners = np.array([code[:AREA_DIGITS] for code in (*codes, *others.codes)])
    problems = []
    for community in sorted({code[:AREA_DIGITS] for code in codes}):
        own = np.flatnonzero(owners == community)
        whole = communities.shapes[communities.position(community)]
        for gap in tessellation.gaps(shapes[own], whole, min_area=MIN_OVERLAP_M2):
            beside = (int(own[at]) + 1 for at in gap.beside if own[at] < len(codes))
            problems.append(
                problem(
                    Finding.GAP,
                    next(beside, None),
                    gap.spot,
                    code=community,
                    area_m2=round(gap.area_m2, 1),
                )
            )
    return problems


def _part(
    session: Session,
    batch: Batch,
    codes: Sequence[str],
    known: dict[str, Standing],
    communities: Ground,
    day: date,
) -> Write:
    names = [
        name
        or f"{communities.names[communities.position(code[:AREA_DIGITS])]}第{int(code[-3:])}网格"
        for name, code in zip(kept(batch, "name", known, 0), codes, strict=True)
    ]
    columns: Columns = {"name": names, "boundary": multi_ewkb(batch.shapes)}
    rows = range(1, len(codes) + 1)
    part = plan(session, GRIDS, codes, columns, day, rows=rows, known=known)
    community_ids = dict(zip(communities.codes, communities.ids, strict=True))

    def identity(_ids: Ids, fresh: Sequence[str]) -> Columns:
        return {"community_id": [community_ids[code[:AREA_DIGITS]] for code in fresh]}

    part.identity = identity
    return part


def _members_outside(session: Session, batch: Batch, part: Write, day: date) -> list[Problem]:
    """Tell which changed grids have members that their new boundary leaves outside."""
    moved = {
        part.known[part.codes[at]].identity: at
        for at in (*part.changes.changed, *part.changes.replaced)
    }
    if not moved:
        return []
    spots = _member_spots(session, [grid for grid in moved if grid is not None], day)
    problems = []
    for grid, at in moved.items():
        points = shapely.from_wkb(np.array(spots.get(grid or 0, []), dtype=object))
        out = points[~shapely.intersects(batch.shapes[at], points)]
        if len(out):
            problems.append(
                problem(Finding.MEMBERS_OUTSIDE, at + 1, spot_of(out[0]), count=len(out))
            )
    return problems


def _member_spots(session: Session, grids: Sequence[int], day: date) -> dict[int, list[bytes]]:
    member, version = GridBuilding, BuildingVersion
    rows = session.execute(
        select(member.grid_id, func.ST_AsBinary(version.spot, type_=LargeBinary))
        .join(version, version.building_id == member.building_id)
        .where(member.grid_id.in_(grids), as_of(member, day), as_of(version, day))
        .order_by(member.building_id)
    )
    spots: dict[int, list[bytes]] = {}
    for grid, spot in rows:
        spots.setdefault(grid, []).append(spot)
    return spots
