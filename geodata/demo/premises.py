"""Who has the campuses: schools, agencies, works and markets get their names and their gates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from shapely import Polygon

from geodata.demo import naming
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.frontage import Door, is_left
from geodata.demo.plan import COUNTY_NAME
from geodata.demo.sites import Structure
from geodata.demo.town import Built

_CAMPUS = frozenset(
    {
        "school",
        "hospital",
        "government",
        "industrial",
        "commercial",
        "bus_station",
        "recreation_ground",
        "marketplace",
        "park",
    }
)
_RANK = {"secondary": 0, "primary": 1, "residential": 2, "trunk": 3}
_BESIDE = 16.0


@dataclass(eq=False, slots=True)
class Premise:
    """A campus: who has it, what kind of land it is, its gate and its buildings."""

    name: str
    kind: str
    block: Block
    shape: Polygon
    door: Door
    structures: list[Structure] = field(default_factory=list)


def premises(built: tuple[Built, ...], seed: int) -> list[Premise]:
    """Return every campus of the town with its name, north to south."""
    names = _names(seed)
    found = []
    for one in built:
        block = one.block
        free = [building for building in one.site.structures if building.door is None]
        for spot in one.site.spots:
            if spot.kind not in _CAMPUS or not isinstance(spot.shape, Polygon):
                continue
            inside = [b for b in free if spot.shape.contains(b.outline.centroid)]
            if not inside:
                continue
            free = [b for b in free if b not in inside]
            name, door = spot.name or next(names[block.use]), _gate(block, spot.shape)
            found.append(Premise(name, spot.kind, block, spot.shape, door, inside))
    return found


def _names(seed: int) -> dict[str, Iterator[str]]:
    agencies = Dice(seed, "agencies").shuffled(naming.AGENCIES)
    works = Dice(seed, "works").shuffled(naming.WORKS)
    pools = {
        "s": [COUNTY_NAME + name for name in naming.SCHOOLS],
        "u": [COUNTY_NAME + "职业教育中心"],
        "h": [COUNTY_NAME + name for name in naming.HOSPITALS],
        "q": [*agencies, *naming.OFFICES],
        "p": list(naming.PARKS),
        "g": ["县委县政府"],
        "i": [name + "有限公司" for name in works],
        "w": [COUNTY_NAME + name for name in naming.WHOLESALE],
        "b": [COUNTY_NAME + "汽车客运站"],
        "k": list(naming.MALLS),
    }
    return {use: chain(names, (f"{name}二区" for name in names)) for use, names in pools.items()}


def _gate(block: Block, shape: Polygon) -> Door:
    """Return the gate of a campus: on the best street beside it, opposite its middle."""
    middle = shape.centroid
    beside = [s for s in block.streets if s.line.distance(shape) < s.half + _BESIDE]
    street = min(beside or block.streets, key=lambda s: (_RANK[s.kind], s.line.distance(middle)))
    return Door(street, street.line.project(middle), is_left(street.line, middle))
