"""Somebody of the staff and her volunteer's record: linked by who she is, parted from both sides."""

from datetime import date

import pytest

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.posts import Person
from gridmap.ledger.volunteering import Volunteer
from gridmap.volunteering import linking, service
from gridmap.volunteering.service import Registration
from tests.registers.keeping import HERE, town
from tests.volunteering.serving import NOW, volunteer

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
