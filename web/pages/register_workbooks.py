"""A register's workbook: download an empty or a filled one, see what a sent one would change, take it."""

from __future__ import annotations

import base64
import binascii
import tempfile
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Final, TypeVar
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field

from geodata.registers import making, opening, service
from geodata.registers.comparing import Fate
from geodata.registers.service import Preview, PreviewOutdated, Wanted
from gridmap.errors import InvalidInput, TooLarge, UnreadableFile
from gridmap.registers import service as registers
from gridmap.registers.catalogue import register_named
from gridmap.registers.changes import RefusedChanges
from gridmap.registers.columns import Register
from web import access, language
from web.pages import register_workbook_view as view
from web.pages import workbook_taken
from web.pages.account_steps import never_kept
from web.pages.settings_forms import SentForm
from web.params import DayQuery, Params, now, today
from web.session import current_session

blueprint = APIBlueprint(
    "register_workbooks", __name__, enable_openapi=False, url_prefix="/registers"
)
blueprint.after_request(never_kept)

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PART: Final = 400_000
"""Characters of a hidden field; a form's field may have 500,000."""
LONGEST_NAME: Final = 120

Answer = TypeVar("Answer")


class ShowQuery(Params):
    """What was just taken, to say so."""

    new: Annotated[int, Field(ge=0, le=100_000)] = 0
    changed: Annotated[int, Field(ge=0, le=100_000)] = 0
    ended: Annotated[int, Field(ge=0, le=100_000)] = 0
    undone: bool = False


@blueprint.get("/<register>/workbook")
def show(register: str) -> ResponseReturnValue:
    """Show what can be downloaded, and the form that takes a workbook."""
    query = ShowQuery.model_validate(request.args.to_dict())
    told = query.new or query.changed or query.ended
    return _page(register_named(register), taken=query if told else None, undone=query.undone)


@blueprint.get("/<register>/workbook/template.xlsx")
def template(register: str) -> Response:
    """Give an empty workbook to fill in."""
    known, reader = register_named(register), language.current()
    name = f"{known.label(reader)}-{_('模板')}.xlsx"
    return _file(making.template(known, reader), known, name)


@blueprint.get("/<register>/workbook/export.xlsx")
def export(register: str) -> Response:
    """Give the register as of a day; that it left is on record."""
    known, reader = register_named(register), language.current()
    day = DayQuery.model_validate(request.args.to_dict()).on
    who = access.require_account()
    content = service.export(current_session(), who, known, day, reader, now())
    return _file(content, known, f"{known.label(reader)}-{day.isoformat()}.xlsx")


@blueprint.post("/<register>/workbook")
def preview(register: str) -> ResponseReturnValue:
    """Show what a sent workbook would change; nothing is changed."""
    known, form = register_named(register), SentForm(request.form)
    file = request.files.get("file")
    content = file.stream.read(opening.LARGEST_FILE + 1) if file else b""
    name = _name(file.filename if file else "")
    if not content:
        form.faults["file"] = _("请选择文件。")
    return _previewed(known, form, name, content)


@blueprint.post("/<register>/workbook/take")
def take(register: str) -> ResponseReturnValue:
    """Take the workbook whose preview was shown, exactly so; else show what it would do now."""
    known, form = register_named(register), SentForm(request.form)
    content, name = _sent_back(form), _name(form.sent.get("name", ""))
    wanted, keeper = _wanted(known, form), access.require_account()
    shown = form.sent.get("fingerprint", "")
    if form.faults:
        return _page(known, form, status=422)
    try:
        made, _written = _with_file(
            name,
            content,
            lambda path: service.take(current_session(), keeper, path, wanted, shown, now()),
        )
    except PreviewOutdated as refusal:
        return _previewed(known, form, name, content, notice=_words(refusal), status=409)
    except RefusedChanges:
        return _previewed(known, form, name, content)
    except (InvalidInput, TooLarge, UnreadableFile) as refusal:
        form.faults["file"] = _words(refusal)
        return _page(known, form, status=422)
    counts = {str(fate): made.counts[fate] for fate in (Fate.NEW, Fate.CHANGED, Fate.ENDED)}
    return redirect(url_for("register_workbooks.show", register=known.key, **counts), 303)  # type: ignore[arg-type]


@blueprint.post("/<register>/workbook/<int(max=2147483647):number>/undo")
def undo(register: str, number: int) -> ResponseReturnValue:
    """Roll a workbook back as a whole; where something rests on it, say what and what to do."""
    known = register_named(register)
    stands = workbook_taken.undo(known.key, number)
    if stands:
        return _page(known, stands=stands, status=409)
    address = url_for("register_workbooks.show", register=known.key, undone=True, _anchor="taken")
    return redirect(address, 303)


def _previewed(
    register: Register,
    form: SentForm,
    name: str,
    content: bytes,
    *,
    notice: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    wanted, keeper = _wanted(register, form), access.require_account()
    if form.faults:
        return _page(register, form, status=422)
    try:
        found = _with_file(
            name,
            content,
            lambda path: service.preview(current_session(), keeper, path, wanted, now()),
        )
    except (InvalidInput, TooLarge, UnreadableFile) as refusal:
        field = refusal.field if refusal.field == "complete" else "file"
        form.faults[field] = _words(refusal)
        return _page(register, form, status=422)
    return _preview_page(wanted, form, found, (name, content), notice, status)


def _preview_page(
    wanted: Wanted,
    form: SentForm,
    found: Preview,
    file: tuple[str, bytes],
    notice: str,
    status: int,
) -> ResponseReturnValue:
    packed = base64.b64encode(file[1]).decode("ascii")
    page = render_template(
        "register_preview.html",
        register=wanted.register,
        sent=form.sent,
        day=wanted.day,
        complete=wanted.complete,
        name=file[0],
        notice=notice,
        parts=[packed[at : at + PART] for at in range(0, len(packed), PART)],
        fingerprint=found.fingerprint,
        **view.shown(found, wanted.register),
    )
    return make_response(page, 422 if found.faults and status == 200 else status)  # noqa: PLR2004


def _page(
    register: Register,
    form: SentForm | None = None,
    *,
    taken: ShowQuery | None = None,
    stands: str = "",
    undone: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    may_write = registers.may_write(access.require_account().scope, register)
    page = render_template(
        "register_workbook.html",
        register=register,
        may_write=may_write,
        sent={"day": today().isoformat(), **(form.sent if form else {})},
        faults=form.faults if form else {},
        taken=taken,
        imports=workbook_taken.shown(register.key) if may_write else [],
        stands=stands,
        undone=undone,
        today=today().isoformat(),
        largest=opening.LARGEST_FILE >> 20,
    )
    return make_response(page, status)


def _wanted(register: Register, form: SentForm) -> Wanted:
    return Wanted(register, form.day("day") or date.min, form.sent.get("complete") == "1")


def _with_file(name: str, content: bytes, work: Callable[[Path], Answer]) -> Answer:
    """Do something with a file of this name, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gridmap-register-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return work(path)


def _name(sent: str | None) -> str:
    """A file's name without folders and without what file systems cannot take."""
    plain = unicodedata.normalize("NFC", Path((sent or "").replace("\\", "/")).name)
    plain = "".join(one for one in plain if one.isprintable() and one not in '<>:"|?*')
    suffix = Path(plain).suffix[:10]
    stem = plain.removesuffix(suffix)[: LONGEST_NAME // 3].strip(". ")
    return f"{stem or 'workbook'}{suffix}"


def _sent_back(form: SentForm) -> bytes:
    """The file that the page of the preview holds."""
    packed, at = "", 0
    while f"part{at}" in form.sent:
        packed += form.sent[f"part{at}"]
        at += 1
    with suppress(binascii.Error, ValueError):
        return base64.b64decode(packed, validate=True)
    return b""


def _words(refusal: InvalidInput | TooLarge | UnreadableFile | PreviewOutdated) -> str:
    reader = language.current()
    return f"{refusal.message(reader)}{' ' if reader == 'en' else ''}{refusal.hint(reader)}".strip()


def _file(content: bytes, register: Register, name: str) -> Response:
    """Give a workbook under its name; by the register's key where a browser reads ASCII only."""
    response = Response(content, mimetype=XLSX)
    named = f"attachment; filename=\"{register.key}.xlsx\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = named
    return response
