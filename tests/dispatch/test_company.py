"""Parts for several agencies, reports joined to one another, hard cases with an owner of record."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import service
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action, ReturnReason
from gridmap.dispatch.tables import Report
from gridmap.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, OpenParts
from gridmap.geolocation.rules import Place
from gridmap.terms import Outcome, Rung, Stage
from gridmap.timespan import start_of
from tests.dispatch.crowd import end
from tests.dispatch.filings import DAY, NOW
from tests.worlds import lonlat

DONE = {"note": "已办", "outcome": Outcome.SOLVED}


@pytest.fixture
def split(town):
    """A report of the community split between two agencies: its number and those of its parts."""
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    found = town.act(
        number,
        "desk",
        Action.PARTED,
        note="各办各的",
        agency_post_ids=(town["urban"].id, town["civil"].id),
    )
    return number, [part.number for part in found.parts]


def test_each_agency_gets_a_part_with_its_own_number_clock_and_steps(town, split):
    number, parts = split
    assert parts == [f"{number}-1", f"{number}-2"]
    whole = town.row(number)
    assert (whole.stage, whole.rung, whole.entrusted) == (Stage.HANDLING, Rung.COMMUNITY, False)
    for part, name in zip(parts, ("urban", "civil"), strict=True):
        row = town.row(part)
        assert town.stands(part) == (Stage.HANDLING, Rung.COMMUNITY, name)
        assert (row.parent_id, row.reporter_phone, row.version) == (whole.id, None, 1)
        assert row.due_at is not None
        assert row.spot == whole.spot
        seen = service.detail(town.session, part, town.who(name), NOW)
        assert (seen.whole.number, seen.description) == (number, whole.description)
    assert isinstance(service.detail(town.session, parts[0], town.who("civil"), NOW), NotFound)


def test_parts_are_for_different_agencies(town):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    for posts in (
        (town["urban"].id, town["urban 2"].id),
        (town["worker"].id,),
        (town["urban"].id, 10**6),
    ):
        with pytest.raises(InvalidInput) as refusal:
            town.act(number, "desk", Action.PARTED, agency_post_ids=posts)
        assert refusal.value.field == "agencies"


def test_the_whole_is_handled_when_its_parts_are_closed(town, split):
    number, parts = split
    for left, (part, name) in zip((2, 1), zip(parts, ("urban", "civil"), strict=True), strict=True):
        with pytest.raises(OpenParts) as refusal:
            town.act(number, "desk", Action.HANDLED, **DONE)
        assert refusal.value.params == {"count": left}
        town.act(part, name, Action.HANDLED, **DONE)
        assert town.stands(part)[:2] == (Stage.CHECKING, Rung.COMMUNITY)
        town.act(part, "desk", Action.CHECKED)
        assert town.row(part).closed_at == NOW
    town.act(number, "desk", Action.HANDLED, **DONE)
    assert town.stands(number)[:2] == (Stage.CHECKING, Rung.TOWNSHIP)


def test_a_part_that_comes_back_is_given_to_another_agency(town, split):
    _, parts = split
    town.act(parts[0], "urban 2", Action.RETURNED, reason=ReturnReason.NOT_OURS, note="不是城管的")
    assert town.stands(parts[0]) == (Stage.FILED, Rung.COMMUNITY, "desk")
    town.act(parts[0], "desk", Action.DISPATCHED, post_id=town["civil"].id)
    assert town.stands(parts[0]) == (Stage.HANDLING, Rung.COMMUNITY, "civil")


@pytest.mark.parametrize(
    "action", [Action.PARTED, Action.SUSPENDED, Action.JOINED, Action.TRANSFERRED, Action.AGREED]
)
def test_what_a_part_cannot(town, split, action):
    with pytest.raises(IllegalStep):
        town.act(split[1][0], "urban", action, note="x")


def test_a_closed_part_stays_closed(town, split):
    part = split[1][0]
    town.act(part, "urban", Action.HANDLED, **DONE)
    town.act(part, "desk", Action.CHECKED)
    with pytest.raises(IllegalStep):
        town.act(part, "desk", Action.REOPENED, note="x")


def test_what_has_open_parts_is_not_joined(town, split):
    main = town.file("RELIEF")
    with pytest.raises(OpenParts):
        town.act(split[0], "desk", Action.JOINED, main_number=main)


def test_more_parts_go_on_counting(town, split):
    number, _ = split
    town.act(number, "desk", Action.PARTED, agency_post_ids=(town["urban"].id,))
    assert town.row(f"{number}-3").parent_id == town.row(number).id


def test_joined_it_follows_the_other_and_separated_it_starts_anew(town):
    main, number = town.file("RUBBISH"), town.file("RUBBISH")
    found = town.act(number, "worker", Action.JOINED, main_number=main)
    assert (found.row.stage, found.row.outcome) == (Stage.JOINED, Outcome.DUPLICATE)
    assert found.main.number == main
    row = town.row(number)
    assert (row.due_at, row.acts_at, row.remind_at) == (None, None, None)
    shown = service.detail(town.session, main, town.who("worker"), NOW)
    assert [one.number for one in shown.joined] == [number]
    town.act(number, "desk", Action.SEPARATED)
    assert town.stands(number) == (Stage.FILED, Rung.GRID_BRANCH, "worker")
    assert (town.row(number).outcome, town.row(number).joined_to_id) == (None, None)


def test_what_cannot_be_joined_to(town, split):
    number = town.file("RUBBISH")
    joined, closed_to = town.file("RUBBISH"), town.file("RUBBISH")
    town.act(joined, "worker", Action.JOINED, main_number=closed_to)
    elsewhere = town.file(x=50, y=150)
    for other in (number, joined, split[1][0], elsewhere, "2026-999999", ""):
        with pytest.raises(InvalidInput) as refusal:
            town.act(number, "worker", Action.JOINED, main_number=other)
        assert refusal.value.field == "main"
    with pytest.raises(InvalidInput) as refusal:
        town.act(closed_to, "worker", Action.JOINED, main_number=number)
    assert "并入" in refusal.value.message("zh")


@pytest.fixture
def suspended(town):
    """A hard case of the community, followed by the police officer."""
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    until = DAY + timedelta(days=10)
    facts = {"note": "等上级批复", "post_id": town["police"].id, "until": until}
    town.act(number, "desk", Action.SUSPENDED, **facts)
    return number, until


def test_a_hard_case_has_an_owner_of_record_and_a_day(town, suspended):
    number, until = suspended
    row = town.row(number)
    assert town.stands(number) == (Stage.SUSPENDED, Rung.COMMUNITY, "police")
    assert row.owner_post_id == town["police"].id
    assert row.due_at == row.acts_at == start_of(until)
    found = service.detail(town.session, number, town.who("police"), NOW)
    assert found.owner.name == "police"
    assert found.steps[-1].details == {"until": until.isoformat(), "owner": "police"}
    assert town.may(number, Action.RESUMED) == {
        "police",
        "desk",
        "desk 2",
        "secretary",
        "township",
        "county",
        "county 2",
    }


def test_a_hard_case_goes_on_with_its_owner(town, suspended):
    number, _ = suspended
    town.act(number, "desk", Action.RESUMED)
    row = town.row(number)
    assert town.stands(number) == (Stage.HANDLING, Rung.COMMUNITY, "police")
    assert (row.entrusted, row.owner_post_id) == (True, None)


def test_an_owner_on_the_ladder_takes_it_up_on_his_own_rung(town):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    until = DAY + timedelta(days=1)
    facts = {"note": "等批复", "post_id": town["worker"].id, "until": until}
    town.act(number, "desk", Action.SUSPENDED, **facts)
    town.act(number, "worker", Action.RESUMED)
    row = town.row(number)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "worker")
    assert (row.entrusted, row.sender_rung) == (False, Rung.COMMUNITY)
    town.act(number, "worker", Action.RETURNED, reason=ReturnReason.NO_MEANS, note="x")
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")


def test_without_its_owner_the_rung_takes_it_back(town, suspended):
    number, _ = suspended
    end(town.session, town["police"], DAY)
    found = town.act(number, "desk 2", Action.RESUMED)
    assert town.stands(number) == (Stage.HANDLING, Rung.COMMUNITY, "desk")
    assert found.steps[-1].reasons == (Reason.POST_ENDED,)


@pytest.mark.parametrize("days", [0, -1])
def test_a_hard_case_comes_back_on_a_later_day(town, days):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    facts = {"note": "等", "post_id": town["police"].id, "until": DAY + timedelta(days=days)}
    with pytest.raises(InvalidInput) as refusal:
        town.act(number, "desk", Action.SUSPENDED, **facts)
    assert refusal.value.field == "until"


def test_below_the_community_nobody_puts_a_report_off(town):
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.ACCEPTED)
    facts = {"note": "等", "post_id": town["police"].id, "until": DAY + timedelta(days=1)}
    with pytest.raises(NotAllowed):
        town.act(number, "worker", Action.SUSPENDED, **facts)


def test_a_part_lies_where_the_whole_lies_now(town):
    """What was read before the pin was moved does not count."""
    number = town.file("WAGES")
    town.row(number)
    town.act(number, "township", Action.RELOCATED, place=Place(*lonlat(130, 30), "wgs84"))
    town.act(number, "township", Action.ACCEPTED)
    town.act(number, "township", Action.PARTED, agency_post_ids=(town["urban"].id,))
    places = select(Report.building_id, Report.grid_id).where(Report.number.startswith(number))
    assert len(set(town.session.execute(places).all())) == 1
    assert town.row(f"{number}-1").building_id == town.crowd.world.buildings["b1"].id
