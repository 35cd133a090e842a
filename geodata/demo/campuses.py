"""Hospitals, the sports centre, the bus station."""

from __future__ import annotations

from shapely import LineString, Polygon, box

from geodata.demo import footprints
from geodata.demo.blocks import Block
from geodata.demo.sites import Site, Structure
from geodata.demo.stage import Stage

_INSET = 9.0


def hospital(block: Block, land: Polygon) -> Site:
    """Build a hospital: outpatient hall to the street, wards behind it, what it needs around."""
    site = Site()
    stage = Stage(block, land, site)
    _, south, _, north = stage.bounds
    south, north = south + _INSET, north - _INSET
    stage.spot("hospital", stage.land.buffer(-1.5, join_style="mitre"))
    west, east = stage.span(south, north, _INSET)
    x, half = (west + east) / 2, min(44.0, (east - west) * 0.3)
    hall = footprints.court(x - half, south + 12, (half * 2, 40), 16)
    stage.put(Structure("hospital", hall, 5, name="门诊楼"))
    ward = footprints.comb(x - half, south + 72, (half * 2, 50), 2, 16)
    if not stage.put(Structure("hospital", ward, 11, name="住院部")):
        stage.hall("hospital", (x - half, south + 72, x + half, south + 88), 11, "住院部")
    left, right = x - half - 14, x + half + 14
    stage.hall("hospital", (west, south + 20, left, south + 34), 4, "医技楼")
    stage.hall("hospital", (west, south + 74, left, south + 88), 5, "行政楼")
    stage.hall("hospital", (right, south + 70, east, south + 84), 4, "感染科楼")
    stage.hall("hospital", (right, south + 104, east, south + 118), 5, "康复楼")
    stage.hall("hospital", (x - half, south + 146, x + half, south + 161), 9, "外科楼")
    stage.hall("hospital", (west, north - 15, west + 38, north - 1), 2, "后勤楼")
    stage.spot("garden", box(right - 4, south + 14, east, south + 54))
    stage.lane(LineString([(x, south - 40), (x, south + 12)]))
    stage.lane(LineString([(west - 8, south + 61), (east + 8, south + 61)]))
    stage.lane(LineString([(left + 7, south - 8), (left + 7, north - 18)]))
    return site


def bus_station(block: Block, land: Polygon) -> Site:
    """Build the coach station: hall, bays, workshop."""
    site = Site()
    stage = Stage(block, land, site)
    _, south, _, north = stage.bounds
    stage.spot("bus_station", stage.land.buffer(-1.5, join_style="mitre"))
    west, east = stage.span(south + 8, north - 8, 8)
    stage.hall("transport", (west, south + 26, west + 24, north - 26), 2, "候车楼")
    stage.hall("transport", (east - 34, north - 28, east - 2, north - 10), 1, "检修车间")
    stage.hall("transport", (east - 42, south + 10, east - 2, south + 24), 4, "办公楼")
    for k in range(4):
        y = south + 44 + k * 20
        stage.lane(LineString([(west + 34, y), (east - 4, y)]))
    stage.lane(LineString([(west + 34, south - 20), (west + 34, north - 8)]))
    return site


def stadium(block: Block, land: Polygon) -> Site:
    """Build the sports centre: a stadium of two stands about a track, a gymnasium, courts."""
    site = Site()
    stage = Stage(block, land, site)
    west, south, east, north = stage.bounds
    x, y = (west + east) / 2 - 40, (south + north) / 2
    stage.spot("recreation_ground", stage.land.buffer(-1.5, join_style="mitre"), "县体育中心")
    ground = footprints.track(x, y, (168, 86))
    stage.keep_free(ground)
    stage.spot("pitch", ground)
    stage.hall("sports", (x - 52, y + 48, x + 52, y + 62), 2, "主看台")
    stage.hall("sports", (x - 52, y - 60, x + 52, y - 48), 1, "东看台")
    gymnasium = box(x + 106, y - 6, x + 166, y + 44).buffer(-10).buffer(10, quad_segs=3)
    stage.put(Structure("sports", gymnasium, 2, name="体育馆"))
    for k in range(3):
        stage.spot("pitch", box(x + 104 + k * 24, y - 46, x + 122 + k * 24, y - 14))
    stage.lane(LineString([(x + 96, south - 30), (x + 96, north - 8)]))
    stage.lane(LineString([(west + 6, north - 8), (east - 6, north - 8)]))
    return site
