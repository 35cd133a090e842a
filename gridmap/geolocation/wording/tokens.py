"""The numbers of an address in a folded text: zone, lane, building, unit, floor, room; and words about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gridmap.terms import Term


class Relation(Term):
    """How the place lies to what is named."""

    BESIDE = "beside", "旁边", "Beside"
    OPPOSITE = "opposite", "对面", "Opposite"
    BETWEEN = "between", "之间", "Between"


class Part(Term):
    """What a number counts."""

    ZONE = "zone", "区期", "Zone"
    LANE = "lane", "弄", "Lane"
    BUILDING = "building", "楼栋", "Building"
    UNIT = "unit", "单元", "Unit"
    FLOOR = "floor", "楼层", "Floor"
    ROOM = "room", "室", "Room"
    BARE = "bare", "数字", "Number"


@dataclass(frozen=True, slots=True)
class Token:
    """A number in a text with what it counts."""

    part: Part
    value: str
    start: int
    end: int


_NUMBER = r"(?P<n>[A-Z]?\d{1,4}(?:[甲乙丙丁]|[A-Z](?![A-Z]))?)"
_PATTERNS: Final[tuple[tuple[Part, re.Pattern[str]], ...]] = tuple(
    (part, re.compile(pattern))
    for part, pattern in (
        (Part.ZONE, r"第?(?P<n>\d{1,2})(?:期|区(?!域|委|政)|组团)"),
        (Part.ZONE, r"(?P<n>[东西南北中A-H])(?:区(?!域|委|政)|苑(?=\d))"),
        (Part.LANE, r"(?P<n>\d{1,4})(?:弄|支弄)"),
        (Part.UNIT, r"(?P<n>\d{1,2})(?:单元|门洞|门栋|号门(?![口前外卫]))"),
        (Part.ROOM, r"(?P<n>\d{3,4})(?:室|房间|房|户(?!口))"),
        (
            Part.BUILDING,
            _NUMBER
            + r"(?:号楼|栋楼|栋|座楼|座(?!位)|#楼|#|号院|号(?!线|码|文|下午|上午|晚|早|凌晨))",
        ),
        (Part.FLOOR, r"(?P<n>\d{1,2})(?:层|楼(?![栋号道梯顶下上前后门洞]))"),
    )
)
_DASHED: Final = re.compile(
    r"(?P<b>[A-Z]?\d{1,3}[A-Z]?)(?:#|号楼|栋)?-(?:(?P<u>\d{1,2})-)?(?P<r>\d{3,4})(?!\d)"
)
_SHARP: Final = re.compile(r"(?P<b>\d{1,3})#(?P<r>\d{3,4})(?!\d)")
_BARE: Final = re.compile(
    r"(?<![\dA-Z.])(?P<n>\d{1,4})(?![\dA-Z.:%]|年|月|日|天|点|分|秒|小时|次|个|块|名|人|位|米|公里|元|根|辆|棵|盏|台|家|户|条|处|岁|周|倍|斤|件|级|路(?:公交|车|汽车)|号线)"
)
_COUNTED: Final = re.compile(r"\d+月\d+[日号]")
_BETWEEN: Final = re.compile(r"之间|中间(?!人)|与.{0,8}间")
_OPPOSITE: Final = re.compile(r"对面|对过|斜对")
_BESIDE: Final = re.compile(
    r"旁边|旁|附近|边上|隔壁|门口|门前|门外|路边|后面|前面|背后|楼下|楼前|楼后|[东西南北]侧|[东西南北]面|[东西南北]边|近"
)
_NOT: Final = re.compile(r"不是|不在|而非|并非|不属于")
JOINING: Final = re.compile(r"[,和与及跟或到至/]\Z")


@dataclass(frozen=True, slots=True)
class Tokens:
    """All that a text says by numbers and small words."""

    found: tuple[Token, ...]
    relation: Relation | None
    denies: bool

    def of(self, *parts: Part) -> tuple[Token, ...]:
        """Return the tokens that count such things."""
        return tuple(one for one in self.found if one.part in parts)


def tokens(text: str, taken: tuple[tuple[int, int], ...] = ()) -> Tokens:
    """Read the numbers of a folded text outside the places that names have taken.

    >>> [(t.part.value, t.value) for t in tokens("3号楼2单元301室").found]
    [('building', '3'), ('unit', '2'), ('room', '301')]
    >>> [(t.part.value, t.value) for t in tokens("13-2-502").found]
    [('building', '13'), ('unit', '2'), ('room', '502')]
    """
    free = list(text)
    for start, end in taken:
        free[start:end] = "\x00" * (end - start)
    for date in _COUNTED.finditer("".join(free)):
        free[date.start() : date.end()] = "\x00" * (date.end() - date.start())
    found: list[Token] = []
    for pattern in (_DASHED, _SHARP):
        for match in pattern.finditer("".join(free)):
            found += _dashed(match)
            free[match.start() : match.end()] = "\x00" * (match.end() - match.start())
    for part, pattern in _PATTERNS:
        for match in pattern.finditer("".join(free)):
            found.append(Token(part, match["n"], match.start(), match.end()))
            free[match.start() : match.end()] = "\x00" * (match.end() - match.start())
    found += [
        Token(Part.BARE, match["n"], match.start(), match.end())
        for match in _BARE.finditer("".join(free))
    ]
    rest = "".join(free)
    return Tokens(
        tuple(sorted(found, key=lambda one: one.start)), _relation(rest), bool(_NOT.search(rest))
    )


def _dashed(match: re.Match[str]) -> list[Token]:
    made = [Token(Part.BUILDING, match["b"], match.start("b"), match.end("b"))]
    unit = match.groupdict().get("u")
    if unit:
        made.append(Token(Part.UNIT, unit, match.start("u"), match.end("u")))
    made.append(Token(Part.ROOM, match["r"], match.start("r"), match.end("r")))
    return made


def _relation(text: str) -> Relation | None:
    for relation, pattern in (
        (Relation.BETWEEN, _BETWEEN),
        (Relation.OPPOSITE, _OPPOSITE),
        (Relation.BESIDE, _BESIDE),
    ):
        if pattern.search(text):
            return relation
    return None
