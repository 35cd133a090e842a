"""Registering, coming back, choosing a community, being forgotten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.posts import Agency
from gridmap.ledger.volunteering import Volunteer, VolunteerCheckIn
from gridmap.store.session import make_engine, transaction
from gridmap.terms import Occupation
from gridmap.volunteering import needs, service
from gridmap.volunteering.service import Registration
from tests import worlds
from tests.registers.keeping import THERE, town
from tests.volunteering.serving import HERE, NOW, hand, volunteer

DAY = date(2026, 6, 1)


def test_registering_gives_a_link_that_only_its_hash_is_kept_of(session):
    worlds.draw(session, "A")
    session.add(Agency(code="BM01", name="住建局"))
    session.flush()
    made = volunteer(session, agency_code="BM01", occupation=Occupation.RIDER, party_member=True)
    card = service.by_key(session, made.key, DAY)
    assert (card.code, card.name, card.agency) == (made.code, "王小明", "住建局")
    assert (card.community, card.since, card.occupation) == ("书香苑社区", DAY, "rider")
    kept = session.get(Volunteer, made.volunteer_id)
    assert made.key not in (kept.key_sha256, kept.code)
    assert service.by_key(session, made.key + "x", DAY) is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"phone": "12345"}, "phone"),
        ({"community_code": "000000000000"}, "community"),
        ({"agency_code": "none"}, "agency"),
    ],
)
def test_what_is_wrong_is_named(session, changed, field):
    worlds.draw(session, "A")
    said = {"name": "甲", "phone": "13900000001", "community_code": HERE} | changed
    with pytest.raises(InvalidInput) as refused:
        service.register_volunteer(session, Registration(**said), NOW)
    assert refused.value.field == field


def test_one_phone_is_one_volunteer(session):
    worlds.draw(session, "A")
    volunteer(session)
    with pytest.raises(InvalidInput, match="已经登记过"):
        volunteer(session, "别人", "+86 139-0000-0001")


def test_a_code_that_the_counter_has_not_seen_is_not_given_again(session):
    worlds.draw(session, "A")
    made = volunteer(session)
    unseen = int(made.code[2:]) + 1
    session.add(Volunteer(code=f"ZY{unseen:06d}", name="抄来的", made_at=NOW))
    session.flush()
    assert int(volunteer(session, "后来", "13900000002").code[2:]) > unseen


def test_code_and_tail_give_a_new_link_and_end_the_old_one(session):
    worlds.draw(session, "A")
    made = volunteer(session)
    for code, tail in ((made.code, "0002"), ("ZY999999", "0001"), ("?", "0001"), (made.code, "")):
        with pytest.raises(NotFound):
            service.come_back(session, code, tail, NOW)
    again = service.come_back(session, made.code.lower().removeprefix("zy"), "0001", NOW)
    assert service.by_key(session, again.key, DAY).id == made.volunteer_id
    assert service.by_key(session, made.key, DAY) is None


def test_one_community_at_a_time(session):
    town(session)
    made = volunteer(session)
    later = NOW + timedelta(days=3)
    service.choose_community(session, made.volunteer_id, THERE, later)
    service.choose_community(session, made.volunteer_id, THERE, later + timedelta(days=1))
    assert service.card(session, made.volunteer_id, DAY).community_code == HERE
    assert service.card(session, made.volunteer_id, DAY + timedelta(3)).community_code == THERE
    assert session.query(VolunteerCheckIn).count() == 2
    service.choose_community(session, made.volunteer_id, HERE, later)
    assert service.card(session, made.volunteer_id, DAY + timedelta(3)).community_code == HERE


def test_erasing_leaves_counts_and_nobody(session):
    world = worlds.draw(session, "A")
    desk = hand(session, world.community)
    made = volunteer(session)
    need = needs.post(session, needs.Wanted(world.community.id, "陪老人就医"), desk, NOW)
    needs.take_up(session, need, made.volunteer_id, NOW)
    service.erase(session, made.volunteer_id, NOW)
    row = session.get(Volunteer, made.volunteer_id)
    assert (row.name, row.phone, row.key_sha256) == ("", None, None)
    assert service.by_key(session, made.key, DAY) is None
    assert needs.one(session, need, NOW).state == "open"
    with pytest.raises(NotFound):
        service.erase(session, made.volunteer_id, NOW)


def test_a_phone_that_a_rollback_brought_back_meanwhile_is_erased_too(make_migrated):
    """The rollback commits after the one who erases has seen her without a phone."""
    engine = make_engine(make_migrated())
    with transaction(engine) as session:
        town(session)
        made = volunteer(session)
        session.get(Volunteer, made.volunteer_id).phone = None
    with transaction(engine) as session:
        seen = session.get(Volunteer, made.volunteer_id)
        assert seen.phone is None
        with transaction(engine) as other:
            other.get(Volunteer, made.volunteer_id).phone = "13900000001"
        service.erase(session, made.volunteer_id, NOW)
    with transaction(engine) as session:
        assert session.get(Volunteer, made.volunteer_id).phone is None
    engine.dispose()


def test_who_was_taken_back_meanwhile_is_nobody_to_erase(make_migrated):
    engine = make_engine(make_migrated())
    with transaction(engine) as session:
        town(session)
        made = volunteer(session)
    with transaction(engine) as session:
        seen = session.get(Volunteer, made.volunteer_id)
        with transaction(engine) as other:
            other.execute(delete(VolunteerCheckIn))
            other.execute(delete(Volunteer))
        with pytest.raises(NotFound):
            service.erase(session, seen.id, NOW)
    engine.dispose()
