"""The declarative base: names of constraints, validity in days, and the one predicate `as_of`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, CheckConstraint, ColumnElement, MetaData, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

STORED_SRID = 4326
"""Geometry is stored in WGS 84; CGCS2000 (EPSG:4490) is treated as equal."""


class Base(DeclarativeBase):
    """Parent of all tables; constraints get names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Dated:
    """Mixin of rows that hold from a day to a day (half-open; an open end is still valid)."""

    valid: Mapped[Range[date]] = mapped_column(DATERANGE)


def dated_checks() -> tuple[CheckConstraint, ...]:
    """Return the check that every dated table carries: never empty, always with a first day."""
    return (CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid_span"),)


def no_overlap(name: str, *columns: str, where: str | None = None) -> ExcludeConstraint:
    """Exclude two rows with equal `columns` whose spans of days overlap.

    Args:
        name: constraint name, unique in the schema.
        columns: columns compared for equality; a NULL never conflicts.
        where: SQL predicate of the rows that the rule is for.
    """
    parts: list[tuple[str, str]] = [(column, "=") for column in columns]
    predicate = None if where is None else text(where)
    return ExcludeConstraint(*parts, ("valid", "&&"), name=name, using="gist", where=predicate)


Day = date | BindParameter[date]
"""A day in Asia/Shanghai, or the place of one in a statement that is made once."""


def as_of(entity: type[Dated], day: Day) -> ColumnElement[bool]:
    """Return the predicate 'valid on that day': the only place where it is written.

    Args:
        entity: a dated table or an alias of one.
        day: day in Asia/Shanghai.
    """
    return entity.valid.contains(day)


def from_day(start: date, end: date | None = None) -> Range[date]:
    """Return the half-open range of days that the `valid` columns hold.

    >>> from_day(date(2026, 1, 1)).upper is None
    True
    """
    return Range(start, end, bounds="[)")


def ended(valid: ColumnElement[Range[date]], day: date) -> ColumnElement[Range[date]]:
    """Return `valid` cut off at `day` (the first day on which it no longer holds)."""
    return func.daterange(func.lower(valid), day, "[)", type_=DATERANGE)
