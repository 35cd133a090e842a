"""The API's documentation as a page of our own, made from OpenAPI: it works offline."""

from __future__ import annotations

from typing import Any, Final, cast

from apiflask import APIBlueprint, APIFlask
from flask import current_app, render_template

blueprint = APIBlueprint("docs", __name__, enable_openapi=False)

OPENAPI: Final[dict[str, object]] = {
    "OPENAPI_VERSION": "3.1.0",
    "SPEC_FORMAT": "json",
    "AUTO_VALIDATION_ERROR_RESPONSE": False,
    "AUTO_404_RESPONSE": False,
    "SECURITY_SCHEMES": {
        "ApiKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of another system, from the administrator; keys open what they have a scope for",
        }
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
        {"name": "search", "description": "Search by name, address or code"},
        {"name": "locate", "description": "A point, its grid, its building, who answers"},
        {"name": "reports", "description": "File and follow reports"},
        {"name": "webhooks", "description": "What other systems are told, for their keys"},
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
    schemas = spec.get("components", {}).get("schemas", {})
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": [_parameter(one, schemas) for one in operation.get("parameters", [])],
            "body": _body(operation, schemas),
            "answers": {
                code: answer.get("description", "")
                for code, answer in operation.get("responses", {}).items()
            },
        }
        for path, methods in sorted(spec.get("paths", {}).items())
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]


def _parameter(parameter: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = parameter.get("schema", {})
    return {
        "name": parameter["name"],
        "where": parameter["in"],
        "required": parameter.get("required", False),
        "type": _type(schema, schemas),
        "description": parameter.get("description") or schema.get("description", ""),
    }


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    given: dict[str, Any] = next((m.get("schema", {}) for m in content.values()), {})
    schema = _resolved(given, schemas)
    return [
        {
            "name": name,
            "required": name in schema.get("required", []),
            "type": _type(field, schemas),
            "description": field.get("description", ""),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    return found


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Say a schema's type in a few words: ``string (date)``, ``pin | gps | search``."""
    schema = _resolved(schema, schemas)
    if "anyOf" in schema:
        parts = [_type(part, schemas) for part in schema["anyOf"] if part.get("type") != "null"]
        return " | ".join(parts)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'object')}{form}"
