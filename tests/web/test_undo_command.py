"""`gridmap undo`: lists what was imported with its number, and rolls any of it back, in two languages."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from geodata import party_books, party_imports, volunteer_books, volunteer_imports
from gridmap.errors import NotFound
from gridmap.party_life import dues, members
from gridmap.party_life.members import Incomer
from gridmap.store.session import make_engine, transaction
from gridmap.terms import PartyMove, PartyStanding
from gridmap.volunteering import activities, attendance, importing, roll
from gridmap.volunteering.importing import HoursRow
from gridmap.volunteering.organising import Hand, Reach
from tests.geodata.conftest import read_in_process
from tests.party_life.branches import BRANCH, branches
from tests.snapshots import KEPT_OF_IMPORTS, snapshot
from tests.volunteering.serving import plan, volunteer
from tests.volunteering.sheets import Sheet
from web.commands.undoing import undo
from web.params import now, today


@pytest.fixture
def engine(make_migrated, monkeypatch):
    """A database of its own: the command commits."""
    read_in_process(monkeypatch)
    url = make_migrated()
    monkeypatch.setenv("DATABASE_URL", url)
    engine = make_engine(url)
    yield engine
    engine.dispose()


def gridmap(*arguments):
    found = CliRunner().invoke(undo, arguments)
    if found.exception:
        raise found.exception
    return found.output


def prepared(session):
    made, at = branches(session), now()
    made.volunteer = volunteer(session, now=at)
    made.hand = Hand(Reach(county=True), made.keepers["desk"].account_id)
    made.activity = activities.make(session, plan(made.world.community.id, at), made.hand, at)
    activities.sign_up(session, made.activity, made.volunteer.volunteer_id, at)
    comer = Incomer("甲一", "13900000009", PartyStanding.FULL, today(), PartyMove.ADMITTED)
    members.admit(session, made.keepers["secretary"], BRANCH, comer, at)
    return made


def take_all(session, made, folder):
    at, desk = now(), made.keepers["desk"]
    sheet = Sheet(volunteer_books.write_roll(roll.book(session, desk, at), "zh"))
    path = sheet.put(2, 姓名="王晓明").file(folder)
    rows = volunteer_books.read_roll(path)
    volunteer_imports.take_roll(session, path, rows, desk, at)
    entries = attendance.listed(session, made.hand, today().year, at)
    path = Sheet(volunteer_books.write_attendance(entries, (), "zh")).put(2, 到场="是").file(folder)
    rows = volunteer_books.read_attendance(path)
    volunteer_imports.take_attendance(session, path, rows, desk, made.hand, at)
    found = dues.sheet(session, desk.scope, BRANCH, today().year, today())
    sheet = Sheet(party_books.write(found, "zh")).put(2, **{f"{today():%Y-%m}": "已交"})
    party_imports.take(session, desk, sheet.file(folder), BRANCH, today().year, at)
    line = HoursRow(2, None, made.volunteer.code, "", None, today(), 60, "值守")
    importing.take(session, [line], "时长.xlsx", "0" * 64, None, at)


def test_every_kind_is_listed_and_rolled_back(engine, tmp_path, monkeypatch):
    with transaction(engine) as session:
        made = prepared(session)
    records = KEPT_OF_IMPORTS | {"hours_import"}
    with transaction(engine) as session:
        before = snapshot(session, records)
        take_all(session, made, tmp_path)
    shown = gridmap("list")
    assert all(word in shown for word in ("志愿者名册", "活动签到", f"党费 {BRANCH}", "时长.xlsx"))
    with transaction(engine) as session:
        books = session.scalars(text("SELECT id FROM workbook_import ORDER BY id")).all()
        hours = session.scalar(text("SELECT id FROM hours_import"))
        assert snapshot(session, records) != before
    for number in books:
        assert "恢复原样" in gridmap("workbook", str(number))
    assert "恢复原样" in gridmap("hours", str(hours))
    with transaction(engine) as session:
        assert snapshot(session, records) == before
        acting = session.scalars(
            text("SELECT account_id FROM audit_entry WHERE action = 'workbook_undone'")
        ).all()
    assert acting == [None, None, None]
    monkeypatch.setenv("GRIDMAP_LANG", "en")
    assert gridmap("list").count("rolled back") == 4
    with pytest.raises(NotFound):
        gridmap("workbook", "99")
    with pytest.raises(NotFound):
        gridmap("map", "99")
