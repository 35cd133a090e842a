"""Two years of voluntary service in the demo county: who has reported where, activities, needs, hours, stars.

People are made up. The secrets of codes are no part of what is drawn: they are random in every load.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from geoalchemy2.shape import from_shape
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from geodata.demo.county import AreaVersion, DemoCounty
from geodata.demo.dice import Dice
from geodata.demo.persons import made_up_name
from geodata.demo.volunteer_words import DEEDS, NEEDS, PLACES, RESIDENTS, RESULTS
from gridmap.ledger.areas import Area, Grid
from gridmap.ledger.posts import Agency, Person, Post
from gridmap.ledger.volunteering import (
    Activity,
    Need,
    NeedTaking,
    ServiceHours,
    SignUp,
    UnitCheckIn,
    Volunteer,
    VolunteerCheckIn,
    VolunteerLink,
)
from gridmap.store.base import STORED_SRID, Base, as_of, from_day
from gridmap.terms import AreaKind, CheckInWay, HoursSource, NeedState, PostKind
from gridmap.timespan import LOCAL_ZONE
from gridmap.volunteering import hours, rating
from gridmap.volunteering.organising import Hand, Reach

Row = dict[str, Any]

TABLE: Final = (5, 10, 16, 22, 28)
"""Hours of one to five stars in the demo county: few, since its people serve seldom."""
SOURCE: Final = "示范县星级志愿者评定办法（虚构）"
EVERY_DAYS: Final = 21
AHEAD_DAYS: Final = 30
LIVE_NEEDS: Final = 3
DONE_WITHIN: Final = 4
"""Days from the posting of a need to its end."""
OF_AGENCY: Final = 6
LATE_JOINERS: Final = 0.3
NO_UNIT: Final = 1
"""Communities, the last by code, to which no agency has reported yet."""
Ids = dict[str, int]


@dataclass
class _Season:
    """Rows on their way, and who serves in which community."""

    session: Session
    made: DemoCounty
    areas: Ids
    agencies: Ids
    people: dict[str, list[tuple[int, date, float, int | None]]] = field(default_factory=dict)

    @property
    def called_by(self) -> datetime:
        """Return when the last activity was called: yesterday morning; the evening after all places are taken."""
        return _at(self.made.day - timedelta(days=1), 9 * 60)

    def insert(self, table: type[Base], rows: Sequence[Row]) -> list[int]:
        """Insert rows in one statement; return their ids in the same order."""
        statement = insert(table).returning(table.__table__.c.id, sort_by_parameter_order=True)
        statement = statement.execution_options(render_nulls=True)  # one statement for many rows
        return list(self.session.scalars(statement, rows)) if rows else []


def write(session: Session, made: DemoCounty) -> None:
    """Write who has reported where, what was done, and last year's stars; agencies and areas must be there."""
    season = _Season(
        session,
        made,
        {row.code: row.id for row in session.execute(select(Area.code, Area.id))},
        {row.code: row.id for row in session.execute(select(Agency.code, Agency.id))},
    )
    communities = sorted(
        (one for one in made.areas if one.kind is AreaKind.COMMUNITY and one.span.end is None),
        key=lambda one: one.code,
    )
    units = _write_units(season, communities)
    _write_people(season, communities, units)
    _name_staff(session, made.day)
    _write_activities(season, communities, units)
    _write_needs(season, communities)
    _give_stars(session, made)


def _write_units(season: _Season, communities: list[AreaVersion]) -> dict[str, list[str]]:
    """Let each community's responsible unit report, and some agencies more; return codes by community."""
    dice, made = Dice("units"), season.made
    units: dict[str, list[str]] = {one.code: [] for one in communities}
    for unit in made.responsible_units:
        if unit.span.end is None and unit.community in units:
            units[unit.community].append(unit.agency)
    for one in communities[-NO_UNIT:]:
        units[one.code] = []
    codes = sorted(season.agencies)
    for known in units.values():
        if known and dice.chance(0.5):
            known.append(dice.pick([each for each in codes if each not in known]))
    start = date(made.day.year - 2, 3, 1)
    rows = [
        {
            "agency_id": season.agencies[agency],
            "community_id": season.areas[code],
            "contact": made_up_name(dice),
            "contact_phone": f"0000-77{dice.whole(0, 99999):05d}",
            "valid": from_day(max(made.opening, start + timedelta(days=dice.whole(0, 200)))),
        }
        for code, known in units.items()
        for agency in dict.fromkeys(known)
    ]
    season.insert(UnitCheckIn, rows)
    return units


def _write_people(
    season: _Season, communities: list[AreaVersion], units: dict[str, list[str]]
) -> None:
    dice, day = Dice("volunteers"), season.made.day
    drawn: list[tuple[str, dict[str, Any], date]] = []
    for one in communities:
        agencies = [*dict.fromkeys(units[one.code])]
        for number in range(OF_AGENCY * len(agencies) + RESIDENTS):
            of_agency = number < OF_AGENCY * len(agencies)
            agency = agencies[number % len(agencies)] if of_agency else None
            late = dice.chance(LATE_JOINERS)
            since = day - timedelta(days=dice.whole(20, 300) if late else dice.whole(400, 690))
            row: Row = {
                "name": made_up_name(dice),
                "phone": f"1980000{len(drawn):04d}",
                "agency_id": season.agencies[agency] if agency else None,
                "party_member": of_agency or dice.chance(0.3),
                "made_at": _at(since, 10 * 60),
            }
            drawn.append((one.code, row, max(since, season.made.opening)))
    numbers = season.session.scalars(
        text("SELECT nextval('volunteer_number') FROM generate_series(1, :n)"), {"n": len(drawn)}
    ).all()
    ids = season.insert(
        Volunteer,
        [
            row | {"code": f"ZY{number:06d}"}
            for (_code, row, _since), number in zip(drawn, sorted(numbers), strict=True)
        ],
    )
    rows = []
    for (code, row, since), volunteer in zip(drawn, ids, strict=True):
        eager = dice.unit() ** 2
        season.people.setdefault(code, []).append((volunteer, since, eager, row["agency_id"]))
        rows.append(
            {
                "volunteer_id": volunteer,
                "community_id": season.areas[code],
                "valid": from_day(since),
            }
        )
    season.insert(VolunteerCheckIn, rows)


def _name_staff(session: Session, day: date) -> None:
    """Let a grid worker of each community be the first of its volunteers who came by herself."""
    workers = session.execute(
        select(Grid.community_id, Person)
        .join(Post, Post.grid_id == Grid.id)
        .join(Person, Person.id == Post.person_id)
        .where(Post.kind == PostKind.GRID_WORKER, as_of(Post, day))
        .order_by(Post.id)
    )
    residents = session.execute(
        select(VolunteerCheckIn.community_id, Volunteer)
        .join(Volunteer, Volunteer.id == VolunteerCheckIn.volunteer_id)
        .where(Volunteer.agency_id.is_(None), Volunteer.occupation.is_(None))
        .order_by(Volunteer.code.desc())
    )
    first = {row.community_id: row.Volunteer for row in residents}
    for community, person in workers:
        volunteer = first.pop(community, None)
        if volunteer is not None:
            volunteer.name, volunteer.phone = person.name, person.phone
            volunteer.person_id = person.id
            session.add(
                VolunteerLink(
                    volunteer_id=volunteer.id, person_id=person.id, since=volunteer.made_at
                )
            )
    session.flush()


def _at(day: date, minute: int) -> datetime:
    """Return a moment of a day, so many minutes after midnight in the county."""
    return (datetime.combine(day, time(), LOCAL_ZONE) + timedelta(minutes=minute)).astimezone(UTC)


def _write_activities(
    season: _Season, communities: list[AreaVersion], units: dict[str, list[str]]
) -> None:
    made, first = season.made, date(season.made.day.year - 1, 1, 1)
    rows: list[Row] = []
    for one in communities:
        dice = Dice("activities", one.code)
        day = first + timedelta(days=dice.whole(3, EVERY_DAYS))
        while day <= made.day + timedelta(days=AHEAD_DAYS):
            rows.append(_activity(season, one, units[one.code], day, dice))
            day += timedelta(days=dice.whole(EVERY_DAYS - 12, EVERY_DAYS + 10))
    ids = season.insert(Activity, rows)
    places: list[Row] = []
    for row, number in zip(rows, ids, strict=True):
        places += _places(season, row, number)
    kept = season.insert(SignUp, [one["place"] for one in places])
    season.insert(
        ServiceHours,
        [
            one["hours"] | {"sign_up_id": number}
            for one, number in zip(places, kept, strict=True)
            if one["hours"]
        ],
    )


def _activity(season: _Season, one: AreaVersion, units: list[str], day: date, dice: Dice) -> Row:
    start = dice.pick((8 * 60 + 30, 9 * 60, 14 * 60 + 30, 15 * 60))
    people = season.people[one.code]
    spot = one.boundary.representative_point()
    agency = dice.pick(units) if units and dice.chance(0.5) else None
    return {
        "community_id": season.areas[one.code],
        "agency_id": season.agencies[agency] if agency else None,
        "title": dice.pick(DEEDS[day.month]),
        "body": "请穿便于活动的衣服，社区准备工具和饮水。",
        "place": f"{one.name}{dice.pick(PLACES)}",
        "spot": from_shape(spot, srid=STORED_SRID),
        "radius_m": dice.pick((100, 150, 200)),
        "starts_at": _at(day, start),
        "ends_at": _at(day, start + 30 * dice.whole(3, 6)),
        "places": dice.whole(8, 20),
        "organiser_id": dice.pick(people)[0],
        "secret": secrets.token_hex(32),
        "made_at": min(_at(day - timedelta(days=8), 9 * 60), season.called_by),
        "cancelled_at": None,
        "cancelled_because": None,
    }


def _places(season: _Season, row: Row, number: int) -> list[Row]:
    """Return who signed up; of what is over, who was there and how long."""
    dice, day = Dice("places", number, row["title"]), row["starts_at"].astimezone(LOCAL_ZONE).date()
    over = row["ends_at"] <= _at(season.made.day, 8 * 60)
    fresh = (season.made.day - day).days <= 2  # noqa: PLR2004 - hours that still wait for their organiser
    code = next(code for code, area in season.areas.items() if area == row["community_id"])
    found: list[Row] = []
    for volunteer, since, eager, agency in season.people[code]:
        if since > day or not dice.chance(0.2 + 0.7 * eager) or len(found) >= row["places"]:
            continue
        place = _place(
            number, volunteer, row, dice, season.called_by + timedelta(hours=10), over=over
        )
        confirmed = place["checked_in_at"] is not None and not fresh
        lasted = int((row["ends_at"] - row["starts_at"]).total_seconds()) // 60
        told: Row | None = None
        if confirmed:
            place["minutes"], place["confirmed_at"] = lasted, row["ends_at"] + timedelta(hours=2)
            place["confirmed_by_volunteer_id"] = row["organiser_id"]
            told = _minutes(row, volunteer, agency, lasted, day)
        found.append({"place": place, "hours": told})
    return found


def _place(
    number: int, volunteer: int, row: Row, dice: Dice, taken_by: datetime, *, over: bool
) -> Row:
    present = over and dice.chance(0.9)
    by_code = dice.chance(0.7)
    way = (CheckInWay.CODE if by_code else CheckInWay.POSITION) if present else None
    return {
        "activity_id": number,
        "volunteer_id": volunteer,
        "at": min(row["starts_at"] - timedelta(days=dice.whole(1, 7)), taken_by),
        "checked_in_at": row["starts_at"] - timedelta(minutes=dice.whole(0, 12))
        if present
        else None,
        "way": way,
        "distance_m": dice.whole(2, 90) if way is CheckInWay.POSITION else None,
        "minutes": None,
        "confirmed_at": None,
        "confirmed_by_volunteer_id": None,
    }


def _minutes(row: Row, volunteer: int, agency: int | None, minutes: int, day: date) -> Row:
    return {
        "volunteer_id": volunteer,
        "day": day,
        "minutes": minutes,
        "source": HoursSource.ACTIVITY,
        "community_id": row["community_id"],
        "agency_id": agency,
        "what": row["title"],
        "at": row["ends_at"] + timedelta(hours=2),
        "by_volunteer_id": row["organiser_id"],
    }


def _write_needs(season: _Season, communities: list[AreaVersion]) -> None:
    dice, day = Dice("needs"), season.made.day
    rows: list[tuple[str, Row]] = []
    for number, one in enumerate(communities):
        for k in range(LIVE_NEEDS):
            title, words, people = NEEDS[(number + 3 * k) % len(NEEDS)]
            ago = dice.whole(0, 9) if k == 0 else dice.whole(20, 200)
            state = NeedState.OPEN if k == 0 and number % 3 else NeedState.DONE
            live = state is NeedState.OPEN
            until = day + timedelta(days=dice.whole(1, 14)) if live else None
            ago = ago if live else max(ago, DONE_WITHIN + 1)  # nothing is done tomorrow
            made_at = _at(day - timedelta(days=ago), 9 * 60 + 10)
            row = {
                "community_id": season.areas[one.code],
                "title": title,
                "body": words,
                "wanted": people,
                "until_day": until,
                "state": state,
                "made_at": made_at,
                "ended_at": None if live else made_at + timedelta(days=DONE_WITHIN),
                "result": None if live else dice.pick(RESULTS),
            }
            rows.append((one.code, row))
    ids = season.insert(Need, [row for _code, row in rows])
    _write_takings(season, [(code, row, n) for (code, row), n in zip(rows, ids, strict=True)])


def _write_takings(season: _Season, needs: list[tuple[str, Row, int]]) -> None:
    dice = Dice("takings")
    drawn: list[tuple[Row, Row, int | None]] = []
    for code, row, number in needs:
        eager = [one for one in season.people[code] if one[1] <= row["made_at"].date()]
        done = row["state"] is NeedState.DONE
        wanted = row["wanted"] if done else row["wanted"] - 1
        for volunteer, _since, _eager, agency in dice.shuffled(eager)[:wanted]:
            taking = {
                "need_id": number,
                "volunteer_id": volunteer,
                "at": row["made_at"] + timedelta(hours=dice.whole(2, 40)),
            }
            drawn.append((taking, row, agency))
    kept = season.insert(NeedTaking, [taking for taking, _row, _agency in drawn])
    season.insert(
        ServiceHours,
        [
            {
                "volunteer_id": taking["volunteer_id"],
                "day": row["ended_at"].astimezone(LOCAL_ZONE).date(),
                "minutes": 30 * dice.whole(1, 5),
                "source": HoursSource.NEED,
                "community_id": row["community_id"],
                "agency_id": agency,
                "taking_id": number,
                "what": row["title"],
                "at": row["ended_at"],
            }
            for (taking, row, agency), number in zip(drawn, kept, strict=True)
            if row["ended_at"] is not None
        ],
    )


def _give_stars(session: Session, made: DemoCounty) -> None:
    """Rate last year, then correct one of its records: both ratings stand."""
    year = made.day.year - 1
    rating.put_table(session, year, TABLE, SOURCE, None, _at(date(year, 1, 5), 9 * 60))
    rating.rate_year(session, year, _at(date(year + 1, 1, 4), 9 * 60))
    corrected = session.scalars(
        select(ServiceHours)
        .where(ServiceHours.day >= date(year, 1, 1), ServiceHours.day <= date(year, 12, 31))
        .order_by(ServiceHours.id)
        .limit(1)
    ).first()
    if corrected is not None:
        at = _at(date(year + 1, 1, 20), 15 * 60)
        less = max(0, corrected.minutes - 30)
        hours.correct(session, corrected.id, less, "提前半小时离开", Hand(Reach(county=True)), at)
