"""Minutes confirmed, corrected, counted by year; needs; the stars of a year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.volunteering import ServiceHours, StarRating
from gridmap.terms import HoursSource
from gridmap.volunteering import activities, boards, checking_in, hours, needs, rating, stars
from gridmap.volunteering.organising import Hand, Reach
from gridmap.volunteering.refusals import (
    AlreadyConfirmed,
    NeedClosed,
    NoStarTable,
    OwnHours,
    YearNotOver,
    YearRated,
)
from tests import worlds
from tests.volunteering.serving import NOW, TABLE, by_plain_sql, hand, plan, served, volunteer

START = NOW + timedelta(days=1)
AFTER = datetime(2027, 1, 5, tzinfo=UTC)


@pytest.fixture
def community(session):
    return worlds.draw(session, "A").community


@pytest.fixture
def desk(session, community):
    return hand(session, community)


def _present(session, community, desk, volunteer_id, **facts):
    found = activities.make(session, plan(community.id, START, **facts), desk, NOW)
    code = checking_in.shown_code(session, found, START)
    return checking_in.by_code(session, found, volunteer_id, code, START)


def test_the_organiser_confirms_once_and_never_her_own(session, community, desk):
    first, second = (
        volunteer(session, n, p).volunteer_id
        for n, p in (("甲", "13900000001"), ("乙", "13900000002"))
    )
    place = _present(session, community, desk, second, organiser_id=first)
    own = checking_in.by_code(
        session,
        place.activity_id,
        first,
        checking_in.shown_code(session, place.activity_id, START),
        START,
    )
    by_first = Hand(volunteer_id=first)
    with pytest.raises(OwnHours):
        hours.confirm(session, own.id, 120, by_first, START)
    with pytest.raises(NotFound):
        hours.confirm(session, own.id, 120, Hand(volunteer_id=second), START)
    with pytest.raises(InvalidInput, match="180"):
        hours.confirm(session, place.id, 181, by_first, START)
    hours.confirm(session, place.id, 110, by_first, START)
    with pytest.raises(AlreadyConfirmed):
        hours.confirm(session, place.id, 100, desk, START)
    hours.confirm(session, own.id, 0, desk, START)
    (record,) = hours.of_year(session, second, 2026)
    assert (record.net, record.day, record.what) == (110, date(2026, 6, 2), "清扫楼道")
    assert hours.of_year(session, first, 2026) == ()


def test_nobody_is_confirmed_who_was_not_there(session, community, desk):
    one = volunteer(session).volunteer_id
    found = activities.make(session, plan(community.id, START), desk, NOW)
    place = activities.sign_up(session, found, one, NOW)
    with pytest.raises(InvalidInput, match="签到"):
        hours.confirm(session, place.id, 60, desk, START)


def test_a_correction_stands_beside_what_it_corrects(session, community, desk):
    one = volunteer(session).volunteer_id
    hours.confirm(session, _present(session, community, desk, one).id, 120, desk, START)
    (record,) = hours.of_year(session, one, 2026)
    for minutes, reason, field in (
        (90, " ", "reason"),
        (120, "同", "minutes"),
        (-1, "负", "minutes"),
    ):
        with pytest.raises(InvalidInput) as refused:
            hours.correct(session, record.id, minutes, reason, desk, NOW)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        hours.correct(session, record.id, 90, "别处", Hand(Reach(frozenset({0}))), NOW)
    hours.correct(session, record.id, 90, "早退半小时", desk, NOW)
    hours.correct(session, record.id, 0, "记错了人", desk, NOW)
    (record,) = hours.of_year(session, one, 2026)
    assert (record.minutes, [c.minutes for c in record.corrections], record.net) == (
        120,
        [-30, -90],
        0,
    )
    with pytest.raises(NotFound):
        hours.correct(session, record.corrections[0].id, 5, "更正的更正", desk, NOW)
    session.flush()
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE service_hours SET minutes = 1"))


def test_a_need_is_taken_up_met_and_counted(session, community, desk):
    people = [volunteer(session, f"志愿者{n}", f"1390000000{n}").volunteer_id for n in (1, 2, 3)]
    wanted = needs.Wanted(community.id, "给独居老人送饭", people=2)
    need = needs.post(session, wanted, desk, NOW)
    for one in people[:2]:
        needs.take_up(session, need, one, NOW)
    with pytest.raises(NeedClosed):
        needs.take_up(session, need, people[2], NOW)
    needs.leave(session, need, people[0], NOW)
    needs.take_up(session, need, people[2], NOW)
    takers = needs.takers_of(session, need)
    assert [one.volunteer_id for one in takers] == people[1:]
    with pytest.raises(NotFound):
        needs.close(session, need, "好", {0: 30}, desk, NOW)
    needs.close(session, need, "送了两周", {one.id: 45 for one in takers}, desk, NOW)
    assert needs.one(session, need, NOW).state == "done"
    assert [y.minutes for y in hours.years_of(session, people[2])] == [45]
    with pytest.raises(NeedClosed):
        needs.take_up(session, need, people[0], NOW)
    other = needs.post(session, wanted, desk, NOW)
    needs.close(session, other, "不需要了", {}, desk, NOW)
    assert needs.one(session, other, NOW).state == "withdrawn"
    assert needs.open_ones(session, NOW) == ()


@given(
    steps=st.lists(st.integers(1, 8784), min_size=5, max_size=5, unique=True).map(sorted),
    minutes=st.integers(-100, 8784 * 60),
)
def test_each_full_step_is_one_star(steps, minutes):
    found = stars.explain(minutes, steps)
    assert found.stars == len([step for step in steps if step * 60 <= minutes])
    for step in steps:
        assert stars.stars_of(step * 60, steps) == stars.stars_of(step * 60 - 1, steps) + 1
    if found.next_hours is None:
        assert found.stars == 5
    else:
        assert stars.stars_of(minutes + found.missing_minutes, steps) == found.stars + 1


def test_stars_are_given_once_when_the_year_is_over(session, desk):
    one = volunteer(session).volunteer_id
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    kept = served(session, one, last, 1200, "a")
    served(session, one, first, 600, "b")
    served(session, one, date(2025, 12, 31), 600, "c")
    with pytest.raises(NoStarTable):
        rating.rate_year(session, 2026, AFTER)
    rating.put_table(session, 2025, TABLE, "县里的办法", None, NOW)
    with pytest.raises(YearNotOver):
        rating.rate_year(session, 2026, datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert rating.foreseen(session, 2026) == {1: 1}
    assert rating.rate_year(session, 2026, midnight) == 1
    with pytest.raises(YearRated):
        rating.rate_year(session, 2026, AFTER)
    assert rating.badges(session, [one]) == {one: (2026, 1)}
    county = Hand(Reach(county=True), account_id=desk.account_id)
    hours.correct(session, kept.id, 1199, "少了一分钟", county, AFTER)
    held, before = rating.ratings_of(session, one)
    assert (held.sequence, held.explained.stars, held.reason) == (2, 0, "少了一分钟")
    assert (before.sequence, before.explained.stars) == (1, 1)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.query(StarRating).delete()
    with pytest.raises(InvalidInput, match="2027"):
        rating.put_table(session, 2026, (1, 2, 3, 4, 5), "", None, AFTER)
    assert rating.rate_due(session, AFTER) is None


def test_a_plain_recount_agrees(session, desk):
    """Corrections up and down, at the edges of steps and years, by a fixed spread of numbers."""
    county = Hand(Reach(county=True), account_id=desk.account_id)
    edges = [0, 1, 59, 60, 1199, 1200, 1201, 2999, 3000, 5999, 6000, 12000, 17999, 18000]
    people = [
        volunteer(session, f"人{n}", f"139000{n:05d}").volunteer_id for n in range(len(edges))
    ]
    days = [date(2026, 1, 1), date(2026, 12, 31), *(date(2026, 2, n) for n in range(1, 13))]
    for one, goal in zip(people, edges, strict=True):
        for number, day in enumerate(days):
            part = min(1440, max(0, goal - number * 1440))
            row = served(session, one, day, max(part, 1), f"{one}-{number}")
            if part != max(part, 1) or number % 3 == 0:
                first = (part + 7) % 1441
                hours.correct(
                    session, row.id, first, "先改错", county, NOW
                ) if first != row.minutes else None
                if first != part:
                    hours.correct(session, row.id, part, "再改对", county, NOW)
        served(session, one, date(2025, 12, 31), 700, f"{one}-before")
        served(session, one, date(2027, 1, 1), 700, f"{one}-after")
    rating.put_table(session, 2020, (1, 2, 3, 4, 5), "旧", None, NOW)
    rating.put_table(session, 2026, TABLE, "新", None, NOW)
    rating.rate_year(session, 2026, AFTER)
    told = {
        one.volunteer_id: (one.minutes, one.stars)
        for one in session.query(StarRating).filter_by(year=2026)
    }
    assert told == by_plain_sql(session, 2026)
    assert [told[one][0] for one in people] == edges
    assert [told[one][1] for one in people] == [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5]


def test_boards_count_what_stands_in_the_end(session, community, desk):
    one = volunteer(session).volunteer_id
    hours.confirm(session, _present(session, community, desk, one).id, 120, desk, START)
    line = boards.board(session, 2026, date(2026, 6, 3)).communities[0]
    assert (line.people, line.minutes, line.members, line.activities) == (1, 120, 1, 1)
    record = hours.of_year(session, one, 2026)[0]
    hours.correct(session, record.id, 0, "没有来", desk, NOW)
    board = boards.board(session, 2026, date(2026, 6, 3))
    assert (board.people, board.minutes, board.communities[0].people) == (0, 0, 0)
    assert session.query(ServiceHours).filter_by(source=HoursSource.CORRECTION).count() == 1
