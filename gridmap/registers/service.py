"""Registers: read as of a day, look back at one record, write many changes or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotAllowed, NotFound
from gridmap.registers import holders, queries, writing
from gridmap.registers.cells import Value
from gridmap.registers.changes import (
    UNKEPT,
    UNKEPT_ANEW,
    Action,
    Change,
    Correction,
    Filters,
    History,
    Listed,
    Place,
    Record,
    RefusedChanges,
    Written,
)
from gridmap.registers.columns import Register
from gridmap.registers.drafting import Draft, Drafting
from gridmap.registers.queries import Found, spot_of
from gridmap.registers.reach import Reach, reach_of
from gridmap.registers.tables import RegisterCorrection
from gridmap.store.audit import AuditEntry
from gridmap.timespan import Span, local_day

MOST_ALIKE: Final = 60
MOST_EVENTS: Final = 60
LONGEST_REASON: Final = 500
NOBODY: Final = Reach()
_ACTIONS: Final[Mapping[Action, str]] = {
    Action.BEGIN: "record_begun",
    Action.CHANGE: "record_changed",
    Action.END: "record_ended",
    Action.RENEW: "record_renewed",
    Action.CORRECT: "record_corrected",
    Action.WITHDRAW: "record_withdrawn",
}
"""How the audit log calls what was done."""


@dataclass(frozen=True, slots=True)
class AreaName:
    """A township or community of a day, for filters."""

    code: str
    kind: str
    name: str
    above: str


def rows(
    session: Session,
    reader: SignedIn,
    register: Register,
    day: date,
    filters: Filters | None = None,
) -> Listed:
    """Return the records of a day (with `filters.past` of all days), as the reader may see them."""
    found, total = queries.records(session, register, day, filters or Filters())
    reach = reach_of(reader.scope)
    return Listed(tuple(_record(register, row, reach) for row in found), total)


def record(
    session: Session, reader: SignedIn, register: Register, record_id: int, day: date
) -> History:
    """Return a record, the earlier and later ones of its subject, corrections, and who wrote them.

    Args:
        session: the caller's transaction.
        reader: whoever is signed in.
        register: the record's register.
        record_id: key in the register's first table.
        day: day whose names are shown.

    Raises:
        NotFound: no such record in this register.
    """
    found = queries.by_ids(session, register, [record_id], day).get(record_id)
    if found is None:
        raise NotFound(what_zh="这条记录", what_en="This record")
    reach = reach_of(reader.scope)
    subject = {key: getattr(found, key) for key in register.subject}
    alike = queries.alike(session, register, subject, day, MOST_ALIKE)
    ids = [record_id, *(row.id for row in alike)]
    one = _record(register, found, reach)
    corrections = queries.corrections(session, register, subject_words(register, subject), ids)
    return History(
        record=one,
        others=tuple(_record(register, row, reach) for row in alike if row.id != record_id),
        corrections=tuple(_shown(one, each) for each in corrections),
        events=tuple(queries.events(session, register, ids, MOST_EVENTS)),
    )


def _shown(one: Record, correction: Correction) -> Correction:
    """A correction without the private values that the reader may not see."""
    after = correction.after
    return replace(
        correction,
        before={k: v for k, v in correction.before.items() if k not in one.hidden},
        after=after and {k: v for k, v in after.items() if k not in one.hidden},
    )


def counts(session: Session, day: date) -> dict[str, int]:
    """Return how many records each register has on a day."""
    return queries.counts(session, day)


def areas(session: Session, day: date) -> list[AreaName]:
    """Return the townships and communities of a day, by code."""
    return [
        AreaName(row.code, row.kind, row.name, row.above or "")
        for row in queries.areas(session, day)
    ]


def may_write(scope: Scope, register: Register) -> bool:
    """Tell whether somebody may write anything in a register; which records says its area."""
    reach = reach_of(scope)
    keys = ("target", "community", "compound", "communities", "meeting", "centre", "organisation")
    placed = any(register.column(key) for key in keys)
    agencies = register.key in {"agency-handlers", "agencies"}
    if register.key == "persons" or (placed and not agencies):
        return reach.anything
    return reach.placeless(register.level)


def write(
    session: Session, keeper: SignedIn, register: Register, changes: Sequence[Change], now: datetime
) -> Written:
    """Make all changes, or none; every one is audited, what was wrong is kept.

    A fixed number of statements does it, whatever the number of changes. Call it in the request's
    transaction: it writes and flushes, and commits nothing.

    Raises:
        NotAllowed: the keeper has no desk.
        RefusedChanges: `faults` tells by row and column why; nothing was changed.
    """
    reach = reach_of(keeper.scope)
    if not reach.anything:
        raise NotAllowed
    drafting = Drafting(session, register, reach, local_day(now))
    drafts = drafting.drafts(changes)
    if register.tables[0] in {"post", "joint_post", "meeting_task", "party_membership"}:
        holders.find_holders(drafting, drafts)
    elif register.tables[0] == "visit":
        holders.find_links(drafting, drafts)
    _refuse(drafting)
    with session.begin_nested():
        writing.write(drafting, drafts)
        if register.tables[0] == "post":
            writing.check_visits(drafting, drafts)
        _refuse(drafting)
        _keep_corrections(session, keeper, register, drafts, now)
        _audit(session, keeper, register, drafts, now)
    session.expire_all()
    return Written(tuple(draft.record_id for draft in drafts))


def _refuse(drafting: Drafting) -> None:
    if drafting.faults:
        raise RefusedChanges(drafting.faults)


def _record(register: Register, row: Found, reach: Reach) -> Record:
    spot = spot_of(row)
    within = reach.holds(spot) if spot else reach.placeless(register.level)
    hidden = frozenset(c.key for c in register.columns if c.private and not within)
    values = {c.key: None if c.key in hidden else getattr(row, c.key) for c in register.columns}
    span = Span(row.valid.lower, row.valid.upper) if register.dated else None
    place = Place(row.place_code, row.place_name or row.place_code, row.place_above or "")
    return Record(row.id, values, span, place if spot else None, within, hidden)


def subject_words(register: Register, values: Mapping[str, Any]) -> str:
    """Return what a record is about as one word, by which corrections of its like are found."""
    return "|".join(str(values.get(key) or "") for key in register.subject)


def _written(register: Register, values: Mapping[str, Value]) -> dict[str, Any]:
    """Values as they are kept in a correction or a line of the audit log."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in values.items()
        if value is not None and register.column(key) is not None
    }


def _correction(register: Register, draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what stood there and what stands there now, without the words that an erasure takes."""
    before, after = _written(register, draft.before), _written(register, draft.values)
    for column in register.columns:
        if column.erasable:
            old, new = before.pop(column.key, None), after.pop(column.key, None)
            if not column.derived:
                before |= {column.key: UNKEPT} if old is not None else {}
                after |= (
                    {column.key: UNKEPT if new == old else UNKEPT_ANEW} if new is not None else {}
                )
    return before, after


def _keep_corrections(
    session: Session,
    keeper: SignedIn,
    register: Register,
    drafts: Sequence[Draft],
    now: datetime,
) -> None:
    found = [
        (draft, *_correction(register, draft))
        for draft in drafts
        if draft.change.action in {Action.CORRECT, Action.WITHDRAW}
    ]
    kept = [
        {
            "register": register.key,
            "record_id": draft.record_id,
            "subject": subject_words(register, draft.before),
            "account_id": keeper.account_id,
            "at": now,
            "reason": draft.change.reason.strip()[:LONGEST_REASON],
            "before": before,
            "after": None if draft.change.action is Action.WITHDRAW else after,
        }
        for draft, before, after in found
    ]
    if kept:
        session.execute(insert(RegisterCorrection), kept)


def _audit(
    session: Session,
    keeper: SignedIn,
    register: Register,
    drafts: Sequence[Draft],
    now: datetime,
) -> None:
    """One line a record; private values are not copied into the log."""
    lines = [
        {
            "at": now,
            "account_id": keeper.account_id,
            "action": _ACTIONS[draft.change.action],
            "object_kind": queries.OBJECT_KIND,
            "object_key": queries.object_key(register, draft.record_id),
            "details": _details(register, draft),
        }
        for draft in drafts
    ]
    if lines:
        session.execute(insert(AuditEntry), lines)


def _details(register: Register, draft: Draft) -> dict[str, Any]:
    public = {c.key for c in register.columns if not c.private and not c.derived}
    before, after = _written(register, draft.before), _written(register, draft.values)
    differing = {
        key: {"before": before.get(key), "after": after.get(key)}
        for key in public
        if before.get(key) != after.get(key)
    }
    details: dict[str, Any] = {"changes": differing}
    if draft.change.day:
        details["day"] = draft.change.day.isoformat()
    if draft.new_phone is not None:
        details["phone"] = "changed"
    return details
