"""Reports: file, list, show, and what the public may see.

A refusal that must leave a line in the audit log (a report in another's area) is returned, not
raised: the caller lets its transaction commit and then refuses. All other refusals are raised.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch import deadlines, ladder, lifecycle, reading, records, telling
from gridmap.dispatch.filing import as_located, as_sent, check, resolved, write_first_step
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.queries import catalogue, filing, full, lists
from gridmap.dispatch.queries import open_places as places
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import (
    Filing,
    Order,
    Page,
    Reach,
    Reader,
    ReportFilter,
    Vicinity,
)
from gridmap.dispatch.tables import Category
from gridmap.dispatch.views import (
    Detail,
    Filed,
    GridCounts,
    NearReport,
    OpenItem,
    OpenPlace,
    OpenSummary,
    Tally,
    Worklist,
    WorkRow,
)
from gridmap.errors import IdempotencyConflict, InvalidInput, NotAllowed, NotFound
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate
from gridmap.geometry.crs import metres_per_degree
from gridmap.store import audit
from gridmap.terms import Rung, Stage, Verdict
from gridmap.timespan import local_day, start_of

PAGE_ROWS: Final = 50
SUMMARY_ITEMS: Final = 5
NEAR_M: Final = 60.0
"""So near the same category may be the same thing."""
NEAR_FOR: Final = timedelta(days=30)
NEAR_ITEMS: Final = 3
COUNTED_DAYS: Final = 30


def file(session: Session, filed: Filing, now: datetime) -> Filed:
    """File a report exactly once: locate it, put it on its rung, start its clock, tell its holder.

    The same key with the same body gives the first answer again, also when two requests race.

    Raises:
        MissingIdempotencyKey: no key.
        IdempotencyConflict: the key was used for another body.
        InvalidInput: unknown category, no text, or too many photos.
        UnknownCrs, BadCoordinates, OutsideCounty: see `gridmap.dispatch.filing.resolved`.
    """
    check(filed)
    earlier = filing.filed_under(session, filed.idempotency_key)
    if earlier:
        return _answer(earlier[0], filed, replayed=True)
    day = local_day(now)
    category = _category(session, filed.category_code, day)
    location, said = resolved(session, filed, day)
    standing = _start(category, location, said)
    holder = standing.holder.post_id if standing.holder else None
    clock = deadlines.clocks_for(session, category.id)
    deadline = clock.deadline(Stage.FILED, category.id, now)
    number, track_key = filing.next_number(session, day.year), secrets.token_urlsafe(16)
    report_id = filing.insert_report(
        session,
        {
            "number": number,
            "track_key": track_key,
            "filed_at": now,
            "stage_since": now,
            "category_id": category.id,
            "stage": lifecycle.after(None, Action.FILED),
            "rung": standing.rung,
            "holder_post_id": holder,
            "promised_at": clock.promised(category.id, now),
            **deadlines.columns(deadline),
            **as_sent(filed, location),
            "said": said,
            **as_located(location),
        },
        lon=location.lon,
        lat=location.lat,
    )
    if report_id is not None:
        write_first_step(session, report_id, filed, standing, deadline, now)
        matter = telling.Matter(
            number=number,
            sequence=1,
            category={"zh": category.name, "en": category.name_en},
            place=_place(location),
            community_id=location.community_id,
            stage=Stage.FILED,
            rung=standing.rung,
            due_at=deadline.due_at if deadline else None,
            listeners=telling.reporter(filed.email, track_key, filed.language),
        )
        telling.tell_many(session, [(matter, Action.FILED, holder)], now)
    stored = filing.filed_under(session, filed.idempotency_key)[0]
    return _answer(stored, filed, replayed=report_id is None)


def _start(
    category: Category, location: Location, said: Mapping[str, Any] | None
) -> ladder.Standing:
    unit = (said or {}).get("unit")
    return ladder.start(
        Rung(category.first_rung),
        location.posts,
        placed=location.is_placed,
        in_building=location.building.status is Verdict.ACCEPTED,
        unit=int(unit) if unit and unit.isdigit() else None,
    )


def _category(session: Session, code: str, day: date) -> Category:
    category = catalogue.category_on(session, code, day)
    if category is None:
        raise InvalidInput(
            field="category",
            reason_zh=f"没有类别“{code}”。",
            reason_en=f"There is no category “{code}”.",
        )
    return category


def _place(location: Location) -> str:
    compound = location.compound.name if location.compound else ""
    building = location.building_facts.title if location.building_facts else ""
    named = " ".join(part for part in (compound, building) if part)
    return named or (location.grid_named.name if location.grid_named else "不在任何网格内")


def _answer(row: Found, filed: Filing, *, replayed: bool) -> Filed:
    if row.body_sha256 != filed.body_sha256:
        raise IdempotencyConflict(field="Idempotency-Key")
    return reading.filed(row, replayed=replayed)


def worklist(
    session: Session,
    scope: Reach,
    wanted: ReportFilter,
    *,
    now: datetime,
    page: Page | None = None,
) -> Worklist:
    """Return a page of the reports that a reader's posts reach; two statements.

    Args:
        session: open session.
        scope: what the reader reaches today.
        wanted: which of them.
        now: this moment: what is late now.
        page: order, where the page before ended, most rows; the newest `PAGE_ROWS` without it.
    """
    order, after, limit = page or Page(Order.NEWEST, None, PAGE_ROWS)
    stretch = Page(order, after, limit + 1)
    rows = lists.work_rows(session, scope, wanted, page=stretch, now=now)
    shown = tuple(reading.work_row(row) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Worklist(
        rows=shown,
        after=(last.placed_by, last.id) if last else None,
        tallies={
            Stage(row.stage): Tally(row.seen, row.mine, row.late, row.mine_late)
            for row in lists.tallies(session, scope, now)
        },
    )


def detail(session: Session, number: str, reader: Reader, now: datetime) -> Detail | NotFound:
    """Return a report with everything on its record, or the refusal; see `records.readable`."""
    found = records.readable(session, number, reader, now)
    return found if isinstance(found, NotFound) else records.detail_of(session, found, reader, now)


def photo(
    session: Session, number: str, position: int, reader: Reader, now: datetime
) -> bytes | NotFound:
    """Return a photo (JPEG) of a report that the reader may see, or the refusal."""
    found = records.readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    # what the reporter photographed stays with the whole report, its parts show it too
    jpeg = full.photo_bytes(session, found.id, position)
    return records.no_photo() if jpeg is None else jpeg


def reporter_phone(
    session: Session, number: str, reader: Reader, now: datetime, *, reason: str
) -> str | NotFound:
    """Return the reporter's phone in full to those who answer for the open report now.

    Every look is a line in the audit log, with its reason.

    Raises:
        InvalidInput: no reason.
        NotAllowed: the report is readable, but held elsewhere or no longer open.
    """
    if not reason.strip():
        raise InvalidInput(
            field="reason",
            reason_zh="请写明查看电话的原因。",
            reason_en="Say why you need the phone number.",
        )
    found = records.readable(session, number, reader, now)
    if isinstance(found, NotFound):
        return found
    if not found.mine or found.stage not in OPEN_STAGES:
        raise NotAllowed
    if not found.reporter_phone:
        return NotFound(what_zh="联系电话", what_en="A phone number")
    audit.record(
        session,
        "phone_shown",
        "report",
        str(found.id),
        now=now,
        account_id=reader.account_id,
        reason=reason.strip(),
    )
    session.flush()
    phone: str = found.reporter_phone
    return phone


def open_near(
    session: Session, place: Place, category_code: str, now: datetime
) -> tuple[NearReport, ...]:
    """Return open reports that may be about the same thing: same category, near or same building.

    Safe for the public: only lines about things, without text or people.

    Raises:
        UnknownCrs, BadCoordinates, OutsideCounty: see `gridmap.geolocation.service.locate`.
    """
    location = locate(session, place, local_day(now))
    east, north = metres_per_degree(location.lat)
    near = Vicinity(
        location.lon,
        location.lat,
        NEAR_M / float(east),
        NEAR_M / float(north),
        location.building.id,
        category_code,
    )
    rows = lists.open_near(session, near, since=now - NEAR_FOR, limit=NEAR_ITEMS)
    return tuple(reading.near_report(row) for row in rows)


def open_summary(
    session: Session, day: date, *, grid_id: int | None = None, building_id: int | None = None
) -> OpenSummary:
    """Return how many reports were open at a day's end at a grid or a building, and the newest.

    Safe for the public: category, stage and time only; for a building without the lines that are
    about people.
    """
    rows = lists.open_reports(
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


def counts_by_grid(session: Session, day: date) -> tuple[GridCounts, ...]:
    """Return the reports of each grid at a day's end: open, filed and closed within `COUNTED_DAYS` days."""
    before = start_of(day + timedelta(days=1))
    since = before - timedelta(days=COUNTED_DAYS)
    rows = places.counts_by_grid(session, since=since, before=before)
    return tuple(GridCounts(row.code, row.open, row.filed, row.closed) for row in rows)


def filed_by(session: Session, person_id: int) -> tuple[WorkRow, ...]:
    """Return what somebody has filed while signed in, newest first; at most `PAGE_ROWS`."""
    rows = lists.filed_by(session, person_id, limit=PAGE_ROWS)
    return tuple(reading.work_row(row) for row in rows)


def open_places(session: Session, communities: Collection[int]) -> tuple[OpenPlace, ...]:
    """Return where the open reports of communities lie, in the order of filing."""
    return tuple(
        OpenPlace(row.number, Rung(row.rung), row.building_id, row.grid_id, row.lon, row.lat)
        for row in places.open_places(session, communities)
    )
