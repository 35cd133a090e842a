"""The residential buildings as those see them who look after the people in them."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.demo.almanac import Almanac
from geodata.demo.changes import Changes
from geodata.demo.register import Entry, Register
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class Dwelling:
    """A residential building: its code, community (letter), name on signs, size, and its span."""

    code: str
    letter: str
    name: str
    units: int
    households: int
    span: Span


def dwellings(register: Register, almanac: Almanac, what: Changes) -> list[Dwelling]:
    """Return every building with households, in the order of the register."""
    return [
        Dwelling(
            entry.code,
            entry.block.community,
            _sign(entry),
            entry.structure.units,
            entry.households,
            Span(what.built.get(entry.code, almanac.opening), what.demolished.get(entry.code)),
        )
        for entry in register.entries
        if entry.kind == "residential" and entry.households
    ]


def _sign(entry: Entry) -> str:
    if entry.compound is None or entry.number is None:
        return entry.address
    return f"{entry.compound.name}{entry.zone or ''}{entry.number}号楼"
