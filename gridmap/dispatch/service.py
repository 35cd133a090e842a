"""Reports: file, accept, list, show, track.

A refusal that must leave a line in the audit log (a report in another's area) is returned, not
raised: the caller lets its transaction commit and then refuses. All other refusals are raised.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch import ladder, lifecycle, queries, reading
from gridmap.dispatch.filing import as_located, as_sent, check, write_first_step
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.queries import Found
from gridmap.dispatch.reports import (
    Cursor,
    Detail,
    Filed,
    Filing,
    OpenItem,
    OpenSummary,
    Reach,
    Reader,
    Tally,
    Tracked,
    Worklist,
    masked,
    tail_of,
)
from gridmap.dispatch.tables import Step
from gridmap.errors import (
    IdempotencyConflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
)
from gridmap.geolocation.service import locate
from gridmap.store import audit
from gridmap.terms import Rung, Stage, Verdict
from gridmap.timespan import LOCAL_ZONE, local_day, start_of

PAGE_ROWS: Final = 50
SUMMARY_ITEMS: Final = 5


def file(session: Session, filing: Filing, now: datetime) -> Filed:
    """File a report exactly once: locate it, put it on its rung, write its first step.

    The same key with the same body gives the first answer again, also when two requests race.

    Raises:
        MissingIdempotencyKey: no key.
        IdempotencyConflict: the key was used for another body.
        InvalidInput: unknown category, no text, or too many photos.
        UnknownCrs, BadCoordinates, OutsideCounty: see `gridmap.geolocation.service.locate`.
    """
    check(filing)
    earlier = queries.filed_under(session, filing.idempotency_key)
    if earlier:
        return _answer(earlier[0], filing, replayed=True)
    day = local_day(now)
    category = queries.category_on(session, filing.category_code, day)
    if category is None:
        raise InvalidInput(
            field="category",
            reason_zh=f"没有类别“{filing.category_code}”。",
            reason_en=f"There is no category “{filing.category_code}”.",
        )
    location = locate(session, filing.place, day)
    standing = ladder.start(
        Rung(category.first_rung),
        location.posts,
        placed=location.is_placed,
        in_building=location.building.status is Verdict.ACCEPTED,
    )
    report_id = queries.insert_report(
        session,
        {
            "number": queries.next_number(session, day.year),
            "track_key": secrets.token_urlsafe(16),
            "filed_at": now,
            "category_id": category.id,
            "stage": lifecycle.after(None, Action.FILED),
            "rung": standing.rung,
            "holder_post_id": standing.holder.post_id if standing.holder else None,
            **as_sent(filing),
            **as_located(location),
        },
        lon=location.lon,
        lat=location.lat,
    )
    if report_id is not None:
        write_first_step(session, report_id, filing, standing, now)
    stored = queries.filed_under(session, filing.idempotency_key)[0]
    return _answer(stored, filing, replayed=report_id is None)


def _answer(row: Found, filing: Filing, *, replayed: bool) -> Filed:
    if row.body_sha256 != filing.body_sha256:
        raise IdempotencyConflict(field="Idempotency-Key")
    return reading.filed(row, replayed=replayed)


def worklist(
    session: Session,
    scope: Reach,
    *,
    stage: Stage | None = None,
    mine: bool = False,
    after: Cursor | None = None,
    limit: int = PAGE_ROWS,
) -> Worklist:
    """Return a page of the reports that a reader's posts reach, newest first; two statements.

    Args:
        session: open session.
        scope: what the reader reaches today.
        stage: only reports in this stage.
        mine: only reports that the reader's posts answer for where they stand.
        after: `Worklist.after` of the page before.
        limit: most rows of the page.
    """
    rows = queries.work_rows(session, scope, stage=stage, mine=mine, after=after, limit=limit + 1)
    page = tuple(reading.work_row(row) for row in rows[:limit])
    last = page[-1] if len(rows) > limit else None
    return Worklist(
        rows=page,
        after=(last.filed_at, last.id) if last else None,
        tallies={
            Stage(row.stage): Tally(seen=row.seen, mine=row.mine)
            for row in queries.tallies(session, scope)
        },
    )


def detail(session: Session, number: str, reader: Reader, now: datetime) -> Detail | NotFound:
    """Return a report with its steps, or the refusal when it is not in the reader's area.

    The refusal is the same whether the report exists elsewhere or not at all; the first is a line
    in the audit log.
    """
    found = _readable(session, number, reader, now)
    return found if isinstance(found, NotFound) else _detail(session, found)


def _readable(session: Session, number: str, reader: Reader, now: datetime) -> Found | NotFound:
    row = queries.report_in_full(session, number, reader.scope)
    if row is not None and row.readable:
        return row
    if row is not None:
        audit.record(
            session, "report_withheld", "report", str(row.id), now=now, account_id=reader.account_id
        )
        session.flush()
    return _no_report()


def _no_report() -> NotFound:
    return NotFound(what_zh="这份诉求", what_en="This report")


def _detail(session: Session, row: Found) -> Detail:
    return Detail(
        row=reading.work_row(row),
        description=row.description,
        masked_phone=masked(row.reporter_phone) if row.reporter_phone else None,
        place=reading.place_view(row),
        steps=tuple(reading.step_view(step) for step in queries.steps_of(session, row.id)),
        actions=lifecycle.allowed(Stage(row.stage)) if row.mine else (),
    )


def photo(
    session: Session, number: str, position: int, reader: Reader, now: datetime
) -> bytes | NotFound:
    """Return a photo (JPEG) of a report that the reader may see, or the refusal."""
    found = _readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    jpeg = queries.photo_bytes(session, found.id, position)
    return _no_photo() if jpeg is None else jpeg


def _no_photo() -> NotFound:
    return NotFound(what_zh="这张照片", what_en="This photo")


def reporter_phone(session: Session, number: str, reader: Reader, now: datetime) -> str | NotFound:
    """Return the reporter's phone in full to those who answer for the open report now.

    Every look is a line in the audit log.

    Raises:
        NotAllowed: the report is readable, but held elsewhere or no longer open.
    """
    found = _readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    if not found.mine or found.stage not in OPEN_STAGES:
        raise NotAllowed
    if not found.reporter_phone:
        return NotFound(what_zh="联系电话", what_en="A phone number")
    audit.record(
        session, "phone_shown", "report", str(found.id), now=now, account_id=reader.account_id
    )
    session.flush()
    phone: str = found.reporter_phone
    return phone


def accept(
    session: Session, number: str, reader: Reader, *, version: int, now: datetime
) -> Detail | NotFound:
    """Accept a filed report for one who answers for it; she holds it from then on.

    Args:
        session: open session.
        number: the report's number.
        reader: who accepts.
        version: version of the report that the reader looked at.
        now: this moment.

    Raises:
        NotAllowed: the reader may see the report but does not answer for it where it stands.
        StaleVersion: somebody else moved it since; says who and when.
        IllegalStep: its stage does not allow it.
    """
    found = _readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    if not found.mine:
        raise NotAllowed
    if found.version != version:
        raise _stale(session, found.id)
    stage = lifecycle.after(Stage(found.stage), Action.ACCEPTED)
    rung = Rung(found.rung)
    post_id = ladder.answering_post(rung, _target_at(rung, found), reader.scope.posts)
    if not queries.advance(session, found.id, version=version, stage=stage, holder_post_id=post_id):
        raise _stale(session, found.id)
    session.add(
        Step(
            report_id=found.id,
            sequence=version + 1,
            action=Action.ACCEPTED,
            stage=stage,
            rung=rung,
            at=now,
            actor_id=reader.person_id,
            holder_post_id=post_id,
        )
    )
    audit.record(
        session, "report_accepted", "report", str(found.id), now=now, account_id=reader.account_id
    )
    session.flush()
    return detail(session, number, reader, now)


def _target_at(rung: Rung, row: Found) -> int | None:
    targets: dict[Rung, int | None] = {
        Rung.BUILDING_GROUP: row.building_id,
        Rung.GRID_BRANCH: row.grid_id,
        Rung.COMMUNITY: row.community_id,
        Rung.TOWNSHIP: row.township_id,
    }
    return targets.get(rung)


def _stale(session: Session, report_id: int) -> StaleVersion:
    last = queries.steps_of(session, report_id)[-1]
    when = last.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
    return StaleVersion(who=last.actor or "—", when=when)


def track(
    session: Session, number: str, *, phone_tail: str | None = None, track_key: str | None = None
) -> Tracked:
    """Return a report to its reporter, who gives the phone's last four digits or the link's key.

    Raises:
        NotFound: no such report, or the tail or key does not fit; never says which.
    """
    row = queries.tracked_report(session, number)
    known_key = row.track_key if row else secrets.token_urlsafe(16)
    known_tail = tail_of(row.reporter_phone) if row else None
    fits_key = _same(track_key, known_key)
    fits_tail = _same(phone_tail, known_tail)
    if row is None or not (fits_key or fits_tail):
        raise _no_report()
    return Tracked(
        number=row.number,
        category=reading.category_label(row),
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        filed_at=row.filed_at,
        community=row.community,
        grid=row.grid,
        photos=row.photos,
        steps=tuple(reading.tracked_step(step) for step in queries.steps_of(session, row.id)),
    )


def _same(given: str | None, known: str | None) -> bool:
    """Compare in constant time; what was not given, or is not known, never fits."""
    equal = hmac.compare_digest((given or "").encode(), (known or "").encode())
    return equal and bool(given) and bool(known)


def tracked_photo(session: Session, number: str, position: int, *, track_key: str) -> bytes:
    """Return a photo (JPEG) to the holder of the report's link.

    Raises:
        NotFound: no such photo, or the key does not fit.
    """
    row = queries.tracked_report(session, number)
    fits = _same(track_key, row.track_key if row else None)
    jpeg = queries.photo_bytes(session, row.id, position) if row and fits else None
    if jpeg is None:
        raise _no_photo()
    return jpeg


def open_summary(
    session: Session, day: date, *, grid_id: int | None = None, building_id: int | None = None
) -> OpenSummary:
    """Return how many reports were open at a day's end at a grid or a building, and the newest.

    Safe for the public: category, stage and time only; for a building without the lines that are
    about people.
    """
    rows = queries.open_reports(
        session,
        grid_id=grid_id,
        building_id=building_id,
        before=start_of(day + timedelta(days=1)),
        limit=SUMMARY_ITEMS,
    )
    return OpenSummary(
        count=rows[0].total if rows else 0,
        items=tuple(
            OpenItem(reading.category_label(row), Stage(row.stage), row.filed_at) for row in rows
        ),
    )
