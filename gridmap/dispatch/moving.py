"""Move a report: check who, whether and with what; write its new standing, its step, its messages.

A refusal that must leave a line in the audit log (a report in another's area) is returned, not
raised: the caller lets its transaction commit and then refuses. All other refusals are raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch import deadlines, ladder, lifecycle, reading, records, telling
from gridmap.dispatch.cases import Case, Change, spent
from gridmap.dispatch.changes import CHANGES
from gridmap.dispatch.clocks import Deadline
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action, Hand, Move, Need
from gridmap.dispatch.parting import write_parts
from gridmap.dispatch.queries import full, moves
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Instruction, Reader
from gridmap.dispatch.tables import Feedback, Photo, Step
from gridmap.dispatch.views import Candidate, Detail, Holder
from gridmap.errors import (
    IdempotencyConflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    SameHands,
    StaleVersion,
)
from gridmap.geolocation import learning
from gridmap.geolocation.learning import Settled
from gridmap.store import audit
from gridmap.terms import PostKind, Rung, Stage
from gridmap.timespan import local_day

MOST_EVIDENCE: Final = 6
LONGEST_NOTE: Final = 2000

_MISSING: Final[Mapping[Need, tuple[str, str, str]]] = {
    Need.NOTE: ("note", "请写明情况。", "Please say what happened."),
    Need.REASON: ("reason", "请选择退单原因。", "Choose why it is returned."),
    Need.HANDLER: ("post", "请选择派给谁。", "Choose who gets it."),
    Need.AGENCIES: ("agencies", "请选择分办的部门。", "Choose the agencies."),
    Need.OUTCOME: ("outcome", "请选择处置结果。", "Choose the outcome."),
    Need.OWNER: ("owner", "请选择分包责任人。", "Choose the owner of record."),
    Need.UNTIL: ("until", "请填写复查日期。", "Give the day on which it is looked at again."),
    Need.CATEGORY: ("category", "请选择类别。", "Choose the category."),
    Need.PLACE: ("place", "请选择位置。", "Choose the place."),
    Need.MAIN: ("main", "请填写并入哪一件。", "Give the report that it is joined to."),
    Need.ANSWER: ("answer", "请填写答复。", "Give the answer."),
}


def act(
    session: Session, number: str, reader: Reader, said: Instruction, now: datetime
) -> Detail | NotFound:
    """Make one move for somebody who is signed in and return the report as it stands after it.

    The same key gives the first result again: a phone may send a step until it is acknowledged.

    Args:
        session: open session.
        number: the report's number.
        reader: who makes the move.
        said: the move with what it needs.
        now: this moment.

    Raises:
        IdempotencyConflict: the key made another step.
        StaleVersion: somebody else moved it since; says who and when.
        IllegalStep: its stage does not allow it; says what it allows.
        NotAllowed: the move is not this reader's to make.
        SameHands: she handled it herself and may not check it.
        NothingAbove, OpenParts, InvalidInput: the move cannot be made so; says why.
    """
    again = was_made(session, number, said, reader.person_id)
    if again and moves.version_of(session, number) == said.version + 1:
        return _after(session, number, reader, now)
    found = records.readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    if again:
        return records.detail_of(session, found, reader, now)
    if was_made_or_refuse(session, number, said, reader.person_id):
        # its twin was committed meanwhile
        return _after(session, number, reader, now)
    if found.version != said.version:
        raise records.stale(session, found.id)
    move = lifecycle.move_of(Stage(found.stage), said.action, part=found.parent_id is not None)
    _check_hands(found, reader, move, now)
    make_once(Case(session, found, reader, said, now), move)
    return _after(session, number, reader, now)


def _after(session: Session, number: str, reader: Reader, now: datetime) -> Detail | NotFound:
    """It may have left her area by her own move: until it moves on she sees where it went."""
    row = full.report_in_full(session, number, reader.scope)
    return records.no_report() if row is None else records.detail_of(session, row, reader, now)


def was_made(session: Session, number: str, said: Instruction, actor_id: int | None) -> bool:
    """Tell whether an instruction was carried out before: a phone sends it until it is acknowledged."""
    made = moves.step_keyed(session, said.key) if said.key is not None else None
    return _is_same(made, number, said, actor_id)


def was_made_or_refuse(
    session: Session, number: str, said: Instruction, actor_id: int | None
) -> bool:
    """Tell whether an instruction was carried out before, by one look: a twin may be committed at any moment.

    Raises:
        IdempotencyConflict: its key has made another step.
    """
    made = moves.step_keyed(session, said.key) if said.key is not None else None
    if made is not None and not _is_same(made, number, said, actor_id):
        raise IdempotencyConflict(field="key")
    return made is not None


def _is_same(made: Found | None, number: str, said: Instruction, actor_id: int | None) -> bool:
    given = (number, said.action, actor_id)
    return made is not None and (made.number, made.action, made.actor_id) == given


@dataclass(frozen=True, slots=True)
class Prospect:
    """Where a report would stand after a move: its rung, who would hold it, and why there."""

    rung: Rung
    holder: Holder | None
    reasons: tuple[Reason, ...]


def next_holder(
    session: Session, number: str, reader: Reader, said: Instruction, now: datetime
) -> Prospect | NotFound:
    """Return who would hold a report after a move, before it is made; writes nothing.

    Raises:
        IllegalStep, NotAllowed, SameHands, NothingAbove, OpenParts, InvalidInput: see `act`.
    """
    found = records.readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    move = lifecycle.move_of(Stage(found.stage), said.action, part=found.parent_id is not None)
    _check_hands(found, reader, move, now)
    change = CHANGES[said.action](Case(session, found, reader, said, now))
    post = full.post_holder(session, change.holder_post_id)
    return Prospect(change.rung, reading.holder(post) if post else None, change.reasons)


def make_once(case: Case, move: Move) -> None:
    """Make a move; of one instruction that is sent twice at once, both are answered alike."""
    try:
        make(case, move)
    except StaleVersion:
        actor_id = case.reader.person_id if case.reader else None
        if not was_made(case.session, case.row.number, case.said, actor_id):
            raise


def _check_hands(found: Found, reader: Reader, move: Move, now: datetime) -> None:
    hands = records.hands_of(found, reader)
    if move.hands.isdisjoint(hands):
        if Hand.CHECKER in move.hands and Hand.HOLDER in hands:
            raise SameHands
        raise NotAllowed
    if move.action in {Action.SENT_UP, Action.RETURNED}:
        return  # where it goes is a question of its own: at the top there is nothing above
    if not records.fits(found, move, hands, now):
        raise NotAllowed


def make(case: Case, move: Move) -> None:
    """Write one move that its maker may make: report, step, evidence, feedback, audit, messages.

    Raises:
        StaleVersion, NothingAbove, OpenParts, InvalidInput: see `act`.
    """
    said = case.said
    _check_needs(move, said)
    before = Stage(case.row.stage)
    change = CHANGES[move.action](case)
    target = lifecycle.after(before, move.action, part=case.row.parent_id is not None)
    clock = _clock(case, move, change, target)
    values = {
        "stage": target,
        "rung": change.rung,
        "holder_post_id": change.holder_post_id,
        **change.values,
        **clock.columns,
    }
    if target is not before:
        values["stage_since"] = case.now
    if not moves.advance(case.session, case.row.id, version=case.row.version, values=values):
        raise records.stale(case.session, case.row.id)
    _write(case, move, change, target, clock)
    if move.action is Action.PARTED:
        write_parts(case)
    if move.action is Action.RELOCATED:
        _learn(case, change)
    telling.tell(case, target, change, clock.due_at)
    case.session.flush()


def _learn(case: Case, change: Change) -> None:
    """The words of a report that did not find its place are proposed as a name of it."""
    place, reader = change.values, case.reader
    settled = Settled(
        case.row.id,
        case.row.description,
        place["building_id"],
        place["compound_id"],
        reader.person_id if reader else None,
    )
    learning.learn(case.session, settled, case.day, case.now)


def _check_needs(move: Move, said: Instruction) -> None:
    given: dict[Need, object] = {
        Need.NOTE: (said.note or "").strip(),
        Need.REASON: said.reason,
        Need.HANDLER: said.post_id,
        Need.AGENCIES: said.agency_post_ids,
        Need.OUTCOME: said.outcome,
        Need.OWNER: said.post_id,
        Need.UNTIL: said.until,
        Need.CATEGORY: said.category_code,
        Need.PLACE: said.place,
        Need.MAIN: said.main_number,
        Need.ANSWER: said.answer,
    }
    for need in move.needs:
        if not given[need]:
            field, zh, en = _MISSING[need]
            raise InvalidInput(field=field, reason_zh=zh, reason_en=en)
    if len(said.note or "") > LONGEST_NOTE:
        raise InvalidInput(
            field="note",
            reason_zh=f"说明最多 {LONGEST_NOTE} 个字。",
            reason_en=f"A note has at most {LONGEST_NOTE} characters.",
        )
    if len(said.photos) > MOST_EVIDENCE:
        raise InvalidInput(
            field="photos",
            reason_zh=f"照片最多 {MOST_EVIDENCE} 张。",
            reason_en=f"At most {MOST_EVIDENCE} photos.",
        )


@dataclass(frozen=True)
class _Clock:
    """What becomes of the deadline: new columns (none where it goes on) and what goes on record."""

    columns: Mapping[str, Any]
    due_at: datetime | None
    rule: Mapping[str, Any] | None


def _clock(case: Case, move: Move, change: Change, target: Stage) -> _Clock:
    if change.due is not None:
        columns = {"due_at": change.due, "remind_at": None, "acts_at": change.due}
        return _Clock(columns, change.due, {"step": "until"})
    kept = lifecycle.keeps_clock(move, Stage(case.row.stage), target)
    if kept and not spent(case.row, change):
        return _Clock({}, case.row.due_at, None)
    deadline = _deadline(case, change, target)
    if deadline is None:
        return _Clock(deadlines.columns(None), None, None)
    return _Clock(deadlines.columns(deadline), deadline.due_at, deadline.rule)


def _deadline(case: Case, change: Change, target: Stage) -> Deadline | None:
    category = change.category_id or case.row.category_id
    return deadlines.clocks_for(case.session, category).deadline(target, category, case.now)


def _write(case: Case, move: Move, change: Change, target: Stage, clock: _Clock) -> None:
    session, said, row, reader = case.session, case.said, case.row, case.reader
    sequence = row.version + 1
    spot = said.spot or (None, None)
    session.add(
        Step(
            report_id=row.id,
            sequence=sequence,
            action=said.action,
            stage=target,
            rung=change.rung,
            at=case.now,
            actor_id=reader.person_id if reader else None,
            holder_post_id=change.holder_post_id,
            reasons=list(change.reasons),
            note=said.note,
            outcome=said.outcome if Need.OUTCOME in move.needs else None,
            details=dict(change.details),
            due_at=clock.due_at,
            rule=clock.rule,
            lon=spot[0],
            lat=spot[1],
            key=said.key,
        )
    )
    _write_photos(session, row.id, sequence, said)
    if Need.ANSWER in move.needs or move.action is Action.UNREACHED:
        _write_feedback(case, sequence)
    audit.record(
        session,
        f"report_{said.action}",
        "report",
        str(row.id),
        now=case.now,
        account_id=reader.account_id if reader else None,
        number=row.number,
    )


def _write_photos(session: Session, report_id: int, sequence: int, said: Instruction) -> None:
    if not said.photos:
        return
    last = moves.last_photo(session, report_id)
    session.add_all(
        Photo(report_id=report_id, position=position, step_sequence=sequence, **photo._asdict())
        for position, photo in enumerate(said.photos, start=last + 1)
    )


def _write_feedback(case: Case, sequence: int) -> None:
    """An answer counts only where one was asked for: it is what the rates are made of."""
    answer = case.said.answer if case.said.action is not Action.UNREACHED else None
    case.session.add(
        Feedback(
            report_id=case.row.id,
            step_sequence=sequence,
            at=case.now,
            caller_id=case.reader.person_id if case.reader else None,
            reached=answer is not None,
            contacted=answer.contacted if answer else None,
            solved=answer.solved if answer else None,
            satisfaction=answer.satisfaction if answer else None,
            remark=answer.remark if answer else case.said.note,
        )
    )


def candidates(
    session: Session, number: str, reader: Reader, now: datetime
) -> tuple[Candidate, ...] | NotFound:
    """Return to whom a report can be given today: along the ladder, helpers, then agencies.

    Agencies of the category's line and the community's responsible unit come first among theirs.
    """
    found = records.readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    day = local_day(now)
    places = moves.posts_at(session, [moves.place_ids(found)], day)
    order = list(PostKind)
    by_rung = sorted(
        (post for post in places if post.kind not in ladder.NEVER_GIVEN),
        key=lambda post: (_height(ladder.rung_of(post.kind)), order.index(post.kind), post.post_id),
    )
    here = [
        Candidate(post.post_id, post.kind, post.name, None, ladder.rung_of(post.kind))
        for post in by_rung
    ]
    agencies = moves.agency_posts(
        session, day, line=found.category_line, community_id=found.community_id
    )
    return (*here, *(reading.candidate(row, None) for row in agencies))


def _height(rung: Rung | None) -> int:
    return len(ladder.RUNGS) if rung is None else ladder.RUNGS.index(rung)
