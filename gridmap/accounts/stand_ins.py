"""Stand-ins (代班): somebody holds another's post for some days, named by whoever may.

That is the holder herself, a desk for the posts below it in its area, or the administrator. A
stand-in's account has the post on those days, beside its own (`gridmap.accounts.service.current`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts import stand_in_queries
from gridmap.accounts.authority import HeldPost
from gridmap.accounts.post_queries import Found
from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotFound
from gridmap.store import audit
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from gridmap.timespan import Span, local_day

MOST_FOUND: Final = 20
MOST_LISTED: Final = 200
LONGEST: Final = timedelta(days=366)
LONGEST_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Covered:
    """A post that a stand-in may be named for, and who holds it."""

    post: HeldPost
    person_id: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could stand in; without an account she cannot sign in to do it."""

    person_id: int
    name: str
    code: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class StandInView:
    """A stand-in: for which post of whom, who, on which days, named by whom."""

    id: int
    post: HeldPost
    holder: str
    substitute: str
    has_account: bool
    days: Span
    note: str | None
    named_by: str
    may_end: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """What is asked for: a post, a person, the first and the last day, and why."""

    post_id: int
    person_id: int
    first: date
    last: date
    note: str = ""


def posts(session: Session, who: SignedIn, words: str | None, now: datetime) -> list[Covered]:
    """Return posts that `who` may name a stand-in for: her own, or by a part of a holder's name."""
    rows = stand_in_queries.nameable_posts(
        session, who, day=local_day(now), words=words, limit=MOST_FOUND
    )
    return [Covered(_post(row), row.person_id, row.name, row.code) for row in rows]


def candidates(session: Session, who: SignedIn, words: str, now: datetime) -> list[Candidate]:
    """Return people in post within reach whose name or code has the words in it."""
    rows = stand_in_queries.candidates(
        session, who.scope, day=local_day(now), words=words, limit=MOST_FOUND
    )
    return [Candidate(row.person_id, row.name, row.code, row.has_account) for row in rows]


def _post(row: Found) -> HeldPost:
    return HeldPost(row.post_id, PostKind(row.kind), row.target_id, row.place)


def name(session: Session, who: SignedIn, wanted: Naming, now: datetime) -> int:
    """Name a stand-in and return its id.

    Raises:
        NotFound: no such post or person, or not within reach.
        InvalidInput: the days, the holder herself, or somebody stands in already on one of them.
    """
    today = local_day(now)
    _check_days(wanted, today)
    found = stand_in_queries.nameable_posts(
        session, who, day=today, post_id=wanted.post_id, limit=1
    )
    if not found:
        raise NotFound(what_zh="这个岗位", what_en="This post", field="post_id")
    if found[0].person_id == wanted.person_id:
        raise _refused("person_id", "代班人不能是本人。", "The stand-in must be somebody else.")
    if not stand_in_queries.candidates(
        session, who.scope, day=today, person_id=wanted.person_id, limit=1
    ):
        raise NotFound(what_zh="这位代班人", what_en="This person", field="person_id")
    stand_in_id = stand_in_queries.insert_stand_in(
        session,
        {
            "post_id": wanted.post_id,
            "person_id": wanted.person_id,
            "named_by_id": who.person_id,
            "valid": from_day(wanted.first, wanted.last + timedelta(days=1)),
            "note": wanted.note or None,
        },
    )
    if stand_in_id is None:
        raise _refused(
            "first", "这几天里已有别人代班。", "Somebody else stands in on one of these days."
        )
    _record(
        session,
        "stand_in_named",
        stand_in_id,
        who,
        now,
        post_id=wanted.post_id,
        person_id=wanted.person_id,
        first=wanted.first.isoformat(),
        last=wanted.last.isoformat(),
    )
    return stand_in_id


def _check_days(wanted: Naming, today: date) -> None:
    if wanted.first < today:
        raise _refused("first", "代班只能从今天或以后开始。", "It begins today or later.")
    if wanted.last < wanted.first:
        raise _refused("last", "结束日期早于开始日期。", "The last day lies before the first.")
    if wanted.last - wanted.first > LONGEST:
        raise _refused("last", "代班最长一年。", "A stand-in lasts a year at most.")
    if len(wanted.note) > LONGEST_NOTE:
        raise _refused(
            "note",
            f"说明最多 {LONGEST_NOTE} 个字。",
            f"A note has at most {LONGEST_NOTE} characters.",
        )


def _refused(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field, reason_zh=zh, reason_en=en)


def end(session: Session, stand_in_id: int, who: SignedIn, now: datetime) -> None:
    """End a stand-in at once, or call it off before it begins.

    Raises:
        NotFound: no such stand-in, it is over, or `who` may not name for the post.
    """
    today = local_day(now)
    rows = stand_in_queries.stand_ins(session, who, day=today, stand_in_id=stand_in_id, limit=1)
    may_end = bool(rows) and rows[0].may_end
    if not may_end or not stand_in_queries.end_stand_in(session, stand_in_id, today):
        raise NotFound(what_zh="这次代班", what_en="This stand-in")
    _record(
        session, "stand_in_ended", stand_in_id, who, now,
        post_id=rows[0].post_id, person_id=rows[0].substitute_id,
    )  # fmt: skip


def listed(session: Session, who: SignedIn, now: datetime) -> list[StandInView]:
    """Return the stand-ins that concern `who` or that she may end, latest first, with history."""
    rows = stand_in_queries.stand_ins(session, who, day=local_day(now), limit=MOST_LISTED)
    return [
        StandInView(
            id=row.id,
            post=_post(row),
            holder=row.holder,
            substitute=row.substitute,
            has_account=row.has_account,
            days=Span(row.valid.lower, row.valid.upper),
            note=row.note,
            named_by=row.named_by,
            may_end=row.may_end and row.valid.upper > local_day(now),
        )
        for row in rows
    ]


def _record(
    session: Session, action: str, stand_in_id: int, who: SignedIn, now: datetime, **details: object
) -> None:
    audit.record(
        session, action, "stand_in", str(stand_in_id), now=now, account_id=who.account_id, **details
    )
    session.flush()
