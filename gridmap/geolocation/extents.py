"""What the words name, as verdicts: which grid answers for it, which building it is.

What lies within one grid needs no building to find its grid. Opposite or beside something the grid is kept
only where everything within `AROUND_M` lies in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from gridmap.geolocation import extent_queries as queries
from gridmap.geolocation.extent_queries import Housed
from gridmap.geolocation.rules import (
    MOST_ALTERNATIVES,
    BuildingCandidate,
    BuildingVerdict,
    GridCandidate,
    GridVerdict,
    Place,
)
from gridmap.geolocation.service import Decided, decided
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

Spot = tuple[float, float]


def by_words(session: Session, said: Said, day: date) -> Decided | None:
    """Return what the words name as a decided place; None where they name nothing with a spot."""
    if said.best is not None:
        return _meant(session, said.best, said, day)
    return _choices(session, said, day)


def grids_asked(faults: Iterable[str], grids: Iterable[GridCandidate]) -> GridVerdict:
    """Return the question between grids; no grid where there are none to ask about."""
    asked = tuple({one.id: one for one in grids}.values())[:MOST_ALTERNATIVES]
    return GridVerdict(Verdict.ASK if asked else Verdict.NONE, tuple(faults), alternatives=asked)


def _grid_of(faults: Sequence[str], grids: Sequence[GridCandidate]) -> GridVerdict:
    if len(grids) == 1:
        return GridVerdict(Verdict.ACCEPTED, tuple(faults), grids[0].id)
    return grids_asked(faults, grids)


def _meant(session: Session, meant: Meant, said: Said, day: date) -> Decided | None:
    """Return a place that the words say clearly."""
    faults = sorted(fault.value for fault in said.reading.faults)
    relative = said.reading.details.relation is not None
    spot = meant.spot
    if meant.candidate.level is Level.BUILDING:
        housed = queries.buildings(session, meant.candidate.codes, day)
        if housed and spot:
            return _at(spot, _building(session, housed[0], faults, day, relative=relative))
    if meant.candidate.level in EXACT and spot:
        return _spot(session, spot, faults, day, relative=relative)
    extent = _extent(session, meant, day)
    if extent.spot is None or not extent.grids:
        return None
    building = BuildingVerdict(Verdict.NONE, ("no_number",), compound_id=extent.compound)
    return _at(extent.spot, (_grid_of(faults, extent.grids), building))


def _at(spot: Spot, verdicts: tuple[GridVerdict, BuildingVerdict]) -> Decided:
    return Place(*spot, "wgs84", None, PlaceSource.WORDS), spot, verdicts


def _building(
    session: Session, housed: Housed, faults: Sequence[str], day: date, *, relative: bool
) -> tuple[GridVerdict, BuildingVerdict]:
    found = housed.building
    building = BuildingVerdict(Verdict.ACCEPTED, tuple(faults), found.id, None, found.compound_id)
    grids = [housed.grid] if housed.grid else []
    if relative:
        around = queries.around_building(session, found.code, day, AROUND_M)
        grids = [*grids, *(one for one in around if one.id != found.grid_id)]
    return _grid_of(faults, grids), building


def _spot(
    session: Session, spot: Spot, faults: Sequence[str], day: date, *, relative: bool
) -> Decided:
    """Return the verdicts at a point that the words name: a place of interest, a crossing, a door."""
    place = Place(*spot, "wgs84", None, PlaceSource.WORDS)
    _, _, (grid, building) = decided(session, [place], day)[0]
    grid = replace(grid, faults=(*faults, *grid.faults))
    if relative:
        building = BuildingVerdict(Verdict.NONE, ("relative",), compound_id=building.compound_id)
        around = queries.around_spot(session, spot, day, AROUND_M)
        if len(around) > 1:
            grid = grids_asked(grid.faults, around)
    return place, spot, (grid, building)


@dataclass(frozen=True, slots=True)
class _Extent:
    """Something that is no spot: a point of it, its grids, the compound where it is one."""

    spot: Spot | None
    grids: Sequence[GridCandidate]
    compound: int | None = None


def _extent(session: Session, meant: Meant, day: date) -> _Extent:
    code, level = meant.code or "", meant.candidate.level
    if level is Level.COMPOUND:
        compound, grids = queries.compound(session, code, day)
        return _Extent(meant.spot, grids, compound)
    if level is Level.ROAD:
        return _Extent(*queries.road(session, code, day))
    if level is Level.COMMUNITY:
        return _Extent(meant.spot, queries.community(session, code, day))
    if meant.spot is None:
        return _Extent(None, ())
    grid = _spot(session, meant.spot, (), day, relative=False)[2][0]
    return _Extent(meant.spot, queries.grids(session, grid.possible, day))


def _choices(session: Session, said: Said, day: date) -> Decided | None:
    """Return the question that the words leave open; the grid is none where all answers lie in one."""
    buildings = [one for one in said.choices if one.candidate.level is Level.BUILDING]
    others = [one for one in said.choices if one.candidate.level is not Level.BUILDING]
    housed = queries.buildings(session, [one.code for one in buildings if one.code], day)
    extents = [_extent(session, one, day) for one in others[:MOST_ALTERNATIVES]]
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
