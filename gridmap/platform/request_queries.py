"""SQL: reports as other systems may see them, without any line about people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from gridmap.dispatch.categories import PUBLIC_LINES
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries.rows import (
    CATEGORY_COLUMNS,
    DAY_OF_FILING,
    GRID_NAMES,
    CommunityArea,
    CommunityName,
    Found,
    Query,
    TownshipName,
    with_names,
)
from gridmap.dispatch.tables import Category, Report, Step
from gridmap.ledger.areas import GridVersion
from gridmap.ledger.posts import Agency, Person
from gridmap.platform.tables import ApiFiling
from gridmap.store.base import as_of
from gridmap.terms import AreaKind

Clause = ColumnElement[bool]

_BOUNDARY = (
    select(GridVersion.boundary)
    .where(GridVersion.grid_id == Report.grid_id)
    .order_by(as_of(GridVersion, DAY_OF_FILING).desc(), func.lower(GridVersion.valid))
    .limit(1)
    .correlate(Report)
    .scalar_subquery()
)
_SPOT = func.ST_PointOnSurface(_BOUNDARY)
"""A point of the report's grid, the same for all reports in it: the public sees no other."""
_UPDATED = (
    select(func.max(Step.at)).where(Step.report_id == Report.id).correlate(Report).scalar_subquery()
)


def own(key_id: int | None) -> Clause:
    """The report was filed by this key."""
    return exists().where(ApiFiling.report_id == Report.id, ApiFiling.key_id == key_id)


def in_area(kind: AreaKind | None, area_id: int | None) -> list[Clause]:
    """The report lies in an area; nothing to ask for the county."""
    if kind is AreaKind.TOWNSHIP:
        return [CommunityArea.parent_id == area_id]
    if kind is AreaKind.COMMUNITY:
        return [Report.community_id == area_id]
    return []


def shown(key_id: int | None) -> Clause:
    """The report is about things, so that everybody may know of it, or this key has filed it."""
    public = and_(Category.line.in_(sorted(PUBLIC_LINES)), Report.parent_id.is_(None))
    return or_(public, own(key_id)) if key_id is not None else public


def _rows(key_id: int | None) -> Query:
    query = select(
        Report.id,
        Report.number,
        Report.stage,
        Report.outcome,
        Report.rung,
        Report.filed_at,
        Report.promised_at,
        Report.rounds,
        Report.parent_id,
        Report.community_id,
        CommunityArea.parent_id.label("township_id"),
        *CATEGORY_COLUMNS,
        TownshipName.name.label("township"),
        CommunityName.name.label("community"),
        GRID_NAMES.c.name.label("grid"),
        Agency.name.label("agency"),
        func.ST_X(_SPOT).label("lon"),
        func.ST_Y(_SPOT).label("lat"),
        _UPDATED.label("updated_at"),
        own(key_id).label("own"),
        Report.description,
    )
    return with_names(query)


def requests(
    session: Session,
    key_id: int | None,
    clauses: Iterable[Clause],
    *,
    limit: int,
    offset: int = 0,
) -> Sequence[Found]:
    """Return the reports that may be seen, the newest first, without the first so many."""
    query = _rows(key_id).where(shown(key_id), *clauses)
    query = query.order_by(Report.filed_at.desc(), Report.id.desc())
    return session.execute(query.limit(limit).offset(offset)).all()


def report_of_step(session: Session, step_id: int) -> tuple[Found, Step] | None:
    """Return a step with its report, as everybody may see it, whatever it is about."""
    step = session.get(Step, step_id)
    if step is None:
        return None
    return session.execute(_rows(None).where(Report.id == step.report_id)).one(), step


def replies(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[str, list[str]]]:
    """Return for each report the note of its last handling, and the names of all who had a hand in it."""
    handled = (
        select(Step.report_id, Step.note)
        .where(Step.report_id.in_(ids), Step.action == Action.HANDLED, Step.note.is_not(None))
        .order_by(Step.report_id, Step.sequence)
    )
    notes = {
        report_id: note or "" for report_id, note in session.execute(handled)
    }  # the last stays
    hands = (
        select(Step.report_id, Person.name)
        .join(Person, Person.id == Step.actor_id)
        .where(Step.report_id.in_(notes))
        .distinct()
    )
    names: dict[int, list[str]] = {}
    for report_id, name in session.execute(hands) if notes else ():
        names.setdefault(report_id, []).append(name)
    return {report_id: (note, names.get(report_id, [])) for report_id, note in notes.items()}


def numbered(numbers: Sequence[str]) -> list[Clause]:
    """The report has one of these numbers."""
    return [Report.number.in_(numbers)]


def narrowed(
    codes: Sequence[str],
    stages: Sequence[str],
    since: datetime,
    until: datetime,
) -> list[Clause]:
    """The report was filed in a span (both ends included), of some categories, in some stages."""
    clauses: list[Clause] = [Report.filed_at >= since, Report.filed_at <= until]
    if codes:
        clauses.append(Category.code.in_(codes))
    if stages:
        clauses.append(Report.stage.in_(stages))
    return clauses


def report_by_number(session: Session, number: str) -> Found:
    """Return a report that was just filed."""
    return session.execute(_rows(None).where(Report.number == number)).one()


def number_of(session: Session, report_id: int) -> str:
    """Return the number of a report."""
    return session.scalars(select(Report.number).where(Report.id == report_id)).one()
