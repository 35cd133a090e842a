"""Somebody of the staff and her volunteer's record: linked by who she is, parted from both sides."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.posts import Person
from gridmap.ledger.volunteering import Volunteer, VolunteerLink
from gridmap.timespan import local_day
from gridmap.volunteering import activities, checking_in, hours, linking, needs, service
from gridmap.volunteering.linking import COUNTED_FOR
from gridmap.volunteering.organising import Hand, Reach
from gridmap.volunteering.refusals import OwnHours
from gridmap.volunteering.service import Registration
from tests.registers.keeping import HERE, town
from tests.volunteering.serving import NOW, plan, served, volunteer

DAY = date(2026, 6, 1)


@pytest.fixture
def county(session):
    return town(session)


@pytest.fixture
def who(county):
    return county.keeper("community")


@pytest.fixture
def own(session, who):
    """The record that she made before she had an account."""
    return volunteer(session, who.name, "13900000001")


def test_code_and_tail_link_her_own_record_and_no_key_changes(session, who, own):
    assert linking.of_person(session, who.person_id, DAY) is None
    assert linking.link(session, who, own.code, "0001", NOW) == own.code
    assert linking.of_person(session, who.person_id, DAY).id == own.volunteer_id
    assert service.by_key(session, own.key, DAY).id == own.volunteer_id
    with pytest.raises(InvalidInput, match=own.code):
        linking.link(session, who, own.code, "0001", NOW)


def test_a_foreign_record_is_not_taken(session, county, who, own):
    namesake = volunteer(session, who.name, "13900000002")
    other = volunteer(session, "别人", "13900000003")
    session.get(Person, who.person_id).phone = "139 0000 0001"
    session.flush()
    for code, tail in (
        (own.code, "0002"),
        (own.code, ""),
        (other.code, "0003"),
        (namesake.code, "0002"),
        ("ZY999999", "0001"),
    ):
        with pytest.raises(NotFound):
            linking.link(session, who, code, tail, NOW)
    session.get(Volunteer, own.volunteer_id).person_id = county.keeper("county").person_id
    session.flush()
    with pytest.raises(NotFound):
        linking.link(session, who, own.code, "0001", NOW)
    assert linking.of_person(session, who.person_id, DAY) is None


def test_registering_links_under_her_own_name(session, who):
    said = Registration("别的名字", "13900000004", HERE)
    made = linking.register(session, who, said, NOW)
    card = linking.of_person(session, who.person_id, DAY)
    assert (card.code, card.name) == (made.code, who.name)
    with pytest.raises(InvalidInput):
        linking.register(session, who, said, NOW)


def test_parting_leaves_the_record_and_erasing_parts(session, who, own):
    linking.link(session, who, own.code, "0001", NOW)
    linking.unlink(session, own.volunteer_id, NOW, who.account_id)
    assert linking.of_person(session, who.person_id, DAY) is None
    assert service.by_key(session, own.key, DAY).person_id is None
    with pytest.raises(NotFound):
        linking.unlink(session, own.volunteer_id, NOW, who.account_id)
    linking.link(session, who, own.code, "0001", NOW)
    service.erase(session, own.volunteer_id, NOW)
    assert linking.of_person(session, who.person_id, DAY) is None


def hand(session, who):
    """Who acts, as the pages know her: with the record that is hers at this moment."""
    card = linking.of_person(session, who.person_id, DAY)
    return Hand(Reach(county=True), who.account_id, card.id if card else None, who.person_id)


def there(session, county, volunteer_id, starts):
    """A place in an activity where somebody was."""
    made = activities.make(
        session, plan(county.world.community.id, starts), Hand(Reach(county=True)), NOW
    )
    code = checking_in.shown_code(session, made, starts)
    return checking_in.by_code(session, made, volunteer_id, code, starts)


def test_parting_first_lets_nobody_decide_on_her_own_hours(session, county, who, own):
    linking.link(session, who, own.code, "0001", NOW)
    starts = NOW + timedelta(days=2)
    place = there(session, county, own.volunteer_id, starts)
    later = starts + timedelta(days=1)
    linking.unlink(session, own.volunteer_id, later, who.account_id)
    assert hand(session, who).volunteer_id is None
    with pytest.raises(OwnHours):
        hours.confirm(session, place.id, 60, hand(session, who), later)
    before = served(session, own.volunteer_id, DAY - timedelta(days=90), 60, "k1")
    with pytest.raises(OwnHours):
        hours.correct(session, before.id, 30, "改", hand(session, who), later)
    need = needs.post(
        session,
        needs.Wanted(county.world.community.id, "陪诊"),
        Hand(Reach(county=True)),
        later,
    )
    needs.take_up(session, need, own.volunteer_id, later)
    [taker] = needs.takers_of(session, need)
    with pytest.raises(OwnHours):
        needs.close(session, need, "办好了", {taker.id: 30}, hand(session, who), later)
    colleague = county.keeper("county")
    hours.confirm(session, place.id, 60, hand(session, colleague), later)
    hours.correct(session, before.id, 30, "改", hand(session, colleague), later)


def test_a_former_link_counts_for_its_own_days_for_good_and_else_for_a_year(session, who, own):
    linking.link(session, who, own.code, "0001", NOW)
    linking.unlink(session, own.volunteer_id, NOW + timedelta(days=10), who.account_id)
    by, parted = hand(session, who), NOW + timedelta(days=10)
    within, long_after = parted + COUNTED_FOR, parted + COUNTED_FOR + timedelta(seconds=1)
    last = local_day(parted)
    for day, at, counts in (
        (DAY - timedelta(days=400), within, True),
        (DAY - timedelta(days=1), long_after, False),
        (DAY, long_after, True),
        (last, long_after, True),
        (last + timedelta(days=1), long_after, False),
    ):
        found = linking.own_records(session, by, day, at)
        assert found == ({own.volunteer_id} if counts else set())


def test_two_records_of_one_person_do_not_decide_on_each_other(session, county, who, own):
    """She organises as a volunteer, by a record that was hers before, and was there by another."""
    other = volunteer(session, who.name, "13900000005")
    linking.link(session, who, own.code, "0001", NOW)
    linking.unlink(session, own.volunteer_id, NOW, who.account_id)
    linking.link(session, who, other.code, "0005", NOW)
    by = Hand(volunteer_id=own.volunteer_id)
    assert linking.own_records(session, by, DAY, NOW) == {own.volunteer_id, other.volunteer_id}
    stranger = Hand(volunteer_id=volunteer(session, "别人", "13900000006").volunteer_id)
    assert linking.own_records(session, stranger, DAY, NOW) == {stranger.volunteer_id}


def test_every_link_stays_on_record_until_it_is_erased(session, who, own):
    for days in (0, 5):
        at = NOW + timedelta(days=days)
        linking.link(session, who, own.code, "0001", at)
        linking.unlink(session, own.volunteer_id, at + timedelta(days=1), None)
    query = select(VolunteerLink.person_id, VolunteerLink.since, VolunteerLink.until)
    assert [tuple(row) for row in session.execute(query.order_by(VolunteerLink.id))] == [
        (who.person_id, NOW + timedelta(days=days), NOW + timedelta(days=days + 1))
        for days in (0, 5)
    ]
    service.erase(session, own.volunteer_id, NOW)
    assert session.execute(query).all() == []
