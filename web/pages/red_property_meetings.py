"""Joint meetings: the list, one with its agenda and tasks, a new one; a task is finished by its owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.red_property import attending, following, meetings, plans
from gridmap.red_property.attending import Party
from gridmap.red_property.meetings import Meeting, Whole
from gridmap.red_property.plans import Standing
from gridmap.registers import service as registers
from gridmap.registers.changes import RefusedChanges
from web import access, language
from web.pages import red_property_plan_view as plan_view
from web.pages import red_property_view as view
from web.pages.red_property_writing import begin, names_of, refuse, seat
from web.pages.settings_forms import SentForm
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint("red_property_meetings", __name__, enable_openapi=False)

LONGEST_CODE: Final = 64
POINTS: Final = 4
"""Points of the agenda that the form of a new meeting has lines for; more are added afterwards."""
USUAL_DAYS: Final = 14
LONGEST_TASK: Final = 200
CAME, MISSED = "came", "missed"
"""What the form says of a side; nothing where it was not asked."""


@blueprint.get("/red-property/meetings")
def show() -> ResponseReturnValue:
    """Show the meetings, the latest first, and the tasks that are open."""
    reader = access.require_account()
    session = current_session()
    community = _asked("community") or None
    late_only = request.args.get("tasks") == "late"
    found = () if late_only else meetings.listed(session, today(), community)
    tasks = meetings.tasks(session, today(), community=community)
    planned = () if late_only else plans.open_plans(session, today(), community)
    gone = () if late_only else plans.cancelled(session, today(), community)
    names = {area.code: area.name for area in registers.areas(session, today())}
    return render_template(
        "red_property_meetings.html",
        meetings=[_line(one) for one in found],
        planned=[plan_view.plan(one) for one in planned],
        waiting=sum(one.standing(today()) is Standing.WAITING for one in planned),
        cancelled=[plan_view.plan(one) for one in gone],
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
    found = meetings.whole(session, reader, meeting_id, today())
    keeper = meetings.may_keep(session, reader, found.meeting.community_id)
    people = meetings.candidates(session, found.meeting.community_id, today()) if keeper else ()
    words = language.current()
    comma = "、" if words == "zh" else ", "
    page = render_template(
        "red_property_meeting.html",
        meeting=_line(found.meeting),
        points=[plan_view.point(one) for one in found.points],
        agencies=found.agencies,
        seats=[plan_view.seat(one) for one in found.seats],
        tasks=[view.task(task) for task in found.tasks],
        keeper=keeper,
        owners=[
            (who.code, who.name, comma.join(kind.label(words) for kind in who.posts))
            for who in people
        ],
        sent={
            "due": (today() + timedelta(days=USUAL_DAYS)).isoformat(),
            "task": _from_point(found),
            **form.sent,
        },
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _from_point(found: Whole) -> str:
    """What is to be done, where a point's decision is to become a task (`?point=` its number)."""
    wanted = _asked("point")
    point = next((one for one in found.points if str(one.position) == wanted), None)
    return (point.decision or plan_view.point(point)["title"])[:LONGEST_TASK] if point else ""


@blueprint.route("/red-property/meetings/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask what a community's meeting was about; on POST write it down with its agenda."""
    keeper = access.require_account()
    session = current_session()
    mine = meetings.kept_communities(session, keeper, today())
    if not mine:
        raise NotAllowed
    form = SentForm(request.form)
    asked = form.sent.get("community") or _asked("community")
    community = asked if asked in dict(mine) else mine[0][0]
    home = meetings.kept_ids(session, keeper, today())[community]
    parties = attending.parties(session, home, today())
    if request.method == "POST":
        number = _write(keeper, form, community, parties)
        if number is not None:
            return redirect(url_for("red_property_meetings.one", meeting_id=number), 303)
    page = render_template(
        "red_property_meeting_new.html",
        communities=mine,
        community=community,
        parties=[plan_view.party(one, None) for one in parties],
        sent={"day": today().isoformat(), **form.sent},
        faults=form.faults,
        lines=range(1, POINTS + 1),
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _write(
    keeper: SignedIn, form: SentForm, community: str, parties: tuple[Party, ...]
) -> int | None:
    """Write a meeting with its agenda and who came, or none of it; what is wrong stands in the form."""
    said = {one.key: form.sent.get(f"side_{one.key}", "") for one in parties}
    came = [(one, said[one.key] == CAME) for one in parties if said[one.key] in {CAME, MISSED}]
    values = {key: form.sent.get(key, "") for key in ("day", "topic", "decisions")}
    values |= {"community": community, "attended": names_of(came, form.sent.get("attended", ""))}
    session = current_session()
    try:
        with session.begin_nested():
            number = begin(keeper, "joint-meetings", [values])[0]
            code = meetings.whole(session, keeper, number, today()).meeting.code
            begin(keeper, "meeting-items", _points(form, code))
            seat(keeper, code, came)
    except RefusedChanges as refusal:
        refuse(form, refusal)
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
        begin(keeper, "meeting-items", [values])
    except RefusedChanges as refusal:
        refuse(form, refusal, {"title": "title", "decision": "decision"})
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
        number = begin(keeper, "meeting-tasks", [values])[0]
    except RefusedChanges as refusal:
        names = {"title": "task", "person": "owner", "person_name": "owner"}
        refuse(form, refusal, names)
        return _page(meeting_id, form)
    following.tell(current_session(), number, now())
    return redirect(url_for("red_property_meetings.one", meeting_id=meeting_id), 303)


def _kept(meeting_id: int) -> tuple[SignedIn, Whole]:
    """The reader, who keeps the registers of the meeting's community, and the meeting."""
    keeper = access.require_account()
    session = current_session()
    found = meetings.whole(session, keeper, meeting_id, today())
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
        may_finish=known.done_on is None and following.may_finish(session, reader, known, today()),
        sent={"done_on": today().isoformat(), **form.sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)
