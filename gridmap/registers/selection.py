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
from gridmap.ledger.party import PartyOrganisation
from gridmap.ledger.posts import Agency, Person, Post, Visit
from gridmap.ledger.property import PropertyCompany, ServiceCentre, ServiceCentreArea
from gridmap.registers.columns import Refers, Register
from gridmap.registers.homes import HOMES
from gridmap.store.base import Base, as_of

Query = Select[*tuple[Any, ...]]
Expressions = dict[str, Any]
"""A column of SQL by its key."""

TargetArea, TargetName = aliased(Area), aliased(AreaVersion)
PlaceArea, PlaceName, AboveName = aliased(Area), aliased(AreaVersion), aliased(AreaVersion)
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
    }
    if target := register.column("target"):
        names["target"] = func.coalesce(*(_CODES[one] for one in target.refers), null())
        names["target_name"] = func.coalesce(*(_NAMES[one] for one in target.refers), null())
    if register.tables[0] in {"post", "visit"}:
        names |= {"person": Person.code, "person_name": Person.name, "phone": Person.phone}
    if register.tables[0] == "visit":
        names["kind"] = Post.kind
    if "party_organisation" in register.tables:
        names["code"] = PartyOrganisation.code
    if register.key == "service-centres":
        names["communities"] = _served(func.string_agg(Area.code, literal("、")))
        names["lon"] = func.ST_X(ServiceCentre.spot)
        names["lat"] = func.ST_Y(ServiceCentre.spot)
    return names


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
    if register.tables[0] in {"post", "visit"}:
        query = query.join(Person, Person.id == Post.person_id)
    if register.column("seconded_from"):
        query = query.outerjoin(Seconding, Seconding.id == Post.seconded_from_id)
    if "party_organisation" in register.tables:
        query = query.join(PartyOrganisation, PartyOrganisation.id == base.organisation_id)
        query = query.outerjoin(Parent, Parent.id == base.parent_id)
    if Refers.COMPANY in refers:
        query = query.join(PropertyCompany, PropertyCompany.id == base.company_id)
    if Refers.AGENCY in refers and hasattr(base, "agency_id"):
        query = query.outerjoin(Agency, Agency.id == base.agency_id)
    query, places = _with_targets(query, base, refers, day)
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
