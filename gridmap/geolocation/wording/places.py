"""What a text can mean and how sure that is: levels, faults, candidates, the reading as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gridmap.geolocation.wording.tokens import Relation
from gridmap.terms import Term, Verdict


class Level(Term):
    """How exactly a text says where."""

    BUILDING = "building", "楼栋", "Building"
    POINT = "point", "地点", "Point"
    CROSSING = "crossing", "路口", "Crossing"
    COMPOUND = "compound", "小区", "Compound"
    COMMUNITY = "community", "社区", "Community"
    ROAD = "road", "道路", "Road"


EXACT: Final = frozenset({Level.BUILDING, Level.POINT, Level.CROSSING})
"""Levels that say a spot, not an extent."""


class Fault(Term):
    """What is doubtful about a reading."""

    MISSPELT = "misspelt", "名称有错字", "The name is misspelt"
    SHORT_NAME = "short_name", "名称不完整", "The name is not whole"
    ORDER = "order", "号码在名称之前", "The number comes before the name"
    BARE_NUMBER = "bare_number", "号码没有写明是楼栋", "The number does not say what it counts"
    NUMBER_UNKNOWN = "number_unknown", "台账里没有这个号码", "The table has no such number"
    ZONE_MISSING = "zone_missing", "没有写明是哪一期或哪个区", "The zone is missing"
    ZONE_UNKNOWN = "zone_unknown", "台账里没有这一期或这个区", "The table has no such zone"
    SEVERAL = "several", "写了不止一处", "More than one place is named"
    DENIED = "denied", "文字里有否定", "The text denies a place"
    BETWEEN = "between", "在两处之间", "Between two places"
    FACILITY = "facility", "名称后面是另一个场所", "Another facility follows the name"
    SAME_NAME = "same_name", "有不止一处叫这个名字", "More than one place has this name"
    TOO_COARSE = "too_coarse", "只写了道路或社区", "Only a road or a community is named"
    NO_PLACE = "no_place", "没有写地点", "No place is named"
    RELATIVE = "relative", "写的是附近", "Near the place that is named"
    LONGER_NAME = (
        "longer_name",
        "名称前后还有字，可能是另一处",
        "The name goes on: it may be another place",
    )
    LOOSE = "loose", "号码与名称不相连", "The number stands apart from the name"
    NUMBER_LEFT = "number_left", "还有号码不知属于哪里", "A number belongs to no known name"
    BUILDING_MISSING = "building_missing", "没有写明是哪栋楼", "The building is missing"
    FLOOR_OR_BUILDING = (
        "floor_or_building",
        "“楼”是楼层还是楼栋不清楚",
        "A floor or a building: not clear",
    )


POINTS: Final[dict[Fault, float]] = {
    Fault.SHORT_NAME: 8.0,
    Fault.ORDER: 3.0,
    Fault.BARE_NUMBER: 6.0,
    Fault.LOOSE: 4.0,
    Fault.RELATIVE: 0.0,
    Fault.MISSPELT: 0.0,
}
"""What a fault takes from a reading's 100; faults that are not here are asked about, always."""

ACCEPTED: Final = 78.0
MARGIN: Final = 6.0
"""A reading is taken from this score on, and where no other comes so near to it."""

A_SLIP: Final = 7.0
"""What a homophone takes; other slips in proportion (`lexicon.HOMOPHONE`)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a text can mean.

    Attributes:
        level: how exact it is.
        codes: of the building or place; several where the table has several under this name or number.
        compound: code of the compound, where there is one.
        name: the name as the lexicon has it.
        score: 100 minus the points of the faults.
        faults: what is doubtful.
        asks: whether it must be asked whatever its score.
        relation: how the place lies to it.
        used: where the numbers stand in the folded text that it was made of.
        span: where its name stands in the folded text.
    """

    level: Level
    codes: tuple[str, ...]
    compound: str | None
    name: str
    score: float
    faults: frozenset[Fault] = frozenset()
    asks: bool = False
    relation: Relation | None = None
    used: frozenset[int] = field(default=frozenset(), compare=False, repr=False)
    span: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Details:
    """What a text says beyond the place.

    Attributes:
        relation: how the place lies to what is named.
        unit, floor, room: as the text says, without their suffixes.
        numbers: building numbers that the text names; with a position they can be enough.
    """

    relation: Relation | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says.

    Attributes:
        verdict: accepted, ask, or none where no place is named.
        best: the place, where there is one.
        alternatives: others to choose from, the best first, at most five.
        faults: of the verdict.
        details: what else it says.
        version: of the gazetteer.
    """

    verdict: Verdict
    best: Candidate | None = None
    alternatives: tuple[Candidate, ...] = ()
    faults: frozenset[Fault] = frozenset()
    details: Details = Details()
    version: str = ""


@dataclass(slots=True)
class Doubt:
    """Faults as they gather, and what the reading lost by them."""

    faults: set[Fault] = field(default_factory=set)
    lost: float = 0.0
    asks: bool = False

    def add(self, *faults: Fault) -> None:
        """Add faults."""
        for fault in faults:
            self.faults.add(fault)
            self.lost += POINTS.get(fault, 0.0)
            self.asks = self.asks or fault not in POINTS


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Order candidates, the best first: exact levels before coarse ones, what need not be asked before what must."""
    unique: dict[tuple[object, ...], Candidate] = {}
    for one in candidates:
        key = (one.level, one.codes, one.compound)
        if key not in unique or _is_surer(one, unique[key]):
            unique[key] = one
    ordered = sorted(
        unique.values(),
        key=lambda one: (
            one.asks,
            one.level in {Level.ROAD, Level.COMMUNITY},
            one.level not in EXACT,
            -one.score,
            one.codes,
        ),
    )
    if not ordered:
        return []
    best = ordered[0]
    # what the best place lies in is no other place
    return [best, *(one for one in ordered[1:] if not _contains(one, best))]


_NO_RIVAL: Final = frozenset({Fault.NO_PLACE, Fault.LONGER_NAME})
"""Faults of what is most likely only a part of other words."""


def is_rival(one: Candidate, best: Candidate) -> bool:
    """Tell whether another place comes so near to the best that it must be asked; a crossing's roads do not."""
    if best.level is Level.CROSSING and one.name and one.name in best.name:
        return False
    if one.faults & _NO_RIVAL and (Fault.LONGER_NAME in one.faults or _overlap(one, best)):
        return False
    if best.level is Level.BUILDING and best.used and one.level is Level.POINT and one.asks:
        return False
    return one.score > best.score - MARGIN


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _is_surer(one: Candidate, other: Candidate) -> bool:
    """Tell which of two readings of one place counts: the surer of the same words, the more doubtful of others."""
    surer = (not one.asks, one.score) > (not other.asks, other.score)
    apart = one.level is Level.COMPOUND and not _overlap(one, other)
    return one.asks and not other.asks if apart else surer


def _contains(one: Candidate, best: Candidate) -> bool:
    if one.level in {Level.ROAD, Level.COMMUNITY}:
        return best.level not in {Level.ROAD, Level.COMMUNITY}
    return one.level == Level.COMPOUND and one.compound == best.compound
