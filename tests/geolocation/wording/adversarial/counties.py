"""Four small counties and what people write about them to trip a resolver; all of it is made up by hand.

`developed.tsv` was looked at while the grammar was made, `kept.tsv` and `late.tsv` were not. Each line is a
county, an answer and a text. An answer is ``ask``; a building as compound/zone/number; ``c:`` a compound, ``d:`` a
door, ``x:`` a crossing, ``p:`` a place or ``t:`` a building with a name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

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
from gridmap.geolocation.wording.places import Level, Reading
from gridmap.geolocation.wording.reading import Reader
from gridmap.terms import Verdict

HERE = Path(__file__).parent
PARTS = ("developed", "kept", "late")


@dataclass(frozen=True, slots=True)
class Case:
    county: str
    answer: str
    text: str


def cases(part: str) -> list[Case]:
    lines = (HERE / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
    return [Case(*line.split("\t")) for line in lines]


@lru_cache(maxsize=1)
def readers() -> dict[str, Reader]:
    told = json.loads((HERE / "counties.json").read_text(encoding="utf-8"))
    return {name: Reader(gazetteer(county)) for name, county in told.items()}


def outcome(case: Case) -> str:
    """Right, asked or wrong; "right" where a text that nobody can place is asked."""
    reading = readers()[case.county].read(case.text)
    if reading.verdict is not Verdict.ACCEPTED:
        return "right" if case.answer == "ask" else "asked"
    return "right" if taken(reading) == case.answer else "wrong"


def taken(reading: Reading) -> str:
    """What was accepted, written as an answer."""
    best = reading.best
    assert best is not None
    if best.level is Level.COMPOUND:
        return f"c:{best.compound}"
    return best.codes[0] if len(best.codes) == 1 else "/".join(best.codes)


def gazetteer(told: dict[str, Any]) -> Gazetteer:
    names: list[Name] = []
    houses: dict[House, tuple[str, ...]] = {}
    compound_of: dict[str, str] = {}
    for code, one in told["compounds"].items():
        key = Key(EntityKind.COMPOUND, code)
        names += [Name(key, text) for text in (one["name"], *one.get("aliases", ()))]
        numbers = [*map(str, range(1, one.get("most", 0) + 1)), *one.get("more", ())]
        for zone in one.get("zones", [""]):
            for number in numbers:
                parts = (code, zone_of(zone).removesuffix("组").removesuffix("院"), number)
                building = "/".join(part for part in parts if part).removesuffix("团")
                building = building.replace("团/", "/").replace("组/", "/")
                if number[0] in "甲乙":
                    building = building.replace(number, number[1:] + number[0])
                houses[House(code, zone_of(zone), fold(number))] = (building,)
                compound_of[building] = code
    for kind, prefix, names_of in (
        (EntityKind.ROAD, "", dict.fromkeys(told["roads"], 1)),
        (EntityKind.POI, "p:", told["places"]),
        (EntityKind.BUILDING, "t:", dict.fromkeys(told["towers"], 1)),
        (EntityKind.COMMUNITY, "", dict.fromkeys(told["communities"], 1)),
    ):
        for name, count in names_of.items():
            for number in range(count):
                names.append(Name(Key(kind, f"{prefix}{name}" + f"#{number}" * (count > 1)), name))
    return Gazetteer(
        names=tuple(names),
        houses=houses,
        zones={
            code: frozenset(map(zone_of, one["zones"]))
            for code, one in told["compounds"].items()
            if "zones" in one
        },
        doors={
            Door(road, number): (Key(EntityKind.BUILDING, f"d:{road}/{written}"),)
            for road, all_of in told["doors"].items()
            for written in all_of
            for number in numbers_in(written)
        },
        lanes={
            Door(*one["lane"]): code for code, one in told["compounds"].items() if "lane" in one
        },
        crossings={frozenset(pair): f"x:{'/'.join(pair)}" for pair in told["crossings"]},
        compound_of=compound_of,
    )
