"""What locating answers: the two verdicts with everything that stands at the place on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gridmap.geolocation.rules import BuildingVerdict, GridVerdict, Place
from gridmap.terms import PartyKind, PostKind, Verdict


@dataclass(frozen=True, slots=True)
class Named:
    """Something with an id, a code and a name on the day."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BuildingFacts:
    """A building as of the day; `lon`, `lat` is its interior point (WGS 84)."""

    id: int
    code: str
    number: str | None
    zone: str | None
    name: str | None
    address: str | None
    kind: str
    units: int
    floors: int
    households: int
    residents: int
    compound_id: int | None
    lon: float
    lat: float

    @property
    def title(self) -> str:
        """The short name that people use: its name, else zone and number, else its code."""
        if self.number:
            number = f"{self.zone or ''}{self.number}号楼"
            return f"{self.name} {number}" if self.name else number
        return self.name or self.address or self.code


@dataclass(frozen=True, slots=True)
class CompoundFacts:
    """A compound and who manages it: a company, an entry in the ledger of unserved ones, or nobody."""

    id: int
    code: str
    name: str
    company: str | None
    company_phone: str | None
    company_since: date | None
    in_ledger: bool
    self_management: str | None


@dataclass(frozen=True, slots=True)
class PartyHeld:
    """A party organisation at the place."""

    id: int
    kind: PartyKind
    name: str
    full_members: int
    probationary_members: int
    area_id: int | None
    grid_id: int | None
    building_id: int | None


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post held on the day, with its holder."""

    post_id: int
    kind: PostKind
    person_id: int
    name: str
    area_id: int | None
    grid_id: int | None
    building_id: int | None
    compound_id: int | None
    unit: int | None
    since: date
    term_end: date | None
    duty_phone: str | None
    seconded_from: str | None


@dataclass(frozen=True, slots=True)
class Location:
    """A located place. Ids and names are those of `day`; `lon`, `lat` are WGS 84."""

    place: Place
    day: date
    lon: float
    lat: float
    grid: GridVerdict
    building: BuildingVerdict
    grid_named: Named | None
    community: Named | None
    township: Named | None
    county: Named | None
    compound: CompoundFacts | None
    building_facts: BuildingFacts | None
    alternatives: tuple[BuildingFacts, ...]
    parties: tuple[PartyHeld, ...]
    posts: tuple[PostHeld, ...]

    @property
    def is_placed(self) -> bool:
        """Whether one grid answers for the place."""
        return self.grid.status is Verdict.ACCEPTED

    @property
    def community_id(self) -> int | None:
        """Id of the community, where a grid was accepted."""
        return self.community.id if self.community else None

    @property
    def compound_id(self) -> int | None:
        """Id of the compound, where the point lies in one or its building belongs to one."""
        return self.compound.id if self.compound else None

    def party(self, kind: PartyKind) -> PartyHeld | None:
        """Return the organisation of that level for this very place."""
        return next((party for party in self.parties if party.kind == kind), None)

    @property
    def general_branch_id(self) -> int | None:
        """Id of the community's general branch."""
        return _id(self.party(PartyKind.GENERAL_BRANCH))

    @property
    def grid_branch_id(self) -> int | None:
        """Id of the grid's branch."""
        return _id(self.party(PartyKind.GRID_BRANCH))

    @property
    def building_group_id(self) -> int | None:
        """Id of the building's party group, where a building was accepted."""
        return _id(self.party(PartyKind.BUILDING_GROUP))


def _id(party: PartyHeld | None) -> int | None:
    return party.id if party else None
