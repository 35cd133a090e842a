"""House numbers along streets, and standard addresses after GB/T 39609 (街巷院落, 建筑门楼, 单元户室)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from geodata.demo.frontage import Door
from geodata.demo.streets import Street

_FRONT = {True: 9.0, False: 6.0}
"""Metres of front to two house numbers, on a street and on a lane."""


class HouseNumbers:
    """Gives every door its number: odd to the left of the street's direction, even to the right."""

    def __init__(self) -> None:
        self._streets: dict[str, dict[str, Street]] = defaultdict(dict)
        self._doors: list[tuple[Door, Hashable]] = []

    def add(self, door: Door, key: Hashable) -> None:
        """Enter a door that needs a number."""
        self._streets[door.street.name][door.street.line.wkt] = door.street
        self._doors.append((door, key))

    def given(self) -> dict[Hashable, int]:
        """Return the number of each key, rising along the street, each only once on a street."""
        starts = {
            name: self._starts(list(pieces.values())) for name, pieces in self._streets.items()
        }
        sides: dict[tuple[str, bool], list[tuple[float, Hashable, bool]]] = defaultdict(list)
        for door, key in self._doors:
            street = door.street
            distance = starts[street.name][street.line.wkt] + door.distance
            sides[street.name, door.left].append((distance, key, street.kind != "service"))
        numbers: dict[Hashable, int] = {}
        for (_, left), doors in sides.items():
            last = -1 if left else 0
            for distance, key, wide in sorted(doors, key=lambda entry: entry[0]):
                own = 2 * int(distance / _FRONT[wide]) + (1 if left else 2)
                last = max(last + 2, own)
                numbers[key] = last
        return numbers

    @staticmethod
    def _starts(pieces: list[Street]) -> dict[str, float]:
        """Return where along the whole street each of its pieces begins: from west, from north."""
        ordered = sorted(pieces, key=_order)
        starts, at = {}, 0.0
        for piece in ordered:
            starts[piece.line.wkt] = at
            at += piece.line.length
        return starts


def _order(piece: Street) -> float:
    (x0, y0), (x1, y1) = piece.line.coords[0], piece.line.coords[-1]
    return x0 if abs(x1 - x0) > abs(y1 - y0) else -y0


def of_street(road: str, number: str) -> str:
    """Return the address of a house by a street.

    >>> of_street("人民路", "88")
    '人民路88号'
    """
    return f"{road}{number}号"


def in_compound(road: str, number: str, compound: str, zone: str | None, building: str) -> str:
    """Return the address of a building in an estate.

    >>> in_compound("人民路", "88", "书香苑小区", "一期", "3")
    '人民路88号书香苑小区一期3号楼'
    """
    return f"{of_street(road, number)}{compound}{zone or ''}{building}号楼"
