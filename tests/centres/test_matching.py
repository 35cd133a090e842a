"""Members come to the nearest willing branch, along roads; it answers; who is declined comes to the next."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from gridmap.centres import matching, members, reach, reach_queries, service
from gridmap.centres.reach import Ring
from gridmap.errors import InvalidInput, NotFound
from gridmap.messaging import service as messaging
from gridmap.terms import MatchState
from tests.centres import places
from tests.centres.places import CODE, NOW
from tests.standing_in import stand_in


@pytest.fixture
def world(session):
    reach_queries.forget()
    return places.county(session)


def join(session, phone="13900000001", **facts):
    return members.join(session, CODE, places.joining(phone, party_member=True, **facts), NOW)


def match_of(session, made):
    return matching.standing(session, made.volunteer_id, NOW.date())


def test_the_nearest_along_roads_is_proposed_and_its_secretary_told(session, world):
    # by air B is nearest; the road goes round, and comes to C first
    places.road(session, (50, 50), (50, 400), (250, 400), (250, 50), (150, 50))
    places.willing(session, world, B=1, C=1, D=1)
    head = places.secretary(world, "C")
    found = match_of(session, join(session))
    assert (found.branch, found.state) == ("C支部", MatchState.PROPOSED)
    assert found.along_roads
    assert found.metres == pytest.approx(900, abs=15)
    (line,) = messaging.inbox(session, head.person_id).lines
    assert "C支部" in line.subject


def test_whoever_stands_in_for_the_secretary_is_told_too(session, world):
    places.willing(session, world, B=1)
    head = places.secretary(world, "B")
    substitute = stand_in(session, head.scope.posts[0].post_id, "代书记", NOW.date())
    join(session)
    for person in (head.person_id, substitute.id):
        (line,) = messaging.inbox(session, person).lines
        assert "B支部" in line.subject


def test_without_a_road_the_straight_way_counts_and_says_so(session, world):
    places.willing(session, world, B=1, D=1)
    found = match_of(session, join(session))
    assert (found.branch, found.along_roads) == ("B支部", False)
    assert found.metres == pytest.approx(100, abs=2)


def test_who_is_no_member_is_not_matched(session, world):
    places.willing(session, world, B=1)
    made = members.join(session, CODE, places.joining(), NOW)
    assert match_of(session, made) is None
    assert matching.propose_waiting(session, NOW) == 0


def test_places_run_out_and_whoever_waits_comes_when_a_branch_becomes_willing(session, world):
    places.willing(session, world, B=1)
    first, second = join(session), join(session, "13900000002")
    assert match_of(session, first).branch == "B支部"
    assert match_of(session, second) is None
    places.willing(session, world, D=1)
    assert matching.propose_waiting(session, NOW + timedelta(days=1)) == 1
    assert match_of(session, second).branch == "D支部"
    assert matching.propose_waiting(session, NOW + timedelta(days=2)) == 0


def test_a_refusal_needs_a_reason_and_leads_to_the_next(session, world):
    places.willing(session, world, B=1, C=1)
    made = join(session)
    number = match_of(session, made).id
    head = places.secretary(world, "B")

    def decide(reader, number, accept, reason=""):
        return matching.decide(session, reader, number, accept=accept, reason=reason, now=NOW)

    with pytest.raises(InvalidInput) as refused:
        decide(head, number, accept=False)
    assert refused.value.field == "reason"
    with pytest.raises(NotFound):
        decide(places.secretary(world, "D"), number, accept=True)
    decide(head, number, accept=False, reason="换届")
    following = match_of(session, made)
    assert following.branch == "C支部"
    with pytest.raises(InvalidInput):
        decide(head, number, accept=True)
    decide(places.secretary(world, "C"), following.id, accept=True)
    assert match_of(session, made).state is MatchState.ACCEPTED
    assert [one.id for one in matching.listed(session, head, NOW)] == [number]


def test_only_a_branch_that_is_willing_on_the_day_counts(session, world):
    places.willing(session, world, B=1)
    session.execute(text("UPDATE willing_branch SET valid = '[2024-01-01,2026-06-01)'"))
    assert match_of(session, join(session)) is None


def test_reach_counts_the_households_of_the_community_by_the_way_to_the_centre(session, world):
    places.road(session, (0, 50), (50, 50), (50, 600), (380, 600), (380, 50))
    centre = service.centre(session, CODE, NOW)
    found = reach.rings(reach.homes(session, centre, date(2026, 6, 1)))
    assert found == [Ring(500, 10), Ring(1000, 0), Ring(1500, 30), Ring(None, 0)]
