"""Parks, the river's banks, the lake, and the fields around the town."""

from __future__ import annotations

from shapely import LineString, MultiPolygon, Polygon, box

from geodata.demo import terrain
from geodata.demo.blocks import Block, polygons
from geodata.demo.dice import Dice
from geodata.demo.frame import Frame
from geodata.demo.sites import Lane, Site, Spot, Structure
from geodata.demo.stage import Stage

_FIELD = 230.0
_SHORTEST_PATH, _SHORTEST_TRACK = 60.0, 40.0


def park(block: Block, land: Polygon, dice: Dice) -> Site:
    """Lay out a town park: a pond, winding paths, a pavilion."""
    site = Site()
    stage = Stage(block, land, site)
    west, south, east, north = stage.bounds
    width, height = east - west, north - south
    stage.spot("park", stage.land.buffer(-1, join_style="mitre"))
    x, y = west + width * dice.between(0.4, 0.6), south + height * dice.between(0.42, 0.58)
    middle = stage.frame.outward(LineString([(x, y), (x + 1, y)])).coords[0]
    waves = tuple((dice.between(0.06, 0.14), dice.between(0, 6)) for _ in range(3))
    pond = terrain.blob(terrain.plan_of(*middle), (width * 0.2, height * 0.17), waves, 26)
    shore = stage.frame.inward(pond)
    stage.pond(shore)
    stage.lane(_around(shore, 9), "footway")
    for start, end in (
        ((west, south), (x, y)),
        ((east, south), (x, y)),
        ((east, north), (x, y)),
        ((west, north), (x, y)),
    ):
        way = LineString(
            [start, ((start[0] + end[0]) / 2 + dice.between(-18, 18), (start[1] + end[1]) / 2), end]
        )
        stage.lane(LineString(way.difference(shore.buffer(9)).coords), "footway")
    stage.put(
        Structure(
            "pavilion", box(x + width * 0.3, y - 5, x + width * 0.3 + 11, y + 6), 1, name="凉亭"
        )
    )
    stage.put(
        Structure("culture", box(west + 14, north - 26, west + 40, north - 14), 1, name="茶社")
    )
    return site


def lake_park(block: Block, land: Polygon) -> Site:
    """Lay out the park around the south lake."""
    site = Site()
    stage = Stage(block, land, site)
    site.spots.append(Spot("park", land.buffer(-1, join_style="mitre"), "南湖公园"))
    lake = stage.frame.inward(terrain.lake())
    stage.keep_free(lake)
    path = _around(Polygon(lake.exterior), 10)
    stage.lane(path, "footway")
    shore = Polygon(path)
    west, south, east, north = stage.bounds
    inner_west, inner_south, inner_east, inner_north = shore.bounds
    x, y = (inner_west + inner_east) / 2, (inner_south + inner_north) / 2
    ways = (
        [(west - 5, y + 20), (inner_west - 14, y - 6), (inner_west + 6, y)],
        [(x - 20, north + 5), (x + 14, inner_north + 20), (x, inner_north - 12)],
        [(x + 40, south - 5), (x - 10, inner_south - 24), (x - 6, inner_south + 14)],
    )
    for way in ways:
        line = LineString(way).difference(shore)
        if isinstance(line, LineString):
            stage.lane(line, "footway")
    ring = stage.land.buffer(-16, join_style="mitre").buffer(-20).buffer(20, quad_segs=3)
    for part in polygons(ring):
        stage.lane(LineString(part.exterior.coords), "footway")
    stage.put(
        Structure("culture", box(west + 40, south + 36, west + 76, south + 54), 2, name="南湖书屋")
    )
    stage.put(
        Structure("culture", box(east - 80, north - 58, east - 52, north - 40), 1, name="湖心茶社")
    )
    stage.put(
        Structure("pavilion", box(east - 60, south + 44, east - 48, south + 56), 1, name="望湖亭")
    )
    return site


def _around(water: Polygon, distance: float) -> LineString:
    """Return a path around water."""
    ring = terrain.as_polygon(water.buffer(distance, quad_segs=3).simplify(0.8))
    return LineString(ring.exterior.coords)


def bank(block: Block) -> Site:
    """Lay out a river bank: lawn and a path along the water."""
    site = Site()
    for part in block.land.geoms:
        site.spots.append(Spot("park", part, "滨河公园"))
    site.lanes += [Lane(None, "footway", path) for path in _bank_paths(block.land)]
    return site


def _bank_paths(land: MultiPolygon) -> list[LineString]:
    paths = []
    for share in (1.36, -1.36):
        rows = [terrain.RIVER_NORTH - k * 30 for k in range(150)]
        line = LineString(
            [terrain.land(terrain.river_u(v) + share * terrain.river_half(v), v) for v in rows]
        )
        inside = line.intersection(land.buffer(-3))
        paths += [
            part
            for part in getattr(inside, "geoms", [inside])
            if isinstance(part, LineString) and part.length > _SHORTEST_PATH
        ]
    return paths


def fields(block: Block, land: Polygon, dice: Dice) -> Site:
    """Lay out fields with tracks between them."""
    site = Site()
    middle = land.centroid
    frame = Frame(middle.x, middle.y, block.angle)
    inside = frame.inward(land)
    site.spots.append(Spot("farmland", land))
    west, south, east, north = inside.bounds
    columns, bands = round((east - west) / _FIELD), round((north - south) / _FIELD)
    lines = [
        LineString([(x + dice.between(-12, 12), south), (x + dice.between(-12, 12), north)])
        for k in range(1, columns)
        for x in [west + (east - west) * k / columns]
    ]
    lines += [
        LineString([(west, y + dice.between(-12, 12)), (east, y + dice.between(-12, 12))])
        for k in range(1, bands)
        for y in [south + (north - south) * k / bands]
    ]
    for _ in range(round(land.area / 90_000)):
        x, y = dice.between(west + 40, east - 110), dice.between(south + 30, north - 80)
        patch = box(x, y, x + dice.between(50, 110), y + dice.between(35, 75))
        if inside.contains(patch):
            site.spots.append(Spot("wood", frame.outward(patch)))
    for line in lines:
        cut = line.intersection(inside)
        for part in getattr(cut, "geoms", [cut]):
            if isinstance(part, LineString) and part.length > _SHORTEST_TRACK:
                site.lanes.append(Lane(None, "service", frame.outward(part)))
    return site
