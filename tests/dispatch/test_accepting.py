"""Accepting a report: by whom, from which stage, and by one of many at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.tables import Report, Step
from gridmap.errors import IllegalStep, NotAllowed, NotFound, StaleVersion
from gridmap.terms import PostKind, Stage
from tests.dispatch.filings import NOW, accept, filing, holding, staffed

AFTER_ACCEPTING = (
    Action.DISPATCHED,
    Action.HANDLED,
    Action.SENT_UP,
    Action.RETURNED,
    Action.TRANSFERRED,
    Action.RELOCATED,
    Action.JOINED,
    Action.NOTED,
)
"""What a steward may do with what she has accepted: neither split it, nor put it off."""


def test_accepting_moves_stage_version_and_record(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    later = NOW + timedelta(minutes=5)
    found = accept(session, number, people["a1"], now=later)
    assert (found.row.stage, found.row.version, found.actions) == (
        Stage.ACCEPTED,
        2,
        AFTER_ACCEPTING,
    )
    last = found.steps[-1]
    assert (last.action, last.actor, last.at) == (Action.ACCEPTED, "甲楼长", later)
    sequences = session.scalars(select(Step.sequence).order_by(Step.sequence)).all()
    assert sequences == [1, 2]


def test_who_accepts_holds_it(session):
    world, _ = staffed(session)
    second = world.post(PostKind.GROUP_LEADER, world.buildings["a1"], "组长")
    number = service.file(session, filing(), NOW).number
    found = accept(session, number, holding(second))
    assert (found.row.holder.kind, found.row.holder.name) == (PostKind.GROUP_LEADER, "组长")


@pytest.mark.parametrize("who", ["A", "community", "county"])
def test_those_above_read_but_do_not_accept_for_the_rung_below(session, who):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    with pytest.raises(NotAllowed):
        accept(session, number, people[who])


def test_a_foreign_report_cannot_be_accepted(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    assert isinstance(accept(session, number, people["B"]), NotFound)
    assert session.scalar(select(Report.version)) == 1


def test_the_county_accepts_what_has_no_place(session):
    _, people = staffed(session)
    number = service.file(session, filing(x=-300), NOW).number
    found = accept(session, number, people["county"])
    assert found.row.stage is Stage.ACCEPTED


def test_a_second_acceptance_is_stale_and_says_who_was_first(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    accept(session, number, people["a1"])
    with pytest.raises(StaleVersion) as refusal:
        accept(session, number, people["a1"])
    assert "甲楼长" in refusal.value.message("zh")
    assert "2026-06-01 16:30" in refusal.value.message("zh")


def test_an_accepted_report_cannot_be_accepted_again(session):
    _, people = staffed(session)
    number = service.file(session, filing(), NOW).number
    accept(session, number, people["a1"])
    with pytest.raises(IllegalStep, match="已受理"):
        accept(session, number, people["a1"], version=2)
