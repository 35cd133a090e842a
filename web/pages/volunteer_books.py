"""The volunteers' list and the attendance of activities as workbooks: out, checked, taken whole, rolled back whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geodata import volunteer_books, volunteer_imports
from geodata.intake.staging import safe_name
from geodata.registers import opening
from geodata.workbook_imports import ATTENDANCE, VOLUNTEERS
from gridmap.errors import GridmapError, InvalidInput, RefusedRows, TooLarge, UnreadableFile
from gridmap.registers.columns import Column
from gridmap.timespan import local_day
from gridmap.volunteering import activities, attendance, roll
from gridmap.volunteering.books import Compared, Fate, Line, Row
from gridmap.volunteering.organising import require
from web import access, language
from web.pages import workbook_taken
from web.pages.volunteer_files import workbook
from web.pages.volunteer_organiser import hand
from web.pages.volunteers import year_asked
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_books", __name__, enable_openapi=False, url_prefix="/volunteers/desk/books"
)

MOST_SHOWN: Final = 100
YEARS: Final = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two workbooks: its columns, how it is read, compared, taken and rolled back."""

    word: str
    columns: tuple[Column, ...]
    read: Callable[[Path], list[Row]]
    compare: Callable[[list[Row]], Compared]
    take: Callable[[Path, list[Row]], Compared]
    undo: Callable[[int], None]


def _roll() -> _Kind:
    session, who = current_session(), access.require_account()
    return _Kind(
        "roll",
        volunteer_books.ROLL,
        volunteer_books.read_roll,
        lambda rows: roll.compare(session, rows, who, now()),
        lambda path, rows: volunteer_imports.take_roll(session, path, rows, who, now()),
        lambda number: volunteer_imports.undo_roll(session, who, number, now()),
    )


def _attendance() -> _Kind:
    session, who, by = current_session(), access.require_account(), hand()
    return _Kind(
        "attendance",
        volunteer_books.ATTENDANCE,
        volunteer_books.read_attendance,
        lambda rows: attendance.compare(session, rows, by, now()),
        lambda path, rows: volunteer_imports.take_attendance(session, path, rows, who, by, now()),
        lambda number: volunteer_imports.undo_attendance(session, who, by, number, now()),
    )


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show both workbooks, out and in."""
    return _page("")


def _page(of: str, status: int = 200, **more: Any) -> ResponseReturnValue:  # noqa: ANN401 - values of the template
    keeps = access.opens("volunteer_books.take_roll")
    page = render_template(
        "volunteer_books.html",
        of=of,
        years=range(today().year, today().year - YEARS, -1),
        keeps=keeps,
        taken=_asked("taken"),
        undone="" if of else _asked("undone"),
        counts={one.value: request.args.get(one.value, "0")[:6] for one in Fate},
        rolls=workbook_taken.shown(VOLUNTEERS) if keeps else [],
        attendances=workbook_taken.shown(ATTENDANCE),
        **{"fault": "", "problems": [], "compared": None, "stands": ""} | more,
    )
    return make_response(page, status)


def _asked(name: str) -> str:
    """Which of the two workbooks an address tells something of."""
    asked = request.args.get(name, "")
    return asked if asked in {"roll", "attendance"} else ""


@blueprint.get("/roll")
def roll_out() -> Response:
    """Give the volunteers' list; phones only to desks."""
    found = roll.book(current_session(), access.require_account(), now())
    content = volunteer_books.write_roll(found, language.current())
    return workbook(content, _("志愿者名册"), today().isoformat())


@blueprint.get("/roll/template")
def roll_template() -> Response:
    """Give the columns of the list."""
    content = volunteer_books.roll_template(language.current())
    return workbook(content, _("志愿者名册"), _("模板"))


@blueprint.get("/attendance")
def attendance_out() -> Response:
    """Give who signed up and was there in a year's activities."""
    session, by, year = current_session(), hand(), year_asked(default=today().year)
    found = attendance.listed(session, by, year, now())
    content = volunteer_books.write_attendance(
        found, attendance.held(session, by, year, now()), language.current()
    )
    return workbook(content, _("活动签到"), str(year))


@blueprint.get("/attendance/<int:activity_id>")
def one_out(activity_id: int) -> Response:
    """Give who signed up and was there in one activity."""
    session, by = current_session(), hand()
    found = activities.one(session, activity_id, now())
    require(by, found.community_id)
    year = local_day(found.starts_at).year
    entries = attendance.listed(session, by, year, now(), found.id)
    of = [one for one in attendance.held(session, by, year, now()) if one.id == found.id]
    content = volunteer_books.write_attendance(entries, of, language.current())
    return workbook(content, _("活动签到"), found.title)


@blueprint.post("/roll")
def take_roll() -> ResponseReturnValue:
    """Check a list, or take it."""
    return _sent(_roll())


@blueprint.post("/attendance")
def take_attendance() -> ResponseReturnValue:
    """Check an attendance, or take it."""
    return _sent(_attendance())


def _sent(kind: _Kind) -> ResponseReturnValue:
    file = request.files.get("file")
    content = file.stream.read(opening.LARGEST_FILE + 1) if file else b""
    if not file or not content:
        return _page(kind.word, 422, fault=_("请选择文件。"))
    with tempfile.TemporaryDirectory(prefix="gridmap-volunteers-") as folder:
        path = Path(folder) / safe_name(file.filename or "")
        path.write_bytes(content)
        try:
            rows = kind.read(path)
            if request.form.get("do") == "check":
                return _checked(kind, kind.compare(rows))
            found = kind.take(path, rows)
        except RefusedRows as refusal:
            return _refused(kind, refusal)
        except (InvalidInput, TooLarge, UnreadableFile) as refusal:
            return _page(kind.word, 422, fault=_words(refusal))
    said: dict[str, Any] = {"taken": kind.word, **found.counts()}
    return redirect(url_for("volunteer_books.show", _anchor=kind.word, **said), 303)


@blueprint.post("/roll/<int(max=2147483647):number>/undo")
def undo_roll(number: int) -> ResponseReturnValue:
    """Roll a list back as a whole; where something rests on it, say what and what to do."""
    return _undone(_roll(), number)


@blueprint.post("/attendance/<int(max=2147483647):number>/undo")
def undo_attendance(number: int) -> ResponseReturnValue:
    """Roll an attendance back as a whole; where something rests on it, say what and what to do."""
    return _undone(_attendance(), number)


def _undone(kind: _Kind, number: int) -> ResponseReturnValue:
    stands = workbook_taken.undone(lambda: kind.undo(number))
    if stands:
        return _page(kind.word, 409, stands=stands)
    anchor = f"{kind.word}-taken"
    return redirect(url_for("volunteer_books.show", undone=kind.word, _anchor=anchor), 303)


def _checked(kind: _Kind, found: Compared) -> ResponseReturnValue:
    if found.faults:
        return _refused(kind, RefusedRows(found.faults), found)
    return _page(kind.word, compared=_compared(kind, found))


def _refused(
    kind: _Kind, refusal: RefusedRows, found: Compared | None = None
) -> ResponseReturnValue:
    reader = language.current()
    lines = [(one.number, one.en if reader == "en" else one.zh) for one in refusal.faults]
    return _page(
        kind.word,
        422,
        fault=refusal.message(reader),
        problems=lines[:MOST_SHOWN],
        compared=_compared(kind, found) if found else None,
    )


def _compared(kind: _Kind, found: Compared) -> dict[str, Any]:
    """What a page shows of a comparison: how many of each fate, and what differs line by line."""
    telling = [one for one in found.lines if one.fate is not Fate.SAME]
    return {
        **found.counts(),
        "lines": [_line(kind, one) for one in telling[:MOST_SHOWN]],
        "more": max(0, len(telling) - MOST_SHOWN),
    }


def _line(kind: _Kind, one: Line) -> dict[str, Any]:
    reader = language.current()
    return {
        "number": one.number,
        "new": one.fate is Fate.NEW,
        "name": one.name,
        "differences": [
            (
                volunteer_books.label_of(kind.columns, each.key, reader),
                volunteer_books.said(kind.columns, each.key, each.before, reader),
                volunteer_books.said(kind.columns, each.key, each.after, reader),
            )
            for each in one.differences
        ],
    }


def _words(refusal: GridmapError) -> str:
    reader = language.current()
    return f"{refusal.message(reader)} {refusal.hint(reader)}".strip()
