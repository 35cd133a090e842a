"""Each move on the ladder by example: who may, what it needs, where it leads, who is told next."""

import pytest
from sqlalchemy import select

from gridmap.accounts.authority import RIGHTS, Right
from gridmap.dispatch import ladder, moving, service
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action, ReturnReason
from gridmap.dispatch.reports import PhotoFile
from gridmap.dispatch.tables import Feedback, Photo, Step
from gridmap.errors import (
    GridmapError,
    IdempotencyConflict,
    IllegalStep,
    InvalidInput,
    NobodyInPost,
    NotAllowed,
    NotFound,
    NothingAbove,
    StaleVersion,
)
from gridmap.geolocation.rules import Place
from gridmap.ledger.posts import Post
from gridmap.terms import Outcome, PhotoKind, PostKind, Rung, Stage
from tests.dispatch.crowd import end
from tests.dispatch.filings import DAY, NOW
from tests.worlds import lonlat

HOUSE = {"steward", "leader of a1"}
ABOVE = {"worker", "branch", "desk", "desk 2", "secretary", "township", "county", "county 2"}
BACK = {"reason": ReturnReason.NOT_OURS, "note": "不归我们管"}


@pytest.mark.parametrize(
    ("action", "people"),
    [
        (Action.ACCEPTED, HOUSE),
        (Action.SENT_UP, HOUSE),
        (Action.RETURNED, HOUSE),
        (Action.TRANSFERRED, HOUSE),
        (Action.JOINED, HOUSE),
        (Action.DISPATCHED, HOUSE | ABOVE),
        (Action.RELOCATED, HOUSE | ABOVE),
        (Action.NOTED, HOUSE | ABOVE),
        (Action.SUPERVISED, ABOVE | {"link"}),
        (Action.PARTED, set()),
        (Action.SUSPENDED, set()),
        (Action.HANDLED, set()),
    ],
)
def test_who_may_do_what_with_a_new_report_of_a_house(town, action, people):
    assert town.may(town.file(), action) == people


def test_the_page_and_the_service_agree_on_who_may(town):
    number = town.file()
    town.act(number, "desk", Action.DISPATCHED, post_id=town["manager"].id)
    for action in (Action.DISPATCHED, Action.HANDLED, Action.RETURNED, Action.SUSPENDED):
        offered = town.may(number, action)
        for name in town.crowd.posts:
            try:
                answer = town.act(number, name, action)
            except (NotAllowed, IllegalStep):
                assert name not in offered
            except InvalidInput:
                assert name in offered
            else:
                assert isinstance(answer, NotFound)
                assert name not in offered


@pytest.mark.parametrize(
    ("action", "field"),
    [
        (Action.DISPATCHED, "post"),
        (Action.PARTED, "agencies"),
        (Action.HANDLED, "outcome"),
        (Action.SENT_UP, "note"),
        (Action.RETURNED, "reason"),
        (Action.TRANSFERRED, "category"),
        (Action.RELOCATED, "place"),
        (Action.SUSPENDED, "note"),
        (Action.JOINED, "main"),
        (Action.NOTED, "note"),
    ],
)
def test_a_move_without_what_it_needs_names_it(town, action, field):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.ACCEPTED)
    with pytest.raises(InvalidInput) as refusal:
        town.act(number, "desk", action)
    assert refusal.value.field == field
    assert town.row(number).version == 2


def test_blank_words_long_words_and_many_photos_are_refused(town):
    number = town.file()
    for facts in ({"note": " \n"}, {"note": "长" * 2001}):
        with pytest.raises(InvalidInput):
            town.act(number, "steward", Action.NOTED, **facts)
    with pytest.raises(InvalidInput) as refusal:
        town.act(number, "steward", Action.ACCEPTED, photos=(PhotoFile(b"x", 1, 1),) * 7)
    assert refusal.value.field == "photos"


def test_evidence_goes_on_after_the_reporters_photos(town):
    number = town.file(photos=(PhotoFile(b"near", 1, 1),))
    after = PhotoFile(b"after", 2, 2, PhotoKind.AFTER)
    town.act(number, "steward", Action.ACCEPTED)
    found = town.act(
        number,
        "steward",
        Action.HANDLED,
        note="换了灯泡",
        outcome=Outcome.SOLVED,
        photos=(after,),
        spot=lonlat(31, 31),
    )
    kept = town.session.execute(select(Photo.position, Photo.step_sequence, Photo.kind)).all()
    assert sorted(kept) == [(1, 1, None), (2, 3, "after")]
    assert found.steps[-1].photos == (2,)
    assert found.steps[-1].spot == lonlat(31, 31)


def test_sent_up_goes_one_rung_and_names_the_next_holder(town):
    number = town.file()
    for name, rung, holder in (
        ("steward", Rung.GRID_BRANCH, "worker"),
        ("branch", Rung.COMMUNITY, "desk"),
        ("secretary", Rung.TOWNSHIP, "township"),
        ("township", Rung.COUNTY, "county"),
    ):
        found = town.act(number, name, Action.SENT_UP, note="我这里解决不了")
        assert (found.row.stage, found.row.rung) == (Stage.FILED, rung)
        assert town.stands(number) == (Stage.FILED, rung, holder)
    with pytest.raises(NothingAbove):
        town.act(number, "county", Action.SENT_UP, note="我这里解决不了")
    assert Action.SENT_UP not in town.act(number, "county", Action.ACCEPTED).actions


def test_vacant_rungs_are_passed_with_their_reasons(town):
    number = town.file()
    for name in ("worker", "branch"):
        end(town.session, town[name], DAY)
    town.act(number, "steward", Action.SENT_UP, note="解决不了")
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    assert town.reasons(number) == [Reason.VACANT_GRID_BRANCH]


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        (Action.SENT_UP, {"note": "解决不了"}),
        (Action.RETURNED, BACK),
        (Action.TRANSFERRED, {"note": "欠薪", "category_code": "WAGES"}),
        (Action.RELOCATED, {"place": Place(*lonlat(-300, 50), "wgs84")}),
    ],
)
def test_nothing_is_passed_on_to_where_nobody_is(town, action, facts):
    number = town.file("RELIEF")
    for name in ("township", "county", "county 2"):
        end(town.session, town[name], DAY)
    with pytest.raises(NobodyInPost):
        town.act(number, "desk", action, **facts)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")


def test_a_return_goes_to_who_sent_it(town):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.DISPATCHED, post_id=town["worker"].id)
    assert town.stands(number) == (Stage.HANDLING, Rung.GRID_BRANCH, "worker")
    found = town.act(number, "worker", Action.RETURNED, **BACK)
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    last = found.steps[-1]
    assert last.details == {"return_reason": "not_ours"}
    assert (last.note, last.holder.name) == ("不归我们管", "desk")
    assert Reason.BACK_TO_SENDER in last.reasons


def test_a_return_without_a_sender_goes_up_and_never_back_to_the_same_hands(town):
    number = town.file("RELIEF")
    town.act(number, "desk", Action.RETURNED, **BACK)
    assert town.stands(number) == (Stage.FILED, Rung.TOWNSHIP, "township")
    town.act(number, "township", Action.SENT_UP, note="解决不了")
    town.act(number, "county", Action.RETURNED, **BACK)
    assert town.stands(number) == (Stage.FILED, Rung.TOWNSHIP, "township")
    town.act(number, "township", Action.RETURNED, **BACK)
    with pytest.raises(NothingAbove):
        town.act(number, "county", Action.RETURNED, **BACK)


@pytest.mark.parametrize("name", ["link", "adviser", "foreign worker", "township", "steward b1"])
def test_to_whom_nothing_is_dispatched(town, name):
    """Leaders, advisers, people of other places, and whoever is above."""
    number = town.file("RELIEF")
    offered = moving.candidates(town.session, number, town.who("desk"), NOW)
    assert name == "township" or town[name].id not in {one.post_id for one in offered}
    with pytest.raises(InvalidInput) as refusal:
        town.act(number, "desk", Action.DISPATCHED, post_id=town[name].id)
    assert refusal.value.field == "post"


def test_who_is_no_longer_in_post_gets_nothing(town):
    number = town.file("RELIEF")
    end(town.session, town["worker"], DAY)
    with pytest.raises(InvalidInput):
        town.act(number, "desk", Action.DISPATCHED, post_id=town["worker"].id)


def test_whoever_can_be_given_a_report_may_open_it():
    given = {kind for kind in PostKind if kind not in ladder.NEVER_GIVEN}
    assert given <= RIGHTS[Right.READ_REPORTS]


def test_candidates_come_along_the_ladder_then_helpers_then_the_lines_own_agencies(town):
    number = town.file()
    found = moving.candidates(town.session, number, town.who("county"), NOW)
    names = [one.name for one in found]
    on_the_ladder = [one for one in found if one.rung is not None]
    assert list(found[: len(on_the_ladder)]) == on_the_ladder
    heights = [ladder.RUNGS.index(one.rung) for one in on_the_ladder]
    assert heights == sorted(heights)
    assert {"manager", "police", "part-timer"} == set(names[len(on_the_ladder) : -3])
    assert names[-3:] == ["urban", "urban 2", "civil"]
    assert isinstance(moving.candidates(town.session, number, town.who("civil"), NOW), NotFound)


def test_a_transfer_starts_anew_where_the_other_category_starts(town):
    number = town.file()
    town.act(number, "steward", Action.ACCEPTED)
    found = town.act(
        number, "steward", Action.TRANSFERRED, note="是救助的事", category_code="RELIEF"
    )
    assert town.stands(number) == (Stage.FILED, Rung.COMMUNITY, "desk")
    assert found.row.category.code == "RELIEF"
    assert found.steps[-1].details == {"from": "LIGHT", "to": "RELIEF"}
    assert found.steps[-1].rule["category"] == town.row(number).category_id
    for code in ("RELIEF", "NO-SUCH"):
        with pytest.raises(InvalidInput):
            town.act(number, "desk", Action.TRANSFERRED, note="x", category_code=code)


def test_a_pin_moved_over_a_grids_border_is_located_again(town):
    number = town.file()
    before = town.row(number)
    grid, raw = before.grid_id, (before.raw_lon, before.raw_lat)
    there = Place(*lonlat(130, 30), "wgs84")
    found = town.act(number, "steward", Action.RELOCATED, place=there)
    assert town.stands(number) == (Stage.FILED, Rung.BUILDING_GROUP, "steward b1")
    row = town.row(number)
    assert (row.grid_id, row.building_id) == (
        town.crowd.world.grids["B"].id,
        town.crowd.world.buildings["b1"].id,
    )
    assert row.grid_id != grid
    assert (row.raw_lon, row.raw_lat) == raw
    assert found.steps[-1].details["after"]["grid"] == "B网格"
    assert (found.row.lon, found.row.lat) == pytest.approx((there.lon, there.lat))
    assert found.actions == ()
    assert isinstance(town.act(number, "worker", Action.NOTED, note="x"), NotFound)


def test_out_of_the_unplaced_box(town):
    number = town.file(x=-300, y=50)
    assert town.may(number, Action.RELOCATED) == {"county", "county 2"}
    town.act(number, "county", Action.RELOCATED, place=Place(*lonlat(30, 30), "wgs84"))
    assert town.stands(number) == (Stage.FILED, Rung.BUILDING_GROUP, "steward")
    town.act(number, "desk", Action.RELOCATED, place=Place(*lonlat(-300, 50), "wgs84"))
    assert town.stands(number) == (Stage.FILED, Rung.COUNTY, "county")
    assert town.reasons(number) == [Reason.UNPLACED]


def test_only_leaders_and_those_above_supervise(town):
    number = town.file("RUBBISH")
    town.act(number, "link", Action.SUPERVISED, note="三天内办好")
    assert town.row(number).supervised_at == NOW
    assert town.stands(number) == (Stage.FILED, Rung.GRID_BRANCH, "worker")
    for name in ("foreign township", "police"):
        answer = town.act(number, name, Action.SUPERVISED, note="快办")
        assert isinstance(answer, NotFound)
    with pytest.raises(NotAllowed):
        town.act(number, "worker", Action.SUPERVISED, note="快办")


def test_a_step_that_is_sent_twice_is_one_step(town):
    number, other = town.file(), town.file()
    first = town.act(number, "steward", Action.ACCEPTED, version=1, key="step-1")
    again = town.act(number, "steward", Action.ACCEPTED, version=1, key="step-1")
    assert first == again
    assert town.row(number).version == 2
    for where, name, action, facts in (
        (other, "steward", Action.ACCEPTED, {}),
        (number, "steward", Action.NOTED, {"note": "x"}),
        (number, "leader of a1", Action.ACCEPTED, {}),
    ):
        with pytest.raises(IdempotencyConflict):
            town.act(where, name, action, key="step-1", **facts)


def test_a_step_by_which_a_report_left_is_acknowledged_again_too(town):
    number = town.file("RUBBISH")
    town.act(number, "worker", Action.DISPATCHED, post_id=town["urban"].id)
    sent = {"version": 2, "key": "step-1", **BACK}
    first = town.act(number, "urban", Action.RETURNED, **sent)
    assert isinstance(service.detail(town.session, number, town.who("urban"), NOW), NotFound)
    assert town.act(number, "urban", Action.RETURNED, **sent) == first
    assert first.actions == ()
    town.act(number, "worker", Action.NOTED, note="知道了")
    assert isinstance(town.act(number, "urban", Action.RETURNED, **sent), NotFound)


def test_an_old_version_is_refused_with_who_was_first(town):
    number = town.file()
    town.act(number, "worker", Action.NOTED, note="我来看看")
    with pytest.raises(StaleVersion) as refusal:
        town.act(number, "steward", Action.ACCEPTED, version=1)
    assert "worker" in refusal.value.message("zh")


def test_whoever_filed_it_for_somebody_follows_it_but_does_not_check_it_herself(town):
    foreign = town["foreign worker"].person_id
    number = town.file(filed_by=foreign)
    assert town.may(number, Action.NOTED) >= {"foreign worker"}
    with pytest.raises(NotAllowed):
        town.act(number, "foreign worker", Action.ACCEPTED)


def test_an_answer_counts_only_where_one_is_asked_for(town):
    number = town.file()
    town.act(number, "steward", Action.ACCEPTED, outcome=Outcome.SOLVED)
    assert town.session.scalars(select(Feedback)).all() == []
    step = town.session.scalars(select(Step).order_by(Step.sequence.desc())).first()
    assert (step.outcome, town.row(number).outcome) == (None, None)


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.ACCEPTED])
def test_refusals_are_of_the_projects_own_kind(town, action):
    number = town.file()
    with pytest.raises(GridmapError):
        town.act(number, "steward", action, post_id=10**6)
    assert town.row(number).version == 1


def test_posts_of_other_kinds_are_found_at_the_place(town):
    """The manager of the compound in which the house stands, the police of the community."""
    number = town.file()
    found = moving.candidates(town.session, number, town.who("steward"), NOW)
    kinds = {one.kind for one in found}
    assert {PostKind.PROPERTY_MANAGER, PostKind.POLICE_OFFICER, PostKind.PART_TIME_WORKER} <= kinds
    in_post = {post.id for post in town.session.scalars(select(Post))}
    assert {one.post_id for one in found} <= in_post
