"""Domain objects as JSON, in the reader's language."""

from __future__ import annotations

from typing import Any, Final

from gridmap.dispatch.views import OpenSummary
from gridmap.geolocation.location import (
    BuildingFacts,
    CompoundFacts,
    Location,
    Named,
    PartyHeld,
    PostHeld,
)
from gridmap.geolocation.rules import GridCandidate
from gridmap.geolocation.wording.places import Fault
from gridmap.publishing.service import Hit
from gridmap.terms import PartyKind, PostKind
from web import language

FAULTS: dict[str, tuple[str, str]] = {
    "outside": ("不在任何网格内", "outside every grid"),
    "edge": ("在网格边界上，按规则归入", "on the edge of grids, taken by rule"),
    "overlap": ("网格重叠，按编码取小", "grids overlap here, the lower code was taken"),
    "road_owner": ("边界道路由该网格负责", "the road on the edge belongs to this grid"),
    "circle": ("手机定位精度不够，请确认", "the phone's position is not sure enough"),
    "no_number": ("没有写明楼号", "no building is named"),
    "crossing": ("写的是路口", "a crossing is named"),
    "relative": ("写的是附近", "near what is named"),
    "said": ("按文字确定楼栋", "the words name the building"),
    "words_elsewhere": ("文字说的是另一处", "the words name another place"),
    "phone_elsewhere": ("手机定位在另一处", "the phone is somewhere else"),
    "crs_suspect": ("坐标系可能报错了", "the coordinate system may be wrong"),
    "wide": ("手机定位误差太大", "the phone's position is far too wide"),
    "astride": (
        "楼栋跨边界，按楼栋所属网格",
        "the building stands astride the edge; its own grid counts",
    ),
    "several_buildings": (
        "落在几栋重叠的楼内，取最小的一栋",
        "inside several footprints, the smallest was taken",
    ),
    "several_near": ("附近有几栋楼，请选择", "several buildings are near, please choose"),
    "nearest": ("就近归入最近的楼栋", "the nearest building was taken"),
    "courtyard": ("在小区空地，附近没有楼栋", "open ground of the compound, no building near"),
    "no_building_near": ("附近没有楼栋", "no building near"),
}
"""Fault of a verdict to words in Chinese and English; those of words have their own, see `places.Fault`."""
_WORDING: Final = frozenset(fault.value for fault in Fault)

_LEVELS = (PartyKind.BUILDING_GROUP, PartyKind.GRID_BRANCH, PartyKind.GENERAL_BRANCH)
_PARTY_HEADS = {
    PartyKind.BUILDING_GROUP: (PostKind.GROUP_LEADER,),
    PartyKind.GRID_BRANCH: (PostKind.BRANCH_SECRETARY,),
    PartyKind.GENERAL_BRANCH: (PostKind.SECRETARY,),
}
_SHOWN = (
    PostKind.STEWARD,
    PostKind.GROUP_LEADER,
    PostKind.GRID_WORKER,
    PostKind.BRANCH_SECRETARY,
    PostKind.SECRETARY,
    PostKind.DIRECTOR,
    PostKind.FIRST_SECRETARY,
    PostKind.POLICE_OFFICER,
    PostKind.PROPERTY_MANAGER,
    PostKind.LEADER_TOWNSHIP,
    PostKind.LEADER_COUNTY,
    PostKind.LEADER_MUNICIPAL,
)


def said(zh: str, en: str) -> str:
    """Return the words in the reader's language."""
    return en if language.current() == "en" else zh


def faults(codes: tuple[str, ...] | list[str]) -> list[dict[str, str]]:
    """Return the faults of a verdict with their words."""
    return [{"code": code, "text": said(*_fault_words(code))} for code in codes]


def _fault_words(code: str) -> tuple[str, str]:
    if code in FAULTS:
        return FAULTS[code]
    return (Fault(code).label("zh"), Fault(code).label("en")) if code in _WORDING else (code, code)


def building_title(building: BuildingFacts, compound: CompoundFacts | None) -> str:
    """Return how people call a building: its compound's name and its number."""
    if compound and building.number and building.compound_id == compound.id:
        return f"{compound.name}{building.zone or ''}{building.number}号楼"
    return building.title


def location(found: Location) -> dict[str, Any]:
    """Return a located place: verdicts, party tree, people, property."""
    return {
        "day": found.day.isoformat(),
        "point": {"lon": round(found.lon, 8), "lat": round(found.lat, 8)},
        "raw": {"lon": found.place.lon, "lat": found.place.lat, "crs": found.place.crs},
        "grid": _grid(found),
        "building": _building(found),
        "community": _named(found.community),
        "township": _named(found.township),
        "county": _named(found.county),
        "compound": _compound_named(found.compound),
        "party": [_party(party, found.posts) for party in _tree(found)],
        "people": [_person(post) for post in _people(found)],
        "property": _property(found.compound),
    }


def _grid(found: Location) -> dict[str, Any]:
    named = found.grid_named
    return {
        "status": found.grid.status,
        "label": found.grid.status.label(language.current()),
        "faults": faults(found.grid.faults),
        "code": named.code if named else None,
        "name": named.name if named else None,
        "alternatives": [_grid_candidate(grid) for grid in found.grid.alternatives],
    }


def _grid_candidate(grid: GridCandidate) -> dict[str, Any]:
    shown = {"code": grid.code, "name": grid.name, "distance_m": round(grid.distance_m, 1)}
    return shown if grid.share is None else shown | {"likely": round(grid.share, 2)}


def _building(found: Location) -> dict[str, Any]:
    facts = found.building_facts
    distances = {b.id: b.distance_m for b in found.building.alternatives}
    shown: dict[str, Any] = {
        "status": found.building.status,
        "label": found.building.status.label(language.current()),
        "faults": faults(found.building.faults),
        "distance_m": _rounded(found.building.distance_m),
        "alternatives": [
            building_facts(b, found.compound) | {"distance_m": _rounded(distances.get(b.id))}
            for b in found.alternatives
        ],
    }
    return shown | (building_facts(facts, found.compound) if facts else {"code": None})


def building_facts(building: BuildingFacts, compound: CompoundFacts | None) -> dict[str, Any]:
    """Return a building as an answer names it."""
    return {
        "code": building.code,
        "title": building_title(building, compound),
        "number": building.number,
        "zone": building.zone,
        "name": building.name,
        "address": building.address,
        "kind": building.kind,
        "floors": building.floors,
        "units": building.units,
        "households": building.households,
        "residents": building.residents,
        "lon": building.lon,
        "lat": building.lat,
    }


def _rounded(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 1)


def _named(named: Named | None) -> dict[str, str] | None:
    return {"code": named.code, "name": named.name} if named else None


def _compound_named(compound: CompoundFacts | None) -> dict[str, str] | None:
    return {"code": compound.code, "name": compound.name} if compound else None


def _tree(found: Location) -> list[PartyHeld]:
    return [party for kind in _LEVELS if (party := found.party(kind)) is not None]


def _party(party: PartyHeld, posts: tuple[PostHeld, ...]) -> dict[str, Any]:
    heads = [post.name for post in posts if post.kind in _PARTY_HEADS[party.kind]]
    return {
        "level": party.kind,
        "label": party.kind.label(language.current()),
        "name": party.name,
        "full_members": party.full_members,
        "secretary": heads[0] if heads else None,
    }


def _people(found: Location) -> list[PostHeld]:
    return [post for kind in _SHOWN for post in found.posts if post.kind is kind]


def _person(post: PostHeld) -> dict[str, Any]:
    return {
        "kind": post.kind,
        "title": post.kind.label(language.current()),
        "name": post.name,
        "phone": post.duty_phone,
        "unit": post.unit,
        "since": post.since.isoformat(),
        "term_end": post.term_end.isoformat() if post.term_end else None,
        "from": post.seconded_from,
    }


def _property(compound: CompoundFacts | None) -> dict[str, Any] | None:
    if compound is None:
        return None
    if compound.company:
        since = compound.company_since
        return {
            "company": compound.company,
            "phone": compound.company_phone,
            "since": since.isoformat() if since else None,
        }
    return {
        "unserved": True,
        "in_ledger": compound.in_ledger,
        "self_management": compound.self_management,
    }


def open_reports(summary: OpenSummary) -> dict[str, Any]:
    """Return how many reports are open and the newest: category, stage and time only."""
    reader = language.current()
    return {
        "open": summary.count,
        "items": [
            {
                "category": item.category.label(reader),
                "stage": item.stage.label(reader),
                "since": item.since.isoformat(),
            }
            for item in summary.items
        ],
    }


def hit(found: Hit) -> dict[str, Any]:
    """Return something found by name."""
    return {
        "kind": found.kind,
        "code": found.code,
        "title": found.title,
        "subtitle": found.subtitle,
        "lon": found.lon,
        "lat": found.lat,
        "bbox": list(found.bbox) if found.bbox else None,
    }
