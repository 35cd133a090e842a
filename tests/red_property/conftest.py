"""A small net with a company, a committee and their people, and a meeting that is planned for it."""

from __future__ import annotations

import pytest

from gridmap.ledger.posts import Person
from gridmap.ledger.property import OwnersCommittee, PropertyCompany, PropertyContract
from gridmap.ledger.red_property import JointPost
from gridmap.red_property import planning
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from tests.dispatch.filings import holding, staffed
from tests.red_property.planned import NOW, signed, wanted
from tests.worlds import START


@pytest.fixture
def world(session):
    """A compound with a company, its manager, and an owners' committee with a joint post."""
    made, people = staffed(session)
    made.compound("served", 0, 0, 50, 50)
    company = PropertyCompany(code="WY1", name="安心物业")
    member = Person(code="p-joint", name="孔示一")
    session.add_all([company, member])
    session.flush()
    served = made.compounds["served"].id
    session.add_all(
        [
            PropertyContract(compound_id=served, company_id=company.id, valid=from_day(START)),
            OwnersCommittee(compound_id=served, name="业委会甲", valid=from_day(START)),
            JointPost(
                community_id=made.community.id,
                person_id=member.id,
                compound_id=served,
                duty="member",
                valid=from_day(START),
            ),
        ]
    )
    manager = made.post(PostKind.PROPERTY_MANAGER, made.compounds["served"], "经理")
    secretary = made.post(PostKind.SECRETARY, made.community, "书记")
    made.people = people | {"manager": holding(manager), "secretary": holding(secretary)}
    made.member, made.company = member, company
    return made


@pytest.fixture
def plan(session, world):
    return planning.call(session, signed(world, "community"), wanted(world), NOW)
