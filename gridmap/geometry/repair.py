"""What is wrong with a shape, by row, reason and spot; and a repair for those who ask for one.

Shapes that come in are inspected and refused, never mended in passing: a repair is a decision about where
a boundary runs, and a star of some hundred crossing edges keeps it busy for many seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from gridmap.errors import InvalidInput
from gridmap.geometry.crs import MOST_LAT, MOST_LON, metres_per_degree
from gridmap.terms import Term

Geometries = NDArray[np.object_]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Spot = tuple[float, float]

POLYGONAL = frozenset({GeometryType.POLYGON, GeometryType.MULTIPOLYGON})
LINEAR = frozenset({GeometryType.LINESTRING, GeometryType.MULTILINESTRING})
PUNCTUAL = frozenset({GeometryType.POINT, GeometryType.MULTIPOINT})
"""Types of geometry that a layer may hold; join them with ``|``."""


class Fault(Term):
    """What can be wrong with a shape (图形错误)."""

    MISSING = "missing", "没有图形", "No geometry"
    EMPTY = "empty", "图形为空", "The geometry is empty"
    UNREADABLE = "unreadable", "图形数据已损坏", "The geometry's bytes are broken"
    WRONG_KIND = "wrong_kind", "图形类型不对", "The wrong kind of geometry"
    NOT_FINITE = "not_finite", "坐标不是有限的数", "A coordinate is not a finite number"
    OFF_GLOBE = "off_globe", "坐标超出经纬度范围", "A coordinate is not on the globe"
    UNCLOSED = "unclosed", "边界环没有闭合", "A ring is not closed"
    TOO_FEW_POINTS = "too_few_points", "边界环的点太少", "A ring has too few points"
    SELF_INTERSECTION = "self_intersection", "边界自相交", "The boundary crosses itself"
    SELF_CONTACT = "self_contact", "边界环自接触", "A ring touches itself"
    DISCONNECTED = "disconnected", "内部被边界切断", "The inside falls apart where rings touch"
    HOLE_OUTSIDE = "hole_outside", "内洞在外边界之外", "A hole lies outside its shell"
    NESTED_HOLES = "nested_holes", "内洞套内洞", "A hole lies inside another"
    NESTED_PARTS = "nested_parts", "一个部分套在另一个部分内", "A part lies inside another"
    DUPLICATE_RINGS = "duplicate_rings", "边界环重复", "Two rings are the same"
    INVALID = "invalid", "图形无效", "The geometry is not valid"
    REPEATED_POINTS = "repeated_points", "有重复点", "A vertex is repeated"


NOTICES = frozenset({Fault.REPEATED_POINTS})
"""Faults that are told but refuse nothing."""

_REASONS = {
    "Self-intersection": Fault.SELF_INTERSECTION,
    "Ring Self-intersection": Fault.SELF_CONTACT,
    "Interior is disconnected": Fault.DISCONNECTED,
    "Hole lies outside shell": Fault.HOLE_OUTSIDE,
    "Holes are nested": Fault.NESTED_HOLES,
    "Nested shells": Fault.NESTED_PARTS,
    "Duplicate Rings": Fault.DUPLICATE_RINGS,
    "Too few points in geometry component": Fault.TOO_FEW_POINTS,
    "Invalid Coordinate": Fault.NOT_FINITE,
    "Ring is not closed": Fault.UNCLOSED,
}
"""GEOS's words (operation/valid/TopologyValidationError.cpp) as faults."""

_PARSE_REASONS = {"closed linestring": Fault.UNCLOSED, "must contain 0 or >1": Fault.TOO_FEW_POINTS}
"""GEOS's words when a ring cannot even be built."""

_REASON = re.compile(r"(?P<words>.*?)\[(?P<x>\S+) (?P<y>\S+)[^\]]*\]\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one shape.

    Attributes:
        row: position of the shape in its batch, from 0.
        fault: what is wrong.
        spot: where, as (lon, lat) or in the batch's own coordinates; None where there is no place.
        detail: the kind that was found for `Fault.WRONG_KIND`, GEOS's own words for `Fault.INVALID`.
    """

    row: int
    fault: Fault
    spot: Spot | None = None
    detail: str = ""

    @property
    def is_notice(self) -> bool:
        """Tell whether the shape can be used all the same."""
        return self.fault in NOTICES


class Change(Term):
    """What a repair did to a shape (修复内容)."""

    UNTANGLED = (
        "untangled",
        "在交叉处断开并重新组合边界",
        "Boundaries were cut where they cross and rejoined",
    )
    PARTS = "parts", "部分的个数变了", "The number of parts changed"
    HOLES = "holes", "内洞的个数变了", "The number of holes changed"
    COLLAPSED = (
        "collapsed",
        "去掉了退化成线或点的部分",
        "Parts that collapsed to lines or points were dropped",
    )
    THINNED = "thinned", "去掉了重复点", "Repeated vertices were dropped"


@dataclass(frozen=True, slots=True)
class Repair:
    """A mended shape and what it cost.

    Attributes:
        geometry: valid Polygon or MultiPolygon in WGS 84; empty where nothing with an area was left.
        changes: what was done, in the order of `Change`; none for a shape that had no fault.
        area_difference_m2: area after less area before, in square metres. Before, loops that run the
            other way count as negative, so that a bow-tie gains more than its outline suggests.
    """

    geometry: BaseGeometry
    changes: tuple[Change, ...]
    area_difference_m2: float


def from_wkb(values: Sequence[bytes | None] | Geometries) -> tuple[Geometries, list[Problem]]:
    """Read well-known binary, as files give it, and name the rows that cannot be built.

    Args:
        values: one WKB a row; None stays None and is no problem here.

    Returns:
        The geometries, with None for the rows that failed, and a problem for each of those.
    """
    raw = np.asarray(values, dtype=object)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told by `inspect_all`
        geometries: Geometries = shapely.from_wkb(raw, on_invalid="ignore")
    missing = (int(row) for row in np.flatnonzero(shapely.is_missing(geometries)))
    return geometries, [_unbuilt(row, raw[row]) for row in missing if raw[row] is not None]


def inspect(
    geometry: BaseGeometry | None, kinds: frozenset[GeometryType] = POLYGONAL
) -> Problem | None:
    """Return what makes a WGS 84 shape unusable, or None.

    Args:
        geometry: a shape in degrees, lon first, or None.
        kinds: the types that are allowed.

    >>> inspect(shapely.from_wkt("POLYGON ((121 31, 122 32, 122 31, 121 32, 121 31))"))
    Problem(row=0, fault=<Fault.SELF_INTERSECTION: 'self_intersection'>, spot=(121.5, 31.5), detail='')
    """
    return next(
        (problem for problem in inspect_all([geometry], kinds) if not problem.is_notice), None
    )


def inspect_all(
    geometries: Sequence[BaseGeometry | None] | Geometries,
    kinds: frozenset[GeometryType] = POLYGONAL,
) -> list[Problem]:
    """Name every shape of a batch that cannot be used, and those with repeated vertices.

    Args:
        geometries: WGS 84 shapes in degrees, lon first, or None.
        kinds: the types that are allowed.

    Returns:
        By row; one problem a row, the first that holds of: missing, wrong kind, empty, not valid (one
        spot, the first that GEOS meets), off the globe, and as a notice repeated vertices.
    """
    array = np.asarray(geometries, dtype=object)
    types = shapely.get_type_id(array)
    missing = types < 0
    wrong = ~missing & ~np.isin(types, list(kinds))
    empty = ~missing & ~wrong & shapely.is_empty(array)
    rest = ~(missing | wrong | empty)
    invalid = rest & ~shapely.is_valid(array)
    off = rest & ~invalid & _off_globe(array)
    repeated = _repeated(array, rest & ~invalid & ~off & ~np.isin(types, list(PUNCTUAL)))
    problems = [
        *(Problem(row, Fault.MISSING) for row in _rows(missing)),
        *(_of_wrong_kind(row, array[row]) for row in _rows(wrong)),
        *(Problem(row, Fault.EMPTY) for row in _rows(empty)),
        *(_not_valid(row, array[row]) for row in _rows(invalid)),
        *(Problem(row, Fault.OFF_GLOBE, _first_off_globe(array[row])) for row in _rows(off)),
        *(
            Problem(row, Fault.REPEATED_POINTS, _first_repeated(array[row]))
            for row in _rows(repeated)
        ),
    ]
    return sorted(problems, key=lambda problem: problem.row)


def made_valid(geometry: BaseGeometry) -> Repair:
    """Mend a polygonal shape, keep what has an area, and say what changed.

    GEOS's structure method: outer rings are joined, holes are taken out, and a hole outside of its shell
    becomes a part. It can run for many seconds on shapes with thousands of crossings and cannot be
    interrupted: never call it inside a request.

    Args:
        geometry: Polygon or MultiPolygon in WGS 84 degrees.

    Raises:
        InvalidInput: missing, empty, not polygonal or with coordinates that are not on the globe.

    >>> bow_tie = shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))")
    >>> repair = made_valid(bow_tie)
    >>> repair.geometry.geom_type, repair.changes[0].en
    ('MultiPolygon', 'Boundaries were cut where they cross and rejoined')
    """
    problem = next(iter(inspect_all([geometry])), None)
    if problem is None:
        return Repair(geometry, (), 0.0)
    if problem.is_notice:
        return Repair(shapely.remove_repeated_points(geometry), (Change.THINNED,), 0.0)
    if problem.fault in _BEYOND_REPAIR:
        raise InvalidInput(
            reason_zh=f"无法修复：{problem.fault.zh}。",
            reason_en=f"Cannot be mended: {problem.fault.en}.",
        )
    return _rebuilt(geometry, untangled=problem.fault is not Fault.TOO_FEW_POINTS)


_BEYOND_REPAIR = frozenset(
    {Fault.MISSING, Fault.EMPTY, Fault.WRONG_KIND, Fault.NOT_FINITE, Fault.OFF_GLOBE}
)


def _rebuilt(geometry: BaseGeometry, *, untangled: bool) -> Repair:
    mended = shapely.make_valid(geometry, method="structure", keep_collapsed=True)
    pieces = shapely.get_parts(mended)
    polygonal = np.isin(shapely.get_type_id(pieces), list(POLYGONAL))
    # Joined, because GEOS leaves parts side by side where a border is run through twice.
    parts = shapely.get_parts(shapely.union_all(pieces[polygonal]))
    kept = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    told = {
        Change.UNTANGLED: untangled,
        Change.PARTS: shapely.get_num_geometries(geometry) != len(parts),
        Change.HOLES: _holes(geometry) != _holes(kept),
        Change.COLLAPSED: not polygonal.all(),
    }
    of_lon, of_lat = metres_per_degree((geometry.bounds[1] + geometry.bounds[3]) / 2)
    difference = (kept.area - geometry.area) * of_lon * of_lat
    return Repair(kept, tuple(change for change, done in told.items() if done), difference)


def _rows(flags: Flags) -> Iterator[int]:
    return (int(row) for row in np.flatnonzero(flags))


def _unbuilt(row: int, wkb: bytes) -> Problem:
    words = _why_unbuilt(wkb)
    fault = next(
        (found for part, found in _PARSE_REASONS.items() if part in words), Fault.UNREADABLE
    )
    if fault is not Fault.UNCLOSED:
        return Problem(row, fault, detail=words)
    with np.errstate(invalid="ignore"):
        closed = shapely.from_wkb(wkb, on_invalid="fix")
    return Problem(row, fault, _first_finite(closed))


def _why_unbuilt(wkb: bytes) -> str:
    try:
        with np.errstate(invalid="ignore"):
            shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as error:
        return str(error).strip()
    return ""


def _of_wrong_kind(row: int, geometry: BaseGeometry) -> Problem:
    return Problem(row, Fault.WRONG_KIND, _first_finite(geometry), geometry.geom_type)


def _not_valid(row: int, geometry: BaseGeometry) -> Problem:
    reason = shapely.is_valid_reason(geometry)
    found = _REASON.match(reason)
    fault = _REASONS.get(found["words"].strip(), Fault.INVALID) if found else Fault.INVALID
    spot = (float(found["x"]), float(found["y"])) if found else None
    if spot is None or not np.isfinite(spot).all():
        spot = _first_finite(geometry)
    return Problem(row, fault, spot, reason if fault is Fault.INVALID else "")


def _off_globe(array: Geometries) -> Flags:
    west, south, east, north = shapely.bounds(array).T
    off: Flags = (west < -MOST_LON) | (east > MOST_LON) | (south < -MOST_LAT) | (north > MOST_LAT)
    return off


def _first_off_globe(geometry: BaseGeometry) -> Spot | None:
    coordinates = shapely.get_coordinates(geometry)
    return _first(coordinates[(np.abs(coordinates) > (MOST_LON, MOST_LAT)).any(axis=1)])


def _repeated(array: Geometries, usable: Flags) -> Flags:
    coordinates, rows = shapely.get_coordinates(array, return_index=True)
    same = _same_as_next(coordinates) & (rows[1:] == rows[:-1])
    suspects = np.unique(rows[1:][same])
    suspects = suspects[usable[suspects]]
    # The end of one ring may be the start of the next: only GEOS knows where a ring ends.
    fewer = shapely.get_num_coordinates(shapely.remove_repeated_points(array[suspects]))
    flags = np.zeros(len(array), dtype=np.bool_)
    flags[suspects] = fewer < shapely.get_num_coordinates(array[suspects])
    return flags


def _first_repeated(geometry: BaseGeometry) -> Spot | None:
    coordinates = shapely.get_coordinates(geometry)
    return _first(coordinates[1:][_same_as_next(coordinates)])


def _same_as_next(coordinates: Numbers) -> Flags:
    x, y = coordinates.T
    same: Flags = (x[1:] == x[:-1]) & (y[1:] == y[:-1])
    return same


def _first_finite(geometry: BaseGeometry | None) -> Spot | None:
    coordinates = shapely.get_coordinates(geometry)
    return _first(coordinates[np.isfinite(coordinates).all(axis=1)])


def _first(coordinates: Numbers) -> Spot | None:
    return (float(coordinates[0, 0]), float(coordinates[0, 1])) if len(coordinates) else None


def _holes(geometry: BaseGeometry) -> int:
    return int(shapely.get_num_interior_rings(shapely.get_parts(geometry)).sum())
