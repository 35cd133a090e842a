"""Keys of other systems: shown once, kept as a hash, revoked; they never have a person's authority."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.platform import keys
from gridmap.platform.refusals import BadKey
from gridmap.platform.scopes import Scope
from gridmap.platform.tables import ApiKey
from gridmap.store.audit import AuditEntry
from tests import worlds
from tests.messaging import people
from tests.platform import givers
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web import ratelimits
from web.config import Config
from web.params import now
from web.permissions import PERMISSIONS, PUBLIC

PAGE = {"Accept": "text/html"}
ALL = "/settings/keys"
KEY = {"name": "市城运平台", "scopes": ["reports:read", "reports:write"], "per_minute": "90"}


@pytest.fixture
def administrator(session, client):
    world = worlds.draw(session, "A")
    signed.account(session, people.person(session, "管").id, "admin", roles=["administrator"])
    sign_in(client, "admin")
    return world


def make(client, **changes):
    return post_form(client, ALL, **(KEY | {"area": "county", "last_day": ""} | changes))


def shown(page):
    return re.search(r'id="made">([^<]+)<', page.text)[1]


def test_a_key_is_shown_once_and_kept_as_a_hash(client, administrator, session):
    page = make(client)
    key = shown(page)
    row = session.scalars(select(ApiKey)).one()
    assert key.startswith(row.prefix)
    assert len(key) > len(row.prefix) + 40
    kept = " ".join(str(value) for value in vars(row).values())
    assert key not in kept
    assert page.headers["Cache-Control"] == "no-store"
    again = client.get(ALL, headers=PAGE).text
    assert key not in again
    assert row.prefix in again
    assert "市城运平台" in again
    trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "api_key_made")).one()
    assert trail.details["scopes"] == KEY["scopes"]
    assert key not in str(trail.details)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写"),
        ({"scopes": []}, "至少选择一项权限"),
        ({"scopes": ["everything"]}, "至少选择一项权限"),
        ({"per_minute": "0"}, "1 到 100000"),
        ({"last_day": "2020-01-01"}, "不能早于今天"),
        ({"last_day": "soon"}, "请填日期"),
        ({"area": "999999"}, "从列表中选一个范围"),
    ],
)
def test_what_makes_no_key_is_said_beside_its_field(client, administrator, session, changes, words):
    answer = make(client, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalars(select(ApiKey)).all() == []


def test_a_revoked_key_opens_nothing(client, administrator, session):
    key = shown(make(client))
    assert client.get("/open311/v2/requests.json", headers=shows(key)).status_code == 200
    page = client.get(ALL, headers=PAGE)
    path = re.search(rf'action="({ALL}/\d+/revoke)"', page.text)[1]
    data = {"csrf_token": signed.token(page)}
    assert client.post(path, data=data, headers=PAGE).status_code == 303
    assert client.get("/open311/v2/requests.json", headers=shows(key)).status_code == 403
    assert "已停用" in client.get(ALL, headers=PAGE).text
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("api_key_revoked") == 1


def shows(key):
    return {"Authorization": f"Bearer {key}"}


def test_a_key_holds_until_its_last_day_has_passed(session):
    at = now()
    key = givers.key(session, now=at, last_day=at.date() + timedelta(days=1))
    assert keys.bearer(session, key, at).name == "市平台"
    with pytest.raises(BadKey):
        keys.bearer(session, key, at + timedelta(days=3))


@pytest.mark.parametrize("key", ["", "gmk_", "x" * 100_000, "gmk_\ud800", "密钥", "' OR 1=1 --"])
def test_nonsense_is_a_bad_key(session, key):
    with pytest.raises(BadKey):
        keys.bearer(session, key, now())


def test_use_is_written_down_seldom(session):
    at = now()
    key = givers.key(session, now=at)
    for minutes in (0, 1, 4, 6):
        keys.bearer(session, key, at + timedelta(minutes=minutes))
        session.expire_all()
        seen = session.scalars(select(ApiKey.last_used_at)).one()
        assert seen == at + timedelta(minutes=6 if minutes == 6 else 0)


def test_no_key_opens_what_is_for_people(client, session):
    """Every route of the table, with a key that has every scope."""
    worlds.draw(session, "A")
    headers = shows(givers.key(session, now=now())) | {"Accept": "application/json"}
    client.application.config["WTF_CSRF_ENABLED"] = False
    wrong, asked = [], 0
    for rule in client.application.url_map.iter_rules():
        right = PERMISSIONS[rule.endpoint]
        if right == PUBLIC or right in set(Scope):
            continue
        values = {name: 1 if f":{name}>" in rule.rule else "x" for name in rule.arguments}
        with client.application.test_request_context():
            path = client.application.url_for(rule.endpoint, **values)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            asked += 1
            status = client.open(path, method=method, headers=headers).status_code
            if status != 401:
                wrong.append((rule.endpoint, method, status))
    assert wrong == []
    assert asked > 100


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/county",
        "/ogc/collections/grids/items",
        "/tiles/grids.json",
        "/tiles/grids/9/0/0.mvt",
        "/api/v1/exports/grids/csv",
    ],
)
def test_a_scope_is_needed_on_public_layers_once_a_key_is_shown(client, session, path):
    worlds.draw(session, "A")
    writer = givers.key(session, Scope.REPORTS_WRITE, now=now())
    reader = givers.key(session, Scope.LAYERS_READ, now=now())
    assert client.get(path).status_code in {200, 204}
    assert client.get(path, headers=shows(reader)).status_code in {200, 204}
    refused = client.get(path, headers=shows(writer))
    assert (refused.status_code, refused.json["code"]) == (403, "missing_scope")
    refused = client.get(path, headers=shows("wrong"))
    assert (refused.status_code, refused.json["code"]) == (401, "bad_key")
    # the parameter is Open311's alone
    assert client.get(f"{path}?day=2026-06-01&api_key=wrong").status_code != 401


def test_the_webhooks_of_the_api_are_for_keys_alone(client, session, administrator):
    path = "/api/v1/webhooks"
    assert client.get(path).status_code == 401
    reader = givers.key(session, Scope.REPORTS_READ, now=now())
    assert client.get(path, headers=shows(reader)).status_code == 403
    hook, secret = givers.webhook(session)
    key = givers.key(session, Scope.WEBHOOKS, now=now())
    answer = client.get(path, headers=shows(key))
    assert [one["id"] for one in answer.json["items"]] == [hook]
    assert secret not in answer.text
    assert givers.URL not in answer.text
    assert client.get(f"{path}/{hook}/deliveries", headers=shows(key)).json == {"items": []}
    assert client.get(f"{path}/{hook + 1}/deliveries", headers=shows(key)).status_code == 404


@pytest.fixture
def limited(client):
    client.application.config["GRIDMAP"] = Config(
        database_url="postgresql://unused",
        secret_key="test",  # noqa: S106
    )
    return client


def test_a_limited_answer_says_its_limit_in_numbers(limited, session, monkeypatch):
    worlds.draw(session, "A")
    monkeypatch.setitem(ratelimits.LIMITS, "open311.listed", (3, 300))
    answers = [limited.get("/open311/v2/requests.json") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert {one.headers["RateLimit-Policy"] for one in answers} == {'"address";q=3;w=300'}
    said = [re.fullmatch(r'"address";r=(\d+);t=(\d+)', one.headers["RateLimit"]) for one in answers]
    assert [int(one[1]) for one in said] == [2, 1, 0, 0]
    assert all(0 < int(one[2]) <= 300 for one in said)
    assert answers[-1].headers["Retry-After"] == said[-1][2]
    assert answers[-1].json[0]["code"] == 429


def test_a_key_has_a_limit_of_its_own_for_all_it_asks(limited, session):
    worlds.draw(session, "A")
    one = givers.key(session, now=now(), per_minute=3)
    other = givers.key(session, now=now(), per_minute=3)
    paths = ["/open311/v2/requests.json", "/api/v1/county", "/open311/v2/services.xml"]
    answers = [limited.get(path, headers=shows(one)) for path in [*paths, paths[1]]]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["RateLimit"].split(";")[1] for one in answers] == [
        "r=2",
        "r=1",
        "r=0",
        "r=0",
    ]
    assert {one.headers["RateLimit-Policy"] for one in answers} == {'"key";q=3;w=60'}
    assert answers[-1].json["code"] == "too_many_requests"
    assert limited.get(paths[0], headers=shows(other)).status_code == 200
    assert limited.get(paths[0]).status_code == 200


def test_what_has_no_limit_says_none(limited, session):
    worlds.draw(session, "A")
    assert "RateLimit" not in limited.get("/api/v1/county").headers


def test_no_key_guesses_faster_or_files_without_its_scope(limited, session, monkeypatch):
    worlds.draw(session, "A")
    key = shows(givers.key(session, Scope.LAYERS_READ, now=now(), per_minute=1000))
    monkeypatch.setitem(ratelimits.LIMITS, "account.sign_in", (2, 300))
    limited.application.config["WTF_CSRF_ENABLED"] = False
    login = {"login": "admin", "password": "guess"}
    statuses = [limited.post("/sign-in", data=login, headers=key).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    refused = limited.post("/api/v1/reports", json={}, headers=key)
    assert (refused.status_code, refused.json["code"]) == (403, "missing_scope")
