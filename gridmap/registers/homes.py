"""Where each register's columns lie in the ledger: its table, plain attributes, references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gridmap.ledger.areas import Area, Grid
from gridmap.ledger.buildings import Building, Compound
from gridmap.ledger.centres import CentreClosure, CentreMember, CentreOpening, WillingBranch
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.party_life import PartyMeeting, PartyMembership
from gridmap.ledger.posts import Agency, Person, Post, ResponsibleUnit, Visit
from gridmap.ledger.property import (
    OwnersCommittee,
    PropertyCompany,
    PropertyContract,
    ServiceCentre,
    UnservedCompound,
)
from gridmap.ledger.red_property import (
    CompanyParty,
    JointPost,
    MeetingAgency,
    MeetingItem,
    MeetingParty,
    MeetingTask,
    SelfManagement,
    UnitDeed,
)
from gridmap.ledger.rounds import DoorVisit, Household
from gridmap.ledger.volunteering import UnitCheckIn, Volunteer
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.columns import Refers, Register
from gridmap.store.base import Base

CODED: Final[Mapping[Refers, type[Base]]] = {
    Refers.COUNTY: Area,
    Refers.TOWNSHIP: Area,
    Refers.COMMUNITY: Area,
    Refers.GRID: Grid,
    Refers.BUILDING: Building,
    Refers.COMPOUND: Compound,
    Refers.AGENCY: Agency,
    Refers.PERSON: Person,
    Refers.COMPANY: PropertyCompany,
    Refers.ORGANISATION: PartyOrganisation,
    Refers.HOUSEHOLD: Household,
    Refers.MEETING: JointMeeting,
    Refers.VOLUNTEER: Volunteer,
}
"""The table in which a code stands."""

_PLACED: Final[Mapping[Refers, str]] = {
    Refers.COUNTY: "area_id",
    Refers.TOWNSHIP: "area_id",
    Refers.COMMUNITY: "area_id",
    Refers.GRID: "grid_id",
    Refers.BUILDING: "building_id",
    Refers.COMPOUND: "compound_id",
    Refers.AGENCY: "agency_id",
}
_POST_PLAIN: Final = ("unit", "term_end", "duty_phone")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a register lives.

    Attributes:
        entity: the table of its ids.
        plain: columns that are attributes of the same name.
        references: column to the attribute that holds the id, by what the code refers to.
        identity: attribute with the id of a `PartyOrganisation`, where the own code stands there.
        prefix: beginning of the codes that are made for new records.
        constant: what every row of the register has, where its table serves several.
    """

    entity: type[Base]
    plain: tuple[str, ...] = ()
    references: Mapping[str, Mapping[Refers, str]] = field(default_factory=dict)
    identity: str | None = None
    prefix: str = ""
    constant: Mapping[str, str] = field(default_factory=dict)


def _posts(register: Register) -> Home:
    target = register.column("target")
    refers = target.refers if target else ()
    references = {
        "target": {one: _PLACED[one] for one in refers},
        "person": {Refers.PERSON: "person_id"},
    }
    if register.column("seconded_from"):
        references["seconded_from"] = {Refers.AGENCY: "seconded_from_id"}
    several = len(register.kinds) > 1
    own = {column.key for column in register.columns}
    return Home(
        Post,
        plain=tuple(key for key in (*_POST_PLAIN, *(["kind"] if several else [])) if key in own),
        references=references,
        constant={} if several else {"kind": register.kinds[0]},
    )


_MEMBERS: Final = ("name", "full_members", "probationary_members")
_PARENT: Final = {"parent": {Refers.ORGANISATION: "parent_id"}}
_COMPOUND: Final = {"compound": {Refers.COMPOUND: "compound_id"}}
_COMMUNITY: Final = {"community": {Refers.COMMUNITY: "community_id"}}

_AGENCY: Final = {"agency": {Refers.AGENCY: "agency_id"}}
_COMPANY: Final = {"company": {Refers.COMPANY: "company_id"}}
_PERSON: Final = {"person": {Refers.PERSON: "person_id"}}
_MEETING: Final = {"meeting": {Refers.MEETING: "meeting_id"}}
_RED_PROPERTY: Final[dict[str, Home]] = {
    "company-parties": Home(CompanyParty, ("party_form", "name"), _COMPANY),
    "joint-posts": Home(JointPost, ("duty",), _COMMUNITY | _PERSON | _COMPANY | _COMPOUND),
    "self-management": Home(SelfManagement, ("work", "manager", "phone"), _COMPOUND),
    "meeting-items": Home(MeetingItem, ("position", "title", "decision"), _MEETING),
    "meeting-parties": Home(MeetingParty, ("came",), _MEETING | _COMPANY | _COMPOUND | _COMMUNITY),
    "meeting-agencies": Home(MeetingAgency, (), _MEETING | _AGENCY),
    "meeting-tasks": Home(MeetingTask, ("title", "due", "done_on", "result"), _MEETING | _PERSON),
    "unit-deeds": Home(UnitDeed, ("day", "kind", "note"), _COMMUNITY | _AGENCY),
}

_CENTRES: Final[dict[str, Home]] = {
    "centre-openings": Home(CentreOpening, ("centre", "weekdays", "opens", "closes")),
    "centre-closures": Home(CentreClosure, ("centre", "reason")),
    "centre-members": Home(
        CentreMember,
        ("centre", "employer"),
        {"volunteer": {Refers.VOLUNTEER: "volunteer_id"}},
    ),
    "willing-branches": Home(
        WillingBranch, ("places", "note"), {"target": {Refers.GRID: "grid_id"}}
    ),
}

_TARGET: Final = {"target": {Refers.BUILDING: "building_id"}}
_ROUNDS: Final[dict[str, Home]] = {
    "households": Home(
        Household,
        ("code", "unit", "room", "kind", "name", "contact_phone", "note"),
        _TARGET | {"visitor": {Refers.PERSON: "visitor_id"}},
        prefix="ZH",
    ),
    "door-visits": Home(
        DoorVisit,
        ("household", "day", "time", "outcome", "satisfaction", "note"),
        _TARGET | {"visitor": {Refers.PERSON: "person_id"}},
    ),
}

_ORGANISATION: Final = {"organisation": {Refers.ORGANISATION: "organisation_id"}}
_PARTY_LIFE: Final[dict[str, Home]] = {
    "party-members": Home(
        PartyMembership,
        ("standing", "came", "went", "elsewhere"),
        _ORGANISATION
        | {"residence": {Refers.BUILDING: "building_id"}, "person": {Refers.PERSON: "person_id"}},
    ),
    "party-meetings": Home(
        PartyMeeting,
        ("kind", "day", "state", "topic", "place", "minutes", "expected", "present"),
        _ORGANISATION,
    ),
}

_VOLUNTEERING: Final[dict[str, Home]] = {
    "unit-checkins": Home(UnitCheckIn, ("contact", "contact_phone"), _COMMUNITY | _AGENCY),
}

HOMES: Final[Mapping[str, Home]] = (
    _RED_PROPERTY
    | _VOLUNTEERING
    | _PARTY_LIFE
    | _ROUNDS
    | _CENTRES
    | {key: _posts(register) for key, register in REGISTERS.items() if register.tables[0] == "post"}
    | {
        "branches": Home(
            PartyVersion,
            ("kind", *_MEMBERS),
            {"target": {Refers.COMMUNITY: "area_id", Refers.GRID: "grid_id"}} | _PARENT,
            identity="organisation_id",
            prefix="DZZ",
        ),
        "building-groups": Home(
            PartyVersion,
            _MEMBERS,
            {"target": {Refers.BUILDING: "building_id"}} | _PARENT,
            identity="organisation_id",
            prefix="DXZ",
            constant={"kind": "building_group"},
        ),
        "visits": Home(Visit, ("day", "note")),
        "joint-meetings": Home(JointMeeting, ("day", "topic", "attended", "decisions"), _COMMUNITY),
        "responsible-units": Home(
            ResponsibleUnit,
            ("contact", "contact_phone"),
            _COMMUNITY | {"agency": {Refers.AGENCY: "agency_id"}},
        ),
        "property-companies": Home(PropertyCompany, ("code", "name", "phone"), prefix="WYQY"),
        "property-contracts": Home(
            PropertyContract, (), _COMPOUND | {"company": {Refers.COMPANY: "company_id"}}
        ),
        "owners-committees": Home(OwnersCommittee, ("name", "party_form"), _COMPOUND),
        "unserved-compounds": Home(UnservedCompound, ("self_management",), _COMPOUND),
        "service-centres": Home(ServiceCentre, ("code", "name", "address", "phone"), prefix="DQFW"),
        "agencies": Home(Agency, ("code", "name", "line", "phone"), prefix="DW"),
        "persons": Home(
            Person,
            ("code", "name", "phone", "party_member"),
            {"agency": {Refers.AGENCY: "agency_id"}},
            prefix="RYX",
        ),
    }
)
"""Every register has one."""
