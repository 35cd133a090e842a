"""A workbook of dues is rolled back as a whole by whoever keeps the branch's dues, and by nobody else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from geodata import party_books, party_imports, workbook_imports
from geodata.loading.undoing import NotUndone
from geodata.workbook_imports import DUES
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.imports import WorkbookImport, WorkbookStep
from gridmap.ledger.posts import Person
from gridmap.party_life import dues, members
from gridmap.party_life.members import Incomer, Leaving
from gridmap.terms import PartyMove, PartyStanding
from tests.geodata.conftest import read_in_process
from tests.party_life.branches import BRANCH, DAY, GROUP, NOW, OTHER, branches
from tests.snapshots import snapshot
from tests.volunteering.sheets import Sheet

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    read_in_process(monkeypatch)


@pytest.fixture
def made(session):
    made = branches(session)
    made.numbers = [
        members.admit(
            session,
            made.keepers["secretary"],
            BRANCH,
            Incomer(name, phone, PartyStanding.FULL, date(2026, 3, 1), PartyMove.ADMITTED),
            NOW,
        )
        for name, phone in (("甲一", "13900000001"), ("甲二", "13900000002"))
    ]
    made.one, made.two = (payer.member for payer in sheet(made).payers)
    paid = {made.one.person_id: True, made.two.person_id: False}
    dues.note(session, made.keepers["secretary"], BRANCH, MAY, paid, NOW)
    return made


def sheet(made):
    return dues.sheet(made.session, made.keepers["secretary"].scope, BRANCH, DAY.year, DAY)


@pytest.fixture
def took(made, tmp_path):
    """Take a year in which a note is new, one is changed and one is taken away; return the number of its record."""

    def took(who="secretary", may="已交"):
        book = Sheet(party_books.write(sheet(made), "zh"))
        one, two = (book.line("人员编号", each.person_code) for each in (made.one, made.two))
        book.put(one, **{"2026-05": None, "2026-06": "未交"}).put(two, **{"2026-05": may})
        path = book.file(tmp_path)
        counts = party_imports.take(made.session, made.keepers[who], path, BRANCH, DAY.year, NOW)
        assert counts == {"new": 1, "changed": 1, "cleared": 1}
        query = select(WorkbookImport.id).order_by(WorkbookImport.id.desc())
        return made.session.scalars(query).first()

    return took


def undo(made, number, who="secretary", code=BRANCH, now=NOW):
    party_imports.undo(made.session, made.keepers[who], code, number, now)


def refused(made, number, now=NOW):
    with pytest.raises(NotUndone) as told:
        undo(made, number, now=now)
    return f"{told.value.message('zh')}{told.value.hint('zh')}"


def test_it_leaves_no_trace(made, took):
    before = snapshot(made.session)
    number = took()
    assert snapshot(made.session) != before
    assert made.session.query(WorkbookStep).count() == 3
    undo(made, number, "desk")
    assert snapshot(made.session) == before
    assert "已经撤销过" in refused(made, number)


def test_a_note_that_was_changed_by_hand_since_is_named(made, took):
    number = took()
    keeper = made.keepers["secretary"]
    dues.note(made.session, keeper, BRANCH, JUNE, {made.one.person_id: True}, NOW)
    before = snapshot(made.session)
    told = refused(made, number)
    assert snapshot(made.session) == before
    assert f"后来改过的党费登记 1 条（{made.one.person_code} 2026-06）" in told


def test_a_note_that_was_made_again_since_is_named(made, took):
    number = took()
    keeper = made.keepers["secretary"]
    dues.note(made.session, keeper, BRANCH, MAY, {made.one.person_id: True}, NOW)
    assert f"（{made.one.person_code} 2026-05）" in refused(made, number)


def test_a_later_workbook_goes_first(made, took, tmp_path):
    first = took()
    book = Sheet(party_books.write(sheet(made), "zh"))
    book.put(book.line("人员编号", made.two.person_code), **{"2026-05": "未交"})
    path = book.file(tmp_path)
    keeper = made.keepers["secretary"]
    later = NOW + timedelta(minutes=1)
    party_imports.take(made.session, keeper, path, BRANCH, DAY.year, later)
    second = made.session.scalars(select(WorkbookImport.id).order_by(-WorkbookImport.id)).first()
    assert f"先撤销后来的导入（编号 {second}）" in refused(made, first)
    undo(made, second)
    undo(made, first)


def test_of_a_branch_those_who_keep_its_dues_alone(made, took):
    number = took()
    for who in ("other", "leader", "steward"):
        with pytest.raises((NotAllowed, NotFound)):
            undo(made, number, who)
    with pytest.raises(NotFound):
        undo(made, number, "other", OTHER)
    with pytest.raises(NotFound):
        undo(made, number, code=GROUP)
    listed = workbook_imports.latest
    desk = made.keepers["desk"]
    assert [one.number for one in listed(made.session, desk, DUES, NOW, BRANCH)] == [number]
    assert listed(made.session, desk, DUES, NOW, OTHER) == []
    assert "30 天" in refused(made, number, NOW + timedelta(days=31))


def test_a_wrong_line_takes_nothing_and_leaves_no_record(made, tmp_path):
    book = Sheet(party_books.write(sheet(made), "zh"))
    book.put(2, **{"2026-05": None}).put(3, **{"2026-05": "?"})
    before = snapshot(made.session)
    keeper = made.keepers["secretary"]
    with pytest.raises(InvalidInput):
        party_imports.take(made.session, keeper, book.file(tmp_path), BRANCH, DAY.year, NOW)
    assert (snapshot(made.session), made.session.query(WorkbookImport).count()) == (before, 0)


def test_who_was_forgotten_keeps_no_more_than_notes(made, took):
    number = took()
    keeper = made.keepers["secretary"]
    membership = made.numbers[0]
    leaving = Leaving(DAY, elsewhere="外省")
    members.transfer(made.session, keeper, membership, leaving, NOW)
    later = NOW + timedelta(days=1)
    members.forget(made.session, keeper, membership, later)
    undo(made, number, now=later)
    person = made.session.get(Person, made.one.person_id)
    assert (person.phone, "甲一" in person.name) == (None, False)
