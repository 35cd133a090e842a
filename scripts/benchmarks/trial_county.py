"""A trial county on real ground, from files, as a gazetteer: for measuring how well texts are read.

Two folders: one of communities, compounds, buildings and texts (`texts.jsonl`), one of OpenStreetMap roads,
addresses and places. Neither belongs to the repository.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

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

REACH_DEGREES = 25 / 111_000
CLEAR_DEGREES = 5 / 111_000
"""How near a building must be to a point, and how much farther the next one (place.md, a point, 5)."""

Feature = tuple[dict[str, Any], BaseGeometry]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the trial: its kind, what it should be read as, and which buildings are right."""

    kind: str
    text: str
    level: str
    buildings: frozenset[str]
    compound: str | None
    gps: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Trial:
    """The names, where buildings lie, how each building is written in full, and the texts."""

    gazetteer: Gazetteer
    spots: dict[str, tuple[float, float]]
    addresses: dict[str, str]
    texts: list[Text]


def read(trial: Path, osm: Path) -> Trial:
    """Read both folders."""
    making = _Making()
    for told, _ in _features(trial / "communities.geojson"):
        making.name(EntityKind.COMMUNITY, told["code"], told["name"])
    for told, _ in _features(trial / "compounds.geojson"):
        making.compound(told)
    for told, shape in _features(trial / "buildings.geojson"):
        making.building(told, shape)
    making.roads(_features(osm / "roads.geojson"))
    making.doors_of(_features(osm / "addresses.geojson"))
    making.places(_features(osm / "pois.geojson"))
    return Trial(making.gazetteer(), making.spots, making.addresses, _texts(trial / "texts.jsonl"))


def _features(path: Path) -> list[Feature]:
    content = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [(one["properties"], shapely.geometry.shape(one["geometry"])) for one in content]


def _texts(path: Path) -> list[Text]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Text(
            row["kind"],
            row["text"],
            row["level"],
            frozenset([row["building"]] if isinstance(row["building"], str) else row["building"]),
            row["compound"],
            tuple(row["gps"]) if row["gps"] else None,
        )
        for row in rows
    ]


class _Making:
    def __init__(self) -> None:
        self.names: dict[Name, None] = {}
        self.houses: dict[House, list[str]] = defaultdict(list)
        self.zones: dict[str, frozenset[str]] = {}
        self.doors: dict[Door, dict[Key, None]] = defaultdict(dict)
        self.lanes: dict[Door, str] = {}
        self.crossings: dict[frozenset[str], str] = {}
        self.compound_of: dict[str, str] = {}
        self.spots: dict[str, tuple[float, float]] = {}
        self.addresses: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.codes: list[str] = []
        self.shapes: list[BaseGeometry] = []
        self.tree: shapely.STRtree | None = None

    def name(self, kind: EntityKind, code: str, text: str | None) -> None:
        if text:
            self.names[Name(Key(kind, code), text)] = None

    def compound(self, told: dict[str, Any]) -> None:
        code = told["id"]
        self.titles[code] = told["name"]
        self.name(EntityKind.COMPOUND, code, told["name"])
        for alias in (told["aliases"] or "").split("、"):
            self.name(EntityKind.COMPOUND, code, alias)
        if told["zones"]:
            self.zones[code] = frozenset(map(zone_of, told["zones"].split("、")))
        if told["lane_road"]:
            self.lanes[Door(told["lane_road"], str(told["lane_no"]))] = code

    def building(self, told: dict[str, Any], shape: BaseGeometry) -> None:
        code, compound = told["id"], told["compound_id"]
        self.codes.append(code)
        self.shapes.append(shape)
        spot = shape.representative_point()
        self.spots[code] = (spot.x, spot.y)
        if compound and told["number"]:
            number = str(int(told["number"]))
            self.compound_of[code] = compound
            self.houses[House(compound, zone_of(told["zone"] or ""), number)].append(code)
            self.addresses[code] = f"{self.titles[compound]}{told['zone'] or ''}{number}号楼"
        self.name(EntityKind.BUILDING, code, told["name"])
        if told["road"] and told["house_number"]:
            self._door(told["road"], str(told["house_number"]), Key(EntityKind.BUILDING, code))

    def _door(self, road: str, numbers: str, key: Key) -> None:
        for number in numbers_in(numbers):
            self.doors[Door(road, fold(number))][key] = None
            if key.kind is EntityKind.BUILDING:
                self.addresses.setdefault(key.code, f"{road}{number}号")
        self.name(EntityKind.ROAD, road, road)

    def _inside(self, shape: BaseGeometry) -> str | None:
        """Return the building that a point is in, the smallest of several; else the nearest one that is near alone."""
        self.tree = self.tree or shapely.STRtree(self.shapes)
        point = shape.representative_point()
        found = [int(one) for one in self.tree.query(point, predicate="intersects")]
        if found:
            return self.codes[min(found, key=lambda one: self.shapes[one].area)]
        near = sorted(
            (shapely.distance(self.shapes[int(one)], point), int(one))
            for one in self.tree.query(point.buffer(REACH_DEGREES))
        )
        alone = len(near) < 2 or near[1][0] > near[0][0] + CLEAR_DEGREES  # noqa: PLR2004
        if near and near[0][0] <= REACH_DEGREES and alone:
            return self.codes[near[0][1]]
        return None

    def roads(self, features: list[Feature]) -> None:
        lines: dict[str, list[BaseGeometry]] = defaultdict(list)
        for told, shape in features:
            if told.get("name"):
                lines[told["name"]].append(shape)
        names = list(lines)
        for name in names:
            self.name(EntityKind.ROAD, name, name)
        whole = [shapely.union_all(lines[name]) for name in names]
        for one, other in zip(
            *shapely.STRtree(whole).query(whole, predicate="intersects"), strict=True
        ):
            if one < other:
                pair = frozenset((names[int(one)], names[int(other)]))
                self.crossings[pair] = "/".join(sorted(pair))

    def doors_of(self, features: list[Feature]) -> None:
        for told, shape in features:
            road, numbers = told.get("addr_street"), told.get("addr_housenumber")
            if not road or not numbers:
                continue
            code = self._inside(shape)
            key = (
                Key(EntityKind.BUILDING, code) if code else Key(EntityKind.POI, f"{road}{numbers}")
            )
            self._door(road, str(numbers), key)

    def places(self, features: list[Feature]) -> None:
        for number, (told, shape) in enumerate(features):
            code = self._inside(shape)
            kind = EntityKind.BUILDING if code else EntityKind.POI
            self.name(kind, code or f"poi{number}", told.get("name"))

    def gazetteer(self) -> Gazetteer:
        return Gazetteer(
            tuple(self.names),
            {house: tuple(codes) for house, codes in self.houses.items()},
            self.zones,
            {door: tuple(keys) for door, keys in self.doors.items()},
            self.lanes,
            self.crossings,
            self.compound_of,
            "trial",
        )
