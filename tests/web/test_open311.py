"""GeoReport v2 straight from its tables: methods, fields, formats, errors; nothing of anybody leaves."""

import json
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer
from gridmap.dispatch.tables import Report
from gridmap.geometry import crs
from gridmap.ledger.areas import AreaVersion
from gridmap.platform.scopes import Scope
from gridmap.store.base import from_day
from gridmap.terms import Outcome, Satisfaction
from tests.dispatch.filings import NOW, act, neighbour_community, staffed
from tests.platform import givers
from tests.worlds import START, lonlat
from web import params

ROOT = "/open311/v2"
ITEMS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
SERVICE = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
REQUEST = {
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
}
ATTRIBUTE = {
    "variable",
    "code",
    "datatype",
    "required",
    "datatype_description",
    "order",
    "description",
    "values",
}


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr(params, "now", lambda: NOW)
    for module in ("web.open311.views", "web.access"):
        monkeypatch.setattr(f"{module}.now", lambda: NOW)


@pytest.fixture
def town(session):
    return staffed(session)


@pytest.fixture
def key(session, town):
    return givers.key(session)


def form(x=130, y=30, code="LIGHT", **fields):
    lon, lat = lonlat(x, y)
    return {
        "service_code": code,
        "lat": repr(lat),
        "long": repr(lon),
        "description": "灯不亮",
    } | fields


def post(client, key, headers=None, spelling="json", **fields):
    data = {name: value for name, value in ({"api_key": key} | fields).items() if value is not None}
    return client.post(f"{ROOT}/requests.{spelling}", data=data, headers=headers)


def filed(client, key, **fields):
    answer = post(client, key, **form(**fields))
    assert answer.status_code == 201, answer.text
    return answer.json[0]["service_request_id"]


def only(client, number, **query):
    (found,) = client.get(f"{ROOT}/requests/{number}.json", query_string=query).json
    return found


def parsed(document):
    """An XML document of our own making."""
    return ET.fromstring(document)  # noqa: S314


def tree_of(element):
    """What an XML element says, in the shape of the JSON."""
    if element.tag in ITEMS:
        assert {child.tag for child in element} <= {ITEMS[element.tag]}
        return [tree_of(child) for child in element]
    if len(element):
        return {child.tag: tree_of(child) for child in element}
    return element.text


def as_text(tree):
    """JSON in the shape of XML: every value is text, what is nothing or empty is None."""
    if isinstance(tree, dict):
        return {name: as_text(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [as_text(one) for one in tree]
    if isinstance(tree, bool):
        return "true" if tree else "false"
    return None if tree in (None, "") else str(tree)


def test_json_and_xml_say_the_same(client, key):
    number = filed(client, key)
    paths = ["services", "services/LIGHT", "requests", f"requests/{number}", "discovery"]
    wrong = ["services/NONE", "requests/2026-999999", "tokens/unknown-token"]
    for path in paths + wrong:
        query = {"api_key": key}
        spoken = client.get(f"{ROOT}/{path}.json", query_string=query)
        written = client.get(f"{ROOT}/{path}.xml", query_string=query)
        assert spoken.status_code == written.status_code == (404 if path in wrong else 200), path
        assert spoken.content_type == "application/json; charset=utf-8"
        assert written.content_type == "text/xml; charset=utf-8"
        assert written.data.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert tree_of(parsed(written.data)) == as_text(json.loads(spoken.data)), path


def test_what_is_filed_in_xml_is_answered_in_xml(client, key):
    answer = post(client, key, spelling="xml", **form())
    assert answer.status_code == 201
    (request,) = tree_of(parsed(answer.data))
    assert set(request) == {"service_request_id", "service_notice", "account_id"}
    refused = post(client, None, spelling="xml", **form())
    assert parsed(refused.data).find("error/code").text == "403"


def test_services_have_the_fields_of_the_standard(client, town):
    services = client.get(f"{ROOT}/services.json").json
    assert {one["service_code"] for one in services} == {
        "LIGHT",
        "NOISE",
        "RUBBISH",
        "RELIEF",
        "WAGES",
    }
    for one in services:
        assert set(one) == SERVICE
        assert (one["metadata"], one["type"]) == (True, "realtime")
    definition = client.get(f"{ROOT}/services/LIGHT.json").json
    assert definition["service_code"] == "LIGHT"
    for one in definition["attributes"]:
        assert set(one) == ATTRIBUTE
        assert one["required"] is False
    english = client.get(f"{ROOT}/services.json", headers={"Accept-Language": "en"}).json
    assert english[0]["service_name"].startswith("Category")


def test_discovery_names_the_endpoint_and_the_jurisdiction(client, town):
    found = client.get(f"{ROOT}/discovery.json").json
    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith(ROOT)
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert "419901000000" in found["contact"]


def test_a_request_has_the_fields_of_the_standard(client, key, session):
    number = filed(client, key, phone="13800001234", email="li@example.org", first_name="李明")
    found = only(client, number)
    assert set(found) == REQUEST
    assert found["status"] == "open"
    assert found["service_code"] == "LIGHT"
    assert found["requested_datetime"] == "2026-06-01T16:30:00+08:00"
    for name in ("updated_datetime", "expected_datetime"):
        assert datetime.fromisoformat(found[name]).utcoffset() == timedelta(hours=8)
    report = session.scalars(select(Report)).one()
    assert found["expected_datetime"] == report.promised_at.astimezone(
        datetime.fromisoformat(found["expected_datetime"]).tzinfo
    ).isoformat(timespec="seconds")
    assert (report.reporter_phone, report.reporter_email) == ("13800001234", "li@example.org")


def test_nothing_of_anybody_leaves(client, key, town):
    number = filed(
        client,
        key,
        x=30,
        description="李明家楼道灯不亮，打13900001111",
        phone="13800001234",
        email="li@example.org",
        first_name="李明",
    )
    said = client.get(f"{ROOT}/requests.json").text + client.get(f"{ROOT}/requests.xml").text
    assert number in said
    for secret in ("李明", "13800001234", "13900001111", "li@example.org", "甲楼长", "甲格员"):
        assert secret not in said
    own = only(client, number, api_key=key)
    assert own["description"] == "李明家楼道灯不亮，打13900001111"
    assert only(client, number)["description"] is None


def test_all_reports_of_a_grid_lie_at_one_point_of_it(client, key, session):
    for x, y in ((30, 30), (10, 75), (60, 60)):
        filed(client, key, x=x, y=y, description=f"{x}")
    found = client.get(f"{ROOT}/requests.json").json
    assert len({(one["lat"], one["long"]) for one in found}) == 1
    spots = {(report.raw_lat, report.raw_lon) for report in session.scalars(select(Report))}
    assert len(spots) == 3
    assert (found[0]["lat"], found[0]["long"]) not in spots


def test_what_is_about_people_is_for_nobody_but_whoever_filed_it(client, key, session):
    number = filed(client, key, code="NOISE")
    other = givers.key(session)
    assert client.get(f"{ROOT}/requests.json").json == []
    assert client.get(f"{ROOT}/requests/{number}.json").status_code == 404
    assert client.get(f"{ROOT}/requests/{number}.json?api_key={other}").status_code == 404
    assert only(client, number, api_key=key)["service_code"] == "NOISE"


def test_a_report_closes_with_its_reply_without_names(client, key, session, town):
    _, people = town
    number = filed(client, key, x=30)
    act(session, number, people["a1"], Action.ACCEPTED)
    note = "甲楼长已换灯，问13800001234"
    act(session, number, people["a1"], Action.HANDLED, outcome=Outcome.SOLVED, note=note)
    assert only(client, number)["status_notes"] == "待核查"
    act(session, number, people["A"], Action.CHECKED)
    found = only(client, number)
    assert (found["status"], found["status_notes"]) == ("open", "待回访：某某已换灯，问***")
    said = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    act(session, number, people["A"], Action.AGREED, answer=said)
    found = only(client, number)
    assert found["status"] == "closed"
    assert found["status_notes"].startswith("已结案：")
    assert found["service_notice"] is None
    for status, numbers in (("open", []), ("closed", [number]), ("open,closed", [number])):
        rows = client.get(f"{ROOT}/requests.json?status={status}").json
        assert [one["service_request_id"] for one in rows] == numbers


def test_requests_are_narrowed(client, key):
    light = filed(client, key)
    rubbish = filed(client, key, code="RUBBISH")

    def numbers(**query):
        rows = client.get(f"{ROOT}/requests.json", query_string=query).json
        return [one["service_request_id"] for one in rows]

    assert numbers() == [rubbish, light]
    assert numbers(service_code="LIGHT") == [light]
    assert numbers(service_code="LIGHT,RUBBISH") == [rubbish, light]
    assert numbers(service_request_id=f"{light},2026-999999,x") == [light]
    assert numbers(service_request_id=f"{light}", service_code="RUBBISH") == [light]
    assert numbers(service_request_id="nonsense") == []
    assert numbers(start_date="2026-06-01T08:31:00Z", end_date="2026-06-01T09:00:00Z") == []
    assert numbers(start_date="2026-06-01T16:30:00+08:00") == [rubbish, light]
    assert numbers(end_date="2026-06-01T08:29:00Z") == []
    assert numbers(jurisdiction_id="419901000000") == [rubbish, light]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("start_date=2026-06-01", "start_date"),
        ("start_date=2026-06-01T08:00:00", "start_date"),
        ("end_date=2026-13-01T08:00:00Z", "end_date"),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-05-31T00:00:00Z", "start_date"),
        ("start_date=2026-06-02T00:00:00Z&end_date=2026-06-01T00:00:00Z", "start_date"),
        ("status=done", "status"),
    ],
)
def test_a_wrong_query_is_400(client, town, query, field):
    answer = client.get(f"{ROOT}/requests.json?{query}")
    assert answer.status_code == 400
    (error,) = answer.json
    assert set(error) == {"code", "description"}
    assert error["code"] == 400
    assert error["description"].startswith(f"{field}: ")


def test_an_unescaped_plus_in_a_query_is_read(client, key):
    number = filed(client, key)
    rows = client.get(f"{ROOT}/requests.json?start_date=2026-06-01T00:00:00+08:00").json
    assert [one["service_request_id"] for one in rows] == [number]


def test_an_unknown_jurisdiction_is_404(client, key):
    for path in ("services", "services/LIGHT", "requests", "requests/2026-000001"):
        answer = client.get(f"{ROOT}/{path}.json?jurisdiction_id=dc.gov")
        assert answer.status_code == 404
        assert answer.json[0]["description"].startswith("jurisdiction_id")
    assert post(client, key, **form(jurisdiction_id="dc.gov")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "begins"),
    [
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "NONE"}, 400, "service_code"),
        ({"lat": None, "long": None}, 400, "lat"),
        ({"lat": None}, 400, "lat"),
        ({"lat": "nan"}, 400, "lat"),
        ({"long": "abc"}, 400, "long"),
        ({"lat": "91"}, 400, ""),
        ({"lat": "10", "long": "10"}, 400, ""),
        ({"address_id": "17"}, 400, "address_id"),
        ({"attribute[crs]": "EPSG:1"}, 400, "attribute[crs]"),
        ({"attribute[accuracy]": "-1"}, 400, "attribute[accuracy]"),
        ({"media_url": "file:///etc/passwd"}, 400, "media_url"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"phone": "12"}, 400, "phone"),
        ({"email": "nobody"}, 400, "email"),
        ({"description": "a\0b"}, 400, "description"),
        ({"description": "字" * 2001}, 400, "description"),
    ],
)
def test_a_wrong_request_is_refused_and_nothing_is_filed(
    client, key, session, changes, status, begins
):
    answer = post(client, key, **(form() | changes))
    assert answer.status_code == status
    (error,) = answer.json
    assert error["code"] == status
    assert error["description"].startswith(begins)
    assert session.scalar(select(func.count()).select_from(Report)) == 0


def test_only_a_good_key_with_the_scope_files(client, session, town):
    readers = givers.key(session, Scope.REPORTS_READ)
    for key in (None, "wrong", readers):
        answer = post(client, key, **form())
        assert (answer.status_code, answer.json[0]["code"]) == (403, 403)
    writers = givers.key(session, Scope.REPORTS_WRITE)
    answer = post(client, None, headers={"Authorization": f"Bearer {writers}"}, **form())
    assert answer.status_code == 201
    assert client.get(f"{ROOT}/requests.json?api_key={writers}").status_code == 403
    assert client.get(f"{ROOT}/requests.json?api_key=wrong").status_code == 403


def test_json_is_no_form(client, key):
    answer = client.post(f"{ROOT}/requests.json?api_key={key}", json=form())
    assert answer.status_code == 400
    assert client.put(f"{ROOT}/requests.json").status_code == 405
    assert client.get(f"{ROOT}/requests.txt").status_code == 404


def test_the_same_key_files_once(client, key, session):
    again = {"Idempotency-Key": "retry-0001"}
    first = post(client, key, headers=again, **form())
    second = post(client, key, headers=again, **form())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert post(client, key, headers=again, **form(x=20)).status_code == 400
    number = first.json[0]["service_request_id"]
    token = client.get(f"{ROOT}/tokens/retry-0001.json?api_key={key}").json
    assert token == [{"service_request_id": number, "token": "retry-0001"}]
    other = givers.key(session)
    assert client.get(f"{ROOT}/tokens/retry-0001.json?api_key={other}").status_code == 404
    assert post(client, other, headers=again, **form()).status_code == 201
    assert post(client, key, headers={"Idempotency-Key": "a b"}, **form()).status_code == 400


def test_without_one_the_same_content_is_one_report_for_ten_minutes(client, key, monkeypatch):
    first = post(client, key, **form()).json
    assert post(client, key, **form()).json == first
    assert post(client, key, **form(description="另一件")).json != first
    for module in ("web.open311.views", "web.access"):
        monkeypatch.setattr(f"{module}.now", lambda: NOW + timedelta(minutes=11))
    assert post(client, key, **form()).json != first


def test_an_address_is_read_like_words(client, key, session):
    fields = {"lat": None, "long": None, "address_string": "看不出在哪里"}
    assert post(client, key, **(form() | fields)).status_code == 400
    fields = {"address_string": "1号楼3单元"}
    assert post(client, key, **(form(x=30) | fields)).status_code == 201
    assert session.scalars(select(Report.place_text)).one() == "1号楼3单元"


def test_chinese_coordinates_are_taken_by_their_name(client, key, session):
    lon, lat = crs.from_wgs84(*lonlat(30, 30), "gcj02")
    answer = post(
        client, key, service_code="LIGHT", lat=lat, long=lon, **{"attribute[crs]": "gcj02"}
    )
    assert answer.status_code == 201
    report = session.scalars(select(Report)).one()
    assert report.building_id is not None
    assert report.description == "类别LIGHT"


def test_an_address_of_a_picture_is_text_that_nobody_opens(client, key, session):
    url = "http://169.254.169.254/latest/meta-data"
    number = filed(client, key, media_url=url)
    assert session.scalars(select(Report.description)).one().endswith(url)
    assert only(client, number)["media_url"] is None


def test_a_key_of_an_area_files_and_sees_its_own_area(client, session, town):
    world, _ = town
    parent, _, _ = neighbour_community(session)
    session.add(AreaVersion(area_id=parent.id, name="邻乡", valid=from_day(START)))
    session.flush()
    here = givers.key(session, area_id=world.community.id)
    there = givers.key(session, area_id=parent.id)
    everywhere = givers.key(session)
    near, far = filed(client, here), filed(client, everywhere, x=50, y=150)
    assert post(client, there, **form(description="别处")).status_code == 403
    assert session.scalar(select(func.count()).select_from(Report)) == 2

    def numbers(**query):
        rows = client.get(f"{ROOT}/requests.json", query_string=query).json
        return [one["service_request_id"] for one in rows]

    assert numbers(api_key=here) == [near]
    assert numbers(api_key=there) == [far]
    assert numbers() == [far, near]
    assert numbers(jurisdiction_id="419901002000") == [far]
    assert numbers(jurisdiction_id=world.community.code) == [near]


def test_a_list_of_requests_takes_a_fixed_number_of_statements(client, key, statements):
    filed(client, key)
    client.get(f"{ROOT}/requests.json")
    statements.clear()
    client.get(f"{ROOT}/requests.json")
    few = len(statements)
    for n in range(5):
        filed(client, key, description=f"第{n}件")
    statements.clear()
    client.get(f"{ROOT}/requests.json")
    assert len(statements) == few <= 3


def test_what_no_xml_can_hold_is_replaced(client, key):
    number = filed(client, key, description="灯\ufffe不亮 <&>")
    page = client.get(f"{ROOT}/requests/{number}.xml?api_key={key}")
    assert parsed(page.data).find("request/description").text == "灯\ufffd不亮 <&>"
