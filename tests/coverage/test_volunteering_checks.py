"""Double check-in as coverage sees it: an agency that has reported, service in the last quarter."""

from datetime import date

from sqlalchemy import delete, select, update

from gridmap.ledger.volunteering import Activity, UnitCheckIn
from gridmap.store.base import from_day
from tests.coverage.sound import DAY, sound

KEYS = {"unit_checkin", "voluntary_service"}


def found(made, day=DAY):
    return [(check, since) for check, _code, _reason, since in made.warnings(day) if check in KEYS]


def test_a_community_without_an_agency_wants_one(session):
    made = sound(session)
    assert found(made) == []
    left = date(2026, 4, 3)
    session.execute(update(UnitCheckIn).values(valid=from_day(date(2024, 1, 1), left)))
    assert found(made) == [("unit_checkin", left)]
    assert found(made, date(2026, 4, 2)) == []


def test_a_quarter_without_service_is_missed_in_the_next(session):
    made = sound(session)
    start = date(2026, 1, 15)
    held = session.scalars(select(Activity).order_by(Activity.starts_at)).all()
    gone = [one.id for one in held if one.starts_at.date() == start]
    session.execute(delete(Activity).where(Activity.id.in_(gone)))
    assert found(made) == [("voluntary_service", date(2026, 4, 1))]
    assert found(made, date(2026, 3, 31)) == []


def test_what_was_called_off_was_not_held(session):
    made = sound(session)
    session.execute(
        update(Activity).values(cancelled_at=Activity.starts_at, cancelled_because="下雨")
    )
    assert [check for check, _since in found(made)] == ["voluntary_service"]
