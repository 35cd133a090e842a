"""Linked leaders and first secretaries: the list, and a page each with links, visits and the community's reports."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from apiflask import APIBlueprint
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.coverage.leaders import service
from gridmap.coverage.leaders.service import Leader, Link
from gridmap.coverage.reasons import quarter_words
from gridmap.dispatch import boards
from gridmap.dispatch.measures import Cut, Measure, Window
from gridmap.timespan import Span, quarter_of
from web import access, language
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint("leaders", __name__, enable_openapi=False)

LONGEST_CODE: Final = 64
QUARTERS: Final = 8
SOON_DAYS: Final = 60
SHOWN: Final = (
    Measure.OPEN,
    Measure.OVERDUE,
    Measure.FILED,
    Measure.CLOSED,
    Measure.REOPENED,
    Measure.DISSATISFIED,
)


@blueprint.get("/leaders")
def list() -> ResponseReturnValue:  # noqa: A001 - the endpoint's name
    """Show everybody who is linked to a community today, whoever owes visits first."""
    access.require_account()
    community = safe_text(request.args.get("community", ""))[:LONGEST_CODE] or None
    found = service.listed(current_session(), today(), community)
    named = [
        link.community for one in found for link in one.links if link.community_code == community
    ]
    return render_template(
        "leaders.html",
        leaders=[_line(one) for one in found],
        due=sum(one.due for one in found),
        quarter=quarter_words(quarter_of(today()), language.current()),
        community=named[0] if named else community,
    )


@blueprint.get("/leaders/<string(maxlength=64):code>")
def show(code: str) -> ResponseReturnValue:
    """Show one of them."""
    reader = access.require_account()
    found = service.leader(current_session(), code, today())
    links = [_link(one) for one in found.links]
    return render_template(
        "leader.html",
        leader=_line(found),
        now_linked=[one for one in links if one["current"]],
        before=[one for one in links if not one["current"]],
        quarters=_quarters(found),
        reports=_reports(found, reader),
        keeper=reader.scope.may(Right.KEEP_REGISTERS),
        quarter=quarter_words(quarter_of(today()), language.current()),
    )


def _line(one: Leader) -> dict[str, Any]:
    reader = language.current()
    current = [link for link in one.links if today() in link.span]
    return {
        "code": one.code,
        "name": one.name,
        "agency": one.agency,
        "kinds": [kind.label(reader) for kind in one.kinds],
        "communities": [link.community for link in current],
        "due": one.due,
        "visits": _in_this_quarter(one),
        "visiting": any(link.kind.value.startswith("leader") for link in one.links),
        "last": format_date(one.last, "medium") if one.last else "",
    }


def _in_this_quarter(one: Leader) -> int:
    return sum(len(link.visits_in(quarter_of(today()))) for link in one.links)


def _link(link: Link) -> dict[str, Any]:
    return {
        "post_id": link.post_id,
        "kind": link.kind.label(language.current()),
        "register": "first-secretaries" if link.kind.value == "first_secretary" else "leader-links",
        "community": link.community,
        "community_code": link.community_code,
        "township": link.township,
        "since": format_date(link.span.start, "medium"),
        "until": format_date(link.span.end, "medium") if link.span.end else "",
        "current": today() in link.span,
        "term": _term(link),
        "seconded_from": link.seconded_from,
        "due": link.due,
        "visits": [
            {"id": one.id, "day": format_date(one.day, "medium"), "note": one.note or ""}
            for one in link.visits
        ],
    }


def _term(link: Link) -> tuple[str, str] | None:
    """The planned end of the term in words, and its colour."""
    if link.term_end is None or today() not in link.span:
        return None
    left = (link.term_end - today()).days
    if left <= 0:
        return _("任期已满"), "red"
    words = _("任期还有 {n} 天").replace("{n}", str(left))
    return words, "amber" if left <= SOON_DAYS else "green"


def _quarters(found: Leader) -> dict[str, Any]:
    """Visits by community and quarter: which were made, which were missed."""
    wanted = _past_quarters(today())
    rows = [
        {
            "community": link.community,
            "cells": [_cell(link, quarter) for quarter in wanted],
        }
        for link in found.links
        if link.kind.value == "leader_county"
    ]
    heads = [quarter_words(quarter, language.current()) for quarter in wanted]
    return {"heads": heads, "rows": rows}


def _cell(link: Link, quarter: Span) -> dict[str, Any]:
    last = min(quarter.end or today(), today())
    linked = link.span.start < last and (link.span.end is None or link.span.end > quarter.start)
    made = len(link.visits_in(quarter))
    return {"linked": linked, "made": made, "running": today() in quarter}


def _past_quarters(day: date) -> tuple[Span, ...]:
    found = [quarter_of(day)]
    while len(found) < QUARTERS:
        before = found[-1].start.toordinal() - 1
        found.append(quarter_of(date.fromordinal(before)))
    return tuple(reversed(found))


def _reports(found: Leader, reader: SignedIn) -> dict[str, Any]:
    """What the reports of her communities look like this quarter, as far as the reader may read them."""
    codes = {link.community_code for link in found.links if today() in link.span}
    window = Window(quarter_of(today()).start, today(), now())
    rows = boards.board(current_session(), reader.scope, window, Cut()).communities
    kept = [row for row in rows if row.code in codes]
    return {
        "heads": [measure.label(language.current()) for measure in SHOWN],
        "rows": [
            {"code": row.code, "name": row.name, "counts": [row.tally[one] for one in SHOWN]}
            for row in kept
        ],
    }
