"""A small county in which plans are drawn, approved and published; and what must hold in it on any day.

Two communities side by side, in the first a house in every cell of 100 m; its ground is what lies nearer to
it than to other houses of its grid. Grid A is three cells wide, B one, C the row below; D and E lie in the
second community.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import select, text

from gridmap.accounts.authority import scope_of
from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.geography import Road, RoadGrid
from gridmap.ledger.posts import Person
from gridmap.redistricting import adoption, drafting, opening, reviewing
from gridmap.redistricting.drafting import Origin
from gridmap.redistricting.editing import Edit, EditKind
from gridmap.redistricting.states import PlanAction
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests import worlds
from tests.worlds import CELL_M, START, lonlat

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)
DRAWING = """
    AAAB
    AAAB
    CCCC
"""
FIRST, SECOND = "419901001001", "419901001002"

SEAM = 1e-4
"""Share of the area: the county's drawn edge is straight, that of its atoms is so in metres."""

LEDGER = (
    "grid",
    "grid_version",
    "grid_building",
    "grid_lineage",
    "road_grid",
    "party_organisation",
    "party_version",
    "post",
    "stand_in",
)
"""Tables that a publication writes."""


def later(days, hours=0):
    """A moment some days after `NOW`."""
    return NOW + timedelta(days=days, hours=hours)


@dataclass
class County:
    """The county on one session, its people, and short ways to do what planners do."""

    session: object
    world: worlds.World
    planner: SignedIn
    approver: SignedIn
    posts: dict = field(default_factory=dict)
    organisations: dict = field(default_factory=dict)

    def id(self, letter):
        """The id of a grid."""
        return self.world.grids[letter].id

    def opened(self, plan, now=NOW):
        return opening.opened(self.session, self.planner, plan.id, now)

    def begin(self, area=FIRST, now=NOW, name="方案", origin=None):
        return drafting.begin(self.session, self.planner, name, area, origin or Origin(), now)

    def row(self, plan, letter, now=NOW):
        """The row of a grid in a plan."""
        grids = self.opened(plan, now).plan.grids
        return next(row for row, grid in enumerate(grids) if grid.grid_id == self.id(letter))

    def atoms(self, plan, houses, now=NOW):
        """The ground of houses: all atoms of their grid that are nearer to them than to other houses."""
        at = self.opened(plan, now)
        graph, homes = at.terrain.graph, at.terrain.building_atoms
        spots = np.column_stack([graph.x, graph.y])
        away = np.linalg.norm(spots[:, None] - spots[homes], axis=2)
        away[at.today[:, None] != at.today[homes]] = np.inf
        nearest = at.terrain.building_codes[away.argmin(axis=1)]
        return tuple(np.flatnonzero(np.isin(nearest, houses.split())).tolist())

    def edit(self, plan, kind, now=NOW, **facts):
        made = Edit(kind, **facts)
        return drafting.edit(self.session, self.planner, plan.id, plan.head, made, now)

    def move(self, plan, houses, letter, now=NOW):
        """Give the ground of houses to a grid."""
        atoms, row = self.atoms(plan, houses, now), self.row(plan, letter, now)
        return self.edit(plan, EditKind.MOVE, now, atoms=atoms, grid=row)

    def merge(self, plan, letters, now=NOW):
        """Merge grids into the first one named."""
        rows = tuple(self.row(plan, letter, now) for letter in letters)
        return self.edit(plan, EditKind.MERGE, now, grids=rows, grid=rows[0])

    def carve(self, plan, houses, name="", now=NOW):
        """Make a new grid of the ground of houses."""
        atoms = self.atoms(plan, houses, now)
        return self.edit(plan, EditKind.NEW, now, atoms=atoms, text=name)

    def renumber(self, plan, letter, code, now=NOW):
        row = self.row(plan, letter, now)
        return self.edit(plan, EditKind.RENUMBER, now, grid=row, text=code)

    def approve(self, plan, now=NOW):
        for who, action in ((self.planner, PlanAction.SUBMIT), (self.approver, PlanAction.APPROVE)):
            reviewing.act(self.session, who, plan.id, action, plan.head, now)
        return plan

    def publish(self, plan, day=TOMORROW, now=NOW):
        """Have a plan approved and publish it."""
        self.approve(plan, now)
        return adoption.adopt(self.session, self.planner, plan.id, day, now)

    def rows(self, query, **values):
        return self.session.execute(text(query), values).all()

    def versions(self, letter):
        """Since and until of the versions of a grid."""
        query = "SELECT lower(valid), upper(valid) FROM grid_version WHERE grid_id = :id ORDER BY 1"
        return [tuple(row) for row in self.rows(query, id=self.id(letter))]

    def members(self, day):
        """The houses of each grid, by its name on a day."""
        query = """
            SELECT v.name, string_agg(b.code, ' ' ORDER BY b.code) AS houses
            FROM grid_building m JOIN building b ON b.id = m.building_id
            JOIN grid_version v ON v.grid_id = m.grid_id AND v.valid @> CAST(:day AS date)
            WHERE m.valid @> CAST(:day AS date) GROUP BY v.name"""
        return {row.name: row.houses for row in self.rows(query, day=day)}

    def holders(self, day):
        """Who holds which post for which grid on a day."""
        query = """
            SELECT g.code, p.kind, n.name FROM post p JOIN grid g ON g.id = p.grid_id
            JOIN person n ON n.id = p.person_id WHERE p.valid @> CAST(:day AS date)"""
        return {(row.code[-3:], row.kind, row.name) for row in self.rows(query, day=day)}

    def parents(self, day):
        """The organisation above each building group on a day, by names; None for none."""
        query = """
            SELECT g.name, (SELECT o.name FROM party_version o WHERE o.organisation_id = g.parent_id
                            ORDER BY lower(o.valid) DESC LIMIT 1) AS above
            FROM party_version g WHERE g.kind = 'building_group' AND g.valid @> CAST(:day AS date)"""
        return {row.name: row.above for row in self.rows(query, day=day)}

    def ledger(self):
        """Everything in the tables that a publication writes."""
        self.session.flush()
        rows = {}
        for table in LEDGER:
            query = f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY id"
            rows[table] = [row[0] for row in self.rows(query)]
        return rows


def signed_in(session, name, *roles):
    """Somebody with an account and roles, and no post."""
    person = Person(code=f"staff-{name}", name=name)
    session.add(person)
    session.flush()
    account = Account(
        login=person.code,
        password_hash=person.code,
        person_id=person.id,
        roles=[str(one) for one in roles],
    )
    session.add(account)
    session.flush()
    return signed(account)


def signed(account):
    """Whoever has an account, signed in, with its roles alone."""
    roles = [Role(one) for one in account.roles]
    return SignedIn(
        account.id, account.person_id, account.login, account.person.name, scope_of((), roles)
    )


def county(session) -> County:
    """Draw the county, with a worker, a secretary and a branch for every grid, a group for every house."""
    world = worlds.draw(session, DRAWING)
    _second_community(session, world)
    cells = [line.strip() for line in DRAWING.strip().splitlines()]
    for y, line in enumerate(reversed(cells)):
        for x, letter in enumerate(line):
            world.house(
                f"{letter.lower()}{x}{y}",
                x * CELL_M + 40,
                y * CELL_M + 40,
                grid=letter,
                households=10,
            )
    for x, letter in ((4, "D"), (5, "E")):
        world.house(f"{letter.lower()}{x}", x * CELL_M + 40, 140, grid=letter, households=10)
    made = County(
        session,
        world,
        signed_in(session, "规划员", Role.PLANNER),
        signed_in(session, "审核人", Role.PLANNER),
    )
    _staff(made)
    _roads(made)
    session.flush()
    return made


def _second_community(session, world):
    first = session.scalars(select(Area).where(Area.code == FIRST)).one()
    area = Area(kind="community", code=SECOND, parent_id=first.parent_id)
    session.add(area)
    session.flush()
    shape = worlds.multi(worlds.square(400, 0, 600, 300))
    session.add(
        AreaVersion(area_id=area.id, name="锦绣社区", boundary=shape, valid=from_day(START))
    )
    for sequence, (letter, x) in enumerate((("D", 400), ("E", 500)), start=1):
        grid = Grid(code=f"{SECOND}{sequence:03d}", community_id=area.id)
        session.add(grid)
        session.flush()
        world.grids[letter] = grid
        session.add(
            GridVersion(
                grid_id=grid.id,
                name=f"{letter}网格",
                boundary=worlds.multi(worlds.square(x, 0, x + 100, 300)),
                valid=from_day(START),
            )
        )
    session.flush()


def _staff(made):
    world = made.world
    general = world.organisation("general_branch", "总支", area_id=world.community.id)
    made.organisations["general"] = general
    for letter, grid in world.grids.items():
        branch = world.organisation("grid_branch", f"{letter}支部", grid_id=grid.id)
        made.organisations[letter] = branch
        _version(made, branch).parent_id = general.id
        _version(made, branch).full_members = 5
        for kind, name in (
            (PostKind.GRID_WORKER, f"{letter}格员"),
            (PostKind.BRANCH_SECRETARY, f"{letter}书记"),
            (PostKind.PART_TIME_WORKER, f"{letter}兼职"),
        ):
            made.posts[name] = world.post(kind, grid, name, term_end=date(2027, 1, 1))
    for code, house in world.buildings.items():
        group = world.organisation("building_group", f"{code}组", building_id=house.id)
        _version(made, group).parent_id = made.organisations[code[0].upper()].id
    made.session.flush()


def _version(made, organisation):
    made.session.refresh(organisation)
    return organisation.versions[0]


def _roads(made):
    """A road between A and C, and one between B and C; C answers for the first, B for the second."""
    for code, west, east, letter in (("r1", 0, 300, "C"), ("r2", 300, 400, "B")):
        line = shapely.MultiLineString([[lonlat(west, 100), lonlat(east, 100)]])
        made.session.add_all(
            [
                Road(
                    code=code,
                    name=code,
                    kind="residential",
                    line=worlds.multi(line),
                    valid=from_day(START),
                ),
                RoadGrid(road_code=code, grid_id=made.id(letter), valid=from_day(START)),
            ]
        )


def boundaries(session, day):
    """The boundaries of a day by the grid's id, as shapes in degrees."""
    query = text("""
        SELECT grid_id, ST_AsBinary(boundary) AS shape FROM grid_version
        WHERE valid @> CAST(:day AS date) ORDER BY grid_id""")
    return {
        row.grid_id: shapely.from_wkb(row.shape) for row in session.execute(query, {"day": day})
    }


BROKEN = {
    "a building in no grid, in two, or in one that does not stand": """
        SELECT v.building_id FROM building_version v
        LEFT JOIN grid_building m ON m.building_id = v.building_id AND m.valid @> CAST(:day AS date)
        LEFT JOIN grid_version g ON g.grid_id = m.grid_id AND g.valid @> CAST(:day AS date)
        WHERE v.valid @> CAST(:day AS date) GROUP BY v.building_id HAVING count(g.id) <> 1""",
    "a building outside the boundary of its grid": """
        SELECT v.building_id FROM building_version v
        JOIN grid_building m ON m.building_id = v.building_id AND m.valid @> CAST(:day AS date)
        JOIN grid_version g ON g.grid_id = m.grid_id AND g.valid @> CAST(:day AS date)
        WHERE v.valid @> CAST(:day AS date) AND NOT ST_Intersects(g.boundary, v.spot)""",
    "a post for a grid that does not stand": """
        SELECT p.id FROM post p LEFT JOIN grid_version g ON g.grid_id = p.grid_id AND g.valid @> CAST(:day AS date)
        WHERE p.grid_id IS NOT NULL AND p.valid @> CAST(:day AS date) AND g.id IS NULL""",
    "a branch of a grid that does not stand": """
        SELECT p.id FROM party_version p
        LEFT JOIN grid_version g ON g.grid_id = p.grid_id AND g.valid @> CAST(:day AS date)
        WHERE p.grid_id IS NOT NULL AND p.valid @> CAST(:day AS date) AND g.id IS NULL""",
    "a road of a grid that does not stand": """
        SELECT r.id FROM road_grid r
        LEFT JOIN grid_version g ON g.grid_id = r.grid_id AND g.valid @> CAST(:day AS date)
        WHERE r.valid @> CAST(:day AS date) AND g.id IS NULL""",
    "a group under a branch that does not stand, or of another grid": """
        SELECT c.id FROM party_version c
        JOIN grid_building m ON m.building_id = c.building_id AND m.valid @> CAST(:day AS date)
        LEFT JOIN party_version p ON p.organisation_id = c.parent_id AND p.valid @> CAST(:day AS date)
        WHERE c.valid @> CAST(:day AS date) AND c.parent_id IS NOT NULL
          AND (p.id IS NULL OR p.grid_id IS DISTINCT FROM m.grid_id)""",
}


def check_ledger(session, day, *, exact=True):
    """What holds on any day: grids cover the communities without overlap, and all else hangs on one."""
    shapes = list(boundaries(session, day).values())
    whole = shapely.union_all(
        [
            shapely.from_wkb(row.shape)
            for row in session.execute(
                text("""
                SELECT ST_AsBinary(v.boundary) AS shape FROM area_version v JOIN area a ON a.id = v.area_id
                WHERE a.kind = 'community' AND v.valid @> CAST(:day AS date)"""),
                {"day": day},
            )
        ]
    )
    assert not exact or shapely.coverage_is_valid(np.array(shapes))
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=SEAM)
    assert shapely.union_all(shapes).area == pytest.approx(whole.area, rel=SEAM)
    for what, query in BROKEN.items():
        assert session.execute(text(query), {"day": day}).all() == [], what
