"""Edits of a plan: pure functions from plan to plan, one for each thing that a planner does.

Each returns a new plan, or the same one where nothing changes. Ground never leaves its community, and
what is locked stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridmap.redistricting.graph import Assignment, AtomGraph, Int32s, Weights
from gridmap.redistricting.plan import MOST_GRIDS, UNASSIGNED, GridDraft, Plan
from gridmap.redistricting.refusals import AcrossCommunities, CodeTaken, Locked, NotPlannable

LONGEST_NAME = 40
LONGEST_NOTE = 500
MOST_PARTS = 20


def move(plan: Plan, graph: AtomGraph, atoms: Sequence[int], row: int) -> Plan:
    """Give atoms to a grid.

    Locked atoms and those of locked grids are left where they are, as a brush passes over them;
    only when nothing else was chosen is that refused.

    Raises:
        NotPlannable: there is no such atom or grid.
        AcrossCommunities: no chosen atom lies in the grid's community.
        Locked: the grid is locked, or all that was chosen.
    """
    chosen = _known_atoms(graph, atoms)
    grid = _known_grid(plan, row)
    if grid.locked:
        raise Locked(what=grid.name)
    chosen = chosen[plan.assignment[chosen] != row]
    if not chosen.size:
        return plan
    inside = chosen[_community_ids(graph)[chosen] == grid.community_id]
    if not inside.size:
        raise AcrossCommunities(community=grid.name)
    free = inside[~_is_locked(plan)[inside]]
    if not free.size:
        raise Locked(what=_holder_name(plan, int(inside[0])))
    return plan.placed(free, row)


def merge(plan: Plan, weights: Weights, rows: Sequence[int], into: int | None = None) -> Plan:
    """Make one grid of several of the same community.

    Args:
        plan: the plan.
        weights: what lies in each atom.
        rows: the grids, two at least.
        into: which of them goes on; the one with most households where it is not said.

    Raises:
        NotPlannable: fewer than two grids, one without ground, or several communities.
        Locked: one of them is locked.
    """
    parts = sorted(set(rows))
    if len(parts) < 2:  # noqa: PLR2004 - one and another
        raise NotPlannable(
            reason_zh="合并至少要选两个网格。", reason_en="Choose two grids at least to merge."
        )
    grids = [present_grid(plan, row) for row in parts]
    if len({grid.community_id for grid in grids}) > 1:
        raise NotPlannable(
            reason_zh="只能合并同一社区的网格。",
            reason_en="Only grids of one community can be merged.",
        )
    _refuse_locked(plan, parts)
    if into is None:
        into = max(parts, key=lambda row: (weights.households[plan.atoms_of(row)].sum(), -row))
    elif into not in parts:
        raise NotPlannable(
            reason_zh="保留的网格必须是被合并的网格之一。",
            reason_en="The grid that goes on must be one of those that are merged.",
        )
    return plan.placed(plan.atoms_of(*parts), into)


def split(
    plan: Plan, graph: AtomGraph, weights: Weights, row: int, parts: int, codes: Iterable[str]
) -> Plan:
    """Cut a grid into parts of nearly equal households along the best line.

    The part with most households keeps the grid's name and code; the others are new grids.

    Args:
        plan: the plan.
        graph: the atoms.
        weights: what lies in each atom.
        row: the grid.
        parts: how many, 2 to 20.
        codes: free codes of the community, the lowest first.

    Raises:
        NotPlannable: too few atoms, or a number of parts that makes no sense.
        Locked: the grid is locked or has locked atoms.
    """
    grid = present_grid(plan, row)
    members = plan.atoms_of(row)
    _refuse_locked(plan, [row])
    most = min(MOST_PARTS, len(members))
    if not 2 <= parts <= most:  # noqa: PLR2004 - one and another
        raise NotPlannable(
            reason_zh=f"“{grid.name}”有 {len(members)} 个地块，可分成 2 到 {most} 个网格。",
            reason_en=f"“{grid.name}” has {len(members)} pieces: split it into 2 to {most}.",
            field="parts",
        )
    from gridmap.redistricting.search import splitting  # noqa: PLC0415 - loads numba: a second

    labels = splitting.split(graph, weights, members, parts)
    counts = np.bincount(labels, weights.households[members], minlength=parts)
    order = np.argsort(-counts, kind="stable")
    for part, code in zip(order[1:], codes, strict=False):
        plan = _with_new(plan, grid.community_id, code, _new_name(plan, grid))
        plan = plan.placed(members[labels == part], len(plan.grids) - 1)
    return plan


def new_grid(plan: Plan, graph: AtomGraph, atoms: Sequence[int], code: str, name: str = "") -> Plan:
    """Make a new grid of chosen atoms.

    Raises:
        NotPlannable: nothing chosen, or atoms of several communities.
        Locked: all that was chosen is locked.
    """
    chosen = _known_atoms(graph, atoms)
    community = community_of(graph, atoms)
    like = next((grid for grid in plan.grids if grid.community_id == community), None)
    named = _checked_name(name) if name.strip() else _new_name(plan, like)
    return move(_with_new(plan, community, code, named), graph, chosen.tolist(), len(plan.grids))


def community_of(graph: AtomGraph, atoms: Sequence[int]) -> int:
    """Return the id of the one community in which all these atoms lie.

    Raises:
        NotPlannable: none, or several.
    """
    communities = np.unique(_community_ids(graph)[_known_atoms(graph, atoms)])
    if len(communities) != 1:
        raise NotPlannable(
            reason_zh="请先选同一社区内的地块。", reason_en="Choose pieces of one community first."
        )
    return int(communities[0])


def rename(plan: Plan, row: int, name: str) -> Plan:
    """Give a grid another name.

    Raises:
        NotPlannable: no name, too long, or another grid of the community has it.
    """
    grid, wanted = present_grid(plan, row), _checked_name(name)
    for other in plan.present():
        same = plan.grids[other].community_id == grid.community_id
        if other != row and same and plan.grids[other].name == wanted:
            raise NotPlannable(
                reason_zh=f"本社区已有网格叫“{wanted}”。",
                reason_en=f"Another grid of this community is called “{wanted}”.",
                field="name",
            )
    return plan if grid.name == wanted else plan.with_grid(row, name=wanted)


def renumber(plan: Plan, row: int, code: str, *, used: Iterable[str]) -> Plan:
    """Give a grid another code. An existing grid then goes on as a new identity with a lineage.

    Args:
        plan: the plan.
        row: the grid.
        code: 15 digits of its community, checked.
        used: every code that a grid of the ledger has or had.

    Raises:
        CodeTaken: it has been used, or another row has it.
    """
    if present_grid(plan, row).code == code:
        return plan
    others = {other.code for number, other in enumerate(plan.grids) if number != row}
    if code in others | set(used):
        raise CodeTaken(value=code, field="code")
    return plan.with_grid(row, code=code)


def annotate(plan: Plan, row: int, note: str) -> Plan:
    """Write a note to a grid; an empty one takes it away.

    Raises:
        NotPlannable: it is too long.
    """
    _known_grid(plan, row)
    if len(note) > LONGEST_NOTE:
        raise NotPlannable(
            reason_zh=f"备注最多 {LONGEST_NOTE} 字。",
            reason_en=f"A note has at most {LONGEST_NOTE} characters.",
            field="note",
        )
    return plan if plan.grids[row].note == note else plan.with_grid(row, note=note)


def lock_grids(plan: Plan, rows: Sequence[int], *, locked: bool) -> Plan:
    """Lock grids, or unlock them."""
    for row in sorted(set(rows)):
        if _known_grid(plan, row).locked != locked:
            plan = plan.with_grid(row, locked=locked)
    return plan


def lock_atoms(plan: Plan, graph: AtomGraph, atoms: Sequence[int], *, locked: bool) -> Plan:
    """Lock atoms (and the buildings in them), or unlock them."""
    chosen = frozenset(_known_atoms(graph, atoms).tolist())
    held = plan.locked_atoms | chosen if locked else plan.locked_atoms - chosen
    return plan if held == plan.locked_atoms else replace(plan, locked_atoms=held)


def take(
    plan: Plan, graph: AtomGraph, grids: tuple[GridDraft, ...], assignment: Assignment
) -> Plan:
    """Take over another assignment: a proposal, or a file.

    Args:
        plan: the plan.
        graph: the atoms.
        grids: all rows; those of the plan first, unchanged.
        assignment: one row an atom.

    Raises:
        AcrossCommunities: an atom would leave its community.
        Locked: something locked would move.
        NotPlannable: the rows do not begin with the plan's.
    """
    if grids[: len(plan.grids)] != plan.grids or len(assignment) != len(graph):
        raise NotPlannable(
            reason_zh="这份结果属于较早的版本，请重新计算。",
            reason_en="This result belongs to an older version; compute it again.",
        )
    homes = np.array([grid.community_id for grid in grids], dtype=np.int64)
    given = np.flatnonzero(assignment != UNASSIGNED)
    strangers = given[homes[assignment[given]] != _community_ids(graph)[given]]
    if strangers.size:
        raise AcrossCommunities(community=grids[int(assignment[strangers[0]])].name)
    moved = assignment != plan.assignment
    kept = np.flatnonzero(moved & _is_locked(plan))
    if kept.size:
        raise Locked(what=_holder_name(plan, int(kept[0])))
    into = {int(row) for row in np.unique(assignment[moved]) if row != UNASSIGNED}
    for row in sorted(into):
        if grids[row].locked:
            raise Locked(what=grids[row].name)
    if not moved.any() and grids == plan.grids:
        return plan
    return replace(plan, grids=grids, assignment=assignment)


def _with_new(plan: Plan, community_id: int, code: str, name: str) -> Plan:
    if len(plan.grids) >= MOST_GRIDS:
        raise NotPlannable(
            reason_zh="网格太多了。", reason_en="There are too many grids in this plan."
        )
    return plan.added(GridDraft(community_id, code, name))


def _new_name(plan: Plan, like: GridDraft | None) -> str:
    """The next free name of the same kind: 书香苑社区第一网格 is followed by 书香苑社区新网格1."""
    stem = _stem(like.name) if like else ""
    taken = {grid.name for grid in plan.grids}
    number = 1
    while f"{stem}新网格{number}" in taken:
        number += 1
    return f"{stem}新网格{number}"


def _stem(name: str) -> str:
    head, found, _ = name.partition("社区")
    return head + found if found else ""


def _checked_name(name: str) -> str:
    wanted = name.strip()
    if not wanted or len(wanted) > LONGEST_NAME:
        raise NotPlannable(
            reason_zh=f"网格名称 1 到 {LONGEST_NAME} 个字。",
            reason_en=f"A grid's name has 1 to {LONGEST_NAME} characters.",
            field="name",
        )
    return wanted


def _known_atoms(graph: AtomGraph, atoms: Sequence[int]) -> Int32s:
    chosen = np.unique(np.asarray(atoms, dtype=np.int64))
    if chosen.size and (chosen[0] < 0 or chosen[-1] >= len(graph)):
        raise NotPlannable(
            reason_zh="没有这个地块。", reason_en="There is no such piece.", field="atoms"
        )
    return chosen.astype(np.int32)


def _known_grid(plan: Plan, row: int) -> GridDraft:
    if not 0 <= row < len(plan.grids):
        raise NotPlannable(
            reason_zh="没有这个网格。", reason_en="There is no such grid.", field="grid"
        )
    return plan.grids[row]


def present_grid(plan: Plan, row: int) -> GridDraft:
    """Return a grid that has ground.

    Raises:
        NotPlannable: there is no such grid, or it has no ground any more.
    """
    grid = _known_grid(plan, row)
    if not (plan.assignment == row).any():
        raise NotPlannable(
            reason_zh=f"“{grid.name}”已没有地块。",
            reason_en=f"“{grid.name}” has no ground any more.",
            field="grid",
        )
    return grid


def _community_ids(graph: AtomGraph) -> NDArray[np.int64]:
    return np.asarray(graph.communities, dtype=np.int64)[graph.community]


def _is_locked(plan: Plan) -> NDArray[np.bool_]:
    locked = np.zeros(len(plan.assignment), dtype=np.bool_)
    locked[list(plan.locked_atoms)] = True
    rows = [row for row, grid in enumerate(plan.grids) if grid.locked]
    return locked | np.isin(plan.assignment, rows)


def _refuse_locked(plan: Plan, rows: Sequence[int]) -> None:
    locked = _is_locked(plan)
    for row in rows:
        members = plan.atoms_of(row)
        if locked[members].any():
            raise Locked(what=plan.grids[row].name)


def _holder_name(plan: Plan, atom: int) -> str:
    row = int(plan.assignment[atom])
    return plan.grids[row].name if row != UNASSIGNED else "—"
