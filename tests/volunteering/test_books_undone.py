"""Workbooks of volunteers and of attendance are rolled back as a whole, or not at all where something rests on them."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from geodata import volunteer_books, volunteer_imports, workbook_imports
from geodata.loading.undoing import NotUndone
from geodata.workbook_imports import ATTENDANCE, VOLUNTEERS
from gridmap.errors import IllegalStep, NotFound
from gridmap.ledger.imports import WorkbookImport, WorkbookStep
from gridmap.ledger.volunteering import Volunteer
from gridmap.store.audit import AuditEntry
from gridmap.store.session import make_engine, transaction
from gridmap.volunteering import (
    activities,
    attendance,
    checking_in,
    hours,
    importing,
    roll,
    service,
)
from gridmap.volunteering.importing import HoursRow
from gridmap.volunteering.organising import Hand, Reach
from gridmap.volunteering.refusals import OwnHours
from tests.registers.keeping import HERE, THERE, town
from tests.snapshots import snapshot
from tests.volunteering.serving import NOW, plan, volunteer
from tests.volunteering.sheets import Sheet

START = NOW + timedelta(days=1)
AFTER = START + timedelta(hours=3)


def last(session):
    return session.scalars(select(WorkbookImport.id).order_by(WorkbookImport.id.desc())).first()


def people(session):
    made = town(session)
    made.one = volunteer(session, "王小明", "13900000001", party_member=True)
    made.two = volunteer(session, "李四", "13900000002")
    return made


@pytest.fixture
def county(session):
    return people(session)


@pytest.fixture
def desk(county):
    return county.keeper("community")


def listed(session, keeper):
    return Sheet(volunteer_books.write_roll(roll.book(session, keeper, NOW), "zh"))


def take(session, sheet, keeper, folder):
    path = sheet.file(folder)
    rows = volunteer_books.read_roll(path)
    return volunteer_imports.take_roll(session, path, rows, keeper, NOW)


@pytest.fixture
def took(session, county, desk, tmp_path):
    """Take a list in which one volunteer is otherwise and another is new; return the number of its record."""

    def took(keeper=desk, **cells):
        sheet = listed(session, keeper)
        cells = cells or {"姓名": "王晓明", "手机号": "13900000009", "党员": "否"}
        sheet.put(sheet.line("志愿者编号", county.one.code), **cells)
        sheet.add(姓名="新来的", 手机号="13900000003", 报到社区编码=HERE)
        assert take(session, sheet, keeper, tmp_path).counts()["new"] == 1
        return last(session)

    return took


def refused(session, undo):
    with pytest.raises(NotUndone) as told:
        undo()
    return f"{told.value.message('zh')}{told.value.hint('zh')}"


def refuse_roll(session, keeper, number, now=NOW):
    return refused(session, lambda: volunteer_imports.undo_roll(session, keeper, number, now))


def new_one(session):
    return session.query(Volunteer).filter_by(phone="13900000003").one()


def test_a_list_leaves_no_trace(session, county, desk, took):
    before = snapshot(session)
    number = took()
    assert snapshot(session) != before
    (shown,) = workbook_imports.latest(session, desk, VOLUNTEERS, NOW)
    assert (shown.counts, shown.undone) == ({"new": 1, "changed": 1, "same": 1}, False)
    volunteer_imports.undo_roll(session, desk, number, NOW)
    assert snapshot(session) == before
    entry = session.query(AuditEntry).filter_by(action="workbook_undone").one()
    assert (entry.object_key, entry.account_id) == (f"volunteers:{number}", desk.account_id)
    assert "已经撤销过" in refuse_roll(session, desk, number)


def test_a_move_to_another_community_is_taken_back_with_its_days(session, county, took):
    township = county.keeper("township")
    before = snapshot(session)
    number = took(township, 报到社区编码=THERE)
    assert service.card(session, county.one.volunteer_id, NOW.date()).community_code == THERE
    above = "请上一级的经办人撤销"
    volunteer_imports.undo_roll(session, township, number, NOW)
    assert snapshot(session) == before
    desk = county.keeper("community")
    number = took(desk, 姓名="王晓明")
    service.choose_community(session, county.one.volunteer_id, THERE, NOW)
    told = refuse_roll(session, desk, number)
    assert (county.one.code in told, above in told) == (True, True)
    volunteer_imports.undo_roll(session, county.keeper("county"), number, NOW)
    assert session.get(Volunteer, county.one.volunteer_id).name == "王小明"


def test_unchanged_it_leaves_no_record(session, county, desk, tmp_path):
    take(session, listed(session, desk), desk, tmp_path)
    assert last(session) is None


def test_what_was_changed_since_is_named(session, county, desk, took):
    number = took()
    session.get(Volunteer, county.one.volunteer_id).occupation = "rider"
    told = refuse_roll(session, desk, number)
    assert f"后来改过的志愿者 1 条（{county.one.code}）" in told
    assert "各自的页面" in told


def test_what_a_new_one_did_since_is_named(session, county, desk, took):
    number = took()
    hand = Hand(Reach(county=True), desk.account_id)
    activity = activities.make(session, plan(county.world.community.id), hand, NOW)
    activities.sign_up(session, activity, new_one(session).id, NOW)
    told = refuse_roll(session, desk, number)
    assert "活动报名 1 条（BM" in told
    assert "再导入一次" in told


def test_a_phone_that_is_somebody_elses_by_now_is_not_given_twice(session, county, desk, took):
    number = took()
    other = volunteer(session, "后来的", "13900000001")
    before = snapshot(session)
    told = refuse_roll(session, desk, number)
    assert snapshot(session) == before
    assert "原来的手机号已是别人的志愿者 1 条" in told
    service.erase(session, other.volunteer_id, NOW)
    volunteer_imports.undo_roll(session, desk, number, NOW)


@pytest.mark.parametrize("who", ["changed", "new"])
def test_nobody_who_was_erased_comes_back(session, county, desk, took, who):
    number = took()
    one = county.one.volunteer_id if who == "changed" else new_one(session).id
    service.erase(session, one, NOW)
    assert session.query(WorkbookStep).count() == 0
    assert "清除" in refuse_roll(session, desk, number)
    assert session.get(Volunteer, one).name == ""


def test_whose_it_is_and_for_how_long(session, county, desk, took):
    number = took()
    for other in ("township", "worker"):
        with pytest.raises(NotFound):
            volunteer_imports.undo_roll(session, county.keeper(other), number, NOW)
    with pytest.raises(NotFound):
        workbook_imports.undo(session, desk, ATTENDANCE, number, NOW)
    assert "30 天" in refuse_roll(session, desk, number, NOW + timedelta(days=31))
    volunteer_imports.undo_roll(session, county.keeper("county"), number, NOW)


# attendance


@pytest.fixture
def served(session, county, desk):
    community = county.world.community
    county.hand = Hand(Reach(frozenset({community.id})), account_id=desk.account_id)
    county.served = [
        volunteer(session, name, f"1390000001{n}")
        for n, name in enumerate(("甲一", "乙二", "丙三", "丁四"))
    ]
    facts = plan(community.id, START, places=3)
    county.activity = activities.make(session, facts, county.hand, NOW)
    one, two, three, _four = (each.volunteer_id for each in county.served)
    code = checking_in.shown_code(session, county.activity, START)
    first = checking_in.by_code(session, county.activity, one, code, START)
    checking_in.by_code(session, county.activity, two, code, START)
    activities.sign_up(session, county.activity, three, NOW)
    hours.confirm(session, first.id, 120, county.hand, AFTER)
    return county


def attended(session, served):
    found = attendance.listed(session, served.hand, START.year, AFTER)
    return Sheet(volunteer_books.write_attendance(found, (), "zh"))


@pytest.fixture
def noted(session, served, desk, tmp_path):
    """Take an attendance: a correction, a confirmation, somebody who left, somebody of paper; return its number."""

    def noted(*, paper=True):
        sheet = attended(session, served)
        one, two, three = (sheet.line("志愿者编号", served.served[n].code) for n in range(3))
        sheet.put(one, 更正原因="早退", **{"时长（分钟）": 75}).put(two, **{"时长（分钟）": 60})
        sheet.put(three, 报名="已退出")
        if paper:
            who = {"活动编号": f"HD{served.activity:06d}", "志愿者编号": served.served[3].code}
            sheet.add(到场="是", **who, **{"时长（分钟）": 110})
        path = sheet.file(tmp_path)
        rows = volunteer_books.read_attendance(path)
        found = volunteer_imports.take_attendance(session, path, rows, desk, served.hand, AFTER)
        assert found.counts() == {"new": int(paper), "changed": 3, "same": 0}
        return last(session)

    return noted


def undo_attendance(session, served, number, hand=None):
    keeper = served.keeper("community")
    volunteer_imports.undo_attendance(session, keeper, hand or served.hand, number, AFTER)


def refuse_attendance(session, served, number, hand=None):
    return refused(session, lambda: undo_attendance(session, served, number, hand))


def test_an_attendance_leaves_no_trace(session, served, noted):
    before = snapshot(session)
    number = noted()
    assert snapshot(session) != before
    undo_attendance(session, served, number)
    assert snapshot(session) == before


def test_hours_that_were_corrected_since_are_named(session, served, noted):
    number = noted()
    (record,) = hours.of_year(session, served.served[1].volunteer_id, START.year)
    hours.correct(session, record.id, 30, "早退", served.hand, AFTER)
    told = refuse_attendance(session, served, number)
    assert f"志愿服务时长 1 条（{served.served[1].code} {START.date()}）" in told


def test_a_year_that_was_rated_stays_as_it_was_told(session, served, noted):
    number = noted()
    session.execute(
        text(
            "WITH t AS (INSERT INTO star_table (from_year, hours, made_at)"
            " VALUES (2026, '{1,2,3,4,5}', now()) RETURNING id)"
            " INSERT INTO star_year (year, star_table_id, computed_at) SELECT 2026, id, now() FROM t"
        )
    )
    told = refuse_attendance(session, served, number)
    assert "已经评过星的年度的时长 3 条" in told
    assert "逐人更正" in told


def test_places_and_days_do_not_overflow(session, served, noted):
    number = noted(paper=False)
    other = volunteer(session, "后来的", "13900000021")
    activities.sign_up(session, served.activity, other.volunteer_id, NOW)
    before = snapshot(session)
    assert "名额已满的活动 1 条（清扫楼道）" in refuse_attendance(session, served, number)
    assert snapshot(session) == before
    activities.give_back(session, served.activity, other.volunteer_id, NOW)
    session.execute(
        text(
            "INSERT INTO service_hours (volunteer_id, day, minutes, source, external_key, at)"
            " VALUES (:one, :day, 1350, 'import', 'k', now())"
        ),
        {"one": served.served[0].volunteer_id, "day": START.date()},
    )
    told = refuse_attendance(session, served, number)
    assert f"超过 24 小时的志愿者 1 条（{served.served[0].code} {START.date()}）" in told


def test_who_was_erased_keeps_no_more_than_counts(session, served, noted):
    before = hours.years_of(session, served.served[1].volunteer_id)
    number = noted()
    service.erase(session, served.served[1].volunteer_id, AFTER)
    undo_attendance(session, served, number)
    assert hours.years_of(session, served.served[1].volunteer_id) == before
    assert session.get(Volunteer, served.served[1].volunteer_id).name == ""


def test_it_is_not_taken_back_beyond_the_reach_nor_by_whose_hours_they_are(session, served, noted):
    number = noted()
    elsewhere = Hand(Reach(frozenset({-1})), served.hand.account_id)
    told = refuse_attendance(session, served, number, elsewhere)
    assert f"不在您辖区的活动 1 条（HD{served.activity:06d}）" in told
    own = Hand(served.hand.reach, served.hand.account_id, served.served[1].volunteer_id)
    with pytest.raises(OwnHours):
        undo_attendance(session, served, number, own)


def test_hours_of_the_platform_name_what_was_corrected_since(session, county, desk):
    line = HoursRow(2, None, county.one.code, "", None, NOW.date(), 60, "值守")
    made = importing.take(session, [line], "时长.xlsx", "0" * 64, desk.account_id, NOW)
    (record,) = hours.of_year(session, county.one.volunteer_id, NOW.year)
    hours.correct(session, record.id, 30, "早退", Hand(Reach(county=True), desk.account_id), NOW)
    with pytest.raises(IllegalStep) as told:
        importing.undo(session, made.id, desk.account_id, NOW)
    assert f"1 条已更正或已评星（{county.one.code} {NOW.date()}）" in told.value.message("zh")


def test_one_of_two_at_once_wins(make_migrated, tmp_path):
    engine = make_engine(make_migrated())
    with transaction(engine) as session:
        county = people(session)
        desk = county.keeper("community")
        sheet = listed(session, desk)
        sheet.put(sheet.line("志愿者编号", county.one.code), 姓名="王晓明")
        take(session, sheet, desk, tmp_path)
        number = last(session)
    barrier, outcomes = threading.Barrier(2), []

    def undo():
        barrier.wait()
        try:
            with transaction(engine) as session:
                volunteer_imports.undo_roll(session, desk, number, NOW)
            outcomes.append("done")
        except NotUndone as refusal:
            outcomes.append(refusal.message("zh"))

    threads = [threading.Thread(target=undo) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with transaction(engine) as session:
        undone = session.query(AuditEntry).filter_by(action="workbook_undone").count()
        name = session.query(Volunteer).filter_by(code=county.one.code).one().name
    engine.dispose()
    assert sorted(outcomes) == ["done", "不能撤销这次导入：已经撤销过。"]
    assert (undone, name) == (1, "王小明")
