"""Party life (组织生活): what each organisation owes this year, the calendar of one, the county's rules."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from gridmap.accounts.authority import Right
from gridmap.errors import InvalidInput
from gridmap.party_life import looking, meetings, ruling
from gridmap.party_life.calendars import DutyRule
from gridmap.party_life.looking import Year
from gridmap.party_life.ruling import MONTHS, USUAL, Wanted
from gridmap.terms import DutyKind, PartyKind, Role
from web import access, language
from web.pages import (
    party_life_dues,
    party_life_meetings,
    party_life_members,
    party_life_warnings,
)
from web.pages import party_life_view as view
from web.pages.account_steps import never_kept
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("party_life", __name__, enable_openapi=False, url_prefix="/party-life")
blueprint.after_request(never_kept)

LONGEST_CODE: Final = 64
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2200
LAST_DAY_OF_MONTH: Final = 31


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the organisations that the reader reaches; several communities as figures."""
    reader = access.require_account()
    community = view.asked_for("community", LONGEST_CODE)
    years = looking.listed(current_session(), reader.scope, today(), community=community)
    tallies = looking.tallies(years)
    several = len(tallies) > 1
    branches = [one for one in years if one.body.kind is not PartyKind.BUILDING_GROUP]
    groups = [one for one in years if one.body.kind is PartyKind.BUILDING_GROUP]
    return render_template(
        "party_life.html",
        tallies=[view.tally(one) for one in tallies] if several else [],
        branches=[] if several else [view.line(one) for one in branches],
        groups=[] if several else _urgent_first(groups),
        community=tallies[0].name if tallies and not several else "",
        wide=bool(community),
        year=today().year,
        ruled=bool(looking.rules(current_session())),
        sets=Role.ADMINISTRATOR in reader.roles,
    )


def _urgent_first(groups: list[Year]) -> list[dict[str, Any]]:
    ordered = sorted(groups, key=lambda one: (-len(one.now_asked), one.body.name))
    return [view.line(one) for one in ordered]


@blueprint.get("/<string(maxlength=64):code>")
def branch(code: str) -> ResponseReturnValue:
    """Show an organisation's year: what is to be done, the calendar, what was held."""
    reader, session = access.require_account(), current_session()
    body = looking.body(session, reader.scope, code, today())
    year = _year()
    found = looking.year(session, body, year, today())
    return render_template(
        "party_life_branch.html",
        body=view.body(body),
        year=year,
        this_year=today().year,
        asked=[view.asked(one) for one in found.now_asked],
        rows=view.rows(found),
        months=range(1, 13),
        this_month=today().month if year == today().year else 0,
        held=[view.meeting(one) for one in reversed(found.meetings)],
        percent=found.percent,
        counts=found.counts,
        keeps=looking.may_keep(reader.scope, body),
        sees_dues=looking.may_see_dues(reader.scope, body),
        ruled=bool(looking.rules(session)),
        saved=view.asked_for("saved", 1),
    )


@blueprint.get("/at/<string(maxlength=64):place>")
def at(place: str) -> ResponseReturnValue:
    """Lead from a grid or building to its organisation."""
    code = looking.code_at(current_session(), place, today())
    if code:
        return redirect(url_for("party_life.branch", code=code), 303)
    return redirect(url_for("party_life.show"), 303)


def _year() -> int:
    written = request.args.get("year", "")
    number = int(written) if written.isdecimal() and len(written) == len("2026") else 0
    return number if FIRST_YEAR <= number <= LAST_YEAR else today().year


@blueprint.route("/<string(maxlength=64):code>/plan", methods=["GET", "POST"])
def plan(code: str) -> ResponseReturnValue:
    """Ask on which day of the month each duty is to be done; on POST plan the rest of the year."""
    keeper, session = access.require_account(), current_session()
    body = looking.kept(session, keeper.scope, code, today())
    found = looking.year(session, body, today().year, today())
    kinds = list(dict.fromkeys(one.kind for one in found.periods))
    form = SentForm(request.form)
    if request.method == "POST":
        days = {kind: _day(form, kind) for kind in kinds if form.has(f"{kind}_on")}
        if not form.faults:
            made = meetings.plan_year(session, keeper, code, today().year, days, now())
            return redirect(url_for("party_life.branch", code=code, saved=made), 303)
    page = render_template(
        "party_life_plan.html",
        body=view.body(body),
        duties=[view.planned_duty(found, kind) for kind in kinds],
        sent=form.sent,
        faults=form.faults,
        year=today().year,
    )
    return make_response(page, 422 if form.faults else 200)


def _day(form: SentForm, kind: DutyKind) -> tuple[int, int]:
    day = form.whole(f"{kind}_day", 1, LAST_DAY_OF_MONTH)
    month = form.whole(f"{kind}_month", 1, 12) if form.has(f"{kind}_month") else 1
    return day, month


@blueprint.get("/rules")
def rules() -> ResponseReturnValue:
    """Show how often the county wants each duty done, since when, by which source."""
    reader = access.require_account()
    return _rules({}, {}, sets=Role.ADMINISTRATOR in reader.roles)


@blueprint.post("/rules")
def put_rule() -> ResponseReturnValue:
    """Set how often a duty is due from a day on; or all of them as is usual."""
    keeper, form = access.require_account(), SentForm(request.form)
    day = form.day("day")
    if form.sent.get("kind") == "all":
        wanted = [Wanted(kind, one.months, day, one.zh) for kind, one in USUAL.items()]
    else:
        kind, months = form.word("kind", DutyKind), form.whole("months", 0, 12)
        source = form.text("source", ruling.LONGEST_SOURCE) if form.has("source") else ""
        wanted = [Wanted(kind, months, day, source)]
    if not form.faults:
        try:
            for one in wanted:
                ruling.set_duty(current_session(), one, account_id=keeper.account_id, now=now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("party_life.rules"), 303)
    return _rules(dict(form.sent), form.faults, sets=True)


def _rules(sent: dict[str, str], faults: dict[str, str], *, sets: bool) -> ResponseReturnValue:
    found, reader = looking.rules(current_session()), language.current()
    duties = [
        {
            "kind": kind.value,
            "label": kind.label(reader),
            "usual": usual.en if reader == "en" else usual.zh,
            "usual_months": usual.months,
            "rows": [_rule(one) for one in reversed(found) if one.kind is kind],
        }
        for kind, usual in USUAL.items()
    ]
    page = render_template(
        "party_life_rules.html",
        duties=duties,
        months=[(number, view.rhythm(number)) for number in MONTHS],
        sets=sets,
        ruled=bool(found),
        sent={"day": date(today().year, 1, 1).isoformat(), **sent},
        faults=faults,
    )
    return make_response(page, 422 if faults else 200)


def _rule(one: DutyRule) -> dict[str, Any]:
    return {
        "from_day": format_date(one.span.start, "medium"),
        "says": view.rhythm(one.months),
        "source": one.source,
        "who": one.set_by or "",
        "now": today() in one.span,
        "later": one.span.start > today(),
    }


RIGHT: Final = Right.PARTY_LIFE
"""Who may open these pages at all; whose organisations she sees say her posts."""
_CODE: Final = "/<string(maxlength=64):code>"
_MEETING: Final = "/meetings/<int(max=2147483647):meeting_id>"
_MEMBER: Final = "/members/<int(max=2147483647):membership_id>"
_NUMBER: Final = "<int(max=2147483647):number>"
_POST: Final = ["POST"]
_add = blueprint.add_url_rule
_add(f"{_CODE}/meetings", "new", party_life_meetings.new)
_add(f"{_CODE}/meetings", "begin", party_life_meetings.begin, methods=_POST)
_add(_MEETING, "meeting", party_life_meetings.show)
_add(f"{_MEETING}/plan", "change", party_life_meetings.change, methods=_POST)
_add(f"{_MEETING}/held", "hold", party_life_meetings.hold, methods=_POST)
_add(f"{_MEETING}/cancel", "cancel", party_life_meetings.cancel, methods=_POST)
_add(f"{_CODE}/members", "members", party_life_members.show)
_add(f"{_CODE}/members", "admit", party_life_members.admit, methods=_POST)
_add(f"{_MEMBER}/transfer", "transfer", party_life_members.transfer, methods=_POST)
_add(f"{_MEMBER}/end", "end", party_life_members.end, methods=_POST)
_add(f"{_MEMBER}/confirm", "confirm", party_life_members.confirm, methods=_POST)
_add(f"{_MEMBER}/forget", "forget", party_life_members.forget, methods=_POST)
_add(f"{_CODE}/dues", "dues", party_life_dues.show)
_add(f"{_CODE}/dues", "note", party_life_dues.note, methods=_POST)
_add(f"{_CODE}/dues.xlsx", "dues_book", party_life_dues.book)
_add(f"{_CODE}/dues/take", "take_dues", party_life_dues.take, methods=_POST)
_add(f"{_CODE}/dues/{_NUMBER}/undo", "undo_dues", party_life_dues.undo, methods=_POST)
_add("/warnings", "warnings", party_life_warnings.show)
_add("/warnings/spots", "spots", party_life_warnings.spots)
