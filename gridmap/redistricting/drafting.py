"""Plans on the planner's table: begin one, open it, edit, undo and redo, look back at any version.

Every edit is a new version; `head` says which one is shown. Undoing goes back to the parent and loses
nothing. Whoever saves on another version than the newest is refused and told what differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import NotFound
from gridmap.redistricting import editing
from gridmap.redistricting.carrying import carried, in_rows_of, laid_over, with_past
from gridmap.redistricting.editing import Bench, Edit, EditKind
from gridmap.redistricting.facts import facts, ledger_plan
from gridmap.redistricting.filling import Filled
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.opening import (
    Opened,
    Over,
    at_version,
    no_plan,
    require,
    stored_version,
    valued,
)
from gridmap.redistricting.plan import GridDraft, Plan, packed
from gridmap.redistricting.queries import facts as fact_queries
from gridmap.redistricting.queries import plans as queries
from gridmap.redistricting.refusals import NotPlannable, PlanMovedOn, WrongPlanState
from gridmap.redistricting.states import PlanState
from gridmap.redistricting.tables import Plan as PlanRow
from gridmap.redistricting.tables import PlanEvent, PlanVersion
from gridmap.redistricting.terrain import Terrain, current_layers, terrain
from gridmap.store import audit
from gridmap.timespan import LOCAL_ZONE, local_day

LONGEST_PLAN_NAME: Final = 60
TODAY: Final = "today"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a plan begins from: today's grids, those of another day, or a version of another plan."""

    day: date | None = None
    plan_id: int | None = None
    version: int | None = None

    def record(self) -> dict[str, Any]:
        """Return what is kept of it."""
        if self.plan_id is not None:
            return {"plan": self.plan_id, "version": self.version}
        return {"day": self.day.isoformat()} if self.day else {"day": TODAY}


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """What a saved step has changed: the plan before and as it is shown now."""

    before: Opened
    after: Opened


def begin(
    session: Session, planner: SignedIn, name: str, area_code: str, origin: Origin, now: datetime
) -> PlanRow:
    """Begin a draft for an area: a community, a township or the county.

    Raises:
        NotAllowed: no planner.
        NotFound: there is no such area or plan.
        NotPlannable: no name, or an area without communities.
    """
    require(planner)
    day = local_day(now)
    area_id = fact_queries.area_by_code(session, area_code)
    communities = fact_queries.communities_of(session, area_id, day) if area_id else []
    if area_id is None or not communities:
        raise NotFound(what_zh="这个区域", what_en="This area")
    wanted = {row.id for row in communities}
    layers = [one for one in current_layers(session, day, now) if one.community_id in wanted]
    ground = terrain(session, [one.id for one in layers])
    row = PlanRow(
        name=_checked(name),
        state=PlanState.DRAFT,
        area_id=area_id,
        origin=origin.record(),
        author_id=planner.person_id,
        made_at=now,
        head=0,
    )
    session.add(row)
    session.flush()
    plan, today = _began(session, ground, origin, now), ledger_plan(session, ground, day)
    over = Over(ground.layer_ids, base_of(session, wanted, day), in_rows_of(plan, today))
    _save(session, _Drawn(row, plan, over), planner, Edit(EditKind.BEGIN), now)
    session.add(
        PlanEvent(plan_id=row.id, at=now, person_id=planner.person_id, kind="begun", version=1)
    )
    audit.record(
        session,
        "plan_begun",
        "plan",
        str(row.id),
        now=now,
        account_id=planner.account_id,
        name=name,
    )
    session.flush()
    return row


def _began(session: Session, ground: Terrain, origin: Origin, now: datetime) -> Plan:
    if origin.plan_id is not None:
        source = queries.plan(session, origin.plan_id)
        if source is None:
            raise no_plan()
        other = stored_version(session, source.id, origin.version or source.head)
        return carried(valued(other), terrain(session, other.layers), ground)
    today = ledger_plan(session, ground, local_day(now))
    if origin.day is None or origin.day == local_day(now):
        return today
    return with_past(today, ledger_plan(session, ground, origin.day))


def base_of(session: Session, communities: set[int], day: date) -> dict[str, str]:
    """Return the digest of the grids of each community on a day, by the community's code."""
    return {row.code: row.digest for row in fact_queries.states(session, communities, day)}


def edit(
    session: Session, planner: SignedIn, plan_id: int, base: int, wanted: Edit, now: datetime
) -> Edited:
    """Make an edit on the version that the planner sees, and save it.

    Args:
        session: open session.
        planner: who edits.
        plan_id: the plan.
        base: version number that the planner sees.
        wanted: the edit.
        now: this moment.

    Raises:
        NotAllowed, NotFound: see `opened`.
        WrongPlanState: it is no draft any more.
        PlanMovedOn: another version is the newest.
        GridmapError: see `gridmap.redistricting.edits`.
    """
    before = held(session, planner, plan_id, base, now)
    return save(session, planner, before, wanted, editing.make(bench(session, before), wanted), now)


def bench(
    session: Session, at: Opened, given: tuple[tuple[GridDraft, ...], Assignment] | None = None
) -> Bench:
    """Return what an edit works on."""
    codes = frozenset(fact_queries.grid_codes(session))
    return Bench(at.plan, at.terrain, at.facts, codes, given)


def held(session: Session, planner: SignedIn, plan_id: int, base: int, now: datetime) -> Opened:
    """Hold a draft until the transaction ends and return its newest version, which must be `base`.

    Raises:
        NotAllowed, NotFound, WrongPlanState, PlanMovedOn: see `edit`.
    """
    require(planner)
    row = queries.plan_held(session, plan_id)
    if row is None:
        raise no_plan()
    if row.state != PlanState.DRAFT:
        raise WrongPlanState(
            state_zh=PlanState(row.state).zh,
            state_en=PlanState(row.state).en,
            action_zh="修改",
            action_en="edit",
        )
    if row.head != base:
        last = queries.version(session, row.id, row.head)
        who = queries.person_name(session, last.person_id) if last else ""
        when = last.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M") if last else ""
        raise PlanMovedOn(who=who, when=when)
    return at_version(session, row, now, None)


def save(
    session: Session, planner: SignedIn, before: Opened, wanted: Edit, made: Plan, now: datetime
) -> Edited:
    """Save an edited plan as a new version; nothing is written where nothing has changed."""
    if made == before.plan:
        return Edited(before, before)
    _save(session, _Drawn(before.row, made, before.over), planner, wanted, now)
    return Edited(before, replace(before, number=before.row.head, plan=made))


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What becomes a version."""

    row: PlanRow
    plan: Plan
    over: Over


def _save(session: Session, drawn: _Drawn, planner: SignedIn, wanted: Edit, now: datetime) -> None:
    row, plan, over = drawn.row, drawn.plan, drawn.over
    number = queries.last_number(session, row.id) + 1
    session.add(
        PlanVersion(
            plan_id=row.id,
            number=number,
            parent=row.head or None,
            at=now,
            person_id=planner.person_id,
            edit=wanted.record(),
            layers=list(over.layers),
            base=over.base,
            grids=[grid.as_json() for grid in plan.grids],
            locked_atoms=sorted(plan.locked_atoms),
            assignment=packed(plan.assignment),
            beneath=packed(over.beneath),
        )
    )
    row.head = number
    session.flush()


def undo(session: Session, planner: SignedIn, plan_id: int, base: int, now: datetime) -> Edited:
    """Go back to the version from which the newest was made.

    Raises:
        NotPlannable: it is the first.
        NotAllowed, NotFound, WrongPlanState, PlanMovedOn: see `edit`.
    """
    before = held(session, planner, plan_id, base, now)
    stored = queries.version(session, plan_id, before.number)
    return _go_to(session, before, stored.parent if stored else None, now)


def redo(session: Session, planner: SignedIn, plan_id: int, base: int, now: datetime) -> Edited:
    """Go forward to the version that was made last from this one.

    Raises:
        NotPlannable: there is none.
        NotAllowed, NotFound, WrongPlanState, PlanMovedOn: see `edit`.
    """
    before = held(session, planner, plan_id, base, now)
    return _go_to(session, before, queries.newest_child(session, plan_id, before.number), now)


def _go_to(session: Session, before: Opened, number: int | None, now: datetime) -> Edited:
    if number is None:
        raise NotPlannable(
            reason_zh="没有可撤销或重做的步骤。", reason_en="There is nothing to undo or redo."
        )
    before.row.head = number
    session.flush()
    return Edited(before, at_version(session, before.row, now, None))


def can_go(session: Session, at: Opened) -> tuple[bool, bool]:
    """Tell whether there is something to undo, and something to redo."""
    stored = queries.version(session, at.row.id, at.number)
    undoable = stored is not None and stored.parent is not None
    return undoable, queries.newest_child(session, at.row.id, at.number) is not None


def rebase(session: Session, planner: SignedIn, plan_id: int, base: int, now: datetime) -> Edited:
    """Bring a draft up to date: onto the atoms and over the grids as they are now.

    What the planner has moved stays moved; elsewhere today's grids show through.

    Raises:
        NotAllowed, NotFound, WrongPlanState, PlanMovedOn: see `edit`.
    """
    before = held(session, planner, plan_id, base, now)
    day, wanted = local_day(now), set(before.terrain.graph.communities)
    layers = [one for one in current_layers(session, day, now) if one.community_id in wanted]
    ground = terrain(session, [one.id for one in layers])
    today = ledger_plan(session, ground, day)
    old = before.terrain
    beneath = carried(replace(before.plan, assignment=before.over.beneath), old, ground)
    made = _with_free_codes(
        bench(
            session,
            replace(
                before,
                plan=laid_over(carried(before.plan, old, ground), beneath, today),
                terrain=ground,
                facts=facts(session, ground, day, now),
            ),
        )
    )
    over = Over(ground.layer_ids, base_of(session, wanted, day), in_rows_of(made, today))
    _save(session, _Drawn(before.row, made, over), planner, Edit(EditKind.REBASE), now)
    return Edited(before, at_version(session, before.row, now, None))


def _with_free_codes(work: Bench) -> Plan:
    """Give new grids other codes where theirs have been used since."""
    for row, grid in enumerate(work.plan.grids):
        if grid.grid_id is None and grid.code in work.used_codes:
            code = next(work.free_codes(grid.community_id))
            work = replace(work, plan=work.plan.with_grid(row, code=code))
    return work.plan


def _checked(name: str) -> str:
    wanted = name.strip()
    if not wanted or len(wanted) > LONGEST_PLAN_NAME:
        raise NotPlannable(
            reason_zh=f"方案名称 1 到 {LONGEST_PLAN_NAME} 个字。",
            reason_en=f"A plan's name has 1 to {LONGEST_PLAN_NAME} characters.",
            field="name",
        )
    return wanted


def fill(
    session: Session,
    planner: SignedIn,
    at: Opened,
    filling: Callable[[Bench], Filled],
    source: str,
    now: datetime,
) -> tuple[Edited, Filled]:
    """Take over what a file says as the next version of a draft that is held.

    Args:
        session: open session.
        planner: who takes it.
        at: the draft, from `held`.
        filling: makes assignment and new grids of the file.
        source: the file's name.
        now: this moment.

    Raises:
        GridmapError: see `gridmap.redistricting.edits.take`.
    """
    work = bench(session, at)
    filled = filling(work)
    wanted = Edit(EditKind.FILE, source={"file": source})
    given = replace(work, given=(filled.grids, filled.assignment))
    return save(session, planner, at, wanted, editing.make(given, wanted), now), filled
