"""SQL: open reports in bulk: where they lie, who holds them, and what both become on a day.

Rows are locked in the order of their ids, only those that change, and just before they are written:
a desk can work on the others all the while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnClause,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    Select,
    Table,
    Text,
    and_,
    any_,
    case,
    column,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import FromClause, Subquery, TableValuedAlias

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries.moves import posts_on
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.tables import Category, Report, Step
from gridmap.ledger.areas import AreaVersion, GridVersion
from gridmap.ledger.posts import Post
from gridmap.store.base import as_of
from gridmap.terms import PlaceSource, Stage, Verdict

NEAR_DEGREES: Final = 0.006
"""An unplaced report so near to a community may lie in it: more than the widest circle reaches."""

VERDICTS: Final = ("grid_verdict", "grid_faults", "building_verdict", "building_faults")
IDS: Final = (
    "community_id",
    "grid_id",
    "compound_id",
    "building_id",
    "general_branch_id",
    "grid_branch_id",
    "building_group_id",
)
"""What a report lies in, and the party organisations that answer there."""
HANDS: Final = ("rung", "holder_post_id", "entrusted", "agency_id")
"""What says who has a report."""

_REPORTS, _STEPS = cast("Table", Report.__table__), cast("Table", Step.__table__)


def _concerned(communities: Collection[int], day: date) -> ColumnElement[bool]:
    """Not closed, and of one of these communities, or of none and near one of them."""
    area = exists().where(
        AreaVersion.area_id.in_(communities),
        as_of(AreaVersion, day),
        AreaVersion.boundary.op("&&")(func.ST_Expand(Report.spot, NEAR_DEGREES)),
    )
    there = or_(Report.community_id.in_(communities), and_(Report.community_id.is_(None), area))
    return and_(Report.stage != Stage.CLOSED, there)


def extent(
    session: Session, communities: Collection[int], day: date
) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of the reports concerned; None if there are none."""
    x, y = func.ST_X(Report.spot), func.ST_Y(Report.spot)
    query = select(func.min(x), func.min(y), func.max(x), func.max(y))
    row = session.execute(query.where(_concerned(communities, day))).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def verdicts_text(grid: str, grid_faults: Iterable[str], house: str, faults: Iterable[str]) -> str:
    """Return two verdicts and their faults in one word, as the rows have them.

    >>> verdicts_text("ask", ("edge", "circle"), "none", ())
    'ask:edge,circle:none:'
    """
    return f"{grid}:{','.join(grid_faults)}:{house}:{','.join(faults)}"


def ids_text(grids: Iterable[int], buildings: Iterable[int]) -> str:
    """Return the ids of alternatives in one word, as the rows have them.

    >>> ids_text([4, 5], []), ids_text([], [])
    ('[4, 5][]', '')
    """
    found = f"{list(grids)}{list(buildings)}"
    return "" if found == "[][]" else found


def _rows() -> Select[*tuple[Any, ...]]:
    report, category = _REPORTS.c, Category.__table__
    sure = and_(
        report.grid_verdict == Verdict.ACCEPTED, report.building_verdict == Verdict.ACCEPTED
    )

    def ids_of(kind: str) -> ColumnElement[str]:
        path: ColumnClause[Any] = literal_column(f"'$.{kind}[*].id'")
        found = func.jsonb_path_query_array(report.alternatives, path)
        return sql_cast(found, Text)

    alternatives = ids_of("grids").concat(ids_of("buildings"))
    words = [
        func.array_to_string(report[name], ",") if name.endswith("faults") else report[name]
        for name in VERDICTS
    ]
    return select(
        report.id,
        report.version,
        func.ST_X(report.spot, type_=Double),
        func.ST_Y(report.spot, type_=Double),
        case((report.place_source == PlaceSource.GPS, func.coalesce(report.accuracy_m, -1.0))),
        func.concat_ws(":", *words),
        case((or_(sure, alternatives == "[][]"), ""), else_=alternatives),
        *(report[name] for name in IDS),
        report.stage,
        report.rung,
        report.holder_post_id,
        report.agency_id,
        case((report.stage == Stage.CHECKING, report.handler_id)),
        category.c.first_rung,
        report.grid_id.is_not(None),
    ).join(category, category.c.id == report.category_id)


@dataclass(frozen=True, eq=False, slots=True)
class OpenReports:
    """Reports that are not closed, by columns, in the order of their ids.

    Rows of a hundred thousand objects would keep the garbage collector busy. `radius_m` is that of a
    phone's position (-1 where the phone gave none, None where no phone gave the place); `verdicts` are
    written by `verdicts_text`, `alternatives` by `ids_text`.
    """

    id: Sequence[int]
    version: Sequence[int]
    lon: Sequence[float]
    lat: Sequence[float]
    radius_m: Sequence[float | None]
    verdicts: Sequence[str]
    alternatives: Sequence[str]
    more: Sequence[Sequence[Any]]

    def __len__(self) -> int:
        return len(self.id)

    def ids(self) -> Iterator[tuple[int | None, ...]]:
        """Yield those of `IDS`."""
        return zip(*self.more[: len(IDS)], strict=True)

    def stands(self) -> Iterator[tuple[Any, ...]]:
        """Yield the fields of `heirs.Stand`."""
        return zip(*self.more[len(IDS) :], strict=True)


def _by_columns(session: Session, query: Select[*tuple[Any, ...]]) -> OpenReports | None:
    columns: list[Any] = list(zip(*session.execute(query.order_by(_REPORTS.c.id)), strict=True))
    return OpenReports(*[*columns[:7], columns[7:]]) if columns else None


def open_reports(
    session: Session, communities: Collection[int], day: date, *, after: int, limit: int
) -> OpenReports | None:
    """Return reports of communities with ids from one on; nothing is locked; None at the end."""
    query = _rows().where(_concerned(communities, day), _REPORTS.c.id > after)
    return _by_columns(session, query.limit(limit))


def reports_by_id(session: Session, ids: Collection[int]) -> OpenReports | None:
    """Return these reports, as far as they are not closed."""
    wanted = and_(_REPORTS.c.id == _any(ids), _REPORTS.c.stage != Stage.CLOSED)
    return _by_columns(session, _rows().where(wanted))


def _any(ids: Collection[int]) -> ColumnElement[Any]:
    return any_(literal(list(ids), ARRAY(BigInteger)))


def set_by_people(
    session: Session, ids: Collection[int], *, parts: tuple[int, int]
) -> dict[int, Mapping[str, Any]]:
    """Return the places that people set anew, by the ids of the reports.

    Args:
        session: open session.
        ids: reports that have moved since they were filed.
        parts: first and last id; of parts among these it is what their whole had when they were made.
    """
    moved = Step.action == Action.RELOCATED
    own = select(Step.report_id.label("id"), Step.at, Step.sequence, Step.details).where(
        moved, Step.report_id == _any(ids)
    )
    of_whole = (
        select(Report.id, Step.at, Step.sequence, Step.details)
        .join(Step, Step.report_id == Report.parent_id)
        .where(moved, Report.id.between(*parts), Step.at <= Report.filed_at)
    )
    both = own.union_all(of_whole).subquery()
    newest = (
        select(both.c.id, both.c.details["after"])
        .ext(distinct_on(both.c.id))
        .order_by(both.c.id, both.c.at.desc(), both.c.sequence.desc())
    )
    return {row[0]: row[1] or {} for row in session.execute(newest)}


def holders_in_post(session: Session, post_ids: Collection[int], day: date) -> dict[int, Found]:
    """Return those of these posts that somebody holds on a day."""
    query = posts_on(day).where(Post.id.in_(sorted(post_ids)))
    return {row.post_id: row for row in session.execute(query)}


def grid_names(session: Session, grid_ids: Iterable[int], day: date) -> dict[int, str]:
    """Return the names of grids as of a day; of those that have ended, the last they had."""
    query = (
        select(GridVersion.grid_id, GridVersion.name)
        .ext(distinct_on(GridVersion.grid_id))
        .where(GridVersion.grid_id.in_(sorted(set(grid_ids))), func.lower(GridVersion.valid) <= day)
        .order_by(GridVersion.grid_id, func.lower(GridVersion.valid).desc())
    )
    return {row.grid_id: row.name for row in session.execute(query)}


def lock(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Lock reports, in the order of their ids, and return the version that each has now."""
    query = (
        select(Report.id, Report.version)
        .where(Report.id == _any(ids))
        .order_by(Report.id)
        .with_for_update(key_share=True)
    )
    return {row.id: row.version for row in session.execute(query)}


_FATE: Final[Mapping[str, Any]] = {
    "fate": Integer,
    "steps": Integer,
    "changes": ARRAY(Text),
    **{name: _REPORTS.c[name].type for name in (*VERDICTS, *IDS, *HANDS)},
    "reasons": _STEPS.c.reasons.type,
    "details": JSONB,
}
"""What becomes of reports that share it: columns of the report, and of the step on record."""


def write(
    session: Session,
    moved: Mapping[int, int],
    alternatives: Mapping[int, Mapping[str, Any]],
    fates: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Write what becomes of locked reports, with a step on record where something moved.

    The deadline stays; a report that was overdue for good and goes to another rung is due at once.

    Args:
        session: open session.
        moved: the fate of each report by its id.
        alternatives: new ones, by the ids of those of the reports that have such.
        fates: columns of `_FATE`: `changes` names those that are written, the others stay; `steps`
            is 1 where a step goes on record, else 0.
        now: this moment.
    """
    given, fate = _moved(moved, alternatives), _recordset(fates, _FATE, "fates")
    report = _REPORTS.c
    kept = (report.id, report.version, report.stage, report.rung, report.holder_post_id)
    written = (
        update(_REPORTS)
        .where(report.id == given.c.id, fate.c.fate == given.c.fate)
        .values(_new_columns(given, fate))
        .returning(*kept, report.due_at, fate.c.reasons, fate.c.details, fate.c.steps)
        .cte("written")
    )
    on_record = _on_record(written, now)
    steps = select(*on_record.values()).where(written.c.steps > 0)
    session.execute(insert(_STEPS).from_select(list(on_record), steps).add_cte(written))


def _new_columns(given: FromClause, fate: FromClause) -> dict[str, Any]:
    report = _REPORTS.c

    def changes(name: str) -> ColumnElement[bool]:
        return literal_column(f"'{name}'") == any_(fate.c.changes)

    climbs = and_(changes("rung"), report.rung != fate.c.rung, report.acts_at.is_(None))
    owned = and_(changes("holder_post_id"), report.owner_post_id.is_not(None))
    return {
        **{
            name: case((changes(name), fate.c[name]), else_=report[name])
            for name in (*VERDICTS, *IDS, *HANDS)
        },
        "alternatives": func.coalesce(given.c.alternatives, report.alternatives),
        "version": report.version + fate.c.steps,
        # the owner of record of a suspended report is who holds it
        "owner_post_id": case((owned, fate.c.holder_post_id), else_=report.owner_post_id),
        "acts_at": case((climbs, report.due_at), else_=report.acts_at),
    }


def _on_record(written: FromClause, now: datetime) -> dict[Any, Any]:
    step, row = _STEPS.c, written.c
    return {
        step.report_id: row.id,
        step.sequence: row.version,
        step.action: literal(str(Action.REPLACED)),
        step.stage: row.stage,
        step.rung: row.rung,
        step.at: literal(now, DateTime(timezone=True)),
        step.holder_post_id: row.holder_post_id,
        step.reasons: row.reasons,
        step.details: row.details,
        step.due_at: row.due_at,
    }


def _moved(moved: Mapping[int, int], alternatives: Mapping[int, Mapping[str, Any]]) -> Subquery:
    both = func.unnest(
        literal(list(moved), ARRAY(BigInteger)), literal(list(moved.values()), ARRAY(Integer))
    )
    columns = (column("id", BigInteger), column("fate", Integer))
    given = both.table_valued(*columns, name="moved").render_derived()
    rows = [{"id": id_, "alternatives": found} for id_, found in alternatives.items()]
    some = _recordset(rows, {"id": BigInteger, "alternatives": JSONB}, "renewed")
    joined = given.outerjoin(some, some.c.id == given.c.id)
    query = select(given.c.id, given.c.fate, some.c.alternatives).select_from(joined)
    return query.subquery("given")


def _recordset(
    rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, Any], name: str
) -> TableValuedAlias:
    """Many rows as one parameter."""
    columns = [column(key, kind) for key, kind in kinds.items()]
    found = func.jsonb_to_recordset(literal(list(rows), JSONB))
    return found.table_valued(*columns, name=name).render_derived(with_types=True)
