"""The reporter's side: follow a report by its link or number, answer when asked, say 'not solved'.

Whoever has the link's key, or the number and the last four digits of the phone that was left, is
the reporter. Others who saw the same thing follow an open report with a key of their own.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch import lifecycle, moving, reading, records
from gridmap.dispatch.cases import Case
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action, Hand
from gridmap.dispatch.queries import full
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Answer, Instruction, tail_of
from gridmap.dispatch.tables import Follower
from gridmap.dispatch.views import Tracked
from gridmap.errors import (
    IdempotencyConflict,
    InvalidInput,
    MissingIdempotencyKey,
    NotAllowed,
)
from gridmap.store import audit
from gridmap.terms import Satisfaction, Stage

LONGEST_WORDS: Final = 500
BY_REPORTER: Final = frozenset({Hand.REPORTER})


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that one is the reporter or a follower: the phone's tail, or the link's key."""

    phone_tail: str | None = None
    track_key: str | None = None


def track(session: Session, number: str, proof: Proof, now: datetime) -> Tracked:
    """Return a report to its reporter or to a follower.

    Raises:
        NotFound: no such report, or the tail or key does not fit; never says which.
    """
    row, follower = _proved(session, number, proof)
    steps = full.steps_of(session, row.id)
    return Tracked(
        number=row.number,
        version=row.version,
        category=reading.category_label(row),
        stage=Stage(row.stage),
        rung=reading.rung(row),
        outcome=reading.outcome(row),
        filed_at=row.filed_at,
        due_at=row.due_at,
        community=row.community,
        grid=row.grid,
        photos=() if follower else tuple(_own_photos(session, row)),
        steps=tuple(reading.tracked_step(step) for step in steps if step.action not in _QUIET),
        reply=next((s.note for s in reversed(steps) if s.action == Action.HANDLED), None),
        answers=() if follower else _answers(row, now),
        follows=follower is not None,
        main_number=_main_number(session, row),
    )


_QUIET: Final = frozenset(
    {
        Action.NOTED,
        Action.SUPERVISED,
        Action.HANDED_OVER,
        Action.REPLACED,
        Action.UNREACHED,
    }
)
"""Steps between those who work on it."""


def _own_photos(session: Session, row: Found) -> list[Any]:
    """The reporter sees his own photos and those taken after handling."""
    return [reading.photo_view(photo) for photo in full.photos_of(session, row.id)]


def _main_number(session: Session, row: Found) -> str | None:
    related = full.related_to(session, row) if row.joined_to_id else ()
    return next((one.number for one in related if one.relation == "main"), None)


def _answers(row: Found, now: datetime) -> tuple[Action, ...]:
    stage = Stage(row.stage)
    possible = lifecycle.allowed(stage, BY_REPORTER, part=row.parent_id is not None)
    return possible if records.can_reopen(row, now) else ()


def _proved(session: Session, number: str, proof: Proof) -> tuple[Found, Follower | None]:
    row = full.tracked_report(session, number)
    known_key = row.track_key if row else secrets.token_urlsafe(16)
    known_tail = tail_of(row.reporter_phone) if row else None
    fits_key = _same(proof.track_key, known_key)
    fits_tail = _same(proof.phone_tail, known_tail)
    if row is not None and (fits_key or fits_tail):
        return row, None
    if row is not None:
        for follower in full.followers_of(session, row.id):
            if _follows(follower, proof):
                return row, follower
    raise records.no_report()


def _follows(follower: Follower, proof: Proof) -> bool:
    by_key = _same(proof.track_key, follower.track_key)
    return by_key or _same(proof.phone_tail, tail_of(follower.phone))


def _same(given: str | None, known: str | None) -> bool:
    """Compare in constant time; what was not given, or is not known, never fits."""
    equal = hmac.compare_digest((given or "").encode(), (known or "").encode())
    return equal and bool(given) and bool(known)


def tracked_photo(session: Session, number: str, position: int, *, track_key: str) -> bytes:
    """Return a photo (JPEG) to the holder of the report's link.

    Raises:
        NotFound: no such photo, or the key does not fit.
    """
    row = full.tracked_report(session, number)
    fits = _same(track_key, row.track_key if row else None)
    jpeg = full.photo_bytes(session, row.id, position) if row and fits else None
    if jpeg is None:
        raise records.no_photo()
    return jpeg


def answer(
    session: Session,
    number: str,
    proof: Proof,
    said: Instruction,
    now: datetime,
) -> Tracked:
    """Make the reporter's move: agree, say that it is not solved, add a word, take it out again.

    Args:
        session: open session.
        number: the report's number.
        proof: that one is the reporter.
        said: `AGREED` or `REOPENED` with an answer, `NOTED` with a note, or `SEPARATED`.
        now: this moment.

    Raises:
        NotFound: see `track`.
        IdempotencyConflict: the key made another step.
        NotAllowed: a follower, or too long after closing, or a move that is not the reporter's.
        StaleVersion, IllegalStep, InvalidInput: see `moving.act`.
    """
    row, follower = _proved(session, number, proof)
    whole = full.report_by_number(session, number)
    if moving.was_made_or_refuse(session, number, said, None):
        return track(session, number, proof, now)
    move = lifecycle.move_of(Stage(row.stage), said.action, part=row.parent_id is not None)
    if follower or said.action not in _answers(row, now) or not move.hands & BY_REPORTER:
        raise NotAllowed
    _check_words(said)
    if whole.version != said.version:
        raise records.stale(session, row.id)
    moving.make_once(Case(session, whole, None, said, now), move)
    return track(session, number, proof, now)


def _check_words(said: Instruction) -> None:
    words = (said.note or "") + ((said.answer.remark if said.answer else None) or "")
    if len(words) > LONGEST_WORDS:
        raise InvalidInput(
            field="note",
            reason_zh=f"最多 {LONGEST_WORDS} 个字。",
            reason_en=f"At most {LONGEST_WORDS} characters.",
        )


def not_solved(remark: str | None, *, contacted: bool) -> Answer:
    """Return the answer of a reporter who says that it is not solved."""
    return Answer(contacted, solved=False, satisfaction=Satisfaction.DISSATISFIED, remark=remark)


@dataclass(frozen=True, slots=True)
class Following:
    """Somebody who wants to follow an open report instead of filing his own."""

    idempotency_key: str
    phone: str | None = None
    email: str | None = None
    language: str = "zh"


def follow(session: Session, number: str, who: Following, now: datetime) -> tuple[str, str]:
    """Let somebody follow an open report; return its number and the key of his link.

    The same key gives the same answer again.

    Raises:
        MissingIdempotencyKey: no key.
        IdempotencyConflict: the key follows another report.
        NotFound: no such open report, or one that is not shown to the public.
    """
    if not who.idempotency_key:
        raise MissingIdempotencyKey
    row = full.tracked_report(session, number)
    if row is None or row.stage not in OPEN_STAGES or not reading.is_public(row):
        raise records.no_report()
    key = full.add_follower(
        session,
        report_id=row.id,
        idempotency_key=who.idempotency_key,
        track_key=secrets.token_urlsafe(16),
        at=now,
        phone=who.phone,
        email=who.email,
        language=who.language,
    )
    if key is None:
        raise IdempotencyConflict(field="Idempotency-Key")
    audit.record(session, "report_followed", "report", str(row.id), now=now)
    session.flush()
    return number, key
