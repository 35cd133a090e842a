"""Pages of plans: who may, the form that begins one, policy and words; names only as data."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from gridmap.ledger.posts import Person
from gridmap.terms import PostKind, Role
from tests import worlds
from tests.dispatch.filings import county
from tests.web import signed
from web.pages.plans_palette import PALETTE, contrast
from web.params import today

PAGE = {"Accept": "text/html"}
SCRIPTS = Path(__file__).parents[2] / "web/static/js"
HOSTILE = "`};alert(1)//<img src=x onerror=alert(1)>"


@pytest.fixture
def world(session):
    """Two grids of three cells; a planner, a clerk of the county, a grid worker."""
    world = worlds.draw(session, "AAABBB\nAAABBB")
    planner = world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "规划员")
    signed.account(session, planner.person_id, "lan", [Role.PLANNER])
    clerk = world.post(PostKind.COUNTY_DESK, county(session), "县员")
    signed.account(session, clerk.person_id, "xian")
    nobody = world.post(PostKind.GRID_WORKER, world.grids["A"], "格员")
    signed.account(session, nobody.person_id, "jia")
    return world


@pytest.fixture
def planner(client, world):
    return signed_in(client, "lan")


def signed_in(client, login):
    other = client.application.test_client()
    signed.sign_in(other, login)
    return other


def begin(client, **fields):
    area = worlds.COUNTY[:6] + "001001"
    return signed.post_form(client, "/plans", **{"name": "试点", "area": area} | fields)


def begun(client, **fields):
    """Begin a plan; returns the address of its table."""
    answer = begin(client, **fields)
    assert answer.status_code == 302, answer.text
    return answer.location


def test_an_empty_list_says_what_to_do_and_the_form_begins_a_plan(planner):
    page = planner.get("/plans", headers=PAGE).text
    assert "还没有方案" in page
    assert 'aria-current="page">网格调整' in page
    address = begun(planner, name="书香苑试点")
    listed = planner.get("/plans", headers=PAGE).text
    assert "书香苑试点" in listed
    assert f'href="{address}"' in listed
    assert "草案" in listed
    assert "改过 0 步" in listed


def test_a_plan_begins_from_a_day_or_as_a_copy(planner):
    first = begun(planner)
    number = first.rsplit("/", 1)[1]
    copy = begun(planner, name="复制", origin="plan", plan=number)
    past = begun(planner, name="旧日", origin="day", day=worlds.START.isoformat())
    assert len({first, copy, past}) == 3


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "请填方案名称"),
        ({"area": ""}, "请填方案名称"),
        ({"area": "419999999999"}, "没有找到这个区域"),
        ({"origin": "day"}, "请选起草所依据的日期"),
        ({"origin": "plan"}, "请选要复制的方案"),
        ({"origin": "plan", "plan": "999"}, "没有找到这份方案"),
    ],
)
def test_a_form_with_faults_comes_back_as_it_was(planner, fields, said):
    answer = begin(planner, **fields)
    assert answer.status_code in (404, 422)
    assert said in answer.text
    if fields.get("name", "试点"):
        assert 'value="试点"' in answer.text


def test_reviewers_look_and_do_not_begin_others_neither(client, planner):
    address = begun(planner)
    clerk, worker = signed_in(client, "xian"), signed_in(client, "jia")
    listed = clerk.get("/plans", headers=PAGE)
    assert listed.status_code == 200
    assert 'id="begin"' not in listed.text
    assert clerk.get(address, headers=PAGE).status_code == 200
    for path in ("/plans", "/plans/published", address, f"{address}/sheet"):
        assert worker.get(path, headers=PAGE).status_code == 403
    assert "/plans" not in worker.get("/", headers=PAGE).text


def test_a_shared_plan_is_shown_without_tools_to_who_has_its_address(client, planner):
    address = begun(planner)
    key = {"Idempotency-Key": "share-once-1"}
    shared = planner.post(f"/api/v1{address}/share", headers=key).json["url"]
    page = signed_in(client, "jia").get(shared, headers=PAGE).text
    assert 'data-tool="move"' in page
    assert 'data-tool="brush"' not in page
    assert 'id="submit"' not in page
    assert planner.get("/plans/shared/nonsense", headers=PAGE).status_code == 404
    assert client.get(shared, headers=PAGE).status_code == 302


def published(session, client, planner):
    """A plan that carves a grid out of A, approved by another and in force from today; its number."""
    plan = int(begun(planner, name="拆分试点").rsplit("/", 1)[1])
    api = f"/api/v1/plans/{plan}"

    def send(who, path, **body):
        key = {"Idempotency-Key": f"publishing-{path.strip('/')}-{len(body)}"}
        answer = who.post(f"{api}{path}", json=body, headers=key)
        assert answer.status_code == 200, answer.json
        return answer.json

    grid = planner.get(api).json["grids"][0]["row"]
    send(planner, "/edits", base=1, edit={"kind": "split", "grid": grid, "parts": 2})
    send(planner, "/review", action="submit", base=2)
    other = Person(code="planner-mei", name="梅审核")
    session.add(other)
    session.flush()
    signed.account(session, other.id, "mei", [Role.PLANNER])
    mei = signed_in(client, "mei")
    mei.post(
        f"{api}/review",
        json={"action": "approve", "base": 2},
        headers={"Idempotency-Key": "x" * 16},
    )
    send(planner, "/adopt", day=today().isoformat(), base=2)
    return plan


def test_what_was_published_is_listed_with_its_words_and_its_ways(session, client, planner):
    empty = planner.get("/plans/published", headers=PAGE).text
    assert "没有发布过的方案" in empty
    plan = published(session, client, planner)
    page = planner.get("/plans/published", headers=PAGE).text
    assert "拆分试点" in page
    assert re.search("A网格拆出新网格", page)
    assert "起草：规划员" in page
    assert "核准：梅审核" in page
    assert "现行" in page
    eve = today() - timedelta(days=1)
    assert f'href="/plans/{plan}?compare=swipe&amp;beside={eve}"' in page
    assert f'href="/plans/{plan}/sheet"' in page
    planner.set_cookie("lang", "en")
    english = planner.get("/plans/published", headers=PAGE).text
    assert "split off from A网格" in english
    assert "Approved by 梅审核" in english


def test_publications_of_a_day_and_a_community(session, client, planner):
    published(session, client, planner)
    area = worlds.COUNTY[:6] + "001001"

    def listed(**query):
        return planner.get("/plans/published", query_string=query, headers=PAGE)

    assert "拆分试点" in listed(day=today().isoformat(), community=area).text
    assert "当天有效" in listed(day=today().isoformat()).text
    before = listed(day=(today() - timedelta(days=1)).isoformat(), community="")
    assert "到这一天为止" in before.text
    assert "拆分试点" not in before.text
    by_api = planner.get("/api/v1/plans/published", query_string={"community": area}).json
    (one,) = by_api["publications"]
    assert (one["name"], one["day"], one["reviewer"]) == ("拆分试点", today().isoformat(), "梅审核")
    assert [change["kind"] for change in one["changes"]] == ["split"]
    assert one["in_force"] == one["communities"]
    assert listed(day="2026-13-01").status_code == 422
    assert listed(community="x").status_code == 422


def test_a_publication_is_read_beside_its_eve_and_nothing_can_be_done_there(
    session, client, planner
):
    plan = published(session, client, planner)
    eve = (today() - timedelta(days=1)).isoformat()
    page = planner.get(f"/plans/{plan}?beside={eve}&compare=swipe", headers=PAGE).text
    assert 'id="looking"' in page
    assert "只读" in page
    state = planner.get(f"/api/v1/plans/{plan}?beside={eve}").json
    assert (state["beside"], state["may"], state["in_force"]) == (eve, [], False)
    assert [grid["is_new"] for grid in state["grids"]].count(True) == 1
    now_ = planner.get(f"/api/v1/plans/{plan}").json
    assert (now_["beside"], now_["in_force"]) == (None, True)
    assert now_["assignment"] == now_["today"]
    never = planner.get(f"/api/v1/plans/{plan}?beside=1990-01-01").json
    assert set(never["today"]) == {-1}, "before the first day of the ledger nothing stands"
    impact = planner.get(f"/api/v1/plans/{plan}/impact?beside={eve}").json
    assert {one["becomes"]["key"] for one in impact["grids"]} == {"redrawn", "begins"}
    assert eve in planner.get(f"/plans/{plan}/sheet", headers=PAGE).text


def test_an_older_version_is_read_alone_and_only_read(planner):
    address = begun(planner)
    api = f"/api/v1{address}"
    grid = planner.get(api).json["grids"][0]["row"]
    key = {"Idempotency-Key": "an-older-version"}
    planner.post(
        f"{api}/edits", json={"base": 1, "edit": {"kind": "split", "grid": grid}}, headers=key
    )
    page = planner.get(f"{address}?version=1", headers=PAGE).text
    assert "正在看：第 1 版。只读。" in page
    old, new = planner.get(f"{api}?version=1").json, planner.get(api).json
    assert (old["may"], len(old["grids"])) == ([], 2)
    assert ("edit" in new["may"], len(new["grids"])) == (True, 3)
    assert 'id="looking"' not in planner.get(address, headers=PAGE).text
    assert planner.get(f"{address}?version=0", headers=PAGE).status_code == 422


@pytest.fixture(params=["", "/sheet"], ids=["table", "sheet"])
def page(planner, request):
    return planner.get(begun(planner, name=HOSTILE) + request.param, headers=PAGE).text


def test_every_script_and_style_is_ours_or_bears_the_nonce(page):
    for tag, attributes in re.findall(r"<(script|style|link)\b([^>]*)>", page):
        source = re.search(r'(?:src|href)="([^"]+)"', attributes)
        assert 'type="application/json"' in attributes or (
            source[1].startswith("/") if source else 'nonce="' in attributes
        ), tag


def test_page_has_no_inline_style_and_no_handler(page):
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)


def test_names_reach_pages_as_data_only(page, planner):
    assert "alert(1)" not in page
    listed = planner.get("/plans", headers=PAGE).text
    assert "<img src=x" not in listed
    assert "&lt;img src=x" in listed


def test_every_asset_that_the_page_names_is_there(page, client):
    assets = set(re.findall(r'(?:src|href)="(/static/[^"?]+)', page))
    assert any("/plan" in asset for asset in assets)
    for asset in assets:
        with client.get(asset) as response:
            assert response.status_code == 200, asset


def keys_in(page):
    return set(re.findall(r'"(\w+)": "', re.search(r'id="strings">(.+?)</script>', page)[1]))


def test_every_word_that_a_script_asks_for_is_on_its_page(planner):
    address = begun(planner)
    table = keys_in(planner.get(address, headers=PAGE).text)
    sheet = keys_in(planner.get(f"{address}/sheet", headers=PAGE).text)
    for script in SCRIPTS.glob("plan*.js"):
        asked = set(re.findall(r'\bt\("(\w+)"', script.read_text(encoding="utf-8")))
        known = sheet if script.stem == "plan_sheet" else table
        assert asked <= known, script.name


def test_colours_of_grids_are_many_distinct_and_readable():
    assert len(PALETTE) == len({fill for fill, _ in PALETTE}) >= 24
    assert min(contrast(fill, ink) for fill, ink in PALETTE) >= 4.5
