"""SQL: the categories of a day and those to come, the county's calendar, its settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from gridmap.dispatch.clocks import NamedDay
from gridmap.dispatch.tables import Category
from gridmap.ledger.calendar import CalendarDay
from gridmap.ledger.settings import Setting
from gridmap.store.base import as_of


def categories_on(session: Session, day: date) -> list[Category]:
    """Return the categories valid on a day in the order of their lists."""
    query = select(Category).where(as_of(Category, day)).order_by(Category.position, Category.code)
    return list(session.scalars(query))


def category_on(session: Session, code: str, day: date) -> Category | None:
    """Return one category as of a day."""
    return session.scalar(select(Category).where(Category.code == code, as_of(Category, day)))


def categories_from(session: Session, day: date, code: str | None = None) -> list[Category]:
    """Return the categories that hold on a day or begin after it, locked against other loads.

    Args:
        session: the caller's transaction.
        day: first day that counts.
        code: the only category that is wanted; None for all.
    """
    query = (
        select(Category)
        .where(or_(as_of(Category, day), func.lower(Category.valid) > day))
        .order_by(Category.code, Category.valid)
        .with_for_update()
    )
    if code is not None:
        query = query.where(Category.code == code)
    return list(session.scalars(query))


def versions_of(session: Session, code: str) -> list[Category]:
    """Return every version of a category, the newest first."""
    query = select(Category).where(Category.code == code).order_by(Category.valid.desc())
    return list(session.scalars(query))


def newest_categories(session: Session) -> list[Category]:
    """Return the newest version of every category, ended ones too, in the order of their lists."""
    newest = (
        select(Category.id)
        .ext(distinct_on(Category.code))
        .order_by(Category.code, Category.valid.desc())
    )
    query = select(Category).where(Category.id.in_(newest))
    return list(session.scalars(query.order_by(Category.position, Category.code)))


def calendar_days(session: Session) -> list[NamedDay]:
    """Return the days that differ from the plain week, in order."""
    query = select(CalendarDay.day, CalendarDay.working, CalendarDay.name)
    return [NamedDay(*row) for row in session.execute(query.order_by(CalendarDay.day))]


def put_calendar_days(session: Session, days: Iterable[NamedDay]) -> None:
    """Write days of the calendar over what stood there; at least one."""
    query = insert(CalendarDay).values(
        [{"day": one.day, "working": one.working, "name": one.name} for one in days]
    )
    written = query.excluded
    session.execute(
        query.on_conflict_do_update(
            index_elements=[CalendarDay.day],
            set_={"working": written.working, "name": written.name},
        )
    )


def drop_calendar_days(session: Session, days: Iterable[date]) -> None:
    """Let the plain week count again on these days."""
    session.execute(delete(CalendarDay).where(CalendarDay.day.in_(list(days))))


def setting(session: Session, key: str) -> object:
    """Return the value of a county's setting; None where it is not set."""
    return session.scalar(select(Setting.value).where(Setting.key == key))


def put_setting(session: Session, key: str, value: object) -> None:
    """Set a setting of the county."""
    query = insert(Setting).values(key=key, value=value)
    written = query.excluded.value
    session.execute(
        query.on_conflict_do_update(index_elements=[Setting.key], set_={"value": written})
    )


def category_versions(session: Session, ids: Iterable[int]) -> dict[int, Category]:
    """Return versions of categories by id."""
    query = select(Category).where(Category.id.in_(sorted(set(ids))))
    return {category.id: category for category in session.scalars(query)}
