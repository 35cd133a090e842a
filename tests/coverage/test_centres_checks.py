"""Service centres as coverage sees them: opening times and a telephone number on record, since when not, how mended."""

from datetime import date

from sqlalchemy import delete, text, update

from gridmap.ledger.centres import CentreOpening
from gridmap.ledger.property import ServiceCentre
from gridmap.store.base import from_day
from tests.coverage.sound import DAY, centre, sound
from tests.worlds import START

KEYS = {"centre_times", "centre_phone"}


def found(made, day=DAY):
    return [(check, since) for check, _code, _reason, since in made.warnings(day) if check in KEYS]


def gap(made, check, day=DAY):
    return next(one.gap for one in made.audit(day).findings if one.check == check)


def test_a_centre_without_opening_times_is_named_with_the_form_that_mends_it(session):
    made = sound(session)
    assert found(made) == []
    left = date(2026, 4, 3)
    session.execute(update(CentreOpening).values(valid=from_day(START, left)))
    assert found(made, date(2026, 4, 2)) == []
    assert found(made) == [("centre_times", left)]
    lacking = gap(made, "centre_times")
    assert "党群服务中心" in lacking.reason.why.fill("zh", lacking.params)
    assert "No opening times" in lacking.reason.why.fill("en", lacking.params)
    mend = lacking.mend
    assert (mend.register, mend.target, mend.action) == ("centre-openings", "centre", "begin")
    session.execute(delete(CentreOpening))
    assert found(made) == [("centre_times", START)]


def test_a_time_that_is_written_again_ends_the_gap(session):
    made = sound(session)
    session.execute(update(CentreOpening).values(valid=from_day(START, date(2026, 3, 1))))
    session.add(
        CentreOpening(
            centre="centre", weekdays="weekend", opens="09:00", closes="12:00",
            valid=from_day(date(2026, 5, 1)),
        )
    )  # fmt: skip
    session.flush()
    assert found(made, date(2026, 4, 30)) == [("centre_times", date(2026, 3, 1))]
    assert found(made, date(2026, 5, 1)) == []


def test_a_centre_without_a_number_to_call(session):
    made = sound(session)
    session.execute(update(ServiceCentre).values(phone=" "))
    assert found(made) == [("centre_phone", START)]
    assert gap(made, "centre_phone").mend.register == "service-centres"


def test_a_centre_counts_only_while_it_serves_the_community(session):
    made = sound(session)
    since, until = date(2026, 4, 6), date(2026, 5, 4)
    serves = centre(made.world, "second", 200, 115, since=since)
    session.execute(delete(CentreOpening).where(CentreOpening.centre == "second"))
    assert found(made, date(2026, 4, 5)) == []
    assert found(made) == [("centre_times", since)]
    made.end(serves, until)
    assert found(made) == []
    session.execute(text("DELETE FROM service_centre_area"))
    assert found(made) == []
