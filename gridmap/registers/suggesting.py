"""Suggestions for a form's fields: people and places by a part of their name or code, names of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, case, func, null, or_, select
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import Building, BuildingVersion, Compound, CompoundVersion
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.posts import Agency, Person
from gridmap.ledger.property import PropertyCompany, ServiceCentre
from gridmap.ledger.volunteering import Volunteer
from gridmap.registers.columns import Refers
from gridmap.registers.selection import BUILDING_NAME, MEETING_NAME
from gridmap.store.base import as_of

MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that a code may name: its code, its name, a word more."""

    code: str
    name: str
    more: str = ""


def suggestions(
    session: Session, refers: tuple[Refers, ...], words: str, day: date
) -> list[Suggestion]:
    """Return what a field may mean: codes that begin with the words, names that hold them."""
    found: list[Suggestion] = []
    for one in refers:
        found += _found(session, one, words, day)
    return found[:MOST]


def named(session: Session, refers: tuple[Refers, ...], code: str, day: date) -> str:
    """Return the name of a code on a day; empty where there is none."""
    for one in refers:
        source = _source(one, day)
        known = session.execute(source.query.where(source.code == code).limit(1)).first()
        if known is not None:
            return str(known.name)
    return ""


@dataclass(frozen=True, slots=True)
class _Source:
    """All that a code may name on a day: `code`, `name` and `more` of each."""

    query: Any
    code: Any
    name: Any


def _found(session: Session, refers: Refers, words: str, day: date) -> list[Suggestion]:
    source = _source(refers, day)
    code, name = source.code, source.name
    likely = or_(code.istartswith(words, autoescape=True), name.icontains(words, autoescape=True))
    nearness = case(
        (code == words, 0),
        (name == words, 1),
        (name.istartswith(words, autoescape=True), 2),
        else_=3,
    )
    query = source.query.where(likely).order_by(nearness, func.length(name), code).limit(MOST)
    return [Suggestion(row.code, row.name, row.more or "") for row in session.execute(query)]


def _source(refers: Refers, day: date) -> _Source:
    if refers in _PLACES:
        return _place(refers, day)
    if refers is Refers.PERSON:
        query = select(Person.code, Person.name, Agency.name.label("more"))
        return _Source(
            query.outerjoin(Agency, Agency.id == Person.agency_id), Person.code, Person.name
        )
    if refers is Refers.MEETING:
        return _meeting(day)
    if refers is Refers.VOLUNTEER:  # by code alone: names are for the desk that they belong to
        own: Any = Volunteer
        query = select(own.code, own.code.label("name"), null().label("more"))
        return _Source(query.where(own.erased_at.is_(None)), own.code, own.code)
    if refers is Refers.CENTRE:
        centre: Any = ServiceCentre
        more = centre.address.label("more")
        query = select(centre.code, centre.name, more).where(as_of(ServiceCentre, day))
        return _Source(query, centre.code, centre.name)
    table: Any = Agency if refers is Refers.AGENCY else PropertyCompany
    return _Source(select(table.code, table.name, null().label("more")), table.code, table.name)


def _meeting(day: date) -> _Source:
    community = and_(AreaVersion.area_id == JointMeeting.community_id, as_of(AreaVersion, day))
    query = select(
        JointMeeting.code, MEETING_NAME.label("name"), AreaVersion.name.label("more")
    ).outerjoin(AreaVersion, community)
    return _Source(query, JointMeeting.code, MEETING_NAME)


_PLACES: Final[Mapping[Refers, tuple[Any, Any, Any, Any]]] = {
    **dict.fromkeys(
        (Refers.COUNTY, Refers.TOWNSHIP, Refers.COMMUNITY),
        (Area, AreaVersion, AreaVersion.area_id, AreaVersion.name),
    ),
    Refers.GRID: (Grid, GridVersion, GridVersion.grid_id, GridVersion.name),
    Refers.COMPOUND: (Compound, CompoundVersion, CompoundVersion.compound_id, CompoundVersion.name),
    Refers.BUILDING: (Building, BuildingVersion, BuildingVersion.building_id, BUILDING_NAME),
    Refers.ORGANISATION: (
        PartyOrganisation,
        PartyVersion,
        PartyVersion.organisation_id,
        PartyVersion.name,
    ),
}
"""Where what is coded has a name a version: the table, that of its versions, their key, their name."""


def _place(refers: Refers, day: date) -> _Source:
    table, versions, key, name = _PLACES[refers]
    more = AreaVersion.name if refers is Refers.COMPOUND else null()
    query = select(table.code, name.label("name"), more.label("more"))
    query = query.join(versions, key == table.id).where(as_of(versions, day))
    if table is Area:
        query = query.where(Area.kind == refers.value)
    elif table is Compound:
        community = and_(
            AreaVersion.area_id == CompoundVersion.community_id, as_of(AreaVersion, day)
        )
        query = query.outerjoin(AreaVersion, community)
    elif table is Building:
        compound = and_(
            CompoundVersion.compound_id == BuildingVersion.compound_id, as_of(CompoundVersion, day)
        )
        query = query.outerjoin(CompoundVersion, compound)
    return _Source(query, table.code, name)
