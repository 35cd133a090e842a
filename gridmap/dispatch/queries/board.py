"""SQL of the board: every measure has one definition, by which it is counted and listed.

A family of measures has a source (which rows, joined to what) and a clause a measure. Counts are
filtered aggregates over the source; the list behind a number selects the same rows by the same
clause: they agree by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.measures import (
    FAMILIES,
    FAMILY_OF,
    NEAR_DUE,
    NOWHERE,
    Bucket,
    Cut,
    Family,
    Measure,
    Window,
)
from gridmap.dispatch.queries import board_property
from gridmap.dispatch.queries.rows import Found, Query, is_readable, report_rows, with_area
from gridmap.dispatch.reports import Reach
from gridmap.dispatch.tables import Category, Feedback, Report, Step
from gridmap.ledger.areas import Area, Grid
from gridmap.terms import Satisfaction, Stage

Clause = ColumnElement[bool]

WORKED: Final = (Stage.FILED, Stage.ACCEPTED, Stage.HANDLING)
CLOCKED: Final = (*WORKED, Stage.CHECKING)
"""Stages whose time is the office's own, not the reporter's."""
CLOSING: Final = (Action.AGREED, Action.LAPSED, Action.CHECKED)
RAN_OUT: Final = (Action.CLIMBED, Action.OVERDUE)


class Source(NamedTuple):
    """Rows of a family: the query, when each row counts, and the clause of each measure."""

    query: Query
    moment: ColumnElement[Any]
    clauses: Mapping[Measure, Clause]


def _as_of(at: datetime) -> LateralFromClause:
    """A report's stage and deadline just before a moment, from its last step by then."""
    return (
        select(Step.stage, Step.due_at)
        .where(Step.report_id == Report.id, Step.at < at)
        .order_by(Step.sequence.desc())
        .limit(1)
        .correlate(Report)
        .lateral("last")
    )


def _state(window: Window) -> Source:
    at, last = window.at, _as_of(window.at)
    stage, due_at = last.c.stage, last.c.due_at
    is_open = stage.in_(sorted(OPEN_STAGES))
    late = and_(
        stage.in_(CLOCKED),
        or_(due_at < at, and_(stage.in_(WORKED), Report.promised_at < at)),
    )
    supervised = exists().where(
        Step.report_id == Report.id, Step.action == Action.SUPERVISED, Step.at < at
    )
    # what rests since before the moment rested at it: its steps need not be read
    rests = and_(Report.stage.in_([Stage.CLOSED, Stage.JOINED]), Report.stage_since < at)
    query = (
        with_area(select(Report.id))
        .join(last, true())
        .where(Report.parent_id.is_(None), Report.filed_at < at, not_(rests))
    )
    clauses: dict[Measure, Clause] = {
        Measure.OPEN: is_open,
        Measure.OVERDUE: late,
        Measure.NEAR_DUE: and_(
            stage.in_(CLOCKED),
            not_(func.coalesce(late, false())),
            due_at < at + NEAR_DUE,
        ),
        Measure.SUSPENDED: stage == Stage.SUSPENDED,
        Measure.SUPERVISED: and_(is_open, supervised),
        Measure.UNPLACED: and_(is_open, Report.grid_id.is_(None)),
    }
    return Source(query, Report.filed_at.expression, clauses)


def _filed(window: Window) -> Source:
    query = with_area(select(Report.id)).where(
        Report.filed_at >= window.begin, Report.filed_at < window.at
    )
    clauses: dict[Measure, Clause] = {
        Measure.FILED: Report.parent_id.is_(None),
        Measure.PARTS: Report.parent_id.is_not(None),
    }
    return Source(query, Report.filed_at.expression, clauses)


_MOVES: Final[Mapping[Measure, tuple[Action, ...]]] = {
    Measure.CLOSED: CLOSING,
    Measure.CLIMBED: RAN_OUT,
    Measure.REOPENED: (Action.REOPENED,),
    Measure.LAPSED: (Action.LAPSED,),
    Measure.NOT_REACHED: (Action.UNREACHED,),
}


def _moved(window: Window, bucket: Bucket | None = None) -> Source:
    """One row a report that moved in the period, or a report and stretch of the trend."""
    last = {
        measure: func.max(Step.at)
        .filter(Step.action.in_(actions), _closes(measure))
        .label(measure.value)
        for measure, actions in _MOVES.items()
    }
    stretch = stretch_of(Step.at.expression, bucket) if bucket else literal(None, Date)
    moved = (
        select(
            Step.report_id, stretch.label("stretch"), func.max(Step.at).label("at"), *last.values()
        )
        .where(
            Step.at >= window.begin,
            Step.at < window.at,
            Step.action.in_({action for actions in _MOVES.values() for action in actions}),
        )
        .group_by(Step.report_id, *([stretch] if bucket else []))
        .subquery("moved")
    )
    answered = exists().where(
        Feedback.report_id == Report.id,
        Feedback.reached,
        Feedback.at >= window.begin,
        Feedback.at < window.at,
    )
    query = (
        with_area(select(Report.id))
        .join(moved, moved.c.report_id == Report.id)
        .where(Report.parent_id.is_(None))
    )
    clauses: dict[Measure, Clause] = {
        measure: moved.c[measure.value].is_not(None) for measure in _MOVES
    }
    clauses[Measure.NOT_REACHED] = and_(clauses[Measure.NOT_REACHED], not_(answered))
    return Source(query.add_columns(moved.c.stretch), moved.c.at, clauses)


def _closes(measure: Measure) -> Clause:
    """A check that passes closes a part, but only asks the reporter of a whole report."""
    return Step.stage == Stage.CLOSED if measure is Measure.CLOSED else true()


def _due(window: Window) -> Source:
    """Most reports have rested since: their own row says how they stood, and steps need not be read."""
    at = window.at
    stood, over = Report.stage_since < at, Report.stage == Stage.CLOSED
    last = (
        select(Step.stage)
        .where(not_(stood), Step.report_id == Report.id, Step.at < at)
        .order_by(Step.sequence.desc())
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    handled = (
        select(func.max(Step.at))
        .where(Step.report_id == Report.id, Step.action == Action.HANDLED, Step.at < at)
        .correlate(Report)
        .scalar_subquery()
    )
    stage = case((stood, Report.stage), else_=last)
    handled_at = case((and_(stood, over), Report.handled_at), else_=handled)
    query = with_area(select(Report.id)).where(
        Report.parent_id.is_(None),
        Report.filed_at < at,
        Report.promised_at >= window.begin,
        Report.promised_at < window.end,
    )
    counts = stage.not_in([Stage.JOINED, Stage.SUSPENDED])
    due = and_(Report.promised_at < at, counts)
    closed = and_(Report.promised_at < at, stage == Stage.CLOSED)
    clauses: dict[Measure, Clause] = {
        Measure.DUE: due,
        Measure.DUE_CLOSED: closed,
        Measure.DUE_ON_TIME: and_(closed, handled_at <= Report.promised_at),
        Measure.DUE_JOINED: stage == Stage.JOINED,
        Measure.DUE_SUSPENDED: stage == Stage.SUSPENDED,
        Measure.NOT_YET_DUE: and_(Report.promised_at >= at, counts),
    }
    return Source(query, Report.promised_at.expression, clauses)


def _answers(window: Window) -> Source:
    """Answers of the period; of two in one round (agreed, then 'not solved') the later counts."""
    said = (
        select(
            Feedback.report_id,
            Feedback.step_sequence,
            Feedback.at,
            Feedback.contacted,
            Feedback.solved,
            Feedback.satisfaction,
            func.lead(Feedback.id)
            .over(partition_by=Feedback.report_id, order_by=Feedback.step_sequence)
            .label("later"),
        )
        .where(Feedback.reached, Feedback.at >= window.begin, Feedback.at < window.at)
        .subquery("said")
    )
    # 'not solved' ends a round: whatever comes after it belongs to the next one
    reopened = exists().where(
        Step.report_id == said.c.report_id,
        Step.sequence == said.c.step_sequence,
        Step.action == Action.REOPENED,
    )
    query = (
        with_area(select(Report.id))
        .join(said, said.c.report_id == Report.id)
        .where(or_(said.c.later.is_(None), reopened))
    )
    clauses: dict[Measure, Clause] = {
        Measure.CALLBACKS: true(),
        Measure.CONTACTED: said.c.contacted,
        Measure.SOLVED: said.c.solved,
        Measure.SATISFIED: said.c.satisfaction == Satisfaction.SATISFIED,
        Measure.BASICALLY: said.c.satisfaction == Satisfaction.BASICALLY,
        Measure.DISSATISFIED: said.c.satisfaction == Satisfaction.DISSATISFIED,
    }
    return Source(query, said.c.at, clauses)


SOURCES: Final[Mapping[Family, Callable[[Window], Source]]] = {
    Family.STATE: _state,
    Family.FILED: _filed,
    Family.MOVED: _moved,
    Family.DUE: _due,
    Family.ANSWERS: _answers,
}


def seen(source: Source, scope: Reach, cut: Cut) -> Query:
    """What of a source a reader sees and a cut leaves."""
    community = select(Area.id).where(Area.code == cut.community).scalar_subquery()
    grid = select(Grid.id).where(Grid.code == cut.grid).scalar_subquery()
    in_community = Report.community_id == community
    in_grid = Report.grid_id == grid
    asked: tuple[tuple[object, Clause], ...] = (
        (
            cut.community,
            Report.community_id.is_(None) if cut.community == NOWHERE else in_community,
        ),
        (cut.grid, Report.grid_id.is_(None) if cut.grid == NOWHERE else in_grid),
        (cut.line, Category.line == cut.line),
        (cut.category, Category.code == cut.category),
        (cut.compound, board_property.in_compound(cut.compound or "")),
        (cut.company, board_property.of_company(cut.company or "")),
    )
    return source.query.where(
        is_readable(scope), *(clause for wanted, clause in asked if wanted is not None)
    )


def counts(
    session: Session, scope: Reach, family: Family, window: Window, cut: Cut
) -> Sequence[Found]:
    """Count a family's measures in all, by community, by grid and by line; one statement.

    Rows have `by` (0 all, 1 community, 2 grid, 3 line), `community_id`, `grid_id`, `line` and a
    column a measure.
    """
    source = SOURCES[family](window)
    keys = (Report.community_id, Report.grid_id, Category.line)
    grouping = func.grouping(*keys)
    columns = [
        func.count().filter(source.clauses[measure]).label(measure.value)
        for measure in FAMILIES[family]
    ]
    query = (
        seen(source, scope, cut)
        .with_only_columns(
            grouping.label("left_together"), *keys, *columns, maintain_column_froms=True
        )
        .group_by(func.grouping_sets(tuple_(), *(tuple_(key) for key in keys)))
    )
    return session.execute(query).all()


def stretch_of(moment: ColumnElement[Any], bucket: Bucket) -> ColumnElement[Any]:
    """Return the first day of the stretch that holds a moment, in Asia/Shanghai."""
    return cast(func.date_trunc(bucket.value, func.timezone("Asia/Shanghai", moment)), Date)


def trend(
    session: Session, scope: Reach, window: Window, cut: Cut, bucket: Bucket
) -> Sequence[Found]:
    """Count by stretch what was filed, closed and what ran out of time: `stretch`, `measure`, `n`."""
    filed, moved = _filed(window), _moved(window, bucket)
    stretches: tuple[tuple[Source, ColumnElement[Any], tuple[Measure, ...]], ...] = (
        (filed, stretch_of(filed.moment, bucket), (Measure.FILED,)),
        (moved, _only(moved.query), (Measure.CLOSED, Measure.CLIMBED)),
    )
    rows: list[Found] = []
    for source, stretch, measures in stretches:
        columns = [
            func.count().filter(source.clauses[measure]).label(measure.value)
            for measure in measures
        ]
        query = (
            seen(source, scope, cut)
            .with_only_columns(stretch.label("stretch"), *columns, maintain_column_froms=True)
            .group_by(stretch)
        )
        rows.extend(session.execute(query))
    return rows


def _only(query: Query) -> ColumnElement[Any]:
    """The stretch of the rows of `_moved`."""
    return query.selected_columns["stretch"]


def counted_reports(
    session: Session,
    scope: Reach,
    measure: Measure,
    window: Window,
    cut: Cut,
    stretch: tuple[int, int],
) -> Sequence[Found]:
    """Return the reports that a measure counts, newest first, with `counted_at` and `total`.

    Args:
        session: open session.
        scope: what the reader may read.
        measure: which number.
        window: days of the figure.
        cut: which reports.
        stretch: how many are passed over, and how many are wanted at most.
    """
    source = SOURCES[FAMILY_OF[measure]](window)
    # the page is cut before names are joined: what is not shown needs none
    offset, limit = stretch
    counted: FromClause = (
        seen(source, scope, cut)
        .where(source.clauses[measure])
        .with_only_columns(
            Report.id.label("report_id"),
            source.moment.label("counted_at"),
            func.count().over().label("total"),
            maintain_column_froms=True,
        )
        .order_by(source.moment.desc(), Report.id.desc())
        .offset(offset)
        .limit(limit)
        .subquery("counted")
    )
    query = (
        report_rows(scope)
        .add_columns(counted.c.counted_at, counted.c.total)
        .join(counted, counted.c.report_id == Report.id)
        .order_by(counted.c.counted_at.desc(), Report.id.desc())
    )
    return session.execute(query).all()
