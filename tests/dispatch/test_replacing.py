"""Borders move: open reports are placed again and handed over, nobody gets more time, twice is once."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridmap.dispatch import replacing, service
from gridmap.dispatch.filing import as_located
from gridmap.dispatch.following import Proof, track
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.replacing import Replaced, replace_open
from gridmap.dispatch.reports import Answer, ReportFilter
from gridmap.dispatch.sweeping import climb
from gridmap.dispatch.tables import Report, Step
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate
from gridmap.ledger.areas import GridVersion
from gridmap.messaging import channels
from gridmap.messaging.channels import RobotSettings
from gridmap.messaging.kinds import RobotKind
from gridmap.messaging.tables import Message
from gridmap.messaging.words import Event
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.store.session import transaction
from gridmap.terms import Outcome, PlaceSource, PostKind, Rung, Satisfaction, Stage, Verdict
from gridmap.timespan import local_day
from tests import worlds
from tests.dispatch import invariants
from tests.dispatch.crowd import end, stand_in
from tests.dispatch.filings import DAY, NOW, act, filing
from tests.dispatch.redrawing import BORDER, LATER, NEW_DAY, THEN, again, phone, redraw, redrawn
from tests.worlds import lonlat, square


def steps(town, number):
    query = select(Step).join(Report).where(Report.number == number).order_by(Step.sequence)
    return town.session.scalars(query.execution_options(populate_existing=True)).all()


def columns(town, number):
    """All of a report as it is in the table."""
    query = select(*Report.__table__.c).where(Report.number == number)
    return town.session.execute(query).one()._asdict()


def grid_of(town, number):
    ids = {grid.id: letter for letter, grid in town.crowd.world.grids.items()}
    return ids.get(town.row(number).grid_id)


def test_it_goes_to_whoever_answers_for_its_new_grid(town):
    number = town.file("RUBBISH", x=30, y=80)
    before = columns(town, number)
    assert redrawn(town) == Replaced(looked_at=1, moved_grid=1, handed_over=1, without_holder=0)
    assert town.stands(number) == (Stage.FILED, Rung.GRID_BRANCH, "worker C")
    after = columns(town, number)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"grid_id", "grid_branch_id", "holder_post_id", "version"}
    assert grid_of(town, number) == "C"
    step = steps(town, number)[-1]
    assert (step.action, step.stage, step.rung) == (Action.REPLACED, Stage.FILED, Rung.GRID_BRANCH)
    assert (step.at, step.actor_id, step.due_at) == (THEN, None, before["due_at"])
    assert step.details == {"before": {"grid": "A网格"}, "after": {"grid": "C网格"}}
    assert step.holder_post_id == town["worker C"].id


def test_twice_is_the_same_as_once(town):
    for x, y in ((30, 80), (30, 30), (95, 58), (-20, 50)):
        town.file("RUBBISH", x=x, y=y)
    made = redrawn(town)
    assert made.moved_grid == 1
    told = town.session.scalar(select(func.count()).select_from(Message))
    for now in (THEN, LATER):
        assert again(town, now) == Replaced(made.looked_at, 0, 0, 0)
    assert town.session.scalar(select(func.count()).select_from(Message)) == told
    lines = select(AuditEntry.details).where(AuditEntry.action == "reports_replaced")
    assert town.session.scalars(lines).all() == [
        {"looked_at": 4, "moved_grid": 1, "handed_over": 1, "without_holder": 0}
    ]


def test_where_nothing_is_another_nothing_is_written(town):
    number = town.file("LIGHT")
    before = columns(town, number)
    assert redrawn(town) == Replaced(looked_at=1, moved_grid=0, handed_over=0, without_holder=0)
    assert columns(town, number) == before
    assert [step.action for step in steps(town, number)] == [Action.FILED]


def test_a_community_that_is_not_named_is_left_alone(town):
    number = town.file("RUBBISH", x=50, y=150)
    redrawn(town)
    assert [step.action for step in steps(town, number)] == [Action.FILED]
    assert replace_open(town.session, THEN, communities=[]) == Replaced(0, 0, 0, 0)


def test_from_the_community_up_it_stays_with_whoever_has_it(town):
    numbers = [town.file(code, x=30, y=80) for code in ("RELIEF", "WAGES")]
    due = [town.row(number).due_at for number in numbers]
    assert redrawn(town) == Replaced(looked_at=2, moved_grid=2, handed_over=0, without_holder=0)
    assert [town.stands(number)[2] for number in numbers] == ["desk", "township"]
    assert [grid_of(town, number) for number in numbers] == ["C", "C"]
    assert [town.row(number).due_at for number in numbers] == due
    assert [len(steps(town, number)) for number in numbers] == [2, 2]


def test_it_stays_with_the_one_of_her_building_to_whom_it_was_given(town):
    """The house is in another grid now; its steward, or its group's leader, is hers as before."""
    number = town.file("LIGHT")
    town.act(number, "steward", Action.ACCEPTED)
    town.act(number, "steward", Action.DISPATCHED, post_id=town["leader of a1"].id)
    redrawn(town, border=10)
    assert grid_of(town, number) == "A", "the house's own grid goes before the boundary"
    assert "astride" in town.row(number).grid_faults
    assert town.stands(number) == (Stage.HANDLING, Rung.BUILDING_GROUP, "leader of a1")


def test_what_is_closed_stays_as_it_was(town):
    number = town.file("RUBBISH", x=30, y=80)
    town.handled(number, "worker")
    town.act(number, "desk", Action.CHECKED)
    content = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    town.act(number, "desk", Action.AGREED, answer=content)
    before = columns(town, number)
    assert redrawn(town).looked_at == 0
    assert columns(town, number) == before


def test_a_joined_one_is_placed_too_and_nobody_is_told(town):
    main, number = town.file("RELIEF"), town.file("RUBBISH", x=30, y=80)
    town.act(number, "worker", Action.JOINED, main_number=main)
    redrawn(town)
    assert (grid_of(town, number), town.row(number).stage) == ("C", Stage.JOINED)
    assert town.stands(number)[2] == "worker C"
    assert summaries(town) == {}
    town.act(number, "worker C", Action.SEPARATED, now=THEN)
    assert town.stands(number) == (Stage.FILED, Rung.GRID_BRANCH, "worker C")


def test_a_suspended_one_keeps_its_day_and_gets_an_owner_of_its_place(town):
    by_owner = {}
    for owner in ("worker", "police", "urban"):
        number = by_owner[owner] = town.file("RELIEF", x=30, y=80)
        town.act(number, "desk", Action.ACCEPTED)
        facts = {"note": "等", "post_id": town[owner].id, "until": DAY + timedelta(days=9)}
        town.act(number, "desk", Action.SUSPENDED, **facts)
    before = {owner: columns(town, number) for owner, number in by_owner.items()}
    assert redrawn(town).handed_over == 1
    for owner, number in by_owner.items():
        row = town.row(number)
        assert (row.due_at, row.acts_at) == (before[owner]["due_at"], before[owner]["acts_at"])
        assert row.owner_post_id == row.holder_post_id
        assert row.entrusted
    names = {owner: town.stands(number)[2] for owner, number in by_owner.items()}
    assert names == {"worker": "desk", "police": "police", "urban": "urban"}
    climb(town.session, LATER + timedelta(days=4))
    assert town.stands(by_owner["worker"]) == (Stage.HANDLING, Rung.COMMUNITY, "desk")


def test_without_anybody_a_suspended_one_stays_as_it_is(town):
    number = town.file("RELIEF", x=30, y=80)
    town.act(number, "desk", Action.ACCEPTED)
    facts = {"note": "等", "post_id": town["worker"].id, "until": DAY + timedelta(days=9)}
    town.act(number, "desk", Action.SUSPENDED, **facts)
    for post in town.crowd.posts:
        if post != "worker":
            end(town.session, town[post], NEW_DAY)
    assert redrawn(town, staffed=False).handed_over == 0
    assert town.row(number).holder_post_id == town["worker"].id


@pytest.mark.parametrize(
    ("helper", "holder", "entrusted"),
    [
        ("urban", "urban", True),
        ("police", "police", True),
        ("manager", "manager", True),
        ("part-timer", "worker C", False),
    ],
)
def test_what_was_entrusted_stays_unless_the_helper_is_the_old_grids(
    town, helper, holder, entrusted
):
    number = town.file("RUBBISH", x=30, y=80)
    town.act(number, "worker", Action.ACCEPTED)
    town.act(number, "worker", Action.DISPATCHED, post_id=town[helper].id)
    redrawn(town)
    row = town.row(number)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, holder)
    assert row.entrusted is entrusted
    assert (row.agency_id is not None) == (helper == "urban")


def test_an_agency_whose_handler_is_gone_gives_it_to_the_next(town):
    number = town.file("RUBBISH", x=30, y=80)
    town.act(number, "worker", Action.DISPATCHED, post_id=town["urban"].id)
    end(town.session, town["urban"], NEW_DAY)
    redrawn(town)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "urban 2")
    assert town.row(number).agency_id == town["urban 2"].agency_id
    assert steps(town, number)[-1].reasons == [Reason.POST_ENDED]


def test_whoever_handled_it_does_not_check_it_in_the_new_grid_either(town):
    """The branch secretary of A handled it, the worker of A checks it; she moves on to C herself."""
    number = town.file("RUBBISH", x=30, y=80)
    town.act(number, "worker", Action.DISPATCHED, post_id=town["branch"].id)
    town.act(number, "branch", Action.HANDLED, note="已办", outcome=Outcome.SOLVED)
    town.act(number, "desk", Action.REJECTED, note="没办好")
    town.act(number, "desk", Action.DISPATCHED, post_id=town["part-timer"].id)
    town.act(number, "part-timer", Action.HANDLED, note="已办", outcome=Outcome.SOLVED)
    assert town.stands(number)[0] == Stage.CHECKING
    handler = town["part-timer"].person_id
    redraw(town.session, town.crowd.world)
    grid = town.crowd.world.grids["C"]
    worker = town.crowd.hold("worker C", PostKind.GRID_WORKER, grid, since=NEW_DAY)
    worker.person_id = handler
    town.session.flush()
    again(town)
    row = town.row(number)
    assert row.holder_post_id != worker.id
    assert row.handler_id == handler
    invariants.check(town.session, invariants.Record())


def test_a_new_grid_without_anybody_is_passed_over(town):
    number = town.file("RUBBISH", x=30, y=80)
    due = town.row(number).due_at
    redrawn(town, staffed=False)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    assert town.reasons(number) == [Reason.VACANT_GRID_BRANCH]
    assert town.row(number).due_at == due


def test_where_nobody_is_at_all_it_waits_and_is_counted(town):
    number = town.file("RUBBISH", x=30, y=80)
    for post in list(town.crowd.posts):
        end(town.session, town[post], NEW_DAY)
    assert redrawn(town, staffed=False) == Replaced(1, 1, 1, 1)
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, None)
    assert again(town) == Replaced(1, 0, 0, 1)


def test_what_was_overdue_for_good_is_due_at_once_on_another_rung(town):
    """It gets no time of its own, and yet it must not wait there for ever."""
    number = town.file("RUBBISH", x=30, y=80)
    above = ("desk", "desk 2", "secretary", "township", "county", "county 2")
    for post in above:
        end(town.session, town[post], DAY)
    climb(town.session, LATER)
    assert (town.row(number).acts_at, town.stands(number)[2]) == (None, "worker")
    day = local_day(LATER) + timedelta(days=1)
    town.crowd.hold("new desk", PostKind.COMMUNITY_DESK, town.crowd.world.community, since=day)
    due = town.row(number).due_at
    redrawn(town, LATER + timedelta(days=1), staffed=False)
    row = town.row(number)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "new desk")
    assert (row.due_at, row.acts_at) == (due, due)


@pytest.mark.parametrize(("x", "y", "grid"), [(70, 80, "C"), (70, 50, "A"), (95, 99, "C")])
def test_a_road_or_a_square_is_placed_by_its_point(town, x, y, grid):
    number = town.file("RUBBISH", x=x, y=y)
    redrawn(town)
    assert (grid_of(town, number), town.row(number).building_id) == (grid, None)
    assert town.stands(number)[2] == {"A": "worker", "C": "worker C"}[grid]


def test_a_phones_circle_across_the_new_border_is_for_the_county_to_place(town):
    number = town.file("RUBBISH", place=phone(70, 58, 12))
    assert town.stands(number)[2] == "worker"
    redrawn(town)
    row = town.row(number)
    assert (row.grid_verdict, row.grid_id, row.community_id) == (Verdict.ASK, None, None)
    assert {one["name"] for one in row.alternatives["grids"]} == {"A网格", "C网格"}
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, "county")
    assert Reason.UNPLACED in town.reasons(number)
    assert again(town) == Replaced(1, 0, 0, 0)


def test_even_sure_of_its_house_it_is_the_countys_to_place_without_a_grid(town):
    number = town.file("LIGHT", place=phone(30, 30, 5))
    given = town.file("LIGHT", place=phone(30, 30, 5))
    town.act(given, "steward", Action.DISPATCHED, post_id=town["manager"].id)
    assert town.stands(number)[2] == "steward"
    redrawn(town, border=32)
    assert town.row(number).building_id == town.crowd.world.buildings["a1"].id
    assert town.row(number).grid_id is None
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, "county")
    assert town.stands(given) == (Stage.HANDLING, Rung.BUILDING_GROUP, "manager")
    town.act(number, "county", Action.DISPATCHED, now=THEN, post_id=town["steward"].id)
    assert again(town, LATER).handed_over == 0, "the county gave it to her, in no grid"


def test_a_phones_circle_that_no_border_cuts_any_more_is_placed(town):
    number = town.file("RUBBISH", place=phone(70, 80, 12))
    redraw(town.session, town.crowd.world, border=79)
    again(town)
    assert town.row(number).community_id is None
    later = NEW_DAY + timedelta(days=1)
    versions = select(GridVersion).where(GridVersion.valid.contains(later))
    for version in town.session.scalars(versions).all():
        if version.grid_id in {town.crowd.world.grids[letter].id for letter in "AC"}:
            version.valid = from_day(version.valid.lower, later)
    shape = worlds.multi(square(0, 0, 100, 100))
    grid = town.crowd.world.grids["C"]
    town.session.add(
        GridVersion(grid_id=grid.id, name="C网格", boundary=shape, valid=from_day(later))
    )
    town.session.flush()
    made = again(town, THEN + timedelta(days=1))
    assert (made.moved_grid, made.handed_over) == (1, 0)
    assert grid_of(town, number) == "C"
    assert town.row(number).alternatives["grids"] == []
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, "county")


@pytest.mark.parametrize("by", [PlaceSource.PIN, PlaceSource.GPS])
def test_a_place_that_a_person_set_stays_that_place(town, by):
    """A phone said A; she put it north of what is to be the border, by a pin or by her own phone."""
    number = town.file("RUBBISH", place=phone(70, 20, 12))
    lon, lat = lonlat(70, 90)
    place = Place(lon, lat, "wgs84", 9.0 if by is PlaceSource.GPS else None, by)
    town.act(number, "worker", Action.RELOCATED, place=place)
    before = town.row(number).spot
    redrawn(town)
    assert (grid_of(town, number), town.row(number).spot) == ("C", before)
    expected = as_located(locate(town.session, place, NEW_DAY))
    found = columns(town, number)
    assert {name: found[name] for name in expected if name.endswith("verdict")} == {
        name: value for name, value in expected.items() if name.endswith("verdict")
    }


def test_a_part_lies_where_its_whole_lay_when_it_was_made(town):
    number = town.file("WAGES", place=phone(70, 58, 12))
    lon, lat = lonlat(70, 58)
    town.act(number, "township", Action.RELOCATED, place=Place(lon, lat, "wgs84"))
    town.act(number, "township", Action.ACCEPTED)
    agencies = (town["urban"].id, town["civil"].id)
    town.act(number, "township", Action.PARTED, agency_post_ids=agencies)
    redrawn(town, border=57)
    for one in (number, f"{number}-1", f"{number}-2"):
        assert grid_of(town, one) == "C", "a pin, no circle"
    assert town.stands(f"{number}-1") == (Stage.HANDLING, Rung.TOWNSHIP, "urban")


def summaries(town, event=Event.HANDED_OVER):
    query = select(Message.person_id, Message.subject).where(
        Message.event == event, Message.person_id.is_not(None)
    )
    found = town.session.execute(query).all()
    assert len(found) == len({person for person, _ in found}), "one line a person"
    return dict(found)


def test_each_new_holder_is_told_once_how_many_there_are(town):
    for _ in range(7):
        town.file("RUBBISH", x=30, y=80)
    for _ in range(2):
        town.file("RUBBISH", x=30, y=30)
    substitute = town["branch"].person_id
    redraw(town.session, town.crowd.world)
    grid = town.crowd.world.grids["C"]
    worker = town.crowd.hold("worker C", PostKind.GRID_WORKER, grid, since=NEW_DAY)
    stand_in(town.session, worker, substitute, NEW_DAY, NEW_DAY + timedelta(days=9))
    again(town)
    words = "网格调整后有 7 件诉求转到您名下"
    assert summaries(town) == {worker.person_id: words, substitute: words}
    query = select(Message.link, Message.report_number).where(Message.subject == words)
    assert set(town.session.execute(query)) == {("/desk?mine=1", None)}


def test_groups_are_told_a_number_once_and_never_of_a_person(town):
    areas = {"社区群": town.crowd.world.community.id, "县群": None}
    for name, area_id in areas.items():
        wanted = RobotSettings(
            name=name,
            kind=RobotKind.WECOM,
            url="https://qyapi.example.org/send?key=1234",
            secret="",
            area_id=area_id,
            events=(Event.HANDED_OVER,),
            language="zh" if area_id else "en",
            active=True,
        )
        channels.save_robot(town.session, None, wanted, NOW, account_id=None)
    for _ in range(12):
        town.file("RUBBISH", x=30, y=80)
    redrawn(town)
    query = select(Message.subject).where(Message.robot_id.is_not(None)).order_by(Message.robot_id)
    assert town.session.scalars(query).all() == [
        "网格调整：12 件诉求改派",
        "Handed over, since grids have changed: 12",
    ]


def test_lists_and_pages_name_a_grid_that_is_younger_than_the_report(town):
    number = town.file("RUBBISH", x=70, y=80)
    redrawn(town)
    reader = town.who("worker C", THEN)
    listed = service.worklist(town.session, reader.scope, ReportFilter(), now=THEN)
    assert [(row.number, row.grid) for row in listed.rows] == [(number, "C网格")]
    found = service.detail(town.session, number, reader, THEN)
    assert found.place.grid_branch == "C网格党支部"
    assert found.row.grid == "C网格"


def test_the_reporter_does_not_see_who_among_colleagues_has_it(town):
    number = town.file("RUBBISH", x=30, y=80)
    redrawn(town)
    seen = track(town.session, number, Proof(track_key=town.row(number).track_key), THEN)
    assert [step.action for step in seen.steps] == [Action.FILED]


def test_who_was_faster_is_not_overwritten(committed, monkeypatch):
    """A desk relocates a report, another one closes hers, after they were read and before the lock."""
    engine, crowd = committed
    with transaction(engine) as session:
        numbers = [
            service.file(session, filing(f"r-{n}", code="RELIEF", x=30, y=80), NOW).number
            for n in range(3)
        ]
        world = crowd.world
        world.session = session
        redraw(session, world)
    north, south = lonlat(70, 80), lonlat(70, 20)
    lock = replacing.queries.lock

    def meanwhile(session, ids):
        monkeypatch.setattr(replacing.queries, "lock", lock)
        with transaction(engine) as other:
            desk = crowd.reader(other, "desk", NEW_DAY)
            place = Place(*south, "wgs84")
            act(other, numbers[0], desk, Action.RELOCATED, now=THEN, place=place)
            act(other, numbers[1], desk, Action.NOTED, now=THEN, note="看过")
        return lock(session, ids)

    monkeypatch.setattr(replacing.queries, "lock", meanwhile)
    with transaction(engine) as session:
        made = replace_open(session, THEN, communities=[crowd.world.community.id])
    assert made == Replaced(looked_at=3, moved_grid=2, handed_over=0, without_holder=0)
    grids = {grid.id: letter for letter, grid in crowd.world.grids.items()}
    with transaction(engine) as session:
        rows = session.scalars(select(Report).order_by(Report.id)).all()
        assert [grids[row.grid_id] for row in rows] == ["A", "C", "C"]
        assert [row.version for row in rows] == [2, 3, 2]
        invariants.check(session, invariants.Record())
    assert north != south


def test_the_statements_do_not_grow_with_the_reports(town, statements):
    counts = []
    redraw(town.session, town.crowd.world)
    for size in (2, 9):
        for number in range(size):
            town.file("RUBBISH", x=30 + number, y=80)
            town.file("LIGHT", x=30, y=30 + number)
        town.session.flush()
        statements.clear()
        assert again(town).moved_grid == size
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 30


def test_small_batches_make_the_same(town, monkeypatch):
    monkeypatch.setattr(replacing, "BATCH", 3)
    numbers = [town.file("RUBBISH", x=30, y=80 - 10 * (n % 3)) for n in range(11)]
    made = redrawn(town)
    beyond = sum(80 - 10 * (n % 3) > BORDER for n in range(11))
    assert made == Replaced(11, beyond, beyond, 0)
    assert Counter(grid_of(town, number) for number in numbers) == {"C": beyond, "A": 11 - beyond}
