"""Workbooks of the demo county, taken and rolled back: every table is as it was, but for the record and the audit."""

import pytest
from sqlalchemy import text

from geodata import party_books, party_imports, volunteer_books, volunteer_imports
from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.party_life import dues
from gridmap.terms import PostKind
from gridmap.volunteering import attendance, roll
from gridmap.volunteering.organising import Hand, Reach
from tests.geodata.conftest import read_in_process
from tests.snapshots import snapshot
from tests.volunteering.sheets import Sheet
from tests.web import signed
from web.params import now, today


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    read_in_process(monkeypatch)


@pytest.fixture
def desk(demo_session):
    """Somebody at the desk of the community with the most volunteers, and her community's id."""
    row = demo_session.execute(
        text(
            "SELECT p.person_id, p.id AS post, p.area_id FROM post p"
            " WHERE p.kind = 'community_desk' AND p.valid @> CAST(:day AS date) ORDER BY"
            " (SELECT count(*) FROM volunteer_checkin c WHERE c.community_id = p.area_id) DESC, 1 LIMIT 1"
        ),
        {"day": today()},
    ).one()
    of_hers = demo_session.query(Account).filter_by(person_id=row.person_id)
    if of_hers.one_or_none() is None:
        signed.account(demo_session, row.person_id, "books")
    account = of_hers.one()
    scope = scope_of((HeldPost(row.post, PostKind.COMMUNITY_DESK, row.area_id, ""),), ())
    return SignedIn(account.id, row.person_id, account.login, "站长", scope), row.area_id


def roll_of(session, desk, folder):
    keeper, at = desk[0], now()
    sheet = Sheet(volunteer_books.write_roll(roll.book(session, keeper, at), "zh"))
    here = sheet.cell(2, "报到社区编码")
    for line in range(2, sheet.page.max_row + 1):
        sheet.put(
            line, 党员="否" if sheet.cell(line, "党员") == "是" else "是", 新就业群体="外卖骑手"
        )
    sheet.put(2, 手机号="13900009901").put(3, 单位编码=None)
    for n in range(3):
        sheet.add(姓名=f"新来的{n}", 手机号=f"1390000991{n}", 报到社区编码=here)
    path = sheet.file(folder)
    rows = volunteer_books.read_roll(path)
    found = volunteer_imports.take_roll(session, path, rows, keeper, at)
    return found.counts(), lambda number: volunteer_imports.undo_roll(session, keeper, number, at)


def attendance_of(session, desk, folder):
    keeper, at = desk[0], now()
    hand = Hand(Reach(frozenset({desk[1]})), keeper.account_id, None, keeper.person_id)
    entries = [
        one for one in attendance.listed(session, hand, today().year, at) if not one.called_off
    ]
    past = [one for one in entries if one.starts_at < at and one.minutes]
    sheet = Sheet(volunteer_books.write_attendance(past, (), "zh"))
    for line in range(2, sheet.page.max_row + 1):
        sheet.put(
            line, 更正原因="早退", **{"时长（分钟）": int(sheet.cell(line, "时长（分钟）")) - 5}
        )
    path = sheet.file(folder)
    rows = volunteer_books.read_attendance(path)
    found = volunteer_imports.take_attendance(session, path, rows, keeper, hand, at)

    def undo(number):
        volunteer_imports.undo_attendance(session, keeper, hand, number, at)

    return found.counts(), undo


def dues_of(session, desk, folder):
    keeper, at = desk[0], now()
    code = session.scalar(
        text(
            "SELECT o.code FROM party_organisation o JOIN party_version v ON v.organisation_id = o.id"
            " JOIN grid g ON g.id = v.grid_id JOIN party_version u ON u.parent_id = o.id"
            " JOIN party_membership m ON m.organisation_id = u.organisation_id"
            " WHERE g.community_id = :here GROUP BY o.code ORDER BY count(*) DESC, 1 LIMIT 1"
        ),
        {"here": desk[1]},
    )
    found = dues.sheet(session, keeper.scope, code, today().year, today())
    sheet = Sheet(party_books.write(found, "zh"))
    turned = {"已交": "未交", "未交": None, None: "已交"}
    for line, payer in enumerate(found.payers, 2):
        for month in payer.months:
            head = f"{month:%Y-%m}"
            sheet.put(line, **{head: turned[sheet.cell(line, head)]})
    path = sheet.file(folder)
    counts = party_imports.take(session, keeper, path, code, today().year, at)
    return counts, lambda number: party_imports.undo(session, keeper, code, number, at)


@pytest.mark.parametrize("take", [roll_of, attendance_of, dues_of])
def test_the_county_is_as_it_was(demo_session, desk, tmp_path, take):
    before = snapshot(demo_session)
    counts, undo = take(demo_session, desk, tmp_path)
    assert sum(count for fate, count in counts.items() if fate != "same") > 20, counts
    assert snapshot(demo_session) != before
    undo(demo_session.scalar(text("SELECT max(id) FROM workbook_import")))
    assert snapshot(demo_session) == before
