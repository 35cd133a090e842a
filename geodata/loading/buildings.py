"""Buildings into the ledger: their compound, their address, their grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geodata.addresses import lane, standard_address
from geodata.batches import Batch, Geometries, spot_of
from geodata.loading.membership import settled
from geodata.loading.prepared import Options, Prepared, areas_of, is_keyed, kept, off_county
from geodata.loading.shapes import inner_points, multi_ewkb, points_ewkb
from geodata.loading.surroundings import Ground, Positions, ground
from geodata.loading.targets import (
    AREAS,
    BUILDINGS,
    COMPOUNDS,
    GRIDS,
    MEMBERSHIP,
    Standing,
    in_force,
    standing,
)
from geodata.loading.writing import Columns, Write, plan
from geodata.quality import Finding, Problem, problem
from gridmap.terms import AreaKind

WORST_OVERLAP = 0.2
"""Part of the smaller of two footprints from which their overlap is told; real data has many."""

RESIDENTIAL, OTHER = "residential", "other"
_FACT = {name: at for at, name in enumerate(BUILDINGS.facts)}
_PLAIN_FACTS = ("number", "zone", "name", "road", "house_number")
_COUNTS = ("units", "floors", "households", "residents")


Names = dict[int | None, tuple[str | None, tuple[str | None, str | None]]]


@dataclass(frozen=True, slots=True)
class Estates:
    """The compounds of a day: their ground, and each one's name and lane by id."""

    ground: Ground
    names: Names


def prepare(session: Session, batch: Batch, day: date, options: Options) -> Prepared:
    """Check buildings and compare them, and their membership in grids, with what stands.

    Args:
        session: the caller's transaction.
        batch: buildings.
        day: the day from which they hold.
        options: whether the file is the whole layer.
    """
    if not is_keyed(batch):
        return Prepared()
    codes: list[str] = batch.values["code"].tolist()
    known = standing(session, BUILDINGS, day)
    spots = inner_points(batch.shapes)
    places = shapely.STRtree(spots)
    estates = _estates(session, day)
    problems = _footprint_overlaps(batch, known)
    compounds, unknown = _compounds(batch, known, estates, places)
    rows = range(1, len(codes) + 1)
    columns = _columns(batch, known, compounds, estates)
    columns["spot"] = points_ewkb(spots)
    part = plan(session, BUILDINGS, codes, columns, day, rows=rows, known=known)
    part.end_missing = options.complete
    members, homeless = _membership(session, batch, places, day, options)
    problems += unknown + homeless + part.changes.problems + members.changes.problems
    if len(homeless) == len(batch):
        problems += off_county(batch, areas_of(standing(session, AREAS, day), AreaKind.COUNTY))
    counts = {
        "in_compound": sum(compound is not None for compound in compounds),
        "in_grid": len(members.codes),
    }
    return Prepared(problems, [part, members], counts)


def _estates(session: Session, day: date) -> Estates:
    known = in_force(standing(session, COMPOUNDS, day))
    names: Names = {None: (None, (None, None))}
    for entry in known.values():
        name, road, number = (entry.facts[at] for at in (0, 2, 3))
        names[entry.identity] = (_word(name), lane(_word(road), _word(number)))
    return Estates(ground(known, name=0, shape=len(COMPOUNDS.facts) - 1), names)


def _word(fact: object) -> str | None:
    return None if fact is None else str(fact)


def _compounds(
    batch: Batch, known: dict[str, Standing], estates: Estates, places: shapely.STRtree
) -> tuple[list[int | None], list[Problem]]:
    """Return the id of each building's compound: as the file says, as it stands, else by place."""
    stated = batch.field("compound_code").tolist()
    by_place = estates.ground.holding(places, smallest=True).tolist()
    ids: dict[object, int] = dict(zip(estates.ground.codes, estates.ground.ids, strict=True))
    standing_ids = _standing_compounds(batch, known)
    placed: list[int | None] = [*estates.ground.ids, None]  # the last is for NOWHERE
    found = [
        ids.get(code) if code is not None else placed[at] if before is None else before
        for code, at, before in zip(stated, by_place, standing_ids, strict=True)
    ]
    problems = [
        problem(Finding.UNKNOWN_COMPOUND, at + 1, spot_of(batch.shapes[at]), code=code)
        for at, code in enumerate(stated)
        if code is not None and code not in ids
    ]
    return found, problems


def _standing_compounds(batch: Batch, known: dict[str, Standing]) -> Sequence[Any]:
    if not known:
        return [None] * len(batch)
    entries = (known.get(code) for code in batch.values["code"])
    at = _FACT["compound_id"]
    return [entry.facts[at] if entry and entry.facts else None for entry in entries]


def _columns(
    batch: Batch, known: dict[str, Standing], compounds: list[int | None], estates: Estates
) -> Columns:
    columns: Columns = {"compound_id": compounds}
    columns |= {name: kept(batch, name, known, _FACT[name]) for name in _PLAIN_FACTS}
    columns |= {name: kept(batch, name, known, _FACT[name], 0) for name in _COUNTS}
    columns["kind"] = _kinds(batch, known, columns["households"])
    columns["address"] = _addresses(batch, columns, estates)
    columns["footprint"] = multi_ewkb(batch.shapes)
    return columns


def _kinds(batch: Batch, known: dict[str, Standing], households: Sequence[int]) -> list[str]:
    """Return the kinds; where none is told, a building without a household is no dwelling."""
    told = kept(batch, "kind", known, _FACT["kind"])
    counted = "households" in batch.stated
    return [
        kind or (OTHER if counted and not count else RESIDENTIAL)
        for kind, count in zip(told, households, strict=True)
    ]


def _addresses(batch: Batch, columns: Columns, estates: Estates) -> list[str | None]:
    told = batch.field("address").tolist()
    composed = []
    for at, (compound, road, house, zone, number, name) in enumerate(
        zip(
            *(columns[part] for part in ("compound_id", "road", "house_number", "zone")),
            *(columns[part] for part in ("number", "name")),
            strict=True,
        )
    ):
        if told[at] is not None:
            composed.append(told[at])
            continue
        estate, lane_address = estates.names[compound]
        street = (road, house) if road or house else lane_address
        composed.append(standard_address(street, (estate, zone), number, name))
    return composed


def _membership(
    session: Session, batch: Batch, places: shapely.STRtree, day: date, options: Options
) -> tuple[Write, list[Problem]]:
    """Compare the buildings' grids with what stands; tell which buildings lie in none."""
    codes: list[str] = batch.values["code"].tolist()
    grids = ground(standing(session, GRIDS, day), name=0, shape=1)
    known = standing(session, MEMBERSHIP, day)
    stated = batch.field("grid_code").tolist()
    found = settled(codes, stated, grids.holding(places), grids, known)
    rows = [at for at, grid in enumerate(found) if grid is not None]
    problems = [_homeless(batch, at, stated[at]) for at, grid in enumerate(found) if grid is None]
    part = plan(
        session,
        MEMBERSHIP,
        [codes[at] for at in rows],
        {"grid_id": [found[at] for at in rows]},
        day,
        rows=[at + 1 for at in rows],
        known=known,
    )
    if options.complete:
        part.end_missing = True
        named = set(codes)
        part.changes.missing = [code for code in part.changes.missing if code not in named]
    return part, problems


def _homeless(batch: Batch, at: int, grid: object) -> Problem:
    spot = spot_of(batch.shapes[at])
    if grid is None:
        return problem(Finding.NO_GRID_HERE, at + 1, spot)
    return problem(Finding.UNKNOWN_GRID, at + 1, spot, code=grid)


def _footprint_overlaps(batch: Batch, known: dict[str, Standing]) -> list[Problem]:
    """Tell the footprints that cover more than `WORST_OVERLAP` of a smaller one."""
    codes = batch.values["code"]
    others = ground(known, name=_FACT["kind"], shape=_FACT["footprint"], without=codes.tolist())
    shapes = np.concatenate([batch.shapes, others.shapes])
    first, second = _overlapping_boxes(shapes, len(batch))
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    problems = []
    for at in np.flatnonzero(shared > WORST_OVERLAP * smaller):
        one, other = int(first[at]), int(second[at])
        feature = other < len(batch)
        name = str(other + 1) if feature else others.codes[other - len(batch)]
        problems.append(
            problem(
                Finding.FOOTPRINTS_OVERLAP,
                one + 1,
                spot_of(shapely.intersection(shapes[one], shapes[other])),
                other_zh=f"第 {name} 个要素" if feature else f"库中“{name}”",
                other_en=f"feature {name}" if feature else f"“{name}”, which stands in the ledger",
                percent=round(100 * float(shared[at] / smaller[at])),
            )
        )
    return problems


def _overlapping_boxes(shapes: Geometries, count: int) -> tuple[Positions, Positions]:
    """Return the pairs (first < second, first of the batch) whose boxes overlap enough to look closer.

    What two shapes share lies in what their boxes share: a pair whose boxes share less than
    `WORST_OVERLAP` of the smaller shape needs no look at its edges.
    """
    first, second = shapely.STRtree(shapes).query(shapes)
    chosen = (first < second) & (first < count)
    first, second = first[chosen], second[chosen]
    west, south, east, north = _boxes(shapes[first], shapes[second])
    shared = (east - west).clip(0) * (north - south).clip(0)
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    near = shared > WORST_OVERLAP * smaller
    return first[near], second[near]


def _boxes(one: Geometries, other: Geometries) -> NDArray[np.float64]:
    """Return the common box of each pair, as four rows."""
    a, b = shapely.bounds(one), shapely.bounds(other)
    both: NDArray[np.float64] = np.column_stack(
        [np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])]
    )
    return both.T
