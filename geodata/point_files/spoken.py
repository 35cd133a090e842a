"""Rows that say in words where: what was understood decides where nothing surer does.

A point that a person set decides; then words that name one building or place; then the phone. Words that name less
(a compound, a crossing, 对面, 旁边) give the grid only where all of what they can mean lies in one, and no building.
Where phone and words are too far apart, the desk is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geodata.point_files.batches import BAD_POINT, Batch
from gridmap.geolocation import words
from gridmap.geolocation.cell_index import NONE
from gridmap.geolocation.ground import Ground
from gridmap.geolocation.wording.places import Level
from gridmap.geolocation.words import Circle, Said
from gridmap.geometry.crs import metres_per_degree
from gridmap.terms import Verdict

UNSURE_M: Final = 50.0
"""A point that comes without an accuracy is taken to be within so many metres."""
AROUND_M: Final = 40.0
"""What is beside or opposite a place is within so many metres of it."""
CONTRADICTS: Final = "contradicts"
NO_BUILDING: Final = "no_building_named"
_NAMES_ONE: Final = frozenset({Level.BUILDING, Level.POINT})
_LABELS: Final = {
    "grid": ("grid_name", "community_code", "community"),
    "building": ("building_name", "building_group"),
}

Columns = Mapping[str, NDArray[np.object_]]


@dataclass(frozen=True, eq=False)
class Spoken:
    """What the texts of some rows say.

    Attributes:
        ground: the day.
        said: by row, for those with a text.
        taken: rows that lie where the text says.
        placeless: rows without any place.
        count: all rows.
    """

    ground: Ground
    count: int
    said: dict[int, Said] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    placeless: set[int] = field(default_factory=set)

    def columns(self) -> list[Sequence[Any]]:
        """Return what was understood, a value for each row: status, place, unit, floor, room."""
        made: list[list[str]] = [[""] * self.count for _ in range(5)]
        for row, said in self.said.items():
            details, best = said.reading.details, said.best
            values = (
                said.reading.verdict.value,
                best.title if best else "",
                details.unit,
                details.floor,
                details.room,
            )
            for column, value in zip(made, values, strict=True):
                column[row] = value or ""
        return list(made)

    def tell(self, columns: Columns) -> None:
        """Bring what the texts say into the columns of the verdicts."""
        for row, said in self.said.items():
            if row in self.placeless:
                self._ask_by_choices(columns, row, said)
                continue
            if row in self.taken and not _names_one(said):
                self._withhold(columns, row, said)
            elif row in self.taken and _is_another(said, columns["building"][row]):
                _ask(columns, row, "building", [said.best.code or ""] if said.best else [])
            if said.contradicts:
                _ask(columns, row, "grid", [])
                _ask(columns, row, "building", [])
            _add(columns, row, self._reasons(row, said))

    def _reasons(self, row: int, said: Said) -> list[str]:
        faults = sorted(fault.value for fault in said.reading.faults)
        decides = row in self.taken or row in self.placeless
        return [*(faults if decides else ()), *([CONTRADICTS] if said.contradicts else ())]

    def _ask_by_choices(self, columns: Columns, row: int, said: Said) -> None:
        level = Level.BUILDING
        codes = [one.code for one in said.choices if one.code and one.candidate.level is level]
        status = Verdict.ASK if said.choices or said.best else Verdict.NONE
        columns["grid_status"][row] = columns["building_status"][row] = status.value
        columns["building_alternatives"][row] = " ".join(codes)
        columns["reasons"][row] = ""
        _add(columns, row, self._reasons(row, said))

    def _withhold(self, columns: Columns, row: int, said: Said) -> None:
        """Take no building, and the grid only where it is the same for all that is meant."""
        best = said.best
        if best is None or best.spot is None:
            return
        level = best.candidate.level
        named = [best.code or ""] if level is Level.BUILDING else []
        columns["building"][row] = ""
        _ask(columns, row, "building", named)
        columns["reasons"][row] = "" if named else NO_BUILDING
        if level is Level.COMPOUND:
            grids = self._grids_of_compound(best.candidate.compound)
        else:
            grids = self._grids_around(best.spot)
        if len(grids) != 1 or columns["grid_code"][row] not in grids:
            _ask(columns, row, "grid", grids)

    def _grids_of_compound(self, code: str | None) -> list[str]:
        layers = self.ground.snapshot
        if code not in layers.compounds.codes:
            return []
        compound = layers.compounds.ids[layers.compounds.codes.index(code)]
        ids = np.unique(self.ground.building_grids[self.ground.building_compounds == compound])
        codes = dict(zip(layers.grids.ids, layers.grids.codes, strict=True))
        return [codes.get(one, "") for one in ids.tolist() if one != NONE]

    def _grids_around(self, spot: tuple[float, float]) -> list[str]:
        grids = self.ground.snapshot.grids
        reach = AROUND_M / min(metres_per_degree(spot[1]))
        near = grids.tree.query(shapely.Point(spot), "dwithin", reach)
        return sorted(grids.codes[one] for one in near.tolist())


def listen(
    session: Session, day: date, ground: Ground, batch: Batch, texts: Sequence[str]
) -> tuple[Batch, Spoken]:
    """Read the texts of some rows; return the batch with the points that they give.

    Args:
        session: any session; nothing is written.
        day: of the ledger.
        ground: the day in memory.
        batch: the rows' points.
        texts: one for each row, blank for none.
    """
    here = batch.converted()
    spoken = Spoken(ground, len(here))
    x, y, faults = here.x.copy(), here.y.copy(), dict(here.faults)
    gps, accuracy = here.gps.copy(), here.accuracy_m.copy()
    for row, text in enumerate(texts):
        fault = faults.get(row)
        if not text or fault not in (None, BAD_POINT):
            continue
        said = words.read(session, text, day, None if fault else _circle(here, row))
        spoken.said[row] = said
        spot = said.best.spot if said.best else None
        by_words = bool(gps[row] and _names_one(said)) if fault is None else spot is not None
        if by_words and spot is not None:
            x[row], y[row] = spot
            gps[row], accuracy[row] = False, np.nan
            faults.pop(row, None)
            spoken.taken.add(row)
        elif fault is not None:
            spoken.placeless.add(row)
    return replace(here, x=x, y=y, gps=gps, accuracy_m=accuracy, faults=faults), spoken


def _circle(batch: Batch, row: int) -> Circle:
    radius = float(batch.accuracy_m[row])
    sure = UNSURE_M if np.isnan(radius) else radius
    return Circle(float(batch.x[row]), float(batch.y[row]), sure)


def _names_one(said: Said) -> bool:
    """Tell whether a text says clearly which one building or place it means."""
    best = said.best
    clear = best is not None and best.spot is not None and said.reading.details.relation is None
    return clear and best is not None and best.candidate.level in _NAMES_ONE


def _is_another(said: Said, code: str) -> bool:
    """Tell whether the building at the spot is not the one that was named."""
    best = said.best
    return best is not None and best.candidate.level is Level.BUILDING and best.code != code


def _ask(columns: Columns, row: int, kind: str, others: Sequence[str]) -> None:
    """Turn a verdict that was taken into a question; what had been taken comes among the choices."""
    column = "grid_code" if kind == "grid" else "building"
    codes = dict.fromkeys((*others, columns[column][row]))
    told = columns[f"{kind}_alternatives"][row].split()
    columns[f"{kind}_alternatives"][row] = " ".join(dict.fromkeys((*filter(None, codes), *told)))
    columns[f"{kind}_status"][row] = Verdict.ASK.value
    for name in (column, *_LABELS[kind]):
        columns[name][row] = ""
    if kind == "building":
        columns["distance_m"][row] = None


def _add(columns: Columns, row: int, codes: Sequence[str]) -> None:
    """Add reasons behind those that are there, each once."""
    told = dict.fromkeys((*columns["reasons"][row].split(), *codes))
    columns["reasons"][row] = " ".join(told)
