"""Telling of planned joint meetings: the invited in their inboxes, the audit log, the eve, missing minutes.

Whoever takes over a post, or begins to stand in for its holder, after its side was invited is told as soon as
the posts are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.red_property import plan_queries as queries
from gridmap.red_property import plans
from gridmap.red_property.plans import Plan, Standing, plan
from gridmap.store import audit
from gridmap.timespan import local_day

OBJECT_KIND: Final = "meeting_plan"
LATELY: Final = timedelta(days=30)
"""Far less than messages are kept for: whoever came to a post so lately is not told twice."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many were told that a meeting is tomorrow, and that its minutes are missing."""

    soon: int
    waiting: int


def remind(session: Session, now: datetime) -> Reminded:
    """Tell the invited on the eve, and the desk of minutes that are missing; once each, safe to repeat."""
    today = local_day(now)
    soon = waiting = 0
    for found in plans.open_plans(session, today):
        standing = found.standing(today)
        if standing is Standing.WAITING:
            people = {found.person_id, *queries.desks(session, found.community_id, today)}
            notices = _notices(found, Event.JOINT_WAITING, people, mark=f":{found.day}")
            waiting += messaging.post(session, notices, now)
        elif found.day <= today + timedelta(days=1) and local_day(found.made_at) < today:
            people = {row.person_id for row in queries.told(session, [found.id], today)}
            event = Event.JOINT_SOON
            soon += messaging.post(
                session, _notices(found, event, people, mark=f":{found.day}"), now
            )
    return Reminded(soon, waiting)


def catch_up(session: Session, now: datetime) -> int:
    """Invite whoever has come to a post of an invited side since; return how many; each is told once.

    Of a meeting called so long ago that its messages may be deleted only those are looked at whose post or stand-in
    began lately, or is to begin: all others were told long ago.

    A few statements however many meetings are planned: for every minute.
    """
    today = local_day(now)
    ahead = {one.id: one for one in plans.open_plans(session, today) if one.day >= today}
    asked: dict[str, tuple[int, set[int]]] = {}
    for row in queries.told(session, ahead, today) if ahead else ():
        if not _is_fresh(ahead[row.plan_id], row.since, now):
            continue
        key = _key(row.plan_id, Event.JOINT_CALLED)
        asked.setdefault(key, (row.plan_id, set()))[1].add(row.person_id)
    knowing = messaging.told(session, asked)
    notices = [
        notice
        for key, (plan_id, people) in asked.items()
        for notice in _notices(
            ahead[plan_id], Event.JOINT_CALLED, people - knowing.get(key, frozenset()), mark=""
        )
    ]
    return messaging.post(session, notices, now)


def _is_fresh(found: Plan, since: date | None, now: datetime) -> bool:
    """Whether somebody may not have heard of a meeting yet; `since`: when her post or stand-in began."""
    if now - found.made_at < messaging.KEPT_FOR:
        return True
    return since is not None and since >= local_day(now) - LATELY


def tell(
    session: Session,
    plan_id: int,
    event: Event,
    now: datetime,
    reason: str = "",
    *,
    mark: str = "",
) -> None:
    """Tell everybody who is invited of a step; the same step is told once.

    Args:
        session: the caller's transaction.
        plan_id: of the planned meeting.
        event: what happened.
        now: this moment.
        reason: why; the note of the plan where none is given.
        mark: what tells this step from others of its kind.
    """
    today = local_day(now)
    found = plan(session, plan_id, today)
    people = {row.person_id for row in queries.told(session, [plan_id], today)}
    messaging.post(session, _notices(found, event, people, reason, mark=mark), now)


def _notices(
    found: Plan, event: Event, people: Iterable[int], reason: str = "", *, mark: str
) -> list[Notice]:
    values: dict[str, str] = {
        Place.CATEGORY: found.topic,
        Place.HOLDER: found.community,
        Place.DUE: f"{found.day.isoformat()} {found.time}",
        Place.PLACE: found.place,
        Place.REASON: reason or found.note or "",
        Place.LINK: f"/red-property/plans/{found.id}",
    }
    return [
        Notice(event, _key(found.id, event, mark), values, person_id=person)
        for person in sorted(people)
    ]


def _key(plan_id: int, event: Event, mark: str = "") -> str:
    return f"joint:{plan_id}:{event}{mark}"


def note(
    session: Session, who: SignedIn, action: str, plan_id: int, now: datetime, **details: object
) -> None:
    """Write a step into the audit log."""
    audit.record(
        session,
        action,
        OBJECT_KIND,
        str(plan_id),
        now=now,
        account_id=who.account_id,
        **details,
    )


def check_words(field: str, words: str, longest: int) -> None:
    """Refuse words that say nothing or are too long.

    Raises:
        InvalidInput: names the field.
    """
    if not words.strip() or len(words.strip()) > longest:
        raise too_long(field, longest)


def too_long(field: str, longest: int) -> InvalidInput:
    """Return the refusal of words that say nothing or are too long."""
    return wrong(
        field, f"请填写，最多 {longest} 个字。", f"Needed, in at most {longest} characters."
    )


def wrong(field: str, zh: str, en: str) -> InvalidInput:
    """Return the refusal of a field."""
    return InvalidInput(field=field, reason_zh=zh, reason_en=en)


def closed() -> InvalidInput:
    """Return the refusal to change a meeting that is not planned any more."""
    return InvalidInput(
        reason_zh="这次会议已经开过或取消了，请刷新。",
        reason_en="It was held or cancelled; please reload.",
    )
