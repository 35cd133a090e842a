"""Opening times, closed days, willing branches and the people's list, kept as registers."""

import json
from datetime import date, time

import pytest
from sqlalchemy import select

from gridmap.centres import members
from gridmap.ledger.areas import Area
from gridmap.ledger.property import ServiceCentreArea
from gridmap.registers.cells import Unfit, value_of, words_of
from gridmap.registers.centre_registers import CENTRE_REGISTERS
from gridmap.registers.changes import Action, Change
from gridmap.registers.columns import Column, ColumnType
from gridmap.registers.tables import RegisterCorrection
from gridmap.store.base import from_day
from tests.centres.places import NOW, centre, joining
from tests.registers.keeping import DAY, GRID, THERE, begin, listed, put, refused, town

SINCE = date(2026, 1, 1)
CLOCK = Column("opens", "开门", "Opens", ColumnType.CLOCK, longest=8)
LINE = {
    "centre": "FW01",
    "weekdays": "workdays",
    "opens": "08:30",
    "closes": "12:00",
    "begins": SINCE,
}


@pytest.fixture
def county(session):
    made = town(session)
    centre(session, made.world, hours=None)
    return made


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("8:30", "08:30"),
        ("08：30", "08:30"),
        ("8点", "08:00"),
        ("8时30分", "08:30"),
        ("24:00", "24:00"),
        (time(8, 30), "08:30"),
        ("08:30:00", "08:30"),
    ],
)
def test_a_time_of_day_is_read_as_people_and_sheets_write_it(raw, value):
    assert value_of(CLOCK, raw) == value
    assert value_of(CLOCK, words_of(CLOCK, value, "zh")) == value


@pytest.mark.parametrize("raw", ["25:00", "24:30", "8:60", "早上", "0.35", "-1:00"])
def test_what_is_no_time_of_day_is_refused(raw):
    with pytest.raises(Unfit):
        value_of(CLOCK, raw)


def test_the_community_desk_keeps_its_own_centre(session, county):
    desk = county.keeper("community")
    put(session, desk, "centre-openings", begin(**LINE))
    (record,) = listed(session, desk, "centre-openings")
    assert record.values["centre_name"] == "中心FW01"
    assert record.may_write
    later = LINE | {"opens": "14:00", "closes": "18:00"}
    assert put(session, desk, "centre-openings", begin(**later)).ids
    closed = {"centre": "FW01", "reason": "装修", "begins": DAY}
    assert put(session, desk, "centre-closures", begin(**closed)).ids


def test_a_centre_beyond_the_area_is_for_the_desk_above(session, county):
    other = session.query(Area).filter_by(code=THERE).one()
    session.add(ServiceCentreArea(centre_code="FW01", community_id=other.id, valid=from_day(SINCE)))
    session.flush()
    assert refused(session, county.keeper("community"), "centre-openings", begin(**LINE)) == {
        (1, "centre"): "不在您负责的范围内。"
    }
    assert put(session, county.keeper("township"), "centre-openings", begin(**LINE)).ids


def test_what_cannot_be_is_told_by_column(session, county):
    desk = county.keeper("county")
    assert (
        "没有这个编码"
        in refused(session, desk, "centre-openings", begin(**LINE | {"centre": "X"}))[1, "centre"]
    )
    backwards = LINE | {"opens": "12:00", "closes": "08:30"}
    assert "晚于开门" in refused(session, desk, "centre-openings", begin(**backwards))[1, "closes"]
    midnight = LINE | {"opens": "24:00", "closes": "24:00"}
    assert refused(session, desk, "centre-openings", begin(**midnight))
    put(session, desk, "centre-openings", begin(**LINE))
    assert (
        "已有这个开门时间" in refused(session, desk, "centre-openings", begin(**LINE))[1, "opens"]
    )
    willing = {"target": GRID, "places": 0, "begins": SINCE}
    assert (1, "places") in refused(session, desk, "willing-branches", begin(**willing))
    put(session, desk, "willing-branches", begin(**willing | {"places": 2}))
    assert listed(session, desk, "willing-branches")[0].values["places"] == 2


def test_names_of_the_people_are_for_their_own_desk(session, county):
    made = members.join(session, "FW01", joining(), NOW)
    (own,) = listed(session, county.keeper("community"), "centre-members")
    assert (own.values["volunteer"], own.values["volunteer_name"]) == (made.code, "王示安")
    (strange,) = listed(session, county.keeper("worker"), "centre-members")
    assert (strange.values["volunteer_name"], strange.may_write) == (None, False)
    desk = county.keeper("community")
    correct = Change(Action.CORRECT, {"employer": "示例快递"}, id=own.id, reason="写错了公司")
    put(session, desk, "centre-members", correct)
    (kept,) = session.scalars(select(RegisterCorrection))
    assert kept.after["employer"] == "示例快递"
    assert "王示安" not in json.dumps([kept.before, kept.after], ensure_ascii=False)
    end = Change(Action.END, id=own.id, day=date(2026, 7, 1))
    put(session, county.keeper("community"), "centre-members", end)
    assert {register.key for register in CENTRE_REGISTERS} == {
        "centre-openings",
        "centre-closures",
        "centre-members",
        "willing-branches",
    }
