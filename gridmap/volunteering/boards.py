"""Boards of a year: service by community and by agency, as counts; nobody's name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.volunteering import stars
from gridmap.volunteering.queries import hours as queries


@dataclass(frozen=True, slots=True)
class Line:
    """A community or an agency: who has reported there or works there, who served, how long."""

    id: int
    code: str
    name: str
    people: int
    minutes: int
    members: int
    activities: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A year's boards, the most minutes first; `spread` holds stars once the year was rated."""

    year: int
    communities: tuple[Line, ...]
    agencies: tuple[Line, ...]
    people: int
    minutes: int
    spread: dict[int, int]


def board(session: Session, year: int, day: date) -> Board:
    """Return the boards of a year; names and members as of a day."""
    first, end = stars.year_of(year)
    totals = queries.totals(session, first, end)
    rated = Counter(int(row.stars) for row in queries.last_ratings(session, year))
    return Board(
        year=year,
        communities=tuple(
            Line(**row._asdict()) for row in queries.by_community(session, first, end, day)
        ),
        agencies=tuple(Line(**row._asdict()) for row in queries.by_agency(session, first, end)),
        people=sum(row.minutes > 0 for row in totals),
        minutes=sum(int(row.minutes) for row in totals),
        spread=dict(rated),
    )
