"""The form by which a community calls volunteers together, and changes an activity."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.errors import InvalidInput
from gridmap.publishing import service as publishing
from gridmap.timespan import LOCAL_ZONE
from gridmap.volunteering import activities, needs, service
from gridmap.volunteering.activities import Plan, Seen
from gridmap.volunteering.organising import require
from web.pages import volunteer_words as words
from web.pages.folium_map import compose
from web.pages.settings_forms import SentForm
from web.pages.volunteer_desk import chosen_community, communities, long_text
from web.pages.volunteer_organiser import hand
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_calling", __name__, enable_openapi=False, url_prefix="/volunteers/desk/activities"
)

LONGEST_CODE: Final = 64
_NOWHERE: Final = 999.0


@blueprint.get("/new")
def ask() -> ResponseReturnValue:
    """Show the form; `?need=` fills it from a need."""
    sent = {"radius_m": "150", "from": "09:00", "to": "11:00"}
    if request.args.get("need", "").isdecimal():
        found = needs.one(current_session(), int(request.args["need"][:9]), now())
        require(hand(), found.community_id)
        sent |= {"need": str(found.id), "title": found.title, "body": found.body}
        sent["community"] = found.community_code
    return _form(sent, {})


@blueprint.post("/new")
def make() -> ResponseReturnValue:
    """Call people together."""
    form = SentForm(request.form)
    plan = _plan(form, None)
    if plan is not None:
        try:
            made = activities.make(current_session(), plan, hand(), now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("volunteer_activities.show", activity_id=made), 303)
    return _form(request.form, form.faults)


@blueprint.get("/<int:activity_id>")
def ask_change(activity_id: int) -> ResponseReturnValue:
    """Show an activity's form."""
    found = activities.one(current_session(), activity_id, now())
    require(hand(), found.community_id)
    return _form(_written(found), {}, found)


@blueprint.post("/<int:activity_id>")
def change(activity_id: int) -> ResponseReturnValue:
    """Change an activity that has not ended."""
    form, session = SentForm(request.form), current_session()
    found = activities.one(session, activity_id, now())
    require(hand(), found.community_id)
    plan = _plan(form, found)
    if plan is not None:
        try:
            activities.change(session, activity_id, plan, hand(), now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("volunteer_activities.show", activity_id=activity_id), 303)
    return _form(request.form, form.faults, found)


def _plan(form: SentForm, before: Seen | None) -> Plan | None:
    """Return what the form says; None where something cannot be read."""
    by = hand()
    chosen = chosen_community(form, by)
    title, place = (
        form.text("title", activities.LONGEST_TITLE),
        form.text("place", activities.LONGEST_PLACE),
    )
    body = long_text(form, "body", activities.LONGEST_BODY)
    day, begins, ends = form.day("day"), form.clock("from"), form.clock("to")
    radius = form.whole("radius_m", *activities.RADII)
    places = form.whole("places", 1, 10_000) if form.has("places") else None
    lon, lat = _number(form, "lon"), _number(form, "lat")
    organiser = _organiser(form)
    if form.faults or chosen is None:
        return None
    need = form.sent.get("need", "")
    return Plan(
        community_id=chosen.id,
        title=title,
        place=place,
        lon=lon,
        lat=lat,
        starts_at=datetime.combine(day, begins, LOCAL_ZONE),
        ends_at=datetime.combine(day, ends, LOCAL_ZONE),
        body=body,
        radius_m=radius,
        places=places,
        organiser_id=organiser,
        agency_id=_agency(form),
        need_id=before.need_id if before else _need(need, chosen.id),
    )


def _need(written: str, community_id: int) -> int | None:
    if not written.isdecimal():
        return None
    found = needs.one(current_session(), int(written[:9]), now())
    return found.id if found.community_id == community_id else None


def _number(form: SentForm, name: str) -> float:
    """Return a coordinate; what is none is refused beside the map."""
    try:
        number = float(form.sent.get(name, ""))
    except ValueError:
        number = math.nan
    most = 180.0 if name == "lon" else 90.0
    if not math.isfinite(number) or abs(number) > most:
        form.faults.setdefault("spot", _("请在地图上点出活动地点。"))
        return _NOWHERE
    return number


def _organiser(form: SentForm) -> int | None:
    if not form.has("organiser"):
        return None
    found = service.find(current_session(), form.text("organiser", 16), today())
    if found is None:
        form.faults.setdefault("organiser", _("没有这个志愿者编号。"))
        return None
    return found.id


def _agency(form: SentForm) -> int | None:
    if not form.has("agency"):
        return None
    code = form.text("agency", LONGEST_CODE)
    known = service.agencies(current_session())
    return next((one.id for one in known if one.code == code), None)


def _written(found: Seen) -> dict[str, Any]:
    session = current_session()
    starts, ends = found.starts_at.astimezone(LOCAL_ZONE), found.ends_at.astimezone(LOCAL_ZONE)
    agency = next((one.code for one in service.agencies(session) if one.id == found.agency_id), "")
    return {
        "community": found.community_code,
        "title": found.title,
        "place": found.place,
        "body": found.body,
        "day": starts.date().isoformat(),
        "from": starts.strftime("%H:%M"),
        "to": ends.strftime("%H:%M"),
        "radius_m": str(found.radius_m),
        "places": str(found.places or ""),
        "lon": f"{found.lon:.6f}",
        "lat": f"{found.lat:.6f}",
        "organiser": found.organiser_code or "",
        "agency": agency,
    }


def _form(sent: Any, faults: dict[str, str], found: Seen | None = None) -> ResponseReturnValue:  # noqa: ANN401 - a form's fields
    session = current_session()
    mine = communities(hand())
    county = publishing.county(session, today())
    page = render_template(
        "volunteer_activity_form.html",
        sent=sent,
        faults=faults,
        found=found,
        communities=words.choices(mine),
        middles=activities.middles(session, [one.id for one in mine], now()),
        agencies=words.choices(service.agencies(session)),
        map=compose(county.bbox),
        bbox=county.bbox,
        today=today().isoformat(),
    )
    return make_response(page, 422 if faults else 200)
