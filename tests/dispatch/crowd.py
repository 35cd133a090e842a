"""Everybody whom a report can meet: a town in which all posts are held, and who they are on a day."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.post_queries import POST_COLUMNS, held_posts, with_places
from gridmap.ledger.buildings import BuildingVersion
from gridmap.ledger.posts import Agency, Person, Post, StandIn
from gridmap.store.base import from_day
from gridmap.terms import Line, PostKind
from tests.dispatch.filings import Someone, county, neighbour_community, town, township
from tests.worlds import World


@dataclass
class Crowd:
    """The town, and the posts by names that the tests use."""

    world: World
    posts: dict[str, Post] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)

    def hold(self, name, kind, target, *, person=None, **facts) -> Post:
        """Somebody of that name is in post."""
        post = self.world.post(kind, target, person or name, **facts)
        self.posts[name] = post
        return post

    def reader(self, session, name, day) -> Someone:
        """Whoever holds that post, with all that she holds on the day."""
        return readers(session, day)[self.posts[name].person_id]


def agency(session, code, line) -> Agency:
    found = Agency(code=code, name=f"部门{code}", line=line)
    session.add(found)
    session.flush()
    return found


def crowded(session) -> Crowd:
    """The town with everybody in post: two at the desks, two agencies, helpers, leaders, foreigners."""
    world = town(session)
    crowd = Crowd(world)
    compound = world.compound("c1", 10, 10, 90, 95)
    for code in ("a1", "a2"):
        building = world.buildings[code].id
        version = session.scalars(
            select(BuildingVersion).where(BuildingVersion.building_id == building)
        ).one()
        version.compound_id = compound.id
    area, grids, houses = world.community, world.grids, world.buildings
    held = {
        "steward": (PostKind.STEWARD, houses["a1"]),
        "leader of a1": (PostKind.GROUP_LEADER, houses["a1"]),
        "steward b1": (PostKind.STEWARD, houses["b1"]),
        "worker": (PostKind.GRID_WORKER, grids["A"]),
        "worker B": (PostKind.GRID_WORKER, grids["B"]),
        "branch": (PostKind.BRANCH_SECRETARY, grids["A"]),
        "part-timer": (PostKind.PART_TIME_WORKER, grids["A"]),
        "desk": (PostKind.COMMUNITY_DESK, area),
        "desk 2": (PostKind.COMMUNITY_DESK, area),
        "secretary": (PostKind.SECRETARY, area),
        "police": (PostKind.POLICE_OFFICER, area),
        "manager": (PostKind.PROPERTY_MANAGER, compound),
        "adviser": (PostKind.PARTY_ADVISER, compound),
        "link": (PostKind.LEADER_COUNTY, area),
        "township": (PostKind.TOWNSHIP_DESK, township(session)),
        "county": (PostKind.COUNTY_DESK, county(session)),
        "county 2": (PostKind.COUNTY_DESK, county(session)),
    }
    for code, line in (("urban", Line.URBAN), ("civil", Line.CIVIL)):
        crowd.agencies[code] = agency(session, code, line)
    parent, area, grid = neighbour_community(session)
    held |= {
        "urban": (PostKind.AGENCY_HANDLER, crowd.agencies["urban"]),
        "urban 2": (PostKind.AGENCY_HANDLER, crowd.agencies["urban"]),
        "civil": (PostKind.AGENCY_HANDLER, crowd.agencies["civil"]),
        "foreign worker": (PostKind.GRID_WORKER, grid),
        "foreign desk": (PostKind.COMMUNITY_DESK, area),
        "foreign township": (PostKind.TOWNSHIP_DESK, parent),
    }
    made = world.posts([(kind, target, name) for name, (kind, target) in held.items()])
    crowd.posts.update(zip(held, made, strict=True))
    return crowd


def readers(session, day: date) -> dict[int, Someone]:
    """Everybody in the roster by id, with the posts that are hers on a day, as a stand-in too."""
    held = held_posts(day)
    query = (
        select(Person.id, held.c.stands_in, *POST_COLUMNS)
        .select_from(Person)
        .outerjoin(held, held.c.post_id.is_not(None))
        .outerjoin(Post, Post.id == held.c.post_id)
        .order_by(Person.id, Post.id)
    )
    found: dict[int, list[HeldPost]] = {}
    for row in session.execute(with_places(query, day)):
        mine = found.setdefault(row.id, [])
        if row.post_id is not None:
            kind = PostKind(row.kind)
            mine.append(HeldPost(row.post_id, kind, row.target_id, row.place or "", row.stands_in))
    return {key: Someone(None, key, scope_of(posts, ())) for key, posts in found.items()}


def end(session, post: Post, day: date) -> None:
    """The post is given up: that day is the first one without it."""
    session.get_one(Post, post.id).valid = from_day(post.valid.lower, day)
    session.flush()


def stand_in(session, post: Post, person_id: int, first: date, last: date) -> None:
    """Somebody holds another's post from a day to a day (excluded)."""
    session.add(
        StandIn(
            post_id=post.id,
            person_id=person_id,
            named_by_id=post.person_id,
            valid=from_day(first, last),
        )
    )
    session.flush()
