"""Tasks of earlier publications that a later one makes pointless: closed by it, with the reason.

A task about a grid that ends has nothing to decide any more. So has one that would let the people or
members of a grid go on elsewhere when that grid comes back: the later publication offers them their own
grid. A task about a grid that goes on under another code goes on there, as a task of the later one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.redistricting.queries import tasks as queries
from gridmap.redistricting.states import Superseded
from gridmap.redistricting.tables import Adoption, PlanTask
from gridmap.store import audit

SUPERSEDED: Final = "superseded"


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of identities of grids: which end, which come back, under which other id they go on."""

    ended: Collection[int]
    returned: Collection[int]
    renumbered: Mapping[int, tuple[int, str]]


def supersede(session: Session, adoption: Adoption, fates: Fates, now: datetime) -> int:
    """Close open tasks of other publications that this one makes pointless; return how many.

    Args:
        session: open session.
        adoption: the later publication, with the communities that it changes.
        fates: what becomes of grids by it; of a renumbered one the new id and the name.
        now: this moment.
    """
    closed = 0
    rows = queries.open_elsewhere(session, adoption.id, adoption.communities)
    homes = queries.homes_of(session, rows)
    for row in rows:
        reason = _reason(row, homes.get(row.id, set()), fates)
        if reason is None:
            continue
        if reason is Superseded.RENUMBERED:
            _carry_on(session, adoption, row, fates)
        _close(session, adoption, row, reason, now)
        closed += 1
    session.flush()
    return closed


def _reason(row: PlanTask, homes: set[int], fates: Fates) -> Superseded | None:
    if row.grid_id in fates.renumbered:
        return Superseded.RENUMBERED
    if row.grid_id in fates.ended:
        return Superseded.GRID_ENDED
    if homes & set(fates.returned):
        return Superseded.GRID_RETURNED
    return None


def _carry_on(session: Session, adoption: Adoption, row: PlanTask, fates: Fates) -> None:
    grid, name = fates.renumbered[row.grid_id or 0]
    proposal = {**row.proposal, "grid": name}
    made = {"adoption_id": adoption.id, "kind": row.kind, "grid_id": grid, "proposal": proposal}
    queries.add(session, [made])


def _close(
    session: Session, adoption: Adoption, row: PlanTask, reason: Superseded, now: datetime
) -> None:
    row.done_at, row.outcome = now, SUPERSEDED
    row.superseded_by_id, row.reason = adoption.id, reason
    audit.record(
        session,
        "plan_task_superseded",
        "plan",
        str(adoption.plan_id),
        now=now,
        task=row.id,
        kind=row.kind,
        reason=str(reason),
    )
