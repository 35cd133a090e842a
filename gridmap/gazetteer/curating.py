"""Names as people keep them: added, confirmed, rejected, put right, ended; every step audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotFound
from gridmap.gazetteer import name_queries as queries
from gridmap.gazetteer import name_rows as rows
from gridmap.gazetteer.finding import check_reach, entity_of
from gridmap.gazetteer.names import OBJECT_KIND
from gridmap.ledger.names import PlaceName
from gridmap.store import audit
from gridmap.store.base import from_day
from gridmap.terms import Named, NameKind, NameSource, NameState
from gridmap.timespan import local_day

LONGEST: Final = 40
SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that somebody writes: for what, how it is called, from which day."""

    entity: Named
    code: str
    text: str
    kind: NameKind
    day: date


def add(session: Session, keeper: SignedIn, wanted: Wanted, now: datetime) -> int:
    """Write a confirmed name; return its id. The same name that was proposed or rejected is confirmed.

    Raises:
        NotAllowed: what it is for lies beyond the keeper's desk.
        InvalidInput: no such entity, a text that cannot be a name, an official name, one that stands.
    """
    day = local_day(now)
    text = checked_text(wanted.text)
    entity = entity_of(session, keeper, wanted.entity, wanted.code, max(wanted.day, day))
    for same in queries.taken(session, wanted.day, text):
        if (same.entity_kind, same.entity_code) == (entity.kind, entity.code):
            if same.state == NameState.PROPOSED:
                return _decided(session, keeper, same.name_id, NameState.CONFIRMED, now)
            raise _taken(entity.title, text)
    rows.make_room(session, entity.kind, entity.code, text, wanted.day)
    row = PlaceName(
        entity_kind=entity.kind,
        entity_code=entity.code,
        text=text,
        kind=_kind_to_write(wanted.kind).value,
        state=NameState.CONFIRMED.value,
        source=NameSource.HAND.value,
        made_at=now,
        made_by_id=keeper.account_id,
        decided_at=now,
        decided_by_id=keeper.account_id,
        valid=from_day(wanted.day),
    )
    if not rows.begin(session, row):
        raise _taken(entity.title, text)
    _audit(session, keeper, "name_added", row, now, title=entity.title)
    return row.id


def decide(
    session: Session, keeper: SignedIn, name_id: int, state: NameState, now: datetime
) -> None:
    """Confirm or reject a name from today; what it was before stays on record.

    Raises:
        NotFound: there is no such name.
        NotAllowed: it lies beyond the keeper's desk.
        InvalidInput: it has ended.
    """
    _decided(session, keeper, name_id, state, now)


def mask(
    session: Session, keeper: SignedIn, entity: Named, code: str, text: str, now: datetime
) -> None:
    """Reject a name that stands with its entity: reports do not find it by it any longer.

    Raises:
        NotAllowed: it lies beyond the keeper's desk.
        InvalidInput: there is no such entity.
    """
    day = local_day(now)
    found = entity_of(session, keeper, entity, code, day)
    rows.make_room(session, found.kind, found.code, text, day)
    row = PlaceName(
        entity_kind=found.kind,
        entity_code=found.code,
        text=text,
        kind=NameKind.OFFICIAL.value,
        state=NameState.REJECTED.value,
        source=NameSource.HAND.value,
        made_at=now,
        made_by_id=keeper.account_id,
        decided_at=now,
        decided_by_id=keeper.account_id,
        valid=from_day(day),
    )
    if not rows.begin(session, row):
        raise _taken(found.title, text)
    _audit(session, keeper, "name_rejected", row, now, title=found.title)


def end(session: Session, keeper: SignedIn, name_id: int, day: date, now: datetime) -> None:
    """Let a name hold until a day (the first on which it does not).

    Raises:
        NotFound, NotAllowed: see `decide`.
        InvalidInput: it had not begun by then, or has ended before.
    """
    row = _row(session, keeper, name_id, now)
    begins, ends = row.valid.lower or date.min, row.valid.upper
    if day <= begins or (ends is not None and day >= ends):
        raise InvalidInput(
            reason_zh=f"请填 {begins.isoformat()} 之后的日子。",
            reason_en=f"Give a day after {begins.isoformat()}, before its end.",
            field="day",
        )
    row.valid = from_day(begins, day)
    session.flush()
    _audit(session, keeper, "name_ended", row, now, day=day.isoformat())


def correct(
    session: Session, keeper: SignedIn, name_id: int, text: str, kind: NameKind, now: datetime
) -> None:
    """Put right how a name is written or of which kind it is, on all of its days.

    Raises:
        NotFound, NotAllowed: see `decide`.
        InvalidInput: the text cannot be a name, or the entity has that name already.
    """
    row = _row(session, keeper, name_id, now)
    before = {"text": row.text, "kind": row.kind}
    written = checked_text(text)
    if row.kind != NameKind.OFFICIAL:
        row.kind = _kind_to_write(kind).value
    if written != row.text:
        if rows.overlapping(session, row, written):
            raise InvalidInput(
                reason_zh="同一天里已经有这个名字。",
                reason_en="It already has this name on some of these days.",
                field="text",
            )
        row.text = written
    session.flush()
    _audit(session, keeper, "name_corrected", row, now, before=before)


def _taken(title: str, text: str) -> InvalidInput:
    return InvalidInput(
        reason_zh=f"“{title}”已经有“{text}”这个名字。",
        reason_en=f"“{title}” already has the name “{text}”.",
        field="text",
    )


def checked_text(written: str) -> str:
    """Return a name as it is stored.

    Raises:
        InvalidInput: it is too short or too long to be a name, or holds line breaks.

    >>> checked_text(" 老纺织宿舍 ")
    '老纺织宿舍'
    """
    text = " ".join(written.split())
    if not SHORTEST <= len(text) <= LONGEST or text.isdigit():
        raise InvalidInput(
            reason_zh=f"名字要有 {SHORTEST} 到 {LONGEST} 个字，不能只是数字。",
            reason_en=f"A name has {SHORTEST} to {LONGEST} characters and is more than a number.",
            field="text",
        )
    return text


def _kind_to_write(kind: NameKind) -> NameKind:
    if kind is NameKind.OFFICIAL:
        raise InvalidInput(
            reason_zh="正式名随小区、楼栋等本身的资料导入，不在这里写。",
            reason_en="Official names come with the entity's own data.",
            field="kind",
        )
    return kind


def _row(session: Session, keeper: SignedIn, name_id: int, now: datetime) -> PlaceName:
    row = rows.locked(session, name_id)
    if row is None:
        raise NotFound(what_zh="这个名字", what_en="This name")
    day = min(max(local_day(now), row.valid.lower or date.min), row.valid.upper or date.max)
    found = queries.entities(session, day, Named(row.entity_kind), row.entity_code)
    known = [one for one in found if one.code == row.entity_code]
    check_reach(session, keeper, known[0].communities if known else ())
    return row


def _decided(
    session: Session, keeper: SignedIn, name_id: int | None, state: NameState, now: datetime
) -> int:
    row = _row(session, keeper, name_id or 0, now)
    before, day = row.state, local_day(now)
    if row.valid.upper is not None and row.valid.upper <= day:
        raise InvalidInput(
            reason_zh="这个名字已经结束，可以重新添加。",
            reason_en="This name has ended; add it again.",
            field="form",
        )
    if before == state:
        return row.id
    if before != NameState.PROPOSED:
        row = rows.parted(session, row, day)
    elif state is NameState.CONFIRMED:
        row.valid = from_day(max(row.valid.lower or day, day), row.valid.upper)
    if row.kind == NameKind.OFFICIAL and state is NameState.CONFIRMED:
        rows.drop(session, row)  # what stands with its entity is no longer masked
    else:
        row.state, row.decided_at, row.decided_by_id = state.value, now, keeper.account_id
    action = "name_rejected" if state is NameState.REJECTED else "name_confirmed"
    _audit(session, keeper, action, row, now, before=before)
    session.flush()
    return row.id


def _audit(
    session: Session, keeper: SignedIn, action: str, row: PlaceName, now: datetime, **more: object
) -> None:
    audit.record(
        session,
        action,
        OBJECT_KIND,
        f"{row.entity_kind}/{row.entity_code}/{row.text}",
        now=now,
        account_id=keeper.account_id,
        kind=row.kind,
        state=row.state,
        **more,
    )
