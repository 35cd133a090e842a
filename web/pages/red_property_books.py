"""Planned joint meetings as a workbook: out for a period, checked, taken whole or not at all."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geodata import meeting_books
from geodata.intake.staging import safe_name
from geodata.registers import opening
from gridmap.errors import GridmapError, InvalidInput, RefusedRows, TooLarge, UnreadableFile
from gridmap.red_property import plan_books, plan_taking
from gridmap.registers import service as registers
from gridmap.volunteering.books import Compared, Fate, Line
from web import access, language
from web.pages.settings_forms import SentForm
from web.pages.volunteer_files import workbook
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint(
    "red_property_books", __name__, enable_openapi=False, url_prefix="/red-property/plans/book"
)

MOST_SHOWN: Final = 100
BEHIND, AHEAD = timedelta(days=92), timedelta(days=92)
"""The period that the form begins with, around today."""


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the workbook, out and in."""
    return _page({})


def _page(faults: dict[str, str], status: int = 200, **more: Any) -> ResponseReturnValue:  # noqa: ANN401 - values of the template
    usual = {
        "first": (today() - BEHIND).isoformat(),
        "last": (today() + AHEAD).isoformat(),
        "community": "",
    }
    sent = {name: request.args.get(name, value) for name, value in usual.items()}
    areas = registers.areas(current_session(), today())
    page = render_template(
        "red_property_books.html",
        sent=sent,
        faults=faults,
        communities=[(one.code, one.name) for one in areas if not one.code.endswith("000")],
        keeps=access.opens("red_property_books.take"),
        taken=request.args.get("taken") == "1",
        most=meeting_books.MOST_ROWS,
        counts={one.value: request.args.get(one.value, "0")[:6] for one in Fate},
        columns=[
            (one.label(language.current()), explain, one.required)
            for one in meeting_books.PLANS
            if (explain := one.explain_en if language.current() == "en" else one.explain_zh)
        ],
        **{"fault": "", "problems": [], "compared": None} | more,
    )
    return make_response(page, status)


@blueprint.get("/export")
def export() -> ResponseReturnValue:
    """Give the meetings of a period."""
    session, reader, form = current_session(), access.require_account(), SentForm(request.args)
    first, last = form.day("first"), form.day("last")
    community = safe_text(request.args.get("community", ""))[:64] or None
    if not form.faults:
        try:
            found = plan_books.listed(session, reader, first, last, now(), community)
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return _given(found, f"{first}-{last}")
    return _page(form.faults, 422)


@blueprint.get("/template")
def template() -> Response:
    """Give the columns, and who may be asked."""
    return _given((), _("模板"))


def _given(found: tuple[plan_books.Entry, ...], of: str) -> Response:
    session, reader = current_session(), access.require_account()
    askable = plan_books.askable(session, reader, today())
    content = meeting_books.write(found, askable, language.current())
    return workbook(content, _("联席会议安排"), of)


@blueprint.post("")
def take() -> ResponseReturnValue:
    """Check a workbook, or take it."""
    file = request.files.get("file")
    content = file.stream.read(opening.LARGEST_FILE + 1) if file else b""
    if not file or not content:
        return _page({}, 422, fault=_("请选择文件。"))
    session, keeper = current_session(), access.require_account()
    with tempfile.TemporaryDirectory(prefix="gridmap-meetings-") as folder:
        path = Path(folder) / safe_name(file.filename or "")
        path.write_bytes(content)
        try:
            rows = meeting_books.read(path)
            if request.form.get("do") == "check":
                return _checked(plan_taking.compare(session, rows, keeper, now()))
            found = plan_taking.take(session, rows, keeper, now())
        except RefusedRows as refusal:
            return _refused(refusal)
        except (InvalidInput, TooLarge, UnreadableFile) as refusal:
            return _page({}, 422, fault=_words(refusal))
    said: dict[str, Any] = {"taken": 1, **found.counts()}
    return redirect(url_for("red_property_books.show", _anchor="in", **said), 303)


def _checked(found: Compared) -> ResponseReturnValue:
    if found.faults:
        return _refused(RefusedRows(found.faults), found)
    return _page({}, compared=_compared(found))


def _refused(refusal: RefusedRows, found: Compared | None = None) -> ResponseReturnValue:
    reader = language.current()
    lines = [(one.number, one.en if reader == "en" else one.zh) for one in refusal.faults]
    return _page(
        {},
        422,
        fault=refusal.message(reader),
        problems=lines[:MOST_SHOWN],
        compared=_compared(found) if found else None,
    )


def _compared(found: Compared) -> dict[str, Any]:
    """What a page shows of a comparison: how many of each fate, and what differs line by line."""
    telling = [one for one in found.lines if one.fate is not Fate.SAME]
    return {
        **found.counts(),
        "lines": [_line(one) for one in telling[:MOST_SHOWN]],
        "more": max(0, len(telling) - MOST_SHOWN),
    }


def _line(one: Line) -> dict[str, Any]:
    reader = language.current()
    labels = {each.key: each.label(reader) for each in meeting_books.PLANS}
    return {
        "number": one.number,
        "new": one.fate is Fate.NEW,
        "name": one.name,
        "differences": [
            (
                labels[each.key],
                meeting_books.said(each.key, each.before, reader),
                meeting_books.said(each.key, each.after, reader),
            )
            for each in one.differences
        ],
    }


def _words(refusal: GridmapError) -> str:
    reader = language.current()
    return f"{refusal.message(reader)} {refusal.hint(reader)}".strip()
