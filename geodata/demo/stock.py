"""Compounds and buildings over time, and the grid of each building."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from shapely import Point, Polygon

from geodata.demo import addresses, naming
from geodata.demo.almanac import Almanac
from geodata.demo.changes import Changes
from geodata.demo.county import BuildingVersion, CompoundVersion, GridMember
from geodata.demo.districts import Codes
from geodata.demo.ground import many, placed
from geodata.demo.register import Entry, Register
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class Stock:
    """Versions of compounds and buildings, and memberships."""

    compounds: list[CompoundVersion]
    buildings: list[BuildingVersion]
    members: list[GridMember]


def stock(register: Register, almanac: Almanac, what: Changes, code: Codes) -> Stock:
    """Return compounds and buildings with all that changed about them."""
    compounds = _compounds(register, almanac, what, code)
    footprints = placed([entry.structure.outline for entry in register.entries])
    spots = [footprint.representative_point() for footprint in footprints]
    buildings: list[BuildingVersion] = []
    members: list[GridMember] = []
    for entry, footprint, spot in zip(register.entries, footprints, spots, strict=True):
        span = Span(what.built.get(entry.code, almanac.opening), what.demolished.get(entry.code))
        buildings += _building(entry, (footprint, spot), span, what)
        members += _members(entry, span, almanac, code)
    return Stock(compounds, buildings, members)


def _compounds(
    register: Register, almanac: Almanac, what: Changes, code: Codes
) -> list[CompoundVersion]:
    shapes = placed([many([e.wall for _, _, e in c.parts]) for c in register.compounds])
    found = []
    for compound, boundary in zip(register.compounds, shapes, strict=True):
        road, number = register.gates[compound.code]
        version = CompoundVersion(
            code=compound.code,
            name=compound.name,
            aliases=naming.aliases(compound.name),
            zones=compound.zones,
            road=road,
            road_number=number,
            community=code.communities[compound.block.community],
            boundary=boundary,
            span=Span(what.opened.get(compound.code, almanac.opening)),
        )
        former = code.communities[compound.block.former_community]
        found += _versions(version, former, almanac.moved, what)
    return found


def _versions(
    today: CompoundVersion, former: str, moved: date, what: Changes
) -> list[CompoundVersion]:
    """Return the versions of a compound: one a span between changes of its name or community."""
    name, renamed = what.renamed.get(today.code, (today.name, today.span.start))
    days = {today.span.start, renamed} | ({moved} if former != today.community else set())
    starts = sorted(day for day in days if day >= today.span.start)
    found = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        version = replace(today, span=Span(start, end))
        if start < moved and former != today.community:
            version = replace(version, community=former)
        if start < renamed:
            version = replace(version, name=name, aliases=naming.aliases(name))
        elif name != today.name:
            version = replace(version, aliases=(*today.aliases, name))
        found.append(version)
    return found


def _building(
    entry: Entry, place: tuple[Polygon, Point], span: Span, what: Changes
) -> list[BuildingVersion]:
    structure, compound = entry.structure, entry.compound
    version = BuildingVersion(
        code=entry.code,
        compound=compound.code if compound else None,
        kind=entry.kind,
        number=entry.number,
        zone=entry.zone,
        name=entry.name,
        road=entry.road,
        house_number=entry.house_number,
        address=entry.address,
        units=structure.units,
        floors=structure.floors,
        households=entry.households,
        residents=entry.residents,
        footprint=place[0],
        spot=place[1],
        span=span,
    )
    if compound is None or compound.code not in what.renamed or entry.number is None:
        return [version]
    name, day = what.renamed[compound.code]
    former = addresses.in_compound(entry.road, entry.house_number, name, entry.zone, entry.number)
    return [
        replace(version, address=former, span=Span(span.start, day)),
        replace(version, span=Span(day, span.end)),
    ]


def _members(entry: Entry, span: Span, almanac: Almanac, code: Codes) -> list[GridMember]:
    today, former = entry.block.community, entry.block.former_community
    if today == former or span.start >= almanac.moved:
        return [GridMember(entry.code, code.grids[today], span)]
    return [
        GridMember(entry.code, code.grids[former], Span(span.start, almanac.moved)),
        GridMember(entry.code, code.grids[today], Span(almanac.moved, span.end)),
    ]
