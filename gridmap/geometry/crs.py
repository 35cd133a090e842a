"""Coordinate systems: the only place that reprojects. Longitude (x) first, latitude (y) second, always.

Everything is stored in WGS 84 (EPSG:4326). CGCS2000 (EPSG:4490), the national system, differs from it by
some centimetres, and PROJ knows only a 'ballpark' between the two: here they are declared equal, and the
Gauss-Krueger zones of CGCS2000 (EPSG:4491-4554) are computed on its own ellipsoid without a datum shift.

A system that PROJ cannot turn into WGS 84 to within `WORST_ACCURACY` (Beijing 1954, Xian 1980) is refused:
its shift is some 100 m and differs from place to place, and a place that is silently wrong costs more
than a question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from gridmap.errors import BadCoordinates, InvalidInput, UnknownCrs
from gridmap.geometry.shifted import Shift, bd09, gcj02, shifted, unshifted

Numbers = NDArray[np.float64]
Geometries = NDArray[np.object_]

WGS84_AXIS = 6378137.0
WGS84_FLATTENING = 1 / 298.257223563
"""Semi-major axis in metres and flattening of the WGS 84 ellipsoid (NGA.STND.0036)."""

MOST_LON, MOST_LAT = 180.0, 90.0

_BESIDE_DEG = 3.0
"""Beside its area a system still serves: a county on an edge of two zones is drawn in one of them."""

WORST_ACCURACY = 2.0
"""Metres: a transformation between datums that promises less is not used."""

SAME_AS_STORED = frozenset({"wgs84", "cgcs2000"})
"""Systems whose degrees are stored as they come."""

CGCS2000_DATUM = "China 2000"
"""What PROJ calls the datum of EPSG:4490, also where an ESRI file says D_China_2000."""

_NAMES = {
    "wgs84": "wgs84",
    "epsg:4326": "wgs84",
    "4326": "wgs84",
    "ogc:crs84": "wgs84",
    "cgcs2000": "cgcs2000",
    "epsg:4490": "cgcs2000",
    "4490": "cgcs2000",
    "gcj02": "gcj02",
    "bd09": "bd09",
}
_AUTHORITIES = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}
_SHIFTS: dict[str, Shift] = {"gcj02": gcj02, "bd09": bd09}
_EPSG = re.compile(r"(?:epsg:+)?([1-9]\d{0,5})\Z", re.IGNORECASE | re.ASCII)
_WKT = re.compile(r"[A-Za-z_]\w*\s*\[", re.ASCII)


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate system that `parse` has accepted.

    Attributes:
        name: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``EPSG:n``, or WKT where a file has no code.
    """

    name: str

    def __str__(self) -> str:
        """Return the name, as it is stored beside a raw place."""
        return self.name

    @property
    def authority(self) -> str:
        """Return its name as files and other programs know it: ``EPSG:n``.

        Raises:
            InvalidInput: there is no such name: the shifted systems of map sites, or an unknown WKT.
        """
        name = _AUTHORITIES.get(self.name, self.name)
        if not name.startswith("EPSG:"):
            raise InvalidInput(
                field="crs",
                reason_zh=f"坐标系“{self.name}”没有 EPSG 编号，文件不能用它写。",
                reason_en=f"“{self.name}” has no EPSG number; files cannot be written in it.",
            )
        return name


CrsName = Crs | str | int


def parse(name: CrsName) -> Crs:
    """Read the name of a coordinate system.

    Args:
        name: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` (any case, with or without ``-``), ``EPSG:n``,
            the bare number, or the WKT of a ``.prj`` file.

    Returns:
        The system; equal for all spellings of one.

    Raises:
        UnknownCrs: a name that neither this module nor PROJ knows, or a system that is not on the map.
        InvalidInput: a system that cannot be turned into WGS 84 to within `WORST_ACCURACY`.

    >>> parse("GCJ-02"), parse(4490), parse("epsg:4549")
    (Crs(name='gcj02'), Crs(name='cgcs2000'), Crs(name='EPSG:4549'))
    """
    return name if isinstance(name, Crs) else _parsed(str(name).strip())


@overload
def to_wgs84(x: float, y: float, crs: CrsName) -> tuple[float, float]: ...
@overload
def to_wgs84(x: Numbers, y: Numbers, crs: CrsName) -> tuple[Numbers, Numbers]: ...
def to_wgs84(
    x: float | Numbers, y: float | Numbers, crs: CrsName
) -> tuple[float | Numbers, float | Numbers]:
    """Turn points of a system into WGS 84.

    Args:
        x: longitude in degrees or easting in the system's unit; a number or an array.
        y: latitude or northing; of the shape of `x`.
        crs: the system they are in.

    Returns:
        Longitude and latitude in degrees; numbers for numbers, new arrays for arrays.

    Raises:
        UnknownCrs, InvalidInput: see `parse`.
        BadCoordinates: a point that is not finite or not on the globe; the first one, as it was given.

    >>> to_wgs84(121.531541859215, 31.17530398364597, "gcj02")
    (121.5272106, 31.1774276)
    """
    system = parse(crs)
    if system.name in SAME_AS_STORED and isinstance(x, float) and isinstance(y, float):
        return _kept(x, y)
    given_x, given_y = _flat(x), _flat(y)
    lon, lat = _to_wgs84(system, given_x, given_y)
    _refuse(~_on_globe(lon, lat), given_x, given_y)
    return _like(x, lon, lat)


@overload
def from_wgs84(lon: float, lat: float, crs: CrsName) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: Numbers, lat: Numbers, crs: CrsName) -> tuple[Numbers, Numbers]: ...
def from_wgs84(
    lon: float | Numbers, lat: float | Numbers, crs: CrsName
) -> tuple[float | Numbers, float | Numbers]:
    """Turn WGS 84 points into a system; the inverse of `to_wgs84`, with its arguments and errors.

    >>> from_wgs84(120.0, 31.0, "EPSG:4549")
    (500000.0, 3430974.323)
    """
    given_lon, given_lat = _flat(lon), _flat(lat)
    x, y = _from_wgs84(parse(crs), given_lon, given_lat)
    _refuse(
        ~(_on_globe(given_lon, given_lat) & np.isfinite(x) & np.isfinite(y)), given_lon, given_lat
    )
    return _like(lon, x, y)


def geometries_to_wgs84(
    geometries: Sequence[BaseGeometry | None] | Geometries, crs: CrsName
) -> Geometries:
    """Turn geometries of a system into two-dimensional WGS 84 in one pass over all coordinates.

    Nothing is refused here, so that a batch can name every bad row: coordinates off the globe come out
    as they are or as infinity, and `gridmap.geometry.repair.inspect_all` finds them. Only vertices move:
    a straight edge of a projected system is straight again between its ends.

    Args:
        geometries: shapely geometries or None; heights are dropped.
        crs: the system they are in.

    Returns:
        A new array of the same length, in degrees, lon first.

    Raises:
        UnknownCrs, InvalidInput: see `parse`.
    """
    return _moved(geometries, parse(crs), _to_wgs84)


def geometries_from_wgs84(
    geometries: Sequence[BaseGeometry | None] | Geometries, crs: CrsName
) -> Geometries:
    """Turn WGS 84 geometries into a system: the inverse of `geometries_to_wgs84`.

    With the county's zone (an EPSG code of `zones.gauss_kruger_zone`) the result is in metres, to be measured
    in a plane. The scale is 1 on the zone's meridian and 1.0003 at 1.5° from it on 30° N.
    """
    return _moved(geometries, parse(crs), _from_wgs84)


def made_for(crs: CrsName, bounds: tuple[float, float, float, float]) -> bool:
    """Tell whether a system is meant for a place: its area of use (EPSG's registry) is no zone's width away.

    Beyond its area a projection still gives numbers, with ever larger distortion.

    Args:
        crs: the system; one without a published area is meant for every place.
        bounds: west, south, east, north in degrees, WGS 84.

    >>> made_for("EPSG:4547", (114.5, 34.0, 114.7, 34.1)), made_for("EPSG:32601", (114.5, 34.0, 114.7, 34.1))
    (True, False)
    """
    name = parse(crs).name
    area = None if name in SAME_AS_STORED or name in _SHIFTS else _system(name).area_of_use
    if area is None:
        return True
    west, south, east, north = shapely.box(*bounds).buffer(_BESIDE_DEG).bounds
    across = area.west > area.east and (east >= area.west or west <= area.east)
    beside = west <= area.east and east >= area.west
    return (across or beside) and south <= area.north and north >= area.south


@overload
def metres_per_degree(lat: float) -> tuple[float, float]: ...
@overload
def metres_per_degree(lat: Numbers) -> tuple[Numbers, Numbers]: ...
def metres_per_degree(lat: float | Numbers) -> tuple[float | Numbers, float | Numbers]:
    """Return the metres in a degree of longitude and of latitude on the WGS 84 ellipsoid.

    The radii of curvature in the prime vertical, N = a / sqrt(1 - e² sin² lat), and in the meridian,
    M = a (1 - e²) / (1 - e² sin² lat)^1.5, times one degree; the parallel's radius is N cos lat.
    Source: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987), p. 24-25.
    Within 1 km of the point a plane with these scales is right to some centimetres.

    Args:
        lat: latitude in degrees, a number or an array.

    >>> metres_per_degree(0.0)
    (111319.491, 110574.276)
    """
    by: Any = (
        np if isinstance(lat, np.ndarray) else math
    )  # the same names, for one number ten times as fast
    latitude = by.radians(lat)
    squared = WGS84_FLATTENING * (2 - WGS84_FLATTENING)
    flat = 1.0 - squared * by.sin(latitude) ** 2
    vertical = WGS84_AXIS / by.sqrt(flat)
    of_lon = by.radians(vertical * by.cos(latitude))
    of_lat = by.radians(vertical * (1.0 - squared) / flat)
    return of_lon, of_lat


@lru_cache(maxsize=256)
def _parsed(text: str) -> Crs:
    known = _NAMES.get(re.sub(r"[-_ ]", "", text.lower()))
    if known is not None:
        return Crs(known)
    code = _EPSG.match(text)
    if code is not None:
        name = f"EPSG:{int(code[1])}"
        _transformer(name)
        return Crs(name)
    if _WKT.match(text) is None:
        raise UnknownCrs(crs=text)
    epsg = _system(text).to_epsg()
    if epsg is not None:
        return parse(epsg)
    _transformer(text)
    return Crs(text)


@lru_cache(maxsize=256)
def _system(name: str) -> CRS:
    try:
        system = CRS.from_user_input(name)
    except CRSError as error:
        raise UnknownCrs(crs=name) from error
    if not (system.is_geographic or system.is_projected) or system.geodetic_crs is None:
        raise UnknownCrs(crs=name)
    return system


@lru_cache(maxsize=256)
def _transformer(name: str) -> Transformer:
    """Return the way from a system to WGS 84, or to CGCS2000 where that is its datum."""
    system = _system(name)
    datum = system.geodetic_crs.datum if system.geodetic_crs else None
    stored = 4490 if datum is not None and datum.name == CGCS2000_DATUM else 4326
    try:
        transformer = Transformer.from_crs(
            system, stored, always_xy=True, accuracy=WORST_ACCURACY, allow_ballpark=False
        )
    except ProjError as error:
        raise _no_way(system) from error
    # No one figure: several ways, one a region. Beijing 1954 has good ones for some basins only.
    if transformer.accuracy < 0:
        raise _no_way(system)
    return transformer


def _no_way(system: CRS) -> InvalidInput:
    return InvalidInput(
        reason_zh=f"坐标系“{system.name}”到 WGS 84 没有全区统一、误差在 {WORST_ACCURACY:g} 米以内的公开转换方法，"
        "请先用当地参数转换为 CGCS2000（EPSG:4490）。",
        reason_en=f"No single published way from “{system.name}” to WGS 84 is good to {WORST_ACCURACY:g} m; "
        "turn the data into CGCS2000 (EPSG:4490) with local parameters first.",
    )


def _to_wgs84(crs: Crs, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    if crs.name in SAME_AS_STORED:
        return x.copy(), y.copy()
    if crs.name in _SHIFTS:
        return unshifted(_SHIFTS[crs.name], x, y)
    lon, lat = _transformer(crs.name).transform(x, y)
    return lon, lat


def _from_wgs84(crs: Crs, lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    if crs.name in SAME_AS_STORED:
        return lon.copy(), lat.copy()
    if crs.name in _SHIFTS:
        return shifted(_SHIFTS[crs.name], lon, lat)
    x, y = _transformer(crs.name).transform(lon, lat, direction=TransformDirection.INVERSE)
    return x, y


def _moved(
    geometries: Sequence[BaseGeometry | None] | Geometries,
    crs: Crs,
    move: Callable[[Crs, Numbers, Numbers], tuple[Numbers, Numbers]],
) -> Geometries:
    flat: Geometries = shapely.force_2d(_array(geometries))
    if crs.name in SAME_AS_STORED:
        return flat
    coordinates = shapely.get_coordinates(flat)
    x, y = move(
        crs, np.ascontiguousarray(coordinates[:, 0]), np.ascontiguousarray(coordinates[:, 1])
    )
    return shapely.set_coordinates(flat, np.column_stack([x, y]))


def _array(geometries: Sequence[BaseGeometry | None] | Geometries) -> Geometries:
    return np.asarray(geometries, dtype=object)


def _flat(values: float | Numbers) -> Numbers:
    return np.asarray(values, dtype=np.float64).ravel()


def _like(
    given: float | Numbers, x: Numbers, y: Numbers
) -> tuple[float | Numbers, float | Numbers]:
    shape = np.shape(given)
    return (x.reshape(shape), y.reshape(shape)) if shape else (float(x[0]), float(y[0]))


def _on_globe(lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
    return (np.abs(lon) <= MOST_LON) & (np.abs(lat) <= MOST_LAT)  # NaN is not


def _kept(lon: float, lat: float) -> tuple[float, float]:
    """Return one point as it came: what phones and maps send most often."""
    if not (abs(lon) <= MOST_LON and abs(lat) <= MOST_LAT):  # NaN is not
        raise BadCoordinates(lon=lon, lat=lat)
    return lon, lat


def _refuse(bad: NDArray[np.bool_], x: Numbers, y: Numbers) -> None:
    if bad.any():
        first = int(bad.argmax())
        raise BadCoordinates(lon=float(x[first]), lat=float(y[first]))
