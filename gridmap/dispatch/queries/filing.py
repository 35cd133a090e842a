"""SQL: a report on its way in: its key, its number, its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.dispatch.queries.rows import HOLDER_COLUMNS, Found, HolderPerson
from gridmap.dispatch.tables import REPORT_NUMBERS, Report, Step
from gridmap.ledger.posts import Agency, Post
from gridmap.store.base import STORED_SRID


def filed_under(session: Session, idempotency_key: str) -> Sequence[Found]:
    """Return the report of an idempotency key as it was when filed: one row or none."""
    query = (
        select(
            Report.number,
            Report.track_key,
            Report.body_sha256,
            Report.filed_at,
            Report.grid_verdict,
            Report.building_verdict,
            Step.rung,
            Step.reasons,
            *HOLDER_COLUMNS,
        )
        .join(Step, and_(Step.report_id == Report.id, Step.sequence == 1))
        .outerjoin(Post, Post.id == Step.holder_post_id)
        .outerjoin(HolderPerson, HolderPerson.id == Post.person_id)
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .where(Report.idempotency_key == idempotency_key)
    )
    return session.execute(query).all()


def next_number(session: Session, year: int) -> str:
    """Return a number that no report has: the year and a running number of at least six digits."""
    return f"{year}-{session.scalar(REPORT_NUMBERS.next_value()):06d}"


def insert_report(
    session: Session, values: Mapping[str, Any], *, lon: float, lat: float
) -> int | None:
    """Insert a report at a WGS 84 spot and return its id; None if its key was already used.

    Of two transactions with one key the second waits for the first: it inserts nothing if the
    first commits, and its own report if the first is undone.
    """
    spot = func.ST_SetSRID(func.ST_MakePoint(lon, lat), STORED_SRID)
    query = (
        insert(Report)
        .values(**values, spot=spot)
        .on_conflict_do_nothing(index_elements=[Report.idempotency_key])
        .returning(Report.id)
    )
    return session.scalar(query)
