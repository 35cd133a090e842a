"""Joining a centre, checking in on the spot, and what one's reports and hours come to."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from gridmap.centres import members, proofs, service
from gridmap.centres.members import Shown
from gridmap.centres.refusals import CentreClosed, TooFarFromCentre
from gridmap.dispatch import service as dispatch
from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.centres import CentreCheckIn
from gridmap.ledger.volunteering import ServiceHours
from gridmap.terms import Occupation
from gridmap.volunteering import codes
from gridmap.volunteering.checking_in import Position
from gridmap.volunteering.refusals import StaleCode, StalePosition, TooVague
from tests.centres import places
from tests.centres.places import CODE, NOW, SECRET
from tests.dispatch.filings import CATEGORIES, filing
from tests.worlds import lonlat


@pytest.fixture
def somebody(session):
    """A rider who has just registered at the centre: the id."""
    places.county(session)
    return members.join(session, CODE, places.joining(), NOW).volunteer_id


def seen(session, x=50, *, accuracy=10.0, key_age=5, of=None, somebody=0, now=NOW):
    """Check in by a position x metres along the road, with a key so many seconds old."""
    given = now - timedelta(seconds=key_age)
    key = proofs.challenge(SECRET, of or CODE, somebody, given)
    centre = service.centre(session, CODE, now)
    shown = Shown(key, Position(*lonlat(x, 50), accuracy))
    return members.check_in_by_position(session, centre, somebody, shown, SECRET, now)


def test_who_joins_is_a_volunteer_of_the_centres_community(session, somebody):
    own = members.own(session, somebody, NOW)
    assert (own.centre.code, own.company, own.checked_in_today) == (CODE, "蓝骑士", False)
    (line,) = members.listed(session, CODE, NOW)
    assert (line.name, line.occupation, line.check_ins) == ("王示安", Occupation.RIDER, 0)
    community = session.scalar(
        text("SELECT a.code FROM volunteer_checkin c JOIN area a ON a.id = c.community_id")
    )
    assert community == "419901001001"


def test_a_phone_registers_once_and_an_unknown_centre_is_not_found(session, somebody):
    assert somebody
    with pytest.raises(InvalidInput) as refused:
        members.join(session, CODE, places.joining(), NOW)
    assert refused.value.field == "phone"
    with pytest.raises(NotFound):
        members.join(session, "FW99", places.joining("13900000002"), NOW)


def test_another_centre_follows_from_the_day_and_again_on_the_same_day(session, somebody):
    world_community = session.scalar(text("SELECT community_id FROM service_centre_area"))
    assert world_community
    session.execute(
        text(
            "INSERT INTO service_centre (code, name, spot, valid)"
            " SELECT 'FW02', '另一个', spot, valid FROM service_centre"
        )
    )
    for days, code in ((3, "FW02"), (3, CODE), (4, "FW02")):
        at = NOW + timedelta(days=days)
        members.change_centre(session, somebody, code, Occupation.COURIER, "", at)
    spans = session.execute(
        text("SELECT centre, lower(valid), upper(valid) FROM centre_member ORDER BY lower(valid)")
    ).all()
    assert [tuple(row) for row in spans] == [
        (CODE, date(2026, 6, 1), date(2026, 6, 4)),
        (CODE, date(2026, 6, 4), date(2026, 6, 5)),
        ("FW02", date(2026, 6, 5), None),
    ]


def test_a_position_at_the_centre_checks_in_once_a_day_and_leaves_no_point(session, somebody):
    assert seen(session, x=80, somebody=somebody)
    assert not seen(session, x=80, somebody=somebody)
    row = session.query(CentreCheckIn).one()
    assert (row.way, row.distance_m) == ("position", 30)
    columns = session.scalars(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'centre_check_in'"
        )
    ).all()
    assert set(columns) == {"id", "volunteer_id", "centre", "day", "at", "way", "distance_m"}
    assert seen(session, somebody=somebody, now=NOW + timedelta(days=1))


def test_a_key_is_good_for_a_minute_for_one_person_and_one_centre(session, somebody):
    for wrong in ({"key_age": 60}, {"key_age": -5}, {"of": "FW02"}):
        with pytest.raises(StalePosition):
            seen(session, somebody=somebody, **wrong)
    centre = service.centre(session, CODE, NOW)
    others = proofs.challenge(SECRET, CODE, somebody + 1, NOW)
    for key in (others, "", "1.x", "９９.00", f"{'9' * 30}.00"):
        shown = Shown(key, Position(*lonlat(50, 50), 5))
        with pytest.raises(StalePosition):
            members.check_in_by_position(session, centre, somebody, shown, SECRET, NOW)
    assert session.query(CentreCheckIn).count() == 0


def test_far_away_vague_or_closed_is_refused(session, somebody):
    with pytest.raises(TooFarFromCentre) as far:
        seen(session, x=390, somebody=somebody)
    assert "340" in far.value.message("zh")
    with pytest.raises(TooVague):
        seen(session, accuracy=301, somebody=somebody)
    with pytest.raises(CentreClosed):
        seen(session, somebody=somebody, now=NOW + timedelta(hours=9))


def test_the_screens_code_is_accepted_for_a_minute(session, somebody):
    centre = service.centre(session, CODE, NOW)
    secret = proofs.screen_secret(SECRET, CODE)
    old = codes.code_at(secret, NOW - timedelta(seconds=60))
    with pytest.raises(StaleCode):
        members.check_in_by_code(session, centre, somebody, old, SECRET, NOW)
    other = codes.code_at(proofs.screen_secret(SECRET, "FW02"), NOW)
    with pytest.raises(StaleCode):
        members.check_in_by_code(session, centre, somebody, other, SECRET, NOW)
    fresh = codes.code_at(secret, NOW - timedelta(seconds=30))
    assert members.check_in_by_code(session, centre, somebody, fresh, SECRET, NOW)


def test_reports_and_hours_count_for_the_person_and_the_centre(session, somebody):
    from gridmap.dispatch.catalogue import put_entries  # noqa: PLC0415 - only this test files

    put_entries(session, CATEGORIES, date(2024, 1, 1))
    number = dispatch.file(session, filing("k1", 30, 30, "LIGHT"), NOW).number
    for _ in range(2):
        members.count_report(session, somebody, number)
    session.add(
        ServiceHours(
            volunteer_id=somebody,
            day=NOW.date(),
            minutes=90,
            source="import",
            external_key="k",
            at=NOW,
        )
    )
    session.flush()
    seen(session, somebody=somebody)
    own = members.own(session, somebody, NOW + timedelta(hours=1))
    assert (own.reports, own.minutes, own.check_ins) == (1, 90, 1)
    assert [one.number for one in own.latest] == [number]
    counted = service.counts(session, NOW + timedelta(hours=1))[CODE]
    assert (counted.members, counted.check_ins, counted.reports, counted.minutes) == (1, 1, 1, 90)
