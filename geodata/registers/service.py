"""A workbook against a register: what it would change, and taking exactly what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from geodata import workbook_imports
from geodata.registers import comparing, making, reading
from geodata.registers.comparing import Comparison, Fate, Line
from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, MovedOn, NotAllowed
from gridmap.registers import service
from gridmap.registers.cells import Value
from gridmap.registers.changes import Action, Change, Fault, Filters, RefusedChanges, Written
from gridmap.registers.columns import Column, Register
from gridmap.store import audit

OBJECT_KIND: Final = "register"
"""What the audit log calls registers as a whole."""


_EMPTY: Final = (
    "文件里一行也没有；要把全部记录都结束，请在网页上逐条做。",
    "The file has no row; to end every record, end them one by one on their pages.",
)


class PreviewOutdated(MovedOn):
    """What was shown is no longer what would be done."""

    code = "preview_outdated"
    zh = "预览之后，文件或台账变了，还没有导入。"
    en = "File or register changed after the preview; nothing was taken."
    hint_zh = "请看一眼新的预览，再确认。"
    hint_en = "Look at the new preview, then confirm."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a workbook.

    Attributes:
        register: what it is filled in for.
        day: from which day on its changes hold.
        complete: whether records that are not in it end on that day.
    """

    register: Register
    day: date
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a workbook would change.

    Attributes:
        lines: row by row; records that are not in the file come last.
        counts: lines by fate.
        faults: why nothing can be taken, by row; empty where it can.
        unknown: headers that are not read.
        missing: columns of the register that the sheet does not have: they stay as they are.
        names: what the rows say, by number, and the records that are not in the file.
        fingerprint: of the file and of all that would be done.
    """

    lines: tuple[Line, ...]
    counts: dict[Fate, int]
    faults: tuple[Fault, ...]
    unknown: tuple[str, ...]
    missing: tuple[Column, ...]
    names: Mapping[int, Mapping[str, Value]]
    fingerprint: str


def preview(
    session: Session, keeper: SignedIn, path: Path, wanted: Wanted, now: datetime
) -> Preview:
    """Return what a workbook would change; it is tried as a whole and undone.

    Raises:
        NotAllowed: the keeper has no desk that keeps this register.
        InvalidInput, TooLarge, UnreadableFile: the file cannot be read, or asks for the impossible.
    """
    found, shown = _compared(session, keeper, path, wanted)
    if not found.changes:
        return shown
    with session.begin_nested() as tried:
        try:
            _write(session, keeper, wanted.register, found.changes, now)
        except RefusedChanges as refusal:
            faults = (*shown.faults, *refusal.faults)
            return replace(shown, faults=tuple(sorted(faults, key=lambda fault: fault.row)))
        finally:
            tried.rollback()
            session.expire_all()
    return shown


def take(
    session: Session,
    keeper: SignedIn,
    path: Path,
    wanted: Wanted,
    fingerprint: str | None,
    now: datetime,
) -> tuple[Preview, Written]:
    """Do what a workbook says, all or nothing.

    Args:
        session: the caller's transaction.
        keeper: whoever is signed in.
        path: the workbook.
        wanted: what is asked of it.
        fingerprint: of the preview that was confirmed; None where nobody looked first.
        now: this moment.

    Raises:
        PreviewOutdated: it would do something else than what was shown.
        RefusedChanges: faults, by row and column.
        NotAllowed, InvalidInput, TooLarge, UnreadableFile: see `preview`.
    """
    found, shown = _compared(session, keeper, path, wanted)
    if shown.faults:
        raise RefusedChanges(shown.faults)
    if fingerprint is not None and fingerprint != shown.fingerprint:
        raise PreviewOutdated
    written = Written(())
    if found.changes:
        kind = wanted.register.key
        with workbook_imports.kept(session, keeper, kind, path, wanted.day, now) as record:
            written = _write(session, keeper, wanted.register, found.changes, now)
            record.counts = {str(fate): count for fate, count in shown.counts.items()}
        audit.record(
            session,
            "register_imported",
            OBJECT_KIND,
            wanted.register.key,
            now=now,
            account_id=keeper.account_id,
            day=wanted.day.isoformat(),
            complete=wanted.complete,
            **{str(fate): count for fate, count in shown.counts.items()},
        )
    return shown, written


def _write(
    session: Session, keeper: SignedIn, register: Register, changes: Sequence[Change], now: datetime
) -> Written:
    """Write changes; the day of an end that stands in the sheet is told by its column."""
    ending = {one.row for one in changes if one.action is Action.END and one.row > 0}
    try:
        return service.write(session, keeper, register, changes, now)
    except RefusedChanges as refusal:
        raise RefusedChanges(
            [
                replace(fault, column="ends")
                if fault.row in ending and fault.column == "from_day"
                else fault
                for fault in refusal.faults
            ]
        ) from refusal


def export(
    session: Session,
    reader: SignedIn,
    register: Register,
    day: date,
    language: str,
    now: datetime,
) -> bytes:
    """Return a register as of a day as a workbook; that it left is on record.

    Args:
        session: the caller's transaction.
        reader: whoever is signed in; phones outside her area stay blank.
        register: what is exported.
        day: the day whose records are given.
        language: ``zh`` or ``en``.
        now: this moment.
    """
    _note_export(session, reader, register, day, now)
    return making.export(session, reader, register, day, language)


def export_all(
    session: Session,
    reader: SignedIn,
    registers: Sequence[Register],
    day: date,
    language: str,
    now: datetime,
) -> bytes:
    """Return registers as one workbook, a sheet each; see `export`."""
    for register in registers:
        _note_export(session, reader, register, day, now)
    return making.export_all(session, reader, registers, day, language)


def _note_export(
    session: Session, reader: SignedIn, register: Register, day: date, now: datetime
) -> None:
    audit.record(
        session,
        "register_exported",
        OBJECT_KIND,
        register.key,
        now=now,
        account_id=reader.account_id,
        day=day.isoformat(),
    )


def _compared(
    session: Session, keeper: SignedIn, path: Path, wanted: Wanted
) -> tuple[Comparison, Preview]:
    register = wanted.register
    if not service.may_write(keeper.scope, register):
        raise NotAllowed
    if wanted.complete:
        _refuse_endless(register)
    filled = reading.read(path, register)
    if wanted.complete and not filled.rows:
        raise InvalidInput(field="complete", reason_zh=_EMPTY[0], reason_en=_EMPTY[1])
    records = service.rows(session, keeper, register, wanted.day, Filters(past=True)).records
    found = comparing.compare(register, filled, records, wanted.day, complete=wanted.complete)
    missing = tuple(one for one in register.writable if one not in filled.columns)
    shown = Preview(
        tuple(found.lines),
        found.counts(),
        tuple(sorted(found.faults, key=lambda fault: fault.row)),
        filled.unknown,
        missing,
        {line.number: line.names for line in found.lines}
        | {row.number: {**row.values, **row.beside} for row in filled.rows},
        _fingerprint(path, wanted, found.changes),
    )
    return found, shown


def _refuse_endless(register: Register) -> None:
    if not register.dated:
        raise InvalidInput(
            field="complete",
            reason_zh="这个台账的记录没有结束日，不能选“文件是全部”。",
            reason_en="Records of this register do not end: the file cannot be taken for all of it.",
        )


def _fingerprint(path: Path, wanted: Wanted, changes: Sequence[Change]) -> str:
    """A hash of the file, of what is asked and of every change that follows from both."""
    said = [
        [
            str(one.action),
            one.id,
            _plain(one.day),
            one.row,
            {k: _plain(v) for k, v in one.values.items()},
        ]
        for one in changes
    ]
    asked = [wanted.register.key, wanted.day.isoformat(), wanted.complete, said]
    hashed = hashlib.sha256(path.read_bytes())
    hashed.update(json.dumps(asked, ensure_ascii=True, sort_keys=True).encode())
    return hashed.hexdigest()


def _plain(value: Value) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value
