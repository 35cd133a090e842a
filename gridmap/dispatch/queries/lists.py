"""SQL: reports as lists: the work list with its filters and tallies, and what the public may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session

from gridmap.dispatch.categories import PUBLIC_LINES
from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.queries.rows import (
    CATEGORY_COLUMNS,
    Found,
    is_mine,
    is_open,
    is_readable,
    report_rows,
    with_area,
)
from gridmap.dispatch.reports import Order, Page, Reach, ReportFilter, Vicinity
from gridmap.dispatch.tables import Category, Report, Step
from gridmap.store.base import STORED_SRID
from gridmap.terms import Verdict
from gridmap.timespan import start_of

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for 'no deadline' in the order by deadline."""
DUE = func.coalesce(Report.due_at, literal(NEVER))


def work_rows(
    session: Session,
    scope: Reach,
    wanted: ReportFilter,
    *,
    page: Page,
    now: datetime,
) -> Sequence[Found]:
    """Return the reports that a reader may see; see `service.worklist`."""
    by = Report.filed_at.expression if page.order is Order.NEWEST else DUE
    query = report_rows(scope).add_columns(by.label("placed_by"))
    query = query.where(is_readable(scope), *_narrowed(scope, wanted, now))
    if page.order is Order.NEWEST:
        query = query.order_by(by.desc(), Report.id.desc())
        if page.after is not None:
            query = query.where(tuple_(by, Report.id) < tuple_(*page.after))
    else:
        query = query.order_by(by, Report.id)
        if page.after is not None:
            query = query.where(tuple_(by, Report.id) > tuple_(*page.after))
    return session.execute(query.limit(page.limit)).all()


def _narrowed(scope: Reach, wanted: ReportFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The clauses of a filter."""
    return [
        clause
        for asked, clause in (
            (wanted.mine, is_mine(scope)),
            (wanted.open_only, is_open()),
            (wanted.late, and_(is_open(), Report.due_at < now)),
            (wanted.near_due, and_(is_open(), Report.remind_at.is_(None), Report.due_at >= now)),
            (wanted.supervised, Report.supervised_at.is_not(None)),
            (wanted.unplaced, Report.grid_verdict != Verdict.ACCEPTED),
            (wanted.stage, Report.stage == wanted.stage),
            (wanted.line, Category.line == wanted.line),
            (wanted.category_code, Category.code == wanted.category_code),
            (wanted.community_id, Report.community_id == wanted.community_id),
            (wanted.grid_id, Report.grid_id == wanted.grid_id),
            (wanted.outcome, Report.outcome == wanted.outcome),
            (wanted.text, _says(wanted.text or "")),
        )
        if asked
    ] + _filed_between(wanted)


def _says(words: str) -> ColumnElement[bool]:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return or_(Report.number == words, Report.description.ilike(f"%{escaped}%"))


def _filed_between(wanted: ReportFilter) -> list[ColumnElement[bool]]:
    clauses = []
    if wanted.filed_from is not None:
        clauses.append(Report.filed_at >= start_of(wanted.filed_from))
    if wanted.filed_to is not None:
        clauses.append(Report.filed_at < start_of(wanted.filed_to + timedelta(days=1)))
    return clauses


def tallies(session: Session, scope: Reach, now: datetime) -> Sequence[Found]:
    """Return for each stage how many reports a reader may see, how many are hers, how many late."""
    mine, late = is_mine(scope), and_(is_open(), Report.due_at < now)
    query = with_area(
        select(
            Report.stage,
            func.count().label("seen"),
            func.count().filter(mine).label("mine"),
            func.count().filter(late).label("late"),
            func.count().filter(mine, late).label("mine_late"),
        )
    )
    return session.execute(query.where(is_readable(scope)).group_by(Report.stage)).all()


def open_reports(
    session: Session, *, grid_id: int | None, building_id: int | None, before: datetime, limit: int
) -> Sequence[Found]:
    """Return reports of a grid or a building that were open just before a moment, newest first.

    Every row carries the count of all. The stage is that of the moment, from the steps. For a
    building the lines about people are left out, in rows and count.
    """
    last = (
        select(Step.stage)
        .where(Step.report_id == Report.id, Step.at < before)
        .order_by(Step.sequence.desc())
        .limit(1)
        .correlate(Report)
        .lateral("last")
    )
    query = (
        select(
            Report.filed_at,
            last.c.stage,
            *CATEGORY_COLUMNS,
            func.count().over().label("total"),
        )
        .join(Category, Category.id == Report.category_id)
        .join(last, true())
        .where(last.c.stage.in_(sorted(OPEN_STAGES)), Report.parent_id.is_(None))
    )
    if building_id is not None:
        query = query.where(
            Report.building_id == building_id, Category.line.in_(sorted(PUBLIC_LINES))
        )
    else:
        query = query.where(Report.grid_id == grid_id)
    return session.execute(
        query.order_by(Report.filed_at.desc(), Report.id.desc()).limit(limit)
    ).all()


def open_near(session: Session, near: Vicinity, *, since: datetime, limit: int) -> Sequence[Found]:
    """Return open reports about things near a spot or in its building, nearest first.

    Args:
        session: open session.
        near: the spot, what counts as near, and the category.
        since: only those filed after.
        limit: most of them.
    """
    spot = func.ST_SetSRID(func.ST_MakePoint(near.lon, near.lat), STORED_SRID)
    metres = func.ST_DistanceSphere(Report.spot, spot)
    close: ColumnElement[bool] = Report.spot.op("&&")(
        func.ST_Expand(spot, near.east_degrees, near.north_degrees)
    )
    if near.building_id is not None:
        close = or_(close, Report.building_id == near.building_id)
    query = (
        report_rows(None)
        .add_columns(metres.label("metres"))
        .where(
            is_open(),
            Report.parent_id.is_(None),
            close,
            Category.code == near.category_code,
            Category.line.in_(sorted(PUBLIC_LINES)),
            Report.filed_at >= since,
        )
        .order_by(metres, Report.id)
        .limit(limit)
    )
    return session.execute(query).all()


def filed_by(session: Session, person_id: int, *, limit: int) -> Sequence[Found]:
    """Return what somebody has filed, newest first."""
    query = report_rows(None).where(Report.filed_by_id == person_id, Report.parent_id.is_(None))
    return session.execute(
        query.order_by(Report.filed_at.desc(), Report.id.desc()).limit(limit)
    ).all()
