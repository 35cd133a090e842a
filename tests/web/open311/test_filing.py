"""GeoReport v2, filing: what is refused, what files once, what an address and a key of an area are."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridmap.dispatch.tables import Report
from gridmap.geometry import crs
from gridmap.ledger.areas import AreaVersion
from gridmap.platform.scopes import Scope
from gridmap.store.base import from_day
from tests.dispatch.filings import NOW, neighbour_community
from tests.platform import givers
from tests.web.open311.georeport import ROOT, filed, form, only, post
from tests.worlds import START, lonlat


@pytest.mark.parametrize(
    ("changes", "status", "begins"),
    [
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "NONE"}, 400, "service_code"),
        ({"lat": None, "long": None}, 400, "lat"),
        ({"lat": None}, 400, "lat"),
        ({"lat": None}, 400, "lat: 缺少 lat"),
        ({"long": " "}, 400, "long: 缺少 long"),
        ({"lat": "nan"}, 400, "lat"),
        ({"long": "abc"}, 400, "long"),
        ({"lat": "91"}, 400, ""),
        ({"lat": "10", "long": "10"}, 400, "long: "),
        ({"address_id": "17"}, 400, "address_id"),
        ({"attribute[crs]": "EPSG:1"}, 400, "attribute[crs]"),
        ({"attribute[accuracy]": "-1"}, 400, "attribute[accuracy]: attribute[accuracy] 不能小于 0"),
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
