"""A year of door visits: the doors of each grid, who called there when, what was found.

People are made up. Two grids have fallen behind. What was met at the doors in the last days becomes reports
through the real filing, see `reported`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geodata.demo.county import BuildingVersion, DemoCounty, Post
from geodata.demo.dice import Dice
from geodata.demo.persons import made_up_name
from gridmap.dispatch import service as dispatch
from gridmap.dispatch.reports import Filing
from gridmap.geolocation.rules import Place
from gridmap.ledger.buildings import Building
from gridmap.ledger.posts import Person
from gridmap.ledger.posts import Post as PostRow
from gridmap.ledger.rounds import DoorVisit, Household
from gridmap.rounds import visit_queries
from gridmap.store.base import as_of, from_day
from gridmap.terms import DoorOutcome, HouseholdKind, PostKind
from gridmap.timespan import LOCAL_ZONE, Span, local_day

Row = dict[str, Any]

LISTED: Final[dict[HouseholdKind, int]] = {
    HouseholdKind.ELDERLY_ALONE: 3,
    HouseholdKind.CHILDREN: 1,
    HouseholdKind.DISABLED: 5,
    HouseholdKind.NEEDY: 4,
    HouseholdKind.VETERAN: 2,
    HouseholdKind.TENANTS: 6,
    HouseholdKind.PARTY_MEMBER: 3,
    HouseholdKind.ORDINARY: 10,
    HouseholdKind.BUILDING: 4,
}
"""Doors of each kind in a grid."""
EVERY: Final[dict[HouseholdKind, int]] = {
    HouseholdKind.ELDERLY_ALONE: 7,
    HouseholdKind.CHILDREN: 15,
    HouseholdKind.DISABLED: 30,
    HouseholdKind.NEEDY: 30,
    HouseholdKind.VETERAN: 60,
    HouseholdKind.TENANTS: 60,
    HouseholdKind.PARTY_MEMBER: 90,
    HouseholdKind.ORDINARY: 180,
    HouseholdKind.BUILDING: 90,
}
"""Days between two visits, as the usual rules have them."""
SHARED: Final = frozenset(
    {HouseholdKind.ELDERLY_ALONE, HouseholdKind.NEEDY, HouseholdKind.DISABLED}
)
"""Kinds of which some doors are a part-time worker's."""
BUILDINGS: Final = 10
"""Buildings of a grid where there is a door on the list."""
SEASON: Final = 360
WEEKLY_SEASON: Final = 150
"""Visits to those who are seen each week are kept for a shorter time."""
BEHIND: Final = 2
"""Grids whose workers have fallen behind."""
NOT_HOME: Final = 0.14
GONE: Final = 0.04
SILENT: Final = 0.45
RAISED: Final = 10
RAISED_DAYS: Final = 6
_NOTES: Final = {
    HouseholdKind.ELDERLY_ALONE: ("血压稳定，药够吃一周", "帮忙换了灯泡", "子女周末会来", "提醒用火用电安全"),
    HouseholdKind.CHILDREN: ("作业在社区托管班写完", "奶奶照看，身体还好"),
    HouseholdKind.DISABLED: ("护理补贴已到账", "轮椅刹车修好了"),
    HouseholdKind.NEEDY: ("低保按月发放", "在找工作，给了招聘信息"),
    HouseholdKind.VETERAN: ("送去慰问信", "身体硬朗"),
    HouseholdKind.TENANTS: ("合租四人，已登记", "检查了燃气软管"),
    HouseholdKind.PARTY_MEMBER: ("送学上门", "愿意给年轻人讲讲过去"),
    HouseholdKind.ORDINARY: ("反映停车难", "对物业比较满意"),
    HouseholdKind.BUILDING: ("逐户敲门，楼道已清理", "核对了空置户"),
}  # fmt: skip
_DOOR_NOTES: Final = ("听力不好，敲门重一些", "白天上班，晚上去", "门口有狗", "先打电话再去")
_MATTERS: Final = (
    ("need", "CI01", "独居老人想装一个呼叫器，自己不会申请"),
    ("need", "CI02", "老人做饭不方便，想申请助餐送餐"),
    ("need", "CI03", "残疾证到期，出门不便，想上门年审"),
    ("need", "CI05", "低保材料不会填，请帮忙指导"),
    ("need", "CI07", "出不了门，想请人代办居住证明"),
    ("dispute", "PL02", "楼上夜里拖椅子，老人睡不好，两家已吵过两次"),
    ("dispute", "PL03", "楼上漏水泡了顶棚，协商没有结果"),
    ("dispute", "PL04", "两家为一个停车位争执"),
    ("need", "C01080", "楼道灯不亮，老人上下楼看不见"),
    ("dispute", "PL01", "晾衣滴水，和楼上说了不听"),
)
"""Kind, category and words of what is met at the doors."""


@dataclass
class _Grid:
    """A grid: its buildings, and who visits there."""

    code: str
    buildings: list[BuildingVersion] = field(default_factory=list)
    workers: list[Post] = field(default_factory=list)
    part_timers: list[Post] = field(default_factory=list)
    behind: bool = False

    def worker(self, day: date) -> str | None:
        """Code of the full-time worker of a day."""
        return next((post.person for post in self.workers if day in post.span), None)


@dataclass
class _Rows:
    """What is to be written."""

    households: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)


def write(session: Session, made: DemoCounty) -> None:
    """Write the doors and a year of visits; buildings and people must be there."""
    buildings = dict(session.execute(select(Building.code, Building.id)).all())
    people = dict(session.execute(select(Person.code, Person.id)).all())
    rows = _Rows()
    for grid in _grids(made):
        _list_grid(made.day, grid, rows)
    for row in rows.households:
        row["building_id"] = buildings[row.pop("building")]
        row["visitor_id"] = people.get(row.pop("visitor"))
    for row in rows.visits:
        row["building_id"] = buildings[row.pop("building")]
        row["person_id"] = people.get(row.pop("person"))
    if rows.households:
        session.execute(insert(Household).execution_options(render_nulls=True), rows.households)
    if rows.visits:
        session.execute(insert(DoorVisit).execution_options(render_nulls=True), rows.visits)


def _grids(made: DemoCounty) -> list[_Grid]:
    """Return the grids of the last day with their dwellings and workers."""
    grids: dict[str, _Grid] = {}
    versions = {
        one.code: one
        for one in made.buildings
        if made.day in one.span and one.units > 0 and one.households > 0
    }
    for member in made.members:
        if made.day in member.span and member.building in versions:
            grid = grids.setdefault(member.grid, _Grid(member.grid))
            grid.buildings.append(versions[member.building])
    for post in made.posts:
        if post.kind is PostKind.GRID_WORKER and post.target in grids:
            grids[post.target].workers.append(post)
        if post.kind is PostKind.PART_TIME_WORKER and post.target in grids:
            grids[post.target].part_timers.append(post)
    ordered = [grids[code] for code in sorted(grids)]
    manned = [grid for grid in ordered if grid.worker(made.day)]
    for grid in manned[4::9][:BEHIND]:
        grid.behind = True
    return ordered


def _list_grid(day: date, grid: _Grid, rows: _Rows) -> None:
    """List the doors of a grid, and make their visits."""
    dice = Dice("rounds", grid.code)
    houses = dice.shuffled(sorted(grid.buildings, key=lambda one: one.code))[:BUILDINGS]
    part_timers = [post.person for post in grid.part_timers if day in post.span][:3]
    taken: set[tuple[str, int | None, str | None]] = set()
    for kind, count in LISTED.items():
        for number in range(count):
            door = _door(dice, houses, kind, number, taken)
            if door is None:
                continue
            shared = kind in SHARED and bool(part_timers) and dice.chance(0.5)
            visitor = dice.pick(part_timers) if shared else None
            _list_door(dice, day, grid, _Door(kind, *door, visitor), rows)


@dataclass(frozen=True, slots=True)
class _Door:
    """A door: why, where, whose."""

    kind: HouseholdKind
    building: BuildingVersion
    unit: int | None
    room: str | None
    visitor: str | None


def _door(
    dice: Dice,
    houses: list[BuildingVersion],
    kind: HouseholdKind,
    number: int,
    taken: set[tuple[str, int | None, str | None]],
) -> tuple[BuildingVersion, int | None, str | None] | None:
    """Draw a door that is not on the list yet; None where the dice find none."""
    for _ in range(8):
        whole = kind is HouseholdKind.BUILDING
        house = houses[number % len(houses)] if whole else dice.pick(houses)
        unit = None if whole else dice.whole(1, house.units)
        floor = dice.whole(1, max(1, house.floors))
        room = None if whole else f"{floor}{dice.whole(1, 2):02d}"
        if (house.code, unit, room) not in taken:
            taken.add((house.code, unit, room))
            return house, unit, room
    return None


def _list_door(dice: Dice, day: date, grid: _Grid, door: _Door, rows: _Rows) -> None:
    since = max(day - timedelta(days=SEASON + dice.whole(0, 200)), door.building.span.start)
    ends = day - timedelta(days=dice.whole(20, 200)) if dice.chance(GONE) else None
    ends = ends if ends and ends > since else None
    code = f"ZH{len(rows.households) + 1:06d}"
    whole = door.kind is HouseholdKind.BUILDING
    rows.households.append(
        {
            "code": code,
            "building": door.building.code,
            "unit": door.unit,
            "room": door.room,
            "kind": door.kind,
            "name": None if whole else made_up_name(dice),
            "contact_phone": None if whole else f"1990001{len(rows.households):04d}",
            "note": dice.pick(_DOOR_NOTES) if not whole and dice.chance(0.25) else None,
            "visitor": door.visitor,
            "valid": from_day(since, ends),
        }
    )
    days = _days(dice, Span(since, min(ends or day, day)), door.kind, behind=grid.behind)
    rows.visits += _visits(dice, grid, door, code, days)


def _days(dice: Dice, listed: Span, kind: HouseholdKind, *, behind: bool) -> list[date]:
    """The days on which somebody meant to call: every so often, later where the grid has fallen behind."""
    every, last = EVERY[kind], listed.end or listed.start
    length = WEEKLY_SEASON if kind is HouseholdKind.ELDERLY_ALONE else SEASON
    at = max(listed.start, last - timedelta(days=length)) + timedelta(days=dice.whole(0, every))
    found = []
    while at < last:
        found.append(at)
        slack = dice.whole(0, every) if behind else dice.whole(-max(1, every // 6), every // 4)
        at += timedelta(days=max(1, every + slack))
    if behind and found and dice.chance(0.5):
        found.pop()
    return found


def _visits(dice: Dice, grid: _Grid, door: _Door, code: str, days: list[date]) -> list[Row]:
    rows = []
    for day in days:
        person = door.visitor or grid.worker(day)
        minute = dice.whole(9 * 60, 19 * 60)
        blank = {"household": code, "building": door.building.code, "person": person}
        if dice.chance(NOT_HOME) and door.kind is not HouseholdKind.BUILDING:
            rows.append(_visit(blank, day, minute - 45, DoorOutcome.NOT_HOME))
        grade = None if dice.chance(0.2) else dice.pick((4, 4, 3, 3, 3, 2, 4, 1))
        note = None if dice.chance(SILENT) else dice.pick(_NOTES[door.kind])
        rows.append(_visit(blank, day, minute, DoorOutcome.VISITED, grade, note))
    return rows


def _visit(
    blank: Row,
    day: date,
    minute: int,
    outcome: DoorOutcome,
    grade: int | None = None,
    note: str | None = None,
) -> Row:
    return {
        **blank,
        "day": day,
        "time": f"{minute // 60:02d}:{minute % 60:02d}",
        "outcome": outcome,
        "satisfaction": grade,
        "note": note,
    }


def reported(session: Session, now: datetime) -> int:
    """File what was met at some doors in the last days, by the real filing; return how many.

    Categories must be there, and posts: whoever was at the door follows it up.
    """
    today = local_day(now)
    visits = _recent(session, today)
    dice, count = Dice("door matters"), 0
    for visit in dice.shuffled(visits)[:RAISED]:
        kind, category, words = _MATTERS[count % len(_MATTERS)]
        clock = time.fromisoformat(visit.time)
        at = datetime.combine(visit.day, clock, LOCAL_ZONE) + timedelta(minutes=5)
        key = f"demo-door-{visit.id}"
        filed = dispatch.file(
            session,
            Filing(
                idempotency_key=key,
                body_sha256=sha256(key.encode()).hexdigest(),
                category_code=category,
                description=words,
                place=Place(visit.lon, visit.lat, "wgs84"),
                filed_by=visit.person_id,
            ),
            min(at, now),
        )
        visit_queries.link(session, visit.id, filed.number, kind, visit.post_id)
        count += 1
    session.flush()
    return count


def _recent(session: Session, today: date) -> list[Any]:
    """Visits of grid workers in the last days, with their buildings' spots, one a worker and day."""
    found = session.execute(
        select(
            DoorVisit.id,
            DoorVisit.day,
            DoorVisit.time,
            DoorVisit.person_id,
            PostRow.id.label("post_id"),
            DoorVisit.building_id,
        )
        .join(PostRow, PostRow.person_id == DoorVisit.person_id)
        .where(
            PostRow.kind == PostKind.GRID_WORKER,
            as_of(PostRow, today),
            DoorVisit.outcome == DoorOutcome.VISITED,
            DoorVisit.day.between(today - timedelta(days=RAISED_DAYS), today - timedelta(days=1)),
        )
        .order_by(DoorVisit.id)
    ).all()
    spots = visit_queries.spots(session, {row.building_id for row in found}, today)
    by_worker: dict[tuple[int, date], Any] = {}
    for row in found:
        by_worker.setdefault((row.person_id, row.day), row)
    return [
        _Met(row.id, row.day, row.time, row.person_id, row.post_id, *spots[row.building_id])
        for row in by_worker.values()
    ]


@dataclass(frozen=True, slots=True)
class _Met:
    """A visit where something was met."""

    id: int
    day: date
    time: str
    person_id: int
    post_id: int
    lon: float
    lat: float
