"""Weekly reminders of door visits: overdue doors to who calls there, grids far behind to the community's secretary.

The words are those of the reader's language, and what is filled in is the same in every one: names, numbers, days.
A reminder has the Monday of its week in its key: however often it is looked, nobody is told twice a week of a grid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.rounds import reminder_queries as queries
from gridmap.rounds.reminder_queries import Found
from gridmap.timespan import local_day

FAR_BEHIND: Final = 0.3
"""From this share of overdue doors on a grid is far behind."""
FEWEST: Final = 5
"""With fewer overdue doors it is not, however few doors it has."""
NAMED: Final = 6
"""So many grids of a community are named; the page shows the rest."""


def week_of(day: date) -> date:
    """Return the Monday of a day's week.

    >>> week_of(date(2026, 11, 29)), week_of(date(2026, 11, 30))
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 30))
    """
    return day - timedelta(days=day.weekday())


def is_far_behind(doors: int, late: int) -> bool:
    """Tell whether a grid is far behind.

    >>> is_far_behind(10, 4), is_far_behind(10, 5), is_far_behind(40, 11), is_far_behind(40, 12)
    (False, True, False, True)
    """
    return late >= FEWEST and late >= FAR_BEHIND * doors


def remind(session: Session, now: datetime) -> int:
    """Tell of overdue doors, once a week; return how many messages are new."""
    day = local_day(now)
    notices = [_to_worker(row, day) for row in queries.late(session, day)]
    return messaging.post(session, [*notices, *_to_leaders(session, day)], now)


def _to_worker(row: Found, day: date) -> Notice:
    return Notice(
        Event.DOORS_LATE,
        f"doors_late:{row.grid_code}:{week_of(day)}",
        {
            Place.PLACE: row.grid,
            Place.NUMBER: str(row.late),
            Place.DUE: row.due.isoformat(),
            Place.LINK: "/rounds/walk",
        },
        person_id=row.person_id,
    )


def _to_leaders(session: Session, day: date) -> Iterator[Notice]:
    behind: dict[int, list[Found]] = defaultdict(list)
    for row in queries.grids(session, day):
        if is_far_behind(row.doors, row.late):
            behind[row.community_id].append(row)
    for leader in queries.leaders(session, sorted(behind), day):
        yield _to_leader(leader, behind[leader.community_id], day)


def _to_leader(leader: Found, grids: Sequence[Found], day: date) -> Notice:
    named = " · ".join(f"{row.grid} {row.late}/{row.doors}" for row in grids[:NAMED])
    more = f" · +{len(grids) - NAMED}" if len(grids) > NAMED else ""
    return Notice(
        Event.DOORS_BEHIND,
        f"doors_behind:{leader.community_id}:{week_of(day)}",
        {
            Place.PLACE: grids[0].community,
            Place.NUMBER: str(sum(row.late for row in grids)),
            Place.REASON: f"{named}{more}",
            Place.LINK: "/rounds",
        },
        person_id=leader.person_id,
    )
