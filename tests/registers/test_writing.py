"""Writing registers: what begins, changes, ends, is renewed and put right, on a real ledger."""

import json
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gridmap.errors import NotAllowed
from gridmap.ledger.posts import Person, Post, Visit
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import UNKEPT, UNKEPT_ANEW, Action, Change
from gridmap.registers.tables import RegisterCorrection
from gridmap.store.revision import revisions
from gridmap.terms import HouseholdKind
from tests.registers.keeping import (
    DAY,
    GRID,
    HERE,
    THERE,
    begin,
    history,
    listed,
    put,
    refused,
    town,
)

SINCE = date(2026, 1, 1)
LEADER = {"kind": "leader_county", "target": HERE, "person_name": "李示安", "begins": SINCE}


@pytest.fixture
def county(session):
    return town(session)


def link(session, county, **values):
    return put(session, county.keeper("community"), "leader-links", begin(**(LEADER | values))).ids[
        0
    ]


def test_a_new_leader_link_stands_in_the_ledger(session, county):
    before = revisions(session)["posts"]
    number = link(session, county, phone="13800000001")
    (record,) = listed(session, county.keeper("community"), "leader-links")
    assert (record.id, record.values["person_name"], record.values["target_name"]) == (
        number,
        "李示安",
        "书香苑社区",
    )
    assert record.values["phone"] == "13800000001"
    assert record.span.start == SINCE
    assert record.values["person"].startswith("RYX")
    assert revisions(session)["posts"] > before
    assert listed(session, county.keeper("community"), "leader-links", SINCE - timedelta(1)) == ()


def test_somebody_of_the_same_name_and_phone_is_the_same(session, county):
    first, second = (
        link(session, county, phone="13800000001", kind=kind)
        for kind in ("leader_county", "leader_township")
    )
    posts = [session.get(Post, one) for one in (first, second)]
    assert posts[0].person_id == posts[1].person_id


def test_a_code_beside_another_name_is_refused(session, county):
    session.add(Person(code="RY1", name="王示一"))
    session.flush()
    faults = refused(
        session, county.keeper("county"), "leader-links", begin(**(LEADER | {"person": "RY1"}))
    )
    assert faults == {(1, "person_name"): "这个编号的人叫“王示一”。"}


def test_all_or_nothing_with_every_fault_by_row_and_column(session, county):
    good = begin(1, **LEADER)
    bad = begin(2, **(LEADER | {"target": "999", "begins": "昨天"}))
    other = begin(3, **(LEADER | {"kind": "小组长", "person_name": ""}))
    faults = refused(session, county.keeper("county"), "leader-links", good, bad, other)
    assert set(faults) == {(2, "target"), (2, "begins"), (3, "kind"), (3, "person_name")}
    assert listed(session, county.keeper("county"), "leader-links") == ()


def test_a_rule_of_the_schema_is_told_by_its_row(session, county):
    rows = [begin(row, target=GRID, person_name=f"示{row}", begins=SINCE) for row in (5, 6)]
    put(
        session,
        county.keeper("county"),
        "grid-workers",
        Change(Action.END, id=worker(session, county), day=SINCE),
    )
    faults = refused(session, county.keeper("county"), "grid-workers", *rows)
    assert set(faults) == {(6, "begins")}
    assert "已有人" in faults[6, "begins"]
    assert listed(session, county.keeper("county"), "grid-workers", target=GRID) == ()


def worker(session, county):
    (record,) = listed(session, county.keeper("county"), "grid-workers", target=GRID)
    return record.id


def test_ending_writes_the_day_and_keeps_the_past(session, county):
    number = link(session, county)
    put(session, county.keeper("community"), "leader-links", Change(Action.END, id=number, day=DAY))
    assert listed(session, county.keeper("community"), "leader-links") == ()
    (record,) = listed(session, county.keeper("community"), "leader-links", DAY - timedelta(1))
    assert record.span.end == DAY
    again = refused(
        session, county.keeper("community"), "leader-links", Change(Action.END, id=number, day=DAY)
    )
    assert "已结束" in again[1, "from_day"]


def test_an_end_before_the_first_day_is_no_end(session, county):
    number = link(session, county)
    end = Change(Action.END, id=number, day=SINCE)
    assert (
        "撤下" in refused(session, county.keeper("community"), "leader-links", end)[1, "from_day"]
    )


def test_renewing_keeps_the_old_term_in_the_past(session, county):
    keeper = county.keeper("township")
    values = {
        "target": HERE,
        "person_name": "赵示二",
        "begins": SINCE,
        "term_end": date(2026, 5, 1),
    }
    (number,) = put(session, keeper, "first-secretaries", begin(**values)).ids
    renewed = Change(Action.RENEW, {"term_end": date(2028, 5, 1)}, id=number)
    assert put(session, keeper, "first-secretaries", renewed).ids == (number,)
    (then,) = listed(session, keeper, "first-secretaries", date(2026, 4, 30))
    (now,) = listed(session, keeper, "first-secretaries", date(2026, 5, 1))
    assert (then.values["term_end"], now.values["term_end"]) == (date(2026, 5, 1), date(2028, 5, 1))
    assert now.id == number != then.id
    shorter = Change(Action.RENEW, {"term_end": date(2027, 1, 1)}, id=number)
    assert (1, "term_end") in refused(session, keeper, "first-secretaries", shorter)


def test_a_change_of_the_duty_phone_takes_past_visits_along(session, county):
    number = link(session, county)
    session.add_all([Visit(post_id=number, day=date(2026, 2, 1)), Visit(post_id=number, day=DAY)])
    session.flush()
    change = Change(Action.CHANGE, {"duty_phone": "0371-5550001"}, id=number, day=date(2026, 3, 1))
    put(session, county.keeper("community"), "leader-links", change)
    spans = {visit.day: session.get(Post, visit.post_id).valid for visit in session.query(Visit)}
    assert all(day in span for day, span in spans.items())
    assert len(listed(session, county.keeper("community"), "leader-links", past=True)) == 2


def test_a_change_of_the_person_ends_one_post_and_begins_another(session, county):
    number = link(session, county)
    change = Change(Action.CHANGE, {"person": None, "person_name": "钱示三"}, id=number, day=DAY)
    (fresh,) = put(session, county.keeper("community"), "leader-links", change).ids
    assert fresh != number
    assert session.get(Post, number).valid.upper == DAY
    assert [
        one.values["person_name"]
        for one in listed(session, county.keeper("community"), "leader-links")
    ] == ["钱示三"]


def test_a_correction_changes_the_past_and_keeps_what_stood_there(session, county):
    number = link(session, county)
    earlier = date(2025, 10, 1)
    correct = Change(Action.CORRECT, {"begins": earlier}, id=number, reason="文件写的是十月")
    put(session, county.keeper("community"), "leader-links", correct)
    assert len(listed(session, county.keeper("community"), "leader-links", earlier)) == 1
    shown = history(session, county.keeper("community"), "leader-links", number)
    (kept,) = shown.corrections
    assert (kept.reason, kept.who) == ("文件写的是十月", "社区员")
    assert (kept.before["begins"], kept.after["begins"]) == ("2026-01-01", "2025-10-01")
    assert [event.action for event in shown.events] == ["record_corrected", "record_begun"]


def test_a_correction_keeps_no_words_that_an_erasure_takes(session, county):
    county.world.house("a9", 40, 40, grid="A")
    door = {"target": "a9", "kind": HouseholdKind.NEEDY, "unit": 1, "room": "101", "begins": DAY}
    said = {"name": "李示安", "contact_phone": "13800001234", "note": "听力不好"}
    desk = county.keeper("community")
    (number,) = put(session, desk, "households", begin(**(door | said))).ids
    put_right = {"name": "李示全", "room": "102"}
    correct = Change(Action.CORRECT, put_right, id=number, reason="门牌看错了")
    put(session, desk, "households", correct)
    (kept,) = history(session, desk, "households", number).corrections
    assert (kept.before["room"], kept.after["room"]) == ("101", "102")
    assert (kept.before["name"], kept.after["name"]) == (UNKEPT, UNKEPT_ANEW)
    assert (kept.before["note"], kept.after["note"]) == (UNKEPT, UNKEPT)
    row = session.scalars(select(RegisterCorrection)).one()
    words = json.dumps([row.before, row.after], ensure_ascii=False)
    assert not any(word in words for word in (*said.values(), "李示全"))


def test_a_correction_needs_a_reason(session, county):
    number = link(session, county)
    silent = Change(Action.CORRECT, {"begins": date(2025, 10, 1)}, id=number, reason=" ")
    assert (1, "reason") in refused(session, county.keeper("community"), "leader-links", silent)


def test_what_never_was_is_withdrawn_and_stays_in_the_history_of_its_subject(session, county):
    wrong, right = link(session, county), link(session, county, person_name="周示四")
    put(
        session,
        county.keeper("community"),
        "leader-links",
        Change(Action.WITHDRAW, id=wrong, reason="录错社区"),
    )
    assert session.get(Post, wrong) is None
    (kept,) = history(session, county.keeper("community"), "leader-links", right).corrections
    assert (kept.record_id, kept.after) == (wrong, None)


def test_what_others_refer_to_is_not_withdrawn(session, county):
    number = link(session, county)
    session.add(Visit(post_id=number, day=DAY))
    session.flush()
    faults = refused(
        session,
        county.keeper("community"),
        "leader-links",
        Change(Action.WITHDRAW, id=number, reason="错"),
    )
    assert "用到它" in faults[1, None]


def test_a_visit_lies_in_the_link(session, county):
    keeper = county.keeper("community")
    link(session, county, begins=date(2026, 4, 1))
    visit = {"community": HERE, "person_name": "李示安", "note": "走访困难党员"}
    put(session, keeper, "visits", begin(day=date(2026, 4, 1), **visit))
    outside = refused(session, keeper, "visits", begin(day=date(2026, 3, 31), **visit))
    assert "2026-03-31 不在联系期内" in outside[1, "day"]
    assert (
        "没有联系过"
        in refused(session, keeper, "visits", begin(day=DAY, **(visit | {"person_name": "别人"})))[
            1, "person_name"
        ]
    )
    assert (1, "day") in refused(session, keeper, "visits", begin(day=DAY + timedelta(1), **visit))
    assert (
        "登记过"
        in refused(session, keeper, "visits", begin(day=date(2026, 4, 1), **visit))[1, "day"]
    )


def test_a_link_is_not_cut_before_its_visits(session, county):
    keeper = county.keeper("community")
    number = link(session, county)
    put(
        session,
        keeper,
        "visits",
        begin(community=HERE, person_name="李示安", day=date(2026, 5, 20)),
    )
    cut = Change(Action.END, id=number, day=date(2026, 5, 1))
    assert "2026-05-20" in refused(session, keeper, "leader-links", cut)[1, "from_day"]
    assert session.get(Post, number).valid.upper is None


def test_each_desk_keeps_its_own_area(session, county):
    there = LEADER | {"target": THERE}
    assert refused(session, county.keeper("community"), "leader-links", begin(**there)) == {
        (1, "target"): "不在您负责的范围内。"
    }
    (number,) = put(session, county.keeper("township"), "leader-links", begin(**there)).ids
    end = Change(Action.END, id=number, day=DAY)
    assert (1, None) in refused(session, county.keeper("community"), "leader-links", end)
    with pytest.raises(NotAllowed):
        put(session, county.keeper("worker"), "leader-links", end)
    desk = begin(kind="county_desk", target="419901000000", person_name="示", begins=DAY)
    assert refused(session, county.keeper("township"), "desks", desk)


def test_phones_are_seen_within_the_area_only(session, county):
    put(
        session,
        county.keeper("township"),
        "leader-links",
        begin(**(LEADER | {"target": THERE, "phone": "13800000009"})),
    )
    (mine,) = listed(session, county.keeper("township"), "leader-links")
    (others,) = listed(session, county.keeper("community"), "leader-links")
    assert mine.values["phone"] == "13800000009"
    assert (others.values["phone"], others.hidden, others.may_write) == (None, {"phone"}, False)


EXAMPLES = {
    "branches": {
        "kind": "grid_branch",
        "target": GRID,
        "name": "第一支部",
        "full_members": 4,
        "begins": SINCE,
    },
    "building-groups": {"target": "a1", "name": "1号楼党小组", "begins": SINCE},
    "joint-meetings": {"community": HERE, "day": DAY, "topic": "停车", "attended": "物业、民警"},
    "responsible-units": {
        "community": HERE,
        "agency": "BM01",
        "contact": "孙示五",
        "contact_phone": "0371-5550002",
        "begins": SINCE,
    },
    "unit-checkins": {
        "community": HERE,
        "agency": "BM01",
        "contact": "孙示五",
        "contact_phone": "0371-5550002",
        "begins": SINCE,
    },
    "property-companies": {"name": "安居物业"},
    "owners-committees": {
        "compound": "XQ1",
        "name": "业委会",
        "party_form": "alone",
        "begins": SINCE,
    },
    "unserved-compounds": {"compound": "XQ1", "self_management": "居民轮值", "begins": SINCE},
    "service-centres": {
        "name": "中心",
        "communities": f"{HERE}、{THERE}",
        "lon": 113.901,
        "lat": 34.701,
        "begins": SINCE,
    },
    "agencies": {"name": "民政局", "line": "civil"},
    "persons": {"name": "吴示六", "party_member": True},
    "stewards": {"target": "a1", "unit": 2, "person_name": "郑示七", "begins": SINCE},
    "agency-handlers": {"target": "BM01", "person_name": "冯示八", "begins": SINCE},
    "property-posts": {
        "kind": "party_adviser",
        "target": "XQ1",
        "person_name": "陈示九",
        "begins": SINCE,
    },
    "branch-posts": {
        "kind": "group_leader",
        "target": "a1",
        "person_name": "褚示十",
        "begins": SINCE,
    },
    "police": {"target": HERE, "person_name": "卫示一", "begins": SINCE},
    "part-time-workers": {"target": GRID, "person_name": "蒋示二", "begins": SINCE},
}


@pytest.mark.parametrize("key", EXAMPLES)
def test_what_is_written_is_read_back(session, county, key):
    keeper, values = county.keeper("county"), EXAMPLES[key]
    (number,) = put(session, keeper, key, begin(**values)).ids
    known = {record.id: record for record in listed(session, keeper, key)}
    assert {name: known[number].values[name] for name in values} == values
    assert known[number].may_write
    assert history(session, keeper, key, number).record == known[number]
    register = REGISTERS[key]
    if register.dated:
        put(session, keeper, key, Change(Action.END, id=number, day=DAY))
        assert number not in {record.id for record in listed(session, keeper, key)}


def test_a_company_serves_a_compound_and_is_followed_by_another(session, county):
    keeper = county.keeper("county")
    put(
        session,
        keeper,
        "property-companies",
        begin(code="WY1", name="甲"),
        begin(row=2, code="WY2", name="乙"),
    )
    contract = {"compound": "XQ1", "begins": SINCE}
    (number,) = put(
        session, county.keeper("community"), "property-contracts", begin(company="WY1", **contract)
    ).ids
    assert (
        "已有物业合同"
        in refused(session, keeper, "property-contracts", begin(company="WY2", **contract))[
            1, "begins"
        ]
    )
    put(
        session,
        county.keeper("community"),
        "property-contracts",
        Change(Action.CHANGE, {"company": "WY2"}, id=number, day=DAY),
    )
    by_day = [
        listed(session, keeper, "property-contracts", day)[0].values["company_name"]
        for day in (SINCE, DAY)
    ]
    assert by_day == ["甲", "乙"]
    assert (1, "code") in refused(
        session, keeper, "property-companies", begin(code="WY1", name="丙")
    )


def test_a_centre_serves_other_communities_from_a_day(session, county):
    keeper = county.keeper("county")
    (number,) = put(session, keeper, "service-centres", begin(**EXAMPLES["service-centres"])).ids
    put(
        session,
        keeper,
        "service-centres",
        Change(Action.CHANGE, {"communities": THERE}, id=number, day=DAY),
    )
    served = [
        listed(session, keeper, "service-centres", day)[0].values["communities"]
        for day in (SINCE, DAY)
    ]
    assert served == [f"{HERE}、{THERE}", THERE]


def test_981_workers_take_few_statements(session, county, statements):
    rows = [
        begin(row, target=GRID, person_name=f"示{row}", phone=f"1380000{row:04d}", begins=SINCE)
        for row in range(1, 982)
    ]
    statements.clear()
    start = time.perf_counter()
    written = put(session, county.keeper("community"), "part-time-workers", *rows)
    seconds = time.perf_counter() - start
    assert len(set(written.ids)) == 981
    many = len(statements)
    statements.clear()
    put(
        session,
        county.keeper("community"),
        "part-time-workers",
        begin(target=GRID, person_name="一", begins=SINCE),
    )
    assert many <= len(statements) + 8  # batches of rows, not rows
    assert seconds < 5
    ended = [
        Change(Action.END, id=number, day=DAY, row=row) for row, number in enumerate(written.ids)
    ]
    put(session, county.keeper("community"), "part-time-workers", *ended)
    assert len(listed(session, county.keeper("community"), "part-time-workers")) == 1


def test_filters_find_and_page(session, county):
    keeper = county.keeper("county")
    rows = [
        begin(row, target=GRID, person_name=f"示{row:02d}", begins=SINCE) for row in range(1, 31)
    ]
    put(session, keeper, "part-time-workers", *rows)
    assert len(listed(session, keeper, "part-time-workers", community=THERE)) == 0
    assert len(listed(session, keeper, "part-time-workers", township="419901001000")) == 30
    assert [
        r.values["person_name"] for r in listed(session, keeper, "part-time-workers", text="示07")
    ] == ["示07"]
    assert listed(session, keeper, "part-time-workers", text="%") == ()
    last = listed(
        session, keeper, "part-time-workers", sort="person_name", descending=True, size=4, page=7
    )
    assert [r.values["person_name"] for r in last] == ["示02", "示01"]
