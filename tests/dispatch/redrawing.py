"""A border moves: the north of the drawn town's grid A becomes a grid of its own."""

from datetime import timedelta

from sqlalchemy import select

from gridmap.dispatch.replacing import replace_open
from gridmap.geolocation.rules import Place
from gridmap.ledger.areas import Grid, GridVersion
from gridmap.ledger.buildings import GridBuilding
from gridmap.store.base import from_day
from gridmap.terms import PlaceSource, PostKind
from gridmap.timespan import local_day
from tests import worlds
from tests.dispatch.filings import DAY, NOW
from tests.worlds import lonlat, square

THEN = NOW + timedelta(days=1)
NEW_DAY = DAY + timedelta(days=1)
LATER = NOW + timedelta(days=8)
BORDER = 60
"""Grid A is cut at this many metres from the south: house a2, the yard's north and C lie beyond."""


def redraw(session, world, day=NEW_DAY, *, border=BORDER):
    """From a day on the north of grid A is a grid C of its own."""
    old = session.scalars(
        select(GridVersion).where(
            GridVersion.grid_id == world.grids["A"].id, GridVersion.valid.contains(day)
        )
    ).one()
    new = Grid(code=f"{world.community.code}900", community_id=world.community.id)
    session.add(new)
    old.valid = from_day(old.valid.lower, day)
    session.flush()
    for grid, name, south, north in (
        (world.grids["A"], old.name, 0, border),
        (new, "C网格", border, 100),
    ):
        shape = worlds.multi(square(0, south, 100, north))
        session.add(GridVersion(grid_id=grid.id, name=name, boundary=shape, valid=from_day(day)))
    moved = session.scalars(
        select(GridBuilding).where(GridBuilding.building_id == world.buildings["a2"].id)
    ).one()
    moved.valid = from_day(moved.valid.lower, day)
    session.flush()
    session.add(GridBuilding(building_id=moved.building_id, grid_id=new.id, valid=from_day(day)))
    world.grids["C"] = new
    world.organisation("grid_branch", "C网格党支部", since=day, grid_id=new.id)
    return new


def redrawn(town, now=THEN, *, staffed=True, border=BORDER):
    """Move the border, put a worker into the new grid, place what is open again."""
    redraw(town.session, town.crowd.world, local_day(now), border=border)
    if staffed:
        held = (PostKind.GRID_WORKER, town.crowd.world.grids["C"])
        town.crowd.hold("worker C", *held, since=local_day(now))
    return again(town, now)


def again(town, now=THEN):
    communities = [town.crowd.world.community.id]
    return replace_open(town.session, now, communities=communities)


def phone(x, y, radius):
    lon, lat = lonlat(x, y)
    return Place(lon, lat, "wgs84", radius, PlaceSource.GPS)
