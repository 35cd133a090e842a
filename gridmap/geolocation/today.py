"""Today's county in memory: its ground and all that stands on it, brought up to date by differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy.orm import Session

from gridmap.geolocation import mirror_queries as queries
from gridmap.geolocation.assembly import (
    AreaFacts,
    GridFacts,
    Held,
    Standing,
    Target,
    county_of,
    targets_of,
)
from gridmap.geolocation.cells import Cells
from gridmap.geolocation.location import BuildingFacts, CompoundFacts, PartyHeld, PostHeld
from gridmap.geolocation.mirror_queries import (
    NOTHING,
    Difference,
    Mirror,
    OwnedRoad,
    Shaped,
    Source,
    refreshed,
)
from gridmap.geolocation.snapshot import Layer, Snapshot
from gridmap.store import revision
from gridmap.store.revision import Version

_SOURCES: Final[dict[str, Source[Any]]] = {
    "areas": queries.AREAS,
    "grids": queries.GRIDS,
    "buildings": queries.BUILDINGS,
    "compounds": queries.COMPOUNDS,
    "roads": queries.ROADS,
    "parties": queries.PARTIES,
    "posts": queries.POSTS,
}
LAYERS: Final = tuple(sorted({layer for one in _SOURCES.values() for layer in one.layers}))
"""Layers whose changes are followed; see `gridmap.store.revision`."""


@dataclass(frozen=True, eq=False)
class Today:
    """A county on a day, as one state of the database has it."""

    day: date
    version: Version
    cells: Cells
    standing: Standing
    mirrors: Mapping[str, Mirror[Any]]


def brought_up(session: Session, day: date, before: Today | None) -> Today:
    """Return the county on a day; what is held of it, on whatever day, is not read again.

    Args:
        session: an open session that sees one state of the database (REPEATABLE READ).
        day: day in Asia/Shanghai.
        before: what is held, of this day or another; None for nothing.
    """
    state = revision.version(session, *LAYERS)
    if before is not None and (before.day, before.version) == (day, state):
        return before
    mirrors: dict[str, Mirror[Any]] = {}
    changes: dict[str, Difference[Any]] = {}
    for name, source in _SOURCES.items():
        held = before.mirrors[name] if before else NOTHING
        mirrors[name] = held
        if before is None or before.day != day or _differ(before.version, state, source):
            mirrors[name], changes[name] = refreshed(session, source, day, held)
    changed = {name for name, difference in changes.items() if difference or before is None}
    return Today(
        day=day,
        version=state,
        cells=_cells(mirrors, changed, before),
        standing=_standing(day, changes, before),
        mirrors=mirrors,
    )


def _differ(one: Version, other: Version, source: Source[Any]) -> bool:
    return revision.part(one, *source.layers) != revision.part(other, *source.layers)


def _cells(mirrors: Mapping[str, Mirror[Any]], changed: set[str], before: Today | None) -> Cells:
    if before is not None and not changed & {"grids", "buildings", "compounds", "roads"}:
        return before.cells

    def layer(name: str, make: Callable[[Mapping[int, Any]], Layer]) -> Layer:
        if before is not None and name not in changed:
            held: Layer = getattr(before.cells.snapshot, name)
            return held
        made = make(mirrors[name].rows)
        shapely.prepare(made.shapes)
        _ = made.tree  # in the thread that follows, not in the first request
        return made

    return Cells(
        Snapshot(
            grids=layer("grids", _grids),
            buildings=layer("buildings", _buildings),
            compounds=layer("compounds", _compounds),
            roads=layer("roads", _roads),
        )
    )


def _shapes(things: Iterable[Shaped[Any]]) -> np.ndarray:
    return np.array([one.shape for one in things], dtype=object)


def _grids(rows: Mapping[int, Shaped[GridFacts]]) -> Layer:
    things = sorted(rows.values(), key=lambda one: one.facts.code)
    return Layer(
        ids=tuple(one.facts.id for one in things),
        codes=tuple(one.facts.code for one in things),
        shapes=_shapes(things),
        names=tuple(one.facts.name for one in things),
    )


def _buildings(rows: Mapping[int, Shaped[BuildingFacts]]) -> Layer:
    things = sorted(rows.values(), key=lambda one: one.facts.code)
    return Layer(
        ids=tuple(one.facts.id for one in things),
        codes=tuple(one.facts.code for one in things),
        shapes=_shapes(things),
        grid_ids=tuple(one.grid_id for one in things),
        compound_ids=tuple(one.facts.compound_id for one in things),
    )


def _compounds(rows: Mapping[int, Shaped[CompoundFacts]]) -> Layer:
    things = sorted(rows.values(), key=lambda one: one.facts.code)
    return Layer(
        ids=tuple(one.facts.id for one in things),
        codes=tuple(one.facts.code for one in things),
        shapes=_shapes(things),
    )


def _roads(rows: Mapping[int, Shaped[OwnedRoad]]) -> Layer:
    things = sorted(rows.values(), key=lambda one: (one.facts.code, one.facts.grid_id))
    return Layer(
        ids=tuple(one.facts.grid_id for one in things),
        codes=tuple(one.facts.code for one in things),
        shapes=_shapes(things),
        grid_ids=tuple(one.grid_id for one in things),
    )


def _standing(day: date, changes: Mapping[str, Difference[Any]], before: Today | None) -> Standing:
    held = before.standing if before else _EMPTY
    none: Difference[Any] = Difference({}, {})
    areas: Mapping[int, AreaFacts] = _with(held.areas, changes.get("areas", none))
    return Standing(
        day=day,
        areas=areas,
        grids=_with(held.grids, changes.get("grids", none)),
        buildings=_with(held.buildings, changes.get("buildings", none)),
        compounds=_with(held.compounds, changes.get("compounds", none)),
        parties=_served(held.parties, changes.get("parties", none), _party_order),
        posts=_served(held.posts, changes.get("posts", none), _post_order),
        county=county_of(areas.values()),
    )


def _with(held: Mapping[int, Any], difference: Difference[Any]) -> Mapping[int, Any]:
    if not difference:
        return held
    found = {key: value for key, value in held.items() if key not in difference.before}
    return found | {key: _facts(row) for key, row in difference.now.items()}


_EMPTY: Final = Standing(date.min, {}, {}, {}, {}, {}, {}, None)


def _facts(row: Any) -> Any:  # noqa: ANN401 - the rows of any source
    return row.facts if isinstance(row, Shaped) else row


def _party_order(one: PartyHeld) -> tuple[str, int]:
    return one.kind, one.id


def _post_order(one: PostHeld) -> tuple[str, int]:
    return one.kind, one.post_id


def _served(
    held: Mapping[Target, Sequence[Held]],
    difference: Difference[Held],
    order: Callable[[Held], tuple[str, int]],
) -> Mapping[Target, Sequence[Held]]:
    """Index what is held by what it serves; only places where something has changed are put anew."""
    if not difference:
        return held
    before: list[Held] = list(difference.before.values())
    now: list[Held] = list(difference.now.values())
    gone = set(map(id, before))
    lists: dict[Target, list[Held]] = {}
    for target in {target for one in [*before, *now] for target in targets_of(one)}:
        lists[target] = [old for old in held.get(target, ()) if id(old) not in gone]
    for one in now:
        for target in targets_of(one):
            lists[target].append(one)
    changed = {target: tuple(sorted(those, key=order)) for target, those in lists.items()}
    return {**held, **changed}
