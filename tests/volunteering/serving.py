"""A small community whose volunteers serve: shared by the tests of this room."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from gridmap.accounts.tables import Account
from gridmap.ledger.volunteering import ServiceHours
from gridmap.volunteering import activities, service
from gridmap.volunteering.organising import Hand, Reach
from gridmap.volunteering.service import Registered, Registration
from tests import worlds
from tests.web import signed

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in the county."""
TABLE = (20, 50, 100, 200, 300)
HERE = "419901001001"


def volunteer(session, name="王小明", phone="13900000001", now=NOW, **facts) -> Registered:
    said = Registration(name, phone, HERE, **facts)
    return service.register_volunteer(session, said, now)


def hand(session, community) -> Hand:
    """Somebody of the community's desk, with an account."""
    person = worlds.World(session, community).posts([("community_desk", community, "站长")])[0]
    signed.account(session, person.person_id, "desk")
    account = session.query(Account).filter_by(login="desk").one()
    return Hand(Reach(frozenset({community.id})), account_id=account.id)


def plan(community_id, starts=NOW + timedelta(days=1), hours=2, **facts):
    lon, lat = worlds.lonlat(50, 50)
    facts = {"title": "清扫楼道", "place": "三号楼前", "lon": lon, "lat": lat} | facts
    return activities.Plan(
        community_id=community_id,
        starts_at=starts,
        ends_at=starts + timedelta(hours=hours),
        **facts,
    )


def served(session, volunteer_id, day: date, minutes: int, key: str) -> ServiceHours:
    """A record that came from the platform."""
    row = ServiceHours(
        volunteer_id=volunteer_id,
        day=day,
        minutes=minutes,
        source="import",
        external_key=key,
        at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def by_plain_sql(session, year: int) -> dict[int, tuple[int, int]]:
    """Minutes and stars of everybody in a year, counted without any of the program's own code."""
    rows = session.execute(
        text(
            "WITH t AS (SELECT hours FROM star_table WHERE from_year <= :year"
            "           ORDER BY from_year DESC, id DESC LIMIT 1)"
            " SELECT h.volunteer_id, sum(h.minutes),"
            "  (SELECT count(*) FROM t, unnest(t.hours) AS step WHERE sum(h.minutes) >= step * 60)"
            " FROM service_hours h WHERE date_part('year', h.day) = :year GROUP BY h.volunteer_id"
        ),
        {"year": year},
    )
    return {one: (int(minutes), int(stars)) for one, minutes, stars in rows}
