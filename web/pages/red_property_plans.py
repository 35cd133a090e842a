"""Planned joint meetings: call one, propose points for it, invite more, move it, cancel it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.red_property import agenda, attending, meetings, planning, plans
from gridmap.red_property.agenda import Point
from gridmap.red_property.planning import Wanted, When
from gridmap.red_property.plans import Standing, WholePlan
from web import access
from web.pages import red_property_plan_view as view
from web.pages.red_property_writing import chosen, written
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("red_property_plans", __name__, enable_openapi=False)

LONGEST_CODE: Final = 64
USUAL_DAYS: Final = 7
USUAL_TIME: Final = "15:00"


@blueprint.route("/red-property/plans/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask when and where a community's meeting is to be and who is invited; on POST call it."""
    keeper = access.require_account()
    session = current_session()
    mine = meetings.kept_communities(session, keeper, today())
    if not mine:
        raise NotAllowed
    form = SentForm(request.form)
    asked = form.sent.get("community") or request.args.get("community")
    community = asked if asked in dict(mine) else mine[0][0]
    number = meetings.kept_ids(session, keeper, today())[community]
    if request.method == "POST":
        wanted = _wanted(form, number)
        made = _tried(form, lambda: planning.call(session, keeper, wanted, now()))
        if made is not None:
            return redirect(url_for("red_property_plans.one", plan_id=made), 303)
    parties = attending.parties(session, number, today())
    ticked = set(request.form.getlist("invited"))
    usual = {"day": (today() + timedelta(days=USUAL_DAYS)).isoformat(), "time": USUAL_TIME}
    page = render_template(
        "red_property_plan_new.html",
        communities=mine,
        community=community,
        parties=[view.party(one, ticked if form.sent else None) for one in parties],
        people=view.guests(attending.guests(session, number, _day(form)), ticked),
        sent={**usual, **form.sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _wanted(form: SentForm, community_id: int) -> Wanted:
    return Wanted(
        community_id,
        _when(form),
        form.text("topic", planning.LONGEST_TOPIC),
        chosen(request.form.getlist("invited")),
        form.text("note", planning.LONGEST_NOTE) if form.has("note") else "",
    )


def _day(form: SentForm) -> date:
    """The day of the meeting as far as it is known: posts of that day may be asked."""
    try:
        return date.fromisoformat(form.sent.get("day", ""))
    except ValueError:
        return today()


def _when(form: SentForm) -> When:
    day, clock = form.day("day"), form.clock("time")
    return When(day, clock.strftime("%H:%M"), form.text("place", planning.LONGEST_PLACE))


def _tried(form: SentForm, do: Callable[[], int | None]) -> int | None:
    """Do something unless the form has faults; what the service refuses stands beside its field."""
    if form.faults:
        return None
    try:
        return do() or 0
    except InvalidInput as refusal:
        form.refuse(refusal)
        return None


@blueprint.get("/red-property/plans/<int(max=2147483647):plan_id>")
def one(plan_id: int) -> ResponseReturnValue:
    """Show a planned meeting; one that was held leads to its minutes."""
    found = plans.plan(current_session(), plan_id, today())
    if found.meeting_id is not None:
        return redirect(url_for("red_property_meetings.one", meeting_id=found.meeting_id), 303)
    return _page(plan_id, SentForm({}))


def _page(plan_id: int, form: SentForm, opened: str = "") -> ResponseReturnValue:
    reader = access.require_account()
    session = current_session()
    found = plans.whole(session, reader, plan_id, today())
    home = found.plan.community_id
    keeper = meetings.may_keep(session, reader, home)
    ahead = found.plan.standing(today()) in {Standing.AHEAD, Standing.TODAY}
    page = render_template(
        "red_property_plan.html",
        plan=view.plan(found.plan),
        invites=[view.invite(one) for one in found.invites],
        points=[
            view.proposal(one) | {"mine": keeper or one.person_id == reader.person_id}
            for one in found.proposals
        ],
        moves=[view.move(one) for one in found.moves],
        follow_up=[view.task(one) for one in found.follow_up],
        keeper=keeper,
        proposes=ahead and plans.may_propose(session, reader, found.plan, today()),
        compounds=plans.compounds(session, home, today()),
        others=_others(found, home) if keeper and ahead else ([], []),
        sent=_usual(found, form),
        faults=form.faults,
        opened=opened,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _others(found: WholePlan, home: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Who may be invited besides: sides of record, and people."""
    session, asked = current_session(), {one.party.key for one in found.invites}
    parties = attending.parties(session, home, today())
    people = view.guests(attending.guests(session, home, found.plan.day), set())
    return (
        [view.party(one, set()) for one in parties if one.key not in asked],
        [one for one in people if one["key"] not in asked],
    )


def _usual(found: WholePlan, form: SentForm) -> dict[str, str]:
    plan = found.plan
    usual = {"day": plan.day.isoformat(), "time": plan.time, "place": plan.place}
    return {**usual, **form.sent}


@blueprint.post("/red-property/plans/<int(max=2147483647):plan_id>/points")
def propose(plan_id: int) -> ResponseReturnValue:
    """Propose a point for the agenda."""
    reader, form = access.require_account(), SentForm(request.form)
    title = form.text("title", agenda.LONGEST_TITLE) if form.has("title") else ""
    point = Point(
        title,
        written(form, "report")[:LONGEST_CODE],
        written(form, "compound")[:LONGEST_CODE],
    )
    made = _tried(form, lambda: agenda.propose(current_session(), reader, plan_id, point, now()))
    return _answer(plan_id, form, made, "points")


@blueprint.post(
    "/red-property/plans/<int(max=2147483647):plan_id>/points/<int(max=2147483647):proposal_id>/drop"
)
def drop(plan_id: int, proposal_id: int) -> ResponseReturnValue:
    """Take a proposal back."""
    reader, form = access.require_account(), SentForm({})
    done = _tried(form, _doing(agenda.drop, reader, plan_id, proposal_id))
    return _answer(plan_id, form, done, "points")


@blueprint.post("/red-property/plans/<int(max=2147483647):plan_id>/invite")
def invite(plan_id: int) -> ResponseReturnValue:
    """Invite more."""
    keeper, form = access.require_account(), SentForm(request.form)
    keys = chosen(request.form.getlist("invited"))
    done = _tried(form, _doing(planning.invite, keeper, plan_id, keys))
    return _answer(plan_id, form, done, "invite")


@blueprint.post("/red-property/plans/<int(max=2147483647):plan_id>/move")
def move(plan_id: int) -> ResponseReturnValue:
    """Move a meeting to another time or place."""
    keeper, form = access.require_account(), SentForm(request.form)
    when, reason = _when(form), form.text("reason", planning.LONGEST_NOTE)
    done = _tried(form, _doing(planning.move, keeper, plan_id, when, reason))
    return _answer(plan_id, form, done, "move")


@blueprint.post("/red-property/plans/<int(max=2147483647):plan_id>/cancel")
def cancel(plan_id: int) -> ResponseReturnValue:
    """Cancel a meeting."""
    keeper, form = access.require_account(), SentForm(request.form)
    reason = form.text("why", planning.LONGEST_NOTE)
    done = _tried(form, _doing(planning.cancel, keeper, plan_id, reason))
    return _answer(plan_id, form, done, "cancel")


def _doing(step: Callable[..., None], who: SignedIn, *given: object) -> Callable[[], None]:
    return lambda: step(current_session(), who, *given, now())


def _answer(plan_id: int, form: SentForm, done: int | None, opened: str) -> ResponseReturnValue:
    if done is not None:
        return redirect(url_for("red_property_plans.one", plan_id=plan_id), 303)
    return _page(plan_id, form, opened)
