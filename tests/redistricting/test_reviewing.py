"""Review: who may do what with a plan, in which state, and what she must have seen."""

import pytest
from sqlalchemy import select

from gridmap.errors import NotAllowed, NotFound
from gridmap.messaging.tables import Message
from gridmap.redistricting import drafting, reviewing
from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.refusals import (
    NotPlannable,
    PlanFaulty,
    PlanMovedOn,
    SamePlanner,
    WrongPlanState,
)
from gridmap.redistricting.states import MOVES, PlanAction, PlanState
from gridmap.redistricting.tables import PlanEvent
from gridmap.store.audit import AuditEntry
from gridmap.terms import Role
from tests.redistricting import publishing
from tests.redistricting.publishing import NOW, later


@pytest.fixture
def county(session):
    return publishing.county(session)


@pytest.fixture
def plan(county):
    made = county.begin()
    county.move(made, "b31", "A")
    return made


def act(county, who, plan, action, note="", base=None):
    return reviewing.act(county.session, who, plan.id, action, base or plan.head, later(1), note)


def test_a_plan_is_sent_approved_and_on_record(county, plan):
    assert act(county, county.planner, plan, PlanAction.SUBMIT).state == PlanState.REVIEW
    assert (
        act(county, county.approver, plan, PlanAction.APPROVE, "可以").state == PlanState.APPROVED
    )
    events = county.session.scalars(select(PlanEvent).order_by(PlanEvent.id)).all()
    assert [(one.kind, one.version, one.note) for one in events] == [
        ("begun", 1, None),
        ("submit", 2, None),
        ("approve", 2, "可以"),
    ]
    assert [one.person_id for one in events[1:]] == [
        county.planner.person_id,
        county.approver.person_id,
    ]
    logged = county.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-2:]
    assert [(one.action, one.object_key) for one in logged] == [
        ("plan_submit", str(plan.id)),
        ("plan_approve", str(plan.id)),
    ]


def test_the_author_hears_of_it_in_her_inbox(county, plan):
    act(county, county.planner, plan, PlanAction.SUBMIT)
    act(county, county.approver, plan, PlanAction.RETURN, "请把 B 网格留着")
    act(county, county.planner, plan, PlanAction.SUBMIT)
    act(county, county.approver, plan, PlanAction.APPROVE)
    told = county.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(one.event, one.person_id) for one in told] == [
        ("plan_returned", county.planner.person_id),
        ("plan_approved", county.planner.person_id),
    ]
    assert "请把 B 网格留着" in told[0].body
    assert plan.name in told[0].subject
    assert told[0].link == f"/plans/{plan.id}"


def test_who_drew_a_version_does_not_approve(county, plan):
    third = publishing.signed_in(county.session, "第三人", Role.PLANNER)
    drafting.undo(county.session, third, plan.id, plan.head, NOW)
    drafting.redo(county.session, third, plan.id, plan.head, NOW)
    act(county, county.planner, plan, PlanAction.SUBMIT)
    with pytest.raises(SamePlanner):
        act(county, county.planner, plan, PlanAction.APPROVE)
    assert act(county, third, plan, PlanAction.APPROVE).state == PlanState.APPROVED
    other = county.begin()
    drafting.edit(
        county.session,
        county.approver,
        other.id,
        other.head,
        drafting.Edit(EditKind.RENAME, grid=0, text="北苑"),
        NOW,
    )
    drafting.undo(county.session, county.planner, other.id, other.head, NOW)
    act(county, county.planner, other, PlanAction.SUBMIT)
    with pytest.raises(SamePlanner):
        act(county, county.approver, other, PlanAction.APPROVE)


def test_a_faulty_plan_is_neither_sent_nor_approved(county):
    plan = county.begin()
    county.move(plan, "a01", "B")
    with pytest.raises(PlanFaulty) as refusal:
        act(county, county.planner, plan, PlanAction.SUBMIT)
    assert "网格不连片（B网格）" in refusal.value.message("zh")
    assert "A grid in several parts" in refusal.value.message("en")
    assert plan.state == PlanState.DRAFT
    plan.state = PlanState.REVIEW
    county.session.flush()
    with pytest.raises(PlanFaulty):
        act(county, county.approver, plan, PlanAction.APPROVE)


def test_rights(county, plan):
    nobody = publishing.signed_in(county.session, "无关的人", Role.AUDITOR)
    for action in reviewing.BY:
        with pytest.raises(NotAllowed):
            act(county, nobody, plan, action, "原因")
    for action in (PlanAction.ADOPT, PlanAction.WITHDRAW):
        with pytest.raises(NotPlannable):
            act(county, county.planner, plan, action)
    with pytest.raises(NotFound):
        reviewing.act(county.session, county.planner, 10**6, PlanAction.SUBMIT, 1, NOW)


def test_whoever_acts_has_seen_the_newest_version(county, plan):
    act(county, county.planner, plan, PlanAction.SUBMIT)
    with pytest.raises(PlanMovedOn) as refusal:
        act(county, county.approver, plan, PlanAction.APPROVE, base=plan.head - 1)
    assert county.planner.name in refusal.value.message("zh")
    assert plan.state == PlanState.REVIEW


def test_only_the_moves_of_the_table(county, plan):
    for state in PlanState:
        for action in reviewing.BY:
            plan.state = state
            plan.day = NOW.date() if state in {PlanState.ADOPTED, PlanState.WITHDRAWN} else None
            county.session.flush()
            sources, target = MOVES[action]
            if state in sources:
                assert act(county, county.approver, plan, action, "原因").state == target
                continue
            with pytest.raises(WrongPlanState):
                act(county, county.approver, plan, action, "原因")
            assert plan.state == state


def test_nothing_is_sent_back_without_a_word(county, plan):
    act(county, county.planner, plan, PlanAction.SUBMIT)
    with pytest.raises(NotPlannable) as refusal:
        act(county, county.approver, plan, PlanAction.RETURN, "  ")
    assert refusal.value.field == "note"
    with pytest.raises(NotPlannable):
        act(county, county.approver, plan, PlanAction.RETURN, "长" * 501)
