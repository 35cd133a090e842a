"""Plans of grids as pages: the list, the planner's table, a plan that was shared, its sheet on paper."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from pydantic import Field, ValidationError

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.errors import GridmapError, InvalidInput
from gridmap.publishing import service as publishing
from gridmap.redistricting import drafting, looking, opening
from gridmap.redistricting.drafting import LONGEST_PLAN_NAME, Origin
from gridmap.redistricting.states import PlanState
from gridmap.terms import AreaKind
from web import access, language
from web.errors import status_of
from web.pages.folium_map import compose
from web.pages.plans_palette import PALETTE
from web.params import Day, Params, Text, now, today
from web.session import current_session

blueprint = Blueprint("plan_pages", __name__)

TONES: Final[dict[PlanState, str]] = {
    PlanState.DRAFT: "amber",
    PlanState.REVIEW: "blue",
    PlanState.APPROVED: "purple",
    PlanState.ADOPTED: "green",
}
"""Colour of the badge of a state; grey for the others."""


class BeginForm(Params):
    """A new plan: its name, its area, and what it begins from: today, a day, or another plan."""

    name: Text
    area: Text
    origin: Text = "today"
    day: Day | None = None
    plan: int | None = None

    def begin_from(self) -> Origin:
        """Return what was chosen.

        Raises:
            InvalidInput: a day or a plan was chosen, and none named.
        """
        if self.origin == "day" and self.day is None:
            raise InvalidInput(
                field="day", reason_zh="请选起草所依据的日期。", reason_en="Choose the day."
            )
        if self.origin == "plan" and self.plan is None:
            raise InvalidInput(
                field="plan", reason_zh="请选要复制的方案。", reason_en="Choose the plan to copy."
            )
        chosen: dict[str, Origin] = {
            "day": Origin(day=self.day),
            "plan": Origin(plan_id=self.plan),
        }
        return chosen.get(self.origin, Origin())


def reader() -> SignedIn:
    """Return who is signed in and may look at plans.

    Raises:
        NotSignedIn, NotAllowed: nobody is, or she neither plans nor reviews.
    """
    known = access.require_account()
    if not known.scope.may(Right.PLAN):
        opening.require(known, Right.APPROVE_PLANS)
    return known


@blueprint.get("/plans", endpoint="list")
def list_plans() -> ResponseReturnValue:
    """List all plans, with the form that begins one."""
    return _list_page()


@blueprint.post("/plans")
def begin() -> ResponseReturnValue:
    """Begin a plan and go to it."""
    given = {name: value for name, value in request.form.items() if value}
    given.pop("csrf_token", None)
    session, who = current_session(), reader()
    try:
        form = BeginForm.model_validate(given)
        with session.begin_nested():  # a refusal leaves nothing half begun
            row = drafting.begin(session, who, form.name, form.area, form.begin_from(), now())
    except ValidationError:
        return _list_page(_("请填方案名称，并选一个区域。"), status=422)
    except GridmapError as refusal:
        return _list_page(refusal.message(language.current()), status=status_of(refusal))
    return redirect(url_for("plan_pages.show", plan_id=row.id))


def _list_page(fault: str = "", *, status: int = 200) -> ResponseReturnValue:
    session, who = current_session(), reader()
    plans = [_card(row) for row in looking.listed(session, who, today())]
    page = render_template(
        "plans.html",
        plans=plans,
        areas=areas(),
        plans_for=who.scope.may(Right.PLAN),
        today=today().isoformat(),
        longest=LONGEST_PLAN_NAME,
        fault=fault,
        form=request.form,
    )
    return page, status


def areas() -> list[dict[str, Any]]:
    """Return the areas as groups for a picker: the county, then each township with its communities."""
    groups: dict[str, dict[str, Any]] = {}
    for row in looking.areas(current_session(), today()):
        group = groups.setdefault(row.code[:9], {"name": row.name, "areas": []})
        if row.kind == AreaKind.COMMUNITY:
            group["areas"].append((row.code, row.name))
        else:
            group["name"] = row.name
            group["areas"].insert(0, (row.code, _("{name}（全部）").replace("{name}", row.name)))
    return list(groups.values())


def _card(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the listing
    state = PlanState(row.state)
    return {
        "id": row.id,
        "name": row.name,
        "state": state.label(language.current()),
        "tone": TONES.get(state, ""),
        "in_force": _in_force(row.day) if state is PlanState.ADOPTED else "",
        "area": row.area or "",
        "author": row.author,
        "edited": format_datetime(row.edited_at, "y-MM-dd HH:mm"),
        "edits": row.edits - 1,
    }


def _in_force(day: date) -> str:
    words = _("{day}起施行") if day > today() else _("{day}起已施行")
    return str(words).replace("{day}", format_date(day, "long"))


class LookQuery(Params):
    """A plan to look at only: at which version, beside the grids of which day, compared how."""

    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    beside: Day | None = None
    compare: Literal["swipe", "beside"] | None = None


@blueprint.get("/plans/<int:plan_id>")
def show(plan_id: int) -> ResponseReturnValue:
    """Show the planner's table, or a version of a plan alone; its script reads what lies on it."""
    reader()
    return _table(plan_id, look=LookQuery.model_validate(request.args.to_dict()))


@blueprint.get("/plans/shared/<key>")
def shared(key: str) -> ResponseReturnValue:
    """Show a plan that was shared, to be looked at by anybody who is signed in."""
    return _table(opening.shared(current_session(), key), key)


def _table(plan_id: int, key: str = "", look: LookQuery | None = None) -> ResponseReturnValue:
    county = publishing.county(current_session(), today())
    look = look or LookQuery()
    frame = {
        "plan": plan_id,
        "key": key,
        "version": look.version,
        "beside": look.beside.isoformat() if look.beside else None,
        "compare": look.compare,
        "today": today().isoformat(),
        "palette": [{"fill": fill, "ink": ink} for fill, ink in PALETTE],
    }
    return render_template(
        "plan.html", map=compose(county.bbox), frame=frame, key=key, looking=_looking(look)
    )


def _looking(look: LookQuery) -> str:
    """What is shown instead of the newest version beside today, in words; empty where that is shown."""
    version = _("第 {n} 版").replace("{n}", str(look.version)) if look.version else ""
    day = format_date(look.beside, "long") if look.beside else ""
    beside = _("与{day}的网格对照").replace("{day}", day) if day else ""
    return " · ".join(part for part in (version, beside) if part)


@blueprint.get("/plans/<int:plan_id>/sheet")
def sheet(plan_id: int) -> ResponseReturnValue:
    """Show what publishing a plan would do, or did, on one sheet of paper."""
    reader()
    eve = looking.eve(current_session(), plan_id, today())
    frame = {
        "plan": plan_id,
        "beside": eve.isoformat() if eve else None,
        "palette": [{"fill": fill, "ink": ink} for fill, ink in PALETTE],
    }
    return render_template("plan_sheet.html", frame=frame, printed=format_date(today(), "long"))
