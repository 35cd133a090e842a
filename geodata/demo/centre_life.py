"""A year of the service centres: when they are open, who registers there, checks in, is taken in by a branch.

People are made up. What they have reported is chosen among the reports that are there, see `reported`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from geodata.demo.county import DemoCounty, ServiceCentre
from geodata.demo.dice import Dice
from geodata.demo.persons import Roster
from geodata.demo.plan import words
from gridmap.centres import matching
from gridmap.ledger.areas import Area, Grid
from gridmap.ledger.centres import (
    BranchMatch,
    CentreCheckIn,
    CentreClosure,
    CentreMember,
    CentreOpening,
    WillingBranch,
)
from gridmap.ledger.volunteering import ServiceHours, Volunteer, VolunteerCheckIn
from gridmap.store.base import from_day
from gridmap.terms import CheckInWay, HoursSource, MatchState, Occupation, Weekdays
from gridmap.timespan import LOCAL_ZONE

COUNTY_CENTRE: Final = "FW00"
NOON_BREAK: Final = frozenset({"FW03", "FW08", "FW14"})
"""Centres that close at noon."""
WITHOUT_TIMES: Final = frozenset({"FW17"})
"""A centre whose times nobody has written yet: its page says so."""
SHUT: Final = "FW05"
"""A centre that is shut for works on the last day."""
SEASON: Final = 360
"""Days of check-ins."""
PEOPLE: Final = 72
WILLING: Final = 0.6
SERVED_DAYS: Final = 6
PROPOSED_AGO: Final = 24
COMPANIES: Final[dict[Occupation, tuple[str, ...]]] = {
    Occupation.COURIER: tuple(words("顺丰驿站 邮政快递 圆通网点 韵达网点 极兔网点")),
    Occupation.RIDER: tuple(words("美味外卖站 蓝骑士配送站 闪送点")),
    Occupation.DRIVER: tuple(words("平安出行 同城快车")),
}
_MIX: Final = (Occupation.COURIER, Occupation.RIDER, Occupation.RIDER, Occupation.DRIVER)
_MEMBERS_SHARE: Final = 0.28
_HOURS: Final = {"what": "路口劝导和助老送餐"}
_DECLINES: Final = "支部近期换届，下半年再接收"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A made-up courier, rider or driver."""

    row: Row
    centre: str
    community: str
    company: str
    since: date
    eager: float


def write(session: Session, made: DemoCounty) -> None:
    """Write the year of the centres; the people, communities and grids must be there."""
    _write_times(session, made)
    _write_willing(session, made)
    people = _people(made)
    ids = _write_people(session, people)
    _write_seasons(session, made, people, ids)
    _match(session, made, people, ids)


def _write_times(session: Session, made: DemoCounty) -> None:
    rows = [row for centre in made.centres for row in _times(centre)]
    session.execute(insert(CentreOpening), rows)
    session.execute(insert(CentreClosure), [_closure(*one) for one in _closures(made)])


def _closures(made: DemoCounty) -> list[tuple[str, str, date, int]]:
    """Centre, reason, first day and number of days."""
    day, new_year = made.day, date(made.day.year + 1, 1, 1)
    return [
        (SHUT, "内部改造", day - timedelta(days=3), 7),
        (COUNTY_CENTRE, "消防演练", day + timedelta(days=5), 1),
        *((centre.code, "元旦放假", new_year, 1) for centre in made.centres),
    ]


def _closure(centre: str, reason: str, first: date, days: int) -> Row:
    valid = from_day(first, first + timedelta(days=days))
    return {"centre": centre, "reason": reason, "valid": valid}


def _times(centre: ServiceCentre) -> list[Row]:
    if centre.code in WITHOUT_TIMES:
        return []
    if centre.code == COUNTY_CENTRE:
        lines = [(Weekdays.WORKDAYS, "08:30", "20:00"), (Weekdays.WEEKEND, "10:00", "18:00")]
    elif centre.code in NOON_BREAK:
        lines = [(Weekdays.DAILY, "08:30", "12:00"), (Weekdays.DAILY, "14:00", "20:00")]
    else:
        lines = [(Weekdays.DAILY, "08:30", "20:00")]
    valid = from_day(centre.span.start, centre.span.end)
    return [
        {"centre": centre.code, "weekdays": days, "opens": opens, "closes": closes, "valid": valid}
        for days, opens, closes in lines
    ]


def _write_willing(session: Session, made: DemoCounty) -> None:
    dice = Dice("willing")
    grids = {row.code: row.id for row in session.execute(select(Grid.code, Grid.id))}
    with_branch = {party.target for party in made.parties if party.span.end is None}
    since = made.opening
    rows = [
        {
            "grid_id": grids[code],
            "places": dice.whole(1, 4),
            "note": dice.pick(
                words("每月第一个周六晚上过组织生活 线上线下结合 主题党日安排在午后")
            ),
            "valid": from_day(since),
        }
        for code in sorted(with_branch & grids.keys())
        if dice.chance(WILLING)
    ]
    session.execute(insert(WillingBranch), rows)


def _people(made: DemoCounty) -> list[Somebody]:
    dice, roster = Dice("riders"), Roster(77)
    centres = [one for one in made.centres if one.code != SHUT and one.span.end is None]
    found = []
    for number in range(PEOPLE):
        job = dice.pick(_MIX)
        home = made.centres[-1] if number % 4 == 0 else dice.pick(centres)
        since = made.day - timedelta(days=dice.whole(20, SEASON))
        since = max(since, home.span.start)
        roster.add()
        row = {
            "name": roster.people[-1].name,
            "phone": f"1990000{number:04d}",
            "party_member": dice.chance(_MEMBERS_SHARE),
            "occupation": job,
            "made_at": _at(since, 10 * 60),
        }
        community = home.communities[0]
        company = dice.pick(COMPANIES[job])
        eager = dice.between(0.05, 0.35)
        found.append(Somebody(row, home.code, community, company, since, eager))
    return found


def _write_people(session: Session, people: list[Somebody]) -> list[int]:
    numbers = session.scalars(
        text("SELECT nextval('volunteer_number') FROM generate_series(1, :n)"), {"n": len(people)}
    ).all()
    rows = [
        one.row | {"code": f"ZY{number:06d}"}
        for one, number in zip(people, sorted(numbers), strict=True)
    ]
    statement = insert(Volunteer).returning(Volunteer.id, sort_by_parameter_order=True)
    ids = list(session.scalars(statement, rows))
    areas = {row.code: row.id for row in session.execute(select(Area.code, Area.id))}
    pairs = list(zip(people, ids, strict=True))
    session.execute(
        insert(VolunteerCheckIn),
        [
            {"volunteer_id": v, "community_id": areas[one.community], "valid": from_day(one.since)}
            for one, v in pairs
        ],
    )
    session.execute(
        insert(CentreMember),
        [
            {"volunteer_id": v, "centre": one.centre, "employer": one.company, "valid": from_day(one.since)}
            for one, v in pairs
        ],
    )  # fmt: skip
    return ids


def _write_seasons(
    session: Session, made: DemoCounty, people: list[Somebody], ids: list[int]
) -> None:
    areas = {row.code: row.id for row in session.execute(select(Area.code, Area.id))}
    check_ins: list[Row] = []
    hours: list[Row] = []
    for one, volunteer in zip(people, ids, strict=True):
        dice = Dice("season", one.row["phone"])
        days = [one.since + timedelta(days=k) for k in range((made.day - one.since).days)]
        check_ins += [
            _check_in(one, volunteer, day, dice) for day in days if dice.chance(one.eager)
        ]
        served = (
            sorted({dice.pick(days) for _ in range(dice.whole(0, SERVED_DAYS))}) if days else []
        )
        hours += [
            _HOURS
            | {
                "volunteer_id": volunteer,
                "day": day,
                "minutes": 30 * dice.whole(1, 6),
                "source": HoursSource.IMPORT,
                "community_id": areas[one.community],
                "external_key": f"demo-{one.row['phone']}-{day.isoformat()}",
                "at": _at(day, 21 * 60),
            }
            for day in served
        ]
    session.execute(insert(CentreCheckIn).execution_options(render_nulls=True), check_ins)
    session.execute(insert(ServiceHours).execution_options(render_nulls=True), hours)


def _check_in(one: Somebody, volunteer: int, day: date, dice: Dice) -> Row:
    by_code = dice.chance(0.5)
    return {
        "volunteer_id": volunteer,
        "centre": one.centre,
        "day": day,
        "at": _at(day, dice.whole(9 * 60, 19 * 60)),
        "way": CheckInWay.CODE if by_code else CheckInWay.POSITION,
        "distance_m": None if by_code else dice.whole(3, 120),
    }


def _match(session: Session, made: DemoCounty, people: list[Somebody], ids: list[int]) -> None:
    """Propose the members; most were taken in, one in seven was declined, the last ones wait for an answer."""
    members = [(one, v) for one, v in zip(people, ids, strict=True) if one.row["party_member"]]
    asked = _at(made.day - timedelta(days=PROPOSED_AGO), 11 * 60)
    for number, (_one, volunteer) in enumerate(sorted(members, key=lambda pair: pair[0].since)):
        if not matching.propose(session, volunteer, asked):
            continue
        match = _standing(session, volunteer)
        if number % 5 == 1:
            match.at = asked + timedelta(days=PROPOSED_AGO - 2)
            continue
        declined = number % 7 == 3  # noqa: PLR2004 - one in seven
        match.state = MatchState.DECLINED if declined else MatchState.ACCEPTED
        match.decided_at = asked + timedelta(days=2)
        match.reason = _DECLINES if declined else None
        session.flush()
        if declined:
            matching.propose(session, volunteer, asked)
    session.flush()


def _standing(session: Session, volunteer: int) -> BranchMatch:
    query = select(BranchMatch).where(
        BranchMatch.volunteer_id == volunteer, BranchMatch.state == MatchState.PROPOSED
    )
    return session.scalars(query).one()


def reported(session: Session) -> int:
    """Give some of the reports that nobody of the staff has filed to the people of the centres; return how many."""
    done = session.execute(
        text("""
        INSERT INTO volunteer_report (report_id, volunteer_id)
        SELECT r.id, v.id
        FROM (SELECT id, filed_at, row_number() OVER (ORDER BY id) AS n FROM report WHERE filed_by_id IS NULL) AS r
        JOIN (SELECT v.id, v.made_at, row_number() OVER (ORDER BY v.id) AS n, count(*) OVER () AS many
              FROM volunteer v JOIN centre_member m ON m.volunteer_id = v.id) AS v
          ON r.n % 5 = 0 AND v.n = 1 + (r.n * 7) % v.many AND v.made_at < r.filed_at
        ON CONFLICT DO NOTHING RETURNING report_id
        """)
    )
    return len(done.all())


def _at(day: date, minutes: int) -> datetime:
    local = datetime.combine(day, time(), LOCAL_ZONE) + timedelta(minutes=minutes)
    return local.astimezone(UTC)
