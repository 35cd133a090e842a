"""Who belongs where, who moved, who has paid; the workbook of dues comes back without a difference."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from geodata import party_books, workbook_imports
from geodata.loading.undoing import NotUndone
from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.imports import WorkbookStep
from gridmap.ledger.party_life import PartyMembership
from gridmap.ledger.posts import Person
from gridmap.party_life import dues, looking, members, warnings
from gridmap.party_life.members import Incomer, Leaving
from gridmap.registers import service as registers
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change
from gridmap.terms import PartyMove, PartyStanding, PostKind
from tests.party_life.branches import BRANCH, DAY, GROUP, NEXT_GROUP, NOW, OTHER, branches

JUNE, MAY = date(2026, 6, 1), date(2026, 5, 1)


@pytest.fixture
def made(session):
    return branches(session)


def comer(name, building="", day=date(2026, 3, 1), standing=PartyStanding.FULL):
    return Incomer(name, f"139{name[-1]}", standing, day, PartyMove.TRANSFERRED, "外省", building)


def come(made, name, code=BRANCH, who="secretary", **facts):
    return members.admit(made.session, made.keepers[who], code, comer(name, **facts), NOW)


def listed(made, code=BRANCH, *, past=False):
    body = looking.body(made.session, made.keepers["desk"].scope, code, DAY)
    return members.listed(made.session, body, DAY, past=past)


def test_a_branch_lists_its_own_and_those_of_its_groups(made):
    come(made, "甲一")
    come(made, "甲二", GROUP, building="a1")
    assert [one.name for one in listed(made)] == ["甲一", "甲二"]
    assert [one.name for one in listed(made, GROUP)] == ["甲二"]
    assert looking.body(made.session, made.keepers["desk"].scope, BRANCH, DAY).full_members == 2


def test_a_transfer_ends_here_and_begins_there(made):
    number = come(made, "甲一", GROUP)
    leaving = Leaving(date(2026, 6, 2), NEXT_GROUP)
    members.transfer(made.session, made.keepers["secretary"], number, leaving, NOW)
    (gone,) = listed(made, GROUP, past=True)
    assert (gone.went, gone.span.end) == (PartyMove.TRANSFERRED, date(2026, 6, 2))
    (here,) = listed(made, NEXT_GROUP)
    assert (here.name, here.came, here.span.start) == (
        "甲一",
        PartyMove.TRANSFERRED,
        date(2026, 6, 2),
    )
    with pytest.raises(InvalidInput, match="已在"):
        come(made, "甲一", OTHER, who="other")


def test_a_probationary_member_becomes_a_full_one_from_a_day(made):
    number = come(made, "甲一", standing=PartyStanding.PROBATIONARY)
    members.confirm(made.session, made.keepers["secretary"], number, date(2026, 5, 4), NOW)
    (one,) = listed(made)
    assert (one.standing, one.span.start) == (PartyStanding.FULL, date(2026, 5, 4))
    with pytest.raises(InvalidInput):
        members.confirm(made.session, made.keepers["secretary"], one.id, DAY, NOW)


def test_members_are_written_by_whose_they_are(made):
    number = come(made, "甲一", GROUP)
    with pytest.raises(NotAllowed):
        members.end(made.session, made.keepers["leader"], number, DAY, PartyMove.DIED, NOW)
    with pytest.raises(NotFound):
        members.end(made.session, made.keepers["other"], number, DAY, PartyMove.DIED, NOW)


def test_who_left_can_be_forgotten_and_counts_stay(made):
    number = come(made, "甲一")
    with pytest.raises(InvalidInput):
        members.forget(made.session, made.keepers["secretary"], number, NOW)
    members.end(made.session, made.keepers["secretary"], number, DAY, PartyMove.LEFT, NOW)
    members.forget(made.session, made.keepers["secretary"], number, NOW)
    (one,) = listed(made, past=True)
    assert (one.name, one.phone, one.house) == (members.FORGOTTEN, None, None)
    assert made.session.query(Person).filter_by(name="甲一").count() == 0


def test_dues_are_for_the_secretary_and_the_desk_alone(made):
    person = next(iter(listed(made) or [None]), None)
    assert person is None
    come(made, "甲一")
    (one,) = listed(made)
    noted = dues.note(
        made.session, made.keepers["secretary"], BRANCH, JUNE, {one.person_id: True}, NOW
    )
    assert noted == 1
    sheet = dues.sheet(made.session, made.keepers["desk"].scope, BRANCH, 2026, DAY)
    assert (sheet.count(JUNE, paid=True), sheet.count(MAY, paid=None)) == (1, 1)
    county = scope_of((HeldPost(1, PostKind.COUNTY_DESK, 1, "县"),), ())
    for scope in (county, made.keepers["community"].scope):
        with pytest.raises(NotAllowed):
            dues.sheet(made.session, scope, BRANCH, 2026, DAY)
    with pytest.raises(NotFound):
        dues.sheet(made.session, made.keepers["other"].scope, BRANCH, 2026, DAY)
    with pytest.raises(InvalidInput):
        dues.note(made.session, made.keepers["desk"], BRANCH, date(2026, 7, 1), {}, NOW)


def test_the_workbook_of_dues_comes_back_without_a_difference(made, tmp_path):
    come(made, "甲一")
    come(made, "甲二", day=date(2026, 5, 20))
    one, two = listed(made)
    keeper, session = made.keepers["secretary"], made.session
    dues.note(session, keeper, BRANCH, MAY, {one.person_id: True, two.person_id: False}, NOW)
    sheet = dues.sheet(session, keeper.scope, BRANCH, 2026, DAY)
    for language in ("zh", "en"):
        path = tmp_path / f"{language}.xlsx"
        path.write_bytes(party_books.write(sheet, language))
        assert party_books.read(path, sheet) == {}
    dues.note(session, keeper, BRANCH, MAY, {one.person_id: None, two.person_id: True}, NOW)
    changed = dues.sheet(session, keeper.scope, BRANCH, 2026, DAY)
    assert party_books.read(path, changed) == {MAY: {one.person_id: True, two.person_id: False}}


def test_warnings_tell_names_to_whose_members_they_are(made):
    come(made, "甲一", building="b1")
    scope = made.keepers["secretary"].scope
    (house,) = warnings.houses(made.session, scope, DAY)
    assert [(one.person, one.organisation_code) for one in house.members] == [("甲一", BRANCH)]
    (there,) = warnings.houses(made.session, made.keepers["other"].scope, DAY)
    assert [one.person for one in there.members] == [None]
    small = warnings.small_groups(made.session, scope, DAY, 4)
    assert [(one.code, one.full_members) for one in small] == [(GROUP, 3), (NEXT_GROUP, 3)]
    assert warnings.small_groups(made.session, scope, DAY, 3) == []


def leave(made, name="甲一", building=""):
    number = come(made, name, building=building)
    members.end(made.session, made.keepers["secretary"], number, DAY, PartyMove.LEFT, NOW)
    return number


def party_workbook(made, path, changes):
    """Take changes of the members' register as a workbook; return the number of its record."""
    path.write_bytes(b"members")
    register, keeper = REGISTERS["party-members"], made.keepers["desk"]
    taking = workbook_imports.kept(made.session, keeper, register.key, path, DAY, NOW)
    with taking as record:
        registers.write(made.session, keeper, register, changes, NOW)
        record.counts = {"changed": len(changes)}
    return record.id


def test_no_workbook_brings_a_dwelling_back_of_who_was_forgotten(made, tmp_path):
    session, keeper = made.session, made.keepers["secretary"]
    number, other = come(made, "甲一", building="a1"), come(made, "甲二", building="a1")
    path = tmp_path / "members.xlsx"
    moved = Change(Action.CORRECT, {"residence": "a2"}, number, reason="看错")
    mine = party_workbook(made, path, [moved])
    ended = Change(Action.END, {"went": "left"}, number, date(2026, 6, 9))
    again = party_workbook(made, path, [ended])
    hers = party_workbook(made, path, [replace(moved, id=other)])
    kept = select(WorkbookStep.import_id, WorkbookStep.table_name)
    assert {tuple(row) for row in session.execute(kept)} == {
        (one, "party_membership") for one in (mine, again, hers)
    }
    members.forget(session, keeper, number, NOW)
    assert {tuple(row) for row in session.execute(kept)} == {(hers, "party_membership")}
    for record in (again, mine):
        with pytest.raises(NotUndone) as told:
            workbook_imports.undo(session, made.keepers["desk"], "party-members", record, NOW)
        assert "清除" in told.value.message("zh")
    assert session.get(PartyMembership, number, populate_existing=True).building_id is None
    workbook_imports.undo(session, made.keepers["desk"], "party-members", hers, NOW)


def test_a_workbook_that_put_another_in_her_place_is_dropped_too(made, tmp_path):
    session, keeper = made.session, made.keepers["secretary"]
    wrong = come(made, "甲一", building="a1")
    members.transfer(session, keeper, wrong, Leaving(date(2026, 5, 1), NEXT_GROUP), NOW)
    (own,) = listed(made, NEXT_GROUP)
    members.end(session, keeper, own.id, DAY, PartyMove.LEFT, NOW)
    come(made, "甲二", day=DAY)
    (other,) = listed(made)
    values = {"person": other.person_code, "residence": None}
    to_other = Change(Action.CORRECT, values, wrong, reason="张冠李戴")
    taken = party_workbook(made, tmp_path / "members.xlsx", [to_other])
    assert session.query(WorkbookStep).filter_by(import_id=taken).count() == 1
    members.forget(session, keeper, own.id, NOW)
    assert session.query(WorkbookStep).count() == 0


def test_a_phone_that_came_back_meanwhile_is_forgotten_too(made):
    session = made.session
    number = leave(made)
    person = session.get(Person, session.get(PartyMembership, number).person_id)
    person.phone = None
    session.flush()
    back = update(Person).where(Person.id == person.id).values(phone="13900000009")
    session.execute(back.execution_options(synchronize_session=False))
    assert person.phone is None
    members.forget(session, made.keepers["secretary"], number, NOW)
    session.expire_all()
    assert (person.name, person.phone) == (members.FORGOTTEN, None)
