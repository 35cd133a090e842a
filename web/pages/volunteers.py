"""Volunteers: what is on near one, registering and coming back, one's own page with hours and stars."""

from __future__ import annotations

import re
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.errors import InvalidInput, NotFound
from gridmap.terms import Occupation
from gridmap.volunteering import activities, boards, hours, needs, rating, service, stars
from gridmap.volunteering.hours import Record
from gridmap.volunteering.rating import Rating
from gridmap.volunteering.service import Card, Registration
from web import access, language, ratelimits, volunteer_pass
from web.pages import volunteer_words as words
from web.pages.language import own_path
from web.pages.settings_forms import SentForm
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_pages", __name__, enable_openapi=False, url_prefix="/volunteers"
)
blueprint.after_request(ratelimits.count_wrong_tail)

LONGEST_CODE: Final = 64
FIRST_YEAR: Final = 2000
_TAIL: Final = re.compile(r"[0-9]{4}\Z")
_YEAR: Final = re.compile(r"20[0-9]{2}\Z")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show what is on and where help is wanted, in one community or all."""
    session, card = current_session(), volunteer_pass.own()
    communities = service.communities(session, today())
    asked = request.args.get("community")
    code = asked if asked is not None else (card.community_code or "" if card else "")
    chosen = next((one for one in communities if one.code == code), None)
    at, within = now(), chosen.id if chosen else None
    return render_template(
        "volunteers.html",
        me=words.strip(card) if card else None,
        mine=words.activities(activities.places_of(session, card.id, at)) if card else [],
        taken=[words.need(one) for one in needs.of_volunteer(session, card.id, at)] if card else [],
        organised=words.activities(activities.organised_by(session, card.id, at)) if card else [],
        communities=words.choices(communities),
        chosen=chosen,
        activities=words.activities(activities.coming(session, at, within)),
        needs=[words.need(one) for one in needs.open_ones(session, at, within)],
        calls=access.opens("volunteer_desk.show"),
        staff=access.account() is not None,
    )


@blueprint.get("/join")
def join() -> ResponseReturnValue:
    """Show the form of whoever wants to serve."""
    if volunteer_pass.current() is not None:
        return redirect(url_for("volunteer_pages.me"))
    return _join_form({}, {})


@blueprint.post("/join")
def register() -> ResponseReturnValue:
    """Register a volunteer; this phone keeps the private link."""
    form = SentForm(request.form)
    name, phone = form.text("name", service.LONGEST_NAME), form.text("phone", 20)
    community = form.text("community", LONGEST_CODE)
    agency = form.text("agency", LONGEST_CODE) if form.has("agency") else None
    occupation = form.word("occupation", Occupation) if form.has("occupation") else None
    if not form.faults:
        said = Registration(name, phone, community, form.has("member"), agency, occupation)
        try:
            made = service.register_volunteer(current_session(), said, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return _in(made.key, _next(url_for("volunteer_pages.me", new=1)))
    return make_response(_join_form(request.form, form.faults), 422)


def _next(otherwise: str) -> str:
    wanted = request.values.get("next", "")
    return own_path(wanted) if wanted.startswith("/volunteers/") else otherwise


def _in(key: str, address: str) -> ResponseReturnValue:
    response = redirect(address, 303)
    volunteer_pass.keep(response, key)
    return response


def _join_form(sent: Any, faults: dict[str, str]) -> str:  # noqa: ANN401 - a form's fields
    session = current_session()
    return render_template(
        "volunteer_join.html",
        sent=sent,
        faults=faults,
        communities=words.choices(service.communities(session, today())),
        agencies=words.choices(service.agencies(session)),
        occupations=list(Occupation),
        following=request.values.get("next", ""),
    )


@blueprint.get("/enter")
def enter() -> ResponseReturnValue:
    """Show the form of whoever has registered before."""
    return _enter_form("")


@blueprint.post("/enter")
def come_back() -> ResponseReturnValue:
    """Let whoever knows code and phone tail in again; too many wrong tails lock the code."""
    code, tail = request.form.get("code", ""), request.form.get("tail", "").strip()
    try:
        tail = tail if _TAIL.match(tail) else ""
        made = service.come_back(current_session(), code, tail, now())
    except NotFound:
        fault = _("编号和手机后四位对不上，请再核对一下。忘了编号，请问社区。")
        return make_response(_enter_form(fault), 404)
    return _in(made.key, _next(url_for("volunteer_pages.me")))


def _enter_form(fault: str) -> str:
    return render_template(
        "volunteer_enter.html",
        fault=fault,
        sent=request.form,
        following=request.values.get("next", ""),
    )


@blueprint.get("/me")
def me() -> ResponseReturnValue:
    """Show a volunteer her hours, year by year, and how her stars were made."""
    card = volunteer_pass.own()
    if card is None:
        return redirect(url_for("volunteer_pages.enter"))
    session = current_session()
    years = hours.years_of(session, card.id)
    year = year_asked(default=today().year)
    served = {one.year: one.minutes for one in years}
    ratings = rating.ratings_of(session, card.id)
    return render_template(
        "volunteer_me.html",
        card=card,
        phone_tail=(card.phone or "")[-4:],
        new=request.args.get("new") == "1",
        badge=rating.badges(session, [card.id]).get(card.id),
        year=year,
        years=sorted({today().year, year, *served}, reverse=True),
        total=words.hours(served.get(year, 0)),
        goal=goal(served.get(year, 0), year),
        records=[record(one) for one in hours.of_year(session, card.id, year)],
        ratings=[rating_words(one) for one in ratings],
        communities=words.choices(service.communities(session, today())),
        occupation=card.occupation.label(language.current()) if card.occupation else "",
        **_sides(card),
    )


def _sides(card: Card) -> dict[str, Any]:
    """Which sides the page has: this phone's, that of the account signed in, that of somebody's account."""
    linked = volunteer_pass.linked()
    return {
        "by_phone": volunteer_pass.current() is not None,
        "staff": access.account() is not None,
        "mine": linked is not None and linked.id == card.id,
        "other": linked if linked is not None and linked.id != card.id else None,
        "linked": card.person_id is not None,
    }


def year_asked(*, default: int) -> int:
    """Return the year that the page is asked for."""
    asked = request.args.get("year", "")
    return int(asked) if _YEAR.match(asked) else default


def goal(minutes: int, year: int) -> dict[str, Any] | None:
    """Return what a year's minutes would give by the table in force, and what is missing to the next star."""
    version = stars.in_force(rating.versions(current_session()), year)
    if version is None:
        return None
    told = stars.explain(minutes, version.hours)
    missing = told.missing_minutes
    return {
        "stars": told.stars,
        "next": told.stars + 1 if told.next_hours else None,
        "missing": words.hours(missing) if missing is not None else "",
        "share": min(100, round(100 * minutes / (told.next_hours * 60)))
        if told.next_hours
        else 100,
        "hours": version.hours,
    }


def record(one: Record) -> dict[str, Any]:
    """Return what a page shows of a record with its corrections."""
    return {
        "id": one.id,
        "day": format_date(one.day, "medium"),
        "what": one.what or one.source.label(language.current()),
        "source": one.source.label(language.current()),
        "minutes": words.hours(one.minutes),
        "net": words.hours(one.net),
        "net_minutes": one.net,
        "corrections": [
            {"minutes": words.hours(each.minutes), "reason": each.reason, "at": each.at}
            for each in one.corrections
        ],
    }


def rating_words(one: Rating) -> dict[str, Any]:
    """Return how a rating was made: hours, the step that they reach, the table's version."""
    told = one.explained
    return {
        "year": one.year,
        "stars": told.stars,
        "sequence": one.sequence,
        "reason": one.reason,
        "minutes": words.hours(told.minutes),
        "reached": told.reached_hours,
        "next": told.next_hours,
        "version": one.version.id,
        "at": one.computed_at,
    }


@blueprint.post("/me/community")
def choose_community() -> ResponseReturnValue:
    """Report to another community from today."""
    card = volunteer_pass.required()
    code = safe_text(request.form.get("community", ""))[:LONGEST_CODE]
    service.choose_community(current_session(), card.id, code, now())
    return redirect(url_for("volunteer_pages.me"), 303)


@blueprint.post("/me/leave")
def leave() -> ResponseReturnValue:
    """Forget the volunteer on this phone; code and tail bring her back."""
    response = redirect(url_for("volunteer_pages.show"), 303)
    volunteer_pass.forget(response)
    return response


@blueprint.post("/me/erase")
def erase() -> ResponseReturnValue:
    """Erase who the volunteer was; she has ticked that she means it."""
    card = volunteer_pass.required()
    if request.form.get("sure") != "yes":
        return redirect(url_for("volunteer_pages.me"), 303)
    service.erase(current_session(), card.id, now())
    response = redirect(url_for("volunteer_pages.show"), 303)
    volunteer_pass.forget(response)
    return response


@blueprint.get("/board")
def board() -> ResponseReturnValue:
    """Show service by community and agency in a year; nobody's name."""
    session, year = current_session(), year_asked(default=today().year)
    found = boards.board(session, year, today())
    most = max((one.minutes for one in (*found.communities, *found.agencies)), default=0) or 1
    return render_template(
        "volunteer_board.html",
        board=found,
        years=range(today().year, today().year - 4, -1),
        total=words.hours(found.minutes),
        hours=lambda minutes: f"{minutes / 60:,.1f}",
        share=lambda minutes: round(100 * minutes / most),
        spread=[(n, found.spread.get(n, 0)) for n in range(stars.MOST, -1, -1)],
        rated=bool(found.spread),
    )
