"""All registers (台账) by key: what is kept, in which columns, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gridmap.errors import NotFound
from gridmap.registers.centre_registers import CENTRE_REGISTERS
from gridmap.registers.columns import Register
from gridmap.registers.party_life_registers import PARTY_LIFE_REGISTERS
from gridmap.registers.place_registers import PLACE_REGISTERS
from gridmap.registers.post_registers import POST_REGISTERS
from gridmap.registers.red_property_registers import RED_PROPERTY_REGISTERS
from gridmap.registers.rounds_registers import ROUNDS_REGISTERS
from gridmap.registers.volunteering_registers import VOLUNTEERING_REGISTERS

REGISTERS: Final[Mapping[str, Register]] = {
    register.key: register
    for register in (
        *POST_REGISTERS,
        *PLACE_REGISTERS,
        *RED_PROPERTY_REGISTERS,
        *CENTRE_REGISTERS,
        *ROUNDS_REGISTERS,
        *PARTY_LIFE_REGISTERS,
        *VOLUNTEERING_REGISTERS,
    )
}


def register_named(key: str) -> Register:
    """Return the register of a key.

    Raises:
        NotFound: there is none.

    >>> register_named("visits").zh
    '领导走访'
    """
    register = REGISTERS.get(key)
    if register is None:
        raise NotFound(what_zh="这个台账", what_en="This register")
    return register
