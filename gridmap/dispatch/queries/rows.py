"""Reports as rows: the columns that every reader shows, and the two predicates of who reads them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from gridmap.dispatch.ladder import answered
from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.reports import Reach
from gridmap.dispatch.tables import Category, Photo, Report
from gridmap.ledger.areas import Area, AreaVersion, GridVersion
from gridmap.ledger.buildings import Building, BuildingVersion, CompoundVersion
from gridmap.ledger.posts import Agency, Person, Post
from gridmap.store.base import Dated, as_of
from gridmap.terms import PostKind, Rung

EXCERPT_CHARACTERS = 60

CommunityArea = aliased(Area)
"""The report's community as an identity; its parent is the township."""
CommunityName = aliased(AreaVersion)
TownshipName = aliased(AreaVersion)
HolderPerson = aliased(Person)
HandlerPost = aliased(Post)

CATEGORY_COLUMNS = (
    Category.code.label("category_code"),
    Category.line.label("category_line"),
    Category.topic.label("category_topic"),
    Category.name.label("category_name"),
    Category.name_en.label("category_name_en"),
)
HOLDER_COLUMNS = (
    Post.kind.label("holder_kind"),
    HolderPerson.name.label("holder_name"),
    Agency.name.label("holder_agency"),
)
PHOTO_COUNT = (
    select(func.count())
    .where(Photo.report_id == Report.id)
    .correlate(Report)
    .scalar_subquery()
    .label("photos")
)
_BEGINS = func.lower(GridVersion.valid)
_FIRST = func.min(_BEGINS).over(partition_by=GridVersion.grid_id)
GRID_NAMES = select(
    GridVersion.grid_id,
    GridVersion.name,
    case(
        (_FIRST == _BEGINS, func.daterange(None, func.upper(GridVersion.valid))),
        else_=GridVersion.valid,
    ).label("valid"),
).subquery("grid_named")
"""Names of grids: a grid that is younger than a report in it has its first one before its time, too."""
DAY_OF_FILING: Any = cast(func.timezone("Asia/Shanghai", Report.filed_at), Date)
"""The day of filing in SQL: stands for a date in `as_of`."""

Column = InstrumentedAttribute[Any]
Found = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]


def agencies_of(scope: Reach | None) -> list[int]:
    """Return the agencies for which somebody handles reports."""
    return sorted(
        {
            post.target_id
            for post in (scope.posts if scope else ())
            if post.kind is PostKind.AGENCY_HANDLER
        }
    )


def is_mine(scope: Reach | None) -> ColumnElement[bool]:
    """The reader holds the report, or her posts answer for it at the rung where it stands.

    What a rung has entrusted to somebody beside the ladder is his alone until he gives it back.
    """
    posts = sorted(post.post_id for post in (scope.posts if scope else ()))
    clauses = [and_(not_(Report.entrusted), answers_at(scope))]
    if posts:
        clauses.append(Report.holder_post_id.in_(posts))
    agencies = agencies_of(scope)
    if agencies:
        clauses.append(Report.agency_id.in_(agencies))
    return func.coalesce(or_(false(), *clauses), false())


def answers_at(scope: Reach | None, *, above: bool = False) -> ColumnElement[bool]:
    """The reader's posts answer for the report's place at its rung, or at any rung above it."""
    targets = answered(scope.posts if scope else ())
    columns: dict[Rung, ColumnElement[int | None]] = {
        Rung.BUILDING_GROUP: Report.building_id.expression,
        Rung.GRID_BRANCH: Report.grid_id.expression,
        Rung.COMMUNITY: Report.community_id.expression,
        Rung.TOWNSHIP: CommunityArea.parent_id.expression,
    }
    rungs = tuple(Rung)
    clauses = []
    for place, rung in enumerate(rungs):
        stands = Report.rung.in_(rungs[:place]) if above else Report.rung == rung
        if rung is Rung.COUNTY and targets[rung]:
            clauses.append(stands)
        elif targets[rung]:
            clauses.append(and_(stands, columns[rung].in_(sorted(targets[rung]))))
    return or_(false(), *clauses)


def is_over(scope: Reach | None) -> ColumnElement[bool]:
    """The reader answers for the place above where it stands, or for the rung that entrusted it."""
    entrusted = and_(Report.entrusted, answers_at(scope))
    return func.coalesce(or_(answers_at(scope, above=True), entrusted), false())


def is_readable(scope: Reach) -> ColumnElement[bool]:
    """The report lies in the reader's area, or is or was hers to handle.

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
    posts = sorted(post.post_id for post in scope.posts)
    if posts:
        clauses.append(Report.handler_post_id.in_(posts))
        clauses.append(Report.owner_post_id.in_(posts))
    agencies = agencies_of(scope)
    if agencies:
        clauses.append(HandlerPost.agency_id.in_(agencies))
    return func.coalesce(or_(false(), *clauses, is_mine(scope)), false())


def report_rows(scope: Reach | None) -> Query:
    """Select reports with the names, the holder and the counts that a list shows."""
    query = select(
        Report.id,
        Report.number,
        Report.version,
        Report.stage,
        Report.rung,
        Report.outcome,
        Report.filed_at,
        Report.due_at,
        Report.remind_at,
        Report.supervised_at,
        Report.rounds,
        Report.parent_id,
        Report.joined_to_id,
        Report.entrusted,
        Report.holder_post_id,
        func.left(Report.description, EXCERPT_CHARACTERS).label("excerpt"),
        func.ST_X(Report.spot).label("lon"),
        func.ST_Y(Report.spot).label("lat"),
        *CATEGORY_COLUMNS,
        TownshipName.name.label("township"),
        CommunityName.name.label("community"),
        GRID_NAMES.c.name.label("grid"),
        CompoundVersion.name.label("compound"),
        Building.code.label("building_code"),
        BuildingVersion.number.label("building_number"),
        BuildingVersion.zone.label("building_zone"),
        BuildingVersion.name.label("building_name"),
        BuildingVersion.address.label("building_address"),
        *HOLDER_COLUMNS,
        PHOTO_COUNT,
        is_mine(scope).label("mine"),
    )
    return with_names(query)


def with_names(query: Query) -> Query:
    """Join names as of the day of filing, and the holder of now.

    Grids may be younger than what lies in them: see `gridmap.dispatch.replacing`.
    """
    return (
        with_area(query)
        .outerjoin(TownshipName, named(TownshipName, TownshipName.area_id, CommunityArea.parent_id))
        .outerjoin(CommunityName, named(CommunityName, CommunityName.area_id, Report.community_id))
        .outerjoin(
            GRID_NAMES,
            and_(
                GRID_NAMES.c.grid_id == Report.grid_id, GRID_NAMES.c.valid.contains(DAY_OF_FILING)
            ),
        )
        .outerjoin(
            CompoundVersion,
            named(CompoundVersion, CompoundVersion.compound_id, Report.compound_id),
        )
        .outerjoin(Building, Building.id == Report.building_id)
        .outerjoin(
            BuildingVersion, named(BuildingVersion, BuildingVersion.building_id, Building.id)
        )
        .outerjoin(Post, Post.id == Report.holder_post_id)
        .outerjoin(HolderPerson, HolderPerson.id == Post.person_id)
        .outerjoin(Agency, Agency.id == Post.agency_id)
    )


def named(version: type[Dated], of: Column, target: Column) -> ColumnElement[bool]:
    """Join condition of a dated name, as of the day of filing."""
    return and_(of == target, as_of(version, DAY_OF_FILING))


def with_area(query: Query) -> Query:
    """Join what the clauses of `is_mine` and `is_readable` look at."""
    return (
        query.select_from(Report)
        .join(Category, Category.id == Report.category_id)
        .outerjoin(CommunityArea, CommunityArea.id == Report.community_id)
        .outerjoin(HandlerPost, HandlerPost.id == Report.handler_post_id)
    )


def is_open() -> ColumnElement[bool]:
    """The report still waits for somebody."""
    return Report.stage.in_(sorted(OPEN_STAGES))
