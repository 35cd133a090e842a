"""Plans as JSON, in the reader's language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import shapely

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.redistricting.faults import Fault, FaultKind
from gridmap.redistricting.impact import Impact
from gridmap.redistricting.metrics import Balance
from gridmap.redistricting.opening import Opened
from gridmap.redistricting.picture import GridFigures, Picture
from gridmap.redistricting.plan import Plan
from gridmap.redistricting.states import MOVES, PlanAction, PlanState
from gridmap.terms import Term
from web import language

DIGITS: Final = 1_000_000
"""Coordinates of atoms are sent in millionths of a degree: a tenth of a metre."""

_TEXTS: Final[Mapping[FaultKind, tuple[str, str]]] = {
    FaultKind.UNASSIGNED: ("{number} 个地块没有网格", "{number} pieces belong to no grid"),
    FaultKind.NO_GRID: ("{subject}没有网格", "{subject} has no grid"),
    FaultKind.IN_PARTS: ("{subject}分成了 {number} 片", "{subject} is in {number} parts"),
    FaultKind.ENCLAVE: ("{subject}被另一网格包住", "{subject} lies inside another grid"),
    FaultKind.SPLIT_COMPOUND: (
        "{subject}分在 {number} 个网格",
        "{subject} is divided over {number} grids",
    ),
    FaultKind.OUT_OF_BAND: ("{subject}有 {number} 户", "{subject} has {number} households"),
    FaultKind.SMALL_BRANCH: (
        "{subject}只有 {number} 名正式党员",
        "{subject} has {number} full members",
    ),
    FaultKind.WORKER_WITHOUT_GRID: (
        "{subject}的网格将不再存在",
        "{subject}’s grid will no longer exist",
    ),
    FaultKind.GRID_WITHOUT_WORKER: (
        "{subject}没有专职网格员",
        "{subject} has no full-time worker",
    ),
}

_RIGHTS: Final[Mapping[PlanAction, Right]] = {
    PlanAction.RETURN: Right.APPROVE_PLANS,
    PlanAction.APPROVE: Right.APPROVE_PLANS,
}


def term(word: Term) -> dict[str, str]:
    """Return a word with its label."""
    return {"key": str(word), "label": word.label(language.current())}


def allowed(at: Opened, reader: SignedIn, planners: set[int], *, begun: bool) -> list[str]:
    """Return what a reader may do with a plan.

    Args:
        at: the plan.
        reader: who reads.
        planners: everybody who drew it.
        begun: its day has come.
    """
    state = PlanState(at.row.state)
    found = ["edit"] if state is PlanState.DRAFT and reader.scope.may(Right.PLAN) else []
    drew = reader.person_id in planners | {at.row.author_id}
    for action, (sources, _) in MOVES.items():
        if state not in sources or not reader.scope.may(_RIGHTS.get(action, Right.PLAN)):
            continue
        if (action is PlanAction.APPROVE and drew) or (action is PlanAction.WITHDRAW and begun):
            continue
        found.append(str(action))
    return [*found, "share"] if reader.scope.may(Right.PLAN) else found


def shown(at: Opened, picture: Picture) -> dict[str, Any]:
    """Return what is the same for everybody who looks at a plan."""
    plan, facts = at.plan, at.facts
    return {
        "id": at.row.id,
        "name": at.row.name,
        "state": term(PlanState(at.row.state)),
        "version": at.number,
        "newest": at.row.head,
        "epsg": at.terrain.epsg,
        "day": at.row.day.isoformat() if at.row.day else None,
        "beside": at.past.isoformat() if at.past else None,
        "in_force": at.in_force,
        "assignment": plan.assignment.tolist(),
        "today": at.today.tolist(),
        "locked_atoms": sorted(plan.locked_atoms),
        "communities": [
            {
                "id": community,
                "code": facts.community_codes.get(community, ""),
                "name": facts.around.communities.get(community, ""),
            }
            for community in at.terrain.graph.communities
        ],
        **figures(at, picture),
    }


def figures(at: Opened, picture: Picture) -> dict[str, Any]:
    """Return the numbers of a plan: grids, balance, faults, what has changed."""
    band, words = at.facts.around.band, language.current()
    boxes = {box: _box(box) if box else None for box in set(picture.fault_bounds)}
    return {
        "grids": [_grid(at.plan, one) for one in picture.grids],
        "gone": [
            {"row": row, "code": at.plan.grids[row].code, "name": at.plan.grids[row].name}
            for row in picture.gone
        ],
        "balance": {
            **_balance(picture.balance),
            "band": [band.least, band.most],
            "today": _balance(picture.balance_today),
        },
        "faults": [
            _fault(fault, boxes[bounds], words)
            for fault, bounds in zip(picture.faults, picture.fault_bounds, strict=True)
        ],
        "changed": asdict(picture.changed),
    }


def _grid(plan: Plan, one: GridFigures) -> dict[str, Any]:
    draft = plan.grids[one.row]
    return {
        "row": one.row,
        **draft.as_json(),
        "atoms": one.atoms,
        **{name: _plain(value) for name, value in one.figures.items()},
        "polsby_popper": _ratio(one.polsby_popper),
        "reock": _ratio(one.reock),
        "change": {name: _plain(value) for name, value in one.change.items()},
        "is_new": one.is_new,
        "bounds": _box(one.bounds),
    }


def _plain(value: float) -> float:
    return value if isinstance(value, int) else round(value, 1)


def _ratio(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _balance(balance: Balance) -> dict[str, Any]:
    return {
        "grids": balance.grids,
        "mean": round(balance.mean, 1),
        "least": balance.least,
        "most": balance.most,
        "worst": round(balance.worst, 4),
        "in_band": balance.in_band,
        "roads": _ratio(balance.roads),
    }


def _fault(fault: Fault, box: list[float] | None, reader_language: str) -> dict[str, Any]:
    return {
        "kind": str(fault.kind),
        "label": fault.kind.label(reader_language),
        "blocks": fault.blocks,
        "row": fault.row,
        "subject": fault.subject,
        "number": fault.number,
        "text": fault_sentence(fault, reader_language),
        "bounds": box,
    }


def fault_sentence(fault: Fault, reader_language: str) -> str:
    """Return what is wrong as a sentence in ``zh`` or ``en``."""
    sentence = _TEXTS[fault.kind][1 if reader_language == "en" else 0]
    return sentence.format(subject=fault.subject, number=fault.number)


def _box(bounds: Sequence[float]) -> list[float]:
    return [round(value, 7) for value in bounds]


def terrain(at: Opened) -> dict[str, Any]:
    """Return the atoms of a plan for the map: compact, since there may be 12,000."""
    ground, weights = at.terrain, at.facts.weights
    graph = ground.graph
    points = ground.spots_in_degrees(graph.x, graph.y)
    compounds = sorted({int(one) for one in np.unique(graph.compound) if one >= 0})
    return {
        "epsg": ground.epsg,
        "count": len(graph),
        "communities": list(graph.communities),
        "community": np.asarray(graph.communities)[graph.community].tolist(),
        "compound": np.maximum(graph.compound, 0).tolist(),
        "face": ground.face.tolist(),
        "compounds": {one: at.facts.around.compounds.get(one, "") for one in compounds},
        "households": weights.households.tolist(),
        "residents": weights.residents.tolist(),
        "buildings": weights.buildings.tolist(),
        "members": weights.members.tolist(),
        "reports": weights.reports.tolist(),
        "spots": np.round(points, 6).ravel().tolist(),
        "borders": np.column_stack([graph.first, graph.second]).ravel().tolist(),
        "polygons": [_rings(shape) for shape in ground.degrees],
        "building": dict(
            zip(ground.building_codes.tolist(), ground.building_atoms.tolist(), strict=True)
        ),
    }


def _rings(shape: shapely.Polygon) -> list[list[int]]:
    """The rings of a polygon in millionths of a degree: the first point, then steps."""
    rings = []
    for ring in (shape.exterior, *shape.interiors):
        points = np.rint(shapely.get_coordinates(ring)[:-1] * DIGITS).astype(np.int64)
        steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        rings.append(steps.ravel().tolist())
    return rings


def impact(found: Impact) -> dict[str, Any]:
    """Return what a plan does to people and reports."""
    return {
        "changed": asdict(found.changed),
        "grids": [
            {
                "name": one.name,
                "code": one.code,
                "becomes": term(one.becomes),
                "others": list(one.others),
                "before": one.before,
                "after": one.after,
            }
            for one in found.grids
        ],
        "posts": [
            {
                "person": one.person,
                "kind": term(one.kind),
                "grid": one.grid,
                "becomes": term(one.becomes),
                "successor": one.successor,
            }
            for one in found.posts
        ],
        "branches": [
            {
                "name": one.name,
                "grid": one.grid,
                "members": one.members,
                "becomes": term(one.becomes),
                "successor": one.successor,
            }
            for one in found.branches
        ],
        "buildings": [asdict(one) for one in found.buildings],
        "reports": [asdict(one) for one in found.reports],
        "reports_total": found.reports_total,
        "hands_change": found.hands_change,
    }
