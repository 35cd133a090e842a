"""What `input` cannot describe of an operation: its header, a body that is JSON or has photos beside it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from web.api import uploads


def key_header(what: str) -> dict[str, Any]:
    """Return the OpenAPI parameter of the idempotency key, for one `what`."""
    return {
        "name": uploads.KEY_HEADER,
        "in": "header",
        "required": True,
        "description": f"A fresh random key for each {what}; the same on every retry",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
    }


def with_photos(part: str, model: type[BaseModel], *, most: int) -> dict[str, Any]:
    """Return the OpenAPI body that is a model's JSON, alone or as a part with photos beside it."""
    schema = _whole_schema(model)
    photos = {"type": "array", "maxItems": most, "items": {"type": "string"}}
    parts = {part: schema, uploads.PHOTOS: photos}
    multipart = {"type": "object", "required": [part], "properties": parts}
    content = {
        "application/json": {"schema": schema},
        "multipart/form-data": {"schema": multipart},
    }
    return {"required": True, "content": content}


def _whole_schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema without references of its own."""
    schema = model.model_json_schema()
    named = schema.pop("$defs", {})
    whole: dict[str, Any] = _unfolded(schema, named)
    return whole


def _unfolded(part: Any, named: dict[str, Any]) -> Any:  # noqa: ANN401 - any piece of JSON
    if isinstance(part, list):
        return [_unfolded(one, named) for one in part]
    if not isinstance(part, dict):
        return part
    rest = {name: _unfolded(value, named) for name, value in part.items() if name != "$ref"}
    target = part.get("$ref")
    return _unfolded(named[target.rpartition("/")[2]], named) | rest if target else rest
