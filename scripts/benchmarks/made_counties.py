"""Made-up counties in the naming styles of many regions, for measuring how well texts are read.

Everything is made of word lists by a seed. There are two halves with different words: what is developed on one is
measured on the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Final

from gridmap.geolocation.gazetteer_queries import zone_of
from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import (
    Door,
    EntityKind,
    Gazetteer,
    House,
    Key,
    Name,
    numbers_in,
)

HALVES: Final = ("develop", "kept")
LAST: Final = "last"
"""Words that were looked at once, when all else was done."""
STYLES: Final = ("northern", "shanghai", "southern", "sichuan", "new", "village", "mixed")

_WORDS: Final = json.loads(Path(__file__).with_name("made_words.json").read_text(encoding="utf-8"))


def words(group: str, name: str | None = None) -> list[str]:
    """Return a list of words of `made_words.json`."""
    found = _WORDS[group] if name is None else _WORDS[group][name]
    return str(found).split("|")


@dataclass(slots=True)
class Compound:
    """A compound: how it is called, what its zones and numbers are."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    numbers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    word: str = "号楼"
    lane: tuple[str, str] | None = None

    def building(self, zone: str, number: str) -> str:
        """Return the code of a building."""
        return f"{self.code}/{zone}/{number}"


@dataclass(slots=True)
class County:
    """A made-up county."""

    style: str
    half: str
    compounds: list[Compound] = field(default_factory=list)
    roads: list[str] = field(default_factory=list)
    doors: dict[tuple[str, str], str] = field(default_factory=dict)
    crossings: list[tuple[str, str]] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)
    towers: dict[str, str] = field(default_factory=dict)
    communities: list[str] = field(default_factory=list)

    def numbered(self) -> dict[tuple[str, str], list[str]]:
        """Return the buildings at each number of each road."""
        found: dict[tuple[str, str], list[str]] = {}
        for (road, written), code in self.doors.items():
            for number in numbers_in(written):
                found.setdefault((road, number), []).append(code)
        return found

    def gazetteer(self) -> Gazetteer:
        """Return its names and numbers as the resolver takes them."""
        names: dict[Name, None] = {}
        houses: dict[House, tuple[str, ...]] = {}
        compound_of: dict[str, str] = {}
        for one in self.compounds:
            key = Key(EntityKind.COMPOUND, one.code)
            names.update(dict.fromkeys(Name(key, text) for text in (one.name, *one.aliases)))
            for zone, numbers in one.numbers.items():
                for number in numbers:
                    code = one.building(zone, number)
                    houses[House(one.code, zone_of(zone), fold(number))] = (code,)
                    compound_of[code] = one.code
        for road in self.roads:
            names[Name(Key(EntityKind.ROAD, road), road)] = None
        for name, codes in self.places.items():
            names.update(dict.fromkeys(Name(Key(EntityKind.POI, code), name) for code in codes))
        for name, code in self.towers.items():
            names[Name(Key(EntityKind.BUILDING, code), name)] = None
        for name in self.communities:
            names[Name(Key(EntityKind.COMMUNITY, name), name)] = None
        doors = {
            Door(*door): tuple(Key(EntityKind.BUILDING, code) for code in codes)
            for door, codes in self.numbered().items()
        }
        return Gazetteer(
            tuple(names),
            houses,
            {one.code: frozenset(map(zone_of, one.zones)) for one in self.compounds if one.zones},
            doors,
            {Door(*one.lane): one.code for one in self.compounds if one.lane},
            {frozenset(pair): "/".join(pair) for pair in self.crossings},
            compound_of,
            f"{self.style}/{self.half}",
        )


def large(half: str) -> County:
    """Make a county of 10,000 buildings and more in 600 compounds, with 300 roads and 1,500 places."""
    random = Random(f"large/{half}")  # noqa: S311
    county = make("mixed", half, compounds=600)
    stems, tails = words("stems", half), words("roads", half)
    for _ in range(300):
        road = f"{random.choice(stems)}{random.choice(tails)}{random.choice(['路', '街', '大道', '巷'])}"
        if road not in county.roads:
            county.roads.append(road)
            county.doors |= {(road, str(door)): f"d/{road}/{door}" for door in range(1, 20, 2)}
    for number in range(1_500):
        name = f"{random.choice(stems)}{random.choice(tails)}{random.choice(words('places'))}"
        county.places.setdefault(name, [f"p/{name}/{number}"])
    return county


def make(style: str, half: str, *, compounds: int = 60, seed: int = 1) -> County:
    """Make a county.

    Args:
        style: one of `STYLES`.
        half: one of `HALVES`, or `LAST`; they share no stems.
        compounds: how many stems get compounds; many have siblings beside them.
        seed: for all that is chosen.
    """
    random = Random(f"{style}/{half}/{seed}")  # noqa: S311
    county = County(style, half)
    _make_roads(county, random)
    stems = list(words("stems", half))
    random.shuffle(stems)
    taken: set[str] = set()
    round_ = 0
    while len(county.compounds) < compounds:
        for stem in stems:
            of = random.choice(STYLES[:-1]) if style == "mixed" else style
            for one in _siblings(of, half, stem, random, round_):
                if one.name not in taken and len(county.compounds) < compounds:
                    taken.add(one.name)
                    one.code = f"c{len(county.compounds)}"
                    county.compounds.append(one)
        round_ += 1
    _make_lanes(county, random)
    _make_places(county, random, stems)
    return county


def _make_roads(county: County, random: Random) -> None:
    for stem in words("roads", county.half):
        kind = random.choice(["路", "路", "街", "大道", "巷"])
        if random.random() < 0.3:  # noqa: PLR2004
            county.roads += [f"{stem}{side}{kind}" for side in random.choice(["东西", "南北"])]
        else:
            county.roads.append(f"{stem}{kind}")
    for road in county.roads:
        for number in random.sample(range(1, 400), 12):
            form = random.choice(["{}", "{}", "{}", "{}甲", "{}-1", "{}号附2", "range"])
            written = f"{number}-{number + 4}" if form == "range" else form.format(number)
            county.doors[road, written] = f"d/{road}/{written}"
    pairs = list(combinations(county.roads, 2))
    county.crossings = [pair for pair in random.sample(pairs, 60) if pair[0][:2] != pair[1][:2]]


def _siblings(style: str, half: str, stem: str, random: Random, round_: int) -> list[Compound]:
    tail = random.choice(words("tails", style))
    makers = {
        "northern": _northern,
        "shanghai": _shanghai,
        "southern": _southern,
        "sichuan": _sichuan,
        "new": _new,
        "village": _village,
    }
    stem = stem if not round_ else f"{random.choice('新大金玉华瑞祥')}{stem}"
    return makers[style](stem, tail, half, random)


def _count(random: Random, least: int = 4, most: int = 30) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, random.randint(least, most) + 1))


def _northern(stem: str, tail: str, _: str, random: Random) -> list[Compound]:
    way = random.randrange(4)
    if way == 0:
        zones = random.choice([("东院", "西院"), ("南区", "北区"), ("1区", "2区", "3区")])
        return [Compound("", f"{stem}{tail}", (), zones, {zone: _count(random) for zone in zones})]
    if way == 1:
        numbers = (*_count(random, 4, 12), "甲1", "乙2", "3甲")
        return [Compound("", f"{stem}{tail}", (f"{stem}院",), (), {"": numbers})]
    if way == 2:  # noqa: PLR2004
        return [Compound("", f"{stem}{side}里", (), (), {"": _count(random)}) for side in "东西"]
    return [Compound("", f"{stem}{tail}", (), (), {"": _count(random)})]


def _shanghai(stem: str, tail: str, _: str, random: Random) -> list[Compound]:
    way = random.randrange(4)
    if way == 0:
        return [
            Compound(
                "",
                f"{stem}{number}村",
                (f"{stem}新村{number}村",),
                (),
                {"": _count(random, 10, 60)},
                "号",
            )
            for number in "一二三四五六"[: random.randint(2, 6)]
        ]
    if way == 1:
        zones = ("一期", "二期")
        return [
            Compound("", f"{stem}{tail}", (), zones, {zone: _count(random) for zone in zones}, "号")
        ]
    return [Compound("", f"{stem}{tail}", (), (), {"": _count(random, 5, 60)}, "号")]


def _southern(stem: str, tail: str, _: str, random: Random) -> list[Compound]:
    way = random.randrange(3)
    if way == 0:
        numbers = tuple("ABCDEFGH"[: random.randint(3, 8)])
        return [Compound("", f"{stem}{tail}", (), (), {"": numbers}, "座")]
    if way == 1:
        zones = ("一期", "二期", "三期")
        return [
            Compound(
                "", f"{stem}花园", (), zones, {zone: _count(random, 3, 12) for zone in zones}, "座"
            )
        ]
    return [Compound("", f"{stem}{tail}", (), (), {"": _count(random)}, "栋")]


def _sichuan(stem: str, tail: str, _: str, random: Random) -> list[Compound]:
    way = random.randrange(3)
    if way == 0:
        zones = random.choice(
            [("翠竹组团", "海棠组团", "玉兰组团"), ("一组团", "二组团"), ("A区", "B区", "C区")]
        )
        return [
            Compound("", f"{stem}{tail}", (), zones, {zone: _count(random) for zone in zones}, "栋")
        ]
    if way == 1:
        return [
            Compound(
                "", f"{stem}{tail}", (), (), {"": (*_count(random, 4, 14), "附1", "附2")}, "幢"
            )
        ]
    return [Compound("", f"{stem}{tail}", (), (), {"": _count(random)}, "栋")]


def _new(stem: str, tail: str, half: str, random: Random) -> list[Compound]:
    brand = random.choice(words("brands", half))
    way = random.randrange(4)
    if way == 0:
        return [
            Compound("", f"{brand}{stem}花园{number}期", (), (), {"": _count(random, 3, 14)})
            for number in "一二三"[: random.randint(2, 3)]
        ]
    if way == 1:
        return [Compound("", f"{brand}·{stem}", (), (), {"": _count(random)})]
    if way == 2:  # noqa: PLR2004
        return [
            Compound("", f"{stem}{side}郡", (), (), {"": _count(random)}, "栋") for side in "东西"
        ]
    return [Compound("", f"{stem}{tail}", (), (), {"": _count(random)})]


def _village(stem: str, tail: str, _: str, random: Random) -> list[Compound]:
    if random.random() < 0.6:  # noqa: PLR2004
        zones = tuple(f"{number}组" for number in range(1, random.randint(3, 8)))
        return [
            Compound(
                "",
                f"{stem}{tail}",
                (),
                zones,
                {zone: _count(random, 5, 30) for zone in zones},
                "号",
            )
        ]
    return [Compound("", f"{stem}{tail}", (), (), {"": _count(random, 10, 80)}, "号")]


def _make_lanes(county: County, random: Random) -> None:
    for one in county.compounds:
        if county.style in {"shanghai", "mixed"} and not one.zones and random.random() < 0.5:  # noqa: PLR2004
            road, number = random.choice(county.roads), str(random.randrange(401, 999))
            if all(other.lane != (road, number) for other in county.compounds):
                one.lane = (road, number)


def _make_places(county: County, random: Random, stems: list[str]) -> None:
    named = {one.name for one in county.compounds}
    for stem in random.sample(stems, 24):
        name = f"{stem}{random.choice(words('places'))}"
        if name not in named:
            county.places[name] = [f"p/{name}"]
    for stem in random.sample(stems, 8):
        name = f"{stem}{random.choice(['大厦', '商务楼', '国际中心'])}"
        if name not in named and name not in county.places:
            county.towers[name] = f"t/{name}"
    for chain in words("chains"):
        county.places[chain] = [f"p/{chain}/{number}" for number in range(3)]
    county.communities = [f"{stem}社区" for stem in random.sample(stems, 12)]
    county.communities = [
        one for one in county.communities if one not in named and one not in county.places
    ]
