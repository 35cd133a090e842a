"""What hangs on a visit: its photos, and the problems that it raised and that became reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.dispatch.reports import PhotoFile
from gridmap.dispatch.tables import Report
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.areas import AreaVersion
from gridmap.ledger.buildings import Building, BuildingVersion
from gridmap.ledger.posts import Post, Visit
from gridmap.registers import queries
from gridmap.registers.catalogue import register_named
from gridmap.registers.queries import spot_of
from gridmap.registers.reach import reach_of
from gridmap.registers.tables import VisitPhoto, VisitReport
from gridmap.store import audit
from gridmap.store.base import as_of
from gridmap.terms import Stage
from gridmap.timespan import local_day

MOST_PHOTOS: Final = 9


@dataclass(frozen=True, slots=True)
class Raised:
    """A report that a visit raised: its number, text and stage."""

    number: str
    text: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a problem is, in WGS 84."""

    lon: float
    lat: float


def check(session: Session, keeper: SignedIn, visit_id: int, now: datetime) -> None:
    """Refuse whoever may not write a visit.

    Raises:
        NotFound: no such visit.
        NotAllowed: it lies outside the keeper's area.
    """
    row = queries.by_ids(session, register_named("visits"), [visit_id], local_day(now)).get(
        visit_id
    )
    if row is None:
        raise NotFound(what_zh="这次走访", what_en="This visit")
    if not reach_of(keeper.scope).holds(spot_of(row)):
        raise NotAllowed


def add_photos(
    session: Session, keeper: SignedIn, visit_id: int, photos: Sequence[PhotoFile], now: datetime
) -> None:
    """Add photos to a visit, at most `MOST_PHOTOS` in all.

    Raises:
        NotFound, NotAllowed: see `check`.
        InvalidInput: too many.
    """
    check(session, keeper, visit_id, now)
    if not photos:
        return
    session.execute(select(Visit.id).where(Visit.id == visit_id).with_for_update())
    last = (
        session.scalar(
            select(func.coalesce(func.max(VisitPhoto.position), 0)).where(
                VisitPhoto.visit_id == visit_id
            )
        )
        or 0
    )
    if last + len(photos) > MOST_PHOTOS:
        raise InvalidInput(
            field="photos",
            reason_zh=f"照片最多 {MOST_PHOTOS} 张。",
            reason_en=f"At most {MOST_PHOTOS} photos.",
        )
    session.execute(
        insert(VisitPhoto),
        [
            {
                "visit_id": visit_id,
                "position": position,
                "width": photo.width,
                "height": photo.height,
                "jpeg": photo.jpeg,
            }
            for position, photo in enumerate(photos, start=last + 1)
        ],
    )
    _record(session, keeper, "visit_photos_added", visit_id, now, photos=len(photos))


def photos(session: Session, visit_id: int) -> list[int]:
    """Return the positions of a visit's photos."""
    query = select(VisitPhoto.position).where(VisitPhoto.visit_id == visit_id)
    return list(session.scalars(query.order_by(VisitPhoto.position)))


def photo(session: Session, visit_id: int, position: int) -> bytes:
    """Return a photo as JPEG.

    Raises:
        NotFound: there is none.
    """
    query = select(VisitPhoto.jpeg).where(
        VisitPhoto.visit_id == visit_id, VisitPhoto.position == position
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(what_zh="这张照片", what_en="This photo")
    return found


def raised(session: Session, visit_id: int) -> list[Raised]:
    """Return the reports that a visit raised, oldest first."""
    query = (
        select(Report.number, Report.description, Report.stage)
        .join(VisitReport, VisitReport.report_id == Report.id)
        .where(VisitReport.visit_id == visit_id)
        .order_by(Report.id)
    )
    return [Raised(row.number, row.description, Stage(row.stage)) for row in session.execute(query)]


def spot_for(session: Session, visit_id: int, building: str, day: date) -> Spot:
    """Return where a problem is: at a building, or in the middle of the visited community.

    Raises:
        InvalidInput: no such building on the day.
    """
    if building:
        place = (
            select(BuildingVersion.spot)
            .join(Building, Building.id == BuildingVersion.building_id)
            .where(Building.code == building, as_of(BuildingVersion, day))
            .scalar_subquery()
        )
    else:
        place = (
            select(func.ST_PointOnSurface(AreaVersion.boundary))
            .join(Post, Post.area_id == AreaVersion.area_id)
            .join(Visit, Visit.post_id == Post.id)
            .where(Visit.id == visit_id, as_of(AreaVersion, day))
            .scalar_subquery()
        )
    lon, lat = session.execute(select(func.ST_X(place), func.ST_Y(place))).one()
    if lon is None:
        raise InvalidInput(
            field="building",
            reason_zh="没有这个楼栋编码。",
            reason_en="There is no building of this code.",
        )
    return Spot(lon, lat)


def link_report(
    session: Session, keeper: SignedIn, visit_id: int, number: str, now: datetime
) -> None:
    """Keep that a report came of a visit; the report was filed in the same transaction.

    Raises:
        NotFound: no such visit or report.
        NotAllowed: the visit lies outside the keeper's area.
    """
    check(session, keeper, visit_id, now)
    report_id = session.scalar(select(Report.id).where(Report.number == number))
    if report_id is None:
        raise NotFound(what_zh="这件诉求", what_en="This report")
    session.merge(VisitReport(visit_id=visit_id, report_id=report_id))
    session.flush()
    _record(session, keeper, "visit_problem_raised", visit_id, now, report=number)


def _record(
    session: Session,
    keeper: SignedIn,
    action: str,
    visit_id: int,
    now: datetime,
    **details: object,
) -> None:
    key = queries.object_key(register_named("visits"), visit_id)
    audit.record(
        session,
        action,
        queries.OBJECT_KIND,
        key,
        now=now,
        account_id=keeper.account_id,
        **details,
    )
