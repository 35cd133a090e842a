"""How an address is written and read: road or lane, numbers of one side, what follows a number. Pure.

In the order of GB/T 39609-2020 (地名地址地理编码规则): administrative area, street or lane and its
number (街巷院落), building (建筑门楼), unit and room (单元户室).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gridmap.geolocation.wording.folding import fold
from gridmap.terms import Parity

LARGEST: Final = 99_999
_NUMBER: Final = re.compile(
    r"(?P<first>\d{1,5})(?:号)?(?:(?P<to>-)(?P<last>\d{1,5})|(?P<suffix>[甲乙丙丁戊己A-Z]|之\d{1,3}|附\d{1,3}))?(?:号)?"
    r"(?P<parity>[(（]?[单双]号?[)）]?)?\Z"
)
_SUB: Final = re.compile(r"(?P<first>\d{1,5})号附(?P<suffix>\d{1,3})号?\Z")
_SIDES: Final = {"单": Parity.ODD, "双": Parity.EVEN}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbered part of an address.

    Attributes:
        first, last: numbers, both included; `last` None for one number.
        parity: which of them.
        suffix: what follows a single number.
    """

    first: int
    last: int | None = None
    parity: Parity = Parity.ALL
    suffix: str | None = None


def numbers_from(written: str) -> Numbers | None:
    """Read the numbers of an address; None where they cannot be read.

    >>> numbers_from("11-17单号"), numbers_from("88甲")
    (Numbers(first=11, last=17, parity=<Parity.ODD: 'odd'>, suffix=None),
     Numbers(first=88, last=None, parity=<Parity.ALL: 'all'>, suffix='甲'))
    >>> numbers_from("12号附3").suffix, numbers_from("十二号").first, numbers_from("老宅")
    ('附3', 12, None)
    """
    plain = fold(written).replace(" ", "")
    sub = _SUB.match(plain)
    if sub:
        return Numbers(int(sub["first"]), suffix=f"附{sub['suffix']}")
    found = _NUMBER.match(plain)
    if not found:
        return None
    last = int(found["last"]) if found["last"] else None
    first = int(found["first"])
    if last is not None and last < first:
        return None
    side = next((sign for sign in found["parity"] or "" if sign in _SIDES), "")
    parity = _SIDES.get(side, Parity.ALL) if last is not None else Parity.ALL
    return Numbers(first, last if last != first else None, parity, found["suffix"])


def written(road: str, lane: str | None, numbers: Numbers | None) -> str:
    """Return road, lane and numbers as people write them; it tells addresses of a place apart.

    >>> written("人民路", "37", Numbers(3)), written("人民路", None, Numbers(10, 16, Parity.EVEN))
    ('人民路37弄3号', '人民路10-16号（双号）')
    """
    made = f"{road}{lane}弄" if lane else road
    if numbers is None:
        return made
    last = f"-{numbers.last}" if numbers.last is not None else ""
    side = "" if numbers.parity is Parity.ALL else f"（{numbers.parity.zh}）"
    suffix = numbers.suffix or ""
    if suffix.startswith("附"):
        return f"{made}{numbers.first}号{suffix}"
    return f"{made}{numbers.first}{last}{suffix}号{side}"
