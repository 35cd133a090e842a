"""Hours of the platform's workbook: checked, taken whole or not at all, taken out again."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic_core import PydanticCustomError

from geodata import hours_tables
from geodata.registers import opening
from gridmap.errors import (
    GridmapError,
    IllegalStep,
    InvalidInput,
    RefusedRows,
    TooLarge,
    UnreadableFile,
)
from gridmap.volunteering import importing
from gridmap.volunteering.importing import Compared, HoursRow
from web import access, language
from web.pages import volunteer_words as words
from web.params import now, safe_text
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_import", __name__, enable_openapi=False, url_prefix="/volunteers/desk/import"
)

LONGEST_NAME: Final = 120
MOST_SHOWN: Final = 100


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the form, and what was taken before."""
    return _page()


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:  # noqa: ANN401 - values of the template
    page = render_template(
        "volunteer_import.html",
        imports=importing.latest(current_session()),
        said=request.args.get("said", ""),
        **{"fault": "", "lines": [], "compared": None, "total": ""} | more,
    )
    return make_response(page, status)


@blueprint.post("")
def send() -> ResponseReturnValue:
    """Check a workbook, or take it."""
    file = request.files.get("file")
    content = file.stream.read(opening.LARGEST_FILE + 1) if file else b""
    if not file or not content:
        return _page(422, fault=_("请选择文件。"))
    try:
        rows = _read(content, Path(file.filename or "").suffix[:10])
        if request.form.get("do") == "check":
            return _checked(importing.compare(current_session(), rows, now()))
        digest = sha256(content).hexdigest()
        who = access.require_account().account_id
        importing.take(current_session(), rows, _named(file.filename), digest, who, now())
    except RefusedRows as refusal:
        return _refused(refusal)
    except (InvalidInput, TooLarge, UnreadableFile) as refusal:
        return _page(422, fault=_words(refusal))
    return redirect(url_for("volunteer_import.show", said="taken"), 303)


def _read(content: bytes, suffix: str) -> list[HoursRow]:
    with tempfile.TemporaryDirectory(prefix="gridmap-hours-") as folder:
        path = Path(folder) / f"hours{suffix}"
        path.write_bytes(content)
        return hours_tables.read(path)


def _named(written: str | None) -> str:
    try:
        return safe_text(written or "")[:LONGEST_NAME]
    except PydanticCustomError:
        return "?"


def _checked(compared: Compared) -> ResponseReturnValue:
    if compared.faults:
        return _refused(RefusedRows(compared.faults))
    total = sum(row.minutes for _one, _key, row in compared.new)
    return _page(compared=compared, total=words.hours(total))


def _refused(refusal: RefusedRows) -> ResponseReturnValue:
    english = language.current() == "en"
    lines = [(one.number, one.en if english else one.zh) for one in refusal.faults[:MOST_SHOWN]]
    return _page(422, fault=refusal.message(language.current()), lines=lines)


def _words(refusal: GridmapError) -> str:
    reader = language.current()
    return f"{refusal.message(reader)} {refusal.hint(reader)}".strip()


@blueprint.post("/<int:import_id>/undo")
def undo(import_id: int) -> ResponseReturnValue:
    """Take the records of an import out again."""
    try:
        who = access.require_account().account_id
        importing.undo(current_session(), import_id, who, now())
    except IllegalStep as refusal:
        return _page(409, fault=_words(refusal))
    return redirect(url_for("volunteer_import.show", said="undone"), 303)
