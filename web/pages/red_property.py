"""The red property net: companies, compounds, the ledger of unserved ones; a page each with reports and rates."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from apiflask import APIBlueprint
from flask import render_template, request
from flask.typing import ResponseReturnValue

from gridmap.accounts.authority import Right
from gridmap.publishing import service as publishing
from gridmap.red_property import attending, looking, meetings, plans
from gridmap.red_property.looking import Care, Net
from gridmap.red_property.plans import Standing
from gridmap.terms import PartyForm
from web import access, language
from web.pages import red_property_plan_view as plan_view
from web.pages import red_property_view as view
from web.pages.folium_map import compose
from web.params import safe_text, today
from web.session import current_session

blueprint = APIBlueprint("red_property", __name__, enable_openapi=False)

LONGEST_CODE: Final = 64
SHOWN_PLANS: Final = 4


@blueprint.get("/red-property")
def show() -> ResponseReturnValue:
    """Show the net of today: numbers, the map, the companies."""
    reader = access.require_account()
    session = current_session()
    net = looking.net(session, today())
    county = publishing.county(session, today())
    counted = view.by_company(reader)
    open_tasks = meetings.tasks(session, today())
    mine = [one for one in open_tasks if one.owner_id == reader.person_id]
    planned = plans.open_plans(session, today())
    return render_template(
        "red_property.html",
        map=compose(county.bbox),
        bbox=county.bbox,
        numbers=_numbers(net),
        late=sum(one.overdue > 0 for one in open_tasks),
        mine=[view.task(one) for one in mine],
        planned=[
            plan_view.plan(one) for one in planned if one.standing(today()) is not Standing.WAITING
        ][:SHOWN_PLANS],
        waiting=sum(one.standing(today()) is Standing.WAITING for one in planned),
        companies=[view.company(one, counted.get(one.code)) for one in net.companies],
        drawn=_drawn(net),
        posts=[view.joint_post(one) for one in net.joint_posts],
        counted=bool(counted),
    )


def _numbers(net: Net) -> dict[str, int]:
    care = Counter(one.care for one in net.compounds)
    served = [one for one in net.compounds if one.care is Care.SERVED]
    return {
        "companies": sum(bool(one.compounds) for one in net.companies),
        "companies_led": sum(bool(one.compounds) and one.form is not None for one in net.companies),
        "compounds": len(net.compounds),
        "served": care[Care.SERVED],
        "led": sum(one.led for one in served),
        "ledger": care[Care.LEDGER],
        "nobody": care[Care.NOBODY],
        "committees": sum(one.committee is not None for one in net.compounds),
        "joint_posts": len(net.joint_posts),
    }


def _drawn(net: Net) -> dict[str, Any]:
    """What the map colours: the state of each compound by code, and the words of the colours."""
    reader = language.current()
    companies = [(one.code, one.name) for one in net.companies if one.compounds]
    return {
        "compounds": {
            one.code: [one.care.value, one.best_form or "", one.company_code or ""]
            for one in net.compounds
        },
        "care": [(care.value, care.label(reader)) for care in Care],
        "forms": [(form.value, form.label(reader)) for form in PartyForm],
        "companies": companies,
    }


@blueprint.get("/red-property/companies/<string(maxlength=64):code>")
def company(code: str) -> ResponseReturnValue:
    """Show a company: its party organisation, joint posts, compounds, reports and rates."""
    reader = access.require_account()
    session = current_session()
    found, past = looking.company(session, code, today())
    counted = view.by_compound(reader)
    whole = view.by_company(reader).get(code)
    holders = looking.holders(session, today(), [one.code for one in found.compounds])
    return render_template(
        "red_property_company.html",
        company=view.company(found, whole) | {"phone": found.phone, "party": found.party or ""},
        compounds=[
            view.compound(one) | {"reports": view.reports(counted.get(one.code), compound=one.code)}
            for one in found.compounds
        ],
        people={one.compound_code: one for one in holders if one.kind == "property_manager"},
        reports=view.reports(whole, company=code),
        posts=[view.joint_post(o) for o in looking.joint_posts(session, today(), company=code)],
        meetings=plan_view.asked(attending.asked(session, today(), company=code)),
        past=[view.past(one) for one in past],
        sees=reader.scope.may(Right.SEE_BOARD),
        keeper=reader.scope.may(Right.KEEP_REGISTERS),
    )


@blueprint.get("/red-property/compounds")
def compounds() -> ResponseReturnValue:
    """Show the compounds: of one community, or those in one state of care."""
    access.require_account()
    found = looking.compounds(current_session(), today())
    community = _asked("community")
    word = _asked("care")
    care = Care(word) if word in set(Care) else None
    shown = [
        one
        for one in found
        if (not community or one.community_code == community) and (not care or one.care is care)
    ]
    choices = {one.community_code: one.community for one in found if one.community_code}
    return render_template(
        "red_property_compounds.html",
        compounds=[view.compound(one) for one in shown],
        unnamed=sum(one.care is Care.LEDGER and not one.duties for one in shown),
        communities=sorted(choices.items()),
        community=community,
        care=care,
        cares=tuple(Care),
    )


def _asked(name: str) -> str:
    return safe_text(request.args.get(name, ""))[:LONGEST_CODE]


@blueprint.get("/red-property/compounds/<string(maxlength=64):code>")
def compound(code: str) -> ResponseReturnValue:
    """Show a compound: who cares for it, who manages what, its committee, reports and rates, its past."""
    reader = access.require_account()
    session = current_session()
    found, past = looking.compound(session, code, today())
    home = found.community_code
    posts = looking.joint_posts(session, today(), community=home) if home else ()
    of_here = [
        one
        for one in posts
        if one.compound_code == code
        or (one.company_code and one.company_code == found.company_code)
    ]
    return render_template(
        "red_property_compound.html",
        compound=view.compound(found),
        company_party=found.company_party or "",
        holders=looking.holders(session, today(), [code]),
        reports=view.reports(view.by_compound(reader).get(code), compound=code),
        posts=[view.joint_post(one) for one in of_here if today() in one.span],
        meetings=plan_view.asked(attending.asked(session, today(), compound=code)),
        past=[view.past(one) for one in past],
        sees=reader.scope.may(Right.SEE_BOARD),
        keeper=reader.scope.may(Right.KEEP_REGISTERS),
    )
