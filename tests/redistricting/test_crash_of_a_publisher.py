"""kill -9 of the publisher, and of PostgreSQL, in the middle of publishing: all of it or nothing."""

import multiprocessing
import secrets
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from gridmap.redistricting import adoption
from gridmap.redistricting.tables import Adoption, Plan
from gridmap.store import schema
from gridmap.store.session import make_engine, transaction
from tests.redistricting import killed, publishing
from tests.redistricting.publishing import NOW, TODAY, check_ledger
from tests.test_crash import BINARIES, Cluster


@pytest.fixture
def cluster():
    if not BINARIES:
        pytest.skip("PostgreSQL's own programs are not installed; scripts/test brings them")
    folder = Path(f"/tmp/gridmap-killed-{secrets.token_hex(4)}")  # noqa: S108 - the postgres user must reach it
    folder.mkdir()
    made = Cluster(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def approved(cluster):
    """A plan that waits to be published: county, plan id, and how many statements that takes."""
    engine = make_engine(cluster.url, pool_size=0)
    schema.upgrade(engine)
    with transaction(engine) as session:
        county = publishing.county(session)
        plan = county.begin()
        county.merge(plan, "AB")
        county.carve(plan, "a01 a02", "西苑网格")
        county.approve(plan)
    return county, plan.id, count_statements(engine, county, plan.id)


def count_statements(engine, county, plan_id):
    seen = []

    def note(*_):
        seen.append(1)

    event.listen(engine, "before_cursor_execute", note)
    with Session(engine) as session:  # closed without a commit
        adoption.adopt(session, county.planner, plan_id, TODAY, NOW)
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def publisher(cluster, plan_id, statement, how, mark):
    """Start one in a process of its own, whose modules are loaded once for all."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([killed.__name__])
    process = server.Process(
        target=killed.publish, args=(cluster.url, plan_id, statement, how, mark)
    )
    process.start()
    return process


def looked_at(cluster, county, plan_id):
    """What the ledger holds, the plan's state, and how many publications there are."""
    engine = make_engine(cluster.url, pool_size=0)
    with transaction(engine) as session:
        check_ledger(session, TODAY, exact=False)
        here = replace(county, session=session)
        count = session.scalar(select(func.count()).select_from(Adoption))
        return here.ledger(), session.get_one(Plan, plan_id).state, count


def wait_for(mark, process):
    deadline = time.monotonic() + 60
    while not mark.exists():
        assert process.is_alive(), "the publisher ended"
        assert time.monotonic() < deadline, "the publisher does not get there"
        time.sleep(0.02)
    return mark.read_text(encoding="utf-8")


def test_a_killed_publisher_leaves_nothing(cluster, approved, tmp_path):
    county, plan_id, statements = approved
    before = looked_at(cluster, county, plan_id)
    assert before[1:] == ("approved", 0)
    for part in (0.4, 0.7, 1.0):
        process = publisher(cluster, plan_id, int(statements * part), "kill", tmp_path / "no")
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert looked_at(cluster, county, plan_id) == before
    mark = tmp_path / "waiting"
    process = publisher(cluster, plan_id, int(statements * 0.8), "wait", mark)
    assert wait_for(mark, process) == "waiting"
    cluster.kill()
    process.kill()
    process.join(60)
    cluster.start()
    assert looked_at(cluster, county, plan_id) == before
    done = tmp_path / "done"
    process = publisher(cluster, plan_id, 10**6, "wait", done)
    assert wait_for(done, process) == "published"
    cluster.kill()
    process.join(60)
    cluster.start()
    ledger, state, count = looked_at(cluster, county, plan_id)
    assert (state, count) == ("adopted", 1)
    assert ledger != before[0]
