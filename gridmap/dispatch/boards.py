"""The county's board: how many, where, how fast, how well; every number with the reports it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from gridmap.dispatch import catalogue, reading
from gridmap.dispatch.measures import (
    FAMILIES,
    LEFT_OUT_OF_CALLBACKS,
    LEFT_OUT_OF_DUE,
    Bucket,
    Cut,
    Measure,
    Window,
)
from gridmap.dispatch.queries import board as queries
from gridmap.dispatch.queries import board_by
from gridmap.dispatch.queries import board_places as places
from gridmap.dispatch.queries import board_property as of_property
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.rates import Counts, Rates, formula_on, rates
from gridmap.dispatch.reports import Reach, Reader
from gridmap.dispatch.views import WorkRow
from gridmap.store import audit
from gridmap.terms import Line

PAGE_ROWS: Final = 50
CHUNK_ROWS: Final = 1_000

Tally = Mapping[Measure, int]


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted of a community, a grid or a line.

    `code` is None for reports outside all of them; `households` are those of a grid on the
    period's last day, None for the others.
    """

    code: str | None
    name: str | None
    tally: Tally
    within: str | None = None
    households: int | None = None

    @property
    def per_100_households(self) -> float | None:
        """Reports filed in the period per 100 households; None without a household."""
        if not self.households:
            return None
        return 100 * self.tally[Measure.FILED] / self.households


@dataclass(frozen=True, slots=True)
class Point:
    """A stretch of a trend: its first and last day inside the period, and its counts."""

    first: date
    last: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class Board:
    """All numbers of a period; see `gridmap.dispatch.measures.MEANINGS` for what each counts."""

    window: Window
    cut: Cut
    totals: Tally
    communities: tuple[Row, ...]
    grids: tuple[Row, ...]
    lines: tuple[Row, ...]
    bucket: Bucket
    trend: tuple[Point, ...]
    rates: Rates


@dataclass(frozen=True, slots=True)
class CountedReport:
    """A report behind a number, and the moment by which it counts."""

    row: WorkRow
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A page of the reports behind a number, and how many there are in all."""

    reports: tuple[CountedReport, ...]
    total: int


def board(session: Session, scope: Reach, window: Window, cut: Cut) -> Board:
    """Return the board of a period as a reader sees it; a fixed number of statements.

    Args:
        session: open session.
        scope: what the reader may read: the numbers count nothing else.
        window: the period; one that is not over is looked at as of now.
        cut: which reports are counted.
    """
    tallied = _Tallies()
    for family in FAMILIES:
        for row in queries.counts(session, scope, family, window, cut):
            tallied.add(row, FAMILIES[family])
    day = min(window.last, (window.at - timedelta(microseconds=1)).date())
    formula = formula_on(catalogue.rate_formulas(session), window.last)
    communities, grids = _places(session, day, tallied, cut)
    return Board(
        window=window,
        cut=cut,
        totals=tallied.of("all"),
        communities=communities,
        grids=grids,
        lines=tuple(
            Row(line.value, line.zh, tallied.of("line", line.value))
            for line in Line
            if cut.line in {None, line}
        ),
        bucket=window.bucket,
        trend=_trend(session, scope, window, cut),
        rates=rates(_made_of(tallied.of("all")), formula),
    )


@dataclass(frozen=True, slots=True)
class Served:
    """What is counted of a compound or a property company, and its rates."""

    tally: Tally
    rates: Rates


def by_compound(session: Session, scope: Reach, window: Window) -> dict[str, Served]:
    """Return counts and rates by code of the compound; compounds without any report are left out."""
    return _served(session, scope, window, of_property.compound_code())


def by_company(session: Session, scope: Reach, window: Window) -> dict[str, Served]:
    """Return counts and rates by code of the company that served the compound on the day of filing."""
    return _served(session, scope, window, of_property.company_code())


def _served(
    session: Session, scope: Reach, window: Window, key: ColumnElement[str]
) -> dict[str, Served]:
    found: dict[str, dict[Measure, int]] = defaultdict(lambda: dict.fromkeys(Measure, 0))
    for family, measures in FAMILIES.items():
        for row in board_by.counts_by(session, scope, family, window, key):
            found[row.key].update({one: getattr(row, one.value) for one in measures})
    formula = formula_on(catalogue.rate_formulas(session), window.last)
    return {code: Served(tally, rates(_made_of(tally), formula)) for code, tally in found.items()}


class _Tallies:
    """Counts by what they are of; what was not counted is 0."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, object], dict[Measure, int]] = defaultdict(dict)

    def add(self, row: Found, measures: Iterable[Measure]) -> None:
        """Take a row of `queries.counts`."""
        key = _GROUPS[row.left_together]
        target = getattr(row, key, None) if key != "all" else None
        self._found[key, target].update({m: getattr(row, m.value) for m in measures})

    def of(self, key: str, target: object = None) -> Tally:
        """Return the counts of a target."""
        return dict.fromkeys(Measure, 0) | self._found.get((key, target), {})

    def has(self, key: str, target: object = None) -> bool:
        """Tell whether anything of a target was counted."""
        return any(self._found.get((key, target), {}).values())


_GROUPS: Final = {0b111: "all", 0b011: "community_id", 0b101: "grid_id", 0b110: "line"}
"""PostgreSQL's GROUPING(): a bit for each key that a row does not group by."""


def _places(
    session: Session, day: date, tallied: _Tallies, cut: Cut
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    found = {row.id: row for row in places.communities(session, day)}
    communities = [
        Row(row.code, row.name, tallied.of("community_id", row.id))
        for row in found.values()
        if tallied.has("community_id", row.id) or cut.community == row.code
    ]
    grids = [
        Row(
            row.code,
            row.name,
            tallied.of("grid_id", row.id),
            found[row.community_id].name if row.community_id in found else None,
            row.households,
        )
        for row in places.grids(session, day)
        if tallied.has("grid_id", row.id) or cut.grid == row.code
    ]
    for key, rows in (("community_id", communities), ("grid_id", grids)):
        if tallied.has(key):
            rows.append(Row(None, None, tallied.of(key)))
    return _sorted(communities), _sorted(grids)


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What is overdue first, then what is open."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                -row.tally[Measure.OVERDUE],
                -row.tally[Measure.OPEN],
                -row.tally[Measure.FILED],
                row.code or "",
            ),
        )
    )


def _made_of(tally: Tally) -> Counts:
    return Counts(
        callbacks_valid=tally[Measure.CALLBACKS],
        contacted=tally[Measure.CONTACTED],
        solved=tally[Measure.SOLVED],
        satisfied=tally[Measure.SATISFIED],
        basically=tally[Measure.BASICALLY],
        dissatisfied=tally[Measure.DISSATISFIED],
        due=tally[Measure.DUE],
        closed=tally[Measure.DUE_CLOSED],
        on_time=tally[Measure.DUE_ON_TIME],
        left_out={
            measure.value: tally[measure] for measure in (*LEFT_OUT_OF_DUE, *LEFT_OUT_OF_CALLBACKS)
        },
    )


def _trend(session: Session, scope: Reach, window: Window, cut: Cut) -> tuple[Point, ...]:
    bucket = window.bucket
    counted: dict[date, dict[Measure, int]] = defaultdict(dict)
    for row in queries.trend(session, scope, window, cut, bucket):
        values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        counted[row.stretch].update(
            {measure: values[measure.value] for measure in Measure if measure.value in values}
        )
    points = []
    for first in _stretches(window, bucket):
        ends = _next(first, bucket) - timedelta(days=1)
        tally = dict.fromkeys(Measure, 0) | counted.get(first, {})
        points.append(Point(max(first, window.first), min(ends, window.last), tally))
    return tuple(points)


def _stretches(window: Window, bucket: Bucket) -> Iterable[date]:
    day = window.first
    if bucket is Bucket.WEEK:
        day -= timedelta(days=day.weekday())
    elif bucket is Bucket.MONTH:
        day = day.replace(day=1)
    while day <= window.last:
        yield day
        day = _next(day, bucket)


def _next(day: date, bucket: Bucket) -> date:
    if bucket is Bucket.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if bucket is Bucket.WEEK else 1)


def counted(
    session: Session, scope: Reach, measure: Measure, window: Window, cut: Cut, *, page: int = 1
) -> Counted:
    """Return a page of the reports that a number counts, the newest first.

    An answer is a row of its own: a report that was answered in two rounds stands there twice.

    Args:
        session: open session.
        scope: what the reader may read.
        measure: which number.
        window: days of the figure.
        cut: which reports.
        page: from 1.
    """
    stretch = (PAGE_ROWS * (page - 1), PAGE_ROWS)
    rows = queries.counted_reports(session, scope, measure, window, cut, stretch)
    reports = tuple(CountedReport(reading.work_row(row), row.counted_at) for row in rows)
    return Counted(reports, rows[0].total if rows else 0)


def export(
    session: Session, reader: Reader, measure: Measure, window: Window, cut: Cut
) -> Iterator[CountedReport]:
    """Give every report behind a number, in chunks; that they left is a line in the audit log."""
    count = 0
    while True:
        stretch = (count, CHUNK_ROWS)
        rows = queries.counted_reports(session, reader.scope, measure, window, cut, stretch)
        yield from (CountedReport(reading.work_row(row), row.counted_at) for row in rows)
        count += len(rows)
        if len(rows) < CHUNK_ROWS:
            break
    audit.record(
        session,
        "reports_exported",
        "report",
        "",
        now=window.now,
        account_id=reader.account_id,
        filters={"measure": measure.value, "from": str(window.first), "to": str(window.last)},
        rows=count,
    )
    session.flush()


def community_choices(
    session: Session, scope: Reach, day: date
) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Return the communities that a reader may choose: code, name, and code and name of its grids."""
    reached = set(places.reachable_communities(session, scope))
    grids: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in places.grids(session, day):
        grids[row.community_id].append((row.code, row.name))
    return tuple(
        (row.code, row.name, tuple(sorted(grids[row.id])))
        for row in sorted(places.communities(session, day), key=lambda row: str(row.code))
        if row.id in reached
    )
