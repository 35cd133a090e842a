"""Filled-in workbooks of registers, made as people make them: shared by tests."""

from __future__ import annotations

from datetime import date

import openpyxl

from geodata.registers import making, reading, service
from geodata.registers.service import Wanted
from gridmap.registers.catalogue import register_named
from gridmap.registers.changes import RefusedChanges
from tests.registers.keeping import DAY, GRID, HERE, NOW, begin, put


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


SINCE = date(2026, 1, 1)
LINK = {"kind": "县级联系领导", "target": HERE, "person_name": "李示安", "begins": SINCE}
HELPER = {"target": GRID, "person_name": "周示一", "phone": "13800000001", "begins": SINCE}


def helpers(session, keeper, count=2):
    changes = [
        begin(n, target=GRID, person_name=f"周示{n}", phone=f"1380000000{n}", begins=SINCE)
        for n in range(1, count + 1)
    ]
    return put(session, keeper, "part-time-workers", *changes).ids


def exported(session, keeper, path, register, day=DAY, language="zh"):
    path.write_bytes(making.export(session, keeper, register_named(register), day, language))
    return path


def edit(path, change):
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    change(sheet, {cell.value: cell.column for cell in sheet[1]})
    made.save(path)
    return path


def read(path, register="part-time-workers"):
    return reading.read(path, register_named(register))
