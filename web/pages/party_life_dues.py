"""Dues as paid or not: a month at a time on the phone, the year as a table and as a workbook."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geodata import party_books, party_imports
from geodata.intake.staging import safe_name
from geodata.registers import opening
from geodata.workbook_imports import DUES
from gridmap.errors import GridmapError, InvalidInput, TooLarge, UnreadableFile
from gridmap.party_life import dues
from gridmap.party_life.dues import Payer, Sheet
from web import access, language
from web.pages import party_life_view as view
from web.pages import workbook_taken
from web.params import now, today
from web.session import current_session

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STATES: Final = {"yes": True, "no": False, "": None}
_WORDS: Final = {True: "yes", False: "no", None: ""}


def show(code: str) -> ResponseReturnValue:
    """Show a month with its members, and the year."""
    return _page(code, _month())


def _month() -> date:
    written = request.values.get("month", "")
    try:
        found = date.fromisoformat(f"{written}-01") if len(written) == len("2026-11") else None
    except ValueError:
        found = None
    return min(found or today(), today()).replace(day=1)


def note(code: str) -> ResponseReturnValue:
    """Note who has paid for a month; with `rest` everybody who was left open has."""
    keeper, month = access.require_account(), _month()
    rest = True if "rest" in request.form else None
    paid = {
        int(name.removeprefix("paid_")): _STATES[value] if value else rest
        for name, value in request.form.items()
        if name.startswith("paid_") and name[5:].isdecimal() and value in _STATES
    }
    try:
        dues.note(current_session(), keeper, code, month, paid, now())
    except InvalidInput as refusal:
        return _page(code, month, refusal.message(language.current()))
    return redirect(url_for("party_life.dues", code=code, month=f"{month:%Y-%m}", saved=1), 303)


def book(code: str) -> Response:
    """Give the year's dues as a workbook."""
    found = _sheet(code, _month())
    name = f"{_('党费')}-{found.body.name}-{found.year}.xlsx"
    response = Response(party_books.write(found, language.current()), mimetype=XLSX)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"dues.xlsx\"; filename*=UTF-8''{quote(name)}"
    )
    return response


def take(code: str) -> ResponseReturnValue:
    """Take a workbook of dues: all of it, or nothing with what is wrong."""
    file = request.files.get("file")
    content = file.stream.read(opening.LARGEST_FILE + 1) if file else b""
    if not content:
        return _page(code, _month(), _("请选择文件。"))
    session, keeper, month = current_session(), access.require_account(), _month()
    name = safe_name(file.filename or "") if file else ""
    with tempfile.TemporaryDirectory(prefix="gridmap-dues-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            counts = party_imports.take(session, keeper, path, code, month.year, now())
        except (InvalidInput, TooLarge, UnreadableFile) as refusal:
            return _page(code, month, _words(refusal))
    said: dict[str, Any] = {"month": f"{month:%Y-%m}", "taken": 1, **counts}
    return redirect(url_for("party_life.dues", code=code, **said), 303)


def undo(code: str, number: int) -> ResponseReturnValue:
    """Roll a workbook of dues back as a whole; where something rests on it, say what and what to do."""
    session, keeper = current_session(), access.require_account()
    stands = workbook_taken.undone(lambda: party_imports.undo(session, keeper, code, number, now()))
    if stands:
        return _page(code, _month(), stands=stands)
    asked: dict[str, Any] = {"month": f"{_month():%Y-%m}", "undone": 1}
    return redirect(url_for("party_life.dues", code=code, **asked, _anchor="taken"), 303)


def _words(refusal: GridmapError) -> str:
    reader = language.current()
    return f"{refusal.message(reader)} {refusal.hint(reader)}".strip()


def _sheet(code: str, month: date) -> Sheet:
    scope = access.require_account().scope
    return dues.sheet(current_session(), scope, code, month.year, today())


def _page(code: str, month: date, fault: str = "", stands: str = "") -> ResponseReturnValue:
    found = _sheet(code, month)
    page = render_template(
        "party_life_dues.html",
        body=view.body(found.body),
        month=month.month,
        year=month.year,
        at=f"{month:%Y-%m}",
        before=f"{_earlier(month):%Y-%m}",
        after=f"{_later(month):%Y-%m}" if _later(month) <= today() else "",
        payers=[_payer(one, month) for one in found.payers],
        paid=found.count(month, paid=True),
        unpaid=found.count(month, paid=False),
        blank=found.count(month, paid=None),
        saved="saved" in request.args,
        taken={one: request.args.get(one, "0")[:6] for one in party_imports.FATES},
        told="taken" in request.args,
        imports=workbook_taken.shown(DUES, code),
        stands=stands,
        undone="undone" in request.args and not stands,
        fault=fault,
    )
    return make_response(page, 409 if stands else 422 if fault else 200)


def _earlier(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _later(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _payer(one: Payer, month: date) -> dict[str, Any]:
    return {
        "person": one.member.person_id,
        "name": one.member.name,
        "group": one.member.organisation,
        "asked": month in one.months,
        "paid": _WORDS[one.months.get(month)],
        "year": [
            _WORDS[one.months[at]] if at in one.months else None
            for at in (date(month.year, number, 1) for number in range(1, 13))
        ],
    }
