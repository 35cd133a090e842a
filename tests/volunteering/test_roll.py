"""The volunteers' list as a workbook: unchanged it changes nothing, a changed cell changes that cell."""

import pytest

from geodata import volunteer_books
from gridmap.errors import RefusedRows
from gridmap.ledger.volunteering import Volunteer
from gridmap.store.audit import AuditEntry
from gridmap.volunteering import linking, roll, service
from gridmap.volunteering.books import Fate
from tests.registers.keeping import HERE, THERE, town
from tests.volunteering.serving import NOW, volunteer
from tests.volunteering.sheets import Sheet


@pytest.fixture
def county(session):
    made = town(session)
    made.one = volunteer(session, "王小明", "13900000001", party_member=True)
    made.two = volunteer(session, "=李", "13900000002")
    return made


@pytest.fixture
def desk(county):
    return county.keeper("community")


def exported(session, keeper, language="zh"):
    return Sheet(volunteer_books.write_roll(roll.book(session, keeper, NOW), language))


@pytest.fixture
def compared(session, desk, tmp_path):
    def compare(sheet, work=roll.compare, by=desk):
        return work(session, volunteer_books.read_roll(sheet.file(tmp_path)), by, NOW)

    return compare


def told(found):
    """What differs: line to column, before and after."""
    return {
        one.number: [(each.key, each.before, each.after) for each in one.differences]
        for one in found.lines
        if one.fate is not Fate.SAME
    }


def wrong(found):
    return {one.number: one.zh for one in found.faults}


def test_unchanged_it_changes_nothing(session, desk, compared):
    for language in ("zh", "en"):
        found = compared(exported(session, desk, language), roll.take)
        assert found.counts() == {"new": 0, "changed": 0, "same": 2}
    actions = {entry.action for entry in session.query(AuditEntry)}
    assert actions == {"volunteer_registered", "volunteers_exported"}


CELLS = {
    "姓名": ("王晓明", ("name", "王小明", "王晓明")),
    "手机号": (13900000009, ("phone", "13900000001", "13900000009")),
    "党员": ("否", ("party_member", True, False)),
    "单位编码": ("BM01", ("agency", None, "BM01")),
    "新就业群体": ("快递员", ("occupation", None, "courier")),
}


def test_a_changed_cell_changes_that_cell(session, county, desk, compared):
    content = exported(session, desk).saved()
    stood = {one.code: one for one in roll.book(session, desk, NOW).entries}
    for head, (written, change) in CELLS.items():
        sheet = Sheet(content)
        line = sheet.line("志愿者编号", county.one.code)
        assert told(compared(sheet.put(line, **{head: written}))) == {line: [change]}
    assert {one.code: one for one in roll.book(session, desk, NOW).entries} == stood
    sheet = Sheet(content).put(line, **{head: written for head, (written, _c) in CELLS.items()})
    compared(sheet, roll.take)
    stands = {one.code: one for one in roll.book(session, desk, NOW).entries}
    for key, _before, after in (change for _w, change in CELLS.values()):
        assert getattr(stands[county.one.code], key) == after
    assert stands[county.two.code] == stood[county.two.code]
    assert compared(sheet).count(Fate.SAME) == 2, "the same file again changes nothing"


def test_a_community_changes_from_the_day_within_the_reach(session, county, desk, compared):
    sheet = exported(session, desk)
    line = sheet.line("志愿者编号", county.one.code)
    sheet.put(line, 报到社区编码=THERE)
    assert "不在您负责" in wrong(compared(sheet))[line]
    compared(sheet, roll.take, county.keeper("township"))
    card = service.card(session, county.one.volunteer_id, NOW.date())
    assert (card.community_code, card.since) == (THERE, NOW.date())


def test_a_new_line_registers_once(session, county, desk, compared):
    sheet = exported(session, desk)
    line = sheet.add(姓名="新来的", 手机号="13900000003", 报到社区编码=HERE, 党员="是")
    assert compared(sheet).counts() == {"new": 1, "changed": 0, "same": 2}
    assert session.query(Volunteer).count() == 2
    compared(sheet, roll.take)
    made = session.query(Volunteer).filter_by(phone="13900000003").one()
    assert (made.name, made.party_member) == ("新来的", True)
    assert compared(sheet, roll.take).counts() == {"new": 0, "changed": 0, "same": 3}
    sheet.put(line, 姓名="又一个")
    assert "已经登记过" in wrong(compared(sheet))[line]


def test_problems_stand_beside_their_lines_and_nothing_is_taken(session, county, desk, compared):
    elsewhere = volunteer(session, "别处", "13900000005")
    service.choose_community(session, elsewhere.volunteer_id, THERE, NOW)
    sheet = exported(session, desk)
    one, two = (sheet.line("志愿者编号", each.code) for each in (county.one, county.two))
    sheet.put(one, 手机号="13900000002").put(two, 手机号=None)
    lines = [
        sheet.add(志愿者编号="ZY999999", 姓名="谁", 报到社区编码=HERE),
        sheet.add(志愿者编号=elsewhere.code, 姓名="别处", 报到社区编码=THERE),
        sheet.add(姓名="没有电话", 报到社区编码=HERE),
        sheet.add(姓名="外面", 手机号="13900000006", 报到社区编码=THERE),
        sheet.add(志愿者编号=county.one.code, 姓名="王小明", 报到社区编码=HERE),
        sheet.add(姓名="好的", 手机号="13900000007", 报到社区编码=HERE),
    ]
    told_of = wrong(compared(sheet))
    assert set(told_of) == {one, two, *lines[:-1]}
    assert "别人的" in told_of[one]
    assert "不能清空" in told_of[two]
    assert told_of[lines[0]] == told_of[lines[1]], "whether there is such a code is not said"
    assert "11 位" in told_of[lines[2]]
    assert f"第 {one} 行" in told_of[lines[4]] or "不能" in told_of[lines[4]]
    with pytest.raises(RefusedRows):
        compared(sheet, roll.take)
    assert session.query(Volunteer).filter_by(phone="13900000007").count() == 0


def test_who_was_erased_stays_erased(session, county, desk, compared):
    sheet = exported(session, desk)
    service.erase(session, county.one.volunteer_id, NOW)
    line = sheet.line("志愿者编号", county.one.code)
    assert "已经注销" in wrong(compared(sheet))[line]
    assert session.get(Volunteer, county.one.volunteer_id).name == ""
    again = exported(session, desk)
    assert again.page.max_row == 2
    assert again.cell(2, "志愿者编号") == county.two.code


def test_phones_leave_only_with_who_keeps_the_list(session, county):
    worker = county.keeper("worker")
    sheet = exported(session, worker)
    assert "手机号" not in sheet.heads
    assert "139" not in str([cell.value for row in sheet.page for cell in row])
    assert exported(session, county.keeper("community")).cell(2, "手机号") == "13900000001"
    lines = session.query(AuditEntry).filter_by(action="volunteers_exported").order_by("id")
    assert [one.details["phones"] for one in lines] == [False, True]


def test_a_name_is_nobodys_way_to_another_record(session, county, desk, compared):
    sheet = exported(session, desk)
    line = sheet.line("志愿者编号", county.one.code)
    assert "自己的姓名" in wrong(compared(sheet.put(line, 姓名=desk.name)))[line]
    session.get(Volunteer, county.one.volunteer_id).name = "community"
    session.flush()
    linking.link(session, desk, county.one.code, "0001", NOW)
    sheet = exported(session, desk)
    assert "解除关联" in wrong(compared(sheet.put(line, 姓名="别人")))[line]
