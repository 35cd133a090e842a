"""SQL: moving a report: who is in post at its place today, its new row, its parts and its step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from gridmap.dispatch.lifecycle import OPEN_STAGES
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.tables import Photo, Report, Step
from gridmap.geolocation.location import PostHeld
from gridmap.ledger.areas import Area
from gridmap.ledger.posts import Agency, Person, Post, ResponsibleUnit, StandIn
from gridmap.store.base import as_of
from gridmap.terms import AreaKind, PostKind


class PlaceIds(NamedTuple):
    """Ids of what a report lies in; None where it does not."""

    building_id: int | None
    compound_id: int | None
    grid_id: int | None
    community_id: int | None
    township_id: int | None


def place_ids(row: Found) -> PlaceIds:
    """Return what the report of a row lies in."""
    return PlaceIds(*(getattr(row, name) for name in PlaceIds._fields))


def posts_on(day: date) -> Select[*tuple[Any, ...]]:
    """Select the posts of a day with their holders."""
    seconding = aliased(Agency)
    return (
        select(
            Post.id.label("post_id"),
            Post.kind,
            Post.person_id,
            Person.name,
            Post.area_id,
            Post.grid_id,
            Post.building_id,
            Post.compound_id,
            Post.agency_id,
            Post.unit,
            func.lower(Post.valid).label("since"),
            Post.term_end,
            Post.duty_phone,
            seconding.name.label("seconded_from"),
            Agency.name.label("agency"),
        )
        .join(Person, Person.id == Post.person_id)
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .outerjoin(seconding, seconding.id == Post.seconded_from_id)
        .where(as_of(Post, day))
        .order_by(Post.kind, Post.id)
    )


def post_held(row: Found) -> PostHeld:
    """Return a row of a post as the ladder knows it."""
    return PostHeld(
        post_id=row.post_id,
        kind=PostKind(row.kind),
        person_id=row.person_id,
        name=row.name,
        area_id=row.area_id,
        grid_id=row.grid_id,
        building_id=row.building_id,
        compound_id=row.compound_id,
        unit=row.unit,
        since=row.since,
        term_end=row.term_end,
        duty_phone=row.duty_phone,
        seconded_from=row.seconded_from,
    )


def posts_at(session: Session, places: Iterable[PlaceIds], day: date) -> list[PostHeld]:
    """Return who is in post on a day at any of these places, from buildings up to the county."""
    wanted = list(places)

    def ids(name: str) -> list[int]:
        return sorted({i for i in (getattr(place, name) for place in wanted) if i is not None})

    county = select(Area.id).where(Area.kind == AreaKind.COUNTY).scalar_subquery()
    at: ColumnElement[bool] = or_(
        Post.building_id.in_(ids("building_id")),
        Post.compound_id.in_(ids("compound_id")),
        Post.grid_id.in_(ids("grid_id")),
        Post.area_id.in_([*ids("community_id"), *ids("township_id")]),
        Post.area_id == county,
    )
    return [post_held(row) for row in session.execute(posts_on(day).where(at))]


def agency_posts(
    session: Session, day: date, *, line: str, community_id: int | None
) -> Sequence[Found]:
    """Return the agencies' handlers in post on a day; `fits`: of the line or of the community's unit."""
    unit = (
        select(ResponsibleUnit.agency_id)
        .where(ResponsibleUnit.community_id == community_id, as_of(ResponsibleUnit, day))
        .scalar_subquery()
    )
    fits = func.coalesce(or_(Agency.line == line, Post.agency_id.in_(unit)), false())
    query = posts_on(day).add_columns(fits.label("fits"))
    return session.execute(
        query.where(Post.kind == PostKind.AGENCY_HANDLER)
        .order_by(None)
        .order_by(fits.desc(), Agency.name, Post.id)
    ).all()


def post_on(session: Session, post_id: int, day: date) -> Found | None:
    """Return a post if somebody holds it on a day."""
    return session.execute(posts_on(day).where(Post.id == post_id)).one_or_none()


class Keeper(NamedTuple):
    """Somebody who answers by a post today: its holder or her stand-in."""

    kind: PostKind
    person_id: int


def keepers(session: Session, post_ids: Iterable[int], day: date) -> dict[int, list[Keeper]]:
    """Return for each post its holder and the stand-in of the day."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    query = (
        select(Post.id, Post.kind, Post.person_id, StandIn.person_id.label("stand_in"))
        .outerjoin(StandIn, and_(StandIn.post_id == Post.id, as_of(StandIn, day)))
        .where(Post.id.in_(wanted))
    )
    found: dict[int, list[Keeper]] = {}
    for row in session.execute(query):
        people = [row.person_id] + ([row.stand_in] if row.stand_in else [])
        found[row.id] = [Keeper(PostKind(row.kind), person) for person in people]
    return found


def advance(session: Session, report_id: int, *, version: int, values: Mapping[str, Any]) -> bool:
    """Move a report on if it still has that version; False if somebody else was first."""
    query = (
        update(Report)
        .where(Report.id == report_id, Report.version == version)
        .values(version=version + 1, **values)
        .returning(Report.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(query) is not None


def version_of(session: Session, number: str) -> int | None:
    """Return the version of a report; None if there is none."""
    return session.scalar(select(Report.version).where(Report.number == number))


def step_keyed(session: Session, key: str) -> Found | None:
    """Return report number and action of the step that an idempotency key has made."""
    query = (
        select(Report.number, Step.action, Step.actor_id)
        .join(Report, Report.id == Step.report_id)
        .where(Step.key == key)
    )
    return session.execute(query).one_or_none()


def open_parts(session: Session, report_id: int) -> int:
    """Return how many parts of a report are not closed."""
    query = select(func.count()).where(
        Report.parent_id == report_id, Report.stage.in_(sorted(OPEN_STAGES))
    )
    return session.scalar(query) or 0


def count_of(session: Session, report_id: int, *, joined: bool) -> int:
    """Return how many reports are joined to a report, or how many parts it was ever split into."""
    column = Report.joined_to_id if joined else Report.parent_id
    return session.scalar(select(func.count()).where(column == report_id)) or 0


def main_report(session: Session, number: str, *, beside: int) -> Found | None:
    """Return what is needed to join a report to another; both rows are locked, in order of id."""
    query = (
        select(Report.id, Report.number, Report.stage, Report.parent_id, Report.community_id)
        .where(or_(Report.number == number, Report.id == beside))
        .order_by(Report.id)
        .with_for_update()
    )
    rows = session.execute(query).all()
    return next((row for row in rows if row.number == number), None)


def last_photo(session: Session, report_id: int) -> int:
    """Return the position of a report's last photo; 0 without one."""
    query = select(func.max(Photo.position)).where(Photo.report_id == report_id)
    return session.scalar(query) or 0
