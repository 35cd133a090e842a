"""Filled-in workbooks of registers, made as people make them: shared by tests."""

from __future__ import annotations

import openpyxl

from geodata.registers import service
from geodata.registers.service import Wanted
from gridmap.registers.catalogue import register_named
from gridmap.registers.changes import RefusedChanges
from tests.registers.keeping import DAY, NOW


def book(path, register, *rows, headers=None, notes=()):
    """Write a workbook whose rows are given by column key, or as they are for unknown headers."""
    known = register_named(register)
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    keys = headers or list(dict.fromkeys(key for row in rows for key in row))
    for note in notes:
        sheet.append([note])
    sheet.append([column.zh if (column := known.column(key)) else key for key in keys])
    for row in rows:
        sheet.append([row.get(key) for key in keys])
    made.save(path)
    return path


def preview(session, keeper, path, register, *, day=DAY, complete=False):
    wanted = Wanted(register_named(register), day, complete)
    return service.preview(session, keeper, path, wanted, NOW)


def take(session, keeper, path, register, *, day=DAY, complete=False, fingerprint=None):
    wanted = Wanted(register_named(register), day, complete)
    return service.take(session, keeper, path, wanted, fingerprint, NOW)[0]


def refused(session, keeper, path, register, **asked):
    """The faults of taking a workbook: (row, column) to the Chinese sentence."""
    try:
        take(session, keeper, path, register, **asked)
    except RefusedChanges as refusal:
        return {(fault.row, fault.column): fault.zh for fault in refusal.faults}
    return {}


def counts(found):
    """How many lines there are of each fate, those that there are."""
    return {str(fate): count for fate, count in found.counts.items() if count}
