"""Estates get their names, zones and numbered buildings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from geodata.demo import naming
from geodata.demo.blocks import Block
from geodata.demo.dice import Dice
from geodata.demo.frontage import Door
from geodata.demo.plan import COMMUNITY_NAMES
from geodata.demo.sites import Estate, Structure
from geodata.demo.town import Built


@dataclass(eq=False, slots=True)
class Compound:
    """A named estate, of one piece or of two zones on both sides of a street.

    Attributes:
        code: the county's own id of it.
        style: letter of the drawing: y, e, m or t.
        parts: (zone or None, block, estate) of each piece.
        numbered: (zone, number or None, building): numbers are unique in a zone.
    """

    code: str
    name: str
    style: str
    parts: list[tuple[str | None, Block, Estate]]
    numbered: list[tuple[str | None, str | None, Structure]] = field(default_factory=list)

    @property
    def zones(self) -> tuple[str, ...]:
        """Return the names of the zones, if there are any."""
        return tuple(zone for zone, _, _ in self.parts if zone is not None)

    @property
    def gate(self) -> Door:
        """Return the main gate: that of the first piece."""
        return self.parts[0][2].gate

    @property
    def block(self) -> Block:
        """Return the block of the first piece."""
        return self.parts[0][1]


def compounds(built: tuple[Built, ...], seed: int) -> list[Compound]:
    """Return every estate of the town, named and numbered, north to south."""
    pools = {
        "y": _mixed(naming.yards(), Dice(seed, "yards")),
        "e": _mixed(naming.old_estates(), Dice(seed, "old")),
        "m": _mixed(naming.new_estates(), Dice(seed, "new")),
        "t": _mixed(naming.tower_estates(), Dice(seed, "towers")),
    }
    siblings = naming.siblings()
    found: list[Compound] = []
    for parts in _grouped(built):
        block = parts[0][1]
        name = _twin_name(block) if parts[0][0] else _name(block, siblings, pools[block.use])
        compound = Compound(f"XQ{len(found) + 1:03d}", name, block.use, parts)
        _number(compound)
        found.append(compound)
    return found


def _mixed(names: list[str], dice: Dice) -> list[str]:
    """Return the names in a drawn order, those of the second half after all of the first."""
    half = len(names) // 2
    return dice.shuffled(names[:half]) + dice.shuffled(names[half:])


def _grouped(built: tuple[Built, ...]) -> list[list[tuple[str | None, Block, Estate]]]:
    """Return the pieces of each estate: twins together, all others alone."""
    twins: dict[str, list[tuple[str | None, Block, Estate]]] = defaultdict(list)
    groups: list[list[tuple[str | None, Block, Estate]]] = []
    for one in built:
        for estate in one.site.estates:
            found = _twin(one.block)
            if found is None:
                groups.append([(None, one.block, estate)])
                continue
            name, zone = found
            if name not in twins:
                groups.append(twins[name])
            twins[name].append((zone, one.block, estate))
    for parts in twins.values():
        parts.sort(key=lambda part: part[0] or "")
    return groups


def _twin(block: Block) -> tuple[str, str] | None:
    for name, zones, quarters in naming.TWINS:
        for zone, quarter in zip(zones, quarters, strict=True):
            if quarter == (block.row, block.column):
                return name, zone
    return None


def _twin_name(block: Block) -> str:
    found = _twin(block)
    return found[0] if found else ""


def _name(block: Block, siblings: list[str], pool: list[str]) -> str:
    """Take the next name; sibling names stay together in the community that they are called after."""
    stem = {"幸福": "幸福", "和平": "和平里", "康宁": "向阳"}.get(COMMUNITY_NAMES[block.community])
    fitting = [name for name in siblings if stem and name.startswith(stem)]
    if block.use == "e" and fitting:
        siblings.remove(fitting[0])
        return fitting[0]
    return pool.pop(0)


def _number(compound: Compound) -> None:
    """Number the buildings by rows from the south, in each row from west to east; zones apart."""
    for zone, _, estate in compound.parts:
        ordered = sorted(estate.structures, key=lambda building: building.order)
        number = 0
        for building in ordered:
            if building.kind != "residential":
                compound.numbered.append((zone, None, building))
                continue
            number += 1
            compound.numbered.append((zone, str(number), building))
