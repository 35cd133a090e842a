"""SQL of the sweep: what is out of time, what is due soon, whose holder is no longer in post.

Rows are taken FOR UPDATE SKIP LOCKED: two sweeps never take the same report, and a report that
somebody is just moving is left for the next minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    Select,
    Table,
    and_,
    column,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias

from gridmap.dispatch.queries.moves import post_held, posts_on
from gridmap.dispatch.queries.rows import is_open
from gridmap.dispatch.tables import Report, Step
from gridmap.geolocation.location import PostHeld
from gridmap.ledger.posts import Post
from gridmap.store.base import as_of
from gridmap.terms import PostKind


def _taken(session: Session, query: Select[Any], limit: int) -> Sequence[int]:
    locking = query.limit(limit).with_for_update(skip_locked=True)
    return session.scalars(locking).all()


def overdue(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Take reports on which the clock has to act, the longest overdue first; return their ids."""
    query = select(Report.id).where(Report.acts_at <= now).order_by(Report.acts_at, Report.id)
    return _taken(session, query, limit)


def due_soon(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Take reports whose reminder is due; return their ids."""
    query = select(Report.id).where(Report.remind_at <= now).order_by(Report.remind_at, Report.id)
    return _taken(session, query, limit)


def deserted(session: Session, day: date, *, after: int, limit: int) -> Sequence[int]:
    """Take open reports that nobody in post today holds; return their ids in order.

    Args:
        session: open session.
        day: day of the posts.
        after: only reports with a larger id.
        limit: most of them.
    """
    in_post = exists().where(and_(Post.id == Report.holder_post_id, as_of(Post, day)))
    query = (
        select(Report.id)
        .where(
            is_open(),
            Report.id > after,
            or_(Report.holder_post_id.is_(None), not_(in_post)),
        )
        .order_by(Report.id)
    )
    return _taken(session, query, limit)


def kinds_in_post(session: Session, post_ids: Iterable[int], day: date) -> dict[int, PostKind]:
    """Return the kinds of those of these posts that somebody holds on a day."""
    query = select(Post.id, Post.kind).where(Post.id.in_(sorted(set(post_ids))), as_of(Post, day))
    return {row.id: PostKind(row.kind) for row in session.execute(query)}


def agency_handlers(session: Session, agency_ids: Iterable[int], day: date) -> dict[int, PostHeld]:
    """Return for each agency the handler who has been in post longest."""
    wanted = sorted(set(agency_ids))
    query = posts_on(day).where(Post.kind == PostKind.AGENCY_HANDLER, Post.agency_id.in_(wanted))
    found: dict[int, PostHeld] = {}
    for row in session.execute(query):
        found.setdefault(row.agency_id, post_held(row))
    return found


def move_all(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new values of taken reports: each row has the report's id and the same columns."""
    if not rows:
        return
    given = _recordset(_REPORTS, rows)
    written = {name: given.c[name] for name in rows[0] if name != "id"}
    session.execute(update(_REPORTS).where(_REPORTS.c.id == given.c.id).values(written))


def add_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the steps of moved reports; all rows have the same columns."""
    if rows:
        given = _recordset(_STEPS, rows)
        query = select(*(given.c[name] for name in rows[0]))
        session.execute(insert(_STEPS).from_select(list(rows[0]), query))


_REPORTS, _STEPS = cast("Table", Report.__table__), cast("Table", Step.__table__)


def _recordset(table: Table, rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """Many rows as one parameter: a statement a row is three times as slow."""
    columns = [column(name, table.c[name].type) for name in rows[0]]
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    given = func.jsonb_to_recordset(literal(plain, JSONB))
    return given.table_valued(*columns, name="given").render_derived(with_types=True)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def clear_reminders(session: Session, ids: Sequence[int]) -> None:
    """Remember that these were reminded; their version stays, for nothing has moved."""
    session.execute(
        update(Report)
        .where(Report.id.in_(ids))
        .values(remind_at=None)
        .execution_options(synchronize_session=False)
    )
