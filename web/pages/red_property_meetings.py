"""Joint meetings: the list, one with its agenda and tasks, a new one; a task is finished by its owner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.red_property import following, meetings, units
from gridmap.red_property.meetings import Meeting, Whole
from gridmap.registers import service as registers
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change, RefusedChanges
from gridmap.timespan import quarter_of
from web import access, language
from web.pages import red_property_view as view
from web.pages.settings_forms import SentForm
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint("red_property_meetings", __name__, enable_openapi=False)

LONGEST_CODE: Final = 64
POINTS: Final = 4
"""Points of the agenda that the form of a new meeting has lines for; more are added afterwards."""
USUAL_DAYS: Final = 14


@blueprint.get("/red-property/meetings")
def show() -> ResponseReturnValue:
    """Show the meetings, the latest first, and the tasks that are open."""
    reader = access.require_account()
    session = current_session()
    community = _asked("community") or None
    late_only = request.args.get("tasks") == "late"
    found = () if late_only else meetings.listed(session, today(), community)
    tasks = meetings.tasks(session, today(), community=community)
    names = {area.code: area.name for area in registers.areas(session, today())}
    return render_template(
        "red_property_meetings.html",
        meetings=[_line(one) for one in found],
        tasks=[view.task(one) for one in tasks if one.overdue or not late_only],
        late=sum(one.overdue > 0 for one in tasks),
        late_only=late_only,
        community=community,
        communities=[(code, name) for code, name in names.items() if not code.endswith("000")],
        keeper=bool(meetings.kept_communities(session, reader, today())),
    )


def _asked(name: str) -> str:
    return safe_text(request.args.get(name, ""))[:LONGEST_CODE]


def _line(one: Meeting) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": one.code,
        "day": format_date(one.day, "medium"),
        "topic": one.topic,
        "community": one.community,
        "community_code": one.community_code,
        "attended": one.attended,
        "decisions": one.decisions or "",
        "tasks": one.tasks,
        "done": one.done,
        "late": one.late,
    }


@blueprint.get("/red-property/meetings/<int(max=2147483647):meeting_id>")
def one(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting."""
    return _page(meeting_id, SentForm({}))


def _page(meeting_id: int, form: SentForm) -> ResponseReturnValue:
    reader = access.require_account()
    session = current_session()
    found = meetings.whole(session, meeting_id, today())
    keeper = meetings.may_keep(session, reader, found.meeting.community_id)
    people = meetings.candidates(session, found.meeting.community_id, today()) if keeper else ()
    words = language.current()
    comma = "、" if words == "zh" else ", "
    page = render_template(
        "red_property_meeting.html",
        meeting=_line(found.meeting),
        points=found.points,
        agencies=found.agencies,
        tasks=[view.task(task) for task in found.tasks],
        keeper=keeper,
        owners=[
            (who.code, who.name, comma.join(kind.label(words) for kind in who.posts))
            for who in people
        ],
        sent={"due": (today() + timedelta(days=USUAL_DAYS)).isoformat(), **form.sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


@blueprint.route("/red-property/meetings/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask what a community's meeting was about; on POST write it down with its agenda."""
    keeper = access.require_account()
    mine = _own_areas(keeper)
    if not mine:
        raise NotAllowed
    form = SentForm(request.form)
    community = form.sent.get("community") or _asked("community") or mine[0][0]
    if request.method == "POST":
        number = _write(keeper, form)
        if number is not None:
            return redirect(url_for("red_property_meetings.one", meeting_id=number), 303)
    page = render_template(
        "red_property_meeting_new.html",
        communities=mine,
        community=community,
        agencies=_agencies_of(community),
        chosen=request.form.getlist("agency"),
        sent={"day": today().isoformat(), **form.sent},
        faults=form.faults,
        lines=range(1, POINTS + 1),
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _own_areas(keeper: SignedIn) -> list[tuple[str, str]]:
    """Code and name of the communities whose registers the reader keeps."""
    return list(meetings.kept_communities(current_session(), keeper, today()))


def _agencies_of(community: str) -> list[tuple[str, str]]:
    """The agencies that answer for a community today."""
    found = units.listed(current_session(), quarter_of(today()), today(), community=community)
    return [(unit.agency_code, unit.agency) for unit in found if today() in unit.span]


def _write(keeper: SignedIn, form: SentForm) -> int | None:
    """Write a meeting with its agenda and agencies, or none of it; what is wrong stands in the form."""
    values = {key: form.sent.get(key, "") for key in ("community", "day", "topic", "attended")}
    values["decisions"] = form.sent.get("decisions", "")
    session = current_session()
    try:
        with session.begin_nested():
            number = _begin(keeper, "joint-meetings", [values])[0]
            code = meetings.whole(session, number, today()).meeting.code
            points = _points(form, code)
            if points:
                _begin(keeper, "meeting-items", points)
            came = [{"meeting": code, "agency": one} for one in request.form.getlist("agency")]
            if came:
                _begin(keeper, "meeting-agencies", came)
    except RefusedChanges as refusal:
        _refuse(form, refusal)
        return None
    return number


def _points(form: SentForm, code: str) -> list[dict[str, str]]:
    written = [
        (form.sent.get(f"title_{line}", "").strip(), form.sent.get(f"decision_{line}", ""))
        for line in range(1, POINTS + 1)
    ]
    return [
        {"meeting": code, "position": str(position), "title": title, "decision": decision}
        for position, (title, decision) in enumerate((one for one in written if one[0]), 1)
    ]


def _begin(keeper: SignedIn, register: str, rows: list[dict[str, str]]) -> tuple[int, ...]:
    changes = [
        Change(Action.BEGIN, dict(values), row=row) for row, values in enumerate(rows, start=1)
    ]
    session = current_session()
    return registers.write(session, keeper, REGISTERS[register], changes, now()).ids


def _refuse(
    form: SentForm, refusal: RefusedChanges, names: Mapping[str, str] | None = None
) -> None:
    for fault in refusal.faults:
        name = (names or {}).get(fault.column or "", fault.column or "form")
        form.faults.setdefault(name, fault.message(language.current()))


@blueprint.post("/red-property/meetings/<int(max=2147483647):meeting_id>/points")
def add_point(meeting_id: int) -> ResponseReturnValue:
    """Add a point to a meeting's agenda."""
    keeper, found = _kept(meeting_id)
    form = SentForm(request.form)
    position = max((point.position for point in found.points), default=0) + 1
    values = {
        "meeting": found.meeting.code,
        "position": str(position),
        "title": form.sent.get("title", ""),
        "decision": form.sent.get("decision", ""),
    }
    try:
        _begin(keeper, "meeting-items", [values])
    except RefusedChanges as refusal:
        _refuse(form, refusal, {"title": "title", "decision": "decision"})
        return _page(meeting_id, form)
    return redirect(url_for("red_property_meetings.one", meeting_id=meeting_id), 303)


@blueprint.post("/red-property/meetings/<int(max=2147483647):meeting_id>/tasks")
def add_task(meeting_id: int) -> ResponseReturnValue:
    """Give somebody something that a meeting wants done; she is told."""
    keeper, found = _kept(meeting_id)
    form = SentForm(request.form)
    values = {
        "meeting": found.meeting.code,
        "title": form.sent.get("task", ""),
        "person": form.sent.get("owner", ""),
        "due": form.sent.get("due", ""),
        "done_on": "",
        "result": "",
    }
    try:
        number = _begin(keeper, "meeting-tasks", [values])[0]
    except RefusedChanges as refusal:
        names = {"title": "task", "person": "owner", "person_name": "owner"}
        _refuse(form, refusal, names)
        return _page(meeting_id, form)
    following.tell(current_session(), number, now())
    return redirect(url_for("red_property_meetings.one", meeting_id=meeting_id), 303)


def _kept(meeting_id: int) -> tuple[SignedIn, Whole]:
    """The reader, who keeps the registers of the meeting's community, and the meeting."""
    keeper = access.require_account()
    session = current_session()
    found = meetings.whole(session, meeting_id, today())
    if not meetings.may_keep(session, keeper, found.meeting.community_id):
        raise NotAllowed
    return keeper, found


@blueprint.route("/red-property/tasks/<int(max=2147483647):task_id>", methods=["GET", "POST"])
def task(task_id: int) -> ResponseReturnValue:
    """Show what a meeting wants done; on POST its owner writes down that it is."""
    reader = access.require_account()
    session = current_session()
    form = SentForm(request.form)
    if request.method == "POST":
        result, done_on = form.text("result", following.LONGEST_RESULT), form.day("done_on")
        if not form.faults:
            try:
                done = following.finish(session, reader, task_id, result, done_on, now())
            except InvalidInput as refusal:
                form.refuse(refusal)
            else:
                return redirect(
                    url_for("red_property_meetings.one", meeting_id=done.meeting_id), 303
                )
    known = meetings.task(session, task_id, today())
    page = render_template(
        "red_property_task.html",
        task=view.task(known),
        may_finish=known.done_on is None
        and (
            reader.person_id == known.owner_id
            or meetings.may_keep(session, reader, known.community_id)
        ),
        sent={"done_on": today().isoformat(), **form.sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)
