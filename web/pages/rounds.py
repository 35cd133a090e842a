"""Door visits: the supervisor's table and map, a grid's doors, a door with its visits, the page for walking round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.accounts.authority import Right
from gridmap.errors import InvalidInput
from gridmap.publishing import service as publishing
from gridmap.rounds import service
from gridmap.rounds.views import Board, Counts, Door, DoorState, Raised, Visited
from gridmap.terms import DoorOutcome, HouseholdKind, Role, Term
from web import access, language
from web.pages.folium_map import compose
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("rounds", __name__, enable_openapi=False)

MOST_DAYS: Final = 730
SHOWN_WORKERS: Final = 20
COLOURS: Final = {DoorState.OVERDUE: "red", DoorState.DUE: "amber", DoorState.FINE: "green"}


@blueprint.get("/rounds")
def show() -> str:
    """Show how the doors stand by grid and worker, and the way into one's own round."""
    session, who = current_session(), access.require_account()
    found = service.board(session, who, today())
    return render_template(
        "rounds.html",
        board=_board(found),
        map=compose(publishing.county(session, today()).bbox) if found.grids else None,
        visitor=who.scope.may(Right.VISIT_DOORS),
        keeper=who.scope.may(Right.KEEP_REGISTERS),
        ruler=Role.ADMINISTRATOR in who.roles,
        raised=[_raised(one) for one in service.followed(session, who.person_id)],
        rules=_rules(),
    )


def _board(found: Board) -> dict[str, Any]:
    reader = language.current()
    return {
        "whole": found.whole,
        "grade": grade(found.whole),
        "grids": [
            {"row": row, "counts": row.counts, "grade": grade(row.counts)} for row in found.grids
        ],
        "workers": [
            {"row": row, "last": format_date(row.last, "medium") if row.last else ""}
            for row in found.workers[:SHOWN_WORKERS]
        ],
        "left": max(0, len(found.workers) - SHOWN_WORKERS),
        "kinds": [(kind.label(reader), doors, late) for kind, doors, late in found.kinds],
    }


def grade(counts: Counts) -> str:
    """Return the mean of the grades as people read it; a dash where nobody was asked."""
    return "–" if counts.satisfaction is None else f"{counts.satisfaction:.1f}"


@blueprint.get("/rounds/due.json")
def spots() -> ResponseReturnValue:
    """Give the buildings where doors are due, for the map; without who lives there."""
    found = service.due_buildings(current_session(), access.require_account(), today())
    return jsonify(
        [
            {
                "id": one.building_id,
                "title": one.building,
                "lon": round(one.lon, 6),
                "lat": round(one.lat, 6),
                "overdue": one.overdue,
                "due": one.due,
            }
            for one in found
        ]
    )


@blueprint.get("/rounds/grids/<string(maxlength=64):code>")
def grid(code: str) -> str:
    """Show the doors of a grid, due first."""
    who = access.require_account()
    doors = service.listed(current_session(), who, today(), code)
    return render_template(
        "rounds_grid.html",
        name=doors[0].grid,
        doors=[line(door) for door in doors],
        late=sum(door.state is DoorState.OVERDUE for door in doors),
        soon=sum(door.state is DoorState.DUE for door in doors),
        visitor=who.scope.may(Right.VISIT_DOORS),
    )


@blueprint.get("/rounds/walk")
def walk() -> str:
    """Show the page for walking round: its script reads the round, or what this phone kept of it."""
    return render_template("rounds_walk.html", map=compose(_box()))


def _box() -> Any:  # noqa: ANN401 - west, south, east, north
    return publishing.county(current_session(), today()).bbox


@blueprint.get("/rounds/doors/<string(maxlength=64):code>")
def door(code: str) -> str:
    """Show a door with its visits."""
    who = access.require_account()
    found, visits = service.door(current_session(), who, code, today())
    return render_template(
        "rounds_door.html",
        door=line(found),
        visits=[_visited(one) for one in visits],
        keeper=who.scope.may(Right.KEEP_REGISTERS),
        saved="saved" in request.args,
    )


@blueprint.post("/rounds/doors/<string(maxlength=64):code>/erase")
def erase(code: str) -> ResponseReturnValue:
    """Take name, phone and notes from a door; its visits stay as counts."""
    service.erase(current_session(), access.require_account(), code, now(), today())
    return redirect(url_for("rounds.door", code=code, saved=1), 303)


@blueprint.route("/rounds/rules", methods=["GET", "POST"])
def rules() -> ResponseReturnValue:
    """Show after how many days each kind is due; on POST let others hold from a day on."""
    form = None
    if request.method == "POST":
        form = SentForm(request.form)
        _put(form)
        if not form.faults:
            return redirect(url_for("rounds.rules", saved=1), 303)
    page = render_template(
        "rounds_rules.html",
        rules=_rules(),
        day=form.sent.get("day", "") if form else today().isoformat(),
        sent=form.sent if form else {},
        faults=form.faults if form else {},
        saved=form is None and "saved" in request.args,
    )
    return make_response(page, 422 if form else 200)


def _put(form: SentForm) -> None:
    day = form.day("day")
    wanted = {kind: form.whole(f"days_{kind}", 1, MOST_DAYS) for kind in HouseholdKind}
    if form.faults:
        return
    if day < today():
        form.refuse(
            InvalidInput(
                field="day",
                reason_zh="从今天或以后的某一天起。",
                reason_en="From today on, or from a later day.",
            )
        )
        return
    session, who = current_session(), access.require_account()
    known = {rule.kind: rule.days for rule in service.rules(session, day)}
    for kind, days in wanted.items():
        if known.get(kind) != days:
            service.put_rule(session, who, kind, days, now(), day)


def _rules() -> list[dict[str, Any]]:
    reader = language.current()
    return [
        {
            "kind": str(rule.kind),
            "label": rule.kind.label(reader),
            "days": rule.days,
            "coming": _("{day} 起 {n} 天")
            .replace("{day}", format_date(rule.coming[0], "medium"))
            .replace("{n}", str(rule.coming[1]))
            if rule.coming
            else "",
        }
        for rule in service.rules(current_session(), today())
    ]


def line(door: Door) -> dict[str, Any]:
    """Return a door as its line in a list."""
    reader = language.current()
    return {
        "code": door.code,
        "building": door.building,
        "label": door.label(reader),
        "kind": door.kind.label(reader),
        "state": (state_words(door), COLOURS[door.state]),
        "last": format_date(door.last, "medium") if door.last else "",
        "tries": door.tries,
        "name": door.name or "",
        "phone": door.phone or "",
        "note": door.note or "",
        "seen": door.name is not None or door.phone is not None or door.note is not None,
    }


def state_words(door: Door) -> str:
    """Return how a door stands: so many days late, due on which day."""
    if door.due_on is None:
        return str(_("没有定间隔"))
    late = (today() - door.due_on) // timedelta(days=1)
    if late > 0:
        return str(_("超期 {n} 天")).replace("{n}", str(late))
    if late == 0:
        return str(_("今天到期"))
    return str(_("{day} 到期")).replace("{day}", format_date(door.due_on, "medium"))


def _grade_words(value: int) -> str:
    words = (_("不满意"), _("一般"), _("满意"), _("很满意"))
    return str(words[value - 1])


def _visited(one: Visited) -> dict[str, Any]:
    return {
        "day": format_date(one.day, "medium"),
        "time": "" if one.time == "00:00" else one.time,
        "outcome": _term(one.outcome),
        "home": one.outcome is DoorOutcome.VISITED,
        "grade": _grade_words(one.satisfaction) if one.satisfaction else "",
        "note": one.note or "",
        "person": one.person or "",
        "raised": [_raised(raised) for raised in one.raised],
    }


def _term(term: Term) -> str:
    return term.label(language.current())


def _raised(one: Raised) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": _("需求") if one.kind == "need" else _("纠纷"),
        "text": one.text,
        "stage": _term(one.stage),
        "closed": one.stage.value == "closed",
        "owner": one.owner or "",
        "day": format_date(one.day, "medium"),
    }
