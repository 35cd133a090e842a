"""Verdicts as columns: statuses, codes and names, what was to be chosen from, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geodata.point_files.batches import Worked
from geodata.point_files.spoken import Spoken
from gridmap.geolocation.cell_index import NONE
from gridmap.geolocation.place_queries import PlaceName, PlaceNames
from gridmap.geolocation.placed import STATUSES, Placed
from gridmap.terms import Verdict

ADDED: Final = (
    "grid_status",
    "grid_code",
    "grid_name",
    "community_code",
    "community",
    "compound",
    "compound_name",
    "building_status",
    "building",
    "building_name",
    "building_group",
    "distance_m",
    "grid_alternatives",
    "building_alternatives",
    "reasons",
    "reasons_text",
    "gazetteer",
)
"""Columns that every table gets."""
SAID: Final = (
    "text_status",
    "text_place",
    "unit",
    "floor",
    "room",
    "text_reasons",
    "crs_suspected",
)
"""Columns that a table with texts gets, too."""

Words = Callable[[str], str]
_NOBODY: Final = PlaceName()
_UNREAD: Final = Verdict.NONE.value


@dataclass(frozen=True, eq=False)
class Answers:
    """Makes the added columns of a chunk.

    Attributes:
        names: of the day.
        gazetteer: its version.
        words: of a fault, in the reader's language.
    """

    names: PlaceNames
    gazetteer: str
    words: Words

    def columns(self, worked: Worked, spoken: Spoken | None) -> list[Sequence[Any]]:
        """Return a value for each row and each of `ADDED`, then `SAID` where texts were read."""
        batch, found = worked.batch, worked.found
        rows, count = worked.rows, len(batch)
        self._learn(found)
        reasons = _reasons(found)
        made: list[NDArray[np.object_]] = [
            _statuses(found.grid_status),
            *self._places(found.grid_id, self.names.grids, ("code", "name", "other", "other_name")),
            *self._places(found.compound_id, self.names.compounds, ("code", "name")),
            _statuses(found.building_status),
            *self._places(found.building_id, self.names.buildings, ("code", "name", "other_name")),
            _metres(found.distance_m),
            _joined(len(found), found.grids_to_choose()),
            _joined(len(found), found.buildings_to_choose()),
            reasons,
            reasons,
        ]
        whole = [_spread(values, rows, count, "") for values in made]
        columns = dict(zip(ADDED, whole, strict=False))
        unread = np.setdiff1d(np.arange(count), rows)
        columns["distance_m"][unread] = None
        columns["grid_status"][unread] = columns["building_status"][unread] = _UNREAD
        for row, fault in batch.faults.items():
            columns["reasons"][row] = fault
        for row, more in spoken.also.items() if spoken else ():
            codes = dict.fromkeys((*columns["reasons"][row].split(), *more))
            columns["reasons"][row] = " ".join(codes)
        columns["reasons_text"] = self._in_words(columns["reasons"])
        told: list[Sequence[Any]] = [columns[name].tolist() for name in ADDED[:-1]]
        return [*told, [self.gazetteer] * count, *(spoken.columns() if spoken else ())]

    def _learn(self, found: Placed) -> None:
        ids = (found.grid_id, found.compound_id, found.building_id)
        grids, compounds, buildings = (_known(values) for values in ids)
        self.names.learn(grids=grids, compounds=compounds, buildings=buildings)

    @staticmethod
    def _places(
        ids: NDArray[np.int64], names: dict[int, PlaceName], parts: Sequence[str]
    ) -> list[NDArray[np.object_]]:
        """For each point the parts of a name; looked up once an id."""
        unique, place = np.unique(ids, return_inverse=True)
        found = [names.get(one, _NOBODY) for one in unique.tolist()]
        return [np.array([getattr(one, part) for one in found], object)[place] for part in parts]

    def _in_words(self, reasons: NDArray[np.object_]) -> NDArray[np.object_]:
        """The reasons for a person."""
        sentences: dict[str, str] = {}
        for codes in set(reasons.tolist()):
            sentences[codes] = "；".join(self.words(code) for code in codes.split())
        return np.array([sentences[codes] for codes in reasons.tolist()], dtype=object)


def _known(ids: NDArray[np.int64]) -> list[int]:
    unique: list[int] = np.unique(ids).tolist()
    return [one for one in unique if one != NONE]


def _statuses(numbers: NDArray[np.int8]) -> NDArray[np.object_]:
    return np.array([one.value for one in STATUSES], dtype=object)[numbers]


def _metres(values: NDArray[np.float64]) -> NDArray[np.object_]:
    """Metres to the building, to the centimetre; None without one."""
    metres = np.round(values, 2).astype(object)
    metres[np.isnan(values)] = None
    return metres


def _joined(count: int, choices: Iterable[tuple[int, list[str]]]) -> NDArray[np.object_]:
    found = np.full(count, "", dtype=object)
    for row, codes in choices:
        found[row] = " ".join(codes)
    return found


def _reasons(found: Placed) -> NDArray[np.object_]:
    """The faults of both verdicts, grid first, each once; put together once for each pair."""
    pairs = found.grid_faults.astype(np.int64) * len(found.faults) + found.building_faults
    unique, place = np.unique(pairs, return_inverse=True)
    words = []
    for pair in unique.tolist():
        grid, building = divmod(pair, len(found.faults))
        words.append(" ".join(dict.fromkeys((*found.faults[grid], *found.faults[building]))))
    return np.array(words, dtype=object)[place]


def _spread(
    values: NDArray[np.object_], rows: NDArray[np.intp], count: int, blank: object
) -> NDArray[np.object_]:
    """The values of readable rows among all rows."""
    if len(rows) == count:
        return values.copy()
    whole = np.full(count, blank, dtype=object)
    whole[rows] = values
    return whole
