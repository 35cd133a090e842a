"""SQL: versions of the county's table, years that were rated, ratings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from gridmap.ledger.posts import Agency
from gridmap.ledger.volunteering import StarRating, StarTable, StarYear, Volunteer

Found = Row[*tuple[Any, ...]]
_STARS = 1919119216
"""Class of the advisory locks of years."""


def tables(session: Session) -> Sequence[StarTable]:
    """Return all versions of the table, the newest first."""
    order = (StarTable.from_year.desc(), StarTable.id.desc())
    return session.scalars(select(StarTable).order_by(*order)).all()


def table(session: Session, table_id: int) -> StarTable | None:
    """Return one version."""
    return session.get(StarTable, table_id)


def lock_year(session: Session, number: int) -> None:
    """Wait until nobody writes minutes of a year, and let nobody begin to."""
    session.execute(select(func.pg_advisory_xact_lock(_STARS, number)))


def share_year(session: Session, number: int) -> None:
    """Keep a year from being rated until this transaction's minutes are on record."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_STARS, number)))


def year(session: Session, number: int) -> StarYear | None:
    """Return a year that was rated."""
    return session.get(StarYear, number)


def years(session: Session) -> Sequence[StarYear]:
    """Return the years that were rated, the latest first."""
    return session.scalars(select(StarYear).order_by(StarYear.year.desc())).all()


def begin_year(session: Session, **values: Any) -> bool:  # noqa: ANN401 - values of the columns
    """Put a year on record; False where it was rated before, also by somebody at the same moment."""
    statement = insert(StarYear).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(StarYear.year)).first() is not None


def add_ratings(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write ratings."""
    if rows:
        session.execute(insert(StarRating), rows)


def ratings_of(session: Session, volunteer_id: int) -> Sequence[Found]:
    """Return a volunteer's ratings, the latest year and sequence first, with the table's hours."""
    return session.execute(
        select(
            StarRating.year,
            StarRating.sequence,
            StarRating.minutes,
            StarRating.stars,
            StarRating.star_table_id,
            StarTable.hours,
            StarTable.from_year,
            StarRating.computed_at,
            StarRating.reason,
        )
        .join(StarTable, StarTable.id == StarRating.star_table_id)
        .where(StarRating.volunteer_id == volunteer_id)
        .order_by(StarRating.year.desc(), StarRating.sequence.desc())
    ).all()


def badges(session: Session, volunteer_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return year and stars of the latest rating of some volunteers."""
    rows = session.execute(
        select(StarRating.volunteer_id, StarRating.year, StarRating.stars)
        .ext(distinct_on(StarRating.volunteer_id))
        .where(StarRating.volunteer_id.in_(volunteer_ids))
        .order_by(StarRating.volunteer_id, StarRating.year.desc(), StarRating.sequence.desc())
    )
    return {row.volunteer_id: (row.year, row.stars) for row in rows}


def spread(session: Session, number: int) -> dict[int, int]:
    """Return how many have how many stars in a year."""
    last = (
        select(StarRating.volunteer_id, StarRating.stars)
        .ext(distinct_on(StarRating.volunteer_id))
        .where(StarRating.year == number)
        .order_by(StarRating.volunteer_id, StarRating.sequence.desc())
        .subquery()
    )
    rows = session.execute(select(last.c.stars, func.count()).group_by(last.c.stars))
    return {stars: count for stars, count in rows}  # noqa: C416 - rows are no pairs for the type checker


def listed(session: Session, number: int, limit: int) -> Sequence[Found]:
    """Return those with stars in a year, the most first."""
    last = (
        select(StarRating.volunteer_id, StarRating.stars, StarRating.minutes, StarRating.sequence)
        .ext(distinct_on(StarRating.volunteer_id))
        .where(StarRating.year == number)
        .order_by(StarRating.volunteer_id, StarRating.sequence.desc())
        .subquery()
    )
    return session.execute(
        select(
            Volunteer.id,
            Volunteer.code,
            Volunteer.name,
            Agency.name.label("agency"),
            last.c.stars,
            last.c.minutes,
            last.c.sequence,
        )
        .join(last, last.c.volunteer_id == Volunteer.id)
        .outerjoin(Agency, Agency.id == Volunteer.agency_id)
        .order_by(last.c.stars.desc(), last.c.minutes.desc(), Volunteer.code)
        .limit(limit)
    ).all()
