"""What the form of a file's fields says."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from pydantic_core import PydanticCustomError

from geodata.intake.service import Asked
from geodata.sources import SOURCES, Layer
from web.pages.settings_forms import SentForm
from web.params import safe_text

ENCODINGS: Final = ("utf-8", "gb18030", "big5")
LONGEST_CRS: Final = 32
LONGEST_COLUMN: Final = 200
LONGEST_NAME: Final = 64
FIELD: Final = "field-"


def asked_in(form: SentForm, layer: Layer) -> Asked:
    """Return how a form asks to read and take a file; what is wrong stands in its faults."""
    encoding = form.sent.get("encoding", "")
    if encoding and encoding not in ENCODINGS:
        form.faults["encoding"] = _("请从列表中选一项。")
    columns = {
        field.name: _column(form, FIELD + field.name)
        for field in SOURCES[layer].fields
        if FIELD + field.name in form.sent
    }
    return Asked(
        crs=form.text("crs", LONGEST_CRS) if form.has("crs") else None,
        encoding=encoding or None,
        table=form.text("table", LONGEST_COLUMN) if form.has("table") else None,
        fields=columns,
        day=form.day("day"),
        repair=form.has("repair"),
        complete=form.has("complete"),
        county_name=form.text("county_name", LONGEST_NAME) if form.has("county_name") else None,
    )


def _column(form: SentForm, name: str) -> str:
    """Return a chosen column, exactly as the file has it."""
    column = form.sent[name]
    try:
        safe_text(column)
    except PydanticCustomError:
        form.faults[name] = _("含有不允许的控制字符。")
    if len(column) > LONGEST_COLUMN:
        form.faults[name] = _("请从列表中选一项。")
    return column
