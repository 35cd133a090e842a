"""The gazetteer's pages: what a desk sees, decides and writes; who may not; the workbook out and in."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from gridmap.ledger.geography import RoadGrid
from gridmap.ledger.names import Address, PlaceName
from gridmap.terms import PostKind, Role
from tests.gazetteer.keeping import Town
from tests.gazetteer.test_roads import road
from tests.web import signed
from tests.web.signed import post_form, sign_in, token
from web.params import today

HTML = {"Accept": "text/html"}


@pytest.fixture
def town(session):
    made = Town(session)
    made.world.house("shop", 150, 60, grid="B", road="人民路", house_number="20-22")
    return made


@pytest.fixture
def admin(session, client, town):
    """Signed in as an administrator."""
    post = town.world.post("part_time_worker", town.world.grids["A"], "管理员")
    signed.account(session, post.person_id, "admin", roles=[Role.ADMINISTRATOR])
    sign_in(client, "admin")
    return client


def send(client, path, page="/names", **fields):
    return post_form(client, path, from_page=page, **fields)


def names(session):
    rows = session.scalars(select(PlaceName).order_by(PlaceName.text, PlaceName.valid))
    return [(row.entity_code, row.text, row.kind, row.state) for row in rows]


def located(client, text):
    return client.post("/api/v1/locate", json={"text": text}).json["status"]


def test_a_proposal_is_confirmed_and_locates_at_once(admin, session, town):
    row = town.world.alias("compound", "c2", "老纺织宿舍", state="proposed", source="desk")
    page = admin.get("/names").text
    assert "待确认的名字" in page
    assert "老纺织宿舍" in page
    assert located(admin, "老纺织宿舍漏水") == "none"
    answer = send(admin, f"/names/{row.id}/decide", state="confirmed")
    assert answer.status_code == 303
    assert "已确认" in admin.get(answer.location).text
    assert located(admin, "老纺织宿舍漏水") == "accepted"


def test_a_name_is_written_by_the_name_of_its_place(admin, session):
    day = today().isoformat()
    fields = {"entity": "compound", "kind": "short", "day": day}
    answer = send(admin, "/names/new", code="世纪公寓", text="世纪", **fields)
    assert answer.status_code == 303
    assert names(session) == [("c2", "世纪", "short", "confirmed")]
    again = send(admin, "/names/new", code="c2", text="世纪", **fields)
    assert again.status_code == 422
    assert "已经有" in again.text
    wrong = send(admin, "/names/new", code="没有的", text="新名字", **fields)
    assert "没有找到" in wrong.text
    assert 'value="新名字"' in wrong.text
    official = send(
        admin, "/names/new", code="c2", text="新名字", **(fields | {"kind": "official"})
    )
    assert "不在这里写" in official.text


def test_a_name_is_corrected_ended_and_taken_away(admin, session, town):
    row = town.world.alias("compound", "c2", "老仿织宿舍")
    send(admin, f"/names/{row.id}/correct", text="老纺织宿舍", kind="former")
    assert names(session) == [("c2", "老纺织宿舍", "former", "confirmed")]
    later = today() + timedelta(days=3)
    send(admin, f"/names/{row.id}/end", day=later.isoformat())
    session.refresh(row)
    assert row.valid.upper == later
    early = send(admin, f"/names/{row.id}/end", day="2001-01-01")
    assert (early.status_code, "之后的日子" in early.text) == (422, True)
    send(admin, f"/names/{row.id}/decide", state="rejected")
    assert [one[3] for one in names(session)] == ["confirmed", "rejected"]
    send(admin, "/names/mask", entity="compound", code="c1", text="书香苑小区")
    assert ("c1", "书香苑小区", "official", "rejected") in names(session)
    assert located(admin, "书香苑小区漏水") == "none"


def test_the_list_is_filtered_and_shows_what_two_places_share(admin, town):
    town.world.alias("compound", "c2", "书香苑小区")
    town.world.alias("compound", "c1", "书香家园")
    page = admin.get("/names?q=家园").text
    assert "1 个名字" in page
    whole = admin.get("/names").text
    assert "同名" in whole
    assert admin.get("/names?kind=official&entity=compound").text.count("names-text") >= 3
    assert admin.get("/names?kind=nothing").status_code == 422
    admin.set_cookie("lang", "en")
    assert "Names to decide" not in admin.get("/names").text
    assert "Gazetteer" in admin.get("/names").text


def test_an_address_is_written_rejected_and_ended(admin, session):
    page = "/names/addresses"
    fields = {"road": "解放路", "target": "building", "code": "shop", "day": today().isoformat()}
    assert send(admin, page, page, numbers="11-15单号", **fields).status_code == 303
    (row,) = session.scalars(select(Address))
    assert (row.first, row.last, row.parity, row.written) == (
        11,
        15,
        "odd",
        "解放路11-15号（单号）",
    )
    assert "解放路11-15号（单号）" in admin.get(page).text
    wrong = send(admin, page, page, numbers="老宅", **fields)
    assert (wrong.status_code, "请填号码" in wrong.text) == (422, True)
    point = fields | {"target": "point", "code": "这里"}
    assert "请填经度和纬度" in send(admin, page, page, numbers="9", **point).text
    of_house = fields | {"road": "人民路", "numbers": "20-22"}
    assert send(admin, "/names/addresses/reject", page, **of_house).status_code == 303
    assert session.scalar(select(Address.state).where(Address.road == "人民路")) == "rejected"
    send(admin, f"/names/addresses/{row.id}/end", page, day=today().isoformat())
    assert session.scalar(select(Address.id).where(Address.id == row.id)) is None


def test_a_grid_answers_for_a_road_on_an_edge(admin, session, town):
    road(session, "between", (100, -40), (100, 60))
    page = admin.get("/names/roads").text
    assert "沿分界 6" in page
    assert admin.get("/names/roads/lines").json == [
        {
            "code": "between",
            "chosen": False,
            "beside": [town.world.grids[letter].code for letter in "AB"],
        }
    ]
    second = town.world.grids["B"]
    fields = {"road": "between", "day": today().isoformat()}
    assert (
        send(admin, "/names/roads", "/names/roads", grid=second.code, **fields).status_code == 303
    )
    assert session.scalars(select(RoadGrid.grid_id)).all() == [second.id]
    wrong = send(admin, "/names/roads", "/names/roads", grid=town.grid.code, **fields)
    assert (wrong.status_code, "不在这条路边上" in wrong.text) == (422, True)


def test_a_community_keeps_its_own_names_only(client, session, town):
    post = town.world.post(PostKind.COMMUNITY_DESK, town.neighbour, "邻居")
    signed.account(session, post.person_id, "desk")
    sign_in(client, "desk")
    row = town.world.alias("compound", "c2", "老纺织宿舍", state="proposed")
    page = client.get("/names").text
    assert "待确认的名字" not in page
    assert send(client, f"/names/{row.id}/decide", state="confirmed").status_code == 403
    fields = {"entity": "compound", "kind": "alias", "day": today().isoformat()}
    assert send(client, "/names/new", code="c3", text="江南老村", **fields).status_code == 303
    assert send(client, "/names/new", code="c2", text="纺织院", **fields).status_code == 403


def workbook(client, content, name="names.xlsx"):
    data = {"csrf_token": token(client.get("/names")), "file": (io.BytesIO(content), name)}
    return client.post("/names/import", data=data, headers=HTML)


def sheet_of(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return book, book.worksheets[0]


def bytes_of(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_is_exported_is_imported_without_a_change(admin, session, town):
    town.world.alias("compound", "c2", "=老纺织宿舍")
    town.world.alias("compound", "c1", "书香家园", kind="former", state="rejected")
    before = names(session)
    content = admin.get("/names/export.xlsx").data
    _book, sheet = sheet_of(content)
    assert [cell.value for cell in sheet[1]][:5] == ["什么地方", "编码", "正式名称", "名字", "类型"]
    assert workbook(admin, content).status_code == 303
    assert names(session) == before


def test_a_workbook_changes_and_adds_or_nothing_at_all(admin, session, town):
    town.world.alias("compound", "c2", "老纺织宿舍")
    book, sheet = sheet_of(admin.get("/names/export.xlsx").data)
    sheet.cell(2, 5).value = "曾用名"
    sheet.append(["小区", "c1", None, "书香家园", "别名", "已确认", None, None])
    assert workbook(admin, bytes_of(book)).status_code == 303
    assert names(session) == [
        ("c1", "书香家园", "alias", "confirmed"),
        ("c2", "老纺织宿舍", "former", "confirmed"),
    ]
    sheet.append(["小区", "c1", None, "书香大院", "别名", "已确认", None, None])
    sheet.append(["小区", "没有", None, "别的名字", "别名", "已确认", None, None])
    refused = workbook(admin, bytes_of(book))
    assert refused.status_code == 422
    assert "第 5 行" in refused.text
    assert len(names(session)) == 2


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused(admin, content):
    assert workbook(admin, content).status_code == 422
