"""Our own files come back without a change: whoever edits one house in a GIS program changes one house."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from geodata import loading
from geodata.batches import open_batch
from geodata.exports.formats import FORMATS
from geodata.exports.frames import frame_of
from geodata.loading.changes import compare
from geodata.loading.targets import Standing
from geodata.sources import Layer
from gridmap.publishing.collections import BY_NAME
from tests.geodata.mapfiles import DAY, LATER, TOWN

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture
def town(bring):
    for layer, features in TOWN.items():
        options = {"county_name": "安澜县"} if layer == "communities" else {}
        assert bring(layer, features, **options).result == loading.LOADED


@pytest.mark.parametrize("key", ["gpkg", "shp", "geojson"])
def test_a_layer_that_leaves_and_comes_back_changes_nothing(session, town, tmp_path, key):
    for layer in TOWN:
        form = FORMATS[key]
        path = tmp_path / f"{layer}{form.ending}"
        form.write(frame_of(session, BY_NAME[layer], DAY), BY_NAME[layer], path)
        outcome = loading.check(session, open_batch(Layer(layer), path), LATER)
        told = [one for one in outcome.problems if one.severity == "error"]
        assert (layer, told, outcome.counts["changed"], outcome.counts["new"]) == (layer, [], 0, 0)
        assert outcome.counts["unchanged"] == len(TOWN[layer])


RING = [(0, 0), (0, 1), (1, 1), (1, 0)]


@pytest.mark.parametrize(
    ("ring", "unchanged"),
    [
        (RING[::-1], 1),
        (RING[2:] + RING[:2], 1),
        ([(x + 1e-9, y) for x, y in RING], 1),
        ([(x + 1e-7, y) for x, y in RING], 0),
        ([*RING[:2], (0.5, 1), *RING[2:]], 0),
    ],
)
def test_only_another_shape_is_a_change(ring, unchanged):
    stands, given = (shapely.to_wkb(shapely.Polygon(one)) for one in (RING, ring))
    known = {"x": Standing(1, 1, date(2026, 1, 1), None, ("甲", stands))}
    assert compare(["x"], [("甲", given)], known, LATER, [1]).unchanged == unchanged
    assert compare(["x"], [("乙", given)], known, LATER, [1]).unchanged == 0
