"""The administrator's settings: who may, what is saved, what is refused beside its field."""

import re
from datetime import date, time, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from geodata import calendar, categories
from gridmap.dispatch import catalogue
from gridmap.dispatch.categories import Limit, LimitedStep, LimitUnit, LoopStep
from gridmap.dispatch.clocks import DEFAULT_HOURS, NamedDay
from gridmap.ledger.settings import Setting
from gridmap.redistricting import bands
from gridmap.redistricting.metrics import Band
from gridmap.store.audit import AuditEntry
from gridmap.terms import Role, Rung
from tests.dispatch.filings import staffed
from tests.snapshots import snapshot
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web.params import now, today

PAGE = {"Accept": "text/html"}
PATHS = (
    "/settings",
    "/settings/calendar",
    "/settings/categories",
    "/settings/categories/new",
    "/settings/categories/E01002",
    "/settings/coverage",
    "/settings/coverage?check=posts_apart",
    "/settings/coverage?check=visit_gap",
    "/settings/households",
    "/settings/rates",
)
NEXT_YEAR = today().year + 1


@pytest.fixture
def admin(session, client):
    """Signed in as an administrator; categories and calendar are there."""
    world, _people = staffed(session)
    categories.load(session, date(2024, 1, 1))
    calendar.load_where_missing(session, now())
    post = world.post("part_time_worker", world.grids["A"], "管理员")
    signed.account(session, post.person_id, "admin", roles=[Role.ADMINISTRATOR])
    sign_in(client, "admin")
    return client


def audited(session, action):
    session.flush()
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return session.scalars(query).all()


def send(client, path, from_page=None, **fields):
    return post_form(client, path, from_page=from_page or path, **fields)


@pytest.mark.parametrize("path", PATHS)
def test_only_the_administrator_comes_in(session, client, path):
    assert client.get(path, headers=PAGE).status_code == 302
    world, _people = staffed(session)
    post = world.post("part_time_worker", world.grids["A"], "甲兼职")
    signed.account(session, post.person_id, "jia", roles=[Role.PLANNER])
    sign_in(client, "jia")
    assert client.get(path, headers=PAGE).status_code == 403


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(admin, path, language):
    admin.set_cookie("lang", language)
    assert admin.get(path, headers=PAGE).status_code == 200


def test_a_year_at_a_glance(admin):
    page = admin.get("/settings/calendar?year=2026", headers=PAGE).text
    assert "国庆节 1–7" in page
    assert page.count('class="day day-makeup"') == 6
    assert "全年工作日 248 天" in page
    assert "还没有录入" not in page
    assert "2099年的放假安排还没有录入" in admin.get("/settings/calendar?year=2099").text


@pytest.mark.parametrize("query", ["year=1999", "year=x", "day=2026-13-01", "month=1"])
def test_a_nonsense_address_is_refused(admin, query):
    assert admin.get(f"/settings/calendar?{query}", headers=PAGE).status_code == 422


def test_a_day_is_picked_from_the_calendar(admin):
    page = admin.get("/settings/calendar?day=2026-10-10", headers=PAGE).text
    assert 'name="first" type="date" value="2026-10-10"' in page
    assert 'value="调休上班"' in page
    assert 'value="working" checked' in page


def test_some_days_become_holidays_and_the_plain_week_again(admin, session):
    first = date(NEXT_YEAR, 1, 1)
    days = {"first": first.isoformat(), "last": first.replace(day=3).isoformat()}
    answer = send(
        admin, "/settings/calendar/days", "/settings/calendar", kind="holiday", name="元旦", **days
    )
    assert answer.location == f"/settings/calendar?year={NEXT_YEAR}&saved=3"
    assert "已保存，改动 3 天" in admin.get(answer.location).text
    held = {one.day: one for one in catalogue.calendar_days(session)}
    assert held[first + timedelta(days=2)] == NamedDay(
        first + timedelta(days=2), working=False, name="元旦"
    )
    send(admin, "/settings/calendar/days", "/settings/calendar", kind="plain", name="", **days)
    assert first not in {one.day for one in catalogue.calendar_days(session)}
    lines = audited(session, "calendar_changed")[-2:]
    assert [line.account_id is not None for line in lines] == [True, True]
    assert lines[1].details["after"] == dict.fromkeys(lines[0].details["after"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"first": "2027-02-30"}, "请填日期"),
        ({"last": "2027-01-01"}, "最后一天不能早于第一天"),
        ({"last": "2028-01-01"}, "最后一天不能早于第一天"),
        ({"name": ""}, "请填写，最多 40 个字"),
        ({"name": "a\u202eb"}, "含有不允许的控制字符"),
        ({"kind": "maybe"}, "请从列表中选一项"),
    ],
)
def test_wrong_days_are_refused_beside_the_field(admin, session, changes, says):
    before = catalogue.calendar_days(session)
    fields = {"first": "2027-02-05", "last": "2027-02-11", "kind": "holiday", "name": "春节"}
    answer = send(admin, "/settings/calendar/days", "/settings/calendar", **(fields | changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert catalogue.calendar_days(session) == before
    kept = fields | changes
    assert f'name="first" type="date" value="{kept["first"]}"' in answer.text


TABLE = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-02,放假,元旦\n2027-01-03,上班,调休上班\n"


def test_a_year_is_pasted(admin, session):
    answer = send(admin, "/settings/calendar/table", "/settings/calendar", table=TABLE)
    assert answer.location == "/settings/calendar?year=2027&saved=3"
    assert catalogue.work_calendar(session).is_working(date(2027, 1, 3))


def test_a_year_is_sent_as_a_file(admin, session):
    file = (BytesIO(TABLE.encode("gb18030")), "2027.csv")
    answer = send(admin, "/settings/calendar/table", "/settings/calendar", table="", file=file)
    assert answer.status_code == 303
    assert catalogue.work_calendar(session).is_working(date(2027, 1, 3))


def test_a_year_is_rolled_back_as_a_whole_once(admin, session):
    days = [NamedDay(date(2027, 1, 1), working=True, name="别的")]
    catalogue.put_calendar_days(session, days, account_id=None, now=now())
    before = snapshot(session)
    answer = send(admin, "/settings/calendar/table", "/settings/calendar", table=TABLE)
    page = admin.get(answer.location, headers=PAGE).text
    assert "放假安排.csv" in page
    address = re.search(r'action="([^"]+/undo\?year=2027)#taken"', page)[1]
    changed = {"first": "2027-01-03", "last": "2027-01-03", "kind": "holiday", "name": "调休"}
    send(admin, "/settings/calendar/days", "/settings/calendar", **changed)
    told = send(admin, address, "/settings/calendar")
    assert (told.status_code, "日历上的日子 1 条（2027-01-03）" in told.text) == (409, True)
    changed |= {"kind": "working", "name": "调休上班"}
    send(admin, "/settings/calendar/days", "/settings/calendar", **changed)
    done = send(admin, address, "/settings/calendar")
    assert "恢复原样" in admin.get(done.location, headers=PAGE).text
    assert snapshot(session) == before
    assert "已经撤销过" in send(admin, address, "/settings/calendar").text


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TABLE + "2027-02-30,放假,春节\n2027-03-01,玩,玩", ["第 5 行", "第 6 行"]),
        ("", ["没有读到任何一天"]),
        ("x" * 100_001, ["内容太长"]),
        ("\n".join(["x"] * 30), ["第 20 行", "另有 10 处错误"]),
    ],
)
def test_one_wrong_row_and_nothing_is_saved(admin, session, table, says):
    before = catalogue.calendar_days(session)
    answer = send(admin, "/settings/calendar/table", "/settings/calendar", table=table)
    assert answer.status_code == 422
    assert all(sentence in answer.text for sentence in says)
    assert catalogue.calendar_days(session) == before
    assert table[:30] in answer.text


def hours(**changes):
    spans = {"start1": "09:00", "end1": "12:00", "start2": "13:30", "end2": "17:30"}
    return {"weekdays": ["1", "2", "3", "4", "5", "6"], **spans, **changes}


def test_office_hours_are_set(admin, session):
    answer = send(admin, "/settings/calendar/hours", "/settings/calendar", **hours())
    assert answer.status_code == 303
    spans = ((time(9), time(12)), (time(13, 30), time(17, 30)))
    assert catalogue.office_hours(session) == (frozenset(range(1, 7)), spans)
    send(admin, "/settings/calendar/hours", "/settings/calendar", **hours(start2="", end2=""))
    assert catalogue.office_hours(session)[1] == spans[:1]
    assert len(audited(session, "setting_changed")) == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weekdays": []}, "每周至少要有一个工作日"),
        ({"start1": "25:00"}, "请填时间"),
        ({"end2": ""}, "请填时间"),
        ({"start1": "12:30"}, "先开始后结束"),
        ({"start2": "11:00"}, "互不重叠"),
    ],
)
def test_wrong_hours_are_refused(admin, session, changes, says):
    answer = send(admin, "/settings/calendar/hours", "/settings/calendar", **hours(**changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{hours(**changes)["start1"]}"' in answer.text
    assert catalogue.office_hours(session)[1] == DEFAULT_HOURS


# --- categories -------------------------------------------------------------------------------

CATEGORY = "/settings/categories/E01002"


def entry(**changes):
    return {
        "name": "暴露垃圾",
        "name_en": "Exposed rubbish",
        "line": "urban",
        "topic": "environment",
        "first_rung": "grid_branch",
        "position": "1010",
        "day": today().isoformat(),
        **{"accept_value": "2", "accept_unit": "working_hours"},
        **{"handle_value": "4", "handle_unit": "working_hours"},
        **{"check_value": "1", "check_unit": "working_days"},
        **changes,
    }


def test_the_list_shows_every_category_with_its_limits(admin):
    page = admin.get("/settings/categories", headers=PAGE).text
    assert all(one.name in page for one in categories.read())
    assert "2 工作时" in page


def test_a_limit_changes_from_a_day(admin, session):
    day = today() + timedelta(days=10)
    answer = send(admin, CATEGORY, **entry(day=day.isoformat()))
    assert answer.location == "/settings/categories?saved=E01002"
    newest, before = catalogue.versions_of(session, "E01002")
    assert newest.entry.limits[LimitedStep.HANDLE] == Limit(4, LimitUnit.WORKING_HOURS)
    assert (newest.since, before.until) == (day, day)
    page = admin.get(CATEGORY, headers=PAGE).text
    assert "处置：1 工作日 → 4 工作时" in page
    assert f"{day} 起" in admin.get("/settings/categories").text
    assert len(audited(session, "category_changed")) == 1


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "请填写，最多 40 个字"),
        ({"name": "字" * 41}, "name", "请填写，最多 40 个字"),
        ({"line": "city"}, "line", "请从列表中选一项"),
        ({"accept_value": "0"}, "accept_value", "请填 1 到 999 的整数"),
        ({"accept_value": "1000"}, "accept_value", "请填 1 到 999 的整数"),
        ({"accept_value": "４"}, "accept_value", "请填 1 到 999 的整数"),
        ({"check_unit": "weeks"}, "check_unit", "请从列表中选一项"),
        ({"day": "soon"}, "day", "请填日期"),
        ({"day": "2026-01-01"}, "day", "过去不能改"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(admin, session, changes, field, says):
    answer = send(admin, CATEGORY, **entry(name_en="Rubbish lying about", **changes))
    assert answer.status_code == 422
    assert says in answer.text.partition(f'id="{field}-fault"')[2][:120]
    assert 'value="Rubbish lying about"' in answer.text
    assert len(catalogue.versions_of(session, "E01002")) == 1


def test_a_refusal_speaks_the_reader_s_language(admin):
    admin.set_cookie("lang", "en")
    answer = send(admin, CATEGORY, **entry(day="2026-01-01"))
    assert "the past cannot be changed" in answer.text


def test_a_category_is_added_and_ends(admin, session):
    path = "/settings/categories/new"
    assert send(admin, path, **entry(code="e01002")).status_code == 422
    assert "编码用 1 到 16 个" in send(admin, path, **entry(code="电动车")).text
    answer = send(admin, path, **entry(code="e05080", name="电动车乱停", first_rung="community"))
    assert answer.location == "/settings/categories?saved=E05080"
    (made,) = catalogue.versions_of(session, "E05080")
    assert (made.entry.name, made.entry.first_rung) == ("电动车乱停", Rung.COMMUNITY)
    ends = today() + timedelta(days=1)
    own = "/settings/categories/E05080"
    assert send(admin, f"{own}/end", own, end_day="2026-01-01").status_code == 422
    assert send(admin, f"{own}/end", own, end_day=ends.isoformat()).status_code == 303
    assert catalogue.versions_of(session, "E05080")[0].until == ends
    assert f"{ends} 停用" in admin.get("/settings/categories").text
    assert len(audited(session, "category_ended")) == 1


def test_an_unknown_category_is_not_found(admin):
    for code in ("X99", "a'b", "e01002"):
        assert admin.get(f"/settings/categories/{code}", headers=PAGE).status_code == 404


def test_the_county_s_own_limits_are_set(admin, session):
    path = "/settings/categories"
    fields = {"ask_value": "72", "ask_unit": "natural_hours"}
    assert send(admin, path, **fields).location == f"{path}?saved=limits"
    assert catalogue.loop_limits(session) == {LoopStep.ASK: Limit(72, LimitUnit.NATURAL_HOURS)}
    wrong = send(admin, path, ask_value="no", ask_unit="natural_hours")
    assert wrong.status_code == 422
    assert 'value="no"' in wrong.text


# --- households -------------------------------------------------------------------------------

HOUSEHOLDS = "/settings/households"


def test_households_a_grid_are_set_from_a_day(admin, session):
    assert "每个网格 300–500 户" in admin.get(HOUSEHOLDS).text
    ahead = today() + timedelta(days=30)
    fields = {"day": ahead.isoformat(), "least": "400", "most": "800"}
    assert send(admin, HOUSEHOLDS, **fields).location == f"{HOUSEHOLDS}?saved=1"
    page = admin.get(HOUSEHOLDS).text
    assert "每个网格 300–500 户" in page
    assert "400–800 户 · 尚未生效" in page
    assert bands.band(session, today()) == bands.USUAL_BAND
    assert bands.band(session, ahead) == Band(400, 800)
    assert audited(session, "setting_changed")[0].object_key == "grid_households"
    send(admin, HOUSEHOLDS, **(fields | {"day": today().isoformat(), "least": "350"}))
    assert "每个网格 350–800 户" in admin.get(HOUSEHOLDS).text
    assert len(bands.bands(session)) == 3


def test_of_two_settings_for_one_day_the_later_counts(admin, session):
    for most in ("600", "700"):
        send(admin, HOUSEHOLDS, day=today().isoformat(), least="300", most=most)
    assert bands.band(session, today()) == Band(300, 700)
    assert len(bands.bands(session)) == 2


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"least": "500"}, "most", "最多户数要大于最少户数"),
        ({"least": "501"}, "most", "最多户数要大于最少户数"),
        ({"least": "0"}, "least", "请填 1 到 100000 的整数"),
        ({"most": "-5"}, "most", "请填 1 到 100000 的整数"),
        ({"most": "many"}, "most", "请填 1 到 100000 的整数"),
        ({"day": "2026-01-01"}, "day", "过去不能改"),
        ({"day": "soon"}, "day", "请填日期"),
    ],
)
def test_what_is_no_range_of_households_is_refused(admin, session, changes, field, says):
    fields = {"day": today().isoformat(), "least": "300", "most": "500"} | changes
    answer = send(admin, HOUSEHOLDS, **fields)
    assert answer.status_code == 422
    assert says in answer.text.partition(f'id="{field}-fault"')[2][:120]
    assert f'value="{fields[next(iter(changes))]}"' in answer.text
    assert bands.bands(session) == (bands.USUAL,)


def test_a_plain_pair_that_a_county_wrote_holds_on_all_days(admin, session):
    session.add(Setting(key="grid_households", value=[200, 450]))
    session.flush()
    assert "每个网格 200–450 户" in admin.get(HOUSEHOLDS).text
    send(admin, HOUSEHOLDS, day=today().isoformat(), least="250", most="450")
    assert bands.band(session, today() - timedelta(days=1)) == Band(200, 450)
    assert bands.band(session, today()) == Band(250, 450)


# --- rates ------------------------------------------------------------------------------------


def formula(**changes):
    weights = {"satisfied": 100, "basically": 80, "dissatisfied": 0}
    shares = {"response": 10, "resolution": 50, "satisfaction": 40}
    day = f"{NEXT_YEAR}-01-01"
    return {key: str(value) for key, value in (weights | shares | {"day": day} | changes).items()}


def test_a_formula_is_set_from_a_day(admin, session):
    assert "88.00%" not in admin.get("/settings/rates").text
    assert send(admin, "/settings/rates", **formula()).status_code == 303
    (made,) = catalogue.rate_formulas(session)
    assert (made.version, made.from_day) == (2, date(NEXT_YEAR, 1, 1))
    assert "100 / 80 / 0" in admin.get("/settings/rates").text
    assert audited(session, "setting_changed")[0].object_key == "rate_formula"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"response": 20}, "三项权重相加要等于 100%"),
        ({"basically": 101}, "请填 0 到 100 的整数"),
        ({"basically": "0.9"}, "请填 0 到 100 的整数"),
        ({"dissatisfied": 90}, "更差的评价"),
        ({"day": "2026-01-01"}, "过去不能改"),
    ],
)
def test_what_is_no_formula_is_refused(admin, session, changes, says):
    answer = send(admin, "/settings/rates", **formula(**changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert catalogue.rate_formulas(session) == ()
    assert f'value="{next(iter(changes.values()))}"' in answer.text


def test_the_hub_says_what_is_due(admin, session):
    page = admin.get("/settings", headers=PAGE).text
    due = f"{NEXT_YEAR} 年未录入"
    assert (due in page) == (today().month >= 11)
    catalogue.drop_calendar_days(
        session,
        [one.day for one in catalogue.calendar_days(session)],
        account_id=None,
        now=now(),
    )
    assert f"{today().year} 年未录入" in admin.get("/settings", headers=PAGE).text


def test_forms_need_their_token(admin):
    for path in (
        "calendar/days",
        "calendar/table",
        "calendar/hours",
        "households",
        "rates",
        "categories",
    ):
        answer = admin.post(f"/settings/{path}", data={}, headers=PAGE)
        assert (answer.status_code, "刷新后重新提交" in answer.text) == (422, True), path
