"""The ground: a plan in straight lines is bent into land; the river, the moat, the lakes.

Plan coordinates (u east, v north, metres) are those of the drawn town; land coordinates (x, y) are
metres east and north of the county's centre. `land` bends the one into the other, so that roads of
the plan swing gently and blocks are nowhere quite square.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import atan2, cos, hypot, pi, sin

from shapely import LineString, Polygon, get_parts, union_all
from shapely.geometry.base import BaseGeometry

Pair = tuple[float, float]

RIVER_NORTH, RIVER_SOUTH = 2200.0, -2360.0
BANK = 52.0
"""From the water's edge to the centre line of the riverside road."""
MOAT_WIDTH = 20.0
MOAT_CORNERS = ((-786.0, 458.0), (-786.0, -278.0))
LAKE = (-1088.0, -928.0)
_STEP = 40.0


def land(u: float, v: float) -> Pair:
    """Bend a place of the plan into the land."""
    x = u + 40 * sin(v / 1040 + 0.6) + 18 * sin(u / 720 + v / 1360)
    y = v + 44 * sin(u / 1200 + 1.1) + 15 * sin(v / 640 - u / 1040)
    return x, y


def plan_of(x: float, y: float) -> Pair:
    """Return the place of the plan that `land` bends to (x, y), to about a millimetre.

    >>> u, v = plan_of(*land(400, -900))
    >>> round(u), round(v)
    (400, -900)
    """
    u, v = x, y
    for _ in range(12):
        at_x, at_y = land(u, v)
        u, v = u + x - at_x, v + y - at_y
    return u, v


def heading(u: float, v: float) -> float:
    """Return the direction of the plan's east on the land, in radians from east."""
    west, east = land(u - 20, v), land(u + 20, v)
    return atan2(east[1] - west[1], east[0] - west[0])


def bent(points: list[Pair], step: float = _STEP) -> list[Pair]:
    """Bend a line of the plan into the land, with a vertex every `step` metres."""
    bends: list[Pair] = []
    for (u0, v0), (u1, v1) in pairwise(points):
        pieces = max(1, round(hypot(u1 - u0, v1 - v0) / step))
        bends += [
            land(u0 + (u1 - u0) * k / pieces, v0 + (v1 - v0) * k / pieces) for k in range(pieces)
        ]
    return [*bends, land(*points[-1])]


def river_u(v: float) -> float:
    """Return where the river's middle crosses the plan's line v."""
    return 185 + 190 * sin(v / 865 + 0.5) + 30 * sin(v / 312 + 2)


def river_half(v: float) -> float:
    """Return half the river's width at the plan's line v."""
    return 42 + 10 * sin(v / 512 + 1) + 5 * sin(v / 184)


def west_bank(v: float) -> float:
    """Return where the riverside road of the west bank (滨河西路) crosses v."""
    return river_u(v) - river_half(v) - BANK


def east_bank(v: float) -> float:
    """Return where the riverside road of the east bank (滨河东路) crosses v."""
    return river_u(v) + river_half(v) + BANK


def _along_river(offset: float) -> list[Pair]:
    count = int((RIVER_NORTH - RIVER_SOUTH) / _STEP)
    rows = [RIVER_NORTH - k * _STEP for k in range(count + 1)]
    return [land(river_u(v) + offset * river_half(v), v) for v in rows]


@cache
def river_line() -> LineString:
    """Return the river's middle, from north to south."""
    return LineString(_along_river(0))


@cache
def river() -> Polygon:
    """Return the river's surface."""
    return Polygon(_along_river(-1) + _along_river(1)[::-1])


@cache
def moat() -> Polygon:
    """Return the moat around the old town (护城河), a pool at its corner; it ends in the river."""
    (u, north), (_, south) = MOAT_CORNERS
    ring = [(river_u(north), north), (u, north), (u, south), (river_u(south), south)]
    ditch = LineString(bent(ring, 60)).buffer(MOAT_WIDTH / 2, join_style="mitre", cap_style="flat")
    pool = Polygon(
        bent(
            [
                (u - 8, north + 8),
                (u + 96, north + 10),
                (u + 88, north - 66),
                (u - 8, north - 92),
                (u - 8, north + 8),
            ],
            30,
        )
    )
    rounded = union_all([ditch, pool.buffer(-16).buffer(18, quad_segs=4)]).difference(river())
    whole = max(get_parts(rounded), key=lambda part: part.area)
    return Polygon(as_polygon(whole).exterior)


def as_polygon(shape: BaseGeometry) -> Polygon:
    """Return the shape, which must be one polygon.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(shape, Polygon):
        raise TypeError(shape.geom_type)
    return shape


def blob(centre: Pair, radii: Pair, waves: tuple[Pair, ...], count: int = 44) -> Polygon:
    """Return a pond's outline on the land.

    Args:
        centre: plan coordinates.
        radii: east-west and north-south, metres.
        waves: (share, phase) of the second, third... wave that dents the ellipse.
        count: vertices.
    """
    ring = []
    for k in range(count):
        turn = 2 * pi * k / count
        swell = 1 + sum(
            share * sin((n + 2) * turn + phase) for n, (share, phase) in enumerate(waves)
        )
        ring.append(
            land(centre[0] + radii[0] * swell * cos(turn), centre[1] + radii[1] * swell * sin(turn))
        )
    return Polygon(ring)


@cache
def lake() -> Polygon:
    """Return the south lake (南湖) with its island."""
    shore = blob(LAKE, (142, 112), ((0.10, 0.4), (0.09, 2.0), (0.05, 1.0)))
    island = blob((LAKE[0] + 36, LAKE[1] + 10), (27, 18), ((0.12, 1.0),), 16)
    return Polygon(shore.exterior, [island.exterior])


@cache
def outline() -> Polygon:
    """Return the county's edge: field ditches around the town."""
    corners = [
        (-2070, 1590), (-1460, 1670), (-1430, 1620), (-500, 1680), (130, 1640), (150, 1700), (1040, 1740),
        (1060, 1670), (1770, 1630), (2060, 1510), (2130, 740), (2050, 720), (2080, -210), (2170, -240),
        (2110, -1140), (2000, -1660), (1290, -1860), (1260, -1790), (430, -1830), (-210, -1760), (-240, -1830),
        (-1180, -1880), (-1740, -1790), (-2050, -1580), (-1990, -820), (-2080, -790), (-2140, 130), (-2050, 160),
        (-2090, 940), (-2070, 1590),
    ]  # fmt: skip
    return Polygon(bent([(float(u), float(v)) for u, v in corners], 120)[:-1])


def lean(u: float, v: float, share: float) -> float:
    """Return where a road of the plan crosses v when it follows the river's bend by a share."""
    return u + share * (river_u(v) - 240)
