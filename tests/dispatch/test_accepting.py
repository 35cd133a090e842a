"""Accepting a report: by whom, from which stage, and by one of many at once."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridmap.dispatch import service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.tables import Report, Step
from gridmap.errors import IllegalStep, NotAllowed, NotFound, StaleVersion
from gridmap.store import schema
from gridmap.store.session import make_engine, transaction
from gridmap.terms import PostKind, Stage
from tests.dispatch.filings import NOW, filing, holding, staffed


def test_accepting_moves_stage_version_and_record(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    later = NOW + timedelta(minutes=5)
    found = service.accept(session, number, people["a1"], version=1, now=later)
    assert (found.row.stage, found.row.version, found.actions) == (Stage.ACCEPTED, 2, ())
    last = found.steps[-1]
    assert (last.action, last.actor, last.at) == (Action.ACCEPTED, "甲楼长", later)
    sequences = session.scalars(select(Step.sequence).order_by(Step.sequence)).all()
    assert sequences == [1, 2]


def test_who_accepts_holds_it(session):
    world, _ = staffed(session)
    second = world.post(PostKind.GROUP_LEADER, world.buildings["a1"], "组长")
    number = service.file(session, filing(), NOW).number
    found = service.accept(session, number, holding(second), version=1, now=NOW)
    assert (found.row.holder.kind, found.row.holder.name) == (PostKind.GROUP_LEADER, "组长")


@pytest.mark.parametrize("who", ["A", "community", "county"])
def test_those_above_read_but_do_not_accept_for_the_rung_below(session, who):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    with pytest.raises(NotAllowed):
        service.accept(session, number, people[who], version=1, now=NOW)


def test_a_foreign_report_cannot_be_accepted(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    assert isinstance(service.accept(session, number, people["B"], version=1, now=NOW), NotFound)
    assert session.scalar(select(Report.version)) == 1


def test_the_county_accepts_what_has_no_place(session):
    _, people = staffed(session)
    number = service.file(session, filing(x=-300), NOW).number
    found = service.accept(session, number, people["county"], version=1, now=NOW)
    assert found.row.stage is Stage.ACCEPTED


def test_a_second_acceptance_is_stale_and_says_who_was_first(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    service.accept(session, number, people["a1"], version=1, now=NOW)
    with pytest.raises(StaleVersion) as refusal:
        service.accept(session, number, people["a1"], version=1, now=NOW)
    assert "甲楼长" in refusal.value.message("zh")
    assert "2026-06-01 16:30" in refusal.value.message("zh")


def test_an_accepted_report_cannot_be_accepted_again(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    service.accept(session, number, people["a1"], version=1, now=NOW)
    with pytest.raises(IllegalStep, match="已受理"):
        service.accept(session, number, people["a1"], version=2, now=NOW)


def test_thirty_at_once_have_one_winner(make_database):
    engine = make_engine(make_database(), statement_timeout_s=0, pool_size=16)
    schema.upgrade(engine)
    with transaction(engine) as session:
        _, people = staffed(session)
        number = service.file(session, filing(), NOW).number
    barrier, outcomes = threading.Barrier(30), []

    def try_it():
        barrier.wait()
        try:
            with transaction(engine) as session:
                service.accept(session, number, people["a1"], version=1, now=NOW)
            outcomes.append("won")
        except StaleVersion:
            outcomes.append("stale")

    threads = [threading.Thread(target=try_it) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stale"] * 29 + ["won"]
    with transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(Step)) == 2
    engine.dispose()
