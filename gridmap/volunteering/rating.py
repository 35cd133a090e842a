"""Stars at the year's end: computed once, kept with what they were made of, explained.

A correction of a year that was rated makes a second rating beside the first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput
from gridmap.ledger.volunteering import StarTable
from gridmap.store import audit
from gridmap.timespan import local_day
from gridmap.volunteering import stars
from gridmap.volunteering.queries import hours as hours_queries
from gridmap.volunteering.queries import stars as queries
from gridmap.volunteering.refusals import NoStarTable, YearNotOver, YearRated
from gridmap.volunteering.stars import Explained, Version

FIRST_YEAR: Final = 2000
LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating with what it was made of; of one year the highest `sequence` holds."""

    year: int
    sequence: int
    explained: Explained
    version: Version
    computed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RatedYear:
    """A year that was rated: when, by which version, how many have how many stars."""

    year: int
    version: Version
    computed_at: datetime
    spread: dict[int, int]


@dataclass(frozen=True, slots=True)
class Starred:
    """Somebody with a rating of a year; the name is empty where it was erased."""

    volunteer_id: int
    code: str
    name: str
    agency: str | None
    stars: int
    minutes: int
    sequence: int


def versions(session: Session) -> tuple[Version, ...]:
    """Return all versions of the county's table, the newest first."""
    return tuple(_version(row) for row in queries.tables(session))


def _version(row: StarTable) -> Version:
    return Version(row.id, row.from_year, tuple(row.hours), row.source)


def put_table(
    session: Session,
    from_year: int,
    hours: tuple[int, ...],
    source: str,
    account_id: int | None,
    now: datetime,
) -> Version:
    """Write a new version of the table; what was computed by an older one stays.

    Raises:
        InvalidInput: the hours do not rise, or the year was rated already.
    """
    stars.check(hours)
    if not FIRST_YEAR <= from_year <= local_day(now).year + 1:
        raise InvalidInput(
            field="from_year",
            reason_zh=f"年份从 {FIRST_YEAR} 到明年。",
            reason_en=f"A year from {FIRST_YEAR} to the next one.",
        )
    rated = [one.year for one in queries.years(session) if one.year >= from_year]
    if rated:
        raise InvalidInput(
            field="from_year",
            reason_zh=f"{max(rated)} 年的星级已经评定，新标准从 {max(rated) + 1} 年起。",
            reason_en=f"The stars of {max(rated)} were given out; a new table holds from {max(rated) + 1}.",
        )
    row = StarTable(
        from_year=from_year,
        hours=list(hours),
        source=source.strip(),
        made_at=now,
        made_by_id=account_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        "star_table_written",
        "star_table",
        str(row.id),
        now=now,
        account_id=account_id,
        from_year=from_year,
        hours=list(hours),
    )
    return _version(row)


def foreseen(session: Session, year: int) -> dict[int, int]:
    """Return how many would have how many stars by today's hours and table.

    Raises:
        NoStarTable: none holds for the year.
    """
    version = _table_for(session, year)
    counts: dict[int, int] = {}
    for row in hours_queries.totals(session, *stars.year_of(year)):
        reached = stars.stars_of(int(row.minutes), version.hours)
        counts[reached] = counts.get(reached, 0) + 1
    return counts


def rate_year(session: Session, year: int, now: datetime, account_id: int | None = None) -> int:
    """Give out the stars of a year that is over; return how many people were rated.

    Raises:
        YearNotOver: its last day has not passed.
        NoStarTable: no table holds for it.
        YearRated: it was done before.
    """
    first, end = stars.year_of(year)
    if local_day(now) < end:
        raise YearNotOver
    version = _table_for(session, year)
    queries.lock_year(session, year)
    begun = queries.begin_year(
        session, year=year, star_table_id=version.id, computed_at=now, by_id=account_id
    )
    if not begun:
        raise YearRated
    totals = hours_queries.totals(session, first, end)
    rows = [_row(row.volunteer_id, year, int(row.minutes), version, now) for row in totals]
    queries.add_ratings(session, rows)
    audit.record(
        session,
        "stars_given",
        "star_year",
        str(year),
        now=now,
        account_id=account_id,
        rated=len(rows),
    )
    return len(rows)


def _row(
    volunteer_id: int, year: int, minutes: int, version: Version, now: datetime
) -> dict[str, Any]:
    return {
        "volunteer_id": volunteer_id,
        "year": year,
        "sequence": 1,
        "minutes": minutes,
        "stars": stars.stars_of(minutes, version.hours),
        "star_table_id": version.id,
        "computed_at": now,
        "reason": "",
    }


def rate_again(
    session: Session, volunteer_id: int, day: date, reason: str, now: datetime
) -> Rating | None:
    """Write a second rating where the year of a day was rated and its minutes have changed.

    Args:
        session: open session.
        volunteer_id: whose minutes changed.
        day: the day that they belong to.
        reason: why, in the words of the correction.
        now: this moment.
    """
    queries.share_year(session, day.year)
    rated = queries.year(session, day.year)
    if rated is None:
        return None
    before = [one for one in ratings_of(session, volunteer_id) if one.year == day.year]
    minutes = hours_queries.minutes_of(session, volunteer_id, *stars.year_of(day.year))
    if before and before[0].explained.minutes == minutes:
        return None
    found = queries.table(session, rated.star_table_id)
    if found is None:
        raise NoStarTable
    row = _row(volunteer_id, day.year, minutes, _version(found), now)
    sequence = before[0].sequence + 1 if before else 1
    queries.add_ratings(session, [row | {"sequence": sequence, "reason": reason}])
    return ratings_of(session, volunteer_id, day.year)[0]


def rate_due(session: Session, now: datetime) -> int | None:
    """Give out the stars of last year where that has not been done; for the night's work.

    Returns:
        How many were rated; None where nothing was due or no table holds.
    """
    year = local_day(now).year - 1
    if queries.year(session, year) or stars.in_force(versions(session), year) is None:
        return None
    return rate_year(session, year, now)


def ratings_of(session: Session, volunteer_id: int, year: int | None = None) -> tuple[Rating, ...]:
    """Return a volunteer's ratings, the one that holds first in each year."""
    return tuple(
        Rating(
            row.year,
            row.sequence,
            stars.explain(row.minutes, tuple(row.hours)),
            Version(row.star_table_id, row.from_year, tuple(row.hours)),
            row.computed_at,
            row.reason,
        )
        for row in queries.ratings_of(session, volunteer_id)
        if year is None or row.year == year
    )


def badges(session: Session, volunteer_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return year and stars of the latest rating of some volunteers: the badge beside the name."""
    return queries.badges(session, volunteer_ids) if volunteer_ids else {}


def rated_years(session: Session) -> tuple[RatedYear, ...]:
    """Return the years that were rated, the latest first."""
    known = {one.id: one for one in versions(session)}
    return tuple(
        RatedYear(
            row.year,
            known[row.star_table_id],
            row.computed_at,
            queries.spread(session, row.year),
        )
        for row in queries.years(session)
    )


def starred(session: Session, year: int) -> tuple[Starred, ...]:
    """Return those who were rated in a year, the most stars first."""
    return tuple(Starred(*row) for row in queries.listed(session, year, LISTED))


def _table_for(session: Session, year: int) -> Version:
    version = stars.in_force(versions(session), year)
    if version is None:
        raise NoStarTable
    return version
