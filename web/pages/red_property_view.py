"""What the pages of the red property net show: badges, spans, counts of reports with the three rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.dispatch import boards
from gridmap.dispatch.boards import Served
from gridmap.dispatch.measures import Measure, Window
from gridmap.dispatch.rates import Promptness, Rate, Rates
from gridmap.red_property.looking import Care, Company, Compound, JointPost, Past
from gridmap.red_property.meetings import Task
from gridmap.terms import PartyForm, Upkeep
from gridmap.timespan import Span, quarter_of
from web import language
from web.pages.board_query import BoardQuery
from web.params import now, today
from web.session import current_session

COUNTED: Final = (Measure.OPEN, Measure.OVERDUE, Measure.FILED, Measure.CLOSED)
CARE_TONES: Final = {Care.SERVED: "green", Care.LEDGER: "amber", Care.NOBODY: "red"}
FORM_TONES: Final = {
    PartyForm.ALONE: "red",
    PartyForm.JOINT: "red",
    PartyForm.ADVISER: "purple",
    None: "",
}
_WHOLE: Final = 100
SOON_DAYS: Final = 3


def quarter() -> Window:
    """Return the days of this quarter up to now."""
    return Window(quarter_of(today()).start, today(), now())


def by_company(reader: SignedIn) -> Mapping[str, Served]:
    """Return counts of this quarter by company, as far as the reader may read reports."""
    if not reader.scope.may(Right.SEE_BOARD):
        return {}
    return boards.by_company(current_session(), reader.scope, quarter())


def by_compound(reader: SignedIn) -> Mapping[str, Served]:
    """Return counts of this quarter by compound, as far as the reader may read reports."""
    if not reader.scope.may(Right.SEE_BOARD):
        return {}
    return boards.by_compound(current_session(), reader.scope, quarter())


def reports(served: Served | None, **cut: str) -> dict[str, Any]:
    """Return counts with the addresses of their reports, and the three rates with what they are made of."""
    reader = language.current()
    query = BoardQuery.read(cut)
    counts = [
        {
            "name": measure.label(reader),
            "value": served.tally[measure] if served else 0,
            "address": query.behind(measure, quarter()),
        }
        for measure in COUNTED
    ]
    told = [f"{one['name']} {one['value']}" for one in counts if one["value"]]
    made = rates(served.rates) if served else []
    told += [f"{one['name']} {one['value']}（{one['made']}）" for one in made if one["value"]]
    return {"counts": counts, "rates": made, "line": " · ".join(told)}


def rates(made: Rates) -> list[dict[str, str]]:
    """Return the three rates in words, each with numerator and base."""
    parts = (
        (Promptness.RESPONSE, made.response),
        (Promptness.RESOLUTION, made.resolution),
        (Promptness.SATISFACTION, made.satisfaction),
    )
    return [
        {"name": kind.label(language.current()), "value": percent(rate), "made": _made(rate)}
        for kind, rate in parts
    ]


def percent(rate: Rate) -> str:
    """Return a rate in whole per cent; empty without a base."""
    return "" if rate.value is None else f"{format_decimal(round(rate.value * _WHOLE))}%"


def _told(rate: Rate) -> str:
    """A rate with what it is made of, in a line of text; empty without a base."""
    return f"{percent(rate)}（{_made(rate)}）" if rate.denominator else ""


def _made(rate: Rate) -> str:
    return f"{format_decimal(round(rate.numerator, 1))}/{rate.denominator}"


def form(word: PartyForm | None) -> tuple[str, str]:
    """Return how a party organisation stands, in words, and its colour."""
    return (word.label(language.current()) if word else _("没有党组织"), FORM_TONES[word])


def days(span: Span) -> str:
    """Return a span in words."""
    since = format_date(span.start, "medium")
    if span.end is None:
        return str(_("{day} 起").replace("{day}", since))
    return f"{since} – {format_date(span.end, 'medium')}"


def company(one: Company, served: Served | None) -> dict[str, Any]:
    """Return a company as lists show it."""
    return {
        "code": one.code,
        "name": one.name,
        "form": form(one.form),
        "compounds": len(one.compounds),
        "households": one.households,
        "open": served.tally[Measure.OPEN] if served else None,
        "satisfaction": _told(served.rates.satisfaction) if served else "",
    }


def compound(one: Compound) -> dict[str, Any]:
    """Return a compound as lists show it."""
    reader = language.current()
    return {
        "code": one.code,
        "name": one.name,
        "community": one.community or "",
        "community_code": one.community_code or "",
        "care": (one.care.label(reader), CARE_TONES[one.care]),
        "company_code": one.company_code,
        "company": one.company or "",
        "company_form": form(one.company_form) if one.company_code else None,
        "committee": one.committee or "",
        "committee_form": form(one.committee_form) if one.committee else None,
        "self_management": one.self_management,
        "households": one.households,
        "buildings": one.buildings,
        "since": format_date(one.since, "medium") if one.since else "",
        "duties": [
            {"work": duty.work.label(reader), "manager": duty.manager, "phone": duty.phone or ""}
            for duty in one.duties
        ],
        "led": one.led,
    }


_PAST_WORDS: Final = {
    "party": ("党组织", "Party organisation"),
    "contract": ("物业合同", "Contract"),
    "ledger": ("无物业台账", "Ledger of unserved"),
    "committee": ("业委会", "Owners' committee"),
    "self": ("自管分工", "Self-management"),
}
REGISTERS: Final = {
    "party": "company-parties",
    "contract": "property-contracts",
    "ledger": "unserved-compounds",
    "committee": "owners-committees",
    "self": "self-management",
}
"""Where what is past is kept."""


def past(one: Past) -> dict[str, Any]:
    """Return something of the past in words, with the address of its record."""
    reader = language.current()
    zh, en = _PAST_WORDS[one.kind]
    name = one.name or ""
    if one.kind == "self" and one.code:
        colon = "：" if reader == "zh" else ": "
        name = f"{Upkeep(one.code).label(reader)}{colon}{name}"
    return {
        "kind": one.kind,
        "label": en if reader == "en" else zh,
        "code": one.code,
        "name": name,
        "form": form(one.form) if one.form or one.kind in {"party", "committee"} else None,
        "days": days(one.span),
        "now": today() in one.span,
        "record": f"/registers/{REGISTERS[one.kind]}/{one.id}",
    }


def joint_post(one: JointPost) -> dict[str, Any]:
    """Return a joint post in words."""
    return {
        "id": one.id,
        "person": one.person,
        "duty": one.duty.label(language.current()),
        "community": one.community,
        "community_code": one.community_code,
        "company": one.company,
        "company_code": one.company_code,
        "compound": one.compound,
        "compound_code": one.compound_code,
        "days": days(one.span),
        "now": today() in one.span,
    }


def task(one: Task) -> dict[str, Any]:
    """Return a meeting's task as lists show it."""
    return {
        "id": one.id,
        "title": one.title,
        "owner": one.owner,
        "due": format_date(one.due, "medium"),
        "done": format_date(one.done_on, "medium") if one.done_on else "",
        "result": one.result or "",
        "state": _state(one),
        "community": one.community,
        "meeting_id": one.meeting_id,
        "topic": one.topic,
        "owner_id": one.owner_id,
    }


def _state(one: Task) -> tuple[str, str]:
    if one.done_on:
        return _("已办结"), "green"
    if one.overdue:
        return _("过期 {n} 天").replace("{n}", str(one.overdue)), "red"
    left = (one.due - today()).days
    if not left:
        return _("今天到期"), "amber"
    return _("还有 {n} 天").replace("{n}", str(left)), "amber" if left <= SOON_DAYS else "blue"
