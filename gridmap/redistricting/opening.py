"""Open a plan: who may, at which version, on which atoms, with which facts of the day."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from hmac import compare_digest
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotAllowed, NotFound
from gridmap.redistricting.carrying import in_rows_of, knowing
from gridmap.redistricting.facts import Facts, facts
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.plan import GridDraft, Plan, unpacked
from gridmap.redistricting.queries import plans as queries
from gridmap.redistricting.states import PlanState
from gridmap.redistricting.tables import Plan as PlanRow
from gridmap.redistricting.tables import PlanVersion
from gridmap.redistricting.terrain import Terrain, terrain
from gridmap.store import audit
from gridmap.timespan import local_day


@dataclass(frozen=True, slots=True, eq=False)
class Over:
    """What a version is drawn over: atom layers, digests of the ledger's grids, those grids in its rows."""

    layers: tuple[int, ...]
    base: dict[str, str]
    beneath: Assignment


UNSETTLED: Final = frozenset({PlanState.DRAFT, PlanState.REVIEW, PlanState.APPROVED})
"""Where a plan still waits to become the county's grids."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A plan at one of its versions, with the atoms and the facts of the day that it is read on.

    `past` is that day where it is another one than the day on which somebody reads; `in_force` where the
    plan was published and holds on that day: whatever is not the same there came later.
    """

    row: PlanRow
    number: int
    plan: Plan
    over: Over
    terrain: Terrain
    facts: Facts
    past: date | None = None
    in_force: bool = False

    @property
    def today(self) -> Assignment:
        """Return today's grids in the rows of the plan; ground of a grid that it does not know has none."""
        return in_rows_of(self.plan, self.facts.today)


def require(planner: SignedIn, right: Right = Right.PLAN) -> None:
    """Refuse whoever may not plan.

    Raises:
        NotAllowed: neither a role nor a post of today gives the right.
    """
    if not planner.scope.may(right):
        raise NotAllowed


def opened(  # noqa: PLR0913, PLR0917 - what an address says
    session: Session,
    reader: SignedIn,
    plan_id: int,
    now: datetime,
    number: int | None = None,
    key: str | None = None,
    beside: date | None = None,
) -> Opened:
    """Return a plan at its newest version, or at another one.

    Args:
        session: open session.
        reader: a planner, a reviewer, or whoever was given the key.
        plan_id: the plan.
        now: this moment.
        number: the version; the newest without it.
        key: the key under which the plan was shared.
        beside: the day whose grids, buildings and people it is shown beside; today without it.

    Raises:
        NotAllowed: neither planner nor reviewer, and no key.
        NotFound: there is no such plan or version, or it was not shared under this key.
    """
    row = queries.plan(session, plan_id)
    if key is not None:
        if row is None or row.share_key is None or not compare_digest(row.share_key, key):
            raise no_plan()
    elif not reader.scope.may(Right.PLAN):
        require(reader, Right.APPROVE_PLANS)
    at = at_version(session, row, now, number, beside)
    if at.past is None and at.number == at.row.head and at.row.state in UNSETTLED:
        return at
    day = at.past or local_day(now)
    in_force = _in_force(at.row, day)
    plan = _published(session, at.plan) if in_force else at.plan
    return replace(at, plan=knowing(plan, at.facts.today), in_force=in_force)


def _in_force(row: PlanRow, day: date) -> bool:
    return row.state == PlanState.ADOPTED and row.day is not None and row.day <= day


def _published(session: Session, plan: Plan) -> Plan:
    """Return a plan whose rows continue the grids that its publication has made or brought back."""
    ids = queries.grids_by_code(session, [grid.code for grid in plan.grids])
    grids = tuple(replace(grid, grid_id=ids.get(grid.code, grid.grid_id)) for grid in plan.grids)
    return replace(plan, grids=grids)


def shared(session: Session, key: str) -> int:
    """Return the id of the plan that was shared under a key.

    Raises:
        NotFound: nothing is shared under it.
    """
    row = queries.plan_shared(session, key)
    if row is None:
        raise no_plan()
    return row.id


def at_version(
    session: Session,
    row: PlanRow | None,
    now: datetime,
    number: int | None = None,
    beside: date | None = None,
) -> Opened:
    """Return a plan of the database at its newest version, or at another one; beside today or a day.

    Raises:
        NotFound: there is no such plan or version.
    """
    if row is None:
        raise no_plan()
    stored = stored_version(session, row.id, number or row.head)
    ground = terrain(session, stored.layers)
    over = Over(ground.layer_ids, stored.base, unpacked(stored.beneath))
    past = beside if beside != local_day(now) else None
    known = facts(session, ground, past or local_day(now), now)
    return Opened(row, stored.number, valued(stored), over, ground, known, past)


def stored_version(session: Session, plan_id: int, number: int) -> PlanVersion:
    """Return a version of a plan as it is stored.

    Raises:
        NotFound: it has no such version.
    """
    stored = queries.version(session, plan_id, number)
    if stored is None:
        raise NotFound(what_zh="这个版本", what_en="This version")
    return stored


def valued(stored: PlanVersion) -> Plan:
    """Return a stored version of a plan as a value."""
    grids = tuple(GridDraft(**grid) for grid in stored.grids)
    return Plan(grids, unpacked(stored.assignment), frozenset(stored.locked_atoms))


def share(session: Session, planner: SignedIn, plan_id: int, now: datetime) -> str:
    """Return the key under which everybody who is signed in may look at a plan; made once.

    Raises:
        NotAllowed, NotFound: see `opened`.
    """
    require(planner)
    row = queries.plan_held(session, plan_id)
    if row is None:
        raise no_plan()
    if row.share_key is None:
        row.share_key = secrets.token_urlsafe(18)
        audit.record(
            session, "plan_shared", "plan", str(row.id), now=now, account_id=planner.account_id
        )
        session.flush()
    return row.share_key


def no_plan() -> NotFound:
    """Return the refusal for a plan that is not there."""
    return NotFound(what_zh="这份方案", what_en="This plan")
