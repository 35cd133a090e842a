"""A checked file on the map: its features by what becomes of them, small enough for a browser."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from geodata.batches import Batch
from geodata.loading import Outcome
from geodata.quality import Severity

MOST_SHOWN: Final = 4000
"""Features on the map; those with a problem come first."""
MOST_VERTICES: Final = 60_000
TOLERANCE_DEG: Final = 5e-6
"""About half a metre."""

NEW, CHANGED, SAME = "new", "changed", "same"


def fates(batch: Batch, outcome: Outcome) -> list[str]:
    """Return what becomes of each feature: ``error``, ``warning``, ``new``, ``changed`` or ``same``."""
    found = [SAME if outcome.changes is not None else NEW] * len(batch)
    if outcome.changes is not None:
        for at in outcome.changes.new:
            found[at] = NEW
        for at in (*outcome.changes.changed, *outcome.changes.replaced):
            found[at] = CHANGED
    for severity in (Severity.WARNING, Severity.ERROR):
        for problem in outcome.problems:
            if problem.row is not None and problem.severity is severity:
                found[problem.row - 1] = severity.value
    return found


def write(batch: Batch, outcome: Outcome, path: Path) -> None:
    """Write the features for the map as GeoJSON.

    Args:
        batch: the file's layer.
        outcome: what the check found.
        path: the file to write.
    """
    told = fates(batch, outcome)
    order = ["error", "warning", CHANGED, NEW, SAME]
    rows = sorted(range(len(batch)), key=lambda row: (order.index(told[row]), row))
    features = list(_features(batch, told, rows[:MOST_SHOWN]))
    left = len(batch) - len(features)
    content = {"type": "FeatureCollection", "features": features, "left": left}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _features(batch: Batch, told: list[str], rows: list[int]) -> Iterable[dict[str, Any]]:
    shapes = shapely.simplify(batch.shapes[np.array(rows, dtype=np.intp)], TOLERANCE_DEG)
    names = batch.field("name")
    left = MOST_VERTICES
    for row, shape in zip(rows, shapes, strict=True):
        if shape is None or shape.is_empty:
            continue
        left -= int(shapely.get_num_coordinates(shape))
        if left < 0:
            return
        name = names[row]
        yield {
            "type": "Feature",
            "properties": {
                "row": row + 1,
                "fate": told[row],
                "name": None if name is None else str(name),
            },
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-6))),
        }
