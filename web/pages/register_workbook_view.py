"""What a workbook would change, in the reader's words: counts, lines with their differences, faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask_babel import gettext as _

from geodata.registers.comparing import Difference, Fate, Line
from geodata.registers.service import Preview
from gridmap.registers.cells import Value, words_of
from gridmap.registers.changes import Fault
from gridmap.registers.columns import Register
from web import language

MOST_LINES: Final = 500
MOST_FAULTS: Final = 200
LONGEST_WORDS: Final = 80
_COLORS: Final[Mapping[Fate, str]] = {Fate.NEW: "green", Fate.CHANGED: "blue", Fate.ENDED: "amber"}
_NAMED_BY: Final = (
    "kind",
    "name",
    "target_name",
    "compound_name",
    "community_name",
    "person_name",
    "company_name",
    "agency_name",
    "day",
    "topic",
)
"""Columns that tell people which record is meant, in the order in which they say it."""
_CODES: Final = ("target", "compound", "community", "code")
"""Where no name stands beside a code, the code itself."""


def shown(found: Preview, register: Register) -> dict[str, Any]:
    """Return what the page of a preview says.

    Args:
        found: the preview.
        register: its register.
    """
    reader = language.current()
    names = {row: name_of(register, values) for row, values in found.names.items()}
    told = [line for line in found.lines if line.fate is not Fate.SAME]
    return {
        "counts": [(str(fate), fate.label(reader), found.counts[fate]) for fate in Fate],
        "lines": [_line(line, register) for line in told[:MOST_LINES]],
        "more_lines": max(0, len(told) - MOST_LINES),
        "faults": [_fault(fault, register, names) for fault in found.faults[:MOST_FAULTS]],
        "more_faults": max(0, len(found.faults) - MOST_FAULTS),
        "fault_count": len(found.faults),
        "unknown": found.unknown,
        "missing": [column.label(reader) for column in found.missing],
        "anything": bool(told),
    }


def _line(line: Line, register: Register) -> dict[str, Any]:
    reader = language.current()
    return {
        "row": line.number if line.number > 0 else None,
        "fate": line.fate.label(reader),
        "color": _COLORS.get(line.fate, ""),
        "name": name_of(register, line.names),
        "differences": [_difference(one) for one in line.differences],
        "given": list(_values(line, register)) if line.fate is Fate.NEW else [],
    }


def name_of(register: Register, values: Mapping[str, Value]) -> str:
    """Return which record is meant, by the names of its place and of its person."""
    words = (_words(register, key, values) for key in _naming(values))
    return " · ".join(word for word in words if word)


def _naming(values: Mapping[str, Value]) -> list[str]:
    """The columns whose words make up a record's name."""
    named = [key for key in _NAMED_BY if values.get(key)]
    placed = any(key.endswith("_name") and key != "person_name" for key in named)
    codes = [] if placed or "name" in named else [key for key in _CODES if values.get(key)][:1]
    return [*codes, *named]


def _words(register: Register, key: str, values: Mapping[str, Value]) -> str:
    column = register.column(key)
    return words_of(column, values.get(key), language.current()) if column else ""


def _difference(one: Difference) -> dict[str, str]:
    reader = language.current()
    return {
        "label": one.column.label(reader),
        "before": _short(words_of(one.column, one.before, reader)),
        "after": _short(words_of(one.column, one.after, reader)),
    }


def _values(line: Line, register: Register) -> Iterator[tuple[str, str]]:
    """What a new record will say beside its name."""
    reader, naming = language.current(), set(_naming(line.names))
    for column in register.writable:
        text = words_of(column, line.names.get(column.key), reader)
        if text and column.key not in naming:
            yield column.label(reader), _short(text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"


def _fault(fault: Fault, register: Register, names: Mapping[int, str]) -> dict[str, Any]:
    reader = language.current()
    column = register.column(fault.column) if fault.column else None
    label = column.label(reader) if column else ""
    if fault.column == "from_day":
        label = _("从哪天起")
    return {
        "row": fault.row if fault.row > 0 else None,
        "column": label,
        "name": names.get(fault.row, ""),
        "message": fault.message(reader),
    }
