"""What a plan does to people and reports if it is published: one page for whoever has to approve it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.redistricting.facts import placed_reports
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.opening import Opened
from gridmap.redistricting.picture import Changed, changed
from gridmap.redistricting.plan import UNASSIGNED, GridDraft
from gridmap.redistricting.queries import affected as queries
from gridmap.terms import PostKind, Rung, Term
from gridmap.timespan import local_day

MOST_BUILDINGS: Final = 500
MOST_REPORTS: Final = 200
LOW_RUNGS: Final = frozenset({Rung.BUILDING_GROUP, Rung.GRID_BRANCH})
"""Rungs whose holder is found by the grid or the building: there reports change hands."""


class Becomes(Term):
    """What becomes of a grid, or of a post or branch on it."""

    BEGINS = "begins", "新设", "Begins"
    ENDS = "ends", "撤销", "Ends"
    REDRAWN = "redrawn", "边界调整", "Redrawn"
    RENUMBERED = "renumbered", "改编码", "Renumbered"
    RENAMED = "renamed", "改名", "Renamed"
    FOLLOWS = "follows", "随网格转移", "Follows its grid"
    TO_DECIDE = "to_decide", "需要决定", "To be decided"


@dataclass(frozen=True, slots=True)
class GridImpact:
    """A grid that is not the same after: what becomes of it, from or into which others, households."""

    name: str
    code: str
    becomes: Becomes
    others: tuple[str, ...]
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PostImpact:
    """A post at a grid that ends: who holds it and what becomes of it."""

    person: str
    kind: PostKind
    grid: str
    becomes: Becomes
    successor: str


@dataclass(frozen=True, slots=True)
class BranchImpact:
    """A branch that ends, follows, or is to be founded (no name yet)."""

    name: str
    grid: str
    members: int
    becomes: Becomes
    successor: str


@dataclass(frozen=True, slots=True)
class BuildingImpact:
    """A building that goes to another grid."""

    code: str
    label: str
    before: str
    after: str
    households: int


@dataclass(frozen=True, slots=True)
class ReportImpact:
    """An open report that lies in another grid after; `hands_change` where its holder goes by the grid."""

    number: str
    before: str
    after: str
    hands_change: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that a plan does; long lists are cut, with their totals in `changed`."""

    changed: Changed
    grids: tuple[GridImpact, ...]
    posts: tuple[PostImpact, ...]
    branches: tuple[BranchImpact, ...]
    buildings: tuple[BuildingImpact, ...]
    reports: tuple[ReportImpact, ...]
    reports_total: int
    hands_change: int


def impact(session: Session, at: Opened, now: datetime) -> Impact:
    """Return what publishing a plan would do to today's state, or did to that of a past day.

    Args:
        session: open session.
        at: the plan, beside today or a past day.
        now: this moment; people are those of the day, reports only those that are open now.
    """
    day = at.past or local_day(now)
    flow = _Flow.of(at)
    gone = {grid.grid_id: row for row, grid in enumerate(at.plan.grids) if flow.leaves(row)}
    reports = [] if at.past else _reports(session, at, flow)
    return Impact(
        changed=changed(at.facts.weights, flow.before, flow.after),
        grids=tuple(flow.grids()),
        posts=tuple(_posts(session, flow, gone, day)),
        branches=tuple(_branches(session, flow, gone, day)),
        buildings=tuple(_buildings(session, at, flow, day)),
        reports=tuple(reports[:MOST_REPORTS]),
        reports_total=len(reports),
        hands_change=sum(one.hands_change for one in reports),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """Households between today's grids and those of the plan, both in the rows of the plan."""

    drafts: tuple[GridDraft, ...]
    today: dict[int, GridDraft]
    before: Assignment
    after: Assignment
    households: np.ndarray[Any, np.dtype[np.int64]]
    into: dict[int, Counter[int]]
    out_of: dict[int, Counter[int]]

    @classmethod
    def of(cls, at: Opened) -> _Flow:
        before, after = at.today, at.plan.assignment
        weights = at.facts.weights
        into: dict[int, Counter[int]] = defaultdict(Counter)
        out_of: dict[int, Counter[int]] = defaultdict(Counter)
        # ground without households counts too, so that no successor is overlooked
        heavy = weights.households * 1000 + weights.buildings + 1
        keys = np.column_stack([before, after])
        pairs, place = np.unique(keys, axis=0, return_inverse=True)
        for (source, target), count in zip(
            pairs.tolist(), np.bincount(place.ravel(), heavy).tolist(), strict=True
        ):
            if UNASSIGNED not in {source, target}:
                into[source][target] += int(count)
                out_of[target][source] += int(count)
        ids = {grid.grid_id: grid for grid in at.facts.today.grids}
        today = {
            row: ids[grid.grid_id] for row, grid in enumerate(at.plan.grids) if grid.grid_id in ids
        }
        return cls(at.plan.grids, today, before, after, weights.households, into, out_of)

    def name(self, row: int) -> str:
        return self.drafts[row].name if row != UNASSIGNED else "—"

    def name_today(self, row: int) -> str:
        known = self.today.get(row)
        return known.name if known is not None else self.name(row)

    def was(self, row: int) -> bool:
        return bool((self.before == row).any())

    def is_there(self, row: int) -> bool:
        return bool((self.after == row).any())

    def renumbered(self, row: int) -> bool:
        known = self.today.get(row)
        return known is not None and self.is_there(row) and known.code != self.drafts[row].code

    def leaves(self, row: int) -> bool:
        """Tell whether today's identity of a row is not there any more."""
        return self.was(row) and (not self.is_there(row) or self.renumbered(row))

    def successor(self, row: int) -> int:
        if self.renumbered(row):
            return row
        found = self.into.get(row)
        return found.most_common(1)[0][0] if found else UNASSIGNED

    def grids(self) -> list[GridImpact]:
        made = []
        for row, draft in enumerate(self.drafts):
            becomes = self._becomes(row)
            if becomes is None:
                continue
            flow = self.into[row] if becomes is Becomes.ENDS else self.out_of[row]
            others = tuple(self.name(other) for other, _ in flow.most_common() if other != row)
            known = self.today.get(row, draft)
            made.append(
                GridImpact(
                    name=draft.name if self.is_there(row) else known.name,
                    code=draft.code,
                    becomes=becomes,
                    others=others,
                    before=int(self.households[self.before == row].sum()),
                    after=int(self.households[self.after == row].sum()),
                )
            )
        return made

    def _becomes(self, row: int) -> Becomes | None:
        was, there = self.was(row), self.is_there(row)
        if was != there:
            return Becomes.BEGINS if there else Becomes.ENDS
        if not there:
            return None
        if self.renumbered(row):
            return Becomes.RENUMBERED
        if not np.array_equal(self.before == row, self.after == row):
            return Becomes.REDRAWN
        known = self.today.get(row)
        renamed = known is not None and known.name != self.drafts[row].name
        return Becomes.RENAMED if renamed else None


def _posts(
    session: Session, flow: _Flow, gone: dict[int | None, int], day: date
) -> list[PostImpact]:
    rows = queries.posts_of(session, [one for one in gone if one is not None], day)
    made = []
    for found in rows:
        row = gone[found.grid_id]
        follows = flow.renumbered(row)
        made.append(
            PostImpact(
                person=found.name,
                kind=PostKind(found.kind),
                grid=flow.name_today(row),
                becomes=Becomes.FOLLOWS if follows else Becomes.TO_DECIDE,
                successor=flow.name(flow.successor(row)),
            )
        )
    return made


def _branches(
    session: Session, flow: _Flow, gone: dict[int | None, int], day: date
) -> list[BranchImpact]:
    rows = queries.branches_of(session, [one for one in gone if one is not None], day)
    made = []
    for found in rows:
        row = gone[found.grid_id]
        made.append(
            BranchImpact(
                name=found.name,
                grid=flow.name_today(row),
                members=found.full_members,
                becomes=Becomes.FOLLOWS if flow.renumbered(row) else Becomes.ENDS,
                successor=flow.name(flow.successor(row)),
            )
        )
    made += [
        BranchImpact("", grid.name, 0, Becomes.TO_DECIDE, "")
        for grid in flow.grids()
        if grid.becomes is Becomes.BEGINS
    ]
    return made


def _buildings(session: Session, at: Opened, flow: _Flow, day: date) -> list[BuildingImpact]:
    moved = flow.before != flow.after
    inside = np.flatnonzero(moved[at.terrain.building_atoms])
    atom_of = {
        int(at.terrain.building_ids[one]): int(at.terrain.building_atoms[one]) for one in inside
    }
    chosen = sorted(atom_of)[:MOST_BUILDINGS]
    return [
        BuildingImpact(
            code=row.code,
            label=_label(row),
            before=flow.name_today(int(flow.before[atom_of[row.id]])),
            after=flow.name(int(flow.after[atom_of[row.id]])),
            households=row.households,
        )
        for row in queries.buildings(session, chosen, day)
    ]


def _label(row: Row[Any]) -> str:
    if row.compound and row.number:
        return f"{row.compound}{row.zone or ''}{row.number}号楼"
    return str(row.name or row.address or row.code)


def _reports(session: Session, at: Opened, flow: _Flow) -> list[ReportImpact]:
    lying = placed_reports(session, at.terrain)
    return [
        ReportImpact(
            place.number,
            flow.name_today(int(flow.before[atom])),
            flow.name(int(flow.after[atom])),
            place.rung in LOW_RUNGS,
        )
        for place, atom in zip(lying.places, lying.atoms.tolist(), strict=True)
        if atom != UNASSIGNED and flow.before[atom] != flow.after[atom]
    ]
