"""The demo county as values: every row that the ledger will hold, before any database.

Spans are half-open days; shapes are WGS 84 (lon, lat), rounded to 1e-8 degrees. Rows name each
other by code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shapely import LineString, MultiPolygon, Point, Polygon

from gridmap.terms import AreaKind, Line, PartyForm, PartyKind, PostKind
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class AreaVersion:
    """County, township or community: name and boundary over a span; `parent` is a code."""

    code: str
    kind: AreaKind
    parent: str | None
    name: str
    boundary: MultiPolygon
    span: Span


@dataclass(frozen=True, slots=True)
class GridVersion:
    """A grid's name and boundary over a span."""

    code: str
    community: str
    name: str
    boundary: MultiPolygon
    span: Span


@dataclass(frozen=True, slots=True)
class CompoundVersion:
    """A compound over a span; `road` and `road_number` are the address of its gate."""

    code: str
    name: str
    aliases: tuple[str, ...]
    zones: tuple[str, ...]
    road: str
    road_number: str
    community: str
    boundary: MultiPolygon
    span: Span


@dataclass(frozen=True, slots=True)
class BuildingVersion:
    """A building over a span; `spot` lies inside the footprint."""

    code: str
    compound: str | None
    kind: str
    number: str | None
    zone: str | None
    name: str | None
    road: str
    house_number: str
    address: str
    units: int
    floors: int
    households: int
    residents: int
    footprint: Polygon
    spot: Point
    span: Span


@dataclass(frozen=True, slots=True)
class GridMember:
    """Which grid a building belongs to over a span."""

    building: str
    grid: str
    span: Span


@dataclass(frozen=True, slots=True)
class Road:
    """A piece of road with the same grids on both sides all along."""

    code: str
    name: str | None
    kind: str
    line: LineString
    span: Span


@dataclass(frozen=True, slots=True)
class RoadGrid:
    """Which grid answers for a road between two grids."""

    road: str
    grid: str
    span: Span


@dataclass(frozen=True, slots=True)
class Water:
    """A water surface."""

    code: str
    name: str | None
    kind: str
    surface: Polygon
    span: Span


@dataclass(frozen=True, slots=True)
class Place:
    """A named place or a piece of land use."""

    code: str
    name: str | None
    kind: str
    shape: Polygon | Point
    span: Span


@dataclass(frozen=True, slots=True)
class PartyVersion:
    """A party organisation over a span; `target` is the code of what it serves."""

    code: str
    parent: str | None
    kind: PartyKind
    name: str
    target: str
    full_members: int
    probationary_members: int
    span: Span


@dataclass(frozen=True, slots=True)
class Agency:
    """A county agency; `line` is the line it leads, if any."""

    code: str
    name: str
    line: Line | None
    phone: str


@dataclass(frozen=True, slots=True)
class ResponsibleUnit:
    """Which agency answers for a community over a span (分包单位)."""

    community: str
    agency: str
    span: Span


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up: all have 示 in the middle of the name and a telephone number of zeros."""

    code: str
    name: str
    phone: str
    party_member: bool
    agency: str | None


@dataclass(frozen=True, slots=True)
class JointMeeting:
    """A joint meeting of a community (党建联席会议)."""

    community: str
    day: date
    topic: str
    attended: str
    decisions: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A linked leader was in the community."""

    day: date
    note: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post over a span, with the visits of its holder; `target` is the code of the place.

    Attributes:
        term_end: first day after the planned term, where there is one.
        unit: of a steward for one entrance.
        seconded_from: agency of a first secretary.
    """

    kind: PostKind
    person: str
    target: str
    span: Span
    term_end: date | None = None
    unit: int | None = None
    seconded_from: str | None = None
    duty_phone: str | None = None
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyCompany:
    """A property company."""

    code: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class PropertyContract:
    """Which company serves a compound over a span."""

    compound: str
    company: str
    span: Span


@dataclass(frozen=True, slots=True)
class OwnersCommittee:
    """A compound's owners' committee over a span."""

    compound: str
    name: str
    party_form: PartyForm | None
    span: Span


@dataclass(frozen=True, slots=True)
class UnservedCompound:
    """An entry in the ledger of compounds without a property company over a span."""

    compound: str
    self_management: str
    span: Span


@dataclass(frozen=True, slots=True)
class ServiceCentre:
    """A party-mass service centre and the communities it serves over a span."""

    code: str
    name: str
    address: str
    phone: str
    spot: Point
    communities: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DemoCounty:
    """The whole county. `opening` is the first day of its ledger, `day` the last one it knows.

    `municipal_communities` are those that a municipal leader is to be linked to.
    """

    day: date
    opening: date
    metric_epsg: int
    municipal_communities: tuple[str, ...]
    areas: tuple[AreaVersion, ...]
    grids: tuple[GridVersion, ...]
    compounds: tuple[CompoundVersion, ...]
    buildings: tuple[BuildingVersion, ...]
    members: tuple[GridMember, ...]
    roads: tuple[Road, ...]
    road_grids: tuple[RoadGrid, ...]
    waters: tuple[Water, ...]
    places: tuple[Place, ...]
    parties: tuple[PartyVersion, ...]
    agencies: tuple[Agency, ...]
    responsible_units: tuple[ResponsibleUnit, ...]
    meetings: tuple[JointMeeting, ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    companies: tuple[PropertyCompany, ...]
    contracts: tuple[PropertyContract, ...]
    committees: tuple[OwnersCommittee, ...]
    unserved: tuple[UnservedCompound, ...]
    centres: tuple[ServiceCentre, ...]
