"""The minutes of a planned joint meeting: who came, what was decided on each point, and who does it until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.red_property import following, meetings, planning, plans
from gridmap.red_property.attending import Party
from gridmap.red_property.plans import Standing, WholePlan
from gridmap.registers.changes import RefusedChanges
from web import access
from web.pages import red_property_plan_view as view
from web.pages.red_property_writing import begin, names_of, refuse, refuse_lines, seat, written
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("red_property_minutes", __name__, enable_openapi=False)

SPARE: Final = 2
"""Empty lines for points that nobody proposed."""
MOST_LINES: Final = 40
LONGEST: Final = 2000
LONGEST_TITLE: Final = 200
USUAL_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class _Line:
    """A point as it is written: its number in the form, title, decision, and whose task it becomes."""

    number: int
    title: str
    decision: str
    owner: str
    due: str

    @property
    def task(self) -> str:
        """What is to be done: the decision, or the point where that says too much or nothing."""
        return self.decision if 0 < len(self.decision) <= LONGEST_TITLE else self.title


@blueprint.route(
    "/red-property/plans/<int(max=2147483647):plan_id>/minutes", methods=["GET", "POST"]
)
def write(plan_id: int) -> ResponseReturnValue:
    """Ask how a meeting went; on POST write its minutes, tasks and who came, all or none."""
    keeper = access.require_account()
    session = current_session()
    found = plans.whole(session, keeper, plan_id, today())
    if not meetings.may_keep(session, keeper, found.plan.community_id):
        raise NotAllowed
    if found.plan.standing(today()) not in {Standing.TODAY, Standing.WAITING}:
        return redirect(url_for("red_property_plans.one", plan_id=plan_id), 303)
    form = SentForm(request.form)
    if request.method == "POST":
        made = _write(keeper, found, form)
        if made is not None:
            return redirect(url_for("red_property_meetings.one", meeting_id=made), 303)
    return _page(found, form)


def _page(found: WholePlan, form: SentForm) -> ResponseReturnValue:
    sent, plan = dict(form.sent), found.plan
    usual = {
        "day": plan.day.isoformat(),
        "due": (today() + timedelta(days=USUAL_DAYS)).isoformat(),
    }
    people = meetings.candidates(current_session(), plan.community_id, today())
    page = render_template(
        "red_property_minutes.html",
        plan=view.plan(plan),
        invites=[
            view.invite(one) | {"came": not sent or f"came_{one.id}" in sent}
            for one in found.invites
        ],
        lines=_agenda(found),
        follow_up=[view.task(one) for one in found.follow_up],
        people=view.people(people, set()),
        sent={**usual, **sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _agenda(found: WholePlan) -> list[dict[str, Any]]:
    """The lines of the form: what earlier meetings left open first, then what is proposed, then empty ones."""
    points = [view.proposal(one) for one in found.proposals] or [{"title": found.plan.topic}]
    if found.follow_up:
        points = [{"title": _("上次议定事项的落实情况"), "follow_up": True}, *points]
    points += [{"title": ""}] * SPARE
    return [point | {"number": number} for number, point in enumerate(points, 1)]


def _lines(form: SentForm) -> list[_Line]:
    """What was written, without empty lines."""
    found = []
    for number in range(1, MOST_LINES + 1):
        words = [
            written(form, f"{name}_{number}") for name in ("title", "decision", "owner", "due")
        ]
        if any(words[:3]):
            found.append(_Line(number, *words))
    return found


def _write(keeper: SignedIn, found: WholePlan, form: SentForm) -> int | None:
    """Write a meeting with all that belongs to it, or none of it; what is wrong stands in the form."""
    day = form.day("day")
    lines = _lines(form)
    came = [(one.party, f"came_{one.id}" in form.sent) for one in found.invites]
    attended = names_of(came, written(form, "more"))
    decisions = written(form, "decisions")
    if not attended:
        form.faults["more"] = _("请写明谁参加了。")
    if not lines:
        form.faults["title_1"] = _("请至少写一项议题和结果。")
    if form.faults:
        return None
    values = {
        "community": found.plan.community_code,
        "day": day.isoformat(),
        "topic": found.plan.topic,
        "attended": attended,
        "decisions": decisions,
    }
    present = {one.id for one in found.invites if f"came_{one.id}" in form.sent}
    try:
        with current_session().begin_nested():
            number, tasks = _records(keeper, form, values, lines, came)
            planning.hold(current_session(), keeper, found.plan.id, number, present, now())
    except RefusedChanges:
        return None
    except InvalidInput as refusal:
        form.refuse(refusal)
        return None
    for task in tasks:
        following.tell(current_session(), task, now())
    return number


def _records(
    keeper: SignedIn,
    form: SentForm,
    values: dict[str, str],
    lines: Sequence[_Line],
    came: Sequence[tuple[Party, bool]],
) -> tuple[int, tuple[int, ...]]:
    """Write the meeting, its points, who came and the tasks; return its id and theirs.

    Raises:
        RefusedChanges: something is wrong; it stands in the form.
    """
    try:
        number = begin(keeper, "joint-meetings", [values])[0]
    except RefusedChanges as refusal:
        refuse(form, refusal, {"attended": "more", "topic": "form", "community": "form"})
        raise
    code = meetings.whole(current_session(), keeper, number, today()).meeting.code
    points = [
        {"meeting": code, "position": str(place), "title": one.title, "decision": one.decision}
        for place, one in enumerate(lines, 1)
    ]
    given = [one for one in lines if one.owner]
    tasks = [
        {"meeting": code, "title": one.task, "person": one.owner, "due": one.due} for one in given
    ]
    try:
        begin(keeper, "meeting-items", points)
    except RefusedChanges as refusal:
        refuse_lines(form, refusal, _beside(lines, {}))
        raise
    try:
        made = begin(keeper, "meeting-tasks", tasks)
    except RefusedChanges as refusal:
        names = {"title": "decision", "person": "owner", "person_name": "owner"}
        refuse_lines(form, refusal, _beside(given, names))
        raise
    try:
        seat(keeper, code, came)
    except RefusedChanges as refusal:
        refuse(form, refusal, dict.fromkeys(("meeting", "company", "compound", "agency"), "form"))
        raise
    return number, made


def _beside(lines: Sequence[_Line], names: dict[str, str]) -> Callable[[int, str | None], str]:
    """How the field is called in which a row's column was written."""
    return lambda row, column: (
        f"{names.get(column or '', column or 'title')}_{lines[row - 1].number}"
    )
