"""Attendance by name as a workbook: unchanged it changes nothing, paper comes in, confirmed minutes are corrected."""

from datetime import timedelta

import pytest

from geodata import volunteer_books
from gridmap.errors import RefusedRows
from gridmap.ledger.volunteering import ServiceHours, SignUp, Volunteer
from gridmap.volunteering import activities, attendance, checking_in, hours, linking, service
from gridmap.volunteering.books import Fate
from gridmap.volunteering.organising import Hand, Reach
from tests import worlds
from tests.registers.keeping import town
from tests.volunteering.serving import NOW, plan, volunteer
from tests.volunteering.sheets import Sheet

START = NOW + timedelta(days=1)
AFTER = START + timedelta(hours=3)


@pytest.fixture
def county(session):
    made = town(session)
    keeper = made.keeper("community")
    community = made.world.community
    made.hand = Hand(Reach(frozenset({community.id})), account_id=keeper.account_id)
    made.served = [
        volunteer(session, name, f"1390000000{n}")
        for n, name in enumerate(("甲一", "乙二", "丙三", "丁四"), 1)
    ]
    made.activity = activities.make(session, plan(community.id, START), made.hand, NOW)
    one, two, three, _four = (each.volunteer_id for each in made.served)
    code = checking_in.shown_code(session, made.activity, START)
    made.first = checking_in.by_code(session, made.activity, one, code, START)
    checking_in.by_code(session, made.activity, two, code, START)
    activities.sign_up(session, made.activity, three, NOW)
    activities.give_back(session, made.activity, three, NOW)
    hours.confirm(session, made.first.id, 120, made.hand, AFTER)
    return made


def exported(session, county, language="zh"):
    found = attendance.listed(session, county.hand, START.year, AFTER)
    held = attendance.held(session, county.hand, START.year, AFTER)
    return Sheet(volunteer_books.write_attendance(found, held, language))


@pytest.fixture
def compared(session, county, tmp_path):
    def compare(sheet, work=attendance.compare, hand=None):
        rows = volunteer_books.read_attendance(sheet.file(tmp_path))
        return work(session, rows, hand or county.hand, AFTER)

    return compare


def told(found):
    return {
        one.number: [(each.key, each.before, each.after) for each in one.differences]
        for one in found.lines
        if one.fate is not Fate.SAME
    }


def wrong(found):
    return {one.number: one.zh for one in found.faults}


def line_of(sheet, county, number):
    return sheet.line("志愿者编号", county.served[number].code)


def test_unchanged_it_changes_nothing(session, county, compared):
    record = hours.of_year(session, county.served[0].volunteer_id, START.year)[0]
    hours.correct(session, record.id, 90, "早退", county.hand, AFTER)
    service.erase(session, county.served[1].volunteer_id, AFTER)
    same = {"new": 0, "changed": 0, "same": 3}
    assert compared(exported(session, county, "en"), attendance.take).counts() == same
    sheet = exported(session, county)
    assert compared(sheet, attendance.take).counts() == same
    line = line_of(sheet, county, 0)
    assert (sheet.cell(line, "时长（分钟）"), sheet.cell(line, "更正过")) == (90, "120 → 90：早退")
    assert sheet.cell(line_of(sheet, county, 1), "姓名") is None
    assert sheet.cell(line_of(sheet, county, 2), "报名") == "已退出"
    assert sheet.book.worksheets[1].cell(2, 1).value == f"HD{county.activity:06d}"


def test_minutes_confirm_who_was_there(session, county, compared):
    sheet = exported(session, county)
    line = line_of(sheet, county, 1)
    sheet.put(line, **{"时长（分钟）": 60})
    assert told(compared(sheet)) == {line: [("minutes", None, 60)]}
    compared(sheet, attendance.take)
    (record,) = hours.of_year(session, county.served[1].volunteer_id, START.year)
    assert (record.minutes, record.what) == (60, "清扫楼道")
    assert compared(sheet).count(Fate.SAME) == 3


def test_confirmed_minutes_are_corrected_and_never_written_over(session, county, compared):
    sheet = exported(session, county)
    line = line_of(sheet, county, 0)
    sheet.put(line, **{"时长（分钟）": 75})
    assert "更正的原因" in wrong(compared(sheet))[line]
    compared(sheet.put(line, 更正原因="早退"), attendance.take)
    rows = session.query(ServiceHours).order_by(ServiceHours.id).all()
    assert [(row.minutes, row.source, row.reason) for row in rows] == [
        (120, "activity", ""),
        (-45, "correction", "早退"),
    ]
    assert session.get(SignUp, county.first.id).minutes == 120
    assert compared(sheet).count(Fate.SAME) == 3
    sheet.put(line, **{"时长（分钟）": None})
    assert "不能清空" in wrong(compared(sheet))[line]


def test_a_sheet_of_paper_comes_in_once(session, county, compared):
    sheet = exported(session, county)
    sheet.add(
        活动编号=f"HD{county.activity:06d}",
        志愿者编号=county.served[3].code,
        姓名="丁四",
        到场="是",
        **{"时长（分钟）": 110},
    )
    assert compared(sheet).counts() == {"new": 1, "changed": 0, "same": 3}
    assert session.query(SignUp).count() == 3
    compared(sheet, attendance.take)
    place = session.query(SignUp).filter_by(volunteer_id=county.served[3].volunteer_id).one()
    assert (place.way, place.minutes, place.checked_in_at) == ("organiser", 110, START)
    assert compared(sheet, attendance.take).counts() == {"new": 0, "changed": 0, "same": 4}
    assert session.query(ServiceHours).count() == 2


def test_who_gave_the_place_back_and_came_is_put_right(session, county, compared):
    sheet = exported(session, county)
    line = line_of(sheet, county, 2)
    assert "已经退出" in wrong(compared(sheet.put(line, 到场="是")))[line]
    compared(sheet.put(line, 报名="已报名"), attendance.take)
    place = session.query(SignUp).filter_by(volunteer_id=county.served[2].volunteer_id).one()
    assert (place.cancelled_at, place.way) == (None, "organiser")


def test_problems_stand_beside_their_lines_and_nothing_is_taken(session, county, compared):
    elsewhere = volunteer(session, "外人", "13900000009")
    sheet = exported(session, county)
    one, two = line_of(sheet, county, 0), line_of(sheet, county, 1)
    sheet.put(one, 到场="否").put(two, 志愿者编号=county.served[3].code)
    here = f"HD{county.activity:06d}"
    third = line_of(sheet, county, 2)
    sheet.put(third, 姓名="别名")
    lines = [
        sheet.add(活动编号="HD999999", 志愿者编号=elsewhere.code),
        sheet.add(活动编号=here, 志愿者编号="ZY999999"),
        sheet.add(活动编号=here, 志愿者编号=elsewhere.code, 姓名="不是外人"),
        sheet.add(活动编号=here, 志愿者编号=elsewhere.code, **{"时长（分钟）": 60}),
        sheet.add(报名编号="BM999999", 活动编号=here, 志愿者编号=elsewhere.code),
        sheet.add(活动编号=here, 志愿者编号=elsewhere.code, 到场="是"),
    ]
    found = wrong(compared(sheet))
    assert set(found) == {one, two, third, *lines}
    assert "不能改成没到" in found[one]
    assert "另加一行" in found[two]
    assert "补签到" in found[lines[3]]
    assert f"第 {lines[3]} 行" in found[lines[5]]
    with pytest.raises(RefusedRows):
        compared(sheet, attendance.take)
    assert session.query(SignUp).count() == 3
    stranger = Hand(Reach(frozenset({-1})))
    assert len(compared(exported(session, county), hand=stranger).faults) == 3


def test_nobody_decides_on_her_own_minutes_in_a_sheet_either(session, county, compared):
    keeper = county.keeper("community")
    own = session.get(Volunteer, county.served[1].volunteer_id)
    own.name = keeper.name
    session.flush()
    linking.link(session, keeper, county.served[1].code, "0002", AFTER)
    by_own = Hand(county.hand.reach, county.hand.account_id, own.id)
    sheet = exported(session, county)
    line = line_of(sheet, county, 1)
    sheet.put(line, **{"时长（分钟）": 60})
    assert "自己的时长" in wrong(compared(sheet, hand=by_own))[line]


def test_what_does_not_last_is_no_line(session, county):
    lon, lat = worlds.lonlat(10, 10)
    other = plan(county.world.community.id, START + timedelta(days=2), lon=lon, lat=lat)
    gone = activities.make(session, other, county.hand, NOW)
    activities.cancel(session, gone, "下雨", county.hand, NOW)
    sheet = exported(session, county)
    assert sheet.book.worksheets[1].max_row == 2


def locks(statements):
    """What is locked by a statement, in order: the tables of its FROM."""
    found = [sql for sql in statements if "FOR UPDATE" in sql or "advisory" in sql]
    return ["books" if "advisory" in sql else sql.split("FROM ")[1].split()[0] for sql in found]


def test_an_activity_is_locked_before_its_places_by_everybody(
    session, county, compared, statements
):
    found = activities.people_of(session, county.activity)
    second = next(one.id for one in found if one.code == county.served[1].code)
    sheet = exported(session, county)
    sheet.put(line_of(sheet, county, 0), **{"时长（分钟）": 90, "更正原因": "早退"})
    statements.texts.clear()
    compared(sheet, attendance.take)
    assert locks(statements.texts)[:2] == ["books", "activity"]
    statements.texts.clear()
    hours.confirm(session, second, 60, county.hand, AFTER)
    assert locks(statements.texts)[:2] == ["activity", "sign_up"]
