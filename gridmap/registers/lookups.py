"""SQL: what codes stand for, where their places lie, who somebody is; each in one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, Grid
from gridmap.ledger.buildings import CompoundVersion, GridBuilding
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.posts import Person, Post
from gridmap.registers.centre_queries import areas_of_centres
from gridmap.registers.columns import Refers
from gridmap.registers.homes import CODED
from gridmap.registers.organisations import areas_of
from gridmap.registers.reach import Spot
from gridmap.terms import LEADER_LINKS, AreaKind
from gridmap.timespan import Span

AREAS: Final = frozenset({Refers.COUNTY, Refers.TOWNSHIP, Refers.COMMUNITY})
Codes = Mapping[Refers, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Link:
    """A leader's link to a community: post, kind, days."""

    post_id: int
    kind: str
    span: Span


def ids_of(session: Session, wanted: Mapping[Refers, Collection[str]]) -> Codes:
    """Return the ids of codes, by what they refer to; unknown ones are not there."""
    found: dict[Refers, dict[str, int]] = {}
    for refers, codes in wanted.items():
        if refers is Refers.CENTRE:
            found[refers] = areas_of_centres(session, codes)
            continue
        table: Any = CODED[refers]
        query = select(table.code, table.id).where(table.code.in_(codes))
        if refers in AREAS:
            query = query.where(table.kind == refers.value)
        found[refers] = {row.code: row.id for row in session.execute(query)} if codes else {}
    return found


def spots(session: Session, wanted: Iterable[tuple[Refers, int]]) -> dict[tuple[Refers, int], Spot]:
    """Return the areas that places lie in now or lay in last."""
    by_kind: dict[Refers, set[int]] = {}
    for refers, number in wanted:
        by_kind.setdefault(refers, set()).add(number)
    found: dict[tuple[Refers, int], Spot] = {}
    for refers, ids in by_kind.items():
        query = _SPOTS[Refers.COMMUNITY if refers in AREAS else refers](ids)
        for row in session.execute(query):
            found[refers, row.of] = Spot(row.id, AreaKind(row.kind), row.parent_id)
    return found


def _areas(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    return select(Area.id.label("of"), Area.id, Area.kind, Area.parent_id).where(Area.id.in_(ids))


def _grids(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    query = select(Grid.id.label("of"), Area.id, Area.kind, Area.parent_id)
    return query.join(Area, Area.id == Grid.community_id).where(Grid.id.in_(ids))


def _latest(of: ColumnElement[int], valid: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    query = select(of.label("of"), Area.id, Area.kind, Area.parent_id).ext(distinct_on(of))
    return query.order_by(of, func.lower(valid).desc())


def _buildings(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    member: Any = GridBuilding
    return (
        _latest(member.building_id, member.valid)
        .join(Grid, Grid.id == member.grid_id)
        .join(Area, Area.id == Grid.community_id)
        .where(member.building_id.in_(ids))
    )


def _compounds(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    version: Any = CompoundVersion
    return (
        _latest(version.compound_id, version.valid)
        .join(Area, Area.id == version.community_id)
        .where(version.compound_id.in_(ids))
    )


def _meetings(ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    query = select(JointMeeting.id.label("of"), Area.id, Area.kind, Area.parent_id)
    return query.join(Area, Area.id == JointMeeting.community_id).where(JointMeeting.id.in_(ids))


_SPOTS: Final = {
    Refers.COMMUNITY: _areas,
    Refers.GRID: _grids,
    Refers.BUILDING: _buildings,
    Refers.COMPOUND: _compounds,
    Refers.MEETING: _meetings,
    Refers.ORGANISATION: areas_of,
    Refers.CENTRE: _areas,
}


def people(session: Session, ids: Collection[int]) -> dict[int, Person]:
    """Return people by id."""
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}


def people_known_as(
    session: Session, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return people by name and phone, both equal."""
    if not wanted:
        return {}
    query = select(Person.name, Person.phone, Person.id).order_by(Person.id.desc())
    query = query.where(tuple_(Person.name, Person.phone).in_(list(wanted)))
    return {(row.name, row.phone): row.id for row in session.execute(query)}


def links(session: Session, communities: Collection[int]) -> dict[tuple[int, str, str], list[Link]]:
    """Return all leader links of communities, by community, code and name of the leader."""
    query = (
        select(Post.id, Post.kind, Post.area_id, Post.valid, Person.code, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.area_id.in_(communities), Post.kind.in_(sorted(LEADER_LINKS)))
        .order_by(Post.kind, Post.id)
    )
    found: dict[tuple[int, str, str], list[Link]] = {}
    for row in session.execute(query):
        link = Link(row.id, row.kind, Span(row.valid.lower or date.min, row.valid.upper))
        found.setdefault((row.area_id, row.code, row.name), []).append(link)
    return found


def new_ids(session: Session, table: str, count: int) -> list[int]:
    """Return so many ids that no row of a table has or will get."""
    sequence = func.pg_get_serial_sequence(table, "id")
    numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
    return list(session.scalars(numbers)) if count else []
