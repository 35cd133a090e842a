"""What was published can be looked up: of any day, any community, in words, beside the grids of its eve."""

from datetime import timedelta

import numpy as np
import pytest

from gridmap.errors import NotAllowed
from gridmap.redistricting import adoption, looking, opening
from gridmap.redistricting.impact import Becomes, impact
from gridmap.redistricting.picture import picture
from gridmap.redistricting.published import published
from tests.redistricting import publishing
from tests.redistricting.publishing import FIRST, NOW, SECOND, TODAY, TOMORROW, later

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def county(session):
    return publishing.county(session)


def found(county, **wanted):
    return published(county.session, county.planner, wanted.pop("today", TODAY), **wanted)


def stories(one, language="zh"):
    return [story.text(language) for story in one.stories]


def test_each_publication_is_told_with_its_people_and_what_became_of_which_grid(county):
    first = county.begin(name="合并")
    county.merge(first, "AB")
    county.carve(first, "c00 c10", "南苑网格")
    county.publish(first, TODAY)
    (one,) = found(county)
    assert (one.plan_id, one.name, one.day) == (first.id, "合并", TODAY)
    assert (one.author, one.reviewer, one.publisher) == ("规划员", "审核人", "规划员")
    assert len(one.communities) == 1
    assert one.in_force == one.communities
    assert stories(one) == ["B网格并入A网格", "C网格拆出南苑网格"]
    assert stories(one, "en") == ["B网格 merged into A网格", "南苑网格 split off from C网格"]


def test_ground_that_moves_a_new_code_and_a_division_have_words_of_their_own(county):
    moved = county.begin()
    county.move(moved, "a01", "C")
    county.renumber(moved, "B", f"{FIRST}009")
    county.publish(moved, TODAY)
    (one,) = found(county)
    assert stories(one) == ["A网格的部分地块划入C网格", "B网格改设为B网格"]


def test_of_a_day_the_publication_that_made_its_grids_is_marked(county):
    first = county.begin(name="先")
    county.merge(first, "AB")
    county.publish(first, TODAY)
    second = county.begin(name="后", now=later(3))
    county.carve(second, "c00", "南苑网格", now=later(3))
    county.publish(second, TODAY + timedelta(days=5), later(3))

    def marked(**wanted):
        return [(one.name, bool(one.in_force)) for one in found(county, **wanted)]

    assert marked(day=YESTERDAY) == []
    assert marked(day=TOMORROW) == [("先", True)]
    assert marked(day=TODAY + timedelta(days=5)) == [("后", True), ("先", False)]
    assert marked() == [("后", False), ("先", True)]
    assert marked(community=SECOND) == []
    assert [name for name, _ in marked(community=FIRST)] == ["后", "先"]


def test_what_was_withdrawn_is_told_but_never_made_the_grids_of_a_day(county):
    plan = county.begin()
    county.merge(plan, "AB")
    county.publish(plan, TOMORROW)
    adoption.withdraw(county.session, county.planner, plan.id, NOW)
    (one,) = found(county)
    assert (one.withdrawn, one.in_force, one.stories) == (True, (), ())
    assert found(county, day=TOMORROW) == []


def test_nobody_else_looks(county):
    nobody = publishing.signed_in(county.session, "路人")
    with pytest.raises(NotAllowed):
        published(county.session, nobody, TODAY)


def carved_then_merged(county):
    first = county.begin(name="拆")
    county.carve(first, "a01 a02", "西苑网格")
    county.publish(first, TODAY)
    second = county.begin(name="合", now=later(2))
    county.merge(second, "BC", now=later(2))
    county.publish(second, TODAY + timedelta(days=2), later(2))
    return first, second


def opened(county, plan, moment, **wanted):
    return opening.opened(county.session, county.planner, plan.id, moment, **wanted)


def test_an_old_publication_beside_its_eve_shows_what_it_did(county):
    first, _ = carved_then_merged(county)
    day = TODAY + timedelta(days=2)
    assert looking.eve(county.session, first.id, day) == YESTERDAY
    assert looking.eve(county.session, first.id, YESTERDAY) is None
    at = opened(county, first, later(2), beside=YESTERDAY)
    seen = picture(at)
    assert [at.plan.grids[one.row].name for one in seen.grids if one.is_new] == ["西苑网格"]
    assert seen.changed.buildings == 2
    did = impact(county.session, at, later(2))
    assert {one.name: one.becomes for one in did.grids} == {
        "A网格": Becomes.REDRAWN,
        "西苑网格": Becomes.BEGINS,
    }
    assert did.reports == ()


def test_an_old_publication_beside_today_knows_the_grids_that_came_later(county):
    first, second = carved_then_merged(county)
    at = opened(county, first, later(2))
    seen = picture(at)
    assert not any(one.is_new for one in seen.grids), "what it made stands"
    assert (at.today >= 0).all(), "all ground of today has a grid"
    changed = {
        at.plan.grids[row].name for row in np.unique(at.today[at.today != at.plan.assignment])
    }
    assert len(changed) == 1, "what was merged later"
    assert (
        opened(county, second, later(2)).today == opened(county, second, later(2)).plan.assignment
    ).all()


def test_a_draft_is_opened_as_it_is_saved(county):
    plan = county.begin()
    county.carve(plan, "a01", "西苑网格")
    at = opened(county, plan, NOW)
    assert at.past is None
    assert at.plan == opening.at_version(county.session, plan, NOW).plan
    assert opened(county, plan, NOW, beside=TODAY).past is None


def test_before_the_first_day_of_the_ledger_nothing_stands(county):
    plan = county.begin()
    at = opened(county, plan, NOW, beside=TODAY - timedelta(days=20_000))
    assert (at.today == -1).all()
    assert picture(at).changed.buildings == 0
    assert impact(county.session, at, NOW).posts == ()
