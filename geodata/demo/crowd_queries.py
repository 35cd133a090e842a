"""SQL of the crowd: posts, homes and streets of the demo county; reports as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Date, Float, and_, cast, func, or_, select, true, update
from sqlalchemy.orm import Session

from geodata.demo.habits import Stand
from gridmap.dispatch.tables import Category, Report, Step
from gridmap.ledger.areas import Area
from gridmap.ledger.buildings import BuildingVersion, GridBuilding
from gridmap.ledger.geography import Road
from gridmap.ledger.posts import Agency, Post
from gridmap.store.base import as_of
from gridmap.terms import Outcome, Rung, Stage

POINTS_A_ROAD: Final = 8
"""Spots along each road at which something may lie."""


class Lot(NamedTuple):
    """A place where something may be reported (WGS 84), its grid where known, its weight."""

    lon: float
    lat: float
    grid_id: int | None
    weight: float


def posts(session: Session) -> list[Any]:
    """Return every post ever held: id, kind, person, target, line of its agency, first and last day."""
    target = func.coalesce(
        Post.area_id, Post.grid_id, Post.building_id, Post.compound_id, Post.agency_id
    )
    query = (
        select(
            Post.id,
            Post.kind,
            Post.person_id,
            target,
            Agency.line,
            func.lower(Post.valid),
            func.upper(Post.valid),
        )
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .order_by(Post.id)
    )
    return list(session.execute(query))


def townships(session: Session) -> dict[int, int]:
    """Return the area above each area."""
    query = select(Area.id, Area.parent_id).where(Area.parent_id.is_not(None))
    return {number: parent for number, parent in session.execute(query) if parent is not None}


def homes(session: Session, day: date) -> list[Lot]:
    """Return the buildings of a day, weighted by their households."""
    query = (
        select(
            func.ST_X(BuildingVersion.spot, type_=Float),
            func.ST_Y(BuildingVersion.spot, type_=Float),
            GridBuilding.grid_id,
            BuildingVersion.households,
        )
        .outerjoin(
            GridBuilding,
            and_(GridBuilding.building_id == BuildingVersion.building_id, as_of(GridBuilding, day)),
        )
        .where(as_of(BuildingVersion, day))
        .order_by(BuildingVersion.building_id)
    )
    return [Lot(lon, lat, grid, float(n)) for lon, lat, grid, n in session.execute(query)]


def streets(session: Session, day: date) -> list[Lot]:
    """Return spots along the roads of a day."""
    along = func.generate_series(1, POINTS_A_ROAD).table_valued("nth").render_derived()
    line = func.ST_GeometryN(Road.line, 1)
    point = func.ST_LineInterpolatePoint(line, along.c.nth / float(POINTS_A_ROAD + 1))
    query = (
        select(func.ST_X(point, type_=Float), func.ST_Y(point, type_=Float))
        .select_from(Road)
        .join(along, true())
        .where(as_of(Road, day))
        .order_by(Road.id, along.c.nth)
    )
    return [Lot(lon, lat, None, 1.0) for lon, lat in session.execute(query)]


def stands(
    session: Session,
    *,
    numbers: Iterable[str] = (),
    ids: Iterable[int] = (),
    wholes: Iterable[int] = (),
) -> list[Stand]:
    """Return reports as they stand, by number, by id or as parts of these; in the order of ids."""
    query = (
        select(
            Report.id,
            Report.number,
            Report.version,
            Report.stage,
            Report.rung,
            Report.outcome,
            Report.holder_post_id,
            Report.entrusted,
            Report.parent_id,
            Category.line,
            Category.code,
            Report.community_id,
            Report.grid_id,
            Report.compound_id,
            Report.track_key,
            Report.due_at,
            Report.supervised_at,
        )
        .join(Category, Category.id == Report.category_id)
        .where(
            or_(
                Report.number.in_(sorted(numbers)),
                Report.id.in_(sorted(ids)),
                Report.parent_id.in_(sorted(wholes)),
            )
        )
        .order_by(Report.id)
    )
    return [_stand(row) for row in session.execute(query)]


def _stand(row: Any) -> Stand:  # noqa: ANN401 - a row
    return Stand(
        id=row.id,
        number=row.number,
        version=row.version,
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        outcome=Outcome(row.outcome) if row.outcome else None,
        holder_post_id=row.holder_post_id,
        entrusted=row.entrusted,
        is_part=row.parent_id is not None,
        line=row.line,
        category_code=row.code,
        community_id=row.community_id,
        grid_id=row.grid_id,
        compound_id=row.compound_id,
        track_key=row.track_key,
        due_at=row.due_at,
        supervised=row.supervised_at is not None,
    )


def moved_at(session: Session, moment: datetime) -> list[int]:
    """Return the ids of reports that have a step of that very moment."""
    return list(session.scalars(select(Step.report_id).where(Step.at == moment)))


def has_reports(session: Session) -> bool:
    """Tell whether any report was ever filed."""
    return session.scalar(select(Report.id).limit(1)) is not None


def begin_categories(session: Session, day: date) -> None:
    """Let the first version of each category hold from a day on, so that there is a past to file in."""
    first = select(func.min(func.lower(Category.valid))).scalar_subquery()
    session.execute(
        update(Category)
        .where(func.lower(Category.valid) == first, first > cast(day, Date))
        .values(valid=func.daterange(day, func.upper(Category.valid), "[)"))
        .execution_options(synchronize_session=False)
    )
