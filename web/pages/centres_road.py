"""For couriers, riders and drivers, on the phone: register at a centre, check in, report, one's own page."""

from __future__ import annotations

from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from gridmap.centres import members, proofs, service
from gridmap.centres.members import Joining, Shown
from gridmap.dispatch import catalogue
from gridmap.errors import GridmapError, InvalidInput
from gridmap.terms import Occupation
from gridmap.timespan import local_day
from gridmap.volunteering.checking_in import Position
from gridmap.volunteering.service import Card
from web import language, volunteer_pass
from web.config import Config
from web.pages.centres import CODE, line
from web.pages.centres_words import hours_words, metres_words, short_day
from web.params import Lat, Lon, Params, Text, now, today
from web.session import current_session

blueprint = APIBlueprint("road_pages", __name__, enable_openapi=False)

ON_THE_ROAD: Final = (
    "C02080",
    "C01082",
    "E05081",
    "E01002",
    "C01081",
    "EM01",
    "EM08",
    "C04080",
    "E01003",
    "EM09",
    "C01087",
    "EM02",
)
"""Categories that one meets on the road, those met most often first; what a county lacks is left out."""
NEAREST: Final = 8


class JoinForm(Params):
    """The short form at a centre."""

    name: Annotated[Text, Field(max_length=100)] = ""
    phone: Annotated[Text, Field(max_length=32)] = ""
    occupation: Occupation
    company: Annotated[Text, Field(max_length=100)] = ""
    party_member: bool = False


class CheckIn(Params):
    """A position, with the key that was given for it."""

    key: Annotated[Text, Field(max_length=128)]
    lon: Lon
    lat: Lat
    accuracy: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


def secret() -> str:
    """Return the site's own secret."""
    config: Config = current_app.config["GRIDMAP"]
    return config.secret_key


def _me() -> Card:
    """Return whose phone this is.

    Raises:
        InvalidInput: nobody has registered on it.
    """
    me = volunteer_pass.current()
    if me is None:
        raise InvalidInput(
            reason_zh="这部手机还没有登记，请先登记，再来签到。",
            reason_en="Nobody has registered on this phone yet; register first, then check in.",
        )
    return me


@blueprint.get("/road")
def home() -> ResponseReturnValue:
    """Show what somebody has done this year and where he belongs; to strangers, how to begin."""
    me, session, at = volunteer_pass.current(), current_session(), now()
    if me is None:
        centres = [line(one, at, None) for one in service.directory(session, at)]
        return render_template("centres_begin.html", centres=centres)
    own = members.own(session, me.id, at)
    return render_template(
        "centres_road.html",
        me=me,
        own=own,
        centre=line(own.centre, at, None) if own.centre else None,
        hours=hours_words(own.minutes),
        year=today().year,
        match=_match(own),
        reports=[_report(one) for one in own.latest],
        done=request.args.get("done", "") == "1",
    )


def _match(own: members.Own) -> dict[str, Any] | None:
    if own.match is None:
        return None
    return {"match": own.match, "far": metres_words(own.match.metres)}


def _report(one: members.OwnReport) -> dict[str, Any]:
    reader = language.current()
    return {
        "number": one.number,
        "key": one.track_key,
        "at": short_day(local_day(one.filed_at)),
        "category": one.category_en if reader == "en" else one.category,
        "state": (one.outcome or one.stage).label(reader),
        "closed": one.stage == "closed",
    }


@blueprint.get(f"/road/join/{CODE}")
def join(code: str) -> ResponseReturnValue:
    """Show the short form to who is new here, else the button to check in; the centre's QR code leads here."""
    return _join_page(code)


def _join_page(code: str, fault: str = "", status: int = 200) -> ResponseReturnValue:
    me, session, at = volunteer_pass.current(), current_session(), now()
    centre = service.centre(session, code, at)
    own = members.own(session, me.id, at) if me else None
    belongs = own is not None and own.centre is not None and own.centre.code == code
    page = render_template(
        "centres_join.html",
        centre=line(centre, at, None),
        me=me,
        own=own,
        belongs=belongs,
        occupations=list(Occupation),
        sent=request.form,
        fault=fault,
        screen_code=request.args.get("c", "")[:16],
        radius=members.RADIUS_M,
    )
    return page, status


@blueprint.post(f"/road/join/{CODE}")
def register(code: str) -> ResponseReturnValue:
    """Register somebody at a centre, or let a volunteer who is known belong to it."""
    me, session = volunteer_pass.current(), current_session()
    sent = {k: v for k, v in request.form.items() if k != "csrf_token"}
    if not sent.get("occupation"):
        return _join_page(code, _words_of(_no_occupation()), 422)
    form = JoinForm.model_validate(sent)
    if me is not None:
        members.change_centre(session, me.id, code, form.occupation, form.company, now())
        return redirect(url_for("road_pages.join", code=code), 303)
    said = Joining(form.name, form.phone, form.occupation, form.company, form.party_member)
    try:
        with session.begin_nested():
            made = members.join(session, code, said, now())
    except InvalidInput as refusal:
        return _join_page(code, _words_of(refusal), 422)
    response = current_app.make_response(redirect(url_for("road_pages.join", code=code), 303))
    volunteer_pass.keep(response, made.key)
    return response


def _no_occupation() -> InvalidInput:
    return InvalidInput(
        field="occupation", reason_zh="请选您做哪一行。", reason_en="Say what you do."
    )


def _words_of(refusal: GridmapError) -> str:
    return refusal.message(language.current())


@blueprint.post(f"/road/check-in/{CODE}/key")
def key(code: str) -> ResponseReturnValue:
    """Give the key that the next position must come with."""
    me, at = _me(), now()
    service.centre(current_session(), code, at)
    return jsonify(key=proofs.challenge(secret(), code, me.id, at))


@blueprint.post(f"/road/check-in/{CODE}/position")
def by_position(code: str) -> ResponseReturnValue:
    """Check in by the phone's position; nothing of it is kept but the distance."""
    me, at = _me(), now()
    said = CheckIn.model_validate(request.get_json())
    centre = service.centre(current_session(), code, at)
    shown = Shown(said.key, Position(said.lon, said.lat, said.accuracy))
    first = members.check_in_by_position(current_session(), centre, me.id, shown, secret(), at)
    return jsonify(first=first, href=url_for("road_pages.home", done=1))


@blueprint.post(f"/road/check-in/{CODE}/code")
def by_code(code: str) -> ResponseReturnValue:
    """Check in by the code that the centre's screen shows."""
    me, at = _me(), now()
    centre = service.centre(current_session(), code, at)
    shown = request.form.get("code", "")[:16]
    try:
        members.check_in_by_code(current_session(), centre, me.id, shown, secret(), at)
    except InvalidInput as refusal:
        return _join_page(code, _words_of(refusal), 422)
    return redirect(url_for("road_pages.home", done=1), 303)


@blueprint.get("/road/report")
def report() -> ResponseReturnValue:
    """Show the big buttons: what, and send; the phone says where."""
    reader = language.current()
    known = {entry.code: entry for entry in catalogue.entries_on(current_session(), today())}
    tiles = [
        {"code": code, "name": known[code].label(reader)} for code in ON_THE_ROAD if code in known
    ]
    return render_template("centres_report.html", tiles=tiles, me=volunteer_pass.current())
