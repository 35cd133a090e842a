"""Reports as service requests of Open311 GeoReport v2: what leaves, and what is filed.

Only what the public may know leaves: reports about things rather than people (and, to a key, those that
it has filed itself), at a point of their grid, without any name, number or word of the reporter.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch import service as dispatch
from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Filing
from gridmap.errors import IdempotencyConflict, InvalidInput, NotFound
from gridmap.geolocation.rules import Place
from gridmap.platform import key_queries, masking
from gridmap.platform import request_queries as queries
from gridmap.platform.keys import Bearer
from gridmap.platform.refusals import OtherJurisdiction
from gridmap.platform.request_queries import Clause
from gridmap.platform.tables import ApiFiling
from gridmap.terms import AreaKind, Outcome, Rung, Stage

MOST: Final = 1000
LONGEST_SPAN: Final = timedelta(days=90)
SAME_FOR: Final = timedelta(minutes=10)
"""Without an Idempotency-Key the same content from the same key within so long is one report."""
_ANSWERED: Final = frozenset({Stage.ASKING, Stage.CLOSED})
"""Stages in which what was done has been checked, so that it is a reply."""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The county, a township or a community that a question is for."""

    area_id: int
    kind: AreaKind


@dataclass(frozen=True, slots=True)
class Asked:
    """Which requests; `numbers` override the rest. Times are aware, both ends included.

    `page` counts from 1; a page holds `page_size`, `MOST` at most.
    """

    numbers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    open: bool = True
    closed: bool = True
    page: int = 1
    page_size: int = MOST


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A report as other systems see it; `lon`, `lat` are a point of its grid (WGS 84)."""

    number: str
    open: bool
    stage: Stage
    outcome: Outcome | None
    reply: str | None
    category_code: str
    category: tuple[str, str]
    rung: Rung
    agency: str | None
    township: str | None
    community: str | None
    grid: str | None
    filed_at: datetime
    updated_at: datetime
    promised_at: datetime | None
    lon: float | None
    lat: float | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that another system has filed, or had filed before."""

    number: str
    promised_at: datetime | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A report as another system sends it: a point, words for the place, or both."""

    category_code: str
    description: str
    place: Place | None
    where: str | None
    phone: str | None
    email: str | None
    media_url: str | None
    language: str


def jurisdiction(session: Session, code: str | None) -> Jurisdiction | None:
    """Return the area of a jurisdiction_id; None for none.

    Raises:
        NotFound: no county, township or community has this code.
    """
    if not code:
        return None
    area = key_queries.area_by_code(session, code)
    if area is None:
        raise NotFound(
            field="jurisdiction_id", what_zh="这个 jurisdiction_id", what_en="This jurisdiction_id"
        )
    return Jurisdiction(area.id, AreaKind(area.kind))


def county_code(session: Session) -> str:
    """Return the jurisdiction_id of the whole county."""
    return key_queries.county_code(session)


def listed(
    session: Session,
    asked: Asked,
    now: datetime,
    *,
    bearer: Bearer | None = None,
    within: Jurisdiction | None = None,
) -> tuple[ServiceRequest, ...]:
    """Return a page of the requests that are asked for, the newest first.

    Raises:
        InvalidInput: the span is longer than 90 days, or ends before it begins.
    """
    clauses = _within(bearer, within)
    if asked.numbers:
        clauses += queries.numbered(asked.numbers)
    else:
        since, until = _span(asked, now)
        clauses += queries.narrowed(asked.codes, _stages(asked), since, until)
    rows = queries.requests(
        session,
        bearer.id if bearer else None,
        clauses,
        limit=min(asked.page_size, MOST),
        offset=(asked.page - 1) * asked.page_size,
    )
    return _shown(session, rows)


def one(
    session: Session,
    number: str,
    *,
    bearer: Bearer | None = None,
    within: Jurisdiction | None = None,
) -> ServiceRequest:
    """Return one request.

    Raises:
        NotFound: there is none of that number, or it is not for everybody to know of.
    """
    clauses = [*_within(bearer, within), *queries.numbered([number])]
    rows = queries.requests(session, bearer.id if bearer else None, clauses, limit=1)
    if not rows:
        raise _no_request()
    return _shown(session, rows)[0]


def _no_request() -> NotFound:
    return NotFound(
        field="service_request_id", what_zh="这份诉求", what_en="This service_request_id"
    )


def _within(bearer: Bearer | None, within: Jurisdiction | None) -> list[Clause]:
    clauses = queries.in_area(within.kind, within.area_id) if within else []
    return clauses + (queries.in_area(bearer.area_kind, bearer.area_id) if bearer else [])


def _span(asked: Asked, now: datetime) -> tuple[datetime, datetime]:
    latest = min(now, asked.since + LONGEST_SPAN) if asked.since else now
    until = asked.until or latest
    since = asked.since or until - LONGEST_SPAN
    if since > until or until - since > LONGEST_SPAN:
        raise InvalidInput(
            field="start_date",
            reason_zh="start_date 到 end_date 最多 90 天，且不能倒置。",
            reason_en="From start_date to end_date are at most 90 days, in this order.",
        )
    return since, until


def _stages(asked: Asked) -> list[str]:
    if asked.open == asked.closed:
        return []
    return [stage.value for stage in Stage if (stage in OPEN_STAGES) is asked.open]


def _shown(session: Session, rows: Sequence[Found]) -> tuple[ServiceRequest, ...]:
    answered = [row.id for row in rows if Stage(row.stage) in _ANSWERED]
    replies = queries.replies(session, answered) if answered else {}
    return tuple(_request(row, replies.get(row.id)) for row in rows)


def _request(row: Found, reply: tuple[str, list[str]] | None) -> ServiceRequest:
    stage = Stage(row.stage)
    return ServiceRequest(
        number=row.number,
        open=stage in OPEN_STAGES,
        stage=stage,
        outcome=Outcome(row.outcome) if row.outcome else None,
        reply=masking.masked(*reply) if reply else None,
        category_code=row.category_code,
        category=(row.category_name, row.category_name_en),
        rung=Rung(row.rung),
        agency=row.agency,
        township=row.township,
        community=row.community,
        grid=row.grid,
        filed_at=row.filed_at,
        updated_at=row.updated_at or row.filed_at,
        promised_at=row.promised_at,
        lon=row.lon,
        lat=row.lat,
        description=row.description if row.own else None,
    )


def file(session: Session, bearer: Bearer, sent: Sent, token: str | None, now: datetime) -> Taken:
    """File a report of another system exactly once.

    The same token gives the first report again. Without one the same content from the same key within
    `SAME_FOR` does: a client that tries again after a lost answer makes no second report.

    Raises:
        IdempotencyConflict: the token was used for other content.
        InvalidInput, UnknownCrs, BadCoordinates, OutsideCounty: see `gridmap.dispatch.service.file`.
        OtherJurisdiction: the place lies outside the key's area.
    """
    sha256 = _sha256(sent)
    key_queries.wait_for_others(session, f"open311:{bearer.id}:{token or sha256}")
    earlier = (
        key_queries.filing_by_token(session, bearer.id, token)
        if token
        else key_queries.same_filing(session, bearer.id, sha256, now - SAME_FOR)
    )
    if earlier is not None:
        return _again(session, earlier, sha256)
    token = token or secrets.token_hex(16)
    filed = dispatch.file(session, _filing(bearer, sent, token, sha256), now)
    row = queries.report_by_number(session, filed.number)
    _refuse_outside(bearer, row)
    session.add(
        ApiFiling(report_id=row.id, key_id=bearer.id, token=token, body_sha256=sha256, at=now)
    )
    session.flush()
    return Taken(filed.number, row.promised_at, replayed=False)


def _again(session: Session, earlier: ApiFiling, sha256: str) -> Taken:
    if earlier.body_sha256 != sha256:
        raise IdempotencyConflict(field="Idempotency-Key")
    row = queries.report_by_number(session, queries.number_of(session, earlier.report_id))
    return Taken(row.number, row.promised_at, replayed=True)


def _sha256(sent: Sent) -> str:
    place = sent.place
    parts = [
        sent.category_code,
        sent.description,
        [place.lon, place.lat, place.crs, place.accuracy_m] if place else None,
        sent.where,
        sent.phone,
        sent.email,
        sent.media_url,
    ]
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def _filing(bearer: Bearer, sent: Sent, token: str, sha256: str) -> Filing:
    description = sent.description
    if sent.media_url:
        # an address of strangers is text for the desk; nobody here opens it
        description += f"\n附件网址（系统未打开）：{sent.media_url}"
    return Filing(
        idempotency_key=hashlib.sha256(f"open311:{bearer.id}:{token}".encode()).hexdigest(),
        body_sha256=sha256,
        category_code=sent.category_code,
        description=description,
        place=sent.place,
        where=sent.where,
        phone=sent.phone,
        email=sent.email,
        language=sent.language,
    )


def _refuse_outside(bearer: Bearer, row: Found) -> None:
    inside = {
        AreaKind.TOWNSHIP: row.township_id == bearer.area_id,
        AreaKind.COMMUNITY: row.community_id == bearer.area_id,
    }
    if bearer.area_kind in inside and not inside[bearer.area_kind]:
        raise OtherJurisdiction


def by_token(session: Session, bearer: Bearer, token: str) -> str:
    """Return the number of the report that a key has filed under a token.

    Raises:
        NotFound: it has filed none under it.
    """
    filing = key_queries.filing_by_token(session, bearer.id, token)
    if filing is None:
        raise NotFound(field="token", what_zh="这个 token", what_en="This token")
    return queries.number_of(session, filing.report_id)
