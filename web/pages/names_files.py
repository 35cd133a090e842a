"""The gazetteer's names as a workbook: out, and in again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geodata import name_tables
from geodata.intake.staging import safe_name
from geodata.registers import opening
from geodata.workbook_imports import NAMES, kept
from gridmap.errors import GridmapError, InvalidInput, RefusedRows, TooLarge, UnreadableFile
from gridmap.gazetteer import merging, names
from web import access, language
from web.params import now, today
from web.session import current_session

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN: Final = 100
UNPROCESSABLE: Final = 422


def export() -> Response:
    """Give all names beside the official ones as of today; that they left is on record."""
    session, who = current_session(), access.require_account()
    listed = names.every_name(session, who, today(), now())
    name = f"{_('地名库')}-{today().isoformat()}.xlsx"
    response = Response(name_tables.write(listed, language.current()), mimetype=XLSX)
    named = f"attachment; filename=\"names.xlsx\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = named
    return response


def take() -> ResponseReturnValue:
    """Take a workbook of names: all of it, or nothing with what is wrong line by line."""
    session, keeper = current_session(), access.require_account()
    file = request.files.get("file")
    content = file.stream.read(opening.LARGEST_FILE + 1) if file else b""
    if not content:
        return _refused(_("请选择文件。"), [])
    name = safe_name(file.filename or "") if file else ""
    with tempfile.TemporaryDirectory(prefix="gridmap-names-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            rows = name_tables.read(path)
            with kept(session, keeper, NAMES, path, today(), now()) as record:
                record.counts = dict(merging.merge(session, keeper, rows, now()))
        except RefusedRows as refusal:
            lines = [
                (one.number, one.en if language.current() == "en" else one.zh)
                for one in refusal.faults
            ]
            return _refused(refusal.message(language.current()), lines)
        except (InvalidInput, TooLarge, UnreadableFile) as refusal:
            return _refused(_words(refusal), [])
    return redirect(url_for("names.show", said="taken"), 303)


def _words(refusal: GridmapError) -> str:
    reader = language.current()
    return f"{refusal.message(reader)} {refusal.hint(reader)}".strip()


def _refused(words: str, lines: list[tuple[int, str]]) -> ResponseReturnValue:
    page = render_template("names_refused.html", words=words, lines=lines[:MOST_SHOWN])
    return page, UNPROCESSABLE
