"""An edit as it is asked for and kept on record, and how it is made on a plan's newest version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from gridmap.ledger.areas import check_grid_code
from gridmap.redistricting import dragging, edits
from gridmap.redistricting.facts import Facts
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.plan import GridDraft, Plan
from gridmap.redistricting.refusals import NotPlannable
from gridmap.redistricting.terrain import Terrain
from gridmap.terms import Term

LAST_SEQUENCE: Final = 999


class EditKind(Term):
    """What a planner does."""

    BEGIN = "begin", "起草", "Drafted"
    MOVE = "move", "划入", "Moved"
    MERGE = "merge", "合并", "Merged"
    SPLIT = "split", "拆分", "Split"
    NEW = "new", "新建网格", "New grid"
    DRAG = "drag", "拖动边界", "Border dragged"
    RENAME = "rename", "改名", "Renamed"
    RENUMBER = "renumber", "改编码", "Renumbered"
    NOTE = "note", "备注", "Note"
    LOCK_GRIDS = "lock_grids", "锁定网格", "Grids locked"
    LOCK_ATOMS = "lock_atoms", "锁定地块", "Pieces locked"
    PROPOSAL = "proposal", "采用建议方案", "Proposal taken"
    FILE = "file", "导入文件", "File taken"
    REBASE = "rebase", "更新到现状", "Brought up to date"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. Which fields count depends on the kind.

    Attributes:
        kind: what is done.
        atoms: rows of atoms (move, new, lock_atoms).
        grid: row of the grid it is about or goes to.
        grids: rows of grids (merge, lock_grids).
        parts: number of parts (split).
        text: name, code or note.
        locked: lock or unlock.
        start, end: lon, lat of a dragged corner, before and after.
        source: what it came from: run and proposal, or a file's name.
    """

    kind: EditKind
    atoms: tuple[int, ...] = ()
    grid: int | None = None
    grids: tuple[int, ...] = ()
    parts: int = 2
    text: str = ""
    locked: bool = True
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None
    source: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return what is kept of it: everything but the atoms, of which the number tells enough."""
        kept = {
            "grid": self.grid,
            "grids": list(self.grids),
            "atoms": len(self.atoms),
            "parts": self.parts if self.kind is EditKind.SPLIT else None,
            "text": self.text,
            "locked": self.locked if self.kind in _LOCKS else None,
            "source": dict(self.source),
        }
        return {"kind": str(self.kind)} | {name: value for name, value in kept.items() if value}


_LOCKS: Final = frozenset({EditKind.LOCK_GRIDS, EditKind.LOCK_ATOMS})


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What an edit works on: the plan as it is, its atoms, the day's facts, codes that are used up.

    `given` is what a proposal or a file brings: all rows and the row of each atom.
    """

    plan: Plan
    terrain: Terrain
    facts: Facts
    used_codes: frozenset[str]
    given: tuple[tuple[GridDraft, ...], Assignment] | None = None

    def free_codes(self, community_id: int) -> Iterator[str]:
        """Yield codes of a community that no grid has, had, or has in this plan, ascending.

        They follow the highest used one: a gap may be a code that was given up.

        Raises:
            NotPlannable: all 999 are used up.
        """
        head = self.facts.community_codes[community_id]
        known = {*self.used_codes, *(grid.code for grid in self.plan.grids)}
        last = max((int(code[12:]) for code in known if code.startswith(head)), default=0)
        for sequence in count(last + 1):
            if sequence > LAST_SEQUENCE:
                raise NotPlannable(
                    reason_zh="这个社区的网格编码已用完。",
                    reason_en="This community has no grid codes left.",
                )
            yield f"{head}{sequence:03d}"


def make(bench: Bench, edit: Edit) -> Plan:
    """Make an edit; the same plan comes back where it changes nothing.

    Raises:
        GridmapError: see `gridmap.redistricting.edits`.
    """
    if edit.kind not in _MAKE:
        raise NotPlannable(
            reason_zh="不认识这种编辑。", reason_en="There is no such edit.", field="kind"
        )
    return _MAKE[edit.kind](bench, edit)


def _grid(edit: Edit) -> int:
    if edit.grid is None:
        raise NotPlannable(
            reason_zh="请先选一个网格。", reason_en="Choose a grid first.", field="grid"
        )
    return edit.grid


def _move(bench: Bench, edit: Edit) -> Plan:
    return edits.move(bench.plan, bench.terrain.graph, edit.atoms, _grid(edit))


def _merge(bench: Bench, edit: Edit) -> Plan:
    return edits.merge(bench.plan, bench.facts.weights, edit.grids, edit.grid)


def _split(bench: Bench, edit: Edit) -> Plan:
    row = _grid(edit)
    community = edits.present_grid(bench.plan, row).community_id
    codes = bench.free_codes(community)
    graph, weights = bench.terrain.graph, bench.facts.weights
    return edits.split(bench.plan, graph, weights, row, edit.parts, codes)


def _new(bench: Bench, edit: Edit) -> Plan:
    graph = bench.terrain.graph
    community = edits.community_of(graph, edit.atoms)
    code = next(bench.free_codes(community))
    return edits.new_grid(bench.plan, graph, edit.atoms, code, edit.text)


def _drag(bench: Bench, edit: Edit) -> Plan:
    if edit.start is None or edit.end is None:
        raise NotPlannable(
            reason_zh="请说明拖动的起点和终点。",
            reason_en="Say from where to where.",
            field="start",
        )
    return dragging.drag(bench.plan, bench.terrain, edit.start, edit.end)


def _rename(bench: Bench, edit: Edit) -> Plan:
    return edits.rename(bench.plan, _grid(edit), edit.text)


def _renumber(bench: Bench, edit: Edit) -> Plan:
    row = _grid(edit)
    grid = edits.present_grid(bench.plan, row)
    code = check_grid_code(edit.text.strip(), bench.facts.community_codes[grid.community_id])
    today = {one.grid_id: one.code for one in bench.facts.today.grids}
    own = {today.get(grid.grid_id)} if grid.grid_id is not None else set()
    return edits.renumber(bench.plan, row, code, used=bench.used_codes - own)


def _note(bench: Bench, edit: Edit) -> Plan:
    return edits.annotate(bench.plan, _grid(edit), edit.text)


def _lock_grids(bench: Bench, edit: Edit) -> Plan:
    return edits.lock_grids(bench.plan, edit.grids, locked=edit.locked)


def _lock_atoms(bench: Bench, edit: Edit) -> Plan:
    return edits.lock_atoms(bench.plan, bench.terrain.graph, edit.atoms, locked=edit.locked)


def _take(bench: Bench, edit: Edit) -> Plan:  # noqa: ARG001 - one signature for all
    if bench.given is None:
        raise NotPlannable(reason_zh="没有可采用的内容。", reason_en="There is nothing to take.")
    return edits.take(bench.plan, bench.terrain.graph, *bench.given)


_MAKE: Final[dict[EditKind, Callable[[Bench, Edit], Plan]]] = {
    EditKind.MOVE: _move,
    EditKind.MERGE: _merge,
    EditKind.SPLIT: _split,
    EditKind.NEW: _new,
    EditKind.DRAG: _drag,
    EditKind.RENAME: _rename,
    EditKind.RENUMBER: _renumber,
    EditKind.NOTE: _note,
    EditKind.LOCK_GRIDS: _lock_grids,
    EditKind.LOCK_ATOMS: _lock_atoms,
    EditKind.PROPOSAL: _take,
    EditKind.FILE: _take,
}
