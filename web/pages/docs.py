"""The API's documentation as a page of our own, made from OpenAPI: it works offline."""

from __future__ import annotations

from typing import Any, Final, cast

from apiflask import APIBlueprint, APIFlask
from flask import current_app, render_template

from web import access

blueprint = APIBlueprint("docs", __name__, enable_openapi=False)

OPENAPI: Final[dict[str, object]] = {
    "OPENAPI_VERSION": "3.1.0",
    "SPEC_FORMAT": "json",
    "AUTO_VALIDATION_ERROR_RESPONSE": False,
    "AUTO_404_RESPONSE": False,
    "AUTO_OPERATION_ID": True,
    "SECURITY_SCHEMES": {
        "ApiKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of another system, from the administrator; keys open what they have a scope for",
        },
        "Session": {
            "type": "apiKey",
            "in": "cookie",
            "name": access.COOKIE,
            "description": "A person who has signed in at /sign-in",
        },
    },
    "DESCRIPTION": (
        "Places are WGS 84 longitude, latitude unless `crs` says otherwise. Every error is "
        "`application/problem+json` with `code`, `message`, `field` and `hint`, in Chinese or, with "
        "`Accept-Language: en`, in English."
    ),
    "TAGS": [
        {"name": "county", "description": "The county's frame"},
        {"name": "features", "description": "Layers of the map as GeoJSON, as of a day"},
        {"name": "tiles", "description": "Vector tiles of every collection, as of a day"},
        {"name": "ogc", "description": "OGC API - Features; its own definition is /ogc/api"},
        {"name": "layers", "description": "Every collection as a file"},
        {"name": "search", "description": "Search by name, address or code"},
        {"name": "locate", "description": "A point, its grid, its building, who answers"},
        {"name": "reports", "description": "File and follow reports"},
        {"name": "webhooks", "description": "What other systems are told, for their keys"},
        {
            "name": "plans",
            "description": "Grid plans: edited, checked, reviewed, published (staff)",
        },
        {"name": "rounds", "description": "Doors that are due, and visits (staff)"},
        {"name": "coverage", "description": "Who is missing where, as of a day"},
    ],
}


@blueprint.get("/docs")
def api() -> str:
    """Show every operation with its parameters and answers."""
    spec = cast(dict[str, Any], cast(APIFlask, current_app).spec)
    return render_template("docs.html", operations=operations(spec), info=spec["info"])


def operations(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of an OpenAPI document, in the order of their paths."""
    known = spec.get("components", {})
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": [_parameter(one, known) for one in operation.get("parameters", [])],
            "body": _body(operation, known),
            "answers": {
                code: _resolved(answer, known).get("description", "")
                for code, answer in operation.get("responses", {}).items()
            },
        }
        for path, methods in sorted(spec.get("paths", {}).items())
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]


def _parameter(parameter: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    parameter = _resolved(parameter, known)
    schema = parameter.get("schema", {})
    return {
        "name": parameter["name"],
        "where": parameter["in"],
        "required": parameter.get("required", False),
        "type": _type(schema, known),
        "description": parameter.get("description") or schema.get("description", ""),
    }


def _body(operation: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    given: dict[str, Any] = next((m.get("schema", {}) for m in content.values()), {})
    schema = _resolved(given, known)
    return [
        {
            "name": name,
            "required": name in schema.get("required", []),
            "type": _type(field, known),
            "description": field.get("description", ""),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _resolved(part: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference like `#/components/schemas/Name` stands for; what is none, as it is."""
    kind, _, name = part.get("$ref", "").removeprefix("#/components/").partition("/")
    found: dict[str, Any] = known.get(kind, {}).get(name, part)
    return found


def _type(schema: dict[str, Any], known: dict[str, Any]) -> str:
    """Say a schema's type in a few words: ``string (date)``, ``pin | gps | search``."""
    schema = _resolved(schema, known)
    if "anyOf" in schema:
        parts = [_type(part, known) for part in schema["anyOf"] if part.get("type") != "null"]
        return " | ".join(parts)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'object')}{form}"
