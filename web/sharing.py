"""What pages of other sites may read in a browser (CORS): the open addresses, never anybody's own.

An answer to another site is read without cookies: `Access-Control-Allow-Origin: *` forbids browsers to send
them. So a page elsewhere sees what everybody sees, and with a key what that key opens.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

OPEN: Final = ("/ogc/", "/tiles/", "/open311/")
OPEN_WHOLE: Final = frozenset({"/ogc", "/openapi.json"})
"""Addresses that pages of other sites may read: those that begin so, and these."""
SAID: Final = [
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "Content-Crs, ETag, Idempotency-Replayed, Link, RateLimit, RateLimit-Policy, Retry-After",
    ),
]
"""Headers of every answer at an open address."""
_ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match"
    ),
    "Access-Control-Max-Age": "86400",
}
_WRITABLE: Final = "/open311/"


def is_open(path: str) -> bool:
    """Tell whether pages of other sites may read the answers at an address."""
    return path.startswith(OPEN) or path in OPEN_WHOLE


def install(app: Flask) -> None:
    """Answer browsers that ask whether they may ask, before anybody's access is looked at."""
    app.before_request(_may_ask)


def _may_ask() -> Response | None:
    """Answer a preflight request; it carries neither key nor cookie."""
    asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asked or not is_open(request.path):
        return None
    response = Response(status=204, headers=_ALLOWED)
    del response.headers["Content-Type"]
    if request.path.startswith(_WRITABLE):
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    return response
