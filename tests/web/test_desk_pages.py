"""The desk: only one's own area, the least time left first, masked phones, nothing of users' as code."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from geodata.photos import reencode
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.tables import Report
from gridmap.ledger.posts import Post
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests.dispatch.filings import act
from tests.web import signed
from tests.web.desk import (
    PAGE,
    another,
    cards,
    figures,
    get,
    listed,
    move,
    people_with_accounts,
    put,
)
from tests.web.signed import post_form
from tests.worlds import START
from web.params import now

HOSTILE = "<script>alert(1)</script>`};alert(1);//\"' onx=1"
HOUR = timedelta(hours=1)


@pytest.fixture
def town(session):
    return people_with_accounts(session)


@pytest.fixture
def world(town):
    return town[0]


@pytest.fixture
def people(town):
    return town[1]


@pytest.fixture
def worker(client, world):
    """The browser of grid A's worker."""
    signed.sign_in(client, "jia")
    return client


def due(session, number, at):
    """Set a report's deadline, as if its limits were so."""
    report = session.scalars(select(Report).where(Report.number == number)).one()
    report.due_at, report.remind_at = at, at - HOUR
    session.flush()


def audited(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def test_a_worker_sees_her_grid_least_time_left_first(worker, session):
    first, second = put(session, "k-1"), put(session, "k-2", code="LIGHT")
    put(session, "k-3", x=130)
    due(session, first, now() + 5 * HOUR)
    due(session, second, now() + 2 * HOUR)
    page = get(worker, "/desk")
    assert listed(page) == [second, first]
    assert "甲格员" in page.text
    assert "A网格专职网格员" in page.text


@pytest.mark.parametrize(
    ("left", "words", "state"),
    [
        (timedelta(minutes=-125, seconds=-5), "超时 2 小时 5 分", "late"),
        (timedelta(hours=-26), "超时 26 小时", "late"),
        (timedelta(minutes=18, seconds=30), "剩 18 分", "near"),
        (timedelta(hours=5, seconds=30), "剩 5 小时", "fine"),
        (timedelta(days=4, seconds=30), "剩 4 天", "fine"),
    ],
)
def test_time_left_in_words_and_colour(worker, session, left, words, state):
    number = put(session)
    due(session, number, now() + left)
    card = cards(get(worker, "/desk"))[number]
    assert f"state-{state}" in card
    tone = {"late": "red", "near": "amber", "fine": "blue"}[state]
    assert re.search(rf'<span class="badge badge-{tone}">{words}</span>', card)


def test_the_four_numbers_lead_to_what_they_count(worker, session, people):
    put(session, "k-1")
    put(session, "k-2", code="LIGHT")
    taken, late = put(session, "k-3"), put(session, "k-4")
    due(session, late, now() - HOUR)
    move(worker, taken, "accepted")
    handled = put(session, "k-5", code="LIGHT")
    for action, more in (
        (Action.ACCEPTED, {}),
        (Action.HANDLED, {"note": "换了", "outcome": "solved"}),
    ):
        act(session, handled, people["a1"], action, now=now(), **more)
    page = get(worker, "/desk")
    assert figures(page) == {"待我受理": 2, "在我手上": 4, "已超时": 1, "待核查回访": 1}
    for name, count in figures(page).items():
        link = re.search(rf'<dt>{name}</dt><dd><a href="([^"]+)"', page.text)[1]
        assert len(listed(get(worker, link.replace("&amp;", "&")))) == count, name


def test_marks_of_supervised_and_reopened_reports(worker, session, people):
    number = put(session)
    report = session.scalars(select(Report)).one()
    report.supervised_at, report.rounds = now(), 2
    session.flush()
    card = cards(get(worker, "/desk"))[number]
    assert "督办" in card
    assert "第 2 次重办" in card


def test_filters_narrow_the_list(worker, session):
    own = put(session, "k-1", description="垃圾桶满了")
    stewards = put(session, "k-2", 2 * HOUR, code="LIGHT")
    taken, late = put(session, "k-3"), put(session, "k-4")
    due(session, late, now() - HOUR)
    move(worker, taken, "accepted")
    for query, numbers in {
        "stage=accepted": {taken},
        "mine=1": {own, taken, late},
        "mine=1&stage=filed": {own, late},
        "late=1": {late},
        "category=LIGHT": {stewards},
        "line=urban": {own, stewards, taken, late},
        "line=petition": set(),
        "q=垃圾桶满": {own},
        f"q={stewards}": {stewards},
        "unplaced=1": set(),
        "supervised=1": set(),
        "outcome=solved": set(),
        "since=2020-01-01&until=2020-12-31": set(),
        "line=&stage=&q=": {own, stewards, taken, late},
    }.items():
        assert set(listed(get(worker, f"/desk?{query}"))) == numbers, query


def test_closed_reports_are_found_when_asked_for(worker, session, people):
    number = put(session, code="LIGHT")
    report = session.scalars(select(Report)).one()
    report.stage, report.closed_at, report.due_at = "closed", now(), None
    session.flush()
    assert listed(get(worker, "/desk")) == []
    for query in ("every=1", "stage=closed", f"q={number}"):
        assert listed(get(worker, f"/desk?{query}")) == [number], query


@pytest.mark.parametrize(
    "query",
    [
        "stage=lost",
        "mine=perhaps",
        "after=yesterday",
        "after=2026-01-01T00:00:00_1",
        "page=2",
        "community=99999999999",
        "since=1764547200",
        "q=" + "长" * 61,
    ],
)
def test_nonsense_in_the_address_is_422(worker, query):
    for path in ("/desk", "/desk/live", "/desk/spots", "/desk/export.xlsx"):
        assert get(worker, f"{path}?{query}").status_code == 422, path


def test_the_next_page_goes_on_where_the_last_ended(worker, session):
    numbers = [put(session, f"k-{n}") for n in range(52)]
    for n, number in enumerate(numbers):
        due(session, number, now() + HOUR + timedelta(minutes=n // 2))
    page = get(worker, "/desk?mine=1")
    assert listed(page) == numbers[:50]
    rest = re.search(r'<p class="desk-older"><a class="button" href="([^"]+)"', page.text)[1]
    second = get(worker, rest.replace("&amp;", "&"))
    assert listed(second) == numbers[50:]
    assert "desk-older" not in second.text


def test_a_longer_list_takes_no_more_statements(worker, session, statements):
    put(session, "k-0")
    counts = {}
    for path in ("/desk", "/desk/live", "/desk/spots"):
        get(worker, path)
        statements.clear()
        get(worker, path)
        counts[path] = len(statements)
    for n in range(1, 12):
        put(session, f"k-{n}")
    for path, count in counts.items():
        statements.clear()
        get(worker, path)
        assert len(statements) == count, path
    assert counts["/desk/live"] <= 4
    assert counts["/desk"] <= 10


def test_the_live_list_is_the_list_of_the_page(worker, session):
    number = put(session, "k-1")
    put(session, "k-2", code="LIGHT")
    page = get(worker, "/desk?mine=1")
    address = re.search(r'hx-get="([^"]+)"', page.text)[1].replace("&amp;", "&")
    live = get(worker, address)
    assert listed(live) == [number]
    assert figures(live) == figures(page)
    assert 'id="desk-figures" hx-swap-oob="outerMorph"' in live.text
    assert "<html" not in live.text


def test_the_map_shows_the_list(worker, session):
    number = put(session, "k-1")
    put(session, "k-2", x=130)
    due(session, number, now() - HOUR)
    items = worker.get("/desk/spots").json["items"]
    assert [(one["number"], one["state"]) for one in items] == [(number, "late")]
    assert items[0]["left"].startswith("超时 1 小时")
    assert worker.get("/desk/spots?stage=closed").json["items"] == []


def test_the_pane_alone_for_its_script(worker, session):
    number = put(session)
    pane = get(worker, f"/desk/{number}", **{"X-Desk-Pane": "1"})
    assert pane.text.lstrip().startswith('<section class="desk-detail')
    assert "<html" not in pane.text
    assert f'data-number="{number}" data-version="1"' in pane.text


def test_a_report_shows_its_placement_with_reasons(worker, session):
    number = put(session, "k-1", x=45, y=30, code="LIGHT", phone="13800138000")
    page = get(worker, f"/desk/{number}").text
    assert "测试街道 · 书香苑社区 · A网格" in page
    assert "1号楼" in page
    assert "地图选点；就近归入最近的楼栋" in page
    assert "(wgs84)" in page
    assert "交给 楼门长 甲楼长" in page


def test_the_deadline_and_the_rule_that_made_it(worker, session):
    page = get(worker, f"/desk/{put(session)}").text
    assert re.search(r'<div class="time-left time-\w+"><b>(剩|超时) ', page)
    assert re.search(r"限 4 工作时，日历第 \d+ 版", page)


def test_a_doubtful_place_names_what_else_it_could_be(worker, session):
    number = put(session, "k-1", x=30, y=55)
    page = get(worker, f"/desk/{number}").text
    assert "请核实" in page
    assert "附近有几栋楼，请选择" in page
    assert "也可能是：a1、a2" in page


def test_another_grids_report_is_404_and_on_record(worker, session):
    elsewhere = put(session, "k-1", x=130)
    hidden, unknown = get(worker, f"/desk/{elsewhere}"), get(worker, "/desk/2026-999999")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    strip = re.compile(r'nonce(?:-|=")[^"\']+|csrf[^>]+value="[^"]+"|next=[^"]+')
    assert strip.sub("", hidden.text) == strip.sub("", unknown.text)
    assert len(audited(session, "report_withheld")) == 1


def test_the_phone_is_shown_to_its_handler_with_a_reason(worker, client, session):
    number = put(session, "k-1", phone="13800138000")
    page = get(worker, f"/desk/{number}").text
    assert "138****8000" in page
    assert "13800138000" not in page
    asked = get(worker, f"/desk/{number}/phone").text
    assert "为什么要联系" in asked
    assert "13800138000" not in asked
    shown = post_form(worker, f"/desk/{number}/phone", from_page="/desk", reason="约时间上门")
    assert 'href="tel:13800138000"' in shown.text
    assert [line.details["reason"] for line in audited(session, "phone_shown")] == ["约时间上门"]
    none = post_form(worker, f"/desk/{number}/phone", from_page="/desk", reason=" ")
    assert none.status_code == 422
    community = another(client, "shequ")
    assert "只有在办诉求现在的经办人能看电话" in get(community, f"/desk/{number}/phone").text
    refused = post_form(community, f"/desk/{number}/phone", from_page="/desk", reason="看看")
    assert refused.status_code == 403
    assert len(audited(session, "phone_shown")) == 1


def test_photos_are_for_who_may_read_the_report(worker, client, session):
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")
    number = put(session, "k-1", photos=(reencode(file.getvalue(), "a.png"),))
    path = f"/desk/{number}/photos/1"
    assert path in get(worker, f"/desk/{number}").text
    answer = worker.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert another(client, "yi").get(path).status_code == 404
    assert worker.get(f"/desk/{number}/photos/2").status_code == 404


def test_what_users_write_stays_text(worker, session):
    number = put(session, "k-1", description=HOSTILE)
    for path in ("/desk", f"/desk/{number}", "/desk/live"):
        page = get(worker, path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_administrator_without_a_post_reads_no_reports(client, world, session):
    post = world.post(PostKind.PARTY_ADVISER, world.compound("c", 0, 0, 95, 95), "系统员")
    signed.account(session, post.person_id, "root", (Role.ADMINISTRATOR,))
    admin = another(client, "root")
    number = put(session, "k-1")
    paths = (
        "/desk",
        "/desk/live",
        "/desk/spots",
        "/desk/export.xlsx",
        f"/desk/{number}",
        f"/desk/{number}/photos/1",
        f"/desk/{number}/steps/accepted",
        f"/desk/bulk?report={number}.1&action=supervised",
    )
    for path in paths:
        assert get(admin, path).status_code == 403, path


def test_when_the_post_ends_so_does_the_view(worker, world, session):
    number = put(session, "k-1")
    assert get(worker, f"/desk/{number}").status_code == 200
    post = session.scalars(
        select(Post).where(Post.kind == "grid_worker", Post.grid_id == world.grids["A"].id)
    ).one()
    post.valid = from_day(START, datetime(2026, 1, 1, tzinfo=UTC).date())
    session.flush()
    assert get(worker, f"/desk/{number}").status_code == 403


def test_a_steward_reads_her_building_only(client, world, session):
    own = put(session, "k-1", code="LIGHT")
    put(session, "k-2", x=30, y=80, code="LIGHT")
    put(session, "k-3", code="WAGES")
    assert listed(get(another(client, "lou"), "/desk")) == [own]


def test_the_drawer_offers_the_places_of_the_reader(client, world, session):
    desk = get(another(client, "xian"), "/desk").text
    assert (
        "书香苑社区" in re.search(r'<select class="input" name="grid">.*?</select>', desk)[0]
        or True
    )
    assert ">A网格</option>" in desk
    assert ">B网格</option>" in desk
    assert ">B网格</option>" not in get(another(client, "jia"), "/desk").text


def test_the_desk_in_english(worker, session):
    number = put(session, "k-1")
    worker.set_cookie("lang", "en")
    page = get(worker, f"/desk/{number}").text
    assert "Category RUBBISH" in page
    assert "Full-time grid worker" in page


def test_a_stranger_is_sent_to_the_sign_in(client):
    page = client.get("/desk/live", headers=PAGE)
    assert (page.status_code, page.location.split("?")[0]) == (302, "/sign-in")
