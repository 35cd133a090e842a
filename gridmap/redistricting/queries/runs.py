"""SQL: searches for proposals: asked for, taken by a worker, stopped, done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.redistricting.states import RunState
from gridmap.redistricting.tables import ProposalRow, ProposalRun

WAKE: Final = "gridmap_proposals"
"""Channel on which workers hear of a search that waits; heard after the commit."""
LOST_AFTER: Final = timedelta(minutes=1)
"""A running search of which nothing was heard for so long has lost its worker."""


def wake(session: Session) -> None:
    """Tell workers that a search waits."""
    session.execute(select(func.pg_notify(WAKE, "")))


def run(session: Session, plan_id: int, run_id: int) -> ProposalRun | None:
    """Return a search of a plan, as it is in the database now."""
    query = select(ProposalRun).where(ProposalRun.id == run_id, ProposalRun.plan_id == plan_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def taken(session: Session, now: datetime) -> ProposalRun | None:
    """Take the search that has waited longest, or one whose worker is lost; None when nothing waits."""
    lost = (ProposalRun.state == RunState.RUNNING) & (ProposalRun.seen_at < now - LOST_AFTER)
    query = (
        select(ProposalRun)
        .where(or_(ProposalRun.state == RunState.WAITING, lost))
        .order_by(ProposalRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(query).one_or_none()
    if found is not None:
        found.state, found.seen_at, found.progress = RunState.RUNNING, now, 0.0
        session.flush()
    return found


def stop_open(session: Session, plan_id: int) -> None:
    """Ask the open searches of a plan to stop; those that wait are stopped."""
    mine = (ProposalRun.plan_id == plan_id,)
    session.execute(
        update(ProposalRun)
        .where(*mine, ProposalRun.state.in_((RunState.WAITING, RunState.RUNNING)))
        .values(stop=True)
    )
    session.execute(
        update(ProposalRun)
        .where(*mine, ProposalRun.state == RunState.WAITING)
        .values(state=RunState.STOPPED)
    )


def tell(session: Session, run_id: int, progress: float, now: datetime) -> bool:
    """Say how far a search is; return whether somebody wants it to stop."""
    statement = (
        update(ProposalRun)
        .where(ProposalRun.id == run_id)
        .values(progress=progress, seen_at=now)
        .returning(ProposalRun.stop)
    )
    return bool(session.scalar(statement))


def ended(
    session: Session,
    run_id: int,
    state: RunState,
    now: datetime,
    refusal: dict[str, str] | None = None,
) -> None:
    """Write how a search ended."""
    values: dict[str, Any] = {"state": state, "ended_at": now, "refusal": refusal}
    if state is RunState.DONE:
        values["progress"] = 1.0
    session.execute(update(ProposalRun).where(ProposalRun.id == run_id).values(**values))


def put(session: Session, run_id: int, kind: str, values: dict[str, Any]) -> None:
    """Write a proposal, or what it has become since."""
    statement = insert(ProposalRow).values(run_id=run_id, kind=kind, **values)
    statement = statement.on_conflict_do_update(
        index_elements=[ProposalRow.run_id, ProposalRow.kind], set_=values
    )
    session.execute(statement)


def drop_others(session: Session, run_id: int, kinds: Iterable[str]) -> None:
    """Delete what a search showed on its way and does not propose in the end."""
    session.execute(
        delete(ProposalRow).where(
            ProposalRow.run_id == run_id, ProposalRow.kind.not_in(list(kinds))
        )
    )


def proposals(session: Session, run_id: int) -> Sequence[ProposalRow]:
    """Return the proposals of a search in the order in which they came."""
    query = select(ProposalRow).where(ProposalRow.run_id == run_id).order_by(ProposalRow.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def proposal(session: Session, run_id: int, kind: str) -> ProposalRow | None:
    """Return one proposal of a search."""
    query = select(ProposalRow).where(ProposalRow.run_id == run_id, ProposalRow.kind == kind)
    return session.scalars(query).one_or_none()
