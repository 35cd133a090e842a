"""The administrator's keys for other systems: made and shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from gridmap.errors import InvalidInput
from gridmap.platform import keys
from gridmap.platform.keys import KeyView, Wanted
from gridmap.platform.scopes import Scope
from gridmap.timespan import local_day
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint(
    "settings_keys", __name__, enable_openapi=False, url_prefix="/settings/keys"
)

WHOLE_COUNTY: Final = "county"
DEFAULTS: Final = {"name": "", "per_minute": "120", "area": WHOLE_COUNTY, "last_day": ""}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the keys and an empty form."""
    return _page()


@blueprint.post("")
def make() -> ResponseReturnValue:
    """Make a key and show it, once."""
    form = SentForm(request.form)
    chosen = set(request.form.getlist("scopes"))
    area = form.sent.get("area", WHOLE_COUNTY)
    wanted = Wanted(
        name=form.text("name", 60),
        scopes=tuple(scope for scope in Scope if scope in chosen),
        per_minute=form.whole("per_minute", 1, keys.MOST_PER_MINUTE),
        area_id=None if area == WHOLE_COUNTY else form.whole("area", 1, 999_999),
        last_day=form.day("last_day") if form.has("last_day") else None,
    )
    if not form.faults:
        try:
            made = keys.make(current_session(), wanted, now(), account_id=_administrator())
            return _page(made=made)
        except InvalidInput as refusal:
            form.refuse(refusal)
    return _page(form)


@blueprint.post("/<int(max=2147483647):key_id>/revoke")
def revoke(key_id: int) -> ResponseReturnValue:
    """Let a key open nothing from now on."""
    keys.revoke(current_session(), key_id, now(), account_id=_administrator())
    return redirect(url_for("settings_keys.show"), 303)


def _administrator() -> int:
    return access.require_account().account_id


def _page(form: SentForm | None = None, *, made: str | None = None) -> ResponseReturnValue:
    session = current_session()
    page = render_template(
        "settings_keys.html",
        sent={**DEFAULTS, **(form.sent if form else {})},
        chosen=set(request.form.getlist("scopes")) if form else set(),
        faults=form.faults if form else {},
        scopes=list(Scope),
        areas=keys.areas(session, today()),
        keys=[_shown(one) for one in keys.listed(session, today(), now())],
        made=made,
    )
    response = make_response(page, 422 if form and form.faults else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(one: KeyView) -> dict[str, Any]:
    reader = language.current()
    state = _("有效") if one.holds else _("已停用") if one.revoked_at else _("已到期")
    return {
        "id": one.id,
        "name": one.name,
        "prefix": one.prefix,
        "scopes": [scope.label(reader) for scope in one.scopes],
        "area": one.area or _("全县"),
        "per_minute": one.per_minute,
        "made_at": format_date(local_day(one.made_at), "short"),
        "last_day": format_date(local_day(one.expires_at - timedelta(days=1)), "short")
        if one.expires_at
        else "",
        "used": format_datetime(one.last_used_at, "short") if one.last_used_at else "",
        "holds": one.holds,
        "state": state,
    }
