"""What the county sets for dispatch: categories over time, calendar, limits of its own, formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch.categories import (
    DEFAULT_LOOP_LIMITS,
    CategoryEntry,
    Limit,
    LimitedStep,
    LimitUnit,
    LoopStep,
    Topic,
)
from gridmap.dispatch.clocks import (
    DEFAULT_HOURS,
    DEFAULT_WEEKDAYS,
    Hours,
    NamedDay,
    WorkCalendar,
)
from gridmap.dispatch.queries import catalogue as queries
from gridmap.dispatch.rates import Formula, Promptness
from gridmap.dispatch.tables import Category
from gridmap.errors import InvalidInput
from gridmap.store import audit
from gridmap.store.base import from_day
from gridmap.store.revision import revisions
from gridmap.terms import Line, Rung, Satisfaction
from gridmap.timespan import local_day

OFFICE_HOURS: Final = "office_hours"
LOOP_LIMITS: Final = "loop_limits"
RATE_FORMULA: Final = "rate_formula"


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """A version of a category: its id, its days (`until` excluded, None = open), its content."""

    id: int
    since: date
    until: date | None
    entry: CategoryEntry


def entries_on(session: Session, day: date) -> tuple[CategoryEntry, ...]:
    """Return the categories of a day in the order of their lists."""
    return tuple(_entry(category) for category in queries.categories_on(session, day))


def newest_versions(session: Session) -> tuple[EntryVersion, ...]:
    """Return the newest version of every category, ended ones too, in the order of their lists."""
    return tuple(_version(category) for category in queries.newest_categories(session))


def versions_of(session: Session, code: str) -> tuple[EntryVersion, ...]:
    """Return every version of a category, the newest first; none where the code is unknown."""
    return tuple(_version(category) for category in queries.versions_of(session, code))


def _version(category: Category) -> EntryVersion:
    begun, ends = category.valid.lower, category.valid.upper
    return EntryVersion(category.id, begun or date.min, ends, _entry(category))


def _entry(category: Category) -> CategoryEntry:
    return CategoryEntry(
        code=category.code,
        line=Line(category.line),
        topic=Topic(category.topic),
        name=category.name,
        name_en=category.name_en,
        first_rung=Rung(category.first_rung),
        limits=limits_of(category),
        position=category.position,
    )


def limits_of(category: Category) -> Mapping[LimitedStep, Limit]:
    """Return the limits of a category's version, one a limited step."""
    return {LimitedStep(step): _limit(written) for step, written in category.limits.items()}


def _limit(written: Mapping[str, Any]) -> Limit:
    return Limit(written["value"], LimitUnit(written["unit"]))


def _written(limits: Mapping[Any, Limit]) -> dict[str, Any]:
    return {
        str(step): {"value": limit.value, "unit": str(limit.unit)} for step, limit in limits.items()
    }


def put_entries(session: Session, entries: Iterable[CategoryEntry], day: date) -> int:
    """Make these the categories from a day on; return how many codes changed.

    Unchanged ones stay as they are; changed ones end and begin anew on that day; those left out
    end. What began on that very day is rewritten in place, for a day has one version.

    Raises:
        InvalidInput: a category already begins after that day.
    """
    wanted = {entry.code: entry for entry in entries}
    return _take_effect(session, queries.categories_from(session, day), wanted, day)


def put_entry(
    session: Session, entry: CategoryEntry, day: date, *, account_id: int | None, now: datetime
) -> bool:
    """Make this the content of one category from a day on, not before today; True if it changed.

    Raises:
        InvalidInput: the day is past, or the category already begins anew after it.
    """
    return _change(session, entry.code, entry, day, account_id=account_id, now=now)


def end_entry(
    session: Session, code: str, day: date, *, account_id: int | None, now: datetime
) -> bool:
    """Let a category end: nothing is filed under it from the day on; True if it held until then.

    Raises:
        InvalidInput: the day is past, or the category already begins anew after it.
    """
    return _change(session, code, None, day, account_id=account_id, now=now)


def _change(
    session: Session,
    code: str,
    entry: CategoryEntry | None,
    day: date,
    *,
    account_id: int | None,
    now: datetime,
) -> bool:
    _check_day(day, now)
    before = queries.categories_from(session, day, code)
    kept = [_columns(_entry(category)) for category in before]
    wanted = {} if entry is None else {code: entry}
    if not _take_effect(session, before, wanted, day):
        return False
    audit.record(
        session,
        "category_changed" if entry else "category_ended",
        "category",
        code,
        now=now,
        account_id=account_id,
        from_day=day.isoformat(),
        before=kept,
        after=_columns(entry) if entry else None,
    )
    return True


def _check_day(day: date, now: datetime) -> None:
    """The past stands: what was filed and judged by it must give the same answer tomorrow."""
    if day < local_day(now):
        raise InvalidInput(
            field="day",
            reason_zh="只能从今天或以后的日期起生效，过去不能改。",
            reason_en="It takes effect from today or later; the past cannot be changed.",
        )


def _take_effect(
    session: Session, held: Iterable[Category], wanted: dict[str, CategoryEntry], day: date
) -> int:
    changed: set[str] = set()
    for category in held:
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
    category.valid = from_day(category.valid.lower or date.min)


def _columns(entry: CategoryEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "line": entry.line,
        "topic": entry.topic,
        "name": entry.name,
        "name_en": entry.name_en,
        "first_rung": entry.first_rung,
        "limits": _written(entry.limits),
        "position": entry.position,
    }


def work_calendar(session: Session) -> WorkCalendar:
    """Return the county's calendar; it stays the same while its `revision` does.

    The revision is that of the layer `calendar` and is read first: what commits in between is
    taken under the older number, and read again under the newer one.
    """
    revision = revisions(session)["calendar"]
    weekdays, hours = office_hours(session)
    days = {one.day: one.working for one in queries.calendar_days(session)}
    return WorkCalendar(days=days, hours=hours, weekdays=weekdays, revision=revision)


def calendar_days(session: Session) -> tuple[NamedDay, ...]:
    """Return the days that differ from the plain week, in order."""
    return tuple(queries.calendar_days(session))


def put_calendar_days(
    session: Session, days: Iterable[NamedDay], *, account_id: int | None, now: datetime
) -> int:
    """Write holidays and make-up days over what stood there; return how many changed."""
    held = {one.day: one for one in queries.calendar_days(session)}
    changed = {one.day: one for one in days if held.get(one.day) != one}
    if changed:
        queries.put_calendar_days(session, changed.values())
        _record_days(session, held, changed, account_id=account_id, now=now)
    return len(changed)


def drop_calendar_days(
    session: Session, days: Iterable[date], *, account_id: int | None, now: datetime
) -> int:
    """Let the plain week count again on these days; return how many were exceptions."""
    held = {one.day: one for one in queries.calendar_days(session)}
    dropped = dict.fromkeys(sorted(held.keys() & set(days)))
    if dropped:
        queries.drop_calendar_days(session, dropped)
        _record_days(session, held, dropped, account_id=account_id, now=now)
    return len(dropped)


def _record_days(
    session: Session,
    held: Mapping[date, NamedDay],
    changed: Mapping[date, NamedDay | None],
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    def plain(one: NamedDay | None) -> list[object] | None:
        return [one.working, one.name] if one else None

    audit.record(
        session,
        "calendar_changed",
        "calendar",
        f"{min(changed)}/{max(changed)}",
        now=now,
        account_id=account_id,
        before={day.isoformat(): plain(held.get(day)) for day in changed},
        after={day.isoformat(): plain(one) for day, one in changed.items()},
    )


def office_hours(session: Session) -> tuple[frozenset[int], Hours]:
    """Return the working days of the plain week (Monday 1) and the office hours of a day."""
    kept: Any = queries.setting(session, OFFICE_HOURS)
    if kept is None:
        return DEFAULT_WEEKDAYS, DEFAULT_HOURS
    spans = tuple(
        (time.fromisoformat(start), time.fromisoformat(end)) for start, end in kept["hours"]
    )
    return frozenset(kept["weekdays"]), spans


def put_office_hours(
    session: Session,
    weekdays: frozenset[int],
    hours: Hours,
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """Set the week's working days and a day's office hours.

    Raises:
        InvalidInput: no working time in them, or hours that do not follow one another.
    """
    WorkCalendar({}, hours, weekdays)
    spans = [[start.isoformat("minutes"), end.isoformat("minutes")] for start, end in hours]
    value = {"weekdays": sorted(weekdays), "hours": spans}
    _put(session, OFFICE_HOURS, value, account_id=account_id, now=now)


def loop_limits(session: Session) -> Mapping[LoopStep, Limit]:
    """Return the county's own limits, those that no category has."""
    kept: Any = queries.setting(session, LOOP_LIMITS)
    return {**DEFAULT_LOOP_LIMITS, **_limits(kept or {})}


def _limits(written: Mapping[str, Any]) -> dict[LoopStep, Limit]:
    return {LoopStep(step): _limit(limit) for step, limit in written.items()}


def put_loop_limits(
    session: Session,
    limits: Mapping[LoopStep, Limit],
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """Set the county's own limits."""
    _put(session, LOOP_LIMITS, _written(limits), account_id=account_id, now=now)


def rate_formulas(session: Session) -> tuple[Formula, ...]:
    """Return the county's formulas in the order of their first days; none where it has set none."""
    kept: Any = queries.setting(session, RATE_FORMULA)
    return tuple(sorted(map(Formula.read, kept or ()), key=lambda formula: formula.from_day))


def put_rate_formula(
    session: Session,
    day: date,
    words: Mapping[Satisfaction, int],
    shares: Mapping[Promptness, int],
    *,
    account_id: int | None,
    now: datetime,
) -> Formula:
    """Judge the days from a day on by these weights; of two formulas for one day the later counts.

    Raises:
        InvalidInput: the day is past, or the weights are no formula.
    """
    _check_day(day, now)
    held = rate_formulas(session)
    version = 1 + max((formula.version for formula in held), default=1)
    made = Formula(version, day, words, shares)
    kept = [formula for formula in held if formula.from_day != day]
    value = [formula.written() for formula in (*kept, made)]
    _put(session, RATE_FORMULA, value, account_id=account_id, now=now)
    return made


def _put(
    session: Session, key: str, value: object, *, account_id: int | None, now: datetime
) -> None:
    """Set a setting; what stood there before is kept in the audit log."""
    before = queries.setting(session, key)
    if before == value:
        return
    queries.put_setting(session, key, value)
    audit.record(
        session,
        "setting_changed",
        "setting",
        key,
        now=now,
        account_id=account_id,
        before=before,
        after=value,
    )
