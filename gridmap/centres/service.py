"""Service centres: where they are, whether they are open, whom they serve, what is done from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.centres import queries
from gridmap.centres.opening import OpenState, Times, state_at
from gridmap.centres.queries import Found
from gridmap.errors import NotFound
from gridmap.geometry.planes import metres_apart
from gridmap.terms import PostKind
from gridmap.timespan import local_day, start_of

COUNTED_DAYS: Final = 30
NOT_ANSWERED: Final = Times()


@dataclass(frozen=True, slots=True)
class Served:
    """A community that a centre serves."""

    id: int
    code: str
    name: str
    township_id: int


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre on a day.

    Attributes:
        times: when it is open.
        state: whether it is open at the moment asked for.
        whole_county: it serves every community.
        metres: straight from where the reader stands, None where that is not known.
    """

    code: str
    name: str
    address: str | None
    phone: str | None
    lon: float
    lat: float
    served: tuple[Served, ...]
    whole_county: bool
    times: Times
    state: OpenState
    metres: float | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Who belongs to a centre, and what they did in the last `COUNTED_DAYS` days."""

    members: int = 0
    party_members: int = 0
    check_ins: int = 0
    visitors: int = 0
    reports: int = 0
    closed: int = 0
    minutes: int = 0


def directory(
    session: Session, now: datetime, here: tuple[float, float] | None = None
) -> list[Centre]:
    """Return all centres of today: the nearest first where `here` (lon, lat) is known."""
    day = local_day(now)
    times = queries.times(session, day)
    found = [
        _centre(row, times.get(row.code, NOT_ANSWERED), now, here)
        for row in queries.centres(session, day)
    ]
    return sorted(found, key=lambda one: one.metres or 0) if here else found


def centre(session: Session, code: str, now: datetime) -> Centre:
    """Return one centre as of today.

    Raises:
        NotFound: there is none of that code today.
    """
    day = local_day(now)
    row = next(iter(queries.centres(session, day, code)), None)
    if row is None:
        raise NotFound(what_zh="这个服务中心", what_en="This centre")
    times = queries.times(session, day, code).get(code, NOT_ANSWERED)
    return _centre(row, times, now, None)


def counts(session: Session, now: datetime) -> dict[str, Counts]:
    """Return by centre who belongs to it and what they did lately; one statement."""
    day = local_day(now)
    since = day - timedelta(days=COUNTED_DAYS)
    moment = start_of(since + timedelta(days=1))
    return {
        code: _counted(row)
        for code, row in queries.counts(session, day, since, moment, now).items()
    }


def _counted(row: Found) -> Counts:
    return Counts(
        row.members,
        row.party_members,
        row.check_ins,
        row.visitors,
        row.reports,
        row.closed,
        int(row.minutes),
    )


def _centre(row: Found, times: Times, now: datetime, here: tuple[float, float] | None) -> Centre:
    served = tuple(
        Served(*each)
        for each in zip(
            row.ids or (), row.codes or (), row.names or (), row.townships or (), strict=True
        )
    )
    return Centre(
        row.code,
        row.name,
        row.address,
        row.phone,
        row.lon,
        row.lat,
        served,
        whole_county=bool(served) and len(served) == row.all_communities,
        times=times,
        state=state_at(times, now),
        metres=metres_apart((row.lon, row.lat), here) if here else None,
    )


def keeps(scope: Scope, centre: Centre) -> bool:
    """Tell whether somebody runs a centre: the desk of all communities that it serves, or their secretary."""
    held: dict[PostKind, set[int]] = {}
    for post in scope.posts:
        held.setdefault(post.kind, set()).add(post.target_id)
    near = held.get(PostKind.COMMUNITY_DESK, set()) | held.get(PostKind.SECRETARY, set())
    above = held.get(PostKind.TOWNSHIP_DESK, set())
    return PostKind.COUNTY_DESK in held or (
        bool(centre.served)
        and all(one.id in near or one.township_id in above for one in centre.served)
    )
