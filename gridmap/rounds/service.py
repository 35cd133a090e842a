"""Door visits: the round of a worker, a door with its visits, a visit written once, the supervisor's table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.errors import InvalidInput, NotFound
from gridmap.rounds import board_queries, door_queries, visit_queries, ways
from gridmap.rounds.door_queries import Found, Wanted
from gridmap.rounds.reach import DoorReach, visits, watches
from gridmap.rounds.views import (
    SOON_DAYS,
    Board,
    Counts,
    Door,
    DueBuilding,
    GridRow,
    KindRule,
    Leg,
    Raised,
    Round,
    Stop,
    Visited,
    WorkerRow,
    state_of,
)
from gridmap.store import audit
from gridmap.terms import DoorOutcome, HouseholdKind, PostKind, Stage

MOST_STOPS: Final = 30
"""Buildings of a round: more than that is no day's work."""
SHOWN_VISITS: Final = 60
SHOWN_RAISED: Final = 20
KEPT_AFTER_END: Final = timedelta(days=180)
"""So long after a household left the list its name, phone and notes are kept."""
LEADS: Final = frozenset({PostKind.GRID_WORKER, PostKind.STEWARD, PostKind.GROUP_LEADER})
"""Posts whose round holds the doors that name nobody else."""


class Visitor(Protocol):
    """Whoever is signed in."""

    @property
    def account_id(self) -> int:
        """Id of the account, for the audit log."""

    @property
    def person_id(self) -> int:
        """Id of the person."""

    @property
    def scope(self) -> Scope:
        """What posts reach today."""


def round_of(session: Session, visitor: Visitor, day: date, *, everybody: bool = False) -> Round:
    """Return the way through the doors that are due: the most overdue building first, then a short way.

    Args:
        session: any session; nothing is written.
        visitor: whose round.
        day: today.
        everybody: all doors that she reaches, not only her own.
    """
    leads = any(post.kind in LEADS for post in visitor.scope.posts)
    rows = door_queries.doors(
        session,
        visits(visitor.scope),
        day,
        Wanted(
            until=day + timedelta(days=SOON_DAYS),
            person=None if everybody else visitor.person_id,
            leads=leads,
        ),
    )
    by_building: dict[int, list[Door]] = defaultdict(list)
    for row in rows:
        by_building[row.building_id].append(door_of(row, day))
    chosen = list(by_building.values())[:MOST_STOPS]
    spots = [ways.Spot(doors[0].lon, doors[0].lat, doors[0].compound_id) for doors in chosen]
    order, legs = ways.route(session, day, spots)
    stops = [
        _stop(chosen[at], legs[place - 1] if place else None) for place, at in enumerate(order)
    ]
    return Round(day, tuple(stops), len(rows) - sum(len(doors) for doors in chosen))


def _stop(doors: Sequence[Door], leg: Leg | None) -> Stop:
    first = doors[0]
    ordered = sorted(doors, key=lambda door: (door.unit or 0, door.room or "", door.code))
    return Stop(first.building_id, first.building, first.lon, first.lat, tuple(ordered), leg)


def door_of(row: Found, day: date, *, whole: bool = True) -> Door:
    """Return a row as a door; without name, phone and note unless `whole`."""
    return Door(
        code=row.code,
        building_id=row.building_id,
        building=row.building,
        compound_id=row.compound_id,
        grid=row.grid,
        unit=row.unit,
        room=row.room,
        kind=HouseholdKind(row.kind),
        due_on=row.due_on,
        state=state_of(row.due_on, day),
        last=row.last,
        tries=row.tries,
        lon=row.lon,
        lat=row.lat,
        grid_id=row.grid_id,
        community_id=row.community_id,
        name=row.name if whole else None,
        phone=row.phone if whole else None,
        note=row.note if whole else None,
    )


def listed(session: Session, reader: Visitor, day: date, grid: str) -> tuple[Door, ...]:
    """Return the doors of a grid, due first; names only where the reader visits.

    Raises:
        NotFound: none of the grid's doors is within her reach.
    """
    rows = door_queries.doors(session, watches(reader.scope), day, Wanted(grid=grid))
    if not rows:
        raise NotFound(what_zh="这个网格的走访名单", what_en="A list of doors of this grid")
    seen = door_queries.doors(session, visits(reader.scope), day, Wanted(grid=grid))
    own = {row.code for row in seen}
    return tuple(door_of(row, day, whole=row.code in own) for row in rows)


def door(
    session: Session, reader: Visitor, code: str, day: date
) -> tuple[Door, tuple[Visited, ...]]:
    """Return a door that somebody visits, with its visits, latest first.

    Raises:
        NotFound: no such door within her reach.
    """
    found = find_door(session, visits(reader.scope), code, day)
    rows = visit_queries.visits_of(session, code, SHOWN_VISITS)
    by_visit: dict[int, list[Raised]] = defaultdict(list)
    for row in visit_queries.raised_by(session, [row.id for row in rows]):
        by_visit[row.visit_id].append(_raised(row))
    return found, tuple(
        Visited(
            row.id,
            row.day,
            row.time,
            DoorOutcome(row.outcome),
            row.satisfaction,
            row.note,
            row.person,
            tuple(by_visit[row.id]),
        )
        for row in rows
    )


def find_door(session: Session, reach: DoorReach, code: str, day: date) -> Door:
    """Return a door within a reach.

    Raises:
        NotFound: there is none.
    """
    rows = door_queries.doors(session, reach, day, Wanted(code=code))
    if not rows:
        raise NotFound(what_zh="这一户", what_en="This door")
    return door_of(rows[0], day)


def _raised(row: Found) -> Raised:
    return Raised(row.number, row.kind, row.description, Stage(row.stage), row.owner, row.day)


def followed(session: Session, person_id: int) -> tuple[Raised, ...]:
    """Return the reports from doors that somebody follows up, newest first."""
    rows = visit_queries.followed_by(session, person_id, SHOWN_RAISED)
    return tuple(_raised(row) for row in rows)


def origin(
    session: Session, reader: Visitor, number: str, day: date
) -> tuple[Raised, Door | None] | None:
    """Return the visit that raised a report, with the door where the reader visits it; None: it came otherwise."""
    row = visit_queries.origin_of(session, number)
    if row is None:
        return None
    doors = door_queries.doors(session, visits(reader.scope), day, Wanted(code=row.household))
    return _raised(row), door_of(doors[0], day) if doors else None


def board(session: Session, reader: Visitor, day: date) -> Board:
    """Return how the doors of all that somebody watches stand, by grid, worker and kind."""
    reach = watches(reader.scope)
    if not reach.anything:
        return Board(day)
    rows = board_queries.by_grid(session, reach, day)
    workers = board_queries.by_worker(session, reach, day)
    kinds = {row.kind: row for row in board_queries.by_kind(session, reach, day)}
    return Board(
        day,
        tuple(
            GridRow(r.code, r.name, r.community_code, r.community, r.worker, _counts([r]))
            for r in rows
        ),
        tuple(WorkerRow(*row) for row in workers),
        tuple(
            (kind, kinds[kind].doors, kinds[kind].overdue)
            for kind in HouseholdKind
            if kind in kinds
        ),
        _counts(rows),
    )


def _counts(rows: Iterable[Found]) -> Counts:
    listed_rows = list(rows)
    graded = sum(row.graded or 0 for row in listed_rows)
    plain = ("doors", "overdue", "due", "never", "visited", "not_home", "raised", "still_open")
    sums = {name: sum(getattr(row, name) for row in listed_rows) for name in plain}
    grades = sum(row.grades or 0 for row in listed_rows)
    return Counts(**sums, satisfaction=float(grades) / graded if graded else None)


def due_buildings(session: Session, reader: Visitor, day: date) -> tuple[DueBuilding, ...]:
    """Return the buildings where doors are due, for the map: the most overdue first."""
    reach = watches(reader.scope)
    rows = board_queries.by_building(session, reach, day) if reach.anything else ()
    return tuple(DueBuilding(*row) for row in rows)


def rules(session: Session, day: date) -> tuple[KindRule, ...]:
    """Return after how many days each kind is due, and what is to hold later."""
    found: dict[str, list[Found]] = defaultdict(list)
    for row in visit_queries.rules(session, day):
        found[row.kind].append(row)
    made = []
    for kind in HouseholdKind:
        now_and_later = found.get(kind, [])
        if now_and_later:
            first, *later = now_and_later
            coming = (later[0].since, later[0].days) if later else None
            made.append(KindRule(kind, first.days, first.since, coming))
    return tuple(made)


def put_rule(
    session: Session, who: Visitor, kind: HouseholdKind, days: int, now: datetime, day: date
) -> None:
    """Let a kind of door be due after so many days, from a day on.

    Raises:
        InvalidInput: fewer than 1 or more than 730 days.
    """
    if not 1 <= days <= 730:  # noqa: PLR2004 - two years
        raise InvalidInput(
            field=f"days_{kind}",
            reason_zh="间隔在 1 到 730 天之间。",
            reason_en="Between 1 and 730 days.",
        )
    visit_queries.put_rule(session, kind, days, day)
    audit.record(
        session, "visit_rule_set", "visit_rule", kind, now=now, account_id=who.account_id, days=days
    )


def erase(session: Session, who: Visitor, code: str, now: datetime, day: date) -> None:
    """Take name, phone and notes from a household that one visits; its visits stay as counts.

    Raises:
        NotFound: no such door within reach.
    """
    find_door(session, visits(who.scope), code, day)
    visit_queries.erase(session, code)
    audit.record(session, "household_erased", "household", code, now=now, account_id=who.account_id)


def erase_ended(session: Session, day: date) -> int:
    """Erase people of households that left the list long ago; return how many rows were touched."""
    return visit_queries.erase_ended(session, day - KEPT_AFTER_END)
