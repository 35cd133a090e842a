"""The county's calendar: a year at a glance, a few days at once, a table of days, office hours."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Annotated, Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from pydantic import Field

from geodata import calendar_imports
from geodata.calendar import LONGEST_NAME, YEARS, check, decoded
from geodata.intake.staging import safe_name
from geodata.workbook_imports import CALENDAR
from gridmap.dispatch import catalogue
from gridmap.dispatch.clocks import Hours, NamedDay, WorkCalendar
from gridmap.errors import InvalidInput
from web import access, language
from web.pages import workbook_taken
from web.pages.settings_forms import SentForm
from web.params import Day, Params, now, today
from web.session import current_session

LONGEST_SPAN: Final = 31
LARGEST_TABLE: Final = 100_000
MOST_PROBLEMS: Final = 20
MONTHS: Final = range(1, 13)
A_MONDAY: Final = date(2024, 1, 1)
NOTICE_MONTH: Final = 11
"""The State Council tells the next year's holidays in November."""


class YearQuery(Params):
    """The year on the page, the day that is being changed, what was just saved or rolled back."""

    year: Annotated[int, Field(ge=YEARS.start, lt=YEARS.stop)] | None = None
    day: Day | None = None
    saved: Annotated[int, Field(ge=0, le=10_000)] | None = None
    undone: bool = False


def show() -> ResponseReturnValue:
    """Show a year, with the form for the day that the address names."""
    query = YearQuery.model_validate(request.args.to_dict())
    year = query.year or (query.day or today()).year
    return _page(year, picked=query.day, saved=query.saved)


def put_days() -> ResponseReturnValue:
    """Make some days holidays or make-up days, or let the plain week count again on them."""
    form = SentForm(request.form)
    first, last = form.day("first"), form.day("last" if form.has("last") else "first")
    if not form.faults and not first <= last <= first + timedelta(days=LONGEST_SPAN - 1):
        form.faults["last"] = _("最后一天不能早于第一天，一次最多 31 天。")
    kind = form.sent.get("kind", "")
    if kind not in {"holiday", "working", "plain"}:
        form.faults["kind"] = _("请从列表中选一项。")
    name = "" if kind == "plain" else form.text("name", LONGEST_NAME)
    if form.faults:
        year = first.year if first.year in YEARS else today().year
        return _page(year, form=form, status=422)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return _saved(first.year, _write(days, kind, name))


def _write(days: Iterable[date], kind: str, name: str) -> int:
    session, account_id = current_session(), access.require_account().account_id
    if kind == "plain":
        return catalogue.drop_calendar_days(session, days, account_id=account_id, now=now())
    named = [NamedDay(day, kind == "working", name) for day in days]
    return catalogue.put_calendar_days(session, named, account_id=account_id, now=now())


def put_table() -> ResponseReturnValue:
    """Take a pasted or sent table of days: all rows or none."""
    form = SentForm(request.form)
    file = request.files.get("file")
    content = file.read(LARGEST_TABLE + 1) if file else b""
    text = decoded(content) if content else form.sent.get("table", "")
    days, problems = check(text[:LARGEST_TABLE])
    sentences = [problem.sentence(language.current()) for problem in problems]
    if len(text) > LARGEST_TABLE:
        sentences = [_("内容太长，最多 1000 行。")]
    elif not days and not problems:
        sentences = [_("没有读到任何一天，请粘贴内容或选择文件。")]
    if sentences:
        form.sent = {**request.form, "table": text[:LARGEST_TABLE]}
        form.faults["table"] = "\n".join(_shortened(sentences))
        return _page(days[0].day.year if days else today().year, form=form, status=422)
    keeper, at = access.require_account(), now()
    name = safe_name(file.filename or "") if file and content else f"{_('放假安排')}.csv"
    saved = calendar_imports.take(current_session(), keeper, name, text, days, at)
    return _saved(days[0].day.year, saved)


def undo_table(number: int) -> ResponseReturnValue:
    """Roll a table back as a whole; where days were changed since, say which."""
    year = YearQuery.model_validate(request.args.to_dict()).year or today().year
    stands = workbook_taken.undo(CALENDAR, number)
    if stands:
        return _page(year, stands=stands, status=409)
    address = url_for("settings.calendar", year=year, undone=True, _anchor="taken")
    return redirect(address, 303)


def _shortened(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST_PROBLEMS
    if more <= 0:
        return sentences
    return [*sentences[:MOST_PROBLEMS], _("另有 {n} 处错误。").replace("{n}", str(more))]


def put_hours() -> ResponseReturnValue:
    """Set the week's working days and the office hours of a day."""
    form = SentForm(request.form)
    spans = [(form.clock("start1"), form.clock("end1"))]
    if form.has("start2") or form.has("end2"):
        spans.append((form.clock("start2"), form.clock("end2")))
    if not form.faults:
        _put_hours(form, tuple(spans))
    if form.faults:
        return _page(today().year, form=form, status=422)
    return _saved(today().year, 0)


def _put_hours(form: SentForm, spans: Hours) -> None:
    account_id = access.require_account().account_id
    try:
        catalogue.put_office_hours(
            current_session(), _sent_weekdays(), spans, account_id=account_id, now=now()
        )
    except InvalidInput as refusal:
        form.refuse(refusal)


def _sent_weekdays() -> frozenset[int]:
    return frozenset(int(day) for day in request.form.getlist("weekdays") if day in set("1234567"))


def _saved(year: int, days: int) -> ResponseReturnValue:
    return redirect(url_for("settings.calendar", year=year, saved=days), 303)


def missing_years() -> list[int]:
    """Return the years whose holidays are due to be entered: this one, from November the next."""
    county, day = catalogue.work_calendar(current_session()), today()
    wanted = [day.year, day.year + 1] if day.month >= NOTICE_MONTH else [day.year]
    return [year for year in wanted if not county.knows(year)]


def _page(
    year: int,
    *,
    picked: date | None = None,
    form: SentForm | None = None,
    saved: int | None = None,
    stands: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session = current_session()
    county, named = catalogue.work_calendar(session), catalogue.calendar_days(session)
    names = {one.day: one for one in named}
    page = render_template(
        "settings_calendar.html",
        year=year,
        years=[one for one in (year - 1, year, year + 1) if one in YEARS],
        known=county.knows(year),
        months=[_month(year, month, county, names) for month in MONTHS],
        working_days=_working_days(year, county),
        weekday_names=_weekday_names(),
        sent={**_hours(county), **_picked(picked, names), **(form.sent if form else {})},
        weekdays=_sent_weekdays() if form and form.has("start1") else county.weekdays,
        picked=picked,
        faults=form.faults if form else {},
        saved=saved,
        imports=workbook_taken.shown(CALENDAR),
        stands=stands,
        undone="undone" in request.args and not stands,
    )
    return make_response(page, status)


def _hours(county: WorkCalendar) -> dict[str, str]:
    """The office hours as the form's fields write them."""
    return {
        f"{edge}{number}": f"{moment:%H:%M}"
        for number, span in enumerate(county.hours, 1)
        for edge, moment in zip(("start", "end"), span, strict=True)
    }


def _picked(day: date | None, names: Mapping[date, NamedDay]) -> dict[str, str]:
    """A day as the form's fields write it; a day of the plain week is offered as a holiday."""
    if day is None:
        return {}
    held = names.get(day)
    return {
        "first": day.isoformat(),
        "last": day.isoformat(),
        "kind": "working" if held and held.working else "holiday",
        "name": held.name if held else "",
    }


def _month(
    year: int, month: int, county: WorkCalendar, names: Mapping[date, NamedDay]
) -> dict[str, Any]:
    weeks = Calendar().monthdatescalendar(year, month)
    named = [one for day, one in names.items() if (day.year, day.month) == (year, month)]
    return {
        "title": format_date(date(year, month, 1), "LLL"),
        "weeks": [
            [_cell(day, county, names) if day.month == month else None for day in week]
            for week in weeks
        ],
        "notes": _notes(named),
    }


def _cell(day: date, county: WorkCalendar, names: Mapping[date, NamedDay]) -> dict[str, Any]:
    held = names.get(day)
    state = "working" if county.is_working(day) else "rest"
    if held:
        state = "makeup" if held.working else "holiday"
    return {
        "day": day.isoformat(),
        "number": day.day,
        "state": state,
        "today": day == today(),
        "title": " · ".join(
            part for part in (format_date(day, "long"), held and held.name) if part
        ),
    }


def _notes(named: Iterable[NamedDay]) -> list[dict[str, Any]]:
    """Runs of days with one name, such as 国庆节 1–7."""
    numbered = enumerate(sorted(named, key=lambda one: one.day))
    runs = groupby(numbered, lambda pair: (pair[1].name, pair[1].day.day - pair[0]))
    return [_note([one for _number, one in run]) for _key, run in runs]


def _note(run: list[NamedDay]) -> dict[str, Any]:
    first, last = run[0].day.day, run[-1].day.day
    span = f"{first}–{last}" if last > first else str(first)
    return {"words": f"{run[0].name} {span}", "makeup": run[0].working}


def _working_days(year: int, county: WorkCalendar) -> int:
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    return sum(county.is_working(first + timedelta(days=n)) for n in range(days))


def _weekday_names() -> list[str]:
    return [format_date(A_MONDAY + timedelta(days=n), "ccccc") for n in range(7)]
