"""Who sees which report: own, below, sibling, parent, foreign; lists, details, tracking, the public."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gridmap.dispatch import following, service
from gridmap.dispatch.following import Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Order, Page, PhotoFile, ReportFilter
from gridmap.dispatch.views import Tally
from gridmap.errors import NotAllowed, NotFound
from gridmap.ledger.areas import GridVersion
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role, Rung, Stage
from tests.dispatch.filings import (
    DAY,
    NOW,
    accept,
    filing,
    holding,
    neighbour_community,
    staffed,
)
from tests.worlds import START


@pytest.fixture
def reports(session):
    """One report for each rung of house a1, one of b1, one without a place; and the people."""
    world, people = staffed(session)
    sent = {
        "light a1": filing("k1"),
        "light b1": filing("k2", x=130),
        "rubbish A": filing("k3", code="RUBBISH"),
        "relief a1": filing("k4", code="RELIEF"),
        "wages a1": filing("k5", code="WAGES"),
        "unplaced": filing("k6", x=-300, code="RUBBISH"),
    }
    numbers = {
        name: service.file(session, one, NOW + timedelta(minutes=minute)).number
        for minute, (name, one) in enumerate(sent.items())
    }
    parent, area, grid = neighbour_community(session)
    others = {
        "other grid": world.post(PostKind.GRID_WORKER, grid, "邻格员"),
        "other community": world.post(PostKind.COMMUNITY_DESK, area, "邻社区员"),
        "other township": world.post(PostKind.TOWNSHIP_DESK, parent, "邻乡镇员"),
        "leader": world.post(PostKind.LEADER_COUNTY, world.community, "县领导"),
        "first secretary": world.post(PostKind.FIRST_SECRETARY, world.community, "第一书记"),
        "part time": world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "兼职"),
        "police": world.post(PostKind.POLICE_OFFICER, world.community, "民警"),
        "a2": world.post(PostKind.STEWARD, world.buildings["a2"], "二楼长"),
    }
    people |= {name: holding(post) for name, post in others.items()}
    people["administrator"] = holding(roles=(Role.ADMINISTRATOR,))
    return world, people, numbers


HOUSE_A1 = {"light a1"}
GRID_A = {"light a1", "rubbish A", "relief a1", "wages a1"}
COMMUNITY = GRID_A | {"light b1"}
EVERYTHING = COMMUNITY | {"unplaced"}
EVERYTHING_SEEN = ReportFilter()
SEES = {
    "a1": HOUSE_A1,
    "a2": set(),
    "b1": {"light b1"},
    "A": GRID_A,
    "B": {"light b1"},
    "community": COMMUNITY,
    "first secretary": COMMUNITY,
    "leader": COMMUNITY,
    "township": COMMUNITY,
    "county": EVERYTHING,
    "other grid": set(),
    "other community": set(),
    "other township": set(),
    "part time": set(),
    "police": set(),
    "administrator": set(),
}
ANSWERS = {
    "a1": {"light a1"},
    "b1": {"light b1"},
    "A": {"rubbish A"},
    "community": {"relief a1"},
    "township": {"wages a1"},
    "county": {"unplaced"},
}


@pytest.mark.parametrize("who", SEES)
def test_lists_and_details_show_the_own_area_and_nothing_else(session, reports, who):
    _, people, numbers = reports
    reader = people[who]
    listed = service.worklist(session, reader.scope, EVERYTHING_SEEN, now=NOW)
    names = {number: name for name, number in numbers.items()}
    assert {names[row.number] for row in listed.rows} == SEES[who]
    assert {names[row.number] for row in listed.rows if row.mine} == ANSWERS.get(who, set())
    only_mine = service.worklist(session, reader.scope, ReportFilter(mine=True), now=NOW)
    assert {names[row.number] for row in only_mine.rows} == ANSWERS.get(who, set())
    for name, number in numbers.items():
        found = service.detail(session, number, reader, NOW)
        assert isinstance(found, NotFound) == (name not in SEES[who])


def test_a_list_takes_two_statements(session, reports, statements):
    _, people, _ = reports
    statements.clear()
    service.worklist(session, people["county"].scope, EVERYTHING_SEEN, now=NOW)
    assert len(statements) == 2


def test_a_row_says_what_and_where(session, reports):
    _, people, numbers = reports
    rows = service.worklist(session, people["county"].scope, EVERYTHING_SEEN, now=NOW).rows
    assert [row.number for row in rows] == sorted(numbers.values(), reverse=True)
    first = next(row for row in rows if row.number == numbers["light a1"])
    assert (first.township, first.community, first.grid, first.building) == (
        "测试街道",
        "书香苑社区",
        "A网格",
        "1号楼",
    )
    assert (first.category.label("en"), first.excerpt) == ("Category LIGHT", "3单元楼道灯不亮")
    assert (first.holder.kind, first.holder.name) == (PostKind.STEWARD, "甲楼长")
    assert (first.stage, first.rung, first.version) == (Stage.FILED, Rung.BUILDING_GROUP, 1)
    lost = next(row for row in rows if row.number == numbers["unplaced"])
    assert (lost.community, lost.grid, lost.building) == (None, None, None)


def test_names_are_those_of_the_day_of_filing(session, reports):
    world, people, numbers = reports
    grid = world.grids["A"].id
    session.execute(
        update(GridVersion)
        .where(GridVersion.grid_id == grid)
        .values(valid=from_day(START, DAY + timedelta(days=1)))
    )
    found = service.detail(session, numbers["light a1"], people["A"], NOW + timedelta(days=30))
    assert found.row.grid == "A网格"


def test_pages_follow_one_another_without_doubles_or_gaps(session, reports):
    _, people, numbers = reports
    scope = people["county"].scope
    seen, after = [], None
    for _ in range(4):
        page = service.worklist(
            session, scope, EVERYTHING_SEEN, now=NOW, page=Page(Order.NEWEST, after, 2)
        )
        seen += [row.number for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == sorted(numbers.values(), reverse=True)


def test_tallies_count_what_is_seen_and_what_is_answered_for(session, reports):
    _, people, numbers = reports
    scope = people["A"].scope
    listed = service.worklist(session, scope, EVERYTHING_SEEN, now=NOW)
    assert listed.tallies == {Stage.FILED: Tally(seen=4, mine=1, late=0, mine_late=0)}
    accept(session, numbers["rubbish A"], people["A"])
    listed = service.worklist(session, scope, ReportFilter(stage=Stage.ACCEPTED), now=NOW)
    assert [row.number for row in listed.rows] == [numbers["rubbish A"]]
    assert listed.tallies == {
        Stage.FILED: Tally(seen=3, mine=0, late=0, mine_late=0),
        Stage.ACCEPTED: Tally(seen=1, mine=1, late=0, mine_late=0),
    }


def test_access_ends_with_the_post(session, reports):
    _, _, numbers = reports
    nobody = holding()
    assert service.worklist(session, nobody.scope, EVERYTHING_SEEN, now=NOW).rows == ()
    assert isinstance(service.detail(session, numbers["light a1"], nobody, NOW), NotFound)


def test_a_report_of_another_area_is_not_found_and_leaves_a_line(session, reports):
    _, people, numbers = reports
    foreign = service.detail(session, numbers["light a1"], people["B"], NOW)
    missing = service.detail(session, "2026-999999", people["B"], NOW)
    assert foreign.message("zh") == missing.message("zh")
    lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "report_withheld")).all()
    assert len(lines) == 1


def test_a_report_in_full(session, reports):
    world, people, numbers = reports
    world.organisation(
        "grid_branch", "A网格党支部", grid_id=world.grids["A"].id, since=DAY + timedelta(days=1)
    )
    found = service.detail(session, numbers["light a1"], people["a1"], NOW)
    assert found.description == "3单元楼道灯不亮"
    assert found.actions[:2] == (Action.ACCEPTED, Action.DISPATCHED)
    assert found.place.raw_crs == "wgs84"
    assert found.place.grid_branch is None
    assert [(step.action, step.actor) for step in found.steps] == [(Action.FILED, None)]
    assert found.steps[0].holder.name == "甲楼长"
    above = service.detail(session, numbers["light a1"], people["A"], NOW)
    assert above.actions == (
        Action.DISPATCHED,
        Action.RELOCATED,
        Action.NOTED,
        Action.SUPERVISED,
    )


def test_party_names_are_found_by_the_report_itself(session, reports):
    world, people, _ = reports
    world.organisation("general_branch", "书香苑社区党总支", area_id=world.community.id)
    world.organisation("grid_branch", "A网格党支部", grid_id=world.grids["A"].id)
    world.organisation("building_group", "1号楼党小组", building_id=world.buildings["a1"].id)
    number = service.file(session, filing("k9"), NOW).number
    place = service.detail(session, number, people["a1"], NOW).place
    assert (place.general_branch, place.grid_branch, place.building_group) == (
        "书香苑社区党总支",
        "A网格党支部",
        "1号楼党小组",
    )


def test_phones_are_masked_for_all_but_who_answers(session, reports):
    _, people, _ = reports
    number = service.file(session, filing("k9", phone="13800001234"), NOW).number
    for who in ("a1", "A", "county"):
        assert service.detail(session, number, people[who], NOW).masked_phone == "138****1234"
    with pytest.raises(NotAllowed):
        service.reporter_phone(session, number, people["A"], NOW, reason="回访")
    assert isinstance(
        service.reporter_phone(session, number, people["B"], NOW, reason="回访"), NotFound
    )
    assert (
        service.reporter_phone(session, number, people["a1"], NOW, reason="回访") == "13800001234"
    )
    shown = session.scalars(select(AuditEntry).where(AuditEntry.action == "phone_shown")).all()
    assert [line.details for line in shown] == [{"reason": "回访"}]


def test_no_phone_was_left(session, reports):
    _, people, numbers = reports
    found = service.reporter_phone(session, numbers["light a1"], people["a1"], NOW, reason="回访")
    assert isinstance(found, NotFound)


def test_photos_follow_the_scope(session, reports):
    _, people, _ = reports
    sent = filing("k9", photos=(PhotoFile(b"jpeg", 4, 3),))
    filed = service.file(session, sent, NOW)
    assert service.photo(session, filed.number, 1, people["a1"], NOW) == b"jpeg"
    assert isinstance(service.photo(session, filed.number, 2, people["a1"], NOW), NotFound)
    assert isinstance(service.photo(session, filed.number, 1, people["B"], NOW), NotFound)
    assert following.tracked_photo(session, filed.number, 1, track_key=filed.track_key) == b"jpeg"
    for key in ("", "wrong", filed.track_key[:-1]):
        with pytest.raises(NotFound):
            following.tracked_photo(session, filed.number, 1, track_key=key)


def test_the_reporter_tracks_by_tail_or_key(session, reports):
    filed = service.file(session, filing("k9", phone="138 0000 1234"), NOW)
    by_tail = following.track(session, filed.number, Proof(phone_tail="1234"), NOW)
    by_key = following.track(session, filed.number, Proof(track_key=filed.track_key), NOW)
    assert by_tail == by_key
    assert (by_tail.grid, by_tail.stage, len(by_tail.steps)) == ("A网格", Stage.FILED, 1)
    words = repr(by_tail)
    assert not any(secret in words for secret in ("甲楼长", "1234", "楼道灯", filed.track_key))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"phone_tail": ""},
        {"phone_tail": "0000"},
        {"phone_tail": "13800001234"},
        {"phone_tail": "１２３４"},
        {"track_key": ""},
        {"track_key": "x" * 22},
    ],
)
def test_a_wrong_tail_and_an_unknown_number_are_one_refusal(session, reports, given):
    filed = service.file(session, filing("k9", phone="13800001234"), NOW)
    with pytest.raises(NotFound) as wrong:
        following.track(session, filed.number, Proof(**given), NOW)
    with pytest.raises(NotFound) as unknown:
        following.track(session, "2026-999999", Proof(**given), NOW)
    assert wrong.value.message("zh") == unknown.value.message("zh")


def test_without_a_phone_no_tail_fits(session, reports):
    _, _, numbers = reports
    for tail in ("", "0000", "None"):
        with pytest.raises(NotFound):
            following.track(session, numbers["light a1"], Proof(phone_tail=tail), NOW)


def test_the_public_sees_how_many_and_what_about(session, reports, statements):
    world, _, _ = reports
    statements.clear()
    grid = service.open_summary(session, DAY, grid_id=world.grids["A"].id)
    assert len(statements) == 1
    assert (grid.count, len(grid.items)) == (4, 4)
    assert [item.category.code for item in grid.items] == ["WAGES", "RELIEF", "RUBBISH", "LIGHT"]
    house = service.open_summary(session, DAY, building_id=world.buildings["a1"].id)
    assert {item.category.code for item in house.items} == {"LIGHT", "RUBBISH"}
    assert house.count == 2


def test_a_summary_shows_five_and_counts_all(session, reports):
    world, _, _ = reports
    for number in range(4):
        service.file(session, filing(f"more-{number}"), NOW)
    summary = service.open_summary(session, DAY, grid_id=world.grids["A"].id)
    assert (summary.count, len(summary.items)) == (8, 5)


def test_a_summary_is_that_of_its_day(session, reports):
    world, people, numbers = reports
    grid = world.grids["A"].id
    later = NOW + timedelta(days=2)
    accept(session, numbers["rubbish A"], people["A"], now=later)
    assert service.open_summary(session, DAY - timedelta(days=1), grid_id=grid).count == 0
    stages = {
        day: {
            item.stage
            for item in service.open_summary(session, day, grid_id=grid).items
            if item.category.code == "RUBBISH"
        }
        for day in (DAY, DAY + timedelta(days=2))
    }
    assert stages == {DAY: {Stage.FILED}, DAY + timedelta(days=2): {Stage.ACCEPTED}}
