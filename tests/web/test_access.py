"""Every route has a row in the table, and the table holds nothing else."""

import re

import pytest

from gridmap.accounts.authority import Right
from gridmap.platform.scopes import Scope
from web.permissions import KEYED, PERMISSIONS, PUBLIC, SIGNED_IN, STARTED
from web.ratelimits import LIMITS


@pytest.fixture
def rules(client):
    return list(client.application.url_map.iter_rules())


def test_every_route_has_a_rule_and_every_rule_a_route(rules):
    assert {rule.endpoint for rule in rules} == set(PERMISSIONS)
    assert set(LIMITS) <= set(PERMISSIONS)
    assert {PERMISSIONS[endpoint] for endpoint in KEYED} == {PUBLIC}


def test_every_api_route_is_described(client, rules):
    described = client.get("/openapi.json").json["paths"]
    for rule in rules:
        if rule.rule.startswith("/api/"):
            path = rule.rule.replace("<int:", "{").replace("<", "{").replace(">", "}")
            methods = rule.methods - {"HEAD", "OPTIONS"}
            assert {m.lower() for m in methods} <= set(described.get(path, {})), path


def values(rule):
    """Something for each place of a route's address: numbers where it wants numbers."""
    whole = set(re.findall(r"<int[^:]*:(\w+)>", rule.rule))
    return {name: 1 if name in whole else "x" for name in rule.arguments}


def test_a_closed_page_sends_strangers_to_the_sign_in(client, rules):
    closed = [rule for rule in rules if PERMISSIONS[rule.endpoint] not in {PUBLIC, *Scope}]
    assert closed
    client.application.config["WTF_CSRF_ENABLED"] = False
    for rule in closed:
        with client.application.test_request_context():
            path = client.application.url_for(rule.endpoint, **values(rule))
        method = next(m for m in ("GET", "POST") if m in rule.methods)
        page = client.open(path, method=method, headers={"Accept": "text/html"})
        if not path.startswith("/api/"):
            assert page.status_code == 302, path
            assert page.location.startswith("/sign-in?next="), path
        data = client.open(path, method=method, headers={"Accept": "application/json"})
        assert (data.status_code, data.json["code"]) == (401, "not_signed_in"), path


def test_rules_are_known_words():
    roles = {"administrator", "planner", "auditor"}
    assert set(PERMISSIONS.values()) <= {PUBLIC, STARTED, SIGNED_IN, *Right, *Scope} | roles
    assert not roles & set(Right), "a word is a role or a right"
