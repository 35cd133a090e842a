"""The demo county in a real database: whole, once, and read as of any day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.demo import gaps
from geodata.demo.generator import generate
from geodata.demo.loading import is_empty, load
from geodata.demo.plan import COMMUNITY_NAMES
from gridmap.coverage.service import audit
from gridmap.coverage.tables import CoverageRule
from gridmap.errors import NotEmpty
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import Building, BuildingVersion, CompoundVersion, GridBuilding
from gridmap.ledger.posts import Person, Post, Visit
from gridmap.ledger.settings import Setting
from gridmap.store.base import as_of
from gridmap.store.session import make_engine
from tests.coverage.sound import MUST

DAY = date(2026, 11, 24)
MOST_STATEMENTS = 900


@pytest.fixture(scope="module")
def loaded(make_migrated):
    """A session on a database of its own that holds the county; the tests of this file only read it."""
    engine = make_engine(make_migrated(), statement_timeout_s=0)
    with Session(engine) as session:
        assert is_empty(session)
        session.info["counts"] = load(session, DAY)
        session.commit()
        yield session
    engine.dispose()


def test_counts_are_what_stands_in_the_tables(loaded):
    counts, made = loaded.info["counts"], generate(DAY)
    for table in (
        Area,
        AreaVersion,
        Grid,
        Building,
        BuildingVersion,
        CompoundVersion,
        Person,
        Post,
        Visit,
    ):
        assert counts[table.__tablename__] == loaded.scalar(select(func.count()).select_from(table))
    assert counts["building_version"] == len(made.buildings)
    assert counts["post"] == len(made.posts)
    assert counts["visit"] == sum(len(post.visits) for post in made.posts)


def test_a_second_load_is_refused(loaded):
    assert not is_empty(loaded)
    before = loaded.scalar(select(func.count()).select_from(Building))
    with pytest.raises(NotEmpty):
        load(loaded, DAY)
    assert loaded.scalar(select(func.count()).select_from(Building)) == before


def test_one_person_is_enough_to_be_refused(session):
    session.add(Person(code="x", name="李示一"))
    session.flush()
    with pytest.raises(NotEmpty):
        load(session, DAY)


def test_rows_go_in_many_at_a_time(session, statements):
    load(session, DAY)
    assert len(statements) < MOST_STATEMENTS


def test_visits_stand_with_their_own_links(loaded):
    outside = select(Visit.id).join(Post, Post.id == Visit.post_id).where(~as_of(Post, Visit.day))
    assert loaded.scalars(outside).all() == []


def test_settings(loaded):
    values = dict(loaded.execute(select(Setting.key, Setting.value)).all())
    assert values["county"]["code"] == "419901000000"
    assert values["metric_epsg"] == 4547
    assert values["first_day"] == "2023-01-01"
    book = select(Area.code).join(AreaVersion).where(AreaVersion.name == "书香苑社区")
    rule = loaded.scalars(select(CoverageRule)).one()
    assert rule.check == "municipal_leader"
    assert rule.thresholds["communities"] == sorted(set(loaded.scalars(book)))
    assert rule.valid.lower.isoformat() == values["first_day"]


def test_buildings_lie_in_the_grid_that_they_belong_to(loaded):
    moved = date(2025, 9, 1)
    for day in (moved - timedelta(days=1), moved, DAY):
        belongs = dict(
            loaded.execute(
                select(GridBuilding.building_id, GridBuilding.grid_id).where(
                    as_of(GridBuilding, day)
                )
            ).all()
        )
        around = (
            select(BuildingVersion.building_id, GridVersion.grid_id)
            .join(GridVersion, func.ST_Contains(GridVersion.boundary, BuildingVersion.footprint))
            .where(as_of(GridVersion, day), as_of(BuildingVersion, day))
        )
        assert dict(loaded.execute(around).all()) == belongs


def test_coverage_finds_what_was_planted(loaded):
    found, small = {}, []
    for community in audit(loaded, DAY).communities:
        for finding in community.findings:
            found.setdefault(finding.check, []).append(community.name)
            if finding.gap.reason.code == "branch_small":
                small.append(community.name)
    names = {letter: f"{name}社区" for letter, name in COMMUNITY_NAMES.items()}
    assert sorted(found.pop("county_visit")) == sorted(names[x] for x in gaps.NO_VISIT_NOW)
    assert sorted(found.pop("first_secretary")) == sorted(
        names[x] for x in (gaps.NO_FIRST_SECRETARY, gaps.TERM_OVER)
    )
    assert found.pop("one_shoulder") == [names[gaps.TWO_PEOPLE_NOW]]
    assert found.pop("township_leader") == [names[gaps.NO_TOWNSHIP_LEADER]]
    assert len(found.pop("building_group")) == gaps.GROUPS_NEVER + gaps.GROUPS_DISSOLVED
    assert len(found.pop("compound_property")) == gaps.OUTSIDE_LEDGER
    assert {check for check in found if check in MUST} == set()
    assert found["term_ends"] == [names[gaps.TERM_ENDS_SOON]]
    assert sorted(small) == sorted(names[x] for x in gaps.FEW_MEMBERS)
    assert not {"worker_shared", "leader_links", "police", "responsible_unit"} & set(found)
