"""Tasks of coverage: the list, one task, and the form that names who mends a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.coverage.checks import CHECKS
from gridmap.coverage.tasks import looking, service
from gridmap.coverage.tasks.looking import Candidate, Question, Task
from gridmap.coverage.tasks.service import LONGEST_NOTE, Wanted
from gridmap.errors import InvalidInput
from web import access, language
from web.pages.account_steps import never_kept
from web.pages.settings_forms import SentForm
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint("coverage_tasks", __name__, enable_openapi=False)
blueprint.after_request(never_kept)

LONGEST_KEY: Final = 64
USUAL_DAYS: Final = 14
OTHER: Final = "other"


@blueprint.get("/coverage/tasks")
def show() -> ResponseReturnValue:
    """Show open tasks, the most urgent first, or the closed ones."""
    reader = access.require_account()
    closed, mine = request.args.get("state") == "closed", request.args.get("mine") == "1"
    community = safe_text(request.args.get("community", ""))[:LONGEST_KEY] or None
    found = looking.listed(
        current_session(), reader, now(), is_open=not closed, mine=mine, community=community
    )
    return render_template(
        "coverage_tasks.html",
        tasks=[_task(one) for one in found],
        closed=closed,
        mine=mine,
        community=found[0].community if community and found else community,
        late=sum(one.overdue > 0 for one in found),
        address=_address,
    )


def _address(**other: str | None) -> str:
    """Return the address of this list with something else chosen; None takes it out."""
    kept = {key: request.args[key] for key in ("state", "mine", "community") if key in request.args}
    chosen: dict[str, Any] = {k: v for k, v in {**kept, **other}.items() if v is not None}
    return url_for("coverage_tasks.show", **chosen)


@blueprint.route("/coverage/tasks/new", methods=["GET", "POST"])
def begin() -> ResponseReturnValue:
    """Ask who mends a gap and by when; on POST name her."""
    keeper = access.require_account()
    check, kind, code = (
        safe_text(request.args.get(name, ""))[:LONGEST_KEY] for name in ("check", "kind", "code")
    )
    asked = looking.question(current_session(), keeper, check, kind, code, now())
    if asked.task is not None:
        return redirect(url_for("coverage_tasks.task", task_id=asked.task), 303)
    form = SentForm(request.form)
    if request.method == "POST":
        wanted = Wanted(check, kind, code, _owner(form), form.day("due"), _note(form, "note"))
        if not form.faults:
            try:
                service.begin(current_session(), keeper, wanted, now())
            except InvalidInput as refusal:
                form.refuse(refusal)
            else:
                return redirect(url_for("coverage_tasks.show"), 303)
    page = render_template("coverage_task.html", gap=_gap(asked), task=None, **_form(form, asked))
    return make_response(page, 422 if form.faults else 200)


@blueprint.route("/coverage/tasks/<int(max=2147483647):task_id>", methods=["GET", "POST"])
def task(task_id: int) -> ResponseReturnValue:
    """Show a task with the forms that change or drop it; on POST change it."""
    keeper = access.require_account()
    shown, candidates = looking.task(current_session(), keeper, task_id, now())
    form = SentForm(request.form)
    if request.method == "POST":
        owner, due, note = _owner(form), form.day("due"), _note(form, "note")
        if not form.faults:
            try:
                service.change(current_session(), keeper, task_id, owner, due, note, now())
            except InvalidInput as refusal:
                form.refuse(refusal)
            else:
                return redirect(url_for("coverage_tasks.show"), 303)
    return _one(shown, candidates, form)


@blueprint.post("/coverage/tasks/<int(max=2147483647):task_id>/drop")
def drop(task_id: int) -> ResponseReturnValue:
    """Close a task though its gap is still there."""
    keeper = access.require_account()
    form = SentForm(request.form)
    reason = _note(form, "reason")
    try:
        service.drop(current_session(), keeper, task_id, reason, now())
    except InvalidInput as refusal:
        form.refuse(refusal)
        shown, candidates = looking.task(current_session(), keeper, task_id, now())
        return _one(shown, candidates, form)
    return redirect(url_for("coverage_tasks.show"), 303)


def _one(shown: Task, candidates: tuple[Candidate, ...], form: SentForm) -> ResponseReturnValue:
    known = {candidate.code for candidate in candidates}
    stored = {
        "owner": shown.owner_code if shown.owner_code in known else OTHER,
        "other": "" if shown.owner_code in known else shown.owner_code,
        "due": shown.due.isoformat(),
        "note": shown.note,
    }
    page = render_template(
        "coverage_task.html",
        task=_task(shown),
        gap=None,
        candidates=[_candidate(one) for one in candidates],
        sent={**stored, **form.sent},
        faults=form.faults,
        today=today().isoformat(),
    )
    return make_response(page, 422 if form.faults else 200)


def _owner(form: SentForm) -> str:
    """Return the code of whoever was chosen, or written in where somebody else was meant."""
    name = "other" if form.sent.get("owner") == OTHER else "owner"
    return form.text(name, LONGEST_KEY)


def _note(form: SentForm, name: str) -> str:
    return form.text(name, LONGEST_NOTE) if form.has(name) else ""


def _form(form: SentForm, asked: Question) -> dict[str, Any]:
    usual = {"due": (today() + timedelta(days=USUAL_DAYS)).isoformat()}
    return {
        "candidates": [_candidate(one) for one in asked.candidates],
        "sent": {**usual, **form.sent},
        "faults": form.faults,
        "today": today().isoformat(),
    }


def _gap(asked: Question) -> dict[str, Any]:
    found, reader = asked.finding, language.current()
    return {
        "label": _label(found.check),
        "name": found.gap.subject.name,
        "community": asked.community,
        "why": found.why(reader),
        "mend": found.mend(reader),
        "since": format_date(found.gap.since, "medium"),
    }


def _candidate(one: Candidate) -> dict[str, str]:
    reader = language.current()
    posts = "、" if reader == "zh" else ", "
    return {
        "code": one.code,
        "name": one.name,
        "posts": posts.join(kind.label(reader) for kind in one.posts),
    }


def _label(check: str) -> str:
    known = {one.key: one.label for one in CHECKS}
    return known[check].fill(language.current()) if check in known else check


def _task(one: Task) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _label(one.check),
        "name": one.name,
        "community": one.community,
        "community_code": one.community_code,
        "check": one.check,
        "owner": one.owner,
        "opener": one.opener,
        "due": format_date(one.due, "medium"),
        "note": one.note,
        "opened": format_date(one.opened_at, "medium"),
        "state": _state(one),
        "closed": format_date(one.closed_at, "medium") if one.closed_at else "",
        "reason": one.reason or "",
        "is_open": one.closed_at is None,
    }


def _state(one: Task) -> tuple[str, str]:
    """The state of a task in words, and its colour."""
    if one.ended:
        return one.ended.label(language.current()), "green" if one.ended == "mended" else ""
    if one.overdue:
        return _("过期 {n} 天").replace("{n}", str(one.overdue)), "red"
    left = (one.due - today()).days
    if not left:
        return _("今天到期"), "amber"
    return _("还有 {n} 天").replace("{n}", str(left)), "amber" if left <= 3 else "blue"  # noqa: PLR2004 - soon
