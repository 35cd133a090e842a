"""Filing over HTTP: exactly once, strict, photos without metadata; tracking; categories."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import func, select

from gridmap.dispatch.tables import Photo, Report, Step
from gridmap.geometry import crs
from gridmap.terms import PostKind
from tests.dispatch.filings import staffed
from tests.web import signed
from tests.worlds import lonlat

KEY = "key-0001"


@pytest.fixture
def world(session):
    world, _ = staffed(session)
    return world


def body(x=30, y=30, category="RUBBISH", **changes):
    lon, lat = lonlat(x, y)
    place = {"lon": lon, "lat": lat, "crs": "wgs84"} | changes.pop("place", {})
    report = {"category": category, "description": "门口垃圾没人收", "place": place}
    return report | changes


def send(client, report, key=KEY, **headers):
    return client.post("/api/v1/reports", json=report, headers={"Idempotency-Key": key} | headers)


def send_raw(client, data, content_type="application/json", key=KEY):
    headers = {"Idempotency-Key": key}
    return client.post("/api/v1/reports", data=data, content_type=content_type, headers=headers)


def send_photos(client, report, photos, key=KEY, **parts):
    data = {"report": json.dumps(report), "photos": photos} | parts
    return send_raw(client, data, "multipart/form-data", key)


def picture(fmt="JPEG", size=(60, 40), color="red", **options):
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, fmt, **options)
    file.seek(0)
    return file


def count(session, table=Report):
    return session.scalar(select(func.count()).select_from(table))


def only(session):
    return session.scalars(select(Report)).one()


def test_a_report_goes_to_who_answers_for_its_grid(client, world):
    answer = send(client, body())
    assert answer.status_code == 201
    filed = answer.json
    assert filed["stage"] == {"key": "filed", "label": "待受理"}
    assert filed["rung"] == {"key": "grid_branch", "label": "网格党支部"}
    assert filed["holder"] == {"title": "专职网格员", "name": "甲格员"}
    assert (filed["grid"], filed["building"]) == ({"status": "accepted"}, {"status": "accepted"})
    assert filed["track_url"] == f"/track/{filed['number']}?key={filed['track_key']}"
    assert filed["filed_at"].endswith("+00:00")


def test_a_replay_gets_the_first_answer(client, world, session):
    first, again = send(client, body()), send(client, body())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (count(session), count(session, Step)) == (1, 1)


def test_the_order_of_fields_does_not_make_another_body(client, world):
    report = body(phone=None)
    send(client, report)
    turned = dict(reversed(report.items()))
    assert send(client, turned).status_code == 200


@pytest.mark.parametrize(
    "change", [{"description": "别的事情"}, {"category": "LIGHT"}, {"phone": "13800138000"}]
)
def test_the_same_key_with_another_body_is_refused(client, world, session, change):
    send(client, body())
    answer = send(client, body(**change))
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_conflict")
    assert count(session) == 1


def test_another_photo_is_another_body(client, world):
    send_photos(client, body(), [(picture(color="red"), "a.jpg")])
    answer = send_photos(client, body(), [(picture(color="blue"), "a.jpg")])
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_conflict")


def test_a_key_is_needed(client, world):
    answer = client.post("/api/v1/reports", json=body())
    assert (answer.status_code, answer.json["code"]) == (400, "missing_idempotency_key")
    assert answer.json["hint"]


@pytest.mark.parametrize(
    "key",
    ["short", "k" * 65, "has space", "键键键键键键键键".encode().decode("latin-1"), "semi;colon"],
)
def test_a_key_has_a_form(client, world, session, key):
    answer = send(client, body(), key)
    assert (answer.status_code, answer.json["field"]) == (422, "Idempotency-Key")
    assert count(session) == 0


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""]
)
def test_another_content_type_is_415(client, world, kind):
    answer = send_raw(client, json.dumps(body()), kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "broken", [b"{", b"", b"\xff\xfe{}", b"[" * 50_000, b'{"a": 1' + b"0" * 5000 + b"}"]
)
def test_broken_json_is_400(client, world, broken):
    answer = send_raw(client, broken)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")


@pytest.mark.parametrize("data", [[], "x", 3, None])
def test_json_that_is_no_object_is_422(client, world, data):
    assert send_raw(client, json.dumps(data)).status_code == 422


def test_too_much_json_is_413(client, world):
    answer = send_raw(client, json.dumps(body(description="长" * 70_000), ensure_ascii=False))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert "64 KB" in answer.json["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"grid": "1"}, "grid"),
        ({"place": {"floor": 3}}, "place.floor"),
        ({"place": {"lon": "113.9"}}, "place.lon"),
        ({"place": {"lon": True}}, "place.lon"),
        ({"place": {"lat": None}}, "place.lat"),
        ({"place": {"lon": 1e300}}, "place.lon"),
        ({"place": {"crs": ""}}, "place.crs"),
        ({"place": {"source": "photo"}}, "place.source"),
        ({"place": {"accuracy": -1}}, "place.accuracy"),
        ({"description": "短"}, "description"),
        ({"description": "   "}, "description"),
        ({"description": "长" * 2001}, "description"),
        ({"description": "有\0零"}, "description"),
        ({"description": "反\u202e转"}, "description"),
        ({"description": "半个\ud800字"}, "description"),
        ({"description": 12345}, "description"),
        ({"category": "NO_SUCH"}, "category"),
        ({"category": "a\0b"}, "category"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "１３８００１３８０００"}, "phone"),
        ({"phone": "13800138000\n1"}, "phone"),
        ({"phone": 13800138000}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"photo_kinds": ["near"] * 4}, "photo_kinds"),
        ({"photo_kinds": ["sideways"]}, "photo_kinds.0"),
    ],
)
def test_what_is_wrong_is_named(client, world, session, change, field):
    answer = send_raw(client, json.dumps(body(**change)))
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["message"]
    assert count(session) == 0


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_are_finite(client, world, number):
    text = json.dumps(body()).replace(str(lonlat(30, 30)[0]), number)
    answer = send_raw(client, text)
    assert (answer.status_code, answer.json["field"]) == (422, "place.lon")


def test_the_coordinate_system_is_never_guessed(client, world):
    report = body()
    del report["place"]["crs"]
    answer = send(client, report)
    assert (answer.status_code, answer.json["field"]) == (422, "place.crs")
    assert send(client, body(place={"crs": "mars"})).json["code"] == "unknown_crs"


def test_a_far_point_asks_whether_lon_and_lat_are_swapped(client, world):
    lon, lat = lonlat(30, 30)
    answer = send(client, body(place={"lon": lat, "lat": lon - 90}), **{"Accept-Language": "en"})
    assert (answer.status_code, answer.json["code"]) == (422, "outside_county")
    assert "swapped" in answer.json["hint"]


def test_the_raw_place_is_kept(client, world, session):
    lon, lat = lonlat(30, 30)
    shifted = crs.from_wgs84([lon], [lat], crs.parse("gcj02"))
    raw = {"lon": float(shifted[0][0]), "lat": float(shifted[1][0]), "crs": "gcj02"}
    answer = send(client, body(place=raw | {"accuracy": 8.5, "source": "gps"}))
    assert answer.status_code == 201
    kept = only(session)
    assert (kept.raw_lon, kept.raw_lat, kept.raw_crs) == (raw["lon"], raw["lat"], "gcj02")
    assert (kept.accuracy_m, kept.place_source) == (8.5, "gps")
    assert kept.grid_id == world.grids["A"].id


def test_outside_every_grid_the_county_has_it(client, world):
    filed = send(client, body(x=-300)).json
    assert (filed["grid"]["status"], filed["rung"]["key"]) == ("none", "county")
    assert filed["holder"]["name"] == "县员"
    assert filed["reasons"][0]["key"] == "unplaced"


@pytest.mark.parametrize(
    "phone", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "0371-62345678", "62345678"]
)
def test_phones_as_people_write_them(client, world, session, phone):
    assert send(client, body(phone=phone)).status_code == 201
    assert only(session).reporter_phone == phone


def test_photos_are_kept_without_metadata(client, world, session):
    exif = Image.Exif()
    exif[0x010F] = "SecretMaker"
    photos = [
        (picture(exif=exif), "a.jpg"),
        (picture("PNG", (3000, 2000)), "b.png"),
        (picture("WEBP"), "c.webp"),
    ]
    assert send_photos(client, body(), photos).status_code == 201
    kept = session.scalars(select(Photo).order_by(Photo.position)).all()
    assert [photo.position for photo in kept] == [1, 2, 3]
    for photo in kept:
        assert b"SecretMaker" not in photo.jpeg
        image = Image.open(io.BytesIO(photo.jpeg))
        assert (image.format, dict(image.getexif())) == ("JPEG", {})
        assert image.size == (photo.width, photo.height)
        assert max(image.size) <= 1600


def test_photos_may_say_what_they_show(client, world, session):
    photos = [(picture(), "a.jpg"), (picture(), "b.jpg"), (picture(), "c.jpg")]
    assert send_photos(client, body(photo_kinds=["near", None]), photos).status_code == 201
    kept = session.scalars(select(Photo).order_by(Photo.position)).all()
    assert [photo.kind for photo in kept] == ["near", None, None]


def test_the_report_part_may_be_a_file(client, world):
    part = (io.BytesIO(json.dumps(body()).encode()), "report.json", "application/json")
    answer = send_raw(client, {"report": part}, "multipart/form-data")
    assert answer.status_code == 201


def test_what_is_no_picture_is_refused_whole(client, world, session):
    photos = [(picture(), "a.jpg"), (io.BytesIO(b"<?xml version='1.0'?>"), "b.jpg")]
    answer = send_photos(client, body(), photos)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_image")
    assert "b.jpg" in answer.json["message"]
    assert (count(session), count(session, Photo)) == (0, 0)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"photos": [(picture(), f"{n}.jpg") for n in range(4)]}, "photos"),
        ({"movie": (picture(), "a.jpg")}, "movie"),
        ({"note": "x"}, "note"),
    ],
)
def test_parts_are_named_when_wrong(client, world, parts, field):
    answer = send_raw(client, {"report": json.dumps(body())} | parts, "multipart/form-data")
    assert (answer.status_code, answer.json["field"]) == (422, field)


@pytest.mark.parametrize("head", ["form-data", 'form-data; filename="a.png"'])
def test_a_part_without_a_name_is_refused(client, world, head):
    parts = f"--x\r\nContent-Disposition: {head}\r\n\r\n1\r\n--x--\r\n".encode()
    answer = send_raw(client, parts, "multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert "不认识" in answer.json["message"]


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_multipart_without_a_report_is_refused(client, world, kind):
    answer = send_raw(client, b"nothing of the kind", kind)
    assert (answer.status_code, answer.json["field"]) == (422, "report")


def test_a_worker_files_as_herself(client, world, session):
    worker = world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "巡查员")
    signed.account(session, worker.person_id, "xuncha")
    signed.sign_in(client, "xuncha")
    send(client, body())
    assert only(session).filed_by_id == worker.person_id


def test_who_is_not_signed_in_files_as_nobody(client, world, session):
    send(client, body())
    assert only(session).filed_by_id is None


def test_tracking_by_tail_or_key(client, world):
    filed = send(client, body(phone="13800138000")).json
    path = f"/api/v1/reports/{filed['number']}"
    by_tail = client.get(path, query_string={"tail": "8000"})
    by_key = client.get(path, query_string={"key": filed["track_key"]})
    assert by_tail.json == by_key.json
    assert by_tail.json["stage"] == {"key": "filed", "label": "待受理"}
    assert [step["action"]["key"] for step in by_tail.json["steps"]] == ["filed"]
    assert by_tail.json["grid"] == "A网格"
    for private in ("13800138000", "门口垃圾", "甲格员", str(lonlat(30, 30)[0])[:8]):
        assert private not in by_tail.text


@pytest.mark.parametrize(
    "query", [{}, {"tail": "8001"}, {"key": "wrong"}, {"tail": "0000", "key": ""}]
)
def test_tracking_never_says_what_did_not_fit(client, world, query):
    filed = send(client, body(phone="13800138000")).json
    wrong = client.get(f"/api/v1/reports/{filed['number']}", query_string=query)
    unknown = client.get("/api/v1/reports/2026-999999", query_string=query)
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert wrong.json == unknown.json


def test_without_a_phone_no_tail_fits(client, world):
    filed = send(client, body()).json
    for tail in ("0000", "None"):
        answer = client.get(f"/api/v1/reports/{filed['number']}", query_string={"tail": tail})
        assert answer.status_code in (404, 422)


@pytest.mark.parametrize(
    "number", ["x", "2026-1", "2026-000001%00", "%F0%9F%92%A9", "2026-" + "9" * 40]
)
def test_what_is_no_number_is_not_found(client, world, number):
    answer = client.get(f"/api/v1/reports/{number}?tail=1234")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_tail_has_four_digits(client, world):
    for tail in ("123", "12345", "12a4", "1234\n"):
        answer = client.get("/api/v1/reports/2026-000001", query_string={"tail": tail})
        assert (answer.status_code, answer.json["field"]) == (422, "tail")


def test_answers_are_never_cached(client, world):
    filed = send(client, body())
    assert filed.headers["Cache-Control"] == "no-store"


def test_categories_in_the_readers_language(client, world):
    first = client.get("/api/v1/categories").json["items"][0]
    assert set(first) == {"code", "name", "topic", "line", "first_rung", "limits"}
    english = client.get("/api/v1/categories", headers={"Accept-Language": "en"}).json["items"]
    assert {item["name"] for item in english} >= {"Category LIGHT"}
    assert english[0]["limits"]["accept"] == {
        "value": 4,
        "unit": {"key": "working_hours", "label": "working hours"},
    }


def test_the_description_has_header_body_and_photos(client, world):
    operation = client.get("/openapi.json").json["paths"]["/api/v1/reports"]["post"]
    assert operation["parameters"][0]["name"] == "Idempotency-Key"
    content = operation["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    assert set(schema["required"]) == {"category", "description"}
    place = schema["properties"]["place"]["anyOf"][0]
    assert place["properties"]["source"]["enum"] == ["pin", "gps", "search"]
    assert "$ref" not in json.dumps(content)
    assert content["multipart/form-data"]["schema"]["required"] == ["report"]
