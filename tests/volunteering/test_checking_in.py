"""Places in an activity; checking in by code and position, which no replay can forge."""

from datetime import timedelta

import pytest

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.volunteering import SignUp
from gridmap.volunteering import activities, checking_in, codes
from gridmap.volunteering.checking_in import Position
from gridmap.volunteering.organising import Hand, Reach
from gridmap.volunteering.refusals import (
    ActivityOver,
    NoPlaceLeft,
    NotYetOpen,
    StaleCode,
    StalePosition,
    TooFar,
    TooVague,
)
from tests import worlds
from tests.volunteering.serving import NOW, hand, plan, volunteer

START = NOW + timedelta(days=1)


@pytest.fixture
def meeting(session):
    """An activity with two places, the desk that called it, and three volunteers."""
    world = worlds.draw(session, "A")
    desk = hand(session, world.community)
    found = activities.make(session, plan(world.community.id, START, places=2), desk, NOW)
    people = [volunteer(session, f"志愿者{n}", f"1390000000{n}").volunteer_id for n in (1, 2, 3)]
    return found, desk, people


def test_places_are_counted_and_given_back(session, meeting):
    found, _desk, (first, second, third) = meeting
    activities.sign_up(session, found, first, NOW)
    activities.sign_up(session, found, first, NOW)
    activities.sign_up(session, found, second, NOW)
    with pytest.raises(NoPlaceLeft):
        activities.sign_up(session, found, third, NOW)
    activities.give_back(session, found, first, NOW)
    activities.sign_up(session, found, third, NOW)
    assert activities.one(session, found, NOW).left == 0


def test_fewer_places_than_people_are_refused_and_others_reach_nothing(session, meeting):
    found, desk, (first, second, _third) = meeting
    for one in (first, second):
        activities.sign_up(session, found, one, NOW)
    community = activities.one(session, found, NOW).community_id
    with pytest.raises(InvalidInput, match="2 人报名"):
        activities.change(session, found, plan(community, START, places=1), desk, NOW)
    with pytest.raises(NotFound):
        activities.cancel(session, found, "雨", Hand(Reach(frozenset({0}))), NOW)
    activities.cancel(session, found, "下雨", desk, NOW)
    with pytest.raises(ActivityOver):
        activities.sign_up(session, found, first, NOW)


def test_a_place_far_from_the_community_is_refused(session, meeting):
    found, desk, _people = meeting
    community = activities.one(session, found, NOW).community_id
    lon, lat = worlds.lonlat(5000, 50)
    with pytest.raises(InvalidInput) as refused:
        activities.make(session, plan(community, START, lon=lon, lat=lat), desk, NOW)
    assert refused.value.field == "spot"


def test_a_code_opens_for_a_minute_at_most(session, meeting):
    found, _desk, (first, second, _third) = meeting
    shown = checking_in.shown_code(session, found, START)
    for late in (60, 61, 3600):
        with pytest.raises(StaleCode):
            checking_in.by_code(session, found, first, shown, START + timedelta(seconds=late))
    with pytest.raises(StaleCode):
        checking_in.by_code(session, found, first, "", START)
    at = START + timedelta(seconds=59)
    place = checking_in.by_code(session, found, first, shown, at)
    assert (place.way, place.checked_in_at, place.distance_m) == ("code", at, None)
    later = START + timedelta(seconds=90)
    fresh = checking_in.shown_code(session, found, later)
    again = checking_in.by_code(session, found, first, fresh, later)
    assert (again.id, again.checked_in_at) == (place.id, at)
    other = activities.make(
        session, plan(activities.one(session, found, NOW).community_id, START), _desk, NOW
    )
    with pytest.raises(StaleCode):
        checking_in.by_code(session, other, second, shown, START)


def test_no_code_of_any_other_second_is_fresh():
    shown = codes.code_at("secret", START)
    fresh = [
        codes.is_fresh("secret", shown, START + timedelta(seconds=second))
        for second in range(-120, 121)
    ]
    assert fresh == [0 <= second < 60 for second in range(-120, 121)]


def test_checking_in_opens_half_an_hour_before_and_closes_at_the_end(session, meeting):
    found, _desk, (first, *_others) = meeting
    early = START - timedelta(minutes=31)
    with pytest.raises(NotYetOpen):
        checking_in.by_code(
            session, found, first, checking_in.shown_code(session, found, early), early
        )
    end = START + timedelta(hours=2)
    with pytest.raises(ActivityOver):
        checking_in.challenge(session, found, first, end)


def _at(x, accuracy=10.0):
    lon, lat = worlds.lonlat(x, 50)
    return Position(lon, lat, accuracy)


def test_a_position_counts_once_within_a_minute_for_one_volunteer(session, meeting):
    found, _desk, (first, second, _third) = meeting
    by = checking_in.by_position
    key = checking_in.challenge(session, found, first, START)
    late = START + timedelta(seconds=60)
    assert isinstance(by(session, found, first, key, _at(50), late), StalePosition)
    key = checking_in.challenge(session, found, first, START)
    assert isinstance(by(session, found, second, key, _at(50), START), StalePosition)
    assert isinstance(by(session, found, first, "made up", _at(50), START), StalePosition)
    far = by(session, found, first, key, _at(900), START)
    assert isinstance(far, TooFar)
    assert "850 米" in far.message("zh")
    assert isinstance(by(session, found, first, key, _at(50), START), StalePosition), "used up"
    key = checking_in.challenge(session, found, first, START)
    assert isinstance(by(session, found, first, key, _at(50, 400), START), TooVague)
    key = checking_in.challenge(session, found, first, START)
    place = by(session, found, first, key, _at(150), START)
    assert isinstance(place, SignUp)
    assert (place.way, place.distance_m) == ("position", 100)
    assert isinstance(by(session, found, first, key, _at(50), START), StalePosition)


def test_the_organiser_puts_down_who_was_there(session, meeting):
    found, desk, (first, *_others) = meeting
    place = activities.sign_up(session, found, first, NOW)
    with pytest.raises(NotYetOpen):
        checking_in.by_organiser(session, place.id, desk, NOW)
    with pytest.raises(NotFound):
        checking_in.by_organiser(session, place.id, Hand(volunteer_id=first), START)
    checking_in.by_organiser(session, place.id, desk, START + timedelta(hours=3))
    assert activities.people_of(session, found)[0].way == "organiser"
