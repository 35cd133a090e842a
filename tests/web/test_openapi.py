"""The OpenAPI document against the app: whatever is asked, the answer is clear and never a crash."""

import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.serving import running

SLOW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

FEW = settings(SLOW, max_examples=6)
DEAR = (".html", ".xlsx", ".pdf", ".docx", "/series")
"""Ends of paths whose answers take a second to make."""


def test_no_question_breaks_the_server(make_demo):
    asked = []
    with running(make_demo()) as app:
        schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.method.upper() != "GET":
                continue  # what writes has tests of its own; the demo county is shared
            asked.append(operation.path)
            ask(operation)
    assert "/api/v1/locate" in asked
    assert len(asked) >= 8


def ask(operation):
    told = {str(status) for status in operation.definition.raw["responses"]}

    @(FEW if operation.path.endswith(DEAR) else SLOW)
    @given(operation.as_strategy())
    def every_case(case):
        answer = case.call()
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        assert str(answer.status_code) in told, (case.as_curl_command(), answer.text)
        page = (case.query or {}).get("f") == "html"  # a person is told on a page
        if answer.status_code >= 400 and not page:
            assert set(answer.json()) == {"code", "message", "field", "hint"}

    every_case()


def test_the_document_says_who_may_ask_and_is_clean_for_generators(client):
    spec = client.get("/openapi.json").json
    assert not [one["url"] for one in spec["servers"] if one["url"].endswith("/")]
    tags, schemes = {one["name"] for one in spec["tags"]}, spec["components"]["securitySchemes"]
    names = []
    for path, methods in spec["paths"].items():
        for operation in methods.values():
            names.append(operation["operationId"])
            assert set(operation["tags"]) <= tags, path
            assert operation["tags"], path
            assert {name for one in operation["security"] for name in one} <= schemes.keys()
    assert len(names) == len(set(names))

    def security(path, method="get"):
        return spec["paths"][path][method]["security"]

    assert security("/api/v1/webhooks") == [{"ApiKey": []}]
    assert security("/ogc/collections/{collection}/items") == [{}, {"ApiKey": []}]
    assert security("/api/v1/me") == [{"Session": []}]
    assert security("/ogc/conformance") == []
    # bounds of days are no words of JSON schema
    assert '"ge":' not in client.get("/openapi.json").text
