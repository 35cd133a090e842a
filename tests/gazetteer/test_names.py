"""Names as people keep them: who may, what becomes of the days, what nobody may lose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.accounts.service import SignedIn
from gridmap.dispatch import service
from gridmap.dispatch.tables import Report
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.gazetteer import curating, names
from gridmap.gazetteer.curating import Wanted
from gridmap.gazetteer.names import Filters
from gridmap.geolocation import gazetteer_queries
from gridmap.ledger.names import NameEvidence, PlaceName
from gridmap.store.audit import AuditEntry
from gridmap.terms import Named, NameKind, NameState, PostKind, Role
from tests.dispatch.filings import filing
from tests.gazetteer.keeping import DAY, NOW, Town
from tests.worlds import START

LATER = DAY + timedelta(days=30)


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def desk(town):
    return town.keeper(roles=(Role.ADMINISTRATOR,))


def wanted(text="老纺织宿舍", code="c2", entity=Named.COMPOUND, day=DAY, kind=NameKind.ALIAS):
    return Wanted(entity, code, text, kind, day)


def known(session, day=DAY):
    """What the resolver knows compounds by, beside their official names."""
    found = gazetteer_queries.known(session, day, "")
    return {(name.key.code, name.text) for name in found.gazetteer.names}


def stored(session):
    rows = session.scalars(select(PlaceName).order_by(PlaceName.text, PlaceName.valid))
    return [(row.text, row.state, row.valid.lower, row.valid.upper) for row in rows]


def test_a_name_is_known_from_its_day(town, desk, session):
    curating.add(session, desk, wanted(day=LATER), NOW)
    assert ("c2", "老纺织宿舍") not in known(session)
    assert ("c2", "老纺织宿舍") in known(session, LATER)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "name_added")).one()
    assert (entry.object_key, entry.account_id) == ("compound/c2/老纺织宿舍", desk.account_id)


def test_an_entity_is_found_by_its_official_name_or_asked_about(town, desk, session):
    curating.add(session, desk, wanted(code="世纪公寓"), NOW)
    assert ("c2", "老纺织宿舍") in known(session)
    with pytest.raises(InvalidInput, match="没有找到"):
        curating.add(session, desk, wanted(code="没有的小区"), NOW)
    town.world.compound("c9", 100, 100, 120, 120, name="世纪公寓")
    with pytest.raises(InvalidInput, match="c2、c9"):
        curating.add(session, desk, wanted("纺织院", code="世纪公寓"), NOW)


@pytest.mark.parametrize("text", ["", "好", "12", "长" * 41])
def test_what_cannot_be_a_name_is_refused(town, desk, session, text):
    with pytest.raises(InvalidInput):
        curating.add(session, desk, wanted(text), NOW)


def test_a_name_that_stands_is_not_written_twice(town, desk, session):
    curating.add(session, desk, wanted(), NOW)
    for text in ("老纺织宿舍", "世纪公寓"):
        with pytest.raises(InvalidInput, match="已经有"):
            curating.add(session, desk, wanted(text), NOW)


def test_what_is_proposed_finds_nothing_until_it_is_confirmed(town, desk, session):
    row = town.world.alias("compound", "c2", "老纺织宿舍", state="proposed", source="desk")
    assert ("c2", "老纺织宿舍") not in known(session)
    curating.decide(session, desk, row.id, NameState.CONFIRMED, NOW)
    assert ("c2", "老纺织宿舍") in known(session)
    assert stored(session) == [("老纺织宿舍", "confirmed", DAY, None)]


def test_a_rejected_name_is_rejected_from_today_and_can_come_back(town, desk, session):
    row = town.world.alias("compound", "c2", "老纺织宿舍")
    curating.decide(session, desk, row.id, NameState.REJECTED, NOW)
    assert stored(session) == [
        ("老纺织宿舍", "confirmed", START, DAY),
        ("老纺织宿舍", "rejected", DAY, None),
    ]
    assert ("c2", "老纺织宿舍") in known(session, DAY - timedelta(days=1))
    assert ("c2", "老纺织宿舍") not in known(session)
    curating.decide(session, desk, row.id, NameState.CONFIRMED, NOW)
    assert ("c2", "老纺织宿舍") in known(session)


def test_an_official_name_is_masked_and_shown_again(town, desk, session):
    curating.mask(session, desk, Named.COMPOUND, "c2", "世纪公寓", NOW)
    assert ("c2", "世纪公寓") not in known(session)
    (row,) = session.scalars(select(PlaceName))
    curating.decide(session, desk, row.id, NameState.CONFIRMED, NOW)
    assert ("c2", "世纪公寓") in known(session)
    assert stored(session) == []


def test_a_name_ends_on_a_day_and_not_before_it_began(town, desk, session):
    row = town.world.alias("compound", "c2", "老纺织宿舍")
    with pytest.raises(InvalidInput, match="之后的日子"):
        curating.end(session, desk, row.id, START, NOW)
    curating.end(session, desk, row.id, LATER, NOW)
    assert ("c2", "老纺织宿舍") in known(session)
    assert ("c2", "老纺织宿舍") not in known(session, LATER)
    with pytest.raises(InvalidInput, match="结束"):
        curating.decide(session, desk, row.id, NameState.REJECTED, NOW + timedelta(days=40))


def test_a_slip_is_put_right_and_stands_in_the_log(town, desk, session):
    row = town.world.alias("compound", "c2", "老仿织宿舍")
    curating.correct(session, desk, row.id, "老纺织宿舍", NameKind.FORMER, NOW)
    assert (row.text, row.kind) == ("老纺织宿舍", "former")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "name_corrected")).one()
    assert entry.details["before"] == {"text": "老仿织宿舍", "kind": "alias"}
    other = town.world.alias("compound", "c2", "纺织院")
    with pytest.raises(InvalidInput, match="已经有"):
        curating.correct(session, desk, other.id, "老纺织宿舍", NameKind.ALIAS, NOW)


def test_a_desk_keeps_the_names_of_its_own_community(town, session):
    own = town.keeper(PostKind.COMMUNITY_DESK, town.neighbour)
    curating.add(session, own, wanted("江南老村", code="c3"), NOW)
    with pytest.raises(NotAllowed):
        curating.add(session, own, wanted(), NOW)
    row = town.world.alias("compound", "c2", "老纺织宿舍", state="proposed")
    for refused in (
        lambda: curating.decide(session, own, row.id, NameState.CONFIRMED, NOW),
        lambda: curating.end(session, own, row.id, LATER, NOW),
        lambda: curating.correct(session, own, row.id, "别的名字", NameKind.ALIAS, NOW),
        lambda: curating.mask(session, own, Named.COMPOUND, "c2", "世纪公寓", NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert names.proposals(session, own, DAY) == []
    with pytest.raises(NotFound):
        curating.decide(session, own, row.id + 1000, NameState.CONFIRMED, NOW)


def test_the_list_is_narrowed_by_every_filter(town, desk, session):
    town.world.alias("compound", "c2", "老纺织宿舍")
    town.world.alias("compound", "c1", "书香家园", kind="short", state="rejected")

    def listed(**filters):
        return [one.text for one in names.names(session, desk, DAY, Filters(**filters))[0]]

    assert listed() == ["书香家园", "老纺织宿舍"]
    assert listed(words="纺织") == ["老纺织宿舍"]
    assert listed(words="世纪") == ["老纺织宿舍"]
    assert listed(kind=NameKind.SHORT) == ["书香家园"]
    assert listed(state=NameState.REJECTED) == ["书香家园"]
    assert listed(entity=Named.ROAD) == []
    assert listed(community="419901002001") == []
    assert listed(words="100%") == []
    official = listed(kind=NameKind.OFFICIAL, entity=Named.COMPOUND)
    assert official == ["世纪公寓", "书香苑小区", "江南新村"]
    curating.mask(session, desk, Named.COMPOUND, "c2", "世纪公寓", NOW)
    masked = listed(kind=NameKind.OFFICIAL, state=NameState.REJECTED)
    assert masked == ["世纪公寓"]
    assert len(listed(kind=NameKind.OFFICIAL, entity=Named.COMPOUND)) == 3


def test_what_two_places_are_called_is_shown(town, desk, session):
    town.world.alias("compound", "c2", "书香苑小区")
    (found,) = names.shared(session, desk, DAY)
    assert found.text == "书香苑小区"
    assert [(one.code, one.kind) for one in found.names] == [
        ("c1", NameKind.OFFICIAL),
        ("c2", NameKind.ALIAS),
    ]
    curating.decide(session, desk, found.names[1].id, NameState.REJECTED, NOW)
    assert names.shared(session, desk, DAY) == []


def test_a_proposal_says_who_else_has_the_name(town, desk, session):
    town.world.alias("compound", "c2", "江南新村", state="proposed", source="desk")
    same = names.shared(session, desk, DAY)
    (found,) = names.proposals(session, desk, DAY, same)
    assert found.also == ("江南新村",)


def test_the_words_of_reports_are_shown_to_those_who_may_read_them(town, session):
    number = service.file(session, filing(description="老纺织宿舍3号楼灯不亮"), NOW).number
    row = town.world.alias("compound", "c1", "老纺织宿舍", state="proposed", source="desk")
    report_id = session.scalar(select(Report.id).where(Report.number == number))
    session.add(NameEvidence(name_id=row.id, report_id=report_id, at=NOW))
    session.flush()
    (admin,) = names.proposals(session, town.keeper(roles=(Role.ADMINISTRATOR,)), DAY)
    assert (admin.times, admin.heard[0].words, admin.heard[0].number) == (1, "", "")
    desk = town.people["county"]
    reader = SignedIn(0, desk.person_id, "county", "县员", desk.scope)
    (seen,) = names.proposals(session, reader, DAY)
    assert (seen.heard[0].words, seen.heard[0].number) == ("老纺织宿舍3号楼灯不亮", number)
