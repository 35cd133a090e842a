"""A small county with people in post, and filings to it: shared by the tests of this room."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from gridmap.accounts import tables  # noqa: F401 - the audit log refers to accounts
from gridmap.accounts.authority import HeldPost, Scope, scope_of
from gridmap.dispatch import moving
from gridmap.dispatch.catalogue import put_entries
from gridmap.dispatch.categories import CategoryEntry, Limit, LimitedStep, LimitUnit, Topic
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Filing, Instruction
from gridmap.dispatch.tables import Report
from gridmap.geolocation.rules import Place
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.posts import Post
from gridmap.store.base import from_day
from gridmap.terms import POST_TARGETS, Line, PostKind, Role, Rung
from tests import worlds
from tests.worlds import START, lonlat

NOW = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
DAY = date(2026, 6, 1)
LIMITS = dict.fromkeys(LimitedStep, Limit(4, LimitUnit.WORKING_HOURS))


def category(code, first_rung, topic=Topic.FACILITIES, **facts):
    values = {
        "line": Line.URBAN,
        "name": f"类别{code}",
        "name_en": f"Category {code}",
        "limits": LIMITS,
        "position": 10,
    } | facts
    return CategoryEntry(code=code, first_rung=first_rung, topic=topic, **values)


CATEGORIES = (
    category("LIGHT", Rung.BUILDING_GROUP),
    category("NOISE", Rung.BUILDING_GROUP, Topic.DISPUTES, line=Line.POLITICAL_LEGAL),
    category("RUBBISH", Rung.GRID_BRANCH, Topic.ENVIRONMENT),
    category("RELIEF", Rung.COMMUNITY, Topic.SERVICE, line=Line.CIVIL),
    category("WAGES", Rung.TOWNSHIP, Topic.OTHER, line=Line.PETITION),
)


@dataclass(frozen=True)
class Someone:
    """Who is signed in, as the dispatch room sees it."""

    account_id: int | None
    person_id: int
    scope: Scope


def town(session):
    """Two grids A and B with a house each and a third house in A; categories; nobody in post."""
    world = worlds.draw(session, "AB")
    world.house("a1", 20, 20, grid="A", number="1")
    world.house("a2", 20, 70, grid="A", number="2")
    world.house("b1", 120, 20, grid="B", number="3")
    put_entries(session, CATEGORIES, START)
    return world


def county(session):
    return session.scalars(select(Area).where(Area.kind == "county")).one()


def township(session):
    return session.scalars(select(Area).where(Area.kind == "township")).first()


def staffed(session):
    """The town with somebody at every rung; people by the name of what they answer for."""
    world = town(session)
    people = {
        "a1": (PostKind.STEWARD, world.buildings["a1"], "甲楼长"),
        "b1": (PostKind.STEWARD, world.buildings["b1"], "乙楼长"),
        "A": (PostKind.GRID_WORKER, world.grids["A"], "甲格员"),
        "B": (PostKind.GRID_WORKER, world.grids["B"], "乙格员"),
        "community": (PostKind.COMMUNITY_DESK, world.community, "社区员"),
        "township": (PostKind.TOWNSHIP_DESK, township(session), "乡镇员"),
        "county": (PostKind.COUNTY_DESK, county(session), "县员"),
    }
    made = world.posts([*people.values()])
    return world, {name: holding(post) for name, post in zip(people, made, strict=True)}


def holding(*posts: Post, roles: tuple[Role, ...] = ()) -> Someone:
    """Somebody who holds these posts today."""
    held = (
        HeldPost(
            post.id, PostKind(post.kind), getattr(post, f"{POST_TARGETS[post.kind]}_id"), "某处"
        )
        for post in posts
    )
    return Someone(None, posts[0].person_id if posts else 0, scope_of(held, roles))


def neighbour_community(session):
    """A second community with one grid, north of the town, in a township of its own."""
    parent = Area(kind="township", code="419901002000", parent=county(session))
    area = Area(kind="community", code="419901002001", parent=parent)
    session.add(area)
    session.flush()
    shape = worlds.multi(worlds.square(0, 100, 200, 200))
    grid = Grid(code="419901002001001", community_id=area.id)
    session.add(grid)
    session.flush()
    session.add_all(
        [
            AreaVersion(area_id=area.id, name="邻居社区", boundary=shape, valid=from_day(START)),
            GridVersion(grid_id=grid.id, name="邻格", boundary=shape, valid=from_day(START)),
        ]
    )
    session.flush()
    return parent, area, grid


def filing(key="k-1", x=30, y=30, code="LIGHT", body="0" * 64, **facts):
    """A report at `x`, `y` metres from the origin; inside house a1 unless said otherwise."""
    lon, lat = lonlat(x, y)
    place = facts.pop("place", Place(lon, lat, "wgs84"))
    description = facts.pop("description", "3单元楼道灯不亮")
    return Filing(key, body, code, description, place, **facts)


def act(session, number, reader, action, *, now=NOW, version=None, **facts):
    """One move, on the version that stands unless another is given."""
    seen = version or session.scalar(select(Report.version).where(Report.number == number))
    return moving.act(session, number, reader, Instruction(action, seen, **facts), now)


def accept(session, number, reader, *, version=1, now=NOW):
    """Accept a report on the version that was looked at."""
    return act(session, number, reader, Action.ACCEPTED, version=version, now=now)
