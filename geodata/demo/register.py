"""The register of buildings: number, name, address, floors and people of each house."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from geodata.demo import addresses
from geodata.demo.addresses import HouseNumbers
from geodata.demo.blocks import Block
from geodata.demo.compounds import Compound, compounds
from geodata.demo.dice import Dice
from geodata.demo.plan import COUNTY_NAME
from geodata.demo.premises import Premise, premises
from geodata.demo.sites import Structure
from geodata.demo.town import Built, town

HOUSEHOLD = (2.3, 3.0)
"""Residents of a household."""
LIVED_IN = (0.84, 0.97)
"""Share of flats that somebody lives in."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A building in the register; `block` tells its community, `structure` its outline."""

    code: str
    block: Block
    structure: Structure
    compound: Compound | None
    kind: str
    zone: str | None
    number: str | None
    name: str | None
    road: str
    house_number: str
    address: str
    households: int
    residents: int


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that has a name or a number in the town."""

    built: tuple[Built, ...]
    compounds: tuple[Compound, ...]
    gates: dict[str, tuple[str, str]]
    premises: tuple[Premise, ...]
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class _Draft:
    """What is known of a building before the streets are numbered."""

    block: Block
    structure: Structure
    key: object
    road: str
    compound: Compound | None = None
    zone: str | None = None
    number: str | None = None
    name: str | None = None


@cache
def register(seed: int) -> Register:
    """Return the register of the whole town."""
    built = town(seed)
    estates, campuses = compounds(built, seed), premises(built, seed)
    doors = HouseNumbers()
    drafts: list[_Draft] = []
    for one in built:
        drafts += _by_the_street(one, doors)
    for premise in campuses:
        drafts += _on_campus(premise, doors)
    for compound in estates:
        drafts += _in_estate(compound, doors)
    numbers = doors.given()
    entries = tuple(
        _entry(f"LD{k + 1:05d}", draft, str(numbers[draft.key]), Dice(seed, "people", k))
        for k, draft in enumerate(drafts)
    )
    gates = {c.code: (c.gate.street.name, str(numbers[c.code])) for c in estates}
    return Register(built, tuple(estates), gates, tuple(campuses), entries)


def _by_the_street(one: Built, doors: HouseNumbers) -> list[_Draft]:
    drafts = []
    for structure in one.site.structures:
        if structure.door is not None:
            doors.add(structure.door, structure)
            drafts.append(_Draft(one.block, structure, structure, structure.door.street.name))
    return drafts


def _on_campus(premise: Premise, doors: HouseNumbers) -> list[_Draft]:
    doors.add(premise.door, premise)
    several = len(premise.structures) > 1
    drafts = []
    for k, structure in enumerate(premise.structures):
        own = structure.name or (f"{k + 1}号楼" if several else "")
        name, road = premise.name.removeprefix(COUNTY_NAME) + own, premise.door.street.name
        drafts.append(_Draft(premise.block, structure, premise, road, name=name))
    return drafts


def _in_estate(compound: Compound, doors: HouseNumbers) -> list[_Draft]:
    doors.add(compound.gate, compound.code)
    blocks = {zone: block for zone, block, _ in compound.parts}
    road = compound.gate.street.name
    stem = compound.name.removesuffix("小区")
    return [
        _Draft(
            blocks[zone], structure, compound.code, road, compound, zone, number,
            f"{stem}幼儿园" if structure.kind == "kindergarten" else None,
        )
        for zone, number, structure in compound.numbered
    ]  # fmt: skip


def _entry(code: str, draft: _Draft, house: str, dice: Dice) -> Entry:
    structure, compound = draft.structure, draft.compound
    homes = _homes(structure, dice)
    if compound is not None and draft.number is not None:
        address = addresses.in_compound(draft.road, house, compound.name, draft.zone, draft.number)
    else:
        address = addresses.of_street(draft.road, house) + (draft.name or "")
    return Entry(
        code,
        draft.block,
        structure,
        compound,
        "residential" if structure.kind == "house" else structure.kind,
        draft.zone,
        draft.number,
        draft.name,
        draft.road,
        house,
        address,
        homes,
        round(homes * dice.between(*HOUSEHOLD)),
    )


def _homes(structure: Structure, dice: Dice) -> int:
    """Return the number of households of a building."""
    if structure.kind == "house":
        return structure.flats
    flats = structure.units * structure.floors * structure.flats
    return round(flats * dice.between(*LIVED_IN))
