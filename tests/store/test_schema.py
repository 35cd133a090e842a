"""The schema on a real server: up and down, complete, and the rules that stand in it."""

import secrets
from datetime import UTC, date, datetime

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import gridmap.accounts.tables
import gridmap.dispatch.tables
import gridmap.ledger.calendar
import gridmap.ledger.centres
import gridmap.ledger.geography
import gridmap.ledger.imports
import gridmap.ledger.meeting_plans
import gridmap.ledger.meetings
import gridmap.ledger.names
import gridmap.ledger.party_life
import gridmap.ledger.property
import gridmap.ledger.red_property
import gridmap.ledger.rounds
import gridmap.ledger.settings
import gridmap.ledger.volunteering
import gridmap.messaging.tables
import gridmap.platform.tables
import gridmap.redistricting.tables
import gridmap.registers.tables
import gridmap.store.counters  # noqa: F401 - these register their tables
from gridmap.errors import Unsuitable
from gridmap.ledger.areas import AreaVersion
from gridmap.ledger.buildings import GridBuilding
from gridmap.store import audit, schema
from gridmap.store.base import as_of, from_day
from gridmap.store.revision import LAYERS, revisions
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.terms import PostKind
from tests import worlds
from tests.conftest import server_url


def test_up_down_up_leaves_nothing_and_matches_the_models(make_database):
    engine = make_engine(make_database(), statement_timeout_s=0)
    schema.check_server(engine)
    schema.upgrade(engine)
    assert schema.is_current(engine)
    with engine.connect() as connection:
        command.check(schema.configuration(connection))
    schema.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version", "spatial_ref_sys"}
    assert not schema.is_current(engine)
    schema.upgrade(engine)
    assert schema.is_current(engine)
    engine.dispose()


def test_a_database_in_c_is_refused(make_database):
    admin = create_engine(engine_url(server_url()), isolation_level="AUTOCOMMIT")
    name = f"gridmap_test_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(
            text(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C' LC_COLLATE 'C'"
            )
        )
    engine = make_engine(
        engine_url(server_url()).set(database=name).render_as_string(hide_password=False)
    )
    with pytest.raises(Unsuitable, match="LC_CTYPE"):
        schema.check_server(engine)
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def test_two_names_on_one_day_are_impossible(session):
    world = worlds.draw(session, "A")
    session.add(
        AreaVersion(area_id=world.community.id, name="另一个", valid=from_day(date(2025, 1, 1)))
    )
    with pytest.raises(IntegrityError, match="ex_area_version"):
        session.flush()


def test_one_building_in_two_grids_on_one_day_is_impossible(session):
    world = worlds.draw(session, "AB")
    house = world.house("h", 10, 10, grid="A")
    session.add(
        GridBuilding(
            building_id=house.id, grid_id=world.grids["B"].id, valid=from_day(date(2025, 1, 1))
        )
    )
    with pytest.raises(IntegrityError, match="ex_grid_building"):
        session.flush()


def test_a_single_holder_post_takes_one_person_at_a_time(session):
    world = worlds.draw(session, "A")
    world.post(PostKind.GRID_WORKER, world.grids["A"], "甲", until=date(2025, 1, 1))
    world.post(PostKind.GRID_WORKER, world.grids["A"], "乙", since=date(2025, 1, 1))
    world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "丙")
    world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "丁")
    with pytest.raises(IntegrityError, match="ex_post_single"):
        world.post(PostKind.GRID_WORKER, world.grids["A"], "戊", since=date(2024, 6, 1))


def test_a_post_stands_on_its_own_kind_of_target(session):
    world = worlds.draw(session, "A")
    house = world.house("h", 10, 10, grid="A")
    with pytest.raises(IntegrityError, match="ck_post_target"):
        session.execute(
            text(
                "WITH p AS (INSERT INTO person (code, name) VALUES ('x', 'x') RETURNING id)"
                " INSERT INTO post (kind, person_id, building_id, valid)"
                f" SELECT 'grid_worker', id, {house.id}, '[2024-01-01,)' FROM p"
            )
        )


def test_as_of_is_half_open(session):
    world = worlds.draw(session, "A")
    session.execute(
        text("UPDATE area_version SET valid = '[2024-01-01,2025-01-01)' WHERE area_id = :id"),
        {"id": world.community.id},
    )
    count = session.query(AreaVersion).filter(AreaVersion.area_id == world.community.id)
    assert count.filter(as_of(AreaVersion, date(2024, 1, 1))).count() == 1
    assert count.filter(as_of(AreaVersion, date(2024, 12, 31))).count() == 1
    assert count.filter(as_of(AreaVersion, date(2025, 1, 1))).count() == 0


def test_the_audit_log_only_grows(session):
    audit.record(session, "try", "test", "1", now=datetime(2026, 1, 1, tzinfo=UTC))
    session.flush()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE audit_entry SET action = 'other'"))


def test_every_change_raises_its_layer(session):
    before = revisions(session)
    assert set(before) == set(LAYERS)
    world = worlds.draw(session, "A")
    after = revisions(session)
    assert after["areas"] > before["areas"]
    assert after["grids"] > before["grids"]
    assert after["posts"] == before["posts"]
    world.post(PostKind.GRID_WORKER, world.grids["A"], "甲")
    assert revisions(session)["posts"] > after["posts"]


def test_a_failing_block_writes_nothing(engine):
    def fail() -> None:
        with transaction(engine) as session:
            audit.record(session, "try", "test", "lost", now=datetime(2026, 1, 1, tzinfo=UTC))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with transaction(engine) as session:
        kept = session.scalar(text("SELECT count(*) FROM audit_entry WHERE object_key = 'lost'"))
    assert kept == 0
