"""Compounds into the ledger; their community by place where no column says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import shapely
from sqlalchemy.orm import Session

from geodata.batches import Batch, spot_of
from geodata.loading.prepared import (
    Options,
    Prepared,
    areas_of,
    is_keyed,
    kept,
    off_county,
    overlaps,
)
from geodata.loading.shapes import inner_points, multi_ewkb
from geodata.loading.surroundings import NOWHERE, Ground, ground
from geodata.loading.targets import AREAS, COMPOUNDS, standing
from geodata.loading.writing import Columns, plan
from geodata.quality import Finding, Problem, Severity, problem
from gridmap.terms import AreaKind

_PLAIN_FACTS = ("name", "zones", "lane_road", "lane_number")


def prepare(session: Session, batch: Batch, day: date, options: Options) -> Prepared:  # noqa: ARG001
    """Check compounds and compare them with what stands.

    Args:
        session: the caller's transaction.
        batch: compounds.
        day: the day from which they hold.
        options: nothing of it concerns compounds.
    """
    if not is_keyed(batch):
        return Prepared()
    codes: list[str] = batch.values["code"].tolist()
    areas = standing(session, AREAS, day)
    known = standing(session, COMPOUNDS, day)
    problems = off_county(batch, areas_of(areas, AreaKind.COUNTY))
    others = ground(known, name=0, shape=len(COMPOUNDS.facts) - 1, without=codes)
    problems += overlaps(batch, others, Severity.WARNING)
    communities, unplaced = _communities(batch, areas_of(areas, AreaKind.COMMUNITY))
    columns: Columns = {
        name: kept(batch, name, known, at, () if name == "zones" else None)
        for at, name in enumerate(_PLAIN_FACTS)
    }
    columns |= {"community_id": communities, "boundary": multi_ewkb(batch.shapes)}
    rows = range(1, len(codes) + 1)
    part = plan(session, COMPOUNDS, codes, columns, day, rows=rows, known=known)
    return Prepared(problems + unplaced + part.changes.problems, [part])


def _communities(batch: Batch, communities: Ground) -> tuple[list[int | None], list[Problem]]:
    """Return the id of each compound's community: as the file says, else where it lies."""
    stated = batch.field("community_code").tolist()
    by_place = communities.holding(shapely.STRtree(inner_points(batch.shapes))).tolist()
    places = [
        by_place[at] if code is None else communities.position(code)
        for at, code in enumerate(stated)
    ]
    problems = [_nowhere(batch, at, stated) for at, place in enumerate(places) if place == NOWHERE]
    return [None if at == NOWHERE else communities.ids[at] for at in places], problems


def _nowhere(batch: Batch, at: int, stated: Sequence[object]) -> Problem:
    spot = spot_of(batch.shapes[at])
    if stated[at] is None:
        return problem(Finding.NO_COMMUNITY_HERE, at + 1, spot)
    return problem(Finding.UNKNOWN_COMMUNITY, at + 1, spot, code=stated[at])
