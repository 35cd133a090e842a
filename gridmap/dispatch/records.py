"""A report on record: who may read it, everything its page shows, what its reader may do with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch import ladder, lifecycle, reading
from gridmap.dispatch.lifecycle import MOVES, Action, Hand, Move
from gridmap.dispatch.queries import full
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Reader, masked
from gridmap.dispatch.views import Detail, Possible, RelatedReport
from gridmap.errors import NotFound, StaleVersion
from gridmap.store import audit
from gridmap.terms import PostKind, Rung, Stage
from gridmap.timespan import LOCAL_ZONE

SUSPENDING_RUNGS: Final = frozenset({Rung.COMMUNITY, Rung.TOWNSHIP, Rung.COUNTY})
"""Rungs that may suspend a report: below them nobody may put it off."""


def no_report() -> NotFound:
    """Return the refusal for a report that is not there, or not for this reader."""
    return NotFound(what_zh="这份诉求", what_en="This report")


def no_photo() -> NotFound:
    """Return the refusal for a photo that is not there."""
    return NotFound(what_zh="这张照片", what_en="This photo")


def readable(session: Session, number: str, reader: Reader, now: datetime) -> Found | NotFound:
    """Return a report's row, or the refusal when it is not in the reader's area.

    The refusal is the same whether the report exists elsewhere or not at all; the first is a line
    in the audit log.
    """
    row = full.report_in_full(session, number, reader.scope)
    if row is not None and (row.readable or row.filed_by_id == reader.person_id):
        return row
    if row is not None:
        audit.record(
            session, "report_withheld", "report", str(row.id), now=now, account_id=reader.account_id
        )
        session.flush()
    return no_report()


def readable_ones(session: Session, numbers: Collection[str], reader: Reader) -> frozenset[str]:
    """Return which of some reports a reader may read.

    Nothing goes on record: they stand beside something else, and she has not asked for them.
    """
    if not numbers:
        return frozenset()
    return full.readable_ones(session, numbers, reader.scope, reader.person_id)


def hands_of(row: Found, reader: Reader) -> frozenset[Hand]:
    """Return as what somebody stands to a report."""
    handled_it = row.handler_id == reader.person_id
    stands = (
        (Hand.HOLDER, row.mine),
        (Hand.CHECKER, row.mine and not handled_it),
        (Hand.OVERSEER, row.over),
        (Hand.LEADER, _supervises(row, reader)),
        (Hand.REPORTER, row.filed_by_id == reader.person_id and not handled_it),
    )
    return frozenset(hand for hand, holds in stands if holds)


def _supervises(row: Found, reader: Reader) -> bool:
    places = {row.community_id, row.township_id} - {None}
    return any(
        post.kind in ladder.SUPERVISORS
        and (post.kind is PostKind.COUNTY_DESK or post.target_id in places)
        for post in reader.scope.posts
    )


def fits(row: Found, move: Move, hands: frozenset[Hand], now: datetime) -> bool:
    """Tell whether a move makes sense for this report and these hands, beyond its stage."""
    rung = Rung(row.rung)
    tests: dict[Action, bool] = {
        Action.SENT_UP: row.entrusted or rung is not Rung.COUNTY,
        Action.RETURNED: row.entrusted or rung is not Rung.COUNTY or row.sender_rung is not None,
        Action.SUSPENDED: rung in SUSPENDING_RUNGS and not row.entrusted,
        Action.PARTED: rung in SUSPENDING_RUNGS and not row.entrusted,
        Action.RELOCATED: not row.entrusted,
        Action.TRANSFERRED: not row.entrusted,
        Action.JOINED: not row.entrusted,
        Action.DISPATCHED: _may_dispatch(row, hands),
        Action.REOPENED: can_reopen(row, now),
    }
    return tests.get(move.action, True)


def can_reopen(row: Found, now: datetime) -> bool:
    """Tell whether a report is not closed for too long to be taken up again."""
    since: datetime | None = row.closed_at
    return since is None or since >= now - lifecycle.REOPENS_FOR


def possible(row: Found, reader: Reader, now: datetime) -> tuple[Possible, ...]:
    """Return the moves that a reader may make now, in the order of the table."""
    hands, stage = hands_of(row, reader), Stage(row.stage)
    return tuple(
        Possible(move.action, move.needs)
        for move in MOVES
        if stage in move.sources
        and move.parts in {None, row.parent_id is not None}
        and not move.hands.isdisjoint(hands)
        and fits(row, move, hands, now)
    )


def _may_dispatch(row: Found, hands: Iterable[Hand]) -> bool:
    """Somebody beside the ladder hands a report on within the own agency only."""
    return not row.entrusted or row.agency_id is not None or Hand.OVERSEER in hands


def detail_of(session: Session, row: Found, reader: Reader, now: datetime) -> Detail:
    """Return a report with everything that its page shows; eight statements at most."""
    photos = tuple(reading.photo_view(photo) for photo in full.photos_of(session, row.id))
    related = full.related_to(session, row)
    owner = full.post_holder(session, row.owner_post_id)
    return Detail(
        row=reading.work_row(row),
        description=row.description,
        masked_phone=masked(row.reporter_phone) if row.reporter_phone else None,
        erased=row.erased_at is not None,
        language=row.language,
        place=reading.place_view(row),
        steps=tuple(reading.step_view(step, photos) for step in full.steps_of(session, row.id)),
        photos=photos,
        feedback=tuple(reading.feedback_view(one) for one in full.feedback_of(session, row.id)),
        followers=full.follower_count(session, row.id),
        owner=reading.holder(owner) if owner else None,
        parts=_related(related, "part"),
        whole=next(iter(_related(related, "whole")), None),
        joined=_related(related, "joined"),
        main=next(iter(_related(related, "main")), None),
        possible=possible(row, reader, now),
    )


def _related(rows: Iterable[Found], relation: str) -> tuple[RelatedReport, ...]:
    return tuple(reading.related_report(row) for row in rows if row.relation == relation)


def stale(session: Session, report_id: int) -> StaleVersion:
    """Return the refusal that says who moved a report since, and when."""
    last = full.steps_of(session, report_id)[-1]
    when = last.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
    who = last.actor or ("系统" if last.action in _BY_CLOCK else "居民")
    return StaleVersion(who=who, when=when)


_BY_CLOCK: Final = frozenset(
    move.action for move in lifecycle.MOVES if move.hands == frozenset({Hand.CLOCK})
)
