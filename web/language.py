"""The reader's language: Chinese first, English by the switch or, for programs, by header."""

from __future__ import annotations

from flask import g, has_request_context, request

LANGUAGES = ("zh", "en")
COOKIE = "lang"


def current() -> str:
    """Return `zh` or `en`: the cookie of the switch, else (API only) Accept-Language, else `zh`."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        g.language = _of_request()
    language: str = g.language
    return language


def _of_request() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
    return LANGUAGES[0]


def babel_locale() -> str:
    """Return the locale that Flask-Babel formats and translates in."""
    return "en" if current() == "en" else "zh_Hans_CN"
