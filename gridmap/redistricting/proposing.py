"""Let the machine propose: a search is asked for, a worker carries it out, the planner watches and takes.

The request only writes what is wanted; whoever works takes it, writes down the best so far several
times a second, and hears between two of these whether somebody wants it to stop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import GridmapError, NotFound
from gridmap.redistricting.drafting import Edited, bench, held, save
from gridmap.redistricting.editing import Bench, Edit, make
from gridmap.redistricting.facts import facts
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.opening import Opened, Over, at_version, opened, require
from gridmap.redistricting.plan import GridDraft, unpacked
from gridmap.redistricting.queries import facts as fact_queries
from gridmap.redistricting.queries import plans as plan_queries
from gridmap.redistricting.queries import runs as queries
from gridmap.redistricting.refusals import NotPlannable
from gridmap.redistricting.searching import Asked, Task, proposed, stored
from gridmap.redistricting.states import RunState
from gridmap.redistricting.tables import Plan as PlanRow
from gridmap.redistricting.tables import ProposalRow, ProposalRun
from gridmap.redistricting.terrain import current_layers, terrain
from gridmap.timespan import local_day

log = logging.getLogger(__name__)

OpenTransaction = Callable[[], AbstractContextManager[Session]]
WAKE: Final = queries.WAKE


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A proposal: its kind, its figures, all grids by row, the row of each atom."""

    kind: str
    figures: dict[str, Any]
    grids: tuple[GridDraft, ...]
    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Seen:
    """A search as it stands: how much is done (0..1), for which version, why it failed, what it found."""

    state: RunState
    progress: float
    version: int
    refusal: dict[str, str] | None
    proposals: tuple[Found, ...]


def ask(
    session: Session, planner: SignedIn, plan_id: int, base: int, asked: Asked, now: datetime
) -> int:
    """Ask for proposals; an open search of the same plan is stopped. Return the run's id.

    Raises:
        NotAllowed, NotFound, WrongPlanState, PlanMovedOn: see `drafting.edit`.
        NotPlannable: the community is not in the plan.
    """
    at = held(session, planner, plan_id, base, now)
    if asked.community is not None and asked.community not in at.terrain.graph.communities:
        raise NotPlannable(
            reason_zh="这个社区不在方案范围内。",
            reason_en="This community is not part of the plan.",
            field="community",
        )
    queries.stop_open(session, plan_id)
    run = ProposalRun(
        plan_id=plan_id,
        version=at.number,
        person_id=planner.person_id,
        wish=asked.record(),
        state=RunState.WAITING,
        asked_at=now,
    )
    session.add(run)
    session.flush()
    queries.wake(session)
    return run.id


def seen(session: Session, reader: SignedIn, plan_id: int, run_id: int, now: datetime) -> Seen:
    """Return a search as it stands now.

    Raises:
        NotAllowed, NotFound: see `drafting.opened`.
    """
    opened(session, reader, plan_id, now)
    run = queries.run(session, plan_id, run_id)
    if run is None:
        raise _no_run()
    found = tuple(_found(row) for row in queries.proposals(session, run_id))
    return Seen(RunState(run.state), run.progress, run.version, run.refusal, found)


def _found(row: ProposalRow) -> Found:
    grids = tuple(GridDraft(**grid) for grid in row.grids)
    return Found(row.kind, row.figures, grids, unpacked(row.assignment))


def stop(session: Session, planner: SignedIn, plan_id: int, run_id: int) -> None:
    """Stop the open searches of a plan; what they have found stays.

    Raises:
        NotAllowed: no planner.
        NotFound: the plan has no such search.
    """
    require(planner)
    if queries.run(session, plan_id, run_id) is None:
        raise _no_run()
    queries.stop_open(session, plan_id)


def take(
    session: Session, planner: SignedIn, plan_id: int, base: int, wanted: Edit, now: datetime
) -> Edited:
    """Take a proposal as the next version of the plan.

    Raises:
        NotFound: there is no such proposal.
        NotPlannable: the plan has been edited since the search began.
        NotAllowed, WrongPlanState, PlanMovedOn: see `drafting.edit`.
    """
    at = held(session, planner, plan_id, base, now)
    run_id, kind = wanted.source.get("run"), wanted.source.get("kind")
    run = queries.run(session, plan_id, int(run_id or 0))
    found = queries.proposal(session, run.id, str(kind)) if run is not None else None
    if run is None or found is None:
        raise _no_run()
    offered = _found(found)
    given = (offered.grids, offered.assignment)
    return save(session, planner, at, wanted, make(bench(session, at, given), wanted), now)


def carry_out(
    open_transaction: OpenTransaction, clock: Callable[[], datetime], stopping: Callable[[], bool]
) -> int:
    """Run the searches that wait, one after the other; return how many. For a worker.

    Args:
        open_transaction: opens a transaction that commits when its block ends.
        clock: says what time it is.
        stopping: tells whether the worker has to end soon.
    """
    done = 0
    while not stopping():
        with open_transaction() as session:
            run = queries.taken(session, clock())
            task = _task(session, run, clock()) if run is not None else None
            run_id = run.id if run is not None else 0
            used = bench(session, task.at) if task is not None else None
        if task is None or used is None:
            return done
        _Search(task, used, run_id, open_transaction, clock, stopping).run()
        done += 1
    return done


def _task(session: Session, run: ProposalRun, now: datetime) -> Task:
    row = plan_queries.plan(session, run.plan_id)
    version = plan_queries.version(session, run.plan_id, run.version)
    if row is None or version is None:
        raise _no_run()
    at = at_version(session, row, now, run.version)
    return Task.of(at, Asked.of(run.wish))


def of_today(session: Session, community_code: str, asked: Asked, now: datetime) -> Task:
    """Return a search over today's grids of a community, for whoever has no plan yet.

    Raises:
        NotFound: there is no such community.
    """
    day = local_day(now)
    area_id = fact_queries.area_by_code(session, community_code)
    wanted = {row.id for row in fact_queries.communities_of(session, area_id or 0, day)}
    if not wanted:
        raise NotFound(what_zh=f"社区 {community_code}", what_en=f"The community {community_code}")
    layers = [one for one in current_layers(session, day, now) if one.community_id in wanted]
    ground = terrain(session, [one.id for one in layers])
    known = facts(session, ground, day, now)
    over = Over(ground.layer_ids, {}, known.today.assignment)
    return Task.of(Opened(PlanRow(), 0, known.today, over, ground, known), asked)


class _Search:
    """One search of a worker: what it finds goes into the database in transactions of its own."""

    def __init__(
        self,
        task: Task,
        used: Bench,
        run_id: int,
        open_transaction: OpenTransaction,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
    ) -> None:
        self.task, self.used, self.run_id = task, used, run_id
        self.open_transaction, self.clock, self.stopping = open_transaction, clock, stopping
        self.stopped = False

    def run(self) -> None:
        """Search and write down what came of it; a refusal is kept for the planner to read."""
        try:
            found = proposed(self.task, self._heard)
        except GridmapError as refusal:
            said = {"code": refusal.code, "zh": refusal.message("zh"), "en": refusal.message("en")}
            self._end(RunState.FAILED, said)
            return
        except Exception:
            log.exception("the search %d failed", self.run_id)
            zh, en = "计算出错了，已经记录。", "The search failed; this was recorded."
            self._end(RunState.FAILED, {"code": "internal_error", "zh": zh, "en": en})
            return
        with self.open_transaction() as session:
            for kind, assignment in found.items():
                queries.put(session, self.run_id, kind, stored(self.task, self.used, assignment))
            queries.drop_others(session, self.run_id, found)
            queries.ended(
                session,
                self.run_id,
                RunState.STOPPED if self.stopped else RunState.DONE,
                self.clock(),
            )

    def _heard(self, done: float, kind: str, best: Assignment) -> bool:
        if self.stopping():
            return False
        with self.open_transaction() as session:
            self.stopped = queries.tell(session, self.run_id, done, self.clock())
            queries.put(session, self.run_id, kind, stored(self.task, self.used, best))
        return not self.stopped

    def _end(self, state: RunState, refusal: dict[str, str] | None) -> None:
        with self.open_transaction() as session:
            queries.ended(session, self.run_id, state, self.clock(), refusal)


def _no_run() -> NotFound:
    return NotFound(what_zh="这次计算", what_en="This search")
