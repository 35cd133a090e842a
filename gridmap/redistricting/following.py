"""What hangs on grids follows them from the day of a publication, by the rules of `succession`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.ledger.buildings import GridBuilding
from gridmap.ledger.geography import RoadGrid
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Post, StandIn
from gridmap.redistricting.journal import Journal, Written
from gridmap.redistricting.plan import UNASSIGNED, Plan
from gridmap.redistricting.queries import following as queries
from gridmap.redistricting.queries import spans
from gridmap.redistricting.queries.ground import in_metres
from gridmap.redistricting.refusals import NotPublishable
from gridmap.redistricting.succession import Succession
from gridmap.redistricting.terrain import Terrain
from gridmap.terms import PartyKind, PostKind

BESIDE_M: Final = 1.0
"""A road runs along a grid when its centre line lies in it or this close to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Grids that change on a day.

    Attributes:
        day: the first day of the new grids.
        ground: the atoms of the plan.
        plan: the plan.
        made: what becomes of the grids that stand.
        ids: the grid's id by row with ground.
        shapes: boundaries in metres by row, of those that go on with other ground or begin.
    """

    day: date
    ground: Terrain
    plan: Plan
    made: Succession
    ids: Mapping[int, int]
    shapes: Mapping[int, BaseGeometry]

    def heirs(self, grid: int) -> tuple[int, ...]:
        """Return the ids of the grids that take over from one that ends; its own new one first."""
        renumbered = self.made.renumbered.get(grid)
        rows = self.made.heirs.get(grid, ())
        if renumbered is not None:
            rows = (renumbered, *(row for row in rows if row != renumbered))
        return tuple(self.ids[row] for row in rows)

    def follows(self, grid: int | None) -> int | None:
        """Return the id under which a renumbered grid goes on; None for every other one."""
        row = self.made.renumbered.get(grid or 0)
        return None if row is None else self.ids[row]


@dataclass(slots=True)
class Left:
    """What ended without going on, and groups that have no branch above them now, by grid."""

    posts: list[Row[Any]] = field(default_factory=list)
    branches: list[Row[Any]] = field(default_factory=list)
    orphans: dict[int, list[Row[Any]]] = field(default_factory=dict)


def follow(session: Session, change: Change, journal: Journal) -> Left:
    """Write what follows the grids; their own rows stand already.

    Args:
        session: open session.
        change: what becomes of the grids.
        journal: takes in what is written.

    Returns:
        What people have to decide.

    Raises:
        NotPublishable: a post or a branch of a grid that ends begins on the day or later.
    """
    moved = _members(session, change, journal)
    _roads(session, change, journal)
    left = Left()
    _party(session, change, moved, journal, left)
    _posts(session, change, journal, left)
    return left


def _members(session: Session, change: Change, journal: Journal) -> set[int]:
    """Let buildings go to the grid of their atom where that changed; return all that go."""
    ground = change.ground
    rows = change.plan.assignment[ground.building_atoms]
    wanted = {
        building: change.ids[row]
        for building, row in zip(ground.building_ids.tolist(), rows.tolist(), strict=True)
        if row != UNASSIGNED
    }
    moved = set(ground.building_ids[change.made.moved[ground.building_atoms]].tolist())
    values: dict[int, int | None] = {}
    going = set(moved)
    for row in queries.memberships(session, moved, change.made.ends, change.day):
        heir = wanted.get(row.building_id) or next(iter(change.heirs(row.grid_id)), row.grid_id)
        if heir != row.grid_id:
            values[row.id] = heir
            going.add(row.building_id)
    journal.note("grid_building", spans.turn(session, GridBuilding, "grid_id", values, change.day))
    homeless = queries.homeless(session, moved, change.day)
    began = queries.house(
        session, [(one, wanted[one]) for one in sorted(homeless & wanted.keys())], change.day
    )
    journal.note("grid_building", Written(began=began))
    return going


def _roads(session: Session, change: Change, journal: Journal) -> None:
    rows = queries.roads(session, change.made.ends, change.day)
    codes = {row.road_code for row in rows}
    stored = queries.lines(session, codes, change.day) if codes else {}
    shapes = in_metres(list(stored.values()), change.ground.epsg) if stored else ()
    lines = dict(zip(stored, shapes, strict=True))
    values = {row.id: _beside(change, row.grid_id, lines.get(row.road_code)) for row in rows}
    known = {number: heir for number, heir in values.items() if heir is not None}
    journal.note("road_grid", spans.turn(session, RoadGrid, "grid_id", known, change.day))


def _beside(change: Change, grid: int, line: BaseGeometry | None) -> int | None:
    """Return the heir along which most of a road runs; the first one where none is longer."""
    rows = change.made.heirs[grid]
    if line is None or len(rows) < 2:  # noqa: PLR2004 - nothing to choose from
        return next(iter(change.heirs(grid)), None)
    near = shapely.buffer([change.shapes[row] for row in rows], BESIDE_M)
    lengths = shapely.length(shapely.intersection(line, near))
    return change.ids[rows[int(np.argmax(np.round(lengths, 1)))]]


def _party(session: Session, change: Change, moved: set[int], journal: Journal, left: Left) -> None:
    communities = change.ground.graph.communities
    branches = queries.branches(session, communities, change.day)
    ending = [row for row in branches if row.grid_id in change.made.ends]
    following = {row.id: heir for row in ending if (heir := change.follows(row.grid_id))}
    left.branches = [row for row in ending if row.id not in following]
    _refuse_late(left.branches, change.day)
    cut = spans.cut(session, PartyVersion, [row.id for row in left.branches], change.day)
    turned = spans.turn(session, PartyVersion, "grid_id", following, change.day)
    journal.note("party_version", Written(ended=cut))
    journal.note("party_version", turned)
    served = {row.organisation_id: row.grid_id for row in branches}
    of_grid = {
        change.follows(row.grid_id) or row.grid_id: row.organisation_id
        for row in branches
        if row.id not in cut and row.since <= change.day
    }
    ended = {row.organisation_id for row in left.branches}
    _groups(session, change, _Branches(served, of_grid, ended, moved), journal, left)


@dataclass(frozen=True, slots=True)
class _Branches:
    """The grid each branch served before, the branch of each now, those that end, buildings that go."""

    served: Mapping[int, int]
    of_grid: Mapping[int, int]
    ended: Collection[int]
    moved: Collection[int]


def _groups(
    session: Session, change: Change, known: _Branches, journal: Journal, left: Left
) -> None:
    """Put groups under the branch of their building's grid; one under a general branch stays there."""
    found = [
        row
        for row in queries.groups(session, known.moved, known.ended, change.day)
        if row.parent_id is None or row.parent_id in known.served
    ]
    homes = queries.homes(session, [row.building_id for row in found], change.day)
    values: dict[int, int | None] = {}
    for row in found:
        grid = homes.get(row.building_id)
        branch = known.of_grid.get(grid or 0)
        if branch != row.parent_id:
            values[row.id] = branch
        if branch is None and grid is not None:
            left.orphans.setdefault(grid, []).append(row)
    journal.note(
        "party_version", spans.turn(session, PartyVersion, "parent_id", values, change.day)
    )


def _posts(session: Session, change: Change, journal: Journal, left: Left) -> None:
    rows = queries.posts(session, change.made.ends, change.day)
    following = {row.id: heir for row in rows if (heir := change.follows(row.grid_id))}
    left.posts = [row for row in rows if row.id not in following]
    _refuse_late(left.posts, change.day)
    cut = spans.cut(session, Post, [row.id for row in left.posts], change.day)
    journal.note("post", Written(ended=cut))
    turned = spans.turn(session, Post, "grid_id", following, change.day)
    journal.note("post", turned)
    _stand_ins(session, change, turned, journal)


def _stand_ins(session: Session, change: Change, turned: Written, journal: Journal) -> None:
    """Let stand-ins go with the posts that go on under another code."""
    if not turned.ended:
        return
    new = queries.post_keys(session, turned.began)
    old = {number: key for key, number in queries.post_keys(session, turned.ended).items()}
    values: dict[int, int | None] = {
        row.id: new[old[row.post_id]]
        for row in queries.stand_ins(session, turned.ended, change.day)
    }
    journal.note("stand_in", spans.turn(session, StandIn, "post_id", values, change.day))


def _refuse_late(rows: Sequence[Row[Any]], day: date) -> None:
    """A row that begins on the day cannot end on it: whoever has just come is not passed over.

    So it is with the branch and the posts of a grid that was renumbered: they follow from that day, and the
    old code can come back from the day after.
    """
    late = [row for row in rows if row.since >= day]
    for row in late:
        first = max(one.since for one in late) + timedelta(days=1)
        kind = getattr(row, "kind", None)
        zh, en = (PostKind(kind).zh, PostKind(kind).en) if kind else _BRANCH
        raise NotPublishable(
            reason_zh=f"{zh}“{row.name}”从 {row.since} 起才任职或设立，它的网格在 {day} 撤销。"
            f"生效日最早可选 {first}；或先调整这一任职。",
            reason_en=f"{en} “{row.name}” begins on {row.since}, and its grid ends on {day}."
            f" The earliest possible day is {first}; or change that first.",
            field="day",
        )


_BRANCH: Final = (PartyKind.GRID_BRANCH.zh, PartyKind.GRID_BRANCH.en)
