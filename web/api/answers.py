"""How answers are described in OpenAPI: all refusals have one body, see `web.errors`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {
    "type": "object",
    "required": ["code", "message", "field", "hint"],
    "properties": {
        "code": {**_TEXT, "description": "Stable word for programs"},
        "message": {**_TEXT, "description": "Sentence for people"},
        "field": {"type": ["string", "null"], "description": "The input that caused it"},
        "hint": {**_TEXT, "description": "What to do about it, or empty"},
    },
}

Answers = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]
"""Status to its description, and to its content where that is no JSON of the view's own."""


def answers(words: dict[int, str]) -> Answers:
    """Return the answers of an operation for OpenAPI; those of 400 and above are problems.

    Args:
        words: HTTP status to the sentence that says when it comes.

    >>> answers({200: "Found", 404: "No such report"})[404]["description"]
    'No such report'
    """
    described: Answers = {}
    for status, sentence in words.items():
        described[status] = {"description": sentence}
        if status >= HTTPStatus.BAD_REQUEST:
            described[status]["content"] = {"application/problem+json": {"schema": _PROBLEM}}
    return described
