"""What pages of other sites may read: the open addresses, without cookies, and nothing else."""

import pytest

from tests import worlds
from web.security import headers_of

ELSEWHERE = {"Origin": "https://screen.example.org"}
PREFLIGHT = ELSEWHERE | {
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization",
}
OPEN = (
    "/ogc/collections/grids/items",
    "/ogc/collections/nothing",
    "/tiles/grids.json",
    "/open311/v2/services.json",
    "/openapi.json",
)
CLOSED = ("/", "/desk", "/api/v1/reports", "/settings/keys", "/tilesets", "/exports")


@pytest.fixture
def world(session):
    return worlds.draw(session, "A")


def allowed(answer):
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("address", OPEN)
def test_a_page_elsewhere_reads_what_is_open(client, world, address):
    answer = client.get(address, headers=ELSEWHERE)
    assert allowed(answer) == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_a_browser_may_ask_before_it_shows_a_key(client, world):
    answer = client.options("/open311/v2/requests.json", headers=PREFLIGHT)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    reading = client.options("/ogc/collections", headers=PREFLIGHT)
    assert "POST" not in reading.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("address", CLOSED)
def test_nothing_else_is_read_from_elsewhere(client, world, address):
    for answer in (
        client.get(address, headers=ELSEWHERE),
        client.options(address, headers=PREFLIGHT),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_tiles_that_are_answered_before_flask_say_it_too():
    assert headers_of("/tiles/")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in headers_of("/api/v1/locate")
