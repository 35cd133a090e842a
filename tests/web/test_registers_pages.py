"""The registers' pages: hub, tables, forms, records with their history, visits with photos and problems."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from gridmap.dispatch.tables import Report
from gridmap.ledger.posts import Post
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.tables import VisitReport
from tests.dispatch.filings import NOW
from tests.registers.keeping import HERE, THERE, town
from tests.web.signed import post_form, sign_in, token
from web import params

LINKS = "/registers/leader-links"
NEW = f"{LINKS}/new"
DAY = params.local_day(NOW)
SINCE = DAY - timedelta(200)


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr(params, "now", lambda: NOW)


@pytest.fixture
def county(session, client):
    made = town(session)
    sign_in(client, "community")
    return made


def link(client, **fields):
    values = {
        "kind": "leader_county",
        "target": HERE,
        "person_name": "李示安",
        "begins": SINCE.isoformat(),
    }
    return post_form(client, fields.pop("path", NEW), **(values | fields))


def act(client, number, do, register="leader-links", **fields):
    path = f"/registers/{register}/{number}"
    page = client.get(f"{path}?do={do}", headers={"Accept": "text/html"})
    standing = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
    chosen = re.findall(
        r'<select[^>]*name="([a-z_]+)"(?:(?!</select>).)*?value="([^"]*)" selected',
        page.text,
        re.DOTALL,
    )
    data = standing | dict(chosen) | {"csrf_token": token(page), "do": do} | fields
    return client.post(path, data=data, headers={"Accept": "text/html"})


def number_of(answer):
    return int(re.search(r"/(\d+)\?saved", answer.location)[1])


def test_the_hub_counts_and_leads_to_every_register(client, county):
    page = client.get("/registers").text
    for words in (
        "党组织与岗位",
        "走访与会议",
        "物业与小区",
        "基础",
        "领导联系社区",
        "无物业小区台账",
    ):
        assert words in page
    assert page.count('class="registers-count"') == len(REGISTERS)
    assert ">台账</a>" in page
    client.get("/language/en?next=/registers")
    english = client.get("/registers")
    assert "Leader links" in english.text


def test_nobody_reads_registers_without_signing_in(client, session):
    town(session)
    assert client.get("/registers", headers={"Accept": "text/html"}).location.startswith("/sign-in")
    assert client.get(LINKS, headers={"Accept": "application/json"}).status_code == 401


def test_a_worker_reads_and_does_not_write(client, county):
    link(client, phone="13800000001")
    worker = client.application.test_client()
    sign_in(worker, "worker")
    page = worker.get(LINKS).text
    assert "李示安" in page
    assert "13800000001" not in page
    assert "新增" not in page
    assert worker.get(NEW).status_code == 403


def test_a_form_begins_a_link_and_the_record_tells_its_history(client, county):
    answer = link(client, phone="13800000001")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "书香苑社区 · 县级联系领导 · 李示安" in page
    assert "已保存" in page
    assert "社区员 新增台账记录" in page
    assert "李示安" in client.get(LINKS).text


def test_what_is_wrong_stands_beside_its_field_in_both_languages(client, county):
    answer = link(client, target=THERE, begins="", person_name="")
    assert answer.status_code == 422
    assert re.search(r'id="target-fault"[^>]*>不在您负责的范围内', answer.text)
    assert re.search(r'id="begins-fault"[^>]*>必须填写', answer.text)
    assert re.search(r'id="person_name-fault"[^>]*>必须填写', answer.text)
    assert f'value="{THERE}"' in answer.text
    client.get("/language/en?next=/registers")
    assert re.search(
        r'id="target-fault"[^>]*>This lies outside your area', link(client, target=THERE).text
    )


def test_a_finding_fills_the_form_in_and_saving_leads_back(client, county):
    query = f"target={HERE}&kind=leader_township&from=coverage&day={DAY}&check=township_leader&community={HERE}"
    page = client.get(f"{NEW}?{query}").text
    assert f'value="{HERE}"' in page
    assert re.search(r'value="leader_township" selected', page)
    assert "回到覆盖情况" in page
    answer = link(client, path=f"{NEW}?{query}", kind="leader_township")
    assert answer.location == f"/coverage?day={DAY}&check=township_leader&community={HERE}"


def test_ending_and_correcting_are_told_apart(client, county):
    number = number_of(link(client))
    assert act(client, number, "correct", begins="2025-01-01").status_code == 422
    corrected = act(client, number, "correct", begins="2025-01-01", reason="任命<b>文件</b>")
    page = client.get(corrected.location).text
    assert "任命&lt;b&gt;文件" in page
    assert re.search(rf"<del>{SINCE}</del> → <ins>2025-01-01</ins>", page)
    ended = act(client, number, "end", from_day=DAY.isoformat())
    page = client.get(ended.location).text
    assert "已结束" in page
    assert "结束台账记录" in page
    assert "没有符合条件的记录" in client.get(LINKS).text
    assert "李示安" in client.get(f"{LINKS}?past=true").text
    assert "李示安" in client.get(f"{LINKS}?day=2025-01-01").text


def test_renewing_by_the_form_keeps_the_old_term(client, session, county):
    values = {
        "target": HERE,
        "person_name": "赵示二",
        "begins": SINCE.isoformat(),
        "term_end": DAY.isoformat(),
    }
    number = number_of(post_form(client, "/registers/first-secretaries/new", **values))
    later = DAY + timedelta(700)
    answer = act(client, number, "renew", "first-secretaries", term_end=later.isoformat())
    assert answer.status_code == 303, answer.text
    assert {post.term_end for post in session.query(Post).filter_by(kind="first_secretary")} == {
        DAY,
        later,
    }


def test_a_change_without_a_change_is_told(client, county):
    number = number_of(link(client))
    answer = act(client, number, "change", from_day=DAY.isoformat())
    assert "没有要保存的变化" in answer.text
    answer = act(client, number, "change", from_day=DAY.isoformat(), duty_phone="0371-5550001")
    assert answer.status_code == 303, answer.text
    assert client.get(f"{LINKS}?past=true").text.count("李示安") == 2


def test_whoever_saw_something_else_is_told_so(client, county):
    number = number_of(link(client))
    path = f"{LINKS}/{number}"
    old = client.get(f"{path}?do=change", headers={"Accept": "text/html"}).text
    stale = re.search(r'name="seen" value="(\w+)"', old)[1]
    act(client, number, "change", from_day=DAY.isoformat(), duty_phone="0371-5550001")
    answer = act(client, number, "correct", seen=stale, reason="晚了", duty_phone="0371-5550009")
    assert answer.status_code == 409
    assert "刚刚被别人改过" in answer.text
    assert "0371-5550009" not in client.get(path).text


def test_a_register_without_days_shows_what_was_changed(client, county):
    desk = client.application.test_client()
    sign_in(desk, "county")
    number = number_of(post_form(desk, "/registers/property-companies/new", name="安居物业"))
    answer = act(desk, number, "change", "property-companies", phone="0000-5500001")
    page = desk.get(answer.location).text
    assert "电话 <del>（空）</del> → 0000-5500001" in page
    assert "结束</a>" not in page


def test_what_never_was_is_withdrawn(client, session, county):
    number = number_of(link(client))
    answer = act(client, number, "withdraw", reason="录错")
    assert answer.location == f"{LINKS}?saved=1"
    assert session.get(Post, number) is None
    assert client.get(f"{LINKS}/{number}").status_code == 404


def test_suggestions_find_people_and_places(client, county):
    link(client)
    ask = f"{LINKS}/suggest"
    (person,) = client.get(ask, query_string={"column": "person", "q": "李示"}).json
    assert (person["name"], person["code"][:3]) == ("李示安", "RYX")
    places = client.get(ask, query_string={"column": "target", "q": "书香"}).json
    assert [one["code"] for one in places] == [HERE]
    assert client.get(ask, query_string={"column": "begins", "q": "2"}).json == []
    for register, column, words in (
        ("stewards", "target", "号楼"),
        ("grid-workers", "target", "网格"),
        ("property-contracts", "compound", "XQ"),
        ("responsible-units", "agency", "住建"),
    ):
        path = f"/registers/{register}/suggest"
        assert client.get(path, query_string={"column": column, "q": words}).json, register


def test_sorting_filtering_and_paging(client, county):
    for name in ("甲示", "乙示"):
        link(client, person_name=name, kind="leader_township")
    page = client.get(f"{LINKS}?sort=person_name&desc=True").text
    assert 'aria-sort="descending"' in page
    other = client.get(f"{LINKS}?sort=person_name").text
    assert (page.index("甲示") < page.index("乙示")) != (other.index("甲示") < other.index("乙示"))
    assert "乙示" not in client.get(f"{LINKS}?q=甲").text
    assert "没有符合条件" in client.get(f"{LINKS}?area={THERE}").text
    assert client.get(f"{LINKS}?page=x").status_code == 422
    assert client.get("/registers/nonsense").status_code == 404


@pytest.fixture
def visit(client, county):
    link(client)
    values = {
        "community": HERE,
        "person_name": "李示安",
        "day": DAY.isoformat(),
        "note": "看望老住户",
    }
    return number_of(post_form(client, "/registers/visits/new", **values))


def test_a_visit_outside_the_link_is_refused_beside_its_day(client, visit):
    early = {"community": HERE, "person_name": "李示安", "day": (SINCE - timedelta(1)).isoformat()}
    answer = post_form(client, "/registers/visits/new", **early)
    assert re.search(r'id="day-fault"[^>]*>\d{4}-\d\d-\d\d 不在联系期内', answer.text)


def test_the_form_of_a_visit_knows_the_linked_leader(client, visit):
    page = client.get(f"/registers/visits/new?target={HERE}&kind=leader_county").text
    assert 'name="person_name" value="李示安"' in page


def picture():
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return io.BytesIO(file.getvalue()), "走访.jpg"


def test_a_visit_keeps_photos(client, visit):
    page = f"/registers/visits/{visit}"
    data = {"csrf_token": token(client.get(page)), "photos": [picture(), picture()]}
    assert client.post(f"{page}/photos", data=data).status_code == 303
    assert client.get(page).text.count(f"{page}/photos/") >= 2
    photo = client.get(f"{page}/photos/2")
    assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
    assert client.get(f"{page}/photos/3").status_code == 404
    data = {"csrf_token": token(client.get(page)), "photos": [picture() for _ in range(8)]}
    assert client.post(f"{page}/photos", data=data).status_code == 422


def test_a_problem_of_a_visit_becomes_a_report(client, session, visit):
    page = f"/registers/visits/{visit}"
    sent = {
        "description": "路灯不亮",
        "category": "LIGHT",
        "building": "a1",
        "key": "visit-key-000001",
    }
    for _again in range(2):
        assert post_form(client, f"{page}/problems", from_page=page, **sent).status_code == 303
    (report,) = session.query(Report)
    assert session.get(VisitReport, (visit, report.id))
    assert report.building_id is not None
    shown = client.get(page).text
    assert "路灯不亮" in shown
    assert report.number in shown
    wrong = post_form(
        client,
        f"{page}/problems",
        from_page=page,
        **(sent | {"building": "nowhere", "key": "visit-key-000002"}),
    )
    assert wrong.status_code == 422


def test_another_areas_visit_takes_no_photos(client, session, county):
    county_desk = client.application.test_client()
    sign_in(county_desk, "county")
    link(county_desk, target=THERE)
    values = {"community": THERE, "person_name": "李示安", "day": DAY.isoformat()}
    number = number_of(post_form(county_desk, "/registers/visits/new", **values))
    data = {"csrf_token": token(client.get(NEW)), "photos": [picture()]}
    assert client.post(f"/registers/visits/{number}/photos", data=data).status_code == 403
