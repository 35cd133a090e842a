"""The reader's language: Chinese first, English by the switch or, for programs, by header."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from flask import g, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

LANGUAGES = ("zh", "en")
COOKIE = "lang"


_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(reader: str) -> Iterator[None]:
    """Let `current` be this language, where there is no request that says it."""
    token = _SPOKEN.set(reader)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def current() -> str:
    """Return `zh` or `en`: the cookie of the switch, else (API only) Accept-Language, else `zh`."""
    spoken = _SPOKEN.get()
    if spoken is not None:
        return spoken
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        g.language = _of_request()
    language: str = g.language
    return language


def _of_request() -> str:
    cookies = request.environ.get("HTTP_COOKIE", "")
    if request.path.startswith(("/api/", "/ogc/", "/open311/", "/tiles/")):
        return of_headers(cookies, request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    chosen = _chosen(cookies)
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _chosen(cookies: str) -> str | None:
    return parse_cookie(cookies).get(COOKIE) if f"{COOKIE}=" in cookies else None


def of_headers(cookies: str, accepted: str) -> str:
    """Return the language of a program by its headers `Cookie` and `Accept-Language`."""
    return of_program(_chosen(cookies), accepted)


@lru_cache(maxsize=512)
def of_program(chosen: str | None, accepted: str) -> str:
    """Return the language that the API answers in: the switch's, else what the header likes best."""
    if chosen in LANGUAGES:
        return str(chosen)
    header = parse_accept_header(accepted, LanguageAccept)
    return header.best_match(LANGUAGES, default=LANGUAGES[0])


def babel_locale() -> str:
    """Return the locale that Flask-Babel formats and translates in."""
    return "en" if current() == "en" else "zh_Hans_CN"
