"""A plan on its way to publication: sent for review, taken back, sent back, approved, dropped.

Four eyes: whoever approves a plan has drawn no version of it. A plan that cannot be published for what is
wrong with it is not sent and not approved either. Who acts says which version she has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.redistricting.faults import Fault
from gridmap.redistricting.opening import Opened, at_version, no_plan, require
from gridmap.redistricting.picture import inspected
from gridmap.redistricting.queries import plans as queries
from gridmap.redistricting.refusals import (
    NotPlannable,
    PlanFaulty,
    PlanMovedOn,
    SamePlanner,
    WrongPlanState,
)
from gridmap.redistricting.states import MOVES, PlanAction, PlanState, after
from gridmap.redistricting.tables import Plan, PlanEvent
from gridmap.store import audit
from gridmap.timespan import LOCAL_ZONE

LONGEST_NOTE: Final = 500

BY: Final[Mapping[PlanAction, Right]] = {
    PlanAction.SUBMIT: Right.PLAN,
    PlanAction.RECALL: Right.PLAN,
    PlanAction.DROP: Right.PLAN,
    PlanAction.RETURN: Right.APPROVE_PLANS,
    PlanAction.APPROVE: Right.APPROVE_PLANS,
}
"""Who takes these steps; publication and withdrawal have a module of their own."""

FAULTLESS: Final = frozenset({PlanAction.SUBMIT, PlanAction.APPROVE})
TOLD: Final[Mapping[PlanAction, Event]] = {
    PlanAction.RETURN: Event.PLAN_RETURNED,
    PlanAction.APPROVE: Event.PLAN_APPROVED,
    PlanAction.ADOPT: Event.PLAN_ADOPTED,
    PlanAction.WITHDRAW: Event.PLAN_WITHDRAWN,
}
"""What a plan's author is told of, unless she did it herself."""


def act(  # noqa: PLR0913, PLR0917 - what a form sends
    session: Session,
    reader: SignedIn,
    plan_id: int,
    action: PlanAction,
    base: int,
    now: datetime,
    note: str = "",
) -> Plan:
    """Take a step with a plan as a whole.

    Args:
        session: open session.
        reader: who takes it.
        plan_id: the plan.
        action: one of `BY`.
        base: the version that the reader has seen.
        now: this moment.
        note: why; a plan is not sent back without.

    Raises:
        NotAllowed: no planner, or for a review no reviewer.
        NotFound: there is no such plan.
        NotPlannable: an action of another place, a note too long, or none where one is needed.
        WrongPlanState: its state does not allow it.
        PlanMovedOn: it has a newer version.
        SamePlanner: the approver has drawn a version of it, or began it.
        PlanFaulty: sent or approved with faults that must be mended first.
    """
    if action not in BY:
        raise NotPlannable(
            reason_zh="这一步不在审核里办理。", reason_en="That is no step of a review."
        )
    require(reader, BY[action])
    words = checked(note)
    if action is PlanAction.RETURN and not words:
        raise NotPlannable(
            reason_zh="退回时请写明要改什么。", reason_en="Say what is to be changed.", field="note"
        )
    row = held(session, plan_id, action, base)
    if action is PlanAction.APPROVE and reader.person_id in {
        row.author_id,
        *queries.planners(session, row.id),
    }:
        raise SamePlanner
    if action in FAULTLESS:
        refuse_faults(at_version(session, row, now))
    row.state = MOVES[action][1]
    record(session, reader, row, action, now, words)
    return row


def checked(note: str) -> str:
    """Return a note without blanks around.

    Raises:
        NotPlannable: it is too long.
    """
    words = note.strip()
    if len(words) > LONGEST_NOTE:
        raise NotPlannable(
            reason_zh=f"说明最多 {LONGEST_NOTE} 字。",
            reason_en=f"A note has at most {LONGEST_NOTE} characters.",
            field="note",
        )
    return words


def held(session: Session, plan_id: int, action: PlanAction, base: int | None) -> Plan:
    """Hold a plan until the transaction ends, in a state and at a version that allow an action.

    Raises:
        NotFound, WrongPlanState, PlanMovedOn: see `act`.
    """
    row = queries.plan_held(session, plan_id)
    if row is None:
        raise no_plan()
    state = PlanState(row.state)
    if after(state, action) is None:
        raise WrongPlanState(
            state_zh=state.zh, state_en=state.en, action_zh=action.zh, action_en=action.en
        )
    if base is not None and row.head != base:
        last = queries.version(session, row.id, row.head)
        who = queries.person_name(session, last.person_id) if last else ""
        when = last.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M") if last else ""
        raise PlanMovedOn(who=who, when=when)
    return row


def refuse_faults(at: Opened) -> None:
    """Refuse a plan with faults that must be mended first.

    Raises:
        PlanFaulty: says how many, and which is the first.
    """
    blocking = [fault for fault in inspected(at) if fault.blocks]
    if blocking:
        first = blocking[0]
        raise PlanFaulty(
            count=len(blocking), first_zh=_said(first, "zh"), first_en=_said(first, "en")
        )


def _said(fault: Fault, language: str) -> str:
    label = fault.kind.label(language)
    if not fault.subject:
        return label
    return f"{label}（{fault.subject}）" if language == "zh" else f"{label} ({fault.subject})"


def record(
    session: Session,
    reader: SignedIn,
    row: Plan,
    action: PlanAction,
    now: datetime,
    note: str = "",
) -> None:
    """Put an action on the plan's record and in the audit log; tell its author."""
    event = PlanEvent(
        plan_id=row.id,
        at=now,
        person_id=reader.person_id,
        kind=str(action),
        version=row.head,
        note=note or None,
    )
    session.add(event)
    audit.record(
        session,
        f"plan_{action}",
        "plan",
        str(row.id),
        now=now,
        account_id=reader.account_id,
        version=row.head,
        **({"day": row.day.isoformat()} if row.day else {}),
    )
    session.flush()
    if action in TOLD and row.author_id != reader.person_id:
        messaging.post(session, [_notice(row, action, event.id, note)], now)


def _notice(row: Plan, action: PlanAction, event_id: int, note: str) -> Notice:
    return Notice(
        TOLD[action],
        f"plan:{row.id}:{event_id}",
        {
            Place.PLAN: row.name,
            Place.NUMBER: str(row.id),
            Place.DUE: row.day.isoformat() if row.day else "",
            Place.REASON: note,
            Place.LINK: f"/plans/{row.id}",
        },
        person_id=row.author_id,
    )
