"""The calendar: the table against an independent source, what is refused, how the county keeps it."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from sqlalchemy import select

from geodata import calendar
from gridmap.dispatch import catalogue
from gridmap.dispatch.categories import Limit, LimitUnit, LoopStep
from gridmap.dispatch.clocks import DEFAULT_HOURS, NamedDay, WorkCalendar
from gridmap.dispatch.rates import DEFAULT
from gridmap.errors import InvalidInput, UnreadableFile
from gridmap.store.audit import AuditEntry
from gridmap.terms import Satisfaction

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BY = {"account_id": None, "now": NOW}
DAYS = calendar.read()


def test_every_day_of_the_table_agrees_with_an_independent_source():
    years = sorted({one.day.year for one in DAYS})
    assert years == list(range(years[0], years[-1] + 1))
    county = WorkCalendar({one.day: one.working for one in DAYS})
    day = date(years[0], 1, 1)
    compared = 0
    while day.year <= years[-1]:
        try:
            expected = chinese_calendar.is_workday(day)
        except NotImplementedError:  # the source ends before the table does
            break
        assert county.is_working(day) == expected, day
        day += timedelta(days=1)
        compared += 1
    assert compared >= 730


def test_every_day_says_what_it_is():
    names = {one.name for one in DAYS if not one.working}
    assert names == {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}
    made_up = [one for one in DAYS if one.working]
    assert {one.name for one in made_up} == {"调休上班"}
    assert all(one.day.isoweekday() > 5 for one in made_up)
    assert [one.day for one in DAYS] == sorted({one.day for one in DAYS})


@pytest.mark.parametrize(
    "text",
    [
        "day,kind,name\n2027-01-01,holiday,元旦",
        "2027/1/1,放假,元旦\n",
        "日期,类型,名称\r\n2027年1月1日,放假,元旦\r\n\r\n",
        "日期\t类型\t名称\n2027-01-01\t放假\t元旦",
        "2027-01-01，放假，元旦",
        '"2027-01-01","放假","元旦"',
        " 2027.01.01 , 放假 , 元旦 ,,",
    ],
)
def test_a_row_is_read_however_it_was_written(text):
    assert calendar.check(text) == ((NamedDay(date(2027, 1, 1), working=False, name="元旦"),), ())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2027-02-29,放假,春节", "不是日期"),
        ("1999-01-01,放假,元旦", "不是日期"),
        ("45000,放假,元旦", "不是日期"),
        ("2027-01-02,休息,元旦", "“休息”不是"),
        ("2027-01-02,放假", "名称"),
        ("2027-01-02,放假," + "长" * 41, "名称"),
        ("2027-01-02,放假,元\u202e旦", "名称"),
        ('2027-01-02,放假,"元旦', None),
        ("2027-01-01,上班,元旦", "重复"),
    ],
)
def test_a_wrong_row_is_named_by_its_number(row, said):
    _days, problems = calendar.check(f"日期,类型,名称\n2027-01-01,放假,元旦\n\n{row}\n")
    assert [problem.row for problem in problems] == ([4] if said else [])
    assert said is None or said in problems[0].sentence("zh")
    assert said is None or problems[0].sentence("en").startswith("Row 4: ")


def test_a_table_has_an_end():
    first = date(2025, 1, 1)
    text = "\n".join(f"{first + timedelta(days=n)},放假,假" for n in range(1200))
    days, problems = calendar.check(text)
    assert (len(days), [problem.row for problem in problems]) == (1000, [1001])


def test_a_file_of_an_office_program_is_read(tmp_path):
    path = tmp_path / "2027.csv"
    path.write_bytes("2027-01-01,放假,元旦\n".encode("gb18030"))
    assert calendar.read(path)[0].name == "元旦"
    path.write_text("2027-01-01,放假,元旦\n2027-01-01,放假,元旦\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="第 2 行"):
        calendar.read(path)


# --- the county's own -------------------------------------------------------------------------


def lines(session, action):
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return session.scalars(query).all()


def test_the_table_is_loaded_once(session):
    assert calendar.load_where_missing(session, NOW) == len(DAYS)
    assert catalogue.calendar_days(session) == DAYS
    assert calendar.load_where_missing(session, NOW) == 0
    made = catalogue.work_calendar(session)
    assert not made.is_working(date(2026, 10, 1))
    assert made.is_working(date(2026, 10, 10))


def test_every_change_is_a_new_revision_and_a_line_in_the_audit_log(session):
    before = catalogue.work_calendar(session).revision
    new_year = NamedDay(date(2027, 1, 1), working=False, name="元旦")
    assert catalogue.put_calendar_days(session, [new_year], **BY) == 1
    first = catalogue.work_calendar(session).revision
    assert first > before
    assert catalogue.put_calendar_days(session, [new_year], **BY) == 0
    assert catalogue.work_calendar(session).revision == first
    assert catalogue.drop_calendar_days(session, [new_year.day, TODAY], **BY) == 1
    assert catalogue.drop_calendar_days(session, [new_year.day], **BY) == 0
    assert catalogue.work_calendar(session).revision > first
    session.flush()
    put, dropped = lines(session, "calendar_changed")
    assert (put.details["before"], put.details["after"]) == (
        {"2027-01-01": None},
        {"2027-01-01": [False, "元旦"]},
    )
    assert dropped.details["after"] == {"2027-01-01": None}


def test_other_office_hours_are_another_calendar(session):
    assert catalogue.office_hours(session) == (frozenset({1, 2, 3, 4, 5}), DEFAULT_HOURS)
    before = catalogue.work_calendar(session).revision
    hours = ((time(9), time(12)), (time(13, 30), time(17, 30)))
    catalogue.put_office_hours(session, frozenset(range(1, 7)), hours, **BY)
    made = catalogue.work_calendar(session)
    assert made.revision > before
    assert (made.hours, made.weekdays) == (hours, frozenset(range(1, 7)))
    with pytest.raises(InvalidInput):
        catalogue.put_office_hours(session, frozenset(), hours, **BY)
    assert catalogue.work_calendar(session).revision == made.revision


def test_another_setting_leaves_the_calendar_alone(session):
    before = catalogue.work_calendar(session).revision
    catalogue.put_loop_limits(session, {LoopStep.ASK: Limit(5, LimitUnit.WORKING_DAYS)}, **BY)
    assert catalogue.work_calendar(session).revision == before


def test_the_calendar_is_read_in_three_statements(session, statements):
    calendar.load_where_missing(session, NOW)
    session.flush()
    statements.clear()
    catalogue.work_calendar(session)
    assert len(statements) == 3


def test_the_county_s_own_limits(session):
    assert catalogue.loop_limits(session) == {LoopStep.ASK: Limit(3, LimitUnit.WORKING_DAYS)}
    longer = {LoopStep.ASK: Limit(72, LimitUnit.NATURAL_HOURS)}
    catalogue.put_loop_limits(session, longer, **BY)
    assert catalogue.loop_limits(session) == longer
    session.flush()
    assert lines(session, "setting_changed")[0].details["before"] is None


def test_a_formula_holds_from_its_day(session):
    words, shares = {**DEFAULT.words, Satisfaction.BASICALLY: 80}, DEFAULT.shares
    assert catalogue.rate_formulas(session) == ()
    made = catalogue.put_rate_formula(session, date(2027, 1, 1), words, shares, **BY)
    assert (made.version, made.words[Satisfaction.BASICALLY]) == (2, 80)
    again = catalogue.put_rate_formula(session, date(2027, 1, 1), DEFAULT.words, shares, **BY)
    assert again.version == 3
    sooner = catalogue.put_rate_formula(session, TODAY, words, shares, **BY)
    assert catalogue.rate_formulas(session) == (sooner, again)
    with pytest.raises(InvalidInput) as refusal:
        catalogue.put_rate_formula(session, date(2026, 11, 23), words, shares, **BY)
    assert refusal.value.field == "day"
