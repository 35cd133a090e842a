"""The minutes of a planned joint meeting: who came, what was decided on each point, and who does it until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.red_property import agenda, following, meetings, planning, plans
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
LONGEST_ID: Final = 9
USUAL_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class _Line:
    """A point as it is written: its number in the form, title, decision, and whose task it becomes.

    `proposal`: id of the proposal that it comes from; `withheld`: its words are not for whoever writes.
    """

    number: int
    title: str
    decision: str
    owner: str
    due: str
    proposal: int | None = None
    withheld: bool = False

    @property
    def task(self) -> str:
        """What is to be done: the decision, or the point where that says too much or nothing."""
        return self.decision if self.brief else self.title

    @property
    def brief(self) -> bool:
        """Whether the decision says what is to be done, and no more than a task's title holds."""
        return 0 < len(self.decision) <= LONGEST_TITLE


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
        lines=_agenda(found, sent),
        follow_up=[view.task(one) for one in found.follow_up],
        people=view.people(people, set()),
        sent={**usual, **sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _agenda(found: WholePlan, sent: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines of the form: what earlier meetings left open first, then what is proposed, then empty ones.

    What was sent stays on its line; what was proposed since comes behind it.
    """
    proposed = {one.id: view.proposal(one) for one in found.proposals}
    if sent:
        points = _sent_points(proposed, sent, follow_up=bool(found.follow_up))
    else:
        points = [*proposed.values()] or [{"title": found.plan.topic}]
        if found.follow_up:
            points = [{"title": _("上次议定事项的落实情况"), "follow_up": True}, *points]
        points += [{"title": ""}] * SPARE
    return [point | {"number": number} for number, point in enumerate(points, 1)]


def _sent_points(
    proposed: dict[int, dict[str, Any]], sent: Mapping[str, str], *, follow_up: bool
) -> list[dict[str, Any]]:
    """The points of a form that was sent, each on its line, and those that it does not know yet."""
    numbers = [
        number
        for number in range(1, MOST_LINES + 1)
        if f"title_{number}" in sent or f"proposal_{number}" in sent
    ]
    points: list[dict[str, Any]] = [{"title": ""} for _number in range(max(numbers, default=SPARE))]
    left = dict(proposed)
    for number in numbers:
        points[number - 1] = left.pop(_id(sent.get(f"proposal_{number}", "")), {"title": ""})
    if follow_up and points[0] == {"title": ""}:
        points[0] = {"title": "", "follow_up": True}
    return [*points, *left.values()]


def _id(words: str) -> int:
    """The id that a hidden field sends; 0, which none has, for what is no id."""
    return int(words) if words.isascii() and words.isdigit() and len(words) <= LONGEST_ID else 0


def _lines(form: SentForm, found: WholePlan) -> list[_Line]:
    """What was written, without empty lines; what does not come from this plan stands among the faults."""
    proposed = {one.id: one for one in found.proposals}
    words = agenda.words(current_session(), found.plan.id)
    lines = []
    for number in range(1, MOST_LINES + 1):
        title, decision, owner, due = (
            written(form, f"{name}_{number}") for name in ("title", "decision", "owner", "due")
        )
        about = None
        if key := form.sent.get(f"proposal_{number}"):
            about = proposed.pop(_id(key), None)
            if about is None:
                form.faults[f"title_{number}"] = _(
                    "这项提议已经撤回，或者不属于这次会议；请核对后再保存。"
                )
        withheld = about is not None and about.withheld
        if about is not None and withheld:
            title = words.get(about.id, title)
        if title or decision or owner:
            number_of = about.id if about else None
            lines.append(_Line(number, title, decision, owner, due, number_of, withheld))
    return lines


def _check_tasks(form: SentForm, lines: Iterable[_Line]) -> None:
    """Whoever may not read a point's words has to say what is to be done: they would tell of it."""
    for one in lines:
        if one.withheld and one.owner and not one.brief:
            form.faults.setdefault(f"decision_{one.number}", _("请在 200 字以内写明要办什么。"))


def _write(keeper: SignedIn, found: WholePlan, form: SentForm) -> int | None:
    """Write a meeting with all that belongs to it, or none of it; what is wrong stands in the form."""
    day = form.day("day")
    lines = _lines(form, found)
    came = [(one.party, f"came_{one.id}" in form.sent) for one in found.invites]
    attended = names_of(came, written(form, "more"))
    decisions = written(form, "decisions")
    if not attended:
        form.faults["more"] = _("请写明谁参加了。")
    _check_tasks(form, lines)
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
            number, tasks, proposal_of = _records(keeper, form, values, lines, came)
            agenda.link(current_session(), found.plan.id, proposal_of)
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
) -> tuple[int, tuple[int, ...], dict[int, int]]:
    """Write the meeting, its points, who came and the tasks; return its id and theirs, and proposals by point.

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
        written_points = begin(keeper, "meeting-items", points)
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
    proposal_of = {
        item: one.proposal for item, one in zip(written_points, lines, strict=True) if one.proposal
    }
    return number, made, proposal_of


def _beside(lines: Sequence[_Line], names: dict[str, str]) -> Callable[[int, str | None], str]:
    """How the field is called in which a row's column was written."""
    return lambda row, column: (
        f"{names.get(column or '', column or 'title')}_{lines[row - 1].number}"
    )
