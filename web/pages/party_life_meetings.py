"""A meeting of an organisation: planned, changed, recorded with minutes and attendance, cancelled."""

from __future__ import annotations

from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import InvalidInput
from gridmap.party_life import looking, meetings, members
from gridmap.party_life.bodies import Body
from gridmap.party_life.calendars import Meeting
from gridmap.party_life.meetings import Held, Seat, Wanted
from gridmap.party_life.ruling import owed_by
from gridmap.terms import DutyKind
from web import access, language
from web.pages import party_life_view as view
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

_PRESENT, _WHY = "present_", "why_"
_BY_NAME: Final = frozenset({DutyKind.THEME_DAY, DutyKind.MEMBERS, DutyKind.GROUP, DutyKind.LESSON})
"""Meetings of all members; who sits on a committee is no list of members."""


def new(code: str) -> ResponseReturnValue:
    """Ask which meeting, on which day."""
    keeper = access.require_account()
    body = looking.kept(current_session(), keeper.scope, code, today())
    usual = {name: view.asked_for(name, 64) for name in ("kind", "day")}
    usual["day"] = usual["day"] or today().isoformat()
    return _new(body, usual, {})


def begin(code: str) -> ResponseReturnValue:
    """Plan a meeting; one of a day that has come is recorded next."""
    keeper, form = access.require_account(), SentForm(request.form)
    wanted = _wanted(form)
    if not form.faults:
        try:
            made = meetings.plan(current_session(), keeper, code, wanted, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            if wanted.day <= today():
                return redirect(url_for("party_life.meeting", meeting_id=made), 303)
            return redirect(url_for("party_life.branch", code=code, year=wanted.day.year), 303)
    body = looking.kept(current_session(), keeper.scope, code, today())
    return _new(body, dict(form.sent), form.faults)


def _new(body: Body, sent: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "party_life_new.html",
        body=view.body(body),
        kinds=owed_by(body.kind, body.full_members),
        sent=sent,
        faults=faults,
    )
    return make_response(page, 422 if faults else 200)


def _wanted(form: SentForm) -> Wanted:
    kind, day = form.word("kind", DutyKind), form.day("day")
    topic = form.text("topic", meetings.LONGEST_TOPIC)
    place = form.text("place", meetings.LONGEST_PLACE) if form.has("place") else ""
    return Wanted(kind, day, topic, place)


def show(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting, with the forms that change or record it for whoever keeps it."""
    body, found = meetings.shown(current_session(), access.require_account(), meeting_id, today())
    return _one(body, found, SentForm({}))


def change(meeting_id: int) -> ResponseReturnValue:
    """Change a plan."""
    keeper, form = access.require_account(), SentForm(request.form)
    body, found = meetings.shown(current_session(), keeper, meeting_id, today())
    wanted = _wanted(form)
    if not form.faults:
        try:
            meetings.change(current_session(), keeper, meeting_id, wanted, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return _back(body, wanted.day.year)
    return _one(body, found, form)


def hold(meeting_id: int) -> ResponseReturnValue:
    """Record a meeting: day, minutes, who was there."""
    keeper, form = access.require_account(), SentForm(request.form)
    body, found = meetings.shown(current_session(), keeper, meeting_id, today())
    held = _held(form, _seated(body, found))
    if not form.faults:
        try:
            meetings.hold(current_session(), keeper, meeting_id, held, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return _back(body, held.day.year)
    return _one(body, found, form)


def cancel(meeting_id: int) -> ResponseReturnValue:
    """Cancel a planned meeting."""
    keeper, form = access.require_account(), SentForm({})
    body, found = meetings.shown(current_session(), keeper, meeting_id, today())
    try:
        meetings.cancel(current_session(), keeper, meeting_id, now())
    except InvalidInput as refusal:
        form.refuse(refusal)
        return _one(body, found, form)
    return _back(body, found.day.year)


def _back(body: Body, year: int) -> ResponseReturnValue:
    return redirect(url_for("party_life.branch", code=body.code, year=year), 303)


def _held(form: SentForm, seated: list[members.Member]) -> Held:
    day = form.day("day")
    minutes = view.free_text(form, "minutes")
    if seated:
        seats = {
            one.person_id: Seat(
                form.has(f"{_PRESENT}{one.person_id}"),
                view.free_text(form, f"{_WHY}{one.person_id}"),
            )
            for one in seated
        }
        return Held(day, minutes, seats=seats)
    expected = form.whole("expected", 1, meetings.MOST_PEOPLE)
    return Held(day, minutes, expected, form.whole("present", 0, meetings.MOST_PEOPLE))


def _seated(body: Body, found: Meeting) -> list[members.Member]:
    """Who is asked to the meeting by name: the members of its day, where they are listed."""
    if found.kind not in _BY_NAME:
        return []
    return members.listed(current_session(), body, min(found.day, today()))


def _one(body: Body, found: Meeting, form: SentForm) -> ResponseReturnValue:
    reader = access.require_account()
    seated, seats = _seated(body, found), meetings.seats(current_session(), found.id)
    day = min(found.day, today()).isoformat()
    usual: dict[str, Any] = {
        "kind": found.kind.value,
        "day": day,
        "plan_day": found.day.isoformat(),
        "topic": found.topic,
        "place": found.place or "",
        "minutes": found.minutes or "",
        "expected": found.expected or _expected(body, found),
        "present": "" if found.present is None else found.present,
    }
    page = render_template(
        "party_life_meeting.html",
        body=view.body(body),
        meeting=view.meeting(found),
        seats=[_seat(one, seats, form) for one in seated],
        kinds=owed_by(body.kind, body.full_members),
        keeps=looking.may_keep(reader.scope, body),
        sent={**usual, **form.sent},
        faults=form.faults,
        today=today().isoformat(),
        language=language.current(),
    )
    return make_response(page, 422 if form.faults else 200)


def _expected(body: Body, found: Meeting) -> int | str:
    """How many are asked where nobody is by name: all members, but of a committee nobody knows here."""
    return body.full_members + body.probationary if found.kind in _BY_NAME else ""


def _seat(one: members.Member, seats: dict[int, Seat], form: SentForm) -> dict[str, Any]:
    known = seats.get(one.person_id)
    sent = bool(form.sent)
    return {
        "person": one.person_id,
        "name": one.name,
        "group": one.organisation,
        "present": form.has(f"{_PRESENT}{one.person_id}")
        if sent
        else known is None or known.present,
        "why": form.sent.get(f"{_WHY}{one.person_id}", "")
        if sent
        else known.reason
        if known
        else "",
        "known": known is not None,
    }
