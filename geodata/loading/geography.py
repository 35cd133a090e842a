"""Roads, water and places into the ledger: the base map that the county owns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from geodata.batches import Batch, Geometries
from geodata.loading.prepared import Options, Prepared, areas_of, is_keyed, kept, off_county
from geodata.loading.shapes import any_ewkb, multi_ewkb
from geodata.loading.targets import AREAS, PLACES, ROADS, WATER, Target, standing
from geodata.loading.writing import Columns, plan
from geodata.sources import Layer
from gridmap.terms import AreaKind

_TARGETS: dict[Layer, tuple[Target, str, Callable[[Geometries], list[bytes]]]] = {
    Layer.ROADS: (ROADS, "road", multi_ewkb),
    Layer.WATER: (WATER, "water", multi_ewkb),
    Layer.PLACES: (PLACES, "place", any_ewkb),
}
"""Table, the kind of a feature that names none, and how its shapes are written."""


def prepare(session: Session, batch: Batch, day: date, options: Options) -> Prepared:
    """Check roads, water or places and compare them with what stands.

    Args:
        session: the caller's transaction.
        batch: one of the three layers.
        day: the day from which it holds.
        options: whether the file is the whole layer.
    """
    if not is_keyed(batch):
        return Prepared()
    target, default_kind, encode = _TARGETS[batch.layer]
    codes: list[str] = batch.values["code"].tolist()
    known = standing(session, target, day)
    problems = off_county(batch, areas_of(standing(session, AREAS, day), AreaKind.COUNTY))
    columns: Columns = {
        "name": kept(batch, "name", known, 0),
        "kind": kept(batch, "kind", known, 1, default_kind),
        target.facts[-1]: encode(batch.shapes),
    }
    columns |= {
        name: kept(batch, name, known, at)
        for at, name in enumerate(target.facts)
        if name in {"road", "house_number"}
    }
    rows = range(1, len(codes) + 1)
    part = plan(session, target, codes, columns, day, rows=rows, known=known)
    part.end_missing = options.complete
    return Prepared(problems + part.changes.problems, [part])
