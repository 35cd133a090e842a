"""The organiser's side of an activity: the screen with the changing code, who is there, their hours."""

from __future__ import annotations

import segno
from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.errors import InvalidInput, NotFound
from gridmap.timespan import local_day
from gridmap.volunteering import activities, checking_in, codes, hours, linking, rating
from gridmap.volunteering.activities import Participant, Seen
from gridmap.volunteering.organising import Hand, Reach, reach_of
from web import access, language, volunteer_pass
from web.pages import volunteer_words as words
from web.pages.settings_forms import SentForm
from web.params import now
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_organiser", __name__, enable_openapi=False, url_prefix="/volunteers/activities"
)


def hand() -> Hand:
    """Return who acts: the account with its reach, else this phone's volunteer."""
    account = access.account()
    if account is not None:
        reach = reach_of(current_session(), account.scope)
        if reach != Reach():
            linked = volunteer_pass.linked()
            own = linked.id if linked else None
            return Hand(reach, account.account_id, own, account.person_id)
    card = volunteer_pass.own()
    return Hand(volunteer_id=card.id if card else None)


def may_organise(found: Seen) -> bool:
    """Tell whether who looks organises an activity, or calls volunteers together in its community."""
    card, account = volunteer_pass.own(), access.account()
    if card is not None and card.id == found.organiser_id:
        return True
    return account is not None and reach_of(current_session(), account.scope).holds(
        found.community_id
    )


def _organised(activity_id: int) -> Seen:
    found = activities.one(current_session(), activity_id, now())
    if not may_organise(found):
        raise NotFound(what_zh="这次活动", what_en="This activity")
    return found


@blueprint.get("/<int:activity_id>/screen")
def screen(activity_id: int) -> ResponseReturnValue:
    """Show the code that volunteers scan; it changes every half minute."""
    found = _organised(activity_id)
    return render_template(
        "volunteer_screen.html", activity=words.activity(found), now_shown=_shown(found)
    )


@blueprint.get("/<int:activity_id>/screen/code")
def code(activity_id: int) -> ResponseReturnValue:
    """Return the code of this moment as a picture, when the next comes, and who is there."""
    return make_response(_shown(_organised(activity_id)), {"Cache-Control": "no-store"})


def _shown(found: Seen) -> dict[str, object]:
    at = now()
    shown = checking_in.shown_code(current_session(), found.id, at)
    address = url_for("volunteer_activities.here", activity_id=found.id, code=shown, _external=True)
    return {
        "picture": segno.make(address, error="m").svg_data_uri(scale=8, border=2),
        "seconds": codes.seconds_left(at),
        "present": found.present,
        "taken": found.taken,
        "open": found.starts_at - checking_in.OPENS_BEFORE <= at < found.ends_at,
    }


@blueprint.get("/<int:activity_id>/hours")
def confirm_page(activity_id: int) -> ResponseReturnValue:
    """Show who was there, with the hours to confirm."""
    return _hours_page(_organised(activity_id), {})


@blueprint.post("/<int:activity_id>/hours")
def confirm(activity_id: int) -> ResponseReturnValue:
    """Confirm the minutes that stand in the form, all or none."""
    found, form = _organised(activity_id), SentForm(request.form)
    people = activities.people_of(current_session(), activity_id)
    minutes = {
        one.id: form.whole(f"minutes_{one.id}", 0, hours.MOST_A_DAY)
        for one in people
        if form.has(f"ok_{one.id}") and one.confirmed_at is None
    }
    if not form.faults:
        try:
            hours.confirm_all(current_session(), minutes, hand(), now())
        except InvalidInput as refusal:
            form.refuse(refusal)
    if form.faults:
        return _hours_page(found, form.faults)
    here = url_for("volunteer_organiser.confirm_page", activity_id=found.id, said="confirmed")
    return redirect(here, 303)


@blueprint.post("/<int:activity_id>/present")
def present(activity_id: int) -> ResponseReturnValue:
    """Put down that somebody was there whose phone could not say so."""
    found = _organised(activity_id)
    place = SentForm(request.form).whole("place", 1, 10**6)
    if place in {one.id for one in activities.people_of(current_session(), found.id)}:
        checking_in.by_organiser(current_session(), place, hand(), now())
    return redirect(url_for("volunteer_organiser.confirm_page", activity_id=activity_id), 303)


def _hours_page(found: Seen, faults: dict[str, str]) -> ResponseReturnValue:
    session = current_session()
    people = activities.people_of(session, found.id)
    badges = rating.badges(session, [one.volunteer_id for one in people])
    own = linking.own_records(session, hand(), local_day(found.starts_at), now())
    page = render_template(
        "volunteer_hours.html",
        activity=words.activity(found),
        seen=found,
        begun=found.starts_at - checking_in.OPENS_BEFORE <= now(),
        people=[_person(one, found, badges, own) for one in people],
        faults=faults,
        said=request.args.get("said", ""),
        books=access.opens("volunteer_books.one_out"),
    )
    return make_response(page, 422 if faults else 200)


def _person(
    one: Participant, found: Seen, badges: dict[int, tuple[int, int]], own: frozenset[int]
) -> dict[str, object]:
    minutes = one.minutes
    if minutes is None and one.checked_in_at is not None:
        minutes = hours.suggested(found.starts_at, found.ends_at, one.checked_in_at)
    way = one.way.label(language.current()) if one.way else ""
    if one.distance_m is not None:
        way += " " + _("{n} 米").replace("{n}", str(one.distance_m))
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name or _("（已注销）"),
        "agency": one.agency,
        "member": one.party_member,
        "badge": badges.get(one.volunteer_id),
        "checked_in_at": one.checked_in_at,
        "way": way,
        "minutes": minutes,
        "words": words.hours(one.minutes) if one.minutes is not None else "",
        "confirmed": one.confirmed_at is not None,
        "own": one.volunteer_id in own,
    }
