"""The desk: only one's own area, one winner, masked phones, photos, nothing of users' as code."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from geodata.photos import reencode
from gridmap.dispatch import service
from gridmap.dispatch.reports import PhotoFile
from gridmap.dispatch.tables import Report, Step
from gridmap.ledger.posts import Post
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests.dispatch.filings import filing, staffed
from tests.web import signed
from tests.web.signed import post_form
from tests.worlds import START

PAGE = {"Accept": "text/html"}
HOSTILE = "<script>alert(1)</script>`};alert(1);//\"' onx=1"
BEGIN = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def world(session):
    """The staffed town; its people have accounts by short names."""
    world, people = staffed(session)
    for login, someone in (("jia", "A"), ("yi", "B"), ("shequ", "community"), ("lou", "a1")):
        signed.account(session, people[someone].person_id, login)
    return world


@pytest.fixture
def worker(client, world):
    """The browser of grid A's worker."""
    signed.sign_in(client, "jia")
    return client


def another(client, login):
    """A browser of its own for somebody else."""
    other = client.application.test_client()
    signed.sign_in(other, login)
    return other


def put(session, key="k-1", minutes=0, **facts):
    facts = {"code": "RUBBISH"} | facts
    return service.file(session, filing(key, **facts), BEGIN + timedelta(minutes=minutes)).number


def get(client, path):
    return client.get(path, headers=PAGE)


def listed(page):
    return re.findall(r'<a class="desk-row" data-report="([^"]+)"', page.text)


def accept(client, number, version=1):
    return post_form(
        client, f"/desk/{number}/accept", from_page=f"/desk/{number}", version=str(version)
    )


def audited(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def test_a_worker_sees_her_grid_newest_first(worker, session):
    first = put(session, "k-1", 0)
    second = put(session, "k-2", 5, code="LIGHT")
    put(session, "k-3", 9, x=130)
    page = get(worker, "/desk")
    assert listed(page) == [second, first]
    assert "甲格员" in page.text
    assert "A网格专职网格员" in page.text


def test_the_four_numbers(worker, session):
    put(session, "k-1")
    put(session, "k-2", code="LIGHT")
    number = put(session, "k-3")
    accept(worker, number)
    page = get(worker, "/desk")
    figures = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page.text)
    assert figures == [("待我受理", "1"), ("我在办", "1"), ("辖区待受理", "2"), ("辖区在办", "1")]


def test_only_what_one_answers_for_has_the_red_button(worker, session):
    own = put(session, "k-1")
    stewards = put(session, "k-2", code="LIGHT")
    page = get(worker, "/desk").text
    assert f'action="/desk/{own}/accept"' in page
    assert f'action="/desk/{stewards}/accept"' not in page


def test_stage_and_mine_narrow_the_list(worker, session):
    own = put(session, "k-1")
    stewards = put(session, "k-2", 1, code="LIGHT")
    taken = put(session, "k-3", 2)
    accept(worker, taken)
    assert listed(get(worker, "/desk?stage=filed")) == [stewards, own]
    assert listed(get(worker, "/desk?stage=accepted")) == [taken]
    assert listed(get(worker, "/desk?mine=1")) == [taken, own]
    assert listed(get(worker, "/desk?mine=1&stage=filed")) == [own]


@pytest.mark.parametrize(
    "query",
    ["stage=closed", "mine=perhaps", "after=yesterday", "after=2026-01-01T00:00:00_1", "page=2"],
)
def test_nonsense_in_the_address_is_422(worker, query):
    assert get(worker, f"/desk?{query}").status_code == 422


def test_older_reports_are_a_page_away(worker, session):
    numbers = [put(session, f"k-{n}", n) for n in range(52)]
    page = get(worker, "/desk")
    assert len(listed(page)) == 50
    older = re.search(r'<p class="desk-older"><a class="button" href="([^"]+)"', page.text)[1]
    rest = get(worker, older.replace("&amp;", "&"))
    assert listed(rest) == [numbers[1], numbers[0]]
    assert "desk-older" not in rest.text


def test_a_longer_list_takes_no_more_statements(worker, session, statements):
    put(session, "k-0")
    get(worker, "/desk")
    statements.clear()
    get(worker, "/desk")
    few = len(statements)
    for n in range(1, 12):
        put(session, f"k-{n}")
    statements.clear()
    get(worker, "/desk")
    assert len(statements) == few <= 6


def test_a_report_shows_its_placement_with_reasons(worker, session):
    number = put(session, "k-1", x=45, y=30, code="LIGHT", phone="13800138000")
    page = get(worker, f"/desk/{number}").text
    assert "测试街道 · 书香苑社区 · A网格" in page
    assert "1号楼" in page
    assert "地图选点；就近归入最近的楼栋" in page
    assert "(wgs84)" in page
    assert "交给 楼门长 甲楼长" in page


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


@pytest.mark.parametrize("way", ["accept", "phone"])
def test_another_grids_report_cannot_be_touched(worker, session, way):
    elsewhere = put(session, "k-1", x=130, phone="13800138000")
    answer = post_form(worker, f"/desk/{elsewhere}/{way}", from_page="/password", version="1")
    assert answer.status_code == 404
    assert "13800138000" not in answer.text
    assert len(audited(session, "report_withheld")) == 1
    assert session.scalars(select(Report.stage)).all() == ["filed"]


def test_accepting(worker, session):
    number = put(session, "k-1")
    answer = accept(worker, number)
    assert (answer.status_code, answer.location) == (303, f"/desk/{number}")
    page = get(worker, f"/desk/{number}").text
    assert f'action="/desk/{number}/accept"' not in page
    assert "甲格员 在办" in page
    assert [step.action for step in session.scalars(select(Step).order_by(Step.id))] == [
        "filed",
        "accepted",
    ]


def test_who_comes_second_is_told_who_was_first(worker, world, session):
    signed.account(
        session,
        world.post(PostKind.BRANCH_SECRETARY, world.grids["A"], "甲书记").person_id,
        "shuji",
    )
    secretary = another(worker, "shuji")
    number = put(session, "k-1")
    assert f'action="/desk/{number}/accept"' in get(secretary, f"/desk/{number}").text
    accept(worker, number)
    late = accept(secretary, number)
    assert late.status_code == 409
    notice = re.search(r'id="notice">([^<]+)<', late.text)[1]
    assert notice.startswith("甲格员已在 ")
    assert f'action="/desk/{number}/accept"' not in late.text
    assert len(session.scalars(select(Step)).all()) == 2


def test_a_second_tap_is_harmless(worker, session):
    number = put(session, "k-1")
    accept(worker, number)
    assert accept(worker, number, version=2).status_code == 409
    assert len(session.scalars(select(Step)).all()) == 2


def test_only_who_answers_may_accept(client, world, session):
    number = put(session, "k-1")
    desk = another(client, "shequ")
    answer = accept(desk, number)
    assert answer.status_code == 403
    assert session.scalars(select(Report.stage)).one() == "filed"


def test_accepting_needs_the_forms_token(worker, session):
    number = put(session, "k-1")
    answer = worker.post(f"/desk/{number}/accept", data={"version": "1"}, headers=PAGE)
    assert answer.status_code == 422
    assert session.scalars(select(Report.stage)).one() == "filed"


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99999999999999999999", "1.5"])
def test_a_version_is_a_number(worker, session, version):
    number = put(session, "k-1")
    assert accept(worker, number, version).status_code == 422


def test_the_phone_is_masked_until_its_handler_asks(worker, client, session):
    number = put(session, "k-1", phone="13800138000")
    page = get(worker, f"/desk/{number}").text
    assert "138****8000" in page
    assert "13800138000" not in page
    shown = post_form(worker, f"/desk/{number}/phone", from_page=f"/desk/{number}")
    assert 'href="tel:13800138000"' in shown.text
    assert len(audited(session, "phone_shown")) == 1
    community = another(client, "shequ")
    assert "电话</button>" not in get(community, f"/desk/{number}").text
    assert post_form(community, f"/desk/{number}/phone", from_page="/password").status_code == 403


def test_photos_are_for_who_may_read_the_report(worker, client, session):
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")
    photo = reencode(file.getvalue(), "a.png")
    assert isinstance(photo, PhotoFile)
    number = put(session, "k-1", photos=(photo,))
    path = f"/desk/{number}/photos/1"
    assert path in get(worker, f"/desk/{number}").text
    answer = worker.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert another(client, "yi").get(path).status_code == 404
    assert worker.get(f"/desk/{number}/photos/2").status_code == 404


def test_what_users_write_stays_text(worker, session):
    number = put(session, "k-1", description=HOSTILE)
    for path in ("/desk", f"/desk/{number}"):
        page = get(worker, path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        block = re.search(r'<script type="application/json" id="desk-spots">(.*?)</script>', page)[
            1
        ]
        assert "<" not in block


def test_an_administrator_without_a_post_reads_no_reports(client, world, session):
    post = world.post(PostKind.PROPERTY_MANAGER, world.compound("c", 0, 0, 95, 95), "系统员")
    signed.account(session, post.person_id, "root", (Role.ADMINISTRATOR,))
    admin = another(client, "root")
    number = put(session, "k-1")
    for path in ("/desk", f"/desk/{number}", f"/desk/{number}/photos/1"):
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


def test_the_desk_in_english(worker, session):
    number = put(session, "k-1")
    worker.set_cookie("lang", "en")
    page = get(worker, f"/desk/{number}").text
    assert "Category RUBBISH" in page
    assert "Full-time grid worker" in page
