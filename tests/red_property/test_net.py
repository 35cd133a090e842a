"""Companies, compounds and joint posts as of a day, on a drawn world."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch import boards, service
from gridmap.dispatch.measures import Cut, Measure, Window
from gridmap.errors import NotFound
from gridmap.ledger.posts import Person
from gridmap.ledger.property import (
    OwnersCommittee,
    PropertyCompany,
    PropertyContract,
    UnservedCompound,
)
from gridmap.ledger.red_property import CompanyParty, JointPost, SelfManagement
from gridmap.red_property import looking
from gridmap.red_property.looking import Care
from gridmap.store.base import from_day
from gridmap.terms import PartyForm, PostKind, Upkeep
from tests.dispatch.filings import NOW, filing, staffed
from tests.worlds import START

DAY = date(2026, 6, 1)
CHANGE = date(2026, 5, 1)


@pytest.fixture
def world(session):
    """Two companies, of which the second took over; a compound of the ledger and one on no record."""
    made, people = staffed(session)
    for code, x in (("served", 0), ("self", 100), ("nobody", 160)):
        made.compound(code, x, 0, x + 50, 50)
    house = made.buildings["a1"]
    version = house.versions[0]
    version.compound_id, version.households = made.compounds["served"].id, 30
    old, new = (PropertyCompany(code=code, name=f"{code}物业") for code in ("WY1", "WY2"))
    session.add_all([old, new])
    session.flush()
    served, alone = made.compounds["served"].id, made.compounds["self"].id
    person = Person(code="p-joint", name="孔示一", party_member=True)
    session.add(person)
    session.flush()
    session.add_all(
        [
            PropertyContract(compound_id=served, company_id=old.id, valid=from_day(START, CHANGE)),
            PropertyContract(compound_id=served, company_id=new.id, valid=from_day(CHANGE)),
            CompanyParty(company_id=new.id, party_form="adviser", valid=from_day(START, CHANGE)),
            CompanyParty(
                company_id=new.id, party_form="joint", name="联合支部", valid=from_day(CHANGE)
            ),
            OwnersCommittee(
                compound_id=served, name="业委会", party_form="alone", valid=from_day(START)
            ),
            UnservedCompound(compound_id=alone, self_management="居民轮值", valid=from_day(CHANGE)),
            SelfManagement(
                compound_id=alone, work="gate", manager="志愿者", valid=from_day(CHANGE)
            ),
            JointPost(
                community_id=made.community.id,
                person_id=person.id,
                company_id=new.id,
                duty="member",
                valid=from_day(CHANGE),
            ),
        ]
    )
    session.flush()
    made.people = people
    return made


def test_who_cares_for_each_compound(session, world):
    found = {one.code: one for one in looking.net(session, DAY).compounds}
    assert {code: one.care for code, one in found.items()} == {
        "served": Care.SERVED,
        "self": Care.LEDGER,
        "nobody": Care.NOBODY,
    }
    served = found["served"]
    assert (served.company_code, served.company_form, served.company_party) == (
        "WY2",
        PartyForm.JOINT,
        "联合支部",
    )
    assert (served.committee_form, served.best_form, served.households) == (
        PartyForm.ALONE,
        PartyForm.ALONE,
        30,
    )
    assert [(one.work, one.manager) for one in found["self"].duties] == [(Upkeep.GATE, "志愿者")]
    assert found["nobody"].best_form is None
    before = {one.code: one for one in looking.net(session, date(2026, 4, 30)).compounds}
    assert (before["served"].company_code, before["self"].care) == ("WY1", Care.NOBODY)
    assert before["served"].company_form is None


def test_a_company_with_its_compounds_and_its_past(session, world):
    found, past = looking.company(session, "WY2", DAY)
    assert ([one.code for one in found.compounds], found.households) == (["served"], 30)
    assert (found.form, found.party, found.party_since) == (PartyForm.JOINT, "联合支部", CHANGE)
    assert [(one.kind, one.span.start) for one in past] == [
        ("contract", CHANGE),
        ("party", CHANGE),
        ("party", START),
    ]
    gone, _past = looking.company(session, "WY1", DAY)
    assert gone.compounds == ()
    with pytest.raises(NotFound):
        looking.company(session, "WY9", DAY)


def test_a_compound_with_its_past_and_its_people(session, world):
    world.post(PostKind.PROPERTY_MANAGER, world.compounds["served"], "项示二", duty_phone="0000-1")
    _found, past = looking.compound(session, "served", DAY)
    assert [(one.kind, one.code, one.span.end) for one in past] == [
        ("contract", "WY2", None),
        ("committee", None, None),
        ("contract", "WY1", CHANGE),
    ]
    (manager,) = looking.holders(session, DAY, ["served"])
    assert (manager.person, manager.phone) == ("项示二", "0000-1")
    with pytest.raises(NotFound):
        looking.compound(session, "gone", DAY)


def test_joint_posts_of_a_company_and_of_a_community(session, world):
    (one,) = looking.joint_posts(session, DAY, company="WY2")
    assert (one.person, one.community, one.company) == ("孔示一", "书香苑社区", "WY2物业")
    assert looking.joint_posts(session, DAY, company="WY1") == ()
    assert looking.joint_posts(session, DAY, community=one.community_code) == (one,)
    assert looking.net(session, date(2026, 4, 30)).joint_posts == ()


def test_a_report_counts_for_the_company_of_its_day(session, world):
    service.file(session, filing(), NOW)
    county = world.people["county"].scope
    window = Window(date(2026, 4, 1), DAY, NOW + timedelta(hours=1))
    counted = boards.by_company(session, county, window)
    assert {code: one.tally[Measure.FILED] for code, one in counted.items()} == {"WY2": 1}
    assert boards.by_compound(session, county, window)["served"].tally[Measure.OPEN] == 1
    for cut in (Cut(company="WY2"), Cut(compound="served")):
        assert boards.board(session, county, window, cut).totals[Measure.FILED] == 1
        assert boards.counted(session, county, Measure.FILED, window, cut).total == 1
    for cut in (Cut(company="WY1"), Cut(compound="self"), Cut(compound="gone")):
        assert boards.board(session, county, window, cut).totals[Measure.FILED] == 0
    contract = session.scalars(
        select(PropertyContract).where(PropertyContract.valid.contains(DAY))
    ).one()
    session.delete(contract)
    session.flush()
    assert boards.by_company(session, county, window) == {}


def test_who_may_not_read_a_report_does_not_count_it(session, world):
    service.file(session, filing(), NOW)
    window = Window(date(2026, 4, 1), DAY, NOW + timedelta(hours=1))
    assert boards.by_compound(session, world.people["B"].scope, window) == {}
    assert boards.by_compound(session, world.people["A"].scope, window)
