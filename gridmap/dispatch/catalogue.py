"""The county's categories over time: what holds on a day, and how a new table takes effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridmap.dispatch import queries
from gridmap.dispatch.categories import CategoryEntry, Limit, LimitedStep, LimitUnit, Topic
from gridmap.dispatch.tables import Category
from gridmap.errors import InvalidInput
from gridmap.store.base import from_day
from gridmap.terms import Line, Rung


def entries_on(session: Session, day: date) -> tuple[CategoryEntry, ...]:
    """Return the categories of a day in the order of their lists."""
    return tuple(_entry(category) for category in queries.categories_on(session, day))


def _entry(category: Category) -> CategoryEntry:
    return CategoryEntry(
        code=category.code,
        line=Line(category.line),
        topic=Topic(category.topic),
        name=category.name,
        name_en=category.name_en,
        first_rung=Rung(category.first_rung),
        limits={
            LimitedStep(step): Limit(limit["value"], LimitUnit(limit["unit"]))
            for step, limit in category.limits.items()
        },
        position=category.position,
    )


def put_entries(session: Session, entries: Iterable[CategoryEntry], day: date) -> int:
    """Make these the categories from a day on; return how many codes changed.

    Unchanged ones stay as they are; changed ones end and begin anew on that day; those left out
    end. What began on that very day is rewritten in place, for a day has one version.

    Raises:
        InvalidInput: a category already begins after that day.
    """
    wanted = {entry.code: entry for entry in entries}
    changed: set[str] = set()
    for category in queries.categories_from(session, day):
        begun = _first_day(category, day)
        entry = wanted.get(category.code)
        if entry is not None and category.valid.upper is None and _entry(category) == entry:
            del wanted[category.code]
            continue
        changed.add(category.code)
        if begun < day:
            category.valid = from_day(begun, day)
        elif entry is None:
            category.valid = from_day(day, day + timedelta(days=1))
        else:
            _rewrite(category, wanted.pop(category.code))
    session.flush()
    session.add_all(Category(valid=from_day(day), **_columns(entry)) for entry in wanted.values())
    session.flush()
    return len(changed | wanted.keys())


def _first_day(category: Category, day: date) -> date:
    begun = category.valid.lower
    if begun is None or begun > day:
        raise InvalidInput(
            field="day",
            reason_zh=f"类别 {category.code} 从 {begun} 起已有更新的版本。",
            reason_en=f"The category {category.code} already has a newer version from {begun}.",
        )
    return begun


def _rewrite(category: Category, entry: CategoryEntry) -> None:
    for name, value in _columns(entry).items():
        setattr(category, name, value)


def _columns(entry: CategoryEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "line": entry.line,
        "topic": entry.topic,
        "name": entry.name,
        "name_en": entry.name_en,
        "first_rung": entry.first_rung,
        "limits": {
            str(step): {"value": limit.value, "unit": str(limit.unit)}
            for step, limit in entry.limits.items()
        },
        "position": entry.position,
    }
