"""Response headers: a strict content policy with a nonce, and nothing that leaks."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self)",
}
PERSONAL = (
    "/api/",
    "/desk",
    "/track",
    "/inbox",
    "/settings",
    "/account",
    "/audit",
    "/board",
    "/registers",
    "/open311/",
)
"""Addresses whose answers no cache may keep."""


def csp_nonce() -> str:
    """Return this request's nonce for its own scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def install(app: Flask) -> None:
    """Put the headers on every answer and the nonce into every template."""
    app.context_processor(lambda: {"csp_nonce": csp_nonce()})

    @app.after_request
    def _headers(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _POLICY.format(nonce=csp_nonce())
        for name, value in headers_of(request.path).items():
            response.headers.setdefault(name, value)
        return response


def headers_of(path: str) -> dict[str, str]:
    """Return the headers of every answer at an address."""
    kept = {"Cache-Control": "no-store"} if path.startswith(PERSONAL) else {}
    return _EVERYWHERE | kept
