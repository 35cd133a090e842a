"""Responsible units: which agency answers for which community, whom to call, what it did; a page an agency."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.errors import InvalidInput
from gridmap.red_property import units
from gridmap.red_property.units import Deed, DeedKind, Unit, Wanted
from gridmap.terms import UnitDeedKind
from gridmap.timespan import Span, previous_quarter, quarter_of
from web import access, language
from web.pages import red_property_view as view
from web.pages.settings_forms import SentForm
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint("units", __name__, enable_openapi=False)

LONGEST_CODE: Final = 64
QUARTERS: Final = 4
_HOUR: Final = 60


@blueprint.get("/units")
def show() -> ResponseReturnValue:
    """Show every community's units of today, those that did nothing this quarter first."""
    access.require_account()
    community = safe_text(request.args.get("community", ""))[:LONGEST_CODE]
    found = units.listed(current_session(), quarter_of(today()), today())
    held = [one for one in found if today() in one.span]
    choices = sorted({(one.community_code, one.community) for one in held})
    shown = [_line(one) for one in held if not community or one.community_code == community]
    return render_template(
        "units.html",
        units=sorted(shown, key=lambda one: (one["done"] > 0, one["community_code"])),
        idle=sum(one["done"] == 0 for one in shown),
        community=community,
        communities=choices,
    )


def _line(one: Unit) -> dict[str, Any]:
    done = len(one.counted)
    state = (
        (_("本季 {n} 项").replace("{n}", str(done)), "green")
        if done
        else (_("本季还没有工作"), "red")
    )
    return {
        "id": one.id,
        "agency_code": one.agency_code,
        "agency": one.agency,
        "community_code": one.community_code,
        "community": one.community,
        "contact": one.contact or "",
        "phone": one.contact_phone or one.agency_phone or "",
        "days": view.days(one.span),
        "now": today() in one.span,
        "done": done,
        "state": state,
        "last": format_date(one.last, "medium") if one.last else "",
    }


@blueprint.get("/units/<string(maxlength=64):code>")
def one(code: str) -> ResponseReturnValue:
    """Show an agency: the communities it answers for and what it did in a year."""
    return _page(code, SentForm({}))


def _page(code: str, form: SentForm) -> ResponseReturnValue:
    reader = access.require_account()
    session = current_session()
    name, phone = units.agency(session, code)
    quarters = _quarters()
    year = Span(quarters[0].start, quarters[-1].end)
    found = units.listed(session, year, today(), agency=code)
    mine = [one for one in found if today() in one.span and units.may_record(session, reader, one)]
    page = render_template(
        "unit.html",
        agency={"code": code, "name": name, "phone": phone or ""},
        places=[_place(one, quarters) for one in found if today() in one.span],
        before=[_line(one) for one in found if today() not in one.span],
        deeds=[_deed(deed, one) for deed, one in _by_day(found)],
        mine=[(one.community_code, one.community) for one in mine],
        kinds=tuple(UnitDeedKind),
        sent={"day": today().isoformat(), **form.sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _quarters() -> tuple[Span, ...]:
    found = [quarter_of(today())]
    while len(found) < QUARTERS:
        found.append(previous_quarter(found[-1].start))
    return tuple(reversed(found))


def _place(one: Unit, quarters: tuple[Span, ...]) -> dict[str, Any]:
    done = [deed for deed in one.counted if deed.day in quarters[-1]]
    return _line(one) | {
        "done": len(done),
        "quarters": [_quarter(one, quarter) for quarter in quarters],
        "handled": one.handled,
        "hours": round(one.minutes / _HOUR),
        "tasks": sum(deed.kind is DeedKind.TASK for deed in one.deeds),
    }


def _quarter(one: Unit, quarter: Span) -> dict[str, Any]:
    made = sum(deed.day in quarter for deed in one.counted)
    end = (quarter.end or date.max) - timedelta(days=1)
    held = one.span.start <= end and (one.span.end is None or one.span.end > quarter.start)
    state = "made" if made else "waiting" if today() in quarter else "missed" if held else "none"
    number = (quarter.start.month - 1) // 3 + 1
    return {"words": f"{quarter.start.year % 100}Q{number}", "made": made, "state": state}


def _by_day(found: tuple[Unit, ...]) -> list[tuple[Deed, Unit]]:
    pairs = [(deed, one) for one in found for deed in one.deeds]
    return sorted(pairs, key=lambda pair: (pair[0].day, pair[0].record_id), reverse=True)


def _deed(deed: Deed, one: Unit) -> dict[str, Any]:
    reader = language.current()
    kind = deed.kind.label(reader)
    if deed.kind is DeedKind.ENTRY and deed.detail:
        kind = UnitDeedKind(deed.detail).label(reader)
    elif deed.detail:
        kind = f"{kind} · {deed.detail}"
    return {
        "day": format_date(deed.day, "medium"),
        "kind": kind,
        "note": deed.note,
        "community": one.community,
        "address": _address(deed),
    }


def _address(deed: Deed) -> str:
    if deed.kind in {DeedKind.MEETING, DeedKind.TASK}:
        return url_for("red_property_meetings.one", meeting_id=deed.record_id)
    registers = {DeedKind.ENTRY: "unit-deeds", DeedKind.VISIT: "visits"}
    return f"/registers/{registers[deed.kind]}/{deed.record_id}" if deed.kind in registers else ""


@blueprint.post("/units/<string(maxlength=64):code>/deeds")
def record(code: str) -> ResponseReturnValue:
    """Write down what an agency did in a community."""
    reader = access.require_account()
    form = SentForm(request.form)
    wanted = Wanted(
        form.text("community", LONGEST_CODE),
        form.day("day"),
        form.word("kind", UnitDeedKind),
        form.text("note", units.LONGEST_NOTE),
    )
    if not form.faults:
        try:
            units.record(current_session(), reader, code, wanted, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("units.one", code=code), 303)
    return _page(code, form)
