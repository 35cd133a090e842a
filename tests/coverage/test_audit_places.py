"""Coverage on the real database: buildings without a group, compounds without service."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.buildings import BuildingVersion, CompoundVersion, GridBuilding
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.property import PropertyCompany, PropertyContract, UnservedCompound
from gridmap.store.base import from_day
from tests.coverage.sound import DAY, sound
from tests.worlds import START, multi, square

HOME = "419901001001"
EVE = DAY - timedelta(days=1)


@pytest.fixture
def world(session):
    return sound(session)


# ---------------------------------------------------------------- buildings


def missing_group(world) -> list[str]:
    return [subject for check, subject, *_ in world.gaps() if check == "building_group"]


@pytest.mark.parametrize(
    ("facts", "needs"),
    [
        ({"households": 1}, True),
        ({"households": 0}, False),
        ({"households": 40, "kind": "shop"}, False),
        ({"households": 40, "since": DAY}, True),
        ({"households": 40, "since": DAY + timedelta(days=1)}, False),
        ({"households": 40, "until": DAY}, False),
        ({"households": 40, "until": DAY + timedelta(days=1)}, True),
    ],
)
def test_which_buildings_need_a_group(world, facts, needs):
    world.world.house("extra", 60, 60, grid="A", **facts)
    assert missing_group(world) == (["extra"] if needs else [])


def test_a_building_needs_its_group_from_the_day_it_has_households(world):
    moved_in = date(2026, 2, 1)
    world.world.house("new", 60, 60, grid="A", households=0, until=moved_in)
    world.world.house("new", 60, 60, households=30, since=moved_in)
    assert world.gaps() == [("building_group", "new", "building_group_never", moved_in)]


def test_a_building_counts_for_its_grid_else_its_compound_else_where_it_stands(world, session):
    session.execute(delete(GridBuilding))
    world.world.house("alone", 150, 150, households=9)
    world.world.house("abroad", 900, 900, households=9)
    for name in ("A小组", "B小组"):
        session.execute(delete(PartyVersion).where(PartyVersion.name == name))
    assert missing_group(world) == ["alone", "house A", "house B"]


def test_the_grid_of_a_building_outweighs_its_compound(world, session):
    other = Area(kind="community", code="419901001002", parent_id=world.world.community.parent_id)
    session.add(other)
    session.flush()
    session.add(
        AreaVersion(
            area_id=other.id,
            name="邻居社区",
            boundary=multi(square(300, 0, 400, 200)),
            valid=from_day(START),
        )
    )
    session.execute(update(CompoundVersion).values(community_id=other.id))
    session.execute(delete(PartyVersion).where(PartyVersion.name == "A小组"))
    assert [
        community.code
        for community in world.audit().communities
        for one in community.findings
        if one.check == "building_group"
    ] == [HOME]


def test_a_building_is_named_by_its_compound_and_number(world, session):
    session.execute(delete(PartyVersion).where(PartyVersion.name == "A小组"))
    world.world.house("plain", 60, 60, grid="A", households=9, address="解放路8号")
    (community,) = world.audit().communities
    named = [one.gap.subject.name for one in community.findings if one.check == "building_group"]
    assert named == ["served 3号楼", "解放路8号"]


def test_versions_that_follow_one_another_are_one_run(world, session):
    session.execute(delete(PartyVersion).where(PartyVersion.name == "A小组"))
    version = session.scalars(
        select(BuildingVersion).where(
            BuildingVersion.building_id == world.world.buildings["house A"].id
        )
    ).one()
    world.end(version, date(2025, 6, 1))
    world.world.house("house A", 20, 20, households=25, since=date(2025, 6, 1))
    assert [since for *_, since in world.gaps()] == [START]


# ---------------------------------------------------------------- compounds


def test_a_contract_that_ended_is_named_with_its_company(world):
    world.end(world.contract, DAY)
    assert world.gaps(EVE) == []
    assert world.gaps() == [("compound_property", "served", "property_contract_ended", DAY)]
    (community,) = world.audit().communities
    assert "安心物业" in community.findings[0].why("zh")
    assert "安心物业" in community.findings[0].why("en")


def test_the_last_of_several_contracts_is_named(world, session):
    world.end(world.contract, date(2025, 3, 1))
    heir = PropertyCompany(code="heir", name="后来物业")
    session.add(heir)
    session.flush()
    session.add(
        PropertyContract(
            compound_id=world.contract.compound_id,
            company_id=heir.id,
            valid=from_day(date(2025, 6, 1), DAY),
        )
    )
    session.flush()
    (community,) = world.audit().communities
    assert "后来物业" in community.findings[0].why("zh")
    assert community.findings[0].gap.since == DAY


def test_a_compound_taken_out_of_the_ledger_without_a_company(world):
    world.end(world.ledger_entry, DAY)
    assert world.gaps() == [("compound_property", "self", "property_left_ledger", DAY)]


def test_the_later_of_contract_and_ledger_entry_is_the_reason(world, session):
    world.end(world.contract, date(2026, 1, 1))
    session.add(
        UnservedCompound(
            compound_id=world.contract.compound_id,
            self_management="暂管",
            valid=from_day(date(2026, 1, 1), DAY),
        )
    )
    session.flush()
    assert world.gaps(EVE) == []
    assert world.gaps() == [("compound_property", "served", "property_left_ledger", DAY)]


def test_a_compound_without_any_record(world, session):
    session.execute(delete(PropertyContract))
    assert world.gaps() == [("compound_property", "served", "property_never", START)]


def test_a_compound_without_a_community_counts_where_it_stands(world, session):
    session.execute(delete(UnservedCompound))
    session.execute(update(CompoundVersion).values(community_id=None))
    assert [subject for _, subject, *_ in world.gaps()] == ["self"]
