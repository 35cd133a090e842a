"""Response headers: a strict content policy with a nonce, and nothing that leaks."""

from __future__ import annotations

import secrets

from flask import Flask, g

from web import sharing

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Headers = list[tuple[str, str]]
EVERYWHERE: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(self)"),
]
"""Headers of every answer."""
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
    "/volunteers",
)
"""Addresses whose answers no cache may keep."""


def csp_nonce() -> str:
    """Return this request's nonce for its own scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def install(app: Flask) -> None:
    """Put the nonce into every template."""
    app.context_processor(lambda: {"csp_nonce": csp_nonce()})


def policies(path: str, headers: Headers) -> Headers:
    """Return what an answer at an address has to say beside its own headers; `web.wire` puts it on."""
    own = dict(headers)
    found = list(EVERYWHERE)
    if own.get("Content-Type", "").startswith("text/html"):
        found.append(("Content-Security-Policy", _POLICY.format(nonce=csp_nonce())))
    if "Cache-Control" not in own and is_personal(path):
        found.append(("Cache-Control", "no-store"))
    if sharing.is_open(path):
        found += sharing.SAID
    return found


def is_personal(path: str) -> bool:
    """Tell whether no cache may keep the answers at an address."""
    return path.startswith(PERSONAL)


def headers_of(path: str) -> dict[str, str]:
    """Return the headers of every answer at an address."""
    found = dict(EVERYWHERE) | ({"Cache-Control": "no-store"} if is_personal(path) else {})
    return found | (dict(sharing.SAID) if sharing.is_open(path) else {})
