"""SQL: the one statement that reads a register, made from its description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, select
from sqlalchemy.orm import aliased

from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import (
    Building,
    BuildingVersion,
    Compound,
    CompoundVersion,
    GridBuilding,
)
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.party import PartyOrganisation
from gridmap.ledger.posts import Agency, Person, Post, Visit
from gridmap.ledger.property import PropertyCompany, ServiceCentre, ServiceCentreArea
from gridmap.ledger.volunteering import Volunteer
from gridmap.registers.centre_queries import area_of_centre, name_of_centre, of_volunteer
from gridmap.registers.columns import Refers, Register
from gridmap.registers.homes import HOMES
from gridmap.registers.organisations import (
    area_of_organisation,
    code_of_organisation,
    name_of_organisation,
)
from gridmap.store.base import Base, as_of

Query = Select[*tuple[Any, ...]]
Expressions = dict[str, Any]
"""A column of SQL by its key."""

TargetArea, TargetName = aliased(Area), aliased(AreaVersion)
PlaceArea, PlaceName, AboveName = aliased(Area), aliased(AreaVersion), aliased(AreaVersion)
Visiting = aliased(Person)
OfBuilding, Seconding, Parent = aliased(Grid), aliased(Agency), aliased(PartyOrganisation)
_AREAS: Final = frozenset({Refers.COUNTY, Refers.TOWNSHIP, Refers.COMMUNITY})
BUILDING_NAME: Final = func.concat(
    CompoundVersion.name,
    func.coalesce(
        BuildingVersion.zone + BuildingVersion.number + "号楼",
        BuildingVersion.number + "号楼",
        BuildingVersion.name,
        BuildingVersion.address,
        Building.code,
    ),
)

MEETING_NAME: Final = func.concat(
    func.to_char(JointMeeting.day, "YYYY-MM-DD"), " ", JointMeeting.topic
)
_WITH_PEOPLE: Final = frozenset({"post", "visit", "joint_post", "meeting_task", "party_membership"})
"""Tables of registers whose records are about somebody."""

_CODES: Final[Mapping[Refers, Any]] = {
    **dict.fromkeys(_AREAS, TargetArea.code),
    Refers.GRID: Grid.code,
    Refers.BUILDING: Building.code,
    Refers.COMPOUND: Compound.code,
    Refers.AGENCY: Agency.code,
}
_NAMES: Final[Mapping[Refers, Any]] = {
    **dict.fromkeys(_AREAS, TargetName.name),
    Refers.GRID: GridVersion.name,
    Refers.BUILDING: case((Building.id.is_not(None), BUILDING_NAME)),
    Refers.COMPOUND: CompoundVersion.name,
    Refers.AGENCY: Agency.name,
}


@dataclass(frozen=True, slots=True)
class Selection:
    """A register's rows as SQL: an expression a column, and the statement that has all joins."""

    entity: Any
    columns: Expressions
    query: Query


def selection(register: Register, day: date) -> Selection:
    """Return the SQL of a register's rows, with names as they are on a day.

    The statement gives `id`, `valid` (where dated), every column by its key, and the place:
    `place_id`, `place_kind`, `place_parent`, `place_code`, `place_name`, `place_above`.
    """
    entity = HOMES[register.key].entity
    columns = _columns(register)
    shown = [expression.label(key) for key, expression in columns.items()]
    query = select(entity.id.label("id"), *_span(register), *shown, *_PLACE).select_from(entity)  # type: ignore[attr-defined]
    query = _joined(query, register, day)
    if register.kinds and "kind" not in columns:
        query = query.where(entity.kind == register.kinds[0])  # type: ignore[attr-defined]
    elif register.kinds:
        query = query.where(entity.kind.in_(register.kinds))  # type: ignore[attr-defined]
    return Selection(entity, columns, query)


_PLACE: Final = (
    PlaceArea.id.label("place_id"),
    PlaceArea.kind.label("place_kind"),
    PlaceArea.parent_id.label("place_parent"),
    PlaceArea.code.label("place_code"),
    PlaceName.name.label("place_name"),
    case((PlaceArea.kind == "community", AboveName.name)).label("place_above"),
)


def _span(register: Register) -> list[ColumnElement[Any]]:
    entity: Any = HOMES[register.key].entity
    if not register.dated:
        return []
    return [entity.valid.label("valid")]


def _columns(register: Register) -> Expressions:
    home = HOMES[register.key]
    entity: Any = home.entity
    known: Expressions = {key: getattr(entity, key) for key in home.plain}
    if register.dated:
        known["begins"], known["ends"] = func.lower(entity.valid), func.upper(entity.valid)
    known |= _referred(register)
    return {column.key: known[column.key] for column in register.columns}


def _referred(register: Register) -> Expressions:
    """Codes and names that stand in other tables than the register's own."""
    names: Expressions = {
        "community": TargetArea.code,
        "community_name": TargetName.name,
        "compound": Compound.code,
        "compound_name": CompoundVersion.name,
        "company": PropertyCompany.code,
        "company_name": PropertyCompany.name,
        "agency": Agency.code,
        "agency_name": Agency.name,
        "seconded_from": Seconding.code,
        "parent": Parent.code,
        "meeting_code": JointMeeting.code,
        "meeting": JointMeeting.code,
        "meeting_name": MEETING_NAME,
    }
    if register.column("visitor"):
        names["visitor"] = _visitor(register)
    if target := register.column("target"):
        names["target"] = func.coalesce(*(_CODES[one] for one in target.refers), null())
        names["target_name"] = func.coalesce(*(_NAMES[one] for one in target.refers), null())
    if register.tables[0] in _WITH_PEOPLE:
        names |= {"person": Person.code, "person_name": Person.name, "phone": Person.phone}
    if register.tables[0] == "visit":
        names["kind"] = Post.kind
    if "party_organisation" in register.tables:
        names["code"] = PartyOrganisation.code
    return names | _of_centres(register) | _of_party_life(register)


def _of_centres(register: Register) -> Expressions:
    """Where a centre is and whom it serves, or the centre that a record is about."""
    if register.key == "service-centres":
        return {
            "communities": _served(func.string_agg(Area.code, literal("、"))),
            "lon": func.ST_X(ServiceCentre.spot),
            "lat": func.ST_Y(ServiceCentre.spot),
        }
    if not register.column("centre"):
        return {}
    entity = HOMES[register.key].entity
    names: Expressions = {"centre_name": name_of_centre(entity)}
    if register.column("volunteer"):
        names["volunteer"] = of_volunteer(entity, Volunteer.code)
        names["volunteer_name"] = of_volunteer(entity, Volunteer.name)
    return names


def _of_party_life(register: Register) -> Expressions:
    """The organisation that a record is about, and where a member lives."""
    if not register.column("organisation"):
        return {}
    entity = HOMES[register.key].entity
    return {
        "organisation": code_of_organisation(entity),
        "organisation_name": name_of_organisation(entity),
        "residence": Building.code,
        "residence_name": case((Building.id.is_not(None), BUILDING_NAME)),
    }


def _visitor(register: Register) -> ColumnElement[Any]:
    """Code of the person who visits or visited a door."""
    home = HOMES[register.key]
    own = getattr(home.entity, home.references["visitor"][Refers.PERSON])
    query = select(Visiting.code).where(Visiting.id == own)
    return query.correlate(home.entity).scalar_subquery()


def _served(what: ColumnElement[Any]) -> ColumnElement[Any]:
    """Something of the communities that a centre serves, at the row's first day or later."""
    return (
        select(what)
        .select_from(ServiceCentreArea)
        .join(Area, Area.id == ServiceCentreArea.community_id)
        .where(
            ServiceCentreArea.centre_code == ServiceCentre.code,
            ServiceCentreArea.valid.contains(func.lower(ServiceCentre.valid)),
        )
        .correlate(ServiceCentre)
        .scalar_subquery()
    )


def _joined(query: Query, register: Register, day: date) -> Query:
    """Join what the columns name, and the area that a row belongs to."""
    base: Any = HOMES[register.key].entity
    refers = {one for column in register.columns for one in column.refers}
    if register.tables[0] == "visit":
        query, base = query.join(Post, Post.id == Visit.post_id), Post
    if register.tables[0] in _WITH_PEOPLE:
        query = query.join(Person, Person.id == base.person_id)
    if register.column("seconded_from"):
        query = query.outerjoin(Seconding, Seconding.id == Post.seconded_from_id)
    if "party_organisation" in register.tables:
        query = query.join(PartyOrganisation, PartyOrganisation.id == base.organisation_id)
        query = query.outerjoin(Parent, Parent.id == base.parent_id)
    if Refers.COMPANY in refers:
        query = query.outerjoin(PropertyCompany, PropertyCompany.id == base.company_id)
    if Refers.AGENCY in refers and hasattr(base, "agency_id"):
        query = query.outerjoin(Agency, Agency.id == base.agency_id)
    query, places = _with_targets(query, base, refers, day)
    if Refers.MEETING in refers:
        query = query.join(JointMeeting, JointMeeting.id == base.meeting_id)
        places.insert(0, JointMeeting.community_id)
    return _with_place(query, register, places, day)


def _with_targets(
    query: Query, base: type[Base], refers: set[Refers], day: date
) -> tuple[Query, list[Any]]:
    """Join areas, grids, buildings and compounds; return also the areas that they lie in."""
    own: Any = base
    places: list[Any] = []
    if refers & _AREAS and (area := getattr(own, "area_id", getattr(own, "community_id", None))):
        query = query.outerjoin(TargetArea, TargetArea.id == area).outerjoin(
            TargetName, and_(TargetName.area_id == area, as_of(TargetName, day))
        )
        places.append(TargetArea.id)
    if Refers.GRID in refers:
        named = and_(GridVersion.grid_id == own.grid_id, as_of(GridVersion, day))
        query = query.outerjoin(Grid, Grid.id == own.grid_id).outerjoin(GridVersion, named)
        places.append(Grid.community_id)
    if Refers.BUILDING in refers:
        query = _with_buildings(query, base, day)
        places.append(OfBuilding.community_id)
    if refers & {Refers.COMPOUND, Refers.BUILDING}:
        direct = getattr(own, "compound_id", None) if Refers.COMPOUND in refers else None
        compound = BuildingVersion.compound_id if direct is None else direct
        if direct is not None:
            query = query.outerjoin(Compound, Compound.id == direct)
            places.append(CompoundVersion.community_id)
        named = and_(CompoundVersion.compound_id == compound, as_of(CompoundVersion, day))
        query = query.outerjoin(CompoundVersion, named)
    return query, places


def _with_buildings(query: Query, base: type[Base], day: date) -> Query:
    own: Any = base
    house = and_(BuildingVersion.building_id == own.building_id, as_of(BuildingVersion, day))
    member = and_(GridBuilding.building_id == own.building_id, as_of(GridBuilding, day))
    return (
        query.outerjoin(Building, Building.id == own.building_id)
        .outerjoin(BuildingVersion, house)
        .outerjoin(GridBuilding, member)
        .outerjoin(OfBuilding, OfBuilding.id == GridBuilding.grid_id)
    )


def _with_place(query: Query, register: Register, places: list[Any], day: date) -> Query:
    place: ColumnElement[Any] = null()
    if register.key == "service-centres":
        place = _served(func.min(Area.id))
    elif register.key == "persons":
        place = _latest_place(day)
    elif register.column("organisation"):
        place = area_of_organisation(HOMES[register.key].entity)
    elif register.column("centre"):
        place = area_of_centre(HOMES[register.key].entity)
    elif places:
        place = func.coalesce(*places, null())
    return (
        query.outerjoin(PlaceArea, PlaceArea.id == place)
        .outerjoin(PlaceName, and_(PlaceName.area_id == PlaceArea.id, as_of(PlaceName, day)))
        .outerjoin(AboveName, and_(AboveName.area_id == PlaceArea.parent_id, as_of(AboveName, day)))
    )


def _latest_place(day: date) -> ColumnElement[Any]:
    """The area of the post that somebody holds or held last."""
    return (
        select(
            func.coalesce(
                Post.area_id,
                Grid.community_id,
                OfBuilding.community_id,
                CompoundVersion.community_id,
            )
        )
        .select_from(Post)
        .outerjoin(Grid, Grid.id == Post.grid_id)
        .outerjoin(
            GridBuilding,
            and_(GridBuilding.building_id == Post.building_id, as_of(GridBuilding, day)),
        )
        .outerjoin(OfBuilding, OfBuilding.id == GridBuilding.grid_id)
        .outerjoin(
            CompoundVersion,
            and_(CompoundVersion.compound_id == Post.compound_id, as_of(CompoundVersion, day)),
        )
        .where(Post.person_id == Person.id)
        .order_by(func.upper(Post.valid).desc().nulls_first(), Post.id.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
