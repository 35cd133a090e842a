"""Files in by the page: sent, matched, checked, taken, on record, rolled back; only by who may, only their own."""

import re

import pytest
from sqlalchemy import func, select

from gridmap.ledger.buildings import Building
from gridmap.ledger.settings import ImportRecord
from gridmap.terms import Role
from tests.dispatch.filings import town as filings_town
from tests.geodata.mapfiles import house, write
from tests.web import signed
from tests.worlds import square
from web.pages import imports

PAGE = {"Accept": "text/html"}
DAY = "2026-06-01"


@pytest.fixture
def admin(session, client, tmp_path):
    client.application.extensions[imports.FOLDER] = tmp_path / "imports"
    world = filings_town(session)
    for login in ("admin", "other"):
        post = world.post("part_time_worker", world.grids["A"], login)
        signed.account(session, post.person_id, login, roles=[Role.ADMINISTRATOR])
    signed.sign_in(client, "admin")
    yield client
    del client.application.extensions[imports.FOLDER]


def send(client, *paths, layer="buildings", accept=PAGE):
    token = signed.token(client.get("/imports", headers=PAGE))
    opened = [path.open("rb") for path in paths]
    data = {"csrf_token": token, "layer": layer, "file": opened}
    answer = client.post("/imports", data=data, headers=accept)
    for file in opened:
        file.close()
    return answer


def form_of(page):
    """What the form of the fields would send."""
    chosen = re.findall(
        r'<select[^>]* name="(field-[^"]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL
    )
    picked = {name: re.search(r'value="([^"]*)" selected', inner) for name, inner in chosen}
    fields = {name: found[1] if found else "" for name, found in picked.items()}
    return {"csrf_token": signed.token(page), "day": DAY, "step": "check"} | fields


def check(client, address, **changed):
    fields = form_of(client.get(address, headers=PAGE)) | changed
    return client.post(address, data=fields, headers=PAGE)


@pytest.fixture
def houses(tmp_path):
    """Two houses in the world's first grid, under names of columns that only look right."""
    rows = [
        (own | {"BH": own.pop("id"), "LC": own.pop("floors")}, shape)
        for own, shape in (house("n1", 60, 20, number="7"), house("n2", 60, 50, number="8"))
    ]
    return write(tmp_path / "楼栋.gpkg", rows)


def buildings(session):
    return session.scalar(select(func.count()).select_from(Building))


def test_from_the_file_to_the_map_and_back(session, admin, houses):
    before = buildings(session)
    sent = send(admin, houses)
    assert sent.status_code == 303
    page = admin.get(sent.location, headers=PAGE)
    assert form_of(page)["field-code"] == "BH"
    assert form_of(page)["field-floors"] == "LC"
    checked = check(admin, sent.location)
    assert checked.status_code == 303, checked.text
    shown = admin.get(checked.location, headers=PAGE)
    assert "确认导入" in shown.text
    assert buildings(session) == before
    shapes = admin.get(f"{sent.location}/shapes.json").json["features"]
    assert [one["properties"]["fate"] for one in shapes] == ["new", "new"]
    token = {"csrf_token": signed.token(shown)}
    taken = admin.post(f"{sent.location}/take", data=token, headers=PAGE)
    assert taken.status_code == 303
    assert buildings(session) == before + 2
    record = admin.get(taken.location, headers=PAGE)
    assert "楼栋.gpkg" in record.text
    assert "已导入" in record.text
    assert "admin" in record.text
    assert admin.get(sent.location, headers=PAGE).status_code == 404
    path = taken.location.partition("?")[0]
    undone = admin.post(f"{path}/undo", data=token, headers=PAGE)
    assert undone.status_code == 303
    assert buildings(session) == before
    assert "已撤销" in admin.get(undone.location, headers=PAGE).text
    again = admin.post(f"{path}/undo", data=token, headers=PAGE)
    assert again.status_code == 409
    assert "已经撤销过" in again.text


def test_an_error_has_its_feature_reason_and_spot_and_no_button(admin, tmp_path):
    rows = [house("n1", 60, 20, households=-3), ({"id": "n2"}, square(60, 50, 70, 60))]
    sent = send(admin, write(tmp_path / "a.gpkg", rows))
    checked = check(admin, sent.location)
    shown = admin.get(checked.location, headers=PAGE).text
    assert "第 1 个" in shown
    assert "不能是负数" in shown
    assert "data-spot" in shown
    assert "确认导入" not in shown


def test_what_a_field_is_can_be_changed_or_left_out(session, admin, houses):
    sent = send(admin, houses)
    checked = check(admin, sent.location, **{"field-code": "number", "field-floors": ""})
    number = session.scalar(select(func.max(ImportRecord.id)))
    admin.get(checked.location, headers=PAGE)
    shown = admin.get(f"{sent.location}/problems", headers=PAGE)
    admin.post(f"{sent.location}/take", data={"csrf_token": signed.token(shown)}, headers=PAGE)
    assert session.scalar(select(Building.code).where(Building.code == "7")) == "7"
    assert session.get(ImportRecord, number).outcome == "checked"


def test_the_county_that_changed_meanwhile_is_looked_at_again(session, admin, houses):
    first, second = send(admin, houses), send(admin, houses)
    for sent in (first, second):
        check(admin, sent.location)
    token = {"csrf_token": signed.token(admin.get(f"{first.location}/problems", headers=PAGE))}
    assert admin.post(f"{first.location}/take", data=token, headers=PAGE).status_code == 303
    count = buildings(session)
    late = admin.post(f"{second.location}/take", data=token, headers=PAGE)
    assert late.status_code == 409
    assert "检查之后" in late.text
    assert buildings(session) == count


def test_gbk_is_shown_and_asked_about(admin, tmp_path):
    write(
        tmp_path / "a.shp",
        [({"code": "n1", "name": "书香楼"}, square(60, 20, 70, 30))],
        encoding="GBK",
    )
    (tmp_path / "a.cpg").unlink()
    sent = send(admin, *(tmp_path / f"a{part}" for part in (".shp", ".shx", ".dbf", ".prj")))
    assert sent.status_code == 303
    asked = admin.get(sent.location, headers=PAGE)
    assert "书香楼" in asked.text
    fields = {"csrf_token": signed.token(asked), "day": DAY, "step": "read", "encoding": "gb18030"}
    read = admin.post(sent.location, data=fields, headers=PAGE)
    assert "例：书香楼" in admin.get(read.location, headers=PAGE).text


def test_a_missing_part_is_named_and_on_record(session, admin, tmp_path):
    write(tmp_path / "a.shp", [({"code": "n1"}, square(60, 20, 70, 30))], encoding="UTF-8")
    refused = send(admin, tmp_path / "a.shp", accept={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (422, "unreadable_file")
    assert ".dbf" in refused.json["message"]
    last = session.scalars(select(ImportRecord).order_by(ImportRecord.id.desc())).first()
    assert (last.outcome, last.file_name) == ("refused", "a.shp")
    assert list((tmp_path / "imports").iterdir()) == []


def test_a_file_is_only_for_who_sent_it(admin, houses):
    sent = send(admin, houses)
    admin.delete_cookie("gridmap_session")
    signed.sign_in(admin, "other")
    assert admin.get(sent.location, headers=PAGE).status_code == 404
    assert admin.get("/imports/files/..%2f..%2fetc", headers=PAGE).status_code == 404


def test_the_problems_as_a_table(admin, session, tmp_path):
    rows = [house("n1", 60, 20, households=-3)]
    check(admin, send(admin, write(tmp_path / "a.gpkg", rows)).location)
    number = session.scalar(select(func.max(ImportRecord.id)))
    table = admin.get(f"/imports/{number}/problems.csv")
    assert table.mimetype == "text/csv"
    assert "不能是负数" in table.data.decode("utf-8-sig")


def test_credits_stand_on_every_map(admin):
    signed.post_form(admin, "/settings/credits", credits="© OpenStreetMap contributors")
    assert admin.get("/api/v1/county").json["credits"] == "© OpenStreetMap contributors"
