"""Communities into the ledger; their townships and the county are drawn around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geodata.batches import Batch, spot_of
from geodata.loading.prepared import (
    MIN_OVERLAP_M2,
    Options,
    Prepared,
    areas_of,
    is_keyed,
    level,
    outside,
    overlaps,
)
from geodata.loading.settings import county_setting, settle
from geodata.loading.shapes import merged, multi_ewkb
from geodata.loading.surroundings import NOWHERE, Ground, ground
from geodata.loading.targets import AREAS, GRIDS, Standing, standing
from geodata.loading.writing import Columns, Ids, Write, plan
from geodata.quality import Finding, Problem, problem
from gridmap.errors import BadCode
from gridmap.geometry import tessellation
from gridmap.ledger.areas import Area, check_area_code, parent_code
from gridmap.terms import AreaKind

DEFAULT_COUNTY_NAME = "本县"
WIDEST_SEAM_M = 0.2
"""Metres by which a grid's border may miss its community's: the tolerance at which a point counts as on an edge."""


def prepare(session: Session, batch: Batch, day: date, options: Options) -> Prepared:
    """Check communities and compare them, and the areas above them, with what stands.

    Args:
        session: the caller's transaction.
        batch: communities.
        day: the day from which they hold.
        options: the county's name.
    """
    if not is_keyed(batch):
        return Prepared()
    codes: list[str] = batch.values["code"].tolist()
    known = standing(session, AREAS, day)
    county = _county_code(session, codes)
    problems = _code_problems(batch, codes, county) or _township_problems(batch, codes)
    others = areas_of(known, AreaKind.COMMUNITY, without=codes)
    problems += overlaps(batch, others) + _gaps(batch, others)
    if problems_with_shapes(batch) or any(found.code == Finding.BAD_CODE for found in problems):
        return Prepared(problems)
    problems += _grids_outside(session, batch, codes, day)
    names = _area_names(session, batch, codes, known, options)
    parts = _parts(session, batch, others, known, names, day)
    for part in parts:
        problems += part.changes.problems
    setting = {"code": county, "name": names[county]}
    lon = float(shapely.centroid(merged(batch.shapes.tolist())).x)
    return Prepared(
        problems,
        parts,
        {"townships": len(parts[1].codes)},
        lambda journal: settle(journal, setting, lon, day),
        main=2,
    )


def problems_with_shapes(batch: Batch) -> bool:
    """Tell whether a feature has no usable shape."""
    return bool(shapely.is_missing(batch.shapes).any())


def bad_code(batch: Batch, at: int, refused: BadCode) -> Problem:
    """Return the problem of a feature whose code was refused."""
    return problem(
        Finding.BAD_CODE,
        at + 1,
        spot_of(batch.shapes[at]),
        value=refused.params["value"],
        zh=refused.params["reason_zh"],
        en=refused.params["reason_en"],
    )


def _county_code(session: Session, codes: Sequence[str]) -> str:
    known = county_setting(session)
    if known is not None:
        return known["code"]
    most, _ = Counter(code[:6] for code in codes).most_common(1)[0]
    return most.ljust(12, "0")


def _code_problems(batch: Batch, codes: Sequence[str], county: str) -> list[Problem]:
    problems = []
    for at, code in enumerate(codes):
        try:
            check_area_code(code, AreaKind.COMMUNITY, county)
        except BadCode as refused:
            problems.append(bad_code(batch, at, refused))
    return problems


def _township_problems(batch: Batch, codes: Sequence[str]) -> list[Problem]:
    first: dict[str, tuple[str, int]] = {}
    problems = []
    for at, (code, name) in enumerate(zip(codes, batch.field("township"), strict=True)):
        if name is None:
            continue
        township = parent_code(code, AreaKind.COMMUNITY)
        known, other = first.setdefault(township, (name, at + 1))
        if known != name:
            problems.append(
                problem(
                    Finding.TOWNSHIP_NAMES,
                    at + 1,
                    spot_of(batch.shapes[at]),
                    code=township,
                    first=known,
                    second=name,
                    other=other,
                )
            )
    return problems


def _gaps(batch: Batch, others: Ground) -> list[Problem]:
    shapes = [*batch.shapes, *others.shapes]
    return [
        problem(
            Finding.GAP_BETWEEN,
            next((row + 1 for row in gap.beside if row < len(batch)), None),
            gap.spot,
            area_m2=round(gap.area_m2, 1),
        )
        for gap in tessellation.gaps(shapes, min_area=MIN_OVERLAP_M2)
    ]


def _grids_outside(
    session: Session, batch: Batch, codes: Sequence[str], day: date
) -> list[Problem]:
    at_code = {code: at for at, code in enumerate(codes)}
    grids = ground(standing(session, GRIDS, day), name=0, shape=1)
    problems = []
    for code, shape in zip(grids.codes, grids.shapes, strict=True):
        at = at_code.get(code[:12], NOWHERE)
        found = None if at == NOWHERE else outside(shape, batch.shapes[at], WIDEST_SEAM_M)
        if found is not None:
            area, spot = found
            problems.append(
                problem(Finding.GRID_OUTSIDE, at + 1, spot, grid=code, code=code[:12], area_m2=area)
            )
    return problems


def _area_names(
    session: Session,
    batch: Batch,
    codes: Sequence[str],
    known: dict[str, Standing],
    options: Options,
) -> dict[str, str]:
    """Return the names of the areas above: from the file, else as they stand, else their code."""
    townships = [parent_code(code, AreaKind.COMMUNITY) for code in codes]
    county = parent_code(townships[0], AreaKind.TOWNSHIP)
    names = dict.fromkeys(townships, "") | {county: DEFAULT_COUNTY_NAME}
    for code, name in names.items():
        entry = known.get(code)
        names[code] = str(entry.facts[0]) if entry and entry.facts else name or code
    told = zip(townships, batch.field("township"), strict=True)
    names |= {township: name for township, name in told if name is not None}
    chosen = options.county_name or (county_setting(session) or {}).get("name")
    return names | ({county: chosen} if chosen else {})


def _parts(
    session: Session,
    batch: Batch,
    others: Ground,
    known: dict[str, Standing],
    names: dict[str, str],
    day: date,
) -> list[Write]:
    """Return county, townships and communities, in the order in which they are written."""
    codes: list[str] = batch.values["code"].tolist()
    shapes = dict(zip(others.codes, others.shapes, strict=True))
    shapes |= dict(zip(codes, batch.shapes, strict=True))
    ordered = sorted(shapes)
    drawn = {
        area: merged([shapes[code] for code in ordered if code.startswith(_prefix(area))])
        for area in sorted(names)
    }
    county = [area for area in drawn if level(area) is AreaKind.COUNTY]
    townships = [area for area in drawn if level(area) is AreaKind.TOWNSHIP]
    levels: list[tuple[list[str], list[str], NDArray[np.object_], list[int | None]]] = [
        (area, [names[a] for a in area], np.array([drawn[a] for a in area]), [None] * len(area))
        for area in (county, townships)
    ]
    rows: list[int | None] = list(range(1, len(codes) + 1))
    levels.append((codes, batch.field("name").tolist(), batch.shapes, rows))
    parts = []
    for area_codes, area_names, area_shapes, numbers in levels:
        columns: Columns = {"name": area_names, "boundary": multi_ewkb(area_shapes)}
        part = plan(session, AREAS, area_codes, columns, day, rows=numbers, known=known)
        part.identity = _identity
        parts.append(part)
    return parts


def _identity(ids: Ids, codes: Sequence[str]) -> Columns:
    kinds = [level(code) for code in codes]
    parents = [
        None if kind is AreaKind.COUNTY else ids[Area][parent_code(code, kind)]
        for code, kind in zip(codes, kinds, strict=True)
    ]
    return {"kind": [kind.value for kind in kinds], "parent_id": parents}


def _prefix(area: str) -> str:
    return area[:6] if level(area) is AreaKind.COUNTY else area[:9]
