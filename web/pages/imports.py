"""Files in, step by step: choose a file, match its fields, look at its problems, let it take effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from apiflask import APIBlueprint
from flask import (
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from geodata.intake import history, service, staging
from geodata.intake.service import Asked
from geodata.intake.staging import Staged
from geodata.loading import LOADED
from geodata.sources import Layer
from gridmap.errors import GridmapError, InvalidInput, MissingCrs, NotFound, UnknownCrs
from web import access, errors, language
from web.config import LARGEST_BODY, home
from web.pages import imports_view as view
from web.pages.account_steps import never_kept
from web.pages.county_map import map_of
from web.pages.imports_forms import ENCODINGS, asked_in
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("import_pages", __name__, enable_openapi=False, url_prefix="/imports")
blueprint.after_request(never_kept)

FOLDER: Final = "gridmap_import_folder"
"""Where files wait, in the application's extensions; under the server's home unless a test says."""


def folder() -> Path:
    """Return where files wait."""
    given: Path = current_app.extensions.get(FOLDER) or home() / "imports"
    return given


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the form that takes a file, and the history of imports."""
    return _start()


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Take a file, read it once, go on to its fields."""
    form = SentForm(request.form)
    layer = form.word("layer", Layer)
    sent = [(file.filename or "", file.stream) for file in request.files.getlist("file")]
    if form.faults:
        return _refused(
            InvalidInput(reason_zh="请选择图层。", reason_en="Choose a layer.", field="layer")
        )
    account = access.require_account()
    try:
        staged = staging.stage(
            folder(),
            [one for one in sent if one[0]],
            layer,
            account_id=account.account_id,
            now=now(),
        )
    except GridmapError as refusal:
        return _refused(refusal)
    finally:
        for _name, stream in sent:
            stream.close()
    try:
        service.look(folder(), staged, Asked())
    except GridmapError as refusal:
        if not _can_be_answered(refusal):
            service.refuse(current_session(), folder(), staged, refusal, (today(), now()))
            return _refused(refusal)
    address = url_for("import_pages.fields", key=staged.key)
    return redirect(address, 303) if errors.wants_page() else jsonify(location=address)


@blueprint.get("/files/<key>")
def fields(key: str) -> ResponseReturnValue:
    """Show what the file holds and which field each column seems to mean."""
    staged = _staged(key)
    return _fields(staged, service.asked_of(staged))


@blueprint.post("/files/<key>")
def check(key: str) -> ResponseReturnValue:
    """Read the file as asked; check it, or show its fields again."""
    staged = _staged(key)
    form = SentForm(request.form)
    asked = asked_in(form, staged.layer)
    if form.faults:
        return _fields(staged, asked, form)
    if request.form.get("step") == "read":
        staging.changed(folder(), staged, options=asked.as_options() | {"fields": {}})
        return redirect(url_for("import_pages.fields", key=key), 303)
    try:
        service.check(current_session(), folder(), staged, asked, now())
    except GridmapError as refusal:
        return _fields(staged, asked, form, refusal)
    return redirect(url_for("import_pages.problems", key=key), 303)


@blueprint.get("/files/<key>/problems")
def problems(key: str) -> ResponseReturnValue:
    """Show what is wrong with a checked file, what it would change, and the button that takes it."""
    staged = _staged(key)
    if staged.record_id is None:
        return redirect(url_for("import_pages.fields", key=key), 303)
    found = history.one(current_session(), staged.record_id)
    page = render_template(
        "imports_problems.html",
        staged=staged,
        **view.problems_of(found, language.current()),
        **map_of(today()),
        options=service.asked_of(staged),
        record=found,
    )
    return make_response(page)


@blueprint.get("/files/<key>/shapes.json")
def shapes(key: str) -> ResponseReturnValue:
    """Answer the checked file's features by what becomes of them."""
    path = staging.shapes_path(folder(), _staged(key))
    if not path.exists():
        raise NotFound(what_zh="检查过的图形", what_en="Checked shapes")
    return Response(path.read_bytes(), mimetype="application/json")


@blueprint.post("/files/<key>/take")
def take(key: str) -> ResponseReturnValue:
    """Let a checked file take effect: all of it, or nothing."""
    staged = _staged(key)
    outcome = service.take(current_session(), folder(), staged, now())
    if outcome.result != LOADED:
        return redirect(url_for("import_pages.fields", key=key), 303)
    staging.drop(folder(), staged)
    return redirect(url_for("import_pages.record", number=outcome.record_id, done=1), 303)


@blueprint.get("/<int:number>")
def record(number: int) -> ResponseReturnValue:
    """Show one import: what it did, what was wrong, and whether it can be rolled back."""
    return _record(number)


@blueprint.get("/<int:number>/problems.csv")
def listing(number: int) -> Response:
    """Give an import's problems as a table."""
    found = history.one(current_session(), number)
    response = make_response(view.csv_of(found))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f"attachment; filename=import-{number}-problems.csv"
    return response


@blueprint.post("/<int:number>/undo")
def undo(number: int) -> ResponseReturnValue:
    """Roll an import back as a whole; where something rests on it, say what."""
    history.undo(current_session(), number, now(), account_id=access.require_account().account_id)
    return redirect(url_for("import_pages.record", number=number), 303)


def _staged(key: str) -> Staged:
    return staging.find(folder(), key, access.require_account().account_id)


def _can_be_answered(refusal: GridmapError) -> bool:
    """Tell whether the next page can ask what is missing: coordinate system, encoding, layer."""
    return isinstance(refusal, MissingCrs | UnknownCrs) or refusal.field in {"encoding", "layer"}


def _start(refusal: GridmapError | None = None) -> ResponseReturnValue:
    everything = "all" in request.args
    page = render_template(
        "imports.html",
        layers=service.layers(),
        chosen=request.form.get("layer", "buildings"),
        refusal=refusal,
        most_mb=LARGEST_BODY // 1024**2,
        everything=everything,
        imports=[
            view.line_of(one, language.current())
            for one in history.listed(current_session(), everything=everything)
        ],
    )
    return make_response(page, 200 if refusal is None else errors.status_of(refusal))


def _refused(refusal: GridmapError) -> ResponseReturnValue:
    """Answer a file that is not taken; what is on record of it stays."""
    return _start(refusal) if errors.wants_page() else errors.answer(refusal)


def _fields(
    staged: Staged,
    asked: Asked,
    form: SentForm | None = None,
    refusal: GridmapError | None = None,
) -> ResponseReturnValue:
    look: service.Look | None = None
    try:
        look = service.look(folder(), staged, asked)
    except GridmapError as unread:
        refusal = refusal or unread
    known: dict[str, Any] = view.fields_of(look, asked, language.current()) if look else {}
    page = render_template(
        "imports_fields.html",
        staged=staged,
        asked=asked,
        day=(asked.day or today()).isoformat(),
        look=look,
        refusal=refusal,
        faults=form.faults if form else {},
        encodings=ENCODINGS,
        **view.may_of(staged.layer),
        **known,
    )
    wrong = form is not None and bool(form.faults)
    status = errors.status_of(refusal) if refusal and form else 422 if wrong else 200
    return make_response(page, status)


def _record(number: int) -> ResponseReturnValue:
    found = history.one(current_session(), number)
    rests = found.outcome == LOADED and found.undone_at is None
    resting = history.resting(current_session(), number) if rests else []
    return make_response(
        render_template(
            "imports_record.html",
            record=found,
            line=view.line_of(found, language.current()),
            resting=resting,
            ways=history.ways(resting, language.current()),
            may_undo=rests,
            done="done" in request.args,
            **view.problems_of(found, language.current()),
            **map_of(today()),
        )
    )
