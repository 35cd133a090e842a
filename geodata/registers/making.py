"""Workbooks out: an empty sheet to fill in, or a register as of a day in the same layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from geodata import workbooks
from geodata.registers import layout
from geodata.workbooks import Cell, Sheet
from gridmap.accounts.service import SignedIn
from gridmap.registers import service
from gridmap.registers.cells import Value, words_of
from gridmap.registers.changes import Record
from gridmap.registers.columns import Column, ColumnType, Register

_AS_THEY_ARE: Final = frozenset({ColumnType.DAY, ColumnType.NUMBER})


def template(register: Register, language: str) -> bytes:
    """Return a workbook to fill in: header, notes, an example, drop-downs, a sheet that explains.

    Args:
        register: the register.
        language: ``zh`` or ``en``.
    """
    columns = layout.columns(register, language, examples=True)
    sheet = Sheet(register.label(language), columns, ())
    return workbooks.write([sheet, layout.explanation_sheet(register, language)])


def export(
    session: Session, reader: SignedIn, register: Register, day: date, language: str
) -> bytes:
    """Return a register as of a day, in the layout of its template.

    Phones that are nobody else's business stay blank for who may not see them.
    """
    sheet = _sheet(session, reader, register, day, language)
    return workbooks.write([sheet, layout.explanation_sheet(register, language)])


def export_all(
    session: Session, reader: SignedIn, registers: Sequence[Register], day: date, language: str
) -> bytes:
    """Return one workbook with a sheet for each register as of a day."""
    return workbooks.write(_sheet(session, reader, one, day, language) for one in registers)


def _sheet(
    session: Session, reader: SignedIn, register: Register, day: date, language: str
) -> Sheet:
    found = service.rows(session, reader, register, day)
    columns = layout.columns(register, language, examples=False)
    return Sheet(register.label(language), columns, _rows(register, found.records, language))


def _rows(
    register: Register, records: Sequence[Record], language: str
) -> Iterator[tuple[Cell, ...]]:
    for record in records:
        yield tuple(cell(one, record.values[one.key], language) for one in register.columns)


def cell(column: Column, value: Value, language: str) -> Cell:
    """Return a value as a sheet holds it: days and numbers as such, all else in words."""
    if value is None or column.type in _AS_THEY_ARE:
        return value
    return words_of(column, value, language)
