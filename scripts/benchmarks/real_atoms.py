"""Lujiazui from OpenStreetMap as one community of atoms; households and members in it are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gridmap.geometry import crs
from gridmap.redistricting.atoms import AtomSet, Ground, build
from gridmap.redistricting.graph import Weights
from scripts.benchmarks.made_atoms import MadeUp

ZONE = "EPSG:4549"
LEFT_OUT = {"subway", "pier", "ferry", None}
PATHS = {"footway", "path", "pedestrian", "cycleway", "steps", "service"}
STOREY_M, LOWEST_M = 3.0, 18.0
FLAT_M2, MOST_FLATS = 95.0, 90
SMALLEST_M2 = 60.0
WEST = 0.407
"""Share of the width that is taken: east of it the map has few buildings."""

LIVED_IN = 0.35
"""Share of the buildings outside of compounds that are lived in."""

WALLED, FEWEST, MOST, WALL_M = 0.7, 3, 40, 6.0
"""Share of the blocks with so many buildings that are made a compound, and how far its wall is from the street."""


def make(folder: Path, seed: int) -> MadeUp:
    """Read the folder of GeoJSON files; the seed decides which blocks are compounds, and who lives where."""
    rng = np.random.default_rng(seed)
    ground, storeys = _ground(folder, rng)
    atoms = build(ground)
    counts = _people(ground, storeys, atoms, rng)
    return MadeUp(atoms.graph, Weights(*counts), atoms.shapes)


def _read(folder: Path, name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    content = json.loads((folder / name).read_text(encoding="utf-8"))
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in content["features"]]
    planar = shapely.make_valid(crs.geometries_from_wgs84(shapes, ZONE))
    return [(f["properties"], g) for f, g in zip(content["features"], planar, strict=True)]


def _ground(folder: Path, rng: np.random.Generator) -> tuple[Ground, dict[int, float]]:
    houses = _read(folder, "buildings.geojson")
    waters = [shape for _, shape in _read(folder, "water.geojson")]
    whole = shapely.box(*shapely.total_bounds([shape for _, shape in houses])).buffer(15)
    west, south, east, north = whole.bounds
    whole = shapely.box(west, south, west + WEST * (east - west), north)
    land = max(shapely.get_parts(whole.difference(shapely.union_all(waters))), key=lambda p: p.area)
    roads = [
        (told["kind_detail"], line)
        for told, line in _read(folder, "roads.geojson")
        if told["kind_detail"] not in LEFT_OUT and not told["is_tunnel"]
    ]
    standing = [
        (number, told, shape, shape.representative_point())
        for number, (told, shape) in enumerate(houses, 1)
        if shape.area >= SMALLEST_M2 and land.contains(shape.representative_point())
    ]
    known = [s for kind, s in _read(folder, "landuse.geojson") if kind["kind"] == "residential"]
    compounds = _compounds(land, roads, [spot for *_, spot in standing], known, rng)
    homes = {
        number: next((c for c, yard in compounds if yard.contains(spot)), None)
        for number, _, _, spot in standing
    }
    ground = Ground(
        communities=[(1, "310115000001", land)],
        compounds=compounds,
        buildings=[(number, homes[number], shape, spot) for number, _, shape, spot in standing],
        roads=roads,
        waters=waters,
    )
    return ground, {n: float(told["height"] or LOWEST_M) / STOREY_M for n, told, _, _ in standing}


def _compounds(
    land: BaseGeometry,
    roads: list[tuple[str, BaseGeometry]],
    spots: list[BaseGeometry],
    known: list[BaseGeometry],
    rng: np.random.Generator,
) -> list[tuple[int, BaseGeometry]]:
    """Return the compounds of the map, and many of the other blocks with several buildings as made-up ones."""
    streets = [line for kind, line in roads if kind not in PATHS]
    lines = shapely.union_all([*streets, land.boundary], grid_size=0.01)
    blocks = shapely.get_parts(shapely.polygonize([lines]))
    tree = shapely.STRtree(spots)
    made = [shape.intersection(land) for shape in known if shape.intersects(land)]
    taken = shapely.union_all(made)
    for block in blocks[np.argsort(shapely.area(blocks))]:
        yard = block.buffer(-WALL_M)
        buildings = len(tree.query(block, predicate="contains"))
        wanted = FEWEST <= buildings <= MOST and rng.random() < WALLED
        if wanted and not yard.is_empty and not yard.intersects(taken):
            made.append(yard)
    return list(enumerate(made, 1))


def _people(
    ground: Ground, storeys: dict[int, float], atoms: AtomSet, rng: np.random.Generator
) -> NDArray[np.int64]:
    counts = np.zeros((5, len(atoms.graph)), np.int64)
    for number, compound, shape, _ in ground.buildings:
        lived_in = compound is not None or rng.random() < LIVED_IN
        flats = min(shape.area * storeys[number] / FLAT_M2 * rng.uniform(0.3, 0.9), MOST_FLATS)
        flats = round(flats * lived_in)
        members, reports = rng.poisson(flats * 0.02), rng.poisson(flats * 0.01)
        counts[:, atoms.building_atom[number]] += (flats, round(flats * 2.6), 1, members, reports)
    return counts
