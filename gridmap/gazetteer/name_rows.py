"""Rows of `place_name` as steps change them: found, parted at a day, made room for."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.ledger.names import PlaceName
from gridmap.store.base import ended, from_day
from gridmap.terms import NameState


def locked(session: Session, name_id: int) -> PlaceName | None:
    """Return a row that nobody else changes meanwhile; None where there is none."""
    query = select(PlaceName).where(PlaceName.id == name_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def parted(session: Session, row: PlaceName, day: date) -> PlaceName:
    """Return the row that holds from a day on, still as it was; the days before stay in a row of their own."""
    begins, ends = row.valid.lower or date.min, row.valid.upper
    if begins >= day:
        return row
    copied = {
        column.key: getattr(row, column.key)
        for column in PlaceName.__table__.columns
        if column.key not in {"id", "valid"}
    }
    row.valid = from_day(day, ends)
    session.flush()
    session.add(PlaceName(**copied, valid=from_day(begins, day)))
    session.flush()
    return row


def drop(session: Session, row: PlaceName) -> None:
    """Take a row away: from the day on which it begins nothing of it is left."""
    session.delete(row)


def overlapping(session: Session, row: PlaceName, text: str) -> bool:
    """Tell whether the row's entity has another name of that text on some of its days."""
    other: Any = PlaceName
    query = select(other.id).where(
        other.entity_kind == row.entity_kind,
        other.entity_code == row.entity_code,
        other.text == text,
        other.id != row.id,
        other.valid.overlaps(row.valid),
    )
    return session.scalars(query.limit(1)).first() is not None


def begin(session: Session, row: PlaceName) -> bool:
    """Write a new row; tell whether nobody else has written such a one at the same moment."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def make_room(session: Session, kind: str, code: str, text: str, day: date) -> None:
    """End what stands of a text for an entity on a day; drop what would begin later."""
    table: Any = PlaceName
    mine = (table.entity_kind == kind, table.entity_code == code, table.text == text)
    later = func.lower(table.valid) >= day
    unsaid = table.state.in_([NameState.REJECTED.value, NameState.PROPOSED.value])
    session.execute(delete(PlaceName).where(*mine, later, unsaid))
    session.execute(
        update(PlaceName)
        .where(*mine, table.valid.contains(day), func.lower(table.valid) < day)
        .values(valid=ended(table.valid, day))
    )
    session.flush()


def like(session: Session, kind: str, code: str, text: str, day: date) -> PlaceName | None:
    """Return the row of a text for an entity that holds on a day; else None."""
    table: Any = PlaceName
    query = select(PlaceName).where(
        table.entity_kind == kind,
        table.entity_code == code,
        table.text == text,
        table.valid.contains(day),
    )
    return session.scalars(query).one_or_none()
