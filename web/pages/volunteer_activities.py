"""An activity as volunteers see it: signing up, and checking in on the spot by code or position."""

from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field

from gridmap.errors import GridmapError, InvalidInput
from gridmap.volunteering import activities, checking_in
from gridmap.volunteering.activities import Seen
from gridmap.volunteering.checking_in import OPENS_BEFORE, Position
from gridmap.volunteering.service import Card
from web import errors, language, volunteer_pass
from web.errors import status_of
from web.pages import volunteer_words as words
from web.pages.volunteer_organiser import may_organise
from web.params import Lat, Lon, Params, now
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_activities", __name__, enable_openapi=False, url_prefix="/volunteers/activities"
)


class Here(Params):
    """What a phone sends to check in by position: the key, WGS 84, the radius of its circle."""

    key: Annotated[str, Field(max_length=64)]
    lon: Lon
    lat: Lat
    accuracy: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


@blueprint.get("/<int:activity_id>")
def show(activity_id: int) -> ResponseReturnValue:
    """Show an activity, and what this phone's volunteer can do there now."""
    return _page(activity_id)


def _page(activity_id: int, fault: str = "", status: int = 200) -> ResponseReturnValue:
    session, at = current_session(), now()
    found = activities.one(session, activity_id, at)
    card = volunteer_pass.own()
    place = activities.place_of(session, activity_id, card.id) if card else None
    page = render_template(
        "volunteer_activity.html",
        activity=words.activity(found),
        seen=found,
        me=card,
        place=place,
        fault=fault,
        over=found.cancelled_at is not None or found.ends_at <= at,
        open=found.starts_at - OPENS_BEFORE <= at < found.ends_at,
        opens_at=found.starts_at - OPENS_BEFORE,
        full=found.left == 0,
        organiser=_organiser(found),
        organises=may_organise(found),
        hours=words.hours,
        said=request.args.get("said", ""),
    )
    return make_response(page, status)


def _organiser(found: Seen) -> str:
    if found.organiser:
        return words.masked(found.organiser)
    return found.agency or found.community


def _need_pass(activity_id: int) -> Card | ResponseReturnValue:
    card = volunteer_pass.own()
    if card is not None:
        return card
    here = url_for("volunteer_activities.show", activity_id=activity_id)
    return redirect(url_for("volunteer_pages.join", next=here), 303)


@blueprint.post("/<int:activity_id>/sign-up")
def sign_up(activity_id: int) -> ResponseReturnValue:
    """Take a place."""
    card = _need_pass(activity_id)
    if not isinstance(card, Card):
        return card
    try:
        activities.sign_up(current_session(), activity_id, card.id, now())
    except InvalidInput as refusal:
        return _refused(activity_id, refusal)
    return _back(activity_id, "signed")


@blueprint.post("/<int:activity_id>/leave")
def leave(activity_id: int) -> ResponseReturnValue:
    """Give the place back."""
    card = _need_pass(activity_id)
    if not isinstance(card, Card):
        return card
    try:
        activities.give_back(current_session(), activity_id, card.id, now())
    except InvalidInput as refusal:
        return _refused(activity_id, refusal)
    return _back(activity_id, "left")


def _back(activity_id: int, said: str) -> ResponseReturnValue:
    here = url_for("volunteer_activities.show", activity_id=activity_id, said=said)
    return redirect(here, 303)


def _refused(activity_id: int, refusal: GridmapError) -> ResponseReturnValue:
    return _page(activity_id, refusal.message(language.current()), status_of(refusal))


@blueprint.get("/<int:activity_id>/here")
def here(activity_id: int) -> ResponseReturnValue:
    """Where the code on the organiser's screen leads: one press, or the page's script, checks in."""
    found = activities.one(current_session(), activity_id, now())
    code = request.args.get("code", "")[:16]
    card = volunteer_pass.own()
    back = url_for("volunteer_activities.show", activity_id=activity_id)
    return render_template(
        "volunteer_here.html",
        activity=words.activity(found),
        code=code,
        me=card,
        join=url_for("volunteer_pages.join", next=back),
        enter=url_for("volunteer_pages.enter", next=back),
    )


@blueprint.post("/<int:activity_id>/here")
def scan(activity_id: int) -> ResponseReturnValue:
    """Check in by the code that was scanned less than a minute ago."""
    card = _need_pass(activity_id)
    if not isinstance(card, Card):
        return card
    try:
        code = request.form.get("code", "")[:16]
        checking_in.by_code(current_session(), activity_id, card.id, code, now())
    except InvalidInput as refusal:
        return _refused(activity_id, refusal)
    return _back(activity_id, "here")


@blueprint.post("/<int:activity_id>/challenge")
def challenge(activity_id: int) -> ResponseReturnValue:
    """Give the phone what its position must come with, within a minute."""
    card = volunteer_pass.required()
    key = checking_in.challenge(current_session(), activity_id, card.id, now())
    return {"key": key}


@blueprint.post("/<int:activity_id>/position")
def position(activity_id: int) -> ResponseReturnValue:
    """Check in by the phone's position; the key is used up whatever comes of it."""
    card = volunteer_pass.required()
    said = Here.model_validate(request.get_json(silent=True) or {})
    where = Position(said.lon, said.lat, said.accuracy)
    session = current_session()
    place = checking_in.by_position(session, activity_id, card.id, said.key, where, now())
    if isinstance(place, InvalidInput):
        return errors.answer(place)
    done: dict[str, Any] = {"message": _("签到成功"), "distance_m": place.distance_m}
    return done
