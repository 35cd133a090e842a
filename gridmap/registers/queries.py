"""SQL: records of a register as of a day, one record with its like, counts, corrections, lines of the audit log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from gridmap.accounts.tables import Account
from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Person
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Correction, Event, Filters
from gridmap.registers.columns import ColumnType, Register
from gridmap.registers.homes import HOMES
from gridmap.registers.reach import Spot
from gridmap.registers.selection import PlaceArea, Query, Selection, selection
from gridmap.registers.tables import RegisterCorrection
from gridmap.store.audit import AuditEntry
from gridmap.store.base import as_of
from gridmap.terms import AreaKind

Found = Row[*tuple[Any, ...]]
OBJECT_KIND: Final = "record"
"""What the audit log calls records of registers."""
_SOUGHT: Final = frozenset({ColumnType.TEXT, ColumnType.CODE})


def object_key(register: Register, record_id: int) -> str:
    """Return what the audit log calls a record."""
    return f"{register.key}:{record_id}"


def records(
    session: Session, register: Register, day: date, filters: Filters
) -> tuple[Sequence[Found], int]:
    """Return the rows of a page, and how many there are on all pages."""
    chosen = selection(register, day)
    query = _filtered(chosen, register, day, filters)
    if filters.size is None:
        rows = session.execute(_ordered(query, chosen, register, filters)).all()
        return rows, len(rows)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = _ordered(query, chosen, register, filters)
    page = page.limit(filters.size).offset(filters.size * filters.page)
    return session.execute(page).all(), total


def _filtered(chosen: Selection, register: Register, day: date, filters: Filters) -> Query:
    query = chosen.query
    if not filters.past and register.dated:
        query = query.where(as_of(chosen.entity, day))
    if not filters.past and register.event:
        query = query.where(chosen.columns["day"] <= day)
    if filters.community:
        query = query.where(PlaceArea.code == filters.community)
    elif filters.township:
        above = aliased(Area)
        query = query.outerjoin(above, above.id == PlaceArea.parent_id)
        query = query.where(or_(PlaceArea.code == filters.township, above.code == filters.township))
    if filters.target:
        codes = [
            chosen.columns[k] for k in ("target", "compound", "community") if k in chosen.columns
        ]
        query = query.where(or_(literal(value=False), *(code == filters.target for code in codes)))
    if filters.kind and "kind" in chosen.columns:
        query = query.where(chosen.columns["kind"] == filters.kind)
    return query.where(_sought(chosen, register, filters.text)) if filters.text else query


def _sought(chosen: Selection, register: Register, words: str) -> ColumnElement[bool]:
    """Some text of the row has the words in it; private columns are never searched."""
    places = [
        chosen.columns[column.key].icontains(words, autoescape=True)
        for column in register.columns
        if column.type in _SOUGHT and not column.private
    ]
    return or_(*places)


def _ordered(query: Query, chosen: Selection, register: Register, filters: Filters) -> Query:
    sort = chosen.columns.get(filters.sort)
    if sort is not None:
        query = query.order_by(
            sort.desc().nulls_last() if filters.descending else sort.asc().nulls_last()
        )
    if register.event:
        query = query.order_by(chosen.columns["day"].desc())
    usual = ("target", "compound", "community", "kind", "unit", "code")
    place = [] if register.key == "persons" else [PlaceArea.code]
    query = query.order_by(*place, *(chosen.columns[k] for k in usual if k in chosen.columns))
    if register.dated:
        query = query.order_by(chosen.columns["begins"].desc())
    return query.order_by(chosen.entity.id)


def by_ids(
    session: Session, register: Register, ids: Collection[int], day: date
) -> Mapping[int, Found]:
    """Return rows by id, whatever day they hold on."""
    chosen = selection(register, day)
    query = chosen.query.where(chosen.entity.id.in_(ids))
    return {row.id: row for row in session.execute(query)}


def lock(session: Session, register: Register, ids: Collection[int]) -> None:
    """Keep everybody else from changing rows until the transaction ends."""
    entity: Any = HOMES[register.key].entity
    session.execute(
        select(entity.id).where(entity.id.in_(ids)).order_by(entity.id).with_for_update()
    )


def alike(
    session: Session, register: Register, subject: Mapping[str, Any], day: date, limit: int
) -> Sequence[Found]:
    """Return the rows of one subject, latest first."""
    chosen = selection(register, day)
    query = chosen.query
    for key, value in subject.items():
        query = query.where(chosen.columns[key].is_not_distinct_from(value))
    latest = "begins" if register.dated else "day" if register.event else register.subject[0]
    query = query.order_by(chosen.columns[latest].desc(), chosen.entity.id.desc())
    return session.execute(query.limit(limit)).all()


def counts(session: Session, day: date) -> dict[str, int]:
    """Return how many records every register has on a day, in one statement."""
    parts = []
    for key, register in REGISTERS.items():
        entity: Any = HOMES[key].entity
        part = select(literal(key).label("key"), func.count().label("n")).select_from(entity)
        if register.kinds and register.tables[0] in {"post", "party_version"}:
            part = part.where(entity.kind.in_(register.kinds))
        if register.dated:
            part = part.where(as_of(entity, day))
        elif register.event:
            part = part.where(entity.day <= day)
        parts.append(part)
    return {row.key: row.n for row in session.execute(union_all(*parts))}


def corrections(
    session: Session, register: Register, subject: str, ids: Collection[int]
) -> list[Correction]:
    """Return what was wrong in records of a subject, latest first."""
    query = (
        select(RegisterCorrection, Person.name)
        .outerjoin(Account, Account.id == RegisterCorrection.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(
            RegisterCorrection.register == register.key,
            or_(RegisterCorrection.subject == subject, RegisterCorrection.record_id.in_(ids)),
        )
        .order_by(RegisterCorrection.id.desc())
    )
    return [
        Correction(row.at, name or "", row.reason, row.record_id, row.before, row.after)
        for row, name in session.execute(query)
    ]


def events(session: Session, register: Register, ids: Collection[int], limit: int) -> list[Event]:
    """Return the lines of the audit log about records, latest first."""
    query = (
        select(AuditEntry, Person.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(
            AuditEntry.object_kind == OBJECT_KIND,
            AuditEntry.object_key.in_([object_key(register, one) for one in ids]),
        )
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [
        Event(row.at, name or "", row.action, int(row.object_key.rpartition(":")[2]), row.details)
        for row, name in session.execute(query)
    ]


def areas(session: Session, day: date) -> Sequence[Found]:
    """Return townships and communities of a day: code, kind, name, the code above."""
    above = aliased(Area)
    return session.execute(
        select(Area.code, Area.kind, AreaVersion.name, above.code.label("above"))
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .outerjoin(above, above.id == Area.parent_id)
        .where(as_of(AreaVersion, day), Area.kind != "county")
        .order_by(Area.code)
    ).all()


def spot_of(row: Found) -> Spot | None:
    """Return the area that a row belongs to."""
    if row.place_id is None:
        return None
    return Spot(row.place_id, AreaKind(row.place_kind), row.place_parent)
