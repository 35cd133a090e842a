"""The gazetteer's addresses: those of buildings and compounds, those that people wrote, and their forms."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Annotated, Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from pydantic import Field

from gridmap.errors import InvalidInput
from gridmap.gazetteer import addresses
from gridmap.gazetteer.addresses import Filters, Listed, Target, Wanted
from gridmap.registers import service as registers
from gridmap.terms import Named, NameState
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import DayQuery, Text, now, today
from web.session import current_session

LONGEST: Final = 64
WHOLE_LON: Final = 180
WHOLE_LAT: Final = 90
TARGETS: Final = ("building", "compound", "point")
_SAID: Final = frozenset({"added", "rejected", "ended"})


class AddressesQuery(DayQuery):
    """Which addresses, which page."""

    q: Annotated[Text, Field(max_length=40)] = ""
    community: Annotated[Text, Field(max_length=12)] = ""
    own: bool = False
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


def show() -> ResponseReturnValue:
    """Show the addresses of a day; on POST write one."""
    if request.method == "GET":
        return _page()
    form = SentForm(request.form)
    wanted = _wanted(form)
    if form.faults or wanted is None:
        return _page(form)
    return _done(form, "added", lambda: addresses.add(*_keeper(), wanted, now()))


def reject() -> ResponseReturnValue:
    """Let an address that stands with its building or compound find it no longer."""
    form = SentForm(request.form)
    wanted = _wanted(form)
    if form.faults or wanted is None:
        return _page(form)
    return _done(form, "rejected", lambda: addresses.reject(*_keeper(), wanted, now()))


def end(address_id: int) -> ResponseReturnValue:
    """Let an address hold until a day."""
    form = SentForm(request.form)
    day = form.day("day")
    if form.faults:
        return _page(form)
    return _done(form, "ended", lambda: addresses.end(*_keeper(), address_id, day, now()))


def _wanted(form: SentForm) -> Wanted | None:
    road = form.text("road", LONGEST)
    kind = form.sent.get("target", "")
    lane, numbers, building, unit, room = (
        form.text(name, 16) if form.has(name) else ""
        for name in ("lane", "numbers", "building", "unit", "room")
    )
    day = form.day("day")
    if kind == "point":
        spot = _degrees(form)
        target = Target(None, "", *spot) if spot else None
    else:
        named = form.word("target", Named)
        target = Target(named, form.text("code", LONGEST))
    if target is None:
        return None
    return Wanted(road, lane, numbers, target, day, building, unit, room)


def _degrees(form: SentForm) -> tuple[float, float] | None:
    """Return longitude and latitude as written into one field: 113.9, 34.7."""
    parts = form.text("code", LONGEST).replace("，", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        lon, lat = nan, nan
    if abs(lon) <= WHOLE_LON and abs(lat) <= WHOLE_LAT:
        return lon, lat
    form.refuse(
        InvalidInput(
            reason_zh="请填经度和纬度，例如 113.9, 34.7。",
            reason_en="Give longitude and latitude, such as 113.9, 34.7.",
            field="code",
        )
    )
    return None


def _keeper() -> tuple[Any, Any]:
    return current_session(), access.require_account()


def _done(form: SentForm, said: str, step: Callable[[], object]) -> ResponseReturnValue:
    try:
        step()
    except InvalidInput as refusal:
        form.refuse(refusal)
        return _page(form)
    return redirect(_address(said=said), 303)


def _asked() -> dict[str, str]:
    return {name: text for name, text in request.args.items() if text and name != "said"}


def _address(**changed: object) -> str:
    asked: dict[str, Any] = _asked() | changed
    return url_for("names.addresses", **{k: v for k, v in asked.items() if v not in ("", None)})


def _page(form: SentForm | None = None) -> ResponseReturnValue:
    query = AddressesQuery.model_validate(_asked())
    session, reader = _keeper()
    filters = Filters(query.q, query.community, query.own)
    listed, total = addresses.addresses(session, reader, query.on, filters, query.page)
    said = request.args.get("said", "")
    page = render_template(
        "names_addresses.html",
        query=query,
        addresses=[_line(one) for one in listed],
        total=total,
        earlier=_address(page=query.page - 1) if query.page > 1 else "",
        later=_address(page=query.page + 1) if query.page * addresses.PAGE < total else "",
        communities=[a for a in registers.areas(session, query.on) if a.kind == "community"],
        here=_asked(),
        sent={"day": today().isoformat(), "target": "building", **(form.sent if form else {})},
        faults=form.faults if form else {},
        said=said if form is None and said in _SAID else "",
        today=today().isoformat(),
    )
    return make_response(page, 422 if form and form.faults else 200)


def _line(one: Listed) -> dict[str, Any]:
    reader = language.current()
    return {
        "id": one.id,
        "written": one.written,
        "road": one.road,
        "lane": one.lane or "",
        "numbers": one.numbers or "",
        "target": one.target,
        "target_label": Named(one.target).label(reader) if one.target != "point" else "",
        "code": one.code,
        "title": one.title,
        "where": one.where,
        "rejected": one.state is NameState.REJECTED,
        "source": one.source.label(reader),
        "begins": format_date(one.begins, "medium") if one.begins else "",
        "ends": format_date(one.ends, "medium") if one.ends else "",
        "may": one.may,
    }
