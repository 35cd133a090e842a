"""Publication: a plan becomes the grids of the county from a day on, in one transaction.

Publishers and importers wait for one another (`queries.adoption.hold_ledger`); what is published is checked
against the ledger as it is then. Nothing is written that was not looked at: the plan must be laid over the
grids and atoms that its planner saw, and nothing else may be in store for its communities. See
`succession` for what follows the grids, `withdrawing` for the way back before the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import replacing
from gridmap.ledger.areas import GridVersion
from gridmap.redistricting import redrawing, reviewing
from gridmap.redistricting.carrying import in_rows_of
from gridmap.redistricting.facts import ledger_plan
from gridmap.redistricting.following import Change, follow
from gridmap.redistricting.journal import Journal, Written
from gridmap.redistricting.leftovers import leave
from gridmap.redistricting.opening import Opened, at_version, require
from gridmap.redistricting.plan import Plan
from gridmap.redistricting.queries import adoption as queries
from gridmap.redistricting.queries import facts as fact_queries
from gridmap.redistricting.queries import spans
from gridmap.redistricting.refusals import CodeTaken, NotPublishable, PlanOutdated
from gridmap.redistricting.states import PlanAction, PlanState
from gridmap.redistricting.succession import Fate, Succession, succession
from gridmap.redistricting.superseding import Fates, supersede
from gridmap.redistricting.tables import Adoption
from gridmap.redistricting.terrain import Terrain, current_layers, terrain
from gridmap.redistricting.withdrawing import withdraw
from gridmap.timespan import local_day

__all__ = ["adopt", "carry_out", "withdraw"]

BUSY: Final = (
    "有数据正在导入，请等它结束后再试。",
    "An import is running; try again when it has ended.",
)


def adopt(
    session: Session,
    planner: SignedIn,
    plan_id: int,
    day: date,
    now: datetime,
    base: int | None = None,
) -> Adoption:
    """Publish an approved plan: the county has its grids from a day on.

    Args:
        session: open session; all of it is one transaction of the caller.
        planner: who publishes.
        plan_id: the plan.
        day: the first day of its grids, today or later.
        now: this moment.
        base: the version that the planner has seen.

    Raises:
        NotAllowed: no planner.
        NotFound: there is no such plan.
        WrongPlanState: it is not approved.
        PlanMovedOn: it has a newer version.
        NotPublishable: a day in the past, nothing to publish, an import that runs, or a post or branch
            that begins on a grid which ends.
        PlanOutdated: grids or atoms of its communities are not those that it was drawn over, or change
            later; names the communities.
        PlanFaulty: something must be mended first.
        CodeTaken: the code of a new grid has been used.
        NotCovering: the boundaries would not be an exact coverage.
    """
    require(planner)
    if day < local_day(now):
        raise _refused("生效日不能早于今天。", "The day lies in the past.", "day")
    row = reviewing.held(session, plan_id, PlanAction.ADOPT, base)
    current_layers(session, local_day(now), now)  # the slow part, before others have to wait
    if not queries.hold_ledger(session):
        raise _refused(*BUSY)
    at = at_version(session, row, now)
    county = _current(session, at, now)
    reviewing.refuse_faults(at)
    standing = ledger_plan(session, at.terrain, day)
    _refuse_outdated(session, at, standing, day, now)
    made = _succession(session, at, standing)
    adoption = _begun(session, planner, row.id, day, now)
    adoption.communities = _communities(at, standing, made)
    _write(session, _Publication(adoption, at, county, standing, made))
    row.state, row.day = PlanState.ADOPTED, day
    reviewing.record(session, planner, row, PlanAction.ADOPT, now)
    if day == local_day(now):
        _carry_out(session, adoption, now)
    session.flush()
    return adoption


def _begun(session: Session, planner: SignedIn, plan_id: int, day: date, now: datetime) -> Adoption:
    adoption = Adoption(
        plan_id=plan_id,
        day=day,
        at=now,
        person_id=planner.person_id,
        communities=[],
        journal={},
    )
    session.add(adoption)
    session.flush()
    return adoption


def _current(session: Session, at: Opened, now: datetime) -> Terrain:
    """Return the atoms of the county; those of the plan must be among them."""
    layers = current_layers(session, local_day(now), now)
    known = {one.id: one.community_id for one in layers}
    own = set(at.terrain.graph.communities)
    changed = own - {known.get(layer) for layer in at.over.layers}
    if changed:
        codes = [at.facts.community_codes[one] for one in changed]
        raise _outdated(session, codes, local_day(now))
    return terrain(session, list(known))


def _refuse_outdated(
    session: Session, at: Opened, standing: Plan, day: date, now: datetime
) -> None:
    """Refuse a plan whose communities have other grids on the day than those it was drawn over.

    Ground is compared atom by atom, so that a boundary that was only redrawn exactly is no change; names and
    codes by the digest, or by what they were when the plan was laid over them.
    """
    communities = at.terrain.graph.communities
    codes = {one: at.facts.community_codes[one] for one in communities}
    moved = in_rows_of(at.plan, standing) != at.over.beneath
    strange = {grid.grid_id for grid in standing.grids} - {grid.grid_id for grid in at.plan.grids}
    found = {codes[communities[place]] for place in np.unique(at.terrain.graph.community[moved])}
    found |= {codes[one.community_id] for one in standing.grids if one.grid_id in strange}
    found |= queries.changing_later(session, communities, day)
    found |= _renamed(session, at, codes, day)
    if found:
        raise _outdated(session, sorted(found), local_day(now))


def _renamed(session: Session, at: Opened, codes: Mapping[int, str], day: date) -> set[str]:
    """Return the codes of communities whose grids have other codes or names than the planner saw."""
    states = fact_queries.states(session, list(codes), day)
    seen = {one.code for one in states if one.digest == at.over.base.get(one.code)}
    return set(codes.values()) - seen


def _outdated(session: Session, codes: list[str], day: date) -> PlanOutdated:
    names = queries.area_names(session, codes, day)
    return PlanOutdated(communities="、".join(names or codes))


def _succession(session: Session, at: Opened, standing: Plan) -> Succession:
    ids = [grid.grid_id for grid in at.plan.grids if grid.grid_id is not None]
    codes = queries.codes_of(session, ids)
    made = succession(standing, at.plan, at.terrain.graph, at.facts.weights, codes)
    if not made:
        raise _refused(
            "方案与现有网格相同，没有可发布的内容。",
            "The plan is the same as the grids that stand.",
        )
    used = fact_queries.grid_codes(session)
    for row in made.begun:
        code = at.plan.grids[row].code
        if made.fates[row] is not Fate.RETURNS:
            if code in used:
                raise CodeTaken(value=code)
            used.add(code)
    return made


def _communities(at: Opened, standing: Plan, made: Succession) -> list[int]:
    """Return the communities in which anything changes, in the order of their codes."""
    graph = at.terrain.graph
    found = {graph.communities[place] for place in np.unique(graph.community[made.moved])}
    found |= {at.plan.grids[row].community_id for row in (*made.renamed, *made.begun)}
    found |= {grid.community_id for grid in standing.grids if grid.grid_id in made.ends}
    return [one for one in graph.communities if one in found]


@dataclass(frozen=True, slots=True, eq=False)
class _Publication:
    """What is being published, over what stands on its day."""

    adoption: Adoption
    at: Opened
    county: Terrain
    standing: Plan
    made: Succession


def _write(session: Session, work: _Publication) -> None:
    day, at, made = work.adoption.day, work.at, work.made
    today = local_day(work.adoption.at)
    others = ledger_plan(session, work.county, day)
    laid = redrawing.laid(work.county, others, at.terrain, at.plan)
    shapes = redrawing.drawn(work.county, laid)
    offset = len(others.grids)
    touched = (*made.redrawn, *made.renamed, *made.begun)
    drafts = at.plan.grids
    changing = {*made.ends, *(grid_id for row in touched if (grid_id := drafts[row].grid_id))}
    redrawing.make_exact(session, work.county, today, changing if day == today else ())
    journal = Journal()
    ids = _identities(session, work, journal)
    _versions(session, work, ids, {row: shapes[row + offset] for row in touched}, journal)
    lines = [(ids[one.row], one.predecessor, str(one.kind)) for one in made.lines]
    journal.lineage = queries.descend(session, lines, day, work.adoption.id)
    metres = at.terrain.outlines.polygons(at.plan.assignment, list(touched))
    change = Change(day, at.terrain, at.plan, made, ids, metres)
    left = follow(session, change, journal)
    names = {one.grid_id: one.name for one in work.standing.grids if one.grid_id is not None}
    leave(session, work.adoption.id, change, left, names)
    supersede(session, work.adoption, _fates(work, ids), work.adoption.at)
    work.adoption.journal = journal.as_json()
    session.flush()


def _fates(work: _Publication, ids: Mapping[int, int]) -> Fates:
    made, drafts = work.made, work.at.plan.grids
    return Fates(
        ended=made.ends,
        returned=[ids[row] for row, fate in made.fates.items() if fate is Fate.RETURNS],
        renumbered={grid: (ids[row], drafts[row].name) for grid, row in made.renumbered.items()},
    )


def _identities(session: Session, work: _Publication, journal: Journal) -> dict[int, int]:
    """Make the grids that are new; return the id of every row with ground."""
    drafts, fates = work.at.plan.grids, work.made.fates
    new = [row for row, fate in fates.items() if fate in {Fate.BEGINS, Fate.RENUMBERED}]
    new.sort(key=lambda row: drafts[row].code)
    journal.grids = queries.make_grids(
        session, [(drafts[row].code, drafts[row].community_id) for row in new]
    )
    ids = {row: grid_id for row in fates if (grid_id := drafts[row].grid_id) is not None}
    return ids | dict(zip(new, journal.grids, strict=True))


def _versions(
    session: Session,
    work: _Publication,
    ids: Mapping[int, int],
    shapes: Mapping[int, BaseGeometry],
    journal: Journal,
) -> None:
    """End, redraw, rename and begin the versions of grids; only those that are not the same after."""
    day, made, drafts = work.adoption.day, work.made, work.at.plan.grids
    own = work.at.terrain.graph.communities
    stand = {one.grid_id: one for one in queries.versions_from(session, own, day)}
    begun = set(made.begun)
    changed = {row: stand[ids[row]] for row in shapes if row not in begun}
    stopping = [stand[grid] for grid in made.ends]
    earlier = [one.id for one in (*changed.values(), *stopping) if one.since < day]
    written = Written(ended=spans.cut(session, GridVersion, earlier, day))
    written.removed = spans.remove(
        session, GridVersion, [one.id for one in stopping if one.since >= day]
    )
    written.rewritten = queries.redraw(
        session,
        [
            (one.id, drafts[row].name, shapes[row])
            for row, one in changed.items()
            if one.since >= day
        ],
    )
    written.began = queries.draw(
        session,
        [
            (ids[row], drafts[row].name, shape, None)
            for row, shape in shapes.items()
            if row in begun or changed[row].since < day
        ],
        day,
    )
    journal.note("grid_version", written)


def carry_out(session: Session, now: datetime) -> int:
    """Place open reports by the grids of publications whose day has come; return how many there were.

    Safe to run each minute and twice at once: what another transaction carries out is left to it.
    """
    found = queries.due(session, local_day(now))
    for adoption in found:
        _carry_out(session, adoption, now)
    session.flush()
    return len(found)


def _carry_out(session: Session, adoption: Adoption, now: datetime) -> None:
    replacing.replace_open(session, now, communities=adoption.communities)
    adoption.carried_out_at = now


def _refused(zh: str, en: str, field: str | None = None) -> NotPublishable:
    return NotPublishable(reason_zh=zh, reason_en=en, field=field)
