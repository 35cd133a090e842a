"""The log of where layers changed: complete, bounded, and doubtful wherever it does not reach."""

import pytest
from sqlalchemy import text

from gridmap.store import changes
from gridmap.store.changes import Changes, LedgerChange
from gridmap.store.revision import part
from tests import worlds
from tests.worlds import lonlat

TABLES = {"building_version"}


def around(x, y, reach=5):
    return (*lonlat(x - reach, y - reach), *lonlat(x + reach, y + reach))


@pytest.fixture
def world(session):
    world = worlds.draw(session, "AB")
    world.house("h1", 10, 10, grid="A")
    return world


def touched(log, session, before, box, tables=TABLES):
    return log.touched(part(before, "buildings"), log.look(session), tables, box)


def test_a_change_touches_its_place_and_its_table_only(session, world):
    log = Changes()
    before = log.look(session)
    assert log.look(session) is before
    world.house("h2", 150, 50)
    assert touched(log, session, before, around(155, 55))
    assert not touched(log, session, before, around(15, 15))
    assert not touched(log, session, before, around(155, 55), {"building"})


def test_what_moves_touches_where_it_was_and_where_it_is(session, world):
    log = Changes()
    before = log.look(session)
    session.execute(
        text("UPDATE building_version SET footprint = ST_Translate(footprint, 0.002, 0)")
    )
    assert touched(log, session, before, around(15, 15))
    later = log.look(session)
    row = (
        session.query(LedgerChange)
        .filter_by(layer="buildings")
        .order_by(LedgerChange.number.desc())
        .first()
    )
    assert (row.table_name, len(row.boxes)) == ("building_version", 2)
    assert not touched(log, session, later, around(15, 15))


def test_very_many_rows_are_one_box(session, world):
    for number in range(70):
        world.house(f"m{number}", number, 40, size=1)
    log = Changes()
    before = log.look(session)
    session.execute(text("UPDATE building_version SET floors = 3"))
    row = (
        session.query(LedgerChange)
        .filter_by(layer="buildings")
        .order_by(LedgerChange.number.desc())
        .first()
    )
    assert len(row.boxes) == 1
    assert touched(log, session, before, around(60, 25))


def test_what_was_undone_is_never_taken_for_what_came_instead(session, world):
    log = Changes()
    with session.begin_nested() as undone:
        world.house("h2", 150, 50)
        seen = log.look(session)
        undone.rollback()
    session.expire_all()
    log.look(session)
    session.execute(text("UPDATE building_version SET floors = 9"))
    session.execute(text("UPDATE building_version SET floors = 8"))
    session.execute(text("UPDATE building_version SET floors = 7"))
    assert touched(log, session, seen, around(155, 55))


def test_what_the_log_has_forgotten_counts_as_touched(session, world, monkeypatch):
    monkeypatch.setattr(changes, "MOST_HELD", 5)
    log = Changes()
    before = log.look(session)
    for _ in range(6):
        session.execute(text("UPDATE building_version SET floors = 3"))
        log.look(session)
    assert touched(log, session, before, around(900, 900))
    fresh = Changes()
    session.execute(text("DELETE FROM ledger_change"))
    now = fresh.look(session)
    assert fresh.touched(part(before, "buildings"), now, TABLES, around(900, 900))
    assert not fresh.touched(part(now, "buildings"), now, TABLES, around(15, 15))


def test_a_table_that_is_emptied_touches_everything(session, world):
    log = Changes()
    before = log.look(session)
    session.execute(text("TRUNCATE building_version"))
    assert touched(log, session, before, around(900, 900))


def test_the_log_stays_short(session, world):
    session.execute(text("UPDATE revision SET number = 20099 WHERE layer = 'buildings'"))
    world.house("h2", 150, 50)
    numbers = [one.number for one in session.query(LedgerChange).filter_by(layer="buildings")]
    assert min(numbers) > 10_000
