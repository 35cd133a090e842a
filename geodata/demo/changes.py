"""What was built, demolished and renamed in the last two years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from geodata.demo.almanac import Almanac
from geodata.demo.compounds import Compound
from geodata.demo.naming import RENAMED_FROM, RENAMED_TO
from geodata.demo.plan import COMMUNITY_NAMES
from geodata.demo.register import Entry, Register

BUILT_MONTHS, OPENED_MONTHS, DEMOLISHED_MONTHS, RENAMED_MONTHS = 10, 7, 5, 16
DEMOLISHED = 6


@dataclass(frozen=True, slots=True)
class Changes:
    """Dates of change by code.

    Attributes:
        built: first day of buildings (code) that came later than the ledger.
        demolished: first day without the building.
        opened: first day of compounds that came later than the ledger.
        renamed: compounds that had a former name until a day.
    """

    built: dict[str, date]
    demolished: dict[str, date]
    opened: dict[str, date]
    renamed: dict[str, tuple[str, date]]


def changes(register: Register, almanac: Almanac) -> Changes:
    """Return what changed: two blocks of an estate, a whole estate, houses of a lane, a name."""
    opened = _opened(register)
    day = almanac.months_ago(OPENED_MONTHS)
    built = {entry.code: day for entry in register.entries if entry.compound is opened}
    built |= {entry.code: almanac.months_ago(BUILT_MONTHS) for entry in _added(register)}
    demolished = dict.fromkeys(
        (entry.code for entry in _cleared(register)), almanac.months_ago(DEMOLISHED_MONTHS)
    )
    renamed = {
        compound.code: (RENAMED_FROM, almanac.months_ago(RENAMED_MONTHS))
        for compound in register.compounds
        if compound.name == RENAMED_TO
    }
    return Changes(built, demolished, {opened.code: day}, renamed)


def _opened(register: Register) -> Compound:
    """Return the estate that was finished only lately: the largest new one at the southern edge."""
    south = [
        c
        for c in register.compounds
        if c.style == "m" and COMMUNITY_NAMES[c.block.community] == "锦绣"
    ]
    return max(south, key=lambda compound: (len(compound.numbered), compound.code))


def _added(register: Register) -> list[Entry]:
    """Return the northern row of towers of the largest estate of towers in Taoyuan."""
    towers = [
        c
        for c in register.compounds
        if c.style == "t" and COMMUNITY_NAMES[c.block.community] == "桃园"
    ]
    compound = max(towers, key=lambda c: (len(c.numbered), c.code))
    last = max(building.order[0] for _, _, building in compound.numbered)
    return [e for e in register.entries if e.compound is compound and e.structure.order[0] == last]


def _cleared(register: Register) -> list[Entry]:
    """Return houses of one village lane."""
    houses = [e for e in register.entries if e.structure.kind == "house" and e.block.use == "v"]
    lane = houses[len(houses) // 2].road
    return [entry for entry in houses if entry.road == lane][:DEMOLISHED]
