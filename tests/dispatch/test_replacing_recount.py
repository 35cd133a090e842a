"""Reports of all kinds after a border has moved, held against a recount through locate, one by one."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from gridmap.dispatch import ladder, service
from gridmap.dispatch.filing import as_located
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.queries import moves
from gridmap.dispatch.tables import Report, Step
from gridmap.errors import GridmapError
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate
from gridmap.terms import Outcome, PlaceSource, PostKind, Rung, Stage, Verdict
from tests.dispatch import invariants
from tests.dispatch.crowd import end
from tests.dispatch.filings import DAY, NOW
from tests.dispatch.redrawing import NEW_DAY, again, phone, redraw
from tests.worlds import lonlat


def busy(town, dice, count):
    """Reports of all kinds in all kinds of stages, in and around grid A."""
    helpers = ("urban", "police", "manager", "part-timer", "branch", "desk 2")
    for _ in range(count):
        x, y = dice.uniform(-5, 130), dice.uniform(-5, 105)
        place = phone(x, y, dice.choice([None, 4, 15])) if dice.random() < 0.4 else None
        code = dice.choice(["LIGHT", "NOISE", "RUBBISH", "RELIEF", "WAGES"])
        number = town.file(code, **({"place": place} if place else {"x": x, "y": y}))
        holder = town.stands(number)[2]
        for _ in range(dice.randrange(3)):
            holder = stir(town, dice, number, holder, helpers)


def stir(town, dice, number, holder, helpers):
    """One move that whoever holds the report may make; return who holds it after it."""
    lon, lat = lonlat(dice.uniform(5, 95), dice.uniform(5, 95))
    moves_ = {
        Action.ACCEPTED: {},
        Action.DISPATCHED: {"post_id": town[dice.choice(helpers)].id},
        Action.HANDLED: {"note": "已办", "outcome": Outcome.SOLVED},
        Action.CHECKED: {},
        Action.RELOCATED: {"place": Place(lon, lat, "wgs84")},
        Action.SENT_UP: {"note": "请上级办"},
        Action.SUSPENDED: {
            "note": "等",
            "post_id": town[dice.choice(("worker", "police", "urban", "desk 2"))].id,
            "until": DAY + timedelta(days=20),
        },
    }
    able = service.detail(town.session, number, town.who(holder), NOW)
    possible = [action for action in moves_ if action in getattr(able, "actions", ())]
    if possible:
        action = dice.choice(possible)
        # not everything that is possible is possible at this place
        with suppress(GridmapError), town.session.begin_nested():
            town.act(number, holder, action, **moves_[action])
    return town.stands(number)[2]


def recounted(session, row, set_by_people):
    """What locating its place as of today gives a report, and whose it is, by the words of the rule."""
    lon, lat = session.execute(select(func.ST_X(row.spot), func.ST_Y(row.spot))).one()
    by_phone = row.place_source == PlaceSource.GPS and row.id not in set_by_people
    source = PlaceSource.GPS if by_phone else PlaceSource.PIN
    location = locate(
        session, Place(lon, lat, "wgs84", row.accuracy_m if by_phone else None, source), NEW_DAY
    )
    post = moves.post_on(session, row.holder_post_id, NEW_DAY) if row.holder_post_id else None
    here = {
        ("building_id", location.building.id),
        ("compound_id", location.compound_id),
        ("grid_id", location.grid.id),
        *(("area_id", area.id) for area in (location.community, location.township) if area),
        ("area_id", location.county.id),
    }
    targets = ("building_id", "compound_id", "grid_id", "area_id")
    # neighbours of a building have nothing that lies in no grid any more
    lost = row.grid_id and not location.is_placed and row.rung == Rung.BUILDING_GROUP
    hers = post and all(getattr(post, n) is None or (n, getattr(post, n)) in here for n in targets)
    if hers and not (lost and ladder.rung_of(PostKind(post.kind))):
        return location, row.rung, row.holder_post_id
    rung, posts = Rung(row.rung), location.posts
    in_building = location.building.status is Verdict.ACCEPTED
    standing = ladder.start(rung, posts, placed=location.is_placed, in_building=in_building)
    if row.stage == Stage.CHECKING:
        others = [post for post in posts if post.person_id != row.handler_id]
        standing = ladder.start(rung, others, placed=location.is_placed, in_building=in_building)
    return location, standing.rung, standing.holder.post_id


@pytest.mark.parametrize("seed", range(3))
def test_all_of_them_stand_as_a_recount_one_by_one_says(town, seed):
    dice = Random(seed)  # noqa: S311 - a test's
    busy(town, dice, 25)
    redraw(town.session, town.crowd.world, border=dice.choice([30, 60, 75]))
    grid = town.crowd.world.grids["C"]
    town.crowd.hold("worker C", PostKind.GRID_WORKER, grid, since=NEW_DAY)
    for name in dice.sample(["steward", "desk", "urban", "manager", "township"], 2):
        end(town.session, town[name], NEW_DAY)
    town.session.expire_all()
    people = set(
        town.session.scalars(select(Step.report_id).where(Step.action == Action.RELOCATED))
    )
    before = town.session.scalars(select(Report).where(Report.stage != Stage.CLOSED)).all()
    open_ = [row for row in before if row.agency_id is None]
    expected = {row.id: recounted(town.session, row, people) for row in open_}
    clocks = {row.id: (row.due_at, row.remind_at, row.stage, row.stage_since) for row in before}
    record = invariants.Record()
    record.grow(invariants.steps_of(town.session))
    again(town)
    town.session.expire_all()
    for row in town.session.scalars(select(Report)):
        if row.id in clocks:
            assert (row.due_at, row.remind_at, row.stage, row.stage_since) == clocks[row.id]
        if row.id in expected:
            location, rung, holder = expected[row.id]
            wanted = as_located(location)
            del wanted["alternatives"]
            assert {n: v for n, v in wanted.items() if not isinstance(v, tuple | list)} == {
                n: getattr(row, n) for n, v in wanted.items() if not isinstance(v, tuple | list)
            }
            assert (row.rung, row.holder_post_id) == (rung, holder), row.number
    rows = invariants.check(town.session, record)
    assert any(row.stage in OPEN_STAGES for row in rows)
    assert again(town).moved_grid == again(town).handed_over == 0
