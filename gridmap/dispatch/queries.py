"""SQL: reports as lists, in full, for their reporter and for the public map; categories.

Names of places are those of the day of filing: a report keeps the county of its day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    ScalarSelect,
    Select,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from gridmap.dispatch.categories import PUBLIC_LINES
from gridmap.dispatch.ladder import answered
from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.reports import Cursor, Reach
from gridmap.dispatch.tables import REPORT_NUMBERS, Category, Photo, Report, Step
from gridmap.ledger.areas import Area, AreaVersion, GridVersion
from gridmap.ledger.buildings import Building, BuildingVersion, CompoundVersion
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Person, Post
from gridmap.store.base import STORED_SRID, Dated, as_of
from gridmap.terms import Rung, Stage

EXCERPT_CHARACTERS = 60

CommunityArea = aliased(Area)
"""The report's community as an identity; its parent is the township."""
CommunityName = aliased(AreaVersion)
TownshipName = aliased(AreaVersion)
HolderPerson = aliased(Person)

CATEGORY_COLUMNS = (
    Category.code.label("category_code"),
    Category.line.label("category_line"),
    Category.topic.label("category_topic"),
    Category.name.label("category_name"),
    Category.name_en.label("category_name_en"),
)
HOLDER_COLUMNS = (Post.kind.label("holder_kind"), HolderPerson.name.label("holder_name"))
PHOTO_COUNT = (
    select(func.count())
    .where(Photo.report_id == Report.id)
    .correlate(Report)
    .scalar_subquery()
    .label("photos")
)
DAY_OF_FILING: Any = cast(func.timezone("Asia/Shanghai", Report.filed_at), Date)
"""The day of filing in SQL: stands for a date in `as_of`."""

Column = InstrumentedAttribute[Any]
Found = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]


def categories_on(session: Session, day: date) -> list[Category]:
    """Return the categories valid on a day in the order of their lists."""
    query = select(Category).where(as_of(Category, day)).order_by(Category.position, Category.code)
    return list(session.scalars(query))


def category_on(session: Session, code: str, day: date) -> Category | None:
    """Return one category as of a day."""
    return session.scalar(select(Category).where(Category.code == code, as_of(Category, day)))


def categories_from(session: Session, day: date) -> list[Category]:
    """Return the categories that hold on a day or begin after it, locked against other loads."""
    query = (
        select(Category)
        .where(or_(as_of(Category, day), func.lower(Category.valid) > day))
        .order_by(Category.code)
        .with_for_update()
    )
    return list(session.scalars(query))


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


def _is_mine(scope: Reach | None) -> ColumnElement[bool]:
    """The reader's posts answer for the report at the rung where it stands."""
    targets = answered(scope.posts if scope else ())
    columns: dict[Rung, ColumnElement[int | None]] = {
        Rung.BUILDING_GROUP: Report.building_id.expression,
        Rung.GRID_BRANCH: Report.grid_id.expression,
        Rung.COMMUNITY: Report.community_id.expression,
        Rung.TOWNSHIP: CommunityArea.parent_id.expression,
    }
    clauses = [
        and_(Report.rung == rung, column.in_(sorted(targets[rung])))
        for rung, column in columns.items()
        if targets[rung]
    ]
    if targets[Rung.COUNTY]:
        clauses.append(Report.rung == Rung.COUNTY)
    return func.coalesce(or_(false(), *clauses), false())


def _is_readable(scope: Reach) -> ColumnElement[bool]:
    """The report lies in the reader's area.

    Neighbours who answer for a building read what begins in the building or was handed down to
    it: a petition or a family's trouble in the same house is not for them.
    """
    if scope.county:
        return true()
    own_house = or_(Report.rung == Rung.BUILDING_GROUP, Category.first_rung == Rung.BUILDING_GROUP)
    areas: tuple[tuple[ColumnElement[bool], object], ...] = (
        (and_(Report.building_id.in_(sorted(scope.buildings)), own_house), scope.buildings),
        (Report.grid_id.in_(sorted(scope.grids)), scope.grids),
        (Report.community_id.in_(sorted(scope.communities)), scope.communities),
        (CommunityArea.parent_id.in_(sorted(scope.townships)), scope.townships),
    )
    clauses = [clause for clause, ids in areas if ids]
    return func.coalesce(or_(false(), *clauses, _is_mine(scope)), false())


def _rows(scope: Reach | None) -> Query:
    """Select reports with the names, the holder and the counts that a list shows."""
    query = select(
        Report.id,
        Report.number,
        Report.version,
        Report.stage,
        Report.rung,
        Report.filed_at,
        func.left(Report.description, EXCERPT_CHARACTERS).label("excerpt"),
        func.ST_X(Report.spot).label("lon"),
        func.ST_Y(Report.spot).label("lat"),
        *CATEGORY_COLUMNS,
        TownshipName.name.label("township"),
        CommunityName.name.label("community"),
        GridVersion.name.label("grid"),
        CompoundVersion.name.label("compound"),
        Building.code.label("building_code"),
        BuildingVersion.number.label("building_number"),
        BuildingVersion.zone.label("building_zone"),
        BuildingVersion.name.label("building_name"),
        BuildingVersion.address.label("building_address"),
        *HOLDER_COLUMNS,
        PHOTO_COUNT,
        _is_mine(scope).label("mine"),
    )
    return _with_names(query)


def _with_names(query: Query) -> Query:
    """Join names as of the day of filing, and the holder of now."""
    return (
        _with_area(query)
        .outerjoin(
            TownshipName, _named(TownshipName, TownshipName.area_id, CommunityArea.parent_id)
        )
        .outerjoin(CommunityName, _named(CommunityName, CommunityName.area_id, Report.community_id))
        .outerjoin(GridVersion, _named(GridVersion, GridVersion.grid_id, Report.grid_id))
        .outerjoin(
            CompoundVersion,
            _named(CompoundVersion, CompoundVersion.compound_id, Report.compound_id),
        )
        .outerjoin(Building, Building.id == Report.building_id)
        .outerjoin(
            BuildingVersion, _named(BuildingVersion, BuildingVersion.building_id, Building.id)
        )
        .outerjoin(Post, Post.id == Report.holder_post_id)
        .outerjoin(HolderPerson, HolderPerson.id == Post.person_id)
    )


def _named(version: type[Dated], of: Column, target: Column) -> ColumnElement[bool]:
    return and_(of == target, as_of(version, DAY_OF_FILING))


def _with_area(query: Query) -> Query:
    """Join what the clauses of `_is_mine` and `_is_readable` look at."""
    return (
        query.select_from(Report)
        .join(Category, Category.id == Report.category_id)
        .outerjoin(CommunityArea, CommunityArea.id == Report.community_id)
    )


def work_rows(
    session: Session,
    scope: Reach,
    *,
    stage: Stage | None,
    mine: bool,
    after: Cursor | None,
    limit: int,
) -> Sequence[Found]:
    """Return the reports that a reader may see, newest first; see `service.worklist`."""
    query = _rows(scope).where(_is_readable(scope))
    if stage is not None:
        query = query.where(Report.stage == stage)
    if mine:
        query = query.where(_is_mine(scope))
    if after is not None:
        query = query.where(tuple_(Report.filed_at, Report.id) < tuple_(*after))
    return session.execute(
        query.order_by(Report.filed_at.desc(), Report.id.desc()).limit(limit)
    ).all()


def tallies(session: Session, scope: Reach) -> Sequence[Found]:
    """Return for each stage how many reports a reader may see and how many she answers for."""
    query = _with_area(
        select(
            Report.stage,
            func.count().label("seen"),
            func.count().filter(_is_mine(scope)).label("mine"),
        )
    )
    return session.execute(query.where(_is_readable(scope)).group_by(Report.stage)).all()


def report_in_full(session: Session, number: str, scope: Reach) -> Found | None:
    """Return one report with all that its page shows, and whether this reader may see it."""
    query = _rows(scope).add_columns(
        Report.description,
        Report.reporter_phone,
        Report.raw_lon,
        Report.raw_lat,
        Report.raw_crs,
        Report.accuracy_m,
        Report.place_source,
        Report.grid_verdict,
        Report.grid_faults,
        Report.building_verdict,
        Report.building_faults,
        Report.alternatives,
        Report.building_id,
        Report.grid_id,
        Report.community_id,
        CommunityArea.parent_id.label("township_id"),
        _party_name(Report.general_branch_id).label("general_branch"),
        _party_name(Report.grid_branch_id).label("grid_branch"),
        _party_name(Report.building_group_id).label("building_group"),
        _is_readable(scope).label("readable"),
    )
    return session.execute(query.where(Report.number == number)).one_or_none()


def _party_name(organisation: Column) -> ScalarSelect[Any]:
    of_that_day = and_(
        PartyVersion.organisation_id == organisation, as_of(PartyVersion, DAY_OF_FILING)
    )
    return select(PartyVersion.name).where(of_that_day).correlate(Report).scalar_subquery()


def steps_of(session: Session, report_id: int) -> Sequence[Found]:
    """Return a report's steps in order, with the names of actor and holder."""
    actor = aliased(Person)
    query = (
        select(
            Step.action,
            Step.stage,
            Step.rung,
            Step.at,
            Step.reasons,
            Step.note,
            actor.name.label("actor"),
            *HOLDER_COLUMNS,
        )
        .outerjoin(actor, actor.id == Step.actor_id)
        .outerjoin(Post, Post.id == Step.holder_post_id)
        .outerjoin(HolderPerson, HolderPerson.id == Post.person_id)
        .where(Step.report_id == report_id)
        .order_by(Step.sequence)
    )
    return session.execute(query).all()


def photo_bytes(session: Session, report_id: int, position: int) -> bytes | None:
    """Return one photo (JPEG)."""
    return session.scalar(
        select(Photo.jpeg).where(Photo.report_id == report_id, Photo.position == position)
    )


def advance(
    session: Session, report_id: int, *, version: int, stage: Stage, holder_post_id: int | None
) -> bool:
    """Move a report on if it still has that version; False if somebody else was first."""
    query = (
        update(Report)
        .where(Report.id == report_id, Report.version == version)
        .values(version=version + 1, stage=stage, holder_post_id=holder_post_id)
        .returning(Report.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def tracked_report(session: Session, number: str) -> Found | None:
    """Return a report for its reporter, with what proves that he is the reporter."""
    query = _rows(None).add_columns(Report.track_key, Report.reporter_phone)
    return session.execute(query.where(Report.number == number)).one_or_none()


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
        .where(last.c.stage.in_(sorted(OPEN_STAGES)))
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
