"""The names of a county, as a resolver reads them: entities, what they are called, numbers that they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gridmap.geolocation.wording.numbering import numbers_in
from gridmap.terms import Term

__all__ = ["Door", "EntityKind", "Gazetteer", "House", "Key", "Name", "numbers_in"]


class EntityKind(Term):
    """What a name can stand for."""

    COMMUNITY = "community", "社区", "Community"
    COMPOUND = "compound", "小区", "Compound"
    BUILDING = "building", "楼栋", "Building"
    ROAD = "road", "道路", "Road"
    POI = "poi", "地点", "Place"


class Key(NamedTuple):
    """An entity: its kind and its code."""

    kind: EntityKind
    code: str


class Name(NamedTuple):
    """A name of an entity, as written."""

    key: Key
    text: str


class House(NamedTuple):
    """A building with a number in a compound: the folded zone (empty where there is none) and number."""

    compound: str
    zone: str
    number: str


class Door(NamedTuple):
    """A number on a road."""

    road: str
    number: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names of a day, and the numbers below them. Codes are those of the ledger.

    Attributes:
        names: of all entities; an entity can have many, and a name many entities.
        houses: buildings by compound, zone and number (folded).
        zones: zones of each compound that has any, folded.
        doors: buildings or places by road and number.
        lanes: compound by road and lane number.
        crossings: code of a crossing by the codes of its two roads.
        compound_of: compound of a building, where it is in one.
        version: of the data that it was made from.
        areas: names of the county, its towns and communities; with them, another town's is told apart.
    """

    names: tuple[Name, ...]
    houses: Mapping[House, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    doors: Mapping[Door, tuple[Key, ...]] = field(default_factory=dict)
    lanes: Mapping[Door, str] = field(default_factory=dict)
    crossings: Mapping[frozenset[str], str] = field(default_factory=dict)
    compound_of: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    areas: frozenset[str] = frozenset()
