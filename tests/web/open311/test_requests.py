"""GeoReport v2 straight from its tables: services and requests, fields, formats; nothing of anybody leaves."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer
from gridmap.dispatch.tables import Report
from gridmap.terms import Outcome, Satisfaction
from tests.dispatch.filings import act
from tests.platform import givers
from tests.web.open311.georeport import (
    ATTRIBUTE,
    REQUEST,
    ROOT,
    SERVICE,
    as_text,
    filed,
    form,
    only,
    parsed,
    post,
    tree_of,
)


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


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "nothing", 404),
        ("PUT", "requests", 405),
        ("DELETE", "services", 405),
    ],
)
def test_what_is_no_method_of_the_standard_is_refused_in_its_form(
    client, town, method, address, status
):
    answer = client.open(f"{ROOT}/{address}.xml", method=method)
    assert (answer.status_code, answer.mimetype) == (status, "text/xml")
    errors = tree_of(parsed(answer.data))
    answer = client.open(f"{ROOT}/{address}.json", method=method)
    assert answer.status_code == status
    assert as_text(answer.json) == as_text(errors)
    assert answer.json[0]["code"] == status
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_an_unknown_jurisdiction_is_404(client, key):
    for path in ("services", "services/LIGHT", "requests", "requests/2026-000001"):
        answer = client.get(f"{ROOT}/{path}.json?jurisdiction_id=dc.gov")
        assert answer.status_code == 404
        assert answer.json[0]["description"].startswith("jurisdiction_id")
    assert post(client, key, **form(jurisdiction_id="dc.gov")).status_code == 404


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


def test_all_pages_together_are_the_whole_list(client, key):
    filed_ = [filed(client, key, description=f"第{n}件") for n in range(5)]
    whole = [one["service_request_id"] for one in client.get(f"{ROOT}/requests.json").json]
    paged = []
    for page in (1, 2, 3, 4):
        rows = client.get(f"{ROOT}/requests.json?page={page}&page_size=2").json
        assert len(rows) == {1: 2, 2: 2, 3: 1, 4: 0}[page]
        paged += [one["service_request_id"] for one in rows]
    assert paged == whole
    assert sorted(paged) == sorted(filed_)


@pytest.mark.parametrize(
    "asked", ["page=0", "page=x", "page_size=1001", "page_size=-1", "page=1e3"]
)
def test_a_page_that_cannot_be_is_refused(client, asked):
    answer = client.get(f"{ROOT}/requests.json?{asked}")
    assert answer.status_code == 400
    assert answer.json[0]["description"].startswith(asked.partition("=")[0])


def test_what_no_xml_can_hold_is_replaced(client, key):
    number = filed(client, key, description="灯\ufffe不亮 <&>")
    page = client.get(f"{ROOT}/requests/{number}.xml?api_key={key}")
    assert parsed(page.data).find("request/description").text == "灯\ufffd不亮 <&>"
