"""What is sent as JSON: nested without end, much too large, or no JSON at all; always a clear answer."""

import pytest

from web.bodies import LARGEST_JSON

PATHS = ("/api/v1/locate", "/api/v1/reports")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"lon": ' + b"1" * 5000 + b"}",
        b"\xff\xfe{}",
        b'{"lon": 1',
        b"",
    ],
    ids=["brackets", "braces", "digits", "no UTF-8", "cut", "empty"],
)
def test_what_cannot_be_read_is_a_400(client, path, body):
    headers = {"Idempotency-Key": "key-12345678"}
    answer = client.post(path, data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")


@pytest.mark.parametrize("name", ["NaN", "-Infinity", '"\\ud800"', '"a\\u0000"', "1e999"])
def test_numbers_and_texts_that_are_none_are_refused(client, name):
    body = f'{{"text": "x", "point": {{"lon": {name}, "lat": 31, "crs": "wgs84"}}}}'
    answer = client.post("/api/v1/locate", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["field"]


def test_json_has_a_limit_of_its_own(client):
    body = b"[" + b"[]," * (LARGEST_JSON // 3) + b"[]]"
    answer = client.post("/api/v1/locate", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert "4 MB" in answer.json["message"]
