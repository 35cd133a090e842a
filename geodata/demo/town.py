"""The town, built: every block by what the drawing says stands there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shapely import Polygon, get_parts, union_all

from geodata.demo import (
    campuses,
    estates,
    greens,
    markets,
    naming,
    offices,
    quarters,
    schools,
    works,
)
from geodata.demo.blocks import BANK_USE, FRINGE_USE, Block, blocks
from geodata.demo.dice import Dice
from geodata.demo.sites import Lane, Site, Spot
from geodata.demo.streets import WIDTH

_LEAST = 800.0
_CLEAR, _SHORTEST = 0.2, 6.0
"""Metres between a lane and a house; the shortest piece of a lane that is kept."""


@dataclass(frozen=True, slots=True)
class Built:
    """A block and what was built on it."""

    block: Block
    site: Site


def _build(block: Block, land: Polygon, root: str, dice: Dice) -> Site:
    builders = {
        "o": lambda: quarters.build(block, land, root, dice),
        "v": lambda: quarters.build(block, land, root, dice),
        "s": lambda: schools.school(block, land, dice),
        "h": lambda: campuses.hospital(block, land),
        "u": lambda: schools.college(block, land),
        "a": lambda: campuses.stadium(block, land),
        "b": lambda: campuses.bus_station(block, land),
        "q": lambda: offices.agencies(block, land, dice),
        "g": lambda: offices.government(block, land),
        "c": lambda: offices.square(block, land),
        "k": lambda: markets.build(block, land, dice),
        "i": lambda: works.build(block, land, dice),
        "w": lambda: works.build(block, land, dice),
        "p": lambda: greens.park(block, land, dice),
        "l": lambda: greens.lake_park(block, land),
        "f": lambda: greens.fields(block, land, dice),
        FRINGE_USE: lambda: greens.fields(block, land, dice),
    }
    return builders.get(block.use, lambda: estates.build(block, land, dice))()


@cache
def town(seed: int) -> tuple[Built, ...]:
    """Return all blocks with what stands on them, north to south."""
    found = []
    roots = {"o": iter(naming.OLD_LANES), "v": iter(naming.VILLAGES)}
    for number, block in enumerate(blocks(seed)):
        dice = Dice(seed, "block", number)
        if block.use == BANK_USE:
            found.append(Built(block, greens.bank(block)))
            continue
        whole = Site(spots=[Spot("park", bank) for bank in block.waterside.geoms])
        for land in block.land.geoms:
            if land.area >= _LEAST:
                root = next(roots[block.use]) if block.use in roots else ""
                _join(whole, _build(block, land, root, dice))
        whole.lanes = [part for lane in whole.lanes for part in _trimmed(lane, whole)]
        found.append(Built(block, whole))
    return tuple(found)


def _trimmed(lane: Lane, site: Site) -> list[Lane]:
    """Return what is left of a lane beside the houses of its block: no lane runs through one."""
    half = WIDTH[lane.kind] / 2 + _CLEAR
    houses = [*site.structures, *(house for estate in site.estates for house in estate.structures)]
    near = [house.outline for house in houses if house.outline.distance(lane.line) < half]
    if not near:
        return [lane]
    rest = get_parts(lane.line.difference(union_all(near).buffer(half)))
    return [Lane(lane.name, lane.kind, part) for part in rest if part.length > _SHORTEST]


def _join(whole: Site, part: Site) -> None:
    whole.estates += part.estates
    whole.structures += part.structures
    whole.lanes += part.lanes
    whole.spots += part.spots
    whole.ponds += part.ponds
