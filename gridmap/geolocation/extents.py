"""What the words name, as verdicts: which grid answers for it, which building it is.

What lies within one grid needs no building to find its grid. Opposite or beside something the grid is kept
only where everything within `AROUND_M` lies in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gridmap.geolocation.extent_sources import ExtentSource, Housed, Spot
from gridmap.geolocation.rules import (
    MOST_ALTERNATIVES,
    BuildingCandidate,
    BuildingVerdict,
    GridCandidate,
    GridVerdict,
    Place,
    Verdicts,
)
from gridmap.geolocation.service import Decided
from gridmap.geolocation.wording.places import EXACT, Fault, Level
from gridmap.geolocation.words import Meant, Said
from gridmap.terms import PlaceSource, Verdict

AROUND_M: Final = 40.0
"""How far opposite, beside and between may be."""
_OPEN: Final = frozenset(
    {
        Fault.ZONE_MISSING,
        Fault.SAME_NAME,
        Fault.SEVERAL,
        Fault.SHORT_NAME,
        Fault.MISSPELT,
        Fault.ORDER,
        Fault.BARE_NUMBER,
        Fault.LOOSE,
        Fault.RELATIVE,
    }
)
"""Faults with which the place is surely one of those that are asked about."""


def by_words(source: ExtentSource, said: Said) -> Decided | None:
    """Return what the words name as a decided place; None where they name nothing with a spot."""
    if said.best is not None:
        return _meant(source, said.best, said)
    return _choices(source, said)


def grids_asked(faults: Iterable[str], grids: Iterable[GridCandidate]) -> GridVerdict:
    """Return the question between grids; no grid where there are none to ask about."""
    asked = tuple({one.id: one for one in grids}.values())[:MOST_ALTERNATIVES]
    return GridVerdict(Verdict.ASK if asked else Verdict.NONE, tuple(faults), alternatives=asked)


def _grid_of(faults: Sequence[str], grids: Sequence[GridCandidate]) -> GridVerdict:
    if len(grids) == 1:
        return GridVerdict(Verdict.ACCEPTED, tuple(faults), grids[0].id)
    return grids_asked(faults, grids)


def _meant(source: ExtentSource, meant: Meant, said: Said) -> Decided | None:
    """Return a place that the words say clearly."""
    faults = sorted(fault.value for fault in said.reading.faults)
    relative = said.reading.details.relation is not None
    spot = meant.spot
    if meant.candidate.level is Level.BUILDING:
        housed = source.buildings(meant.candidate.codes)
        if housed and spot:
            return _at(spot, _building(source, housed[0], spot, faults, relative=relative))
    if meant.candidate.level in EXACT and spot:
        found = _spot(source, spot, faults, relative=relative)
        return _crossing(found) if meant.candidate.level is Level.CROSSING else found
    extent = _extent(source, meant)
    if extent.spot is None or not extent.grids:
        return None
    building = BuildingVerdict(Verdict.NONE, ("no_number",), compound_id=extent.compound)
    return _at(extent.spot, (_grid_of(faults, extent.grids), building))


def _at(spot: Spot, verdicts: Verdicts) -> Decided:
    return Place(*spot, "wgs84", None, PlaceSource.WORDS), spot, verdicts


def _building(
    source: ExtentSource, housed: Housed, spot: Spot, faults: Sequence[str], *, relative: bool
) -> Verdicts:
    found = housed.building
    building = BuildingVerdict(Verdict.ACCEPTED, tuple(faults), found.id, None, found.compound_id)
    grids = [housed.grid] if housed.grid else []
    if relative:
        around = source.around_building(found.code, spot, AROUND_M)
        grids = [*grids, *(one for one in around if one.id != found.grid_id)]
    return _grid_of(faults, grids), building


def _spot(source: ExtentSource, spot: Spot, faults: Sequence[str], *, relative: bool) -> Decided:
    """Return the verdicts at a point that the words name: a place of interest, a crossing, a door."""
    place = Place(*spot, "wgs84", None, PlaceSource.WORDS)
    grid, building = source.verdicts(place)
    grid = replace(grid, faults=(*faults, *grid.faults))
    if relative:
        building = BuildingVerdict(Verdict.NONE, ("relative",), compound_id=building.compound_id)
        around = source.around_spot(spot, AROUND_M)
        if len(around) > 1:
            grid = grids_asked(grid.faults, around)
    return place, spot, (grid, building)


def _crossing(found: Decided) -> Decided:
    """Return a crossing without a building: it is where the roads meet, not the house beside them."""
    place, spot, (grid, building) = found
    beside = BuildingVerdict(Verdict.NONE, ("crossing",), compound_id=building.compound_id)
    return place, spot, (grid, beside)


@dataclass(frozen=True, slots=True)
class _Extent:
    """Something that is no spot: a point of it, its grids, the compound where it is one."""

    spot: Spot | None
    grids: Sequence[GridCandidate]
    compound: int | None = None


def _extent(source: ExtentSource, meant: Meant) -> _Extent:
    code, level = meant.code or "", meant.candidate.level
    if level is Level.COMPOUND:
        compound, grids = source.compound(code)
        return _Extent(meant.spot, grids, compound)
    if level is Level.ROAD:
        return _Extent(*source.road(code))
    if level is Level.COMMUNITY:
        return _Extent(meant.spot, source.community(code))
    if meant.spot is None:
        return _Extent(None, ())
    grid = _spot(source, meant.spot, (), relative=False)[2][0]
    return _Extent(meant.spot, source.grids(grid.possible))


def _choices(source: ExtentSource, said: Said) -> Decided | None:
    """Return the question that the words leave open; the grid is none where all answers lie in one."""
    buildings = [one for one in said.choices if one.candidate.level is Level.BUILDING]
    others = [one for one in said.choices if one.candidate.level is not Level.BUILDING]
    housed = source.buildings([one.code for one in buildings if one.code])
    extents = [_extent(source, one) for one in others[:MOST_ALTERNATIVES]]
    spots = [spot for spot in [*(b.spot for b in buildings), *(e.spot for e in extents)] if spot]
    if not spots:
        return None
    grids = {one.grid.id: one.grid for one in housed if one.grid}
    grids |= {grid.id: grid for one in extents for grid in one.grids}
    faults = sorted(fault.value for fault in said.reading.faults)
    sure = said.reading.faults <= _OPEN and not others and all(one.grid for one in housed)
    found = list(grids.values())
    grid = _grid_of(faults, found) if sure else grids_asked(faults, found)
    return _at(spots[0], (grid, _question(faults, [one.building for one in housed])))


def _question(faults: Sequence[str], buildings: Sequence[BuildingCandidate]) -> BuildingVerdict:
    asked = tuple(buildings)[:MOST_ALTERNATIVES]
    compounds = {one.compound_id for one in buildings}
    compound = next(iter(compounds)) if len(compounds) == 1 else None
    status = Verdict.ASK if asked else Verdict.NONE
    return BuildingVerdict(status, tuple(faults), compound_id=compound, alternatives=asked)
