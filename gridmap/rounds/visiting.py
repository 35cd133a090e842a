"""Write a visit exactly once; what was met there becomes reports with somebody who follows them up."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch import service as dispatch
from gridmap.dispatch.reports import Filing
from gridmap.errors import IdempotencyConflict, InvalidInput
from gridmap.geolocation.rules import Place
from gridmap.rounds import visit_queries
from gridmap.rounds.reach import visiting_post, visits
from gridmap.rounds.service import Visitor, find_door
from gridmap.rounds.views import GRADES, Door, Entry, Matter, Recorded
from gridmap.store import audit
from gridmap.terms import DoorOutcome, PlaceSource
from gridmap.timespan import local_day

MOST_MATTERS: Final = 3
LONGEST_NOTE: Final = 1000
KEPT_OFFLINE: Final = timedelta(days=30)
"""A phone may bring a visit so late; older ones are written into the register by a desk."""


def record(session: Session, visitor: Visitor, said: Entry, now: datetime) -> Recorded:
    """Write a visit and file what was met there, all in the caller's transaction.

    The same key with the same body gives the first answer again, also when two requests race.

    Raises:
        IdempotencyConflict: the key was used for another visit.
        NotFound: no such door within the visitor's reach.
        InvalidInput: a day that lies ahead or too far back, grades without a visit, two visits of one minute.
    """
    today = local_day(now)
    earlier = visit_queries.visit_keyed(session, said.key)
    if earlier is not None:
        return _again(session, visitor, said, today)
    _check(said, today)
    door = find_door(session, visits(visitor.scope), said.household, said.day)
    written = visit_queries.write_visit(
        session,
        {
            "household": door.code,
            "building_id": door.building_id,
            "day": said.day,
            "time": said.time,
            "outcome": said.outcome,
            "satisfaction": said.satisfaction,
            "note": said.note,
            "person_id": visitor.person_id,
            "key": said.key,
            "body_sha256": said.body_sha256,
            "received_at": now,
        },
    )
    if written is None:
        return _again(session, visitor, said, today)
    post = visiting_post(
        visitor.scope,
        building_id=door.building_id,
        grid_id=door.grid_id,
        community_id=door.community_id,
    )
    for place, matter in enumerate(said.matters, start=1):
        filing = _filing(door, said, matter, place, visitor.person_id)
        filed = dispatch.file(session, filing, now)
        visit_queries.link(
            session, written, filed.number, matter.kind, post.post_id if post else None
        )
    _audit(session, visitor, said, now)
    session.flush()
    return _recorded(session, visitor, said, today, replayed=False, visit_id=written)


def _audit(session: Session, visitor: Visitor, said: Entry, now: datetime) -> None:
    audit.record(
        session,
        "door_visited",
        "household",
        said.household,
        now=now,
        account_id=visitor.account_id,
        outcome=said.outcome,
        matters=len(said.matters),
    )


def _again(session: Session, visitor: Visitor, said: Entry, today: date) -> Recorded:
    """Answer a visit that is on record already."""
    earlier = visit_queries.visit_keyed(session, said.key)
    if earlier is None:
        raise InvalidInput(
            field="time",
            reason_zh="这一户在这一分钟已有走访记录。",
            reason_en="This door has a visit of this minute already.",
        )
    if (earlier.body_sha256, earlier.person_id) != (said.body_sha256, visitor.person_id):
        raise IdempotencyConflict(field="Idempotency-Key")
    return _recorded(session, visitor, said, today, replayed=True, visit_id=earlier.id)


def _recorded(
    session: Session, visitor: Visitor, said: Entry, today: date, *, replayed: bool, visit_id: int
) -> Recorded:
    numbers = tuple(visit_queries.numbers_of(session, visit_id))
    door = find_door(session, visits(visitor.scope), said.household, today)
    return Recorded(said.household, numbers, door.due_on, replayed)


def _check(said: Entry, today: date) -> None:
    if said.day > today or said.day < today - KEPT_OFFLINE:
        raise InvalidInput(
            field="at",
            reason_zh="走访时间不能在将来，也不能早于 30 天前；更早的请由社区在台账里补记。",
            reason_en="A visit is not ahead and at most 30 days ago; a desk adds older ones to the register.",
        )
    if said.outcome is not DoorOutcome.VISITED and (said.satisfaction or said.matters):
        raise InvalidInput(
            field="outcome",
            reason_zh="家中无人时没有满意度，也没有需求和纠纷。",
            reason_en="Where nobody was at home there is no grade, need or dispute.",
        )
    if said.satisfaction is not None and not 1 <= said.satisfaction <= GRADES:
        raise InvalidInput(
            field="satisfaction",
            reason_zh=f"满意度是 1 到 {GRADES}。",
            reason_en=f"The grade is 1 to {GRADES}.",
        )
    if len(said.matters) > MOST_MATTERS:
        raise InvalidInput(
            field="matters",
            reason_zh=f"一次走访最多 {MOST_MATTERS} 件。",
            reason_en=f"At most {MOST_MATTERS} of a visit.",
        )


def _filing(door: Door, said: Entry, matter: Matter, place: int, person_id: int) -> Filing:
    """The report of a need or dispute: at the building, in the words of the visitor, without the resident's name."""
    key = hashlib.sha256(f"{said.key}/{place}".encode()).hexdigest()
    body = "\n".join((said.body_sha256, str(place)))
    return Filing(
        idempotency_key=key,
        body_sha256=hashlib.sha256(body.encode()).hexdigest(),
        category_code=matter.category_code,
        description=matter.text,
        place=Place(door.lon, door.lat, "wgs84", None, PlaceSource.PIN),
        where=f"{door.building}{door.label('zh')}" if door.unit or door.room else None,
        language=said.language,
        filed_by=person_id,
    )
