"""Forms of the registers: fields made from a register's columns, what was sent, what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from flask import request
from flask_babel import gettext as _

from gridmap.registers import suggesting
from gridmap.registers.cells import Value, words_of
from gridmap.registers.changes import Action, RefusedChanges
from gridmap.registers.columns import Column, ColumnType, Register
from web import language
from web.params import today
from web.session import current_session

AREA_COLUMNS: Final = ("target", "community", "compound", "communities", "centre")
_LONG: Final = 200
_SPAN: Final = frozenset({"begins", "ends"})
_MOST_SENT: Final = 4000


@dataclass(slots=True)
class Sent:
    """A form as it was sent: texts by field, and sentences by field for what is wrong."""

    texts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def refuse(self, refusal: RefusedChanges) -> None:
        """Put every fault beside its field; what belongs to none stands above the form."""
        reader = language.current()
        for fault in refusal.faults:
            self.faults.setdefault(fault.column or "form", fault.message(reader))


def sent() -> Sent:
    """Return the form of the request."""
    return Sent({name: text[:_MOST_SENT] for name, text in request.form.items()})


def words(register: Register, values: Mapping[str, Value]) -> dict[str, str]:
    """Return values by column key as the form's fields hold them."""
    held: dict[str, str] = {}
    for column in register.columns:
        value = values.get(column.key)
        is_word = column.type in {ColumnType.CHOICE, ColumnType.YES_NO}
        if is_word and value is not None:
            held[column.key] = str(value).lower()
        else:
            held[column.key] = words_of(column, value, "zh")
    return held


def columns_for(register: Register, action: Action) -> list[Column]:
    """Return the columns that a form asks for: those that the action may change."""
    if action is Action.RENEW:
        return [column for column in register.writable if column.key == "term_end"]
    if action in {Action.END, Action.WITHDRAW}:
        return []
    left_out: Collection[str] = ()
    if action is Action.CHANGE:
        left_out = {"code", *(_SPAN if register.dated else ())}
    elif action is Action.CORRECT:
        left_out = {"code"}
    return [column for column in register.writable if column.key not in left_out]


def given(columns: Collection[Column], form: Sent) -> dict[str, Value]:
    """Return the cells of a new record."""
    return {column.key: form.texts.get(column.key, "") for column in columns}


def differing(
    columns: Collection[Column], form: Sent, standing: Mapping[str, str]
) -> dict[str, Value]:
    """Return the cells that are not what stands there."""
    return {
        column.key: text
        for column in columns
        if (text := form.texts.get(column.key, "").strip()) != standing.get(column.key, "")
    }


def fields(register: Register, columns: Collection[Column], form: Sent) -> list[dict[str, Any]]:
    """Return what the template shows of each field; a person's name stands before her code."""
    ordered = list(columns)
    for at, column in enumerate(ordered[1:], start=1):
        if column.key == "person_name" and ordered[at - 1].key == "person":
            ordered[at - 1], ordered[at] = ordered[at], ordered[at - 1]
    return [_field(register, column, form) for column in ordered]


def _label(register: Register, column: Column) -> str:
    """A field that finds codes by name is called by what it means."""
    named = register.column(f"{column.key}_name") if column.key != "person" else None
    return (named or column).label(language.current())


def _field(register: Register, column: Column, form: Sent) -> dict[str, Any]:
    reader = language.current()
    text = form.texts.get(column.key, "")
    return {
        "key": column.key,
        "label": _label(register, column),
        "kind": _kind(column),
        "text": text,
        "required": column.required,
        "hint": _hint(column),
        "fault": form.faults.get(column.key, ""),
        "example": column.example,
        "options": [(term.value, term.label(reader)) for term in column.terms],
        "named": named(column, text),
        "longest": column.longest,
        "private": column.private,
    }


def _hint(column: Column) -> str:
    if column.key != "person" and _kind(column) == "code":
        return str(_("写名称或编码的一部分，从列表里选。"))
    return column.explanation(language.current())


def _kind(column: Column) -> str:
    if column.type is ColumnType.TEXT:
        return (
            "long" if column.longest > _LONG else "name" if column.key == "person_name" else "text"
        )
    if column.type is ColumnType.CODE:
        return "code" if column.refers and not column.many else "text"
    return column.type.value


def named(column: Column, code: str) -> str:
    """The name of what a code stands for, shown beside it."""
    if not code or not column.refers or column.many:
        return ""
    return suggesting.named(current_session(), column.refers, code, today())


def day_of(text: str) -> date | None:
    """Return the day of a field; None where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
