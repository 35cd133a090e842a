"""What an import would write, layer by layer the same: parts, problems, and what follows after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.batches import Batch, spot_of
from geodata.loading.journal import Journal
from geodata.loading.surroundings import Ground, ground
from geodata.loading.targets import Standing
from geodata.loading.writing import Write
from geodata.quality import Finding, Problem, Severity, problem
from gridmap.geometry import tessellation
from gridmap.geometry.tessellation import Overlap
from gridmap.ledger.areas import AREA_DIGITS
from gridmap.terms import AreaKind

MIN_OVERLAP_M2 = 1.0
"""Square metres: smaller overlaps and gaps between boundaries are drawing noise."""

_KIND_ENDS = {AreaKind.COUNTY: 6, AreaKind.TOWNSHIP: 9, AreaKind.COMMUNITY: AREA_DIGITS}


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller of an import may choose.

    Attributes:
        county_name: name of the county, for an import of communities; None keeps the known one.
        complete: the file is the whole layer: what it does not name ends on the day.
    """

    county_name: str | None = None
    complete: bool = False


@dataclass(slots=True)
class Prepared:
    """An import that was checked and compared, and not yet written.

    Attributes:
        problems: what is wrong with the batch beside the county.
        parts: what is written, in this order; the last of them is the layer itself unless `main` says.
        counts: figures for the report.
        finish: what follows in the same transaction once the parts are written; returns more figures.
        main: position in `parts` of the layer itself.
    """

    problems: list[Problem] = field(default_factory=list)
    parts: list[Write] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    finish: Callable[[Journal], dict[str, int]] = field(default=lambda _journal: {})
    main: int = 0


def areas_of(known: Mapping[str, Standing], kind: AreaKind, without: Sequence[str] = ()) -> Ground:
    """Return the areas of one level among all that stand."""
    chosen = {code: entry for code, entry in known.items() if level(code) is kind}
    return ground(chosen, name=0, shape=1, without=without)


def level(code: str) -> AreaKind:
    """Return an area code's level.

    >>> level("419901001000").value
    'township'
    """
    return next(kind for kind, end in _KIND_ENDS.items() if not code[end:].strip("0"))


def kept(
    batch: Batch, name: str, known: Mapping[str, Standing], at: int, default: object = None
) -> list[Any]:
    """Return a field's values; where the file has no column for it, what stands is kept.

    Args:
        batch: the batch.
        name: the field.
        known: what stands, by code.
        at: position of the field's column in the facts of what stands.
        default: for a feature that says nothing and of which nothing stands.
    """
    values = batch.field(name).tolist()
    if name in batch.stated:
        return [default if value is None else value for value in values]
    if not known:
        return [default] * len(batch)
    entries = (known.get(code) for code in batch.values["code"])
    return [
        entry.facts[at] if entry is not None and entry.version is not None else default
        for entry in entries
    ]


def overlaps(batch: Batch, others: Ground, severity: Severity = Severity.ERROR) -> list[Problem]:
    """Name the features that claim the same ground as another feature or as what stands beside them.

    Args:
        batch: the batch.
        others: what stands and is not in the batch.
        severity: what an overlap is.
    """
    found = tessellation.overlaps([*batch.shapes, *others.shapes], min_area=MIN_OVERLAP_M2)
    return [_overlap(each, batch, others, severity) for each in found if each.first < len(batch)]


def _overlap(found: Overlap, batch: Batch, others: Ground, severity: Severity) -> Problem:
    shared = partial(problem, spot=found.spot, severity=severity, area_m2=round(found.area_m2, 1))
    if found.second < len(batch):
        return shared(Finding.OVERLAP, found.second + 1, other=found.first + 1)
    code = others.codes[found.second - len(batch)]
    return shared(Finding.OVERLAP_STANDING, found.first + 1, code=code)


def outside(
    shape: BaseGeometry, within: BaseGeometry, min_width: float
) -> tuple[float, tuple[float, float]] | None:
    """Return the area in m² of a shape outside of another and a spot there; None where there is none.

    Args:
        shape: polygon in WGS 84.
        within: polygon that should hold it.
        min_width: metres that a strip outside must have on average to count.
    """
    pieces = tessellation.gaps([within], shape, min_area=MIN_OVERLAP_M2, min_width=min_width)
    if not pieces:
        return None
    return round(sum(piece.area_m2 for piece in pieces), 1), pieces[0].spot


def off_county(batch: Batch, county: Ground) -> list[Problem]:
    """Name the case that none of a batch's features touches the county."""
    if not county.codes or not len(batch):
        return []
    boundary = county.shapes[0]
    shapely.prepare(boundary)
    if shapely.intersects(boundary, batch.shapes).any():
        return []
    return [problem(Finding.OUTSIDE_COUNTY, None, spot_of(batch.shapes[0]))]


def is_keyed(batch: Batch) -> bool:
    """Tell whether every feature has its code: else there is nothing to compare."""
    return len(batch) > 0 and "code" in batch.values and None not in set(batch.values["code"])
