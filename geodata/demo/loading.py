"""The demo county into an empty database: every row of the value, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely import MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geodata.demo import centre_life, party_life, red_property, rounds, setting_up, volunteering
from geodata.demo import county as demo
from geodata.demo.generator import generate
from geodata.demo.other_names import other_names
from gridmap.errors import NotEmpty
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import (
    Building,
    BuildingVersion,
    Compound,
    CompoundVersion,
    GridBuilding,
)
from gridmap.ledger.geography import Place, Road, RoadGrid, Water
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.names import PlaceName
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.posts import Agency, Person, Post, ResponsibleUnit, Visit
from gridmap.ledger.property import (
    OwnersCommittee,
    PropertyCompany,
    PropertyContract,
    ServiceCentre,
    ServiceCentreArea,
    UnservedCompound,
)
from gridmap.store.base import STORED_SRID, Base, from_day
from gridmap.terms import POST_TARGETS, AreaKind, Named, NameSource, NameState
from gridmap.timespan import Span

Row = dict[str, Any]
Ids = dict[str, int]

_MUST_BE_EMPTY: tuple[type[Base], ...] = (Area, Compound, Building, Person, Agency, Road, Place)


def is_empty(session: Session) -> bool:
    """Tell whether the ledger holds nothing yet: no area, compound, building, person, road or place."""
    return all(session.scalar(select(table).limit(1)) is None for table in _MUST_BE_EMPTY)


def load(session: Session, day: date) -> dict[str, int]:
    """Make the demo county for a day and write it; flushed, not committed.

    Args:
        session: the caller's transaction.
        day: day in Asia/Shanghai, see `geodata.demo.generator.generate`.

    Returns:
        Rows written, by table.

    Raises:
        NotEmpty: the ledger already holds something; nothing was changed.
    """
    if not is_empty(session):
        raise NotEmpty
    return _Writing(session, generate(day)).write()


class _Dated(Protocol):
    """Any row of the demo county that has a span."""

    @property
    def span(self) -> Span: ...


class _Writing:
    """One load: remembers the ids of what was written, by code."""

    def __init__(self, session: Session, made: demo.DemoCounty) -> None:
        self._session = session
        self._made = made
        self._counts: dict[str, int] = {}
        self._areas: Ids = {}
        self._grids: Ids = {}
        self._compounds: Ids = {}
        self._buildings: Ids = {}
        self._agencies: Ids = {}
        self._people: Ids = {}

    def write(self) -> dict[str, int]:
        """Write everything, what others refer to first."""
        self._write_areas()
        self._write_buildings()
        self._write_geography()
        self._write_names()
        self._write_party()
        self._write_people()
        self._write_posts()
        self._write_property()
        self._write_centres()
        red_property.write(self._session, self._made)
        centre_life.write(self._session, self._made)
        volunteering.write(self._session, self._made)
        self._counts[Person.__tablename__] += party_life.write(self._session, self._made)
        rounds.write(self._session, self._made)
        setting_up.set_up(self._session, self._made)
        return self._counts

    def _insert(self, table: type[Base], rows: Sequence[Row]) -> list[int]:
        """Insert rows in few statements; return their ids in the same order."""
        self._counts[table.__tablename__] = len(rows)
        statement = insert(table).returning(table.__table__.c.id, sort_by_parameter_order=True)
        return list(self._session.scalars(statement, rows)) if rows else []

    def _identities(self, table: type[Base], rows: dict[str, Row]) -> Ids:
        """Insert one row a code; return the ids by code."""
        ids = self._insert(table, [{"code": code, **row} for code, row in rows.items()])
        return dict(zip(rows, ids, strict=True))

    def _write_areas(self) -> None:
        for kind in AreaKind:
            versions = {area.code: area for area in self._made.areas if area.kind is kind}
            self._areas |= self._identities(
                Area,
                {
                    code: {"kind": kind.value, "parent_id": self._areas.get(area.parent or "")}
                    for code, area in versions.items()
                },
            )
        self._counts[Area.__tablename__] = len(self._areas)
        self._insert(
            AreaVersion,
            [
                {
                    "area_id": self._areas[a.code],
                    "name": a.name,
                    "boundary": _many(a.boundary),
                    "valid": _valid(a),
                }
                for a in self._made.areas
            ],
        )
        communities = {grid.code: grid.community for grid in self._made.grids}
        self._grids = self._identities(
            Grid, {code: {"community_id": self._areas[of]} for code, of in communities.items()}
        )
        self._insert(
            GridVersion,
            [
                {
                    "grid_id": self._grids[g.code],
                    "name": g.name,
                    "boundary": _many(g.boundary),
                    "valid": _valid(g),
                }
                for g in self._made.grids
            ],
        )

    def _write_buildings(self) -> None:
        made = self._made
        self._compounds = self._identities(
            Compound, {version.code: {} for version in made.compounds}
        )
        self._insert(
            CompoundVersion,
            [
                {
                    "compound_id": self._compounds[c.code],
                    "name": c.name,
                    "zones": list(c.zones),
                    "lane_road": c.road,
                    "lane_number": c.road_number,
                    "community_id": self._areas[c.community],
                    "boundary": _many(c.boundary),
                    "valid": _valid(c),
                }
                for c in made.compounds
            ],
        )
        self._buildings = self._identities(
            Building, {version.code: {} for version in made.buildings}
        )
        self._insert(BuildingVersion, [self._building(version) for version in made.buildings])
        self._insert(
            GridBuilding,
            [
                {
                    "building_id": self._buildings[m.building],
                    "grid_id": self._grids[m.grid],
                    "valid": _valid(m),
                }
                for m in made.members
            ],
        )

    def _building(self, version: demo.BuildingVersion) -> Row:
        plain = ("kind", "number", "zone", "name", "road", "house_number", "address", "units", "floors",
                 "households", "residents")  # fmt: skip
        return {name: getattr(version, name) for name in plain} | {
            "building_id": self._buildings[version.code],
            "compound_id": None if version.compound is None else self._compounds[version.compound],
            "footprint": _many(version.footprint),
            "spot": _stored(version.spot),
            "valid": _valid(version),
        }

    def _write_geography(self) -> None:
        made = self._made
        self._insert(
            Road,
            [_named(road) | {"line": _stored(MultiLineString([road.line]))} for road in made.roads],
        )
        self._insert(
            RoadGrid,
            [
                {"road_code": r.road, "grid_id": self._grids[r.grid], "valid": _valid(r)}
                for r in made.road_grids
            ],
        )
        self._insert(
            Water, [_named(water) | {"surface": _many(water.surface)} for water in made.waters]
        )
        self._insert(
            Place, [_named(place) | {"shape": _stored(place.shape)} for place in made.places]
        )

    def _write_names(self) -> None:
        decided = {"state": NameState.CONFIRMED.value, "source": NameSource.IMPORT.value}
        rows = [
            {"entity_code": one.compound, "text": one.text, "kind": one.kind, "valid": _valid(one)}
            for one in other_names(self._made.compounds)
        ]
        self._insert(PlaceName, [{"entity_kind": Named.COMPOUND, **row, **decided} for row in rows])

    def _write_party(self) -> None:
        parties = self._made.parties
        ids = self._identities(PartyOrganisation, {version.code: {} for version in parties})
        self._insert(
            PartyVersion,
            [
                {
                    "organisation_id": ids[p.code],
                    "parent_id": None if p.parent is None else ids[p.parent],
                    "kind": p.kind.value,
                    "name": p.name,
                    "area_id": self._areas.get(p.target),
                    "grid_id": self._grids.get(p.target),
                    "building_id": self._buildings.get(p.target),
                    "full_members": p.full_members,
                    "probationary_members": p.probationary_members,
                    "valid": _valid(p),
                }
                for p in parties
            ],
        )

    def _write_people(self) -> None:
        made = self._made
        self._agencies = self._identities(
            Agency,
            {a.code: {"name": a.name, "line": a.line, "phone": a.phone} for a in made.agencies},
        )
        self._insert(
            ResponsibleUnit,
            [
                {
                    "community_id": self._areas[unit.community],
                    "agency_id": self._agencies[unit.agency],
                    "valid": _valid(unit),
                }
                for unit in made.responsible_units
            ],
        )
        self._insert(
            JointMeeting,
            [
                {name: getattr(one, name) for name in ("day", "topic", "attended", "decisions")}
                | {"community_id": self._areas[one.community]}
                for one in made.meetings
            ],
        )
        self._people = self._identities(
            Person,
            {
                p.code: {
                    "name": p.name,
                    "phone": p.phone,
                    "party_member": p.party_member,
                    "agency_id": self._agencies.get(p.agency or ""),
                }
                for p in made.people
            },
        )

    def _write_posts(self) -> None:
        posts = self._made.posts
        ids = self._insert(Post, [self._post(post) for post in posts])
        self._insert(
            Visit,
            [
                {"post_id": number, "day": visit.day, "note": visit.note}
                for number, post in zip(ids, posts, strict=True)
                for visit in post.visits
            ],
        )

    def _post(self, post: demo.Post) -> Row:
        known = {
            "area": self._areas,
            "grid": self._grids,
            "building": self._buildings,
            "compound": self._compounds,
            "agency": self._agencies,
        }
        target = POST_TARGETS[post.kind]
        return {
            **{
                f"{name}_id": ids[post.target] if name == target else None
                for name, ids in known.items()
            },
            "kind": post.kind.value,
            "person_id": self._people[post.person],
            "unit": post.unit,
            "seconded_from_id": self._agencies.get(post.seconded_from or ""),
            "term_end": post.term_end,
            "duty_phone": post.duty_phone,
            "valid": _valid(post),
        }

    def _write_property(self) -> None:
        made = self._made
        companies = self._identities(
            PropertyCompany,
            {c.code: {"name": c.name, "phone": c.phone} for c in made.companies},
        )
        self._insert(
            PropertyContract,
            [self._of_compound(c) | {"company_id": companies[c.company]} for c in made.contracts],
        )
        self._insert(
            OwnersCommittee,
            [
                self._of_compound(c) | {"name": c.name, "party_form": c.party_form}
                for c in made.committees
            ],
        )
        self._insert(
            UnservedCompound,
            [self._of_compound(u) | {"self_management": u.self_management} for u in made.unserved],
        )

    def _of_compound(
        self, row: demo.PropertyContract | demo.OwnersCommittee | demo.UnservedCompound
    ) -> Row:
        return {"compound_id": self._compounds[row.compound], "valid": _valid(row)}

    def _write_centres(self) -> None:
        centres = self._made.centres
        plain = ("code", "name", "address", "phone")
        self._insert(
            ServiceCentre,
            [
                {name: getattr(c, name) for name in plain}
                | {"spot": _stored(c.spot), "valid": _valid(c)}
                for c in centres
            ],
        )
        self._insert(
            ServiceCentreArea,
            [
                {"centre_code": c.code, "community_id": self._areas[community], "valid": _valid(c)}
                for c in centres
                for community in c.communities
            ],
        )


def _valid(row: _Dated) -> Range[date]:
    return from_day(row.span.start, row.span.end)


def _named(row: demo.Road | demo.Water | demo.Place) -> Row:
    return {"code": row.code, "name": row.name, "kind": row.kind, "valid": _valid(row)}


def _stored(shape: BaseGeometry) -> WKBElement:
    return from_shape(shape, srid=STORED_SRID)


def _many(shape: Polygon | MultiPolygon) -> WKBElement:
    return _stored(MultiPolygon([shape]) if isinstance(shape, Polygon) else shape)
