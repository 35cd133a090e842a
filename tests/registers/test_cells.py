"""Cells of forms and sheets: read as people write them, refused with a reason, written back the same."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.cells import Unfit, value_of, words_of
from gridmap.registers.columns import BEGINS, PHONE, Column, ColumnType
from gridmap.terms import PartyForm

FORM = Column("f", "形式", "Form", ColumnType.CHOICE, terms=tuple(PartyForm))
COUNT = Column("n", "数", "Number", ColumnType.NUMBER, most=99)
MEMBER = Column("m", "党员", "Member", ColumnType.YES_NO)
SEVERAL = Column("c", "编码", "Codes", ColumnType.CODE, many=True)
TEXT = Column("t", "文字", "Text", longest=5)


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        (BEGINS, "2026-3-5", date(2026, 3, 5)),
        (BEGINS, "2026/03/05", date(2026, 3, 5)),
        (BEGINS, datetime(2026, 3, 5, 12), date(2026, 3, 5)),  # noqa: DTZ001 - as a sheet's reader gives it
        (FORM, "单建", "alone"),
        (FORM, "Sent adviser", "adviser"),
        (COUNT, "12", 12),
        (COUNT, 12.0, 12),
        (MEMBER, "是", True),
        (MEMBER, "No", False),
        (PHONE, 13800000000.0, "13800000000"),
        (SEVERAL, "A1，A2 A1", "A1、A2"),
        (TEXT, "  社区 ", "社区"),
        (TEXT, " ", None),
        (TEXT, "=1+1", "=1+1"),
    ],
)
def test_a_cell_is_read_as_people_write_it(column, raw, value):
    assert value_of(column, raw) == value


@pytest.mark.parametrize(
    ("column", "raw", "why"),
    [
        (BEGINS, "", "必须填写"),
        (BEGINS, "2026-02-30", "不是日期"),
        (BEGINS, "明天", "不是日期"),
        (BEGINS, "1848-01-01", "不是日期"),
        (FORM, "分建", "单建、联建"),
        (COUNT, "100", "0 到 99"),
        (COUNT, "1.5", "整数"),
        (COUNT, "nan", "整数"),
        (COUNT, True, "整数"),
        (MEMBER, "也许", "是"),
        (PHONE, "张三", "不是电话号码"),
        (TEXT, "六个字太长了", "最多 5 个字，现有 6 个"),
        (TEXT, "a\x00b", "控制字符"),
        (TEXT, "a\u202eb", "控制字符"),
    ],
)
def test_what_a_column_cannot_take_is_refused_with_a_reason(column, raw, why):
    with pytest.raises(Unfit, match=why) as refusal:
        value_of(column, raw)
    assert refusal.value.en


@given(st.dates(date(1949, 1, 1), date(2199, 12, 31)), st.sampled_from(["zh", "en"]))
def test_days_come_back_the_same(day, language):
    assert value_of(BEGINS, words_of(BEGINS, day, language)) == day


@pytest.mark.parametrize("register", REGISTERS.values(), ids=REGISTERS)
def test_every_register_is_described_whole(register):
    keys = [column.key for column in register.columns]
    assert len(keys) == len(set(keys))
    assert {*register.natural_key, *register.subject} <= set(keys)
    for column in register.columns:
        assert column.zh
        assert column.en
        assert bool(column.terms) is (column.type is ColumnType.CHOICE)
        if column.example:
            assert value_of(column, column.example) is not None
    assert register.dated == ({"begins", "ends"} <= set(keys))
    assert not (register.dated and register.event)
