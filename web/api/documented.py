"""What every operation may answer beside its own words in OpenAPI: refusals that follow from its inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import current_app

from gridmap.platform.scopes import Scope
from web.api.answers import answers
from web.permissions import KEYED, PERMISSIONS, PUBLIC

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_ALWAYS: Final = {
    429: "Too many requests; says after how many seconds",
    503: "The database does not answer at the moment",
}
_BODY: Final = {
    400: "The body is no JSON, or a header is missing",
    413: "The content is too large",
    415: "This content type is not taken",
}
_WRONG: Final = {422: "An input is wrong; names it and says why"}
_MISSING: Final = {404: "There is no such thing, or nothing is known on that day"}


_CLOSED: Final = {
    401: "Nobody is signed in, or no key is shown",
    403: "Who asks may not do this",
}
_KEY: Final[dict[str, list[str]]] = {"ApiKey": []}
_SESSION: Final[dict[str, list[str]]] = {"Session": []}
_ARGUMENT: Final = re.compile(r"<(?:[^<>]*:)?(\w+)>")


def complete(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """Add to each operation its tag, who may ask, and the refusals that its inputs may get.

    Args:
        spec: the OpenAPI document, changed in place; written as text it stays as it is.
    """
    if isinstance(spec, str):
        return spec
    for server in spec.get("servers", []):
        server["url"] = server["url"].rstrip("/")  # paths begin with a slash
    closed, described = set(_closed()), dict(_described())
    for address, path in spec.get("paths", {}).items():
        shared = path.get("parameters", [])
        for method in _METHODS:
            if method in path:
                parameters = [*shared, *path[method].get("parameters", [])]
                more = _CLOSED if (address, method.upper()) in closed else {}
                _complete(path[method], parameters, _ALWAYS | more)
                path[method].update(described.get((address, method.upper()), {}))
    return spec


def _closed() -> Iterator[tuple[str, str]]:
    """Yield path and method of what is not open to everybody."""
    for rule in current_app.url_map.iter_rules():
        if PERMISSIONS.get(rule.endpoint) != PUBLIC:
            for method in rule.methods or ():
                yield _ARGUMENT.sub(r"{\1}", rule.rule), method


def _described() -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield for path and method the operation's tag, which is its blueprint's, and who may ask."""
    for rule in current_app.url_map.iter_rules():
        blueprint = current_app.blueprints.get(rule.endpoint.rpartition(".")[0])
        tag = getattr(blueprint, "tag", None)
        found = {
            "tags": [tag] if isinstance(tag, str) else [],
            "security": _security(rule.endpoint),
        }
        for method in rule.methods or ():
            yield (_ARGUMENT.sub(r"{\1}", rule.rule), method), found


def _security(endpoint: str) -> list[dict[str, list[str]]]:
    """Return what opens an operation: nothing, a key, or the session of an account."""
    rule = PERMISSIONS.get(endpoint)
    if rule == PUBLIC:
        return [{}, _KEY] if endpoint in KEYED else []
    return [_KEY] if rule in set(Scope) else [_SESSION]


def _complete(
    operation: dict[str, Any], parameters: Iterable[Mapping[str, Any]], always: dict[int, str]
) -> None:
    places = {str(one.get("in")) for one in parameters}
    told = dict(always)
    if places & {"path", "query"}:
        told |= _MISSING | _WRONG
    if "header" in places or "requestBody" in operation:
        told |= _BODY | _WRONG
    responses = operation.setdefault("responses", {})
    for status, words in answers(told).items():
        if str(status) not in {str(known) for known in responses}:
            responses[str(status)] = words
