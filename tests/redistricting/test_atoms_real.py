"""Atoms of real ground: Lujiazui as OpenStreetMap has it, with the trial county's communities on top."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridmap.geometry.crs import geometries_from_wgs84
from gridmap.redistricting.atoms import Ground, build
from gridmap.redistricting.atoms.joining import widths
from tests.redistricting.grounds import off_by
from tests.redistricting.test_atoms import assert_sound

DATA = Path(__file__).parents[2].parent / "shared" / "data"
ZONE = "EPSG:4550"


def layer(name):
    path = DATA / f"{name}.geojson"
    if not path.exists():
        pytest.skip(f"the data is not beside the repository: shared/data/{name}.geojson")
    features = json.loads(path.read_text("utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in features])
    metres = geometries_from_wgs84(shapes, ZONE)
    return [(one["properties"], shape) for one, shape in zip(features, metres, strict=True)]


@pytest.fixture(scope="module")
def lujiazui():
    roads = [
        (fields["kind_detail"], line)
        for fields, line in layer("lujiazui-osm/roads")
        if fields["is_tunnel"] is None and fields["kind_detail"] not in {None, "subway"}
    ]
    communities = sorted(
        (fields["code"], shape) for fields, shape in layer("lujiazui-trial/communities")
    )
    return Ground(
        communities=[(row, code, shape) for row, (code, shape) in enumerate(communities)],
        grids=[(0, shape) for _, shape in layer("lujiazui-trial/grids")],
        compounds=[
            (int(fields["id"][1:]), shape) for fields, shape in layer("lujiazui-trial/compounds")
        ],
        buildings=[
            (
                int(fields["id"][1:]),
                fields["compound_id"] and int(fields["compound_id"][1:]),
                shape,
                shapely.point_on_surface(shape),
            )
            for fields, shape in layer("lujiazui-trial/buildings")
        ],
        roads=roads,
        waters=[shape for _, shape in layer("lujiazui-osm/water")],
    )


@pytest.fixture(scope="module")
def atoms(lujiazui):
    return build(lujiazui)


def test_all_promises(atoms, lujiazui):
    assert_sound(atoms, lujiazui)
    assert len(atoms.building_atom) == len(lujiazui.buildings)
    claimed = shapely.union_all([shape for _, _, shape in lujiazui.communities])
    assert shapely.union_all(atoms.shapes).area == pytest.approx(claimed.area, abs=1)


def test_todays_grids_are_unions_of_atoms(atoms, lujiazui):
    # a spur narrower than a millimetre and 2.6 mm long is rounded away
    assert max(off_by(atoms, grid) for _, grid in lujiazui.grids) < 0.003


def test_buildings_mostly_have_an_atom_of_their_own(atoms):
    homes = np.array(list(atoms.building_atom.values()))
    assert len(np.unique(homes)) > 0.97 * len(homes)


def test_footprints_are_rarely_cut(atoms, lujiazui):
    inside = shapely.area(
        shapely.intersection(
            atoms.shapes[[atoms.building_atom[row[0]] for row in lujiazui.buildings]],
            [row[2] for row in lujiazui.buildings],
        )
    )
    whole = shapely.area([row[2] for row in lujiazui.buildings])
    assert (inside > 0.98 * whole).mean() > 0.85


def test_no_needles(atoms):
    """An atom is narrow only around a building in an alley, or where it is alone in its community."""
    built = np.zeros(len(atoms.shapes), dtype=bool)
    built[list(atoms.building_atom.values())] = True
    width = widths(atoms.graph.area_m2, shapely.length(atoms.shapes))
    alone = np.diff(atoms.graph.neighbours().indptr) == 0
    assert width[~alone].min() > 2.5
    assert width[~alone & ~built].min() > 5
    assert (width < 10).mean() < 0.03
