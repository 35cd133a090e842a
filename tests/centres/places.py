"""A small community with a service centre, roads and willing branches: shared by the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime

from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiLineString, Point

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.centres.members import Joining
from gridmap.ledger.centres import CentreOpening, WillingBranch
from gridmap.ledger.geography import Road
from gridmap.ledger.property import ServiceCentre, ServiceCentreArea
from gridmap.store.base import from_day
from gridmap.terms import Occupation, PostKind, Weekdays
from tests.dispatch.filings import Someone
from tests.worlds import START, World, draw, lonlat

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
"""Ten in the morning in the county, on a Monday."""
CODE = "FW01"
SECRET = "a secret of the site"  # noqa: S105 - of a test


def county(session) -> World:
    """Grids A to D from west to east along a road, the centre at its western end; each has a branch."""
    world = draw(session, "ABCD")
    world.house("a1", 20, 20, grid="A", kind="residential", households=10)
    world.house("d1", 360, 20, grid="D", kind="residential", households=30)
    centre(session, world)
    for letter, grid in world.grids.items():
        world.organisation("grid_branch", f"{letter}支部", grid_id=grid.id)
    return world


def centre(session, world, code=CODE, x=50, hours=("08:30", "18:00")) -> None:
    spot = from_shape(Point(*lonlat(x, 50)), srid=4326)
    valid = from_day(START)
    session.add_all(
        [
            ServiceCentre(code=code, name=f"中心{code}", spot=spot, valid=valid),
            ServiceCentreArea(centre_code=code, community_id=world.community.id, valid=valid),
        ]
    )
    if hours:
        opens, closes = hours
        session.add(
            CentreOpening(
                centre=code, weekdays=Weekdays.WORKDAYS, opens=opens, closes=closes, valid=valid
            )
        )
    session.flush()


def road(session, *points, code="R1") -> None:
    line = MultiLineString([LineString([lonlat(*point) for point in points])])
    session.add(
        Road(
            code=code,
            name="路",
            kind="residential",
            line=from_shape(line, srid=4326),
            valid=from_day(START),
        )
    )
    session.flush()


def willing(session, world, **places) -> None:
    """Branches of grids, by letter, with so many places each."""
    session.add_all(
        WillingBranch(grid_id=world.grids[letter].id, places=many, valid=from_day(START))
        for letter, many in places.items()
    )
    session.flush()


def joining(phone="13900000001", **facts) -> Joining:
    return Joining("王示安", phone, Occupation.RIDER, "蓝骑士", **facts)


def secretary(world, letter) -> Someone:
    post = world.post(PostKind.BRANCH_SECRETARY, world.grids[letter], f"书记{letter}")
    held = HeldPost(post.id, PostKind.BRANCH_SECRETARY, world.grids[letter].id, letter)
    return Someone(None, post.person_id, scope_of((held,), ()))
