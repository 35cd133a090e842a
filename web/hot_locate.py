"""The hot path: plain questions to `GET /api/v1/locate` are answered before Flask is asked.

It answers only what it surely understands, by the same texts, access table and rate rules as the view.
Everything else - another day, a doubtful place, an unknown parameter, an error - goes on to Flask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, get_args

from gridmap.errors import GridmapError
from gridmap.geolocation.rules import Place
from gridmap.terms import PlaceSource
from web import language, permissions, ratelimits, security
from web.located import TEXTS, Texts
from web.params import PointSource, today
from web.ratelimits import Count
from web.session import OpenTransaction

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

PATH: Final = "/api/v1/locate"
ENDPOINT: Final = "locate_api.locate"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}\Z")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?\Z")
_RADIUS: Final = re.compile(r"[0-9]{1,5}(\.[0-9]{1,12})?\Z")
_NAMES: Final = frozenset({"lon", "lat", "crs", "accuracy", "source", "day"})
_SYSTEMS: Final = frozenset({"wgs84", "cgcs2000", "gcj02", "bd09"})
_SOURCES: Final = {one: PlaceSource(one) for one in get_args(PointSource)}


class HotLocate:
    """A WSGI application in front of another one.

    Args:
        behind: who answers the rest.
        texts: answers on today's county.
        count: of calls.
    """

    def __init__(self, behind: WSGIApplication, texts: Texts, count: Count) -> None:
        self._behind, self._texts, self._count = behind, texts, count
        headers = {"Content-Type": "application/json", **security.headers_of(PATH)}
        self._headers = list(headers.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let Flask answer."""
        found = None
        if environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "GET":
            found = self._answer(environ)
        if found is None:
            return self._behind(environ, start_response)
        body, said = found
        length = ("Content-Length", str(len(body)))
        start_response("200 OK", [*self._headers, *said.items(), length])
        return [body]  # a list goes out in one piece; see `web.wire`

    def _answer(self, environ: WSGIEnvironment) -> tuple[bytes, dict[str, str]] | None:
        """Return a body and what its headers say of the limit."""
        day = today()
        place = _place(environ.get("QUERY_STRING", ""), day.isoformat())
        if place is None or "HTTP_AUTHORIZATION" in environ:
            return None  # a key has a limit of its own
        reader = language.of_headers(
            environ.get("HTTP_COOKIE", ""), environ.get("HTTP_ACCEPT_LANGUAGE", "")
        )
        try:
            text = self._texts.of(place, day, reader)
        except GridmapError:
            return None  # Flask says it in words
        if text is None:
            return None
        tally = self._count(environ.get("REMOTE_ADDR", ""))
        if tally is not None and tally.wait_s:
            return None
        return text.encode(), ratelimits.said(ENDPOINT, tally)


def install(app: Flask, open_transaction: OpenTransaction, *, rate_limits: bool) -> None:
    """Put the hot path in front of an application that answers from memory and lets everybody ask."""
    texts: Texts | None = app.extensions.get(TEXTS)
    if texts is None or permissions.PERMISSIONS[ENDPOINT] != permissions.PUBLIC:
        return
    count = ratelimits.counting(app, open_transaction, ENDPOINT, on=rate_limits)
    app.wsgi_app = HotLocate(app.wsgi_app, texts, count)  # type: ignore[method-assign]


def _place(query: str, day: str) -> Place | None:
    """Return the place that is asked for; None unless every parameter is plain."""
    asked: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name not in _NAMES or name in asked or not _PLAIN.match(value):
            return None
        asked[name] = value
    lon, lat, crs = asked.get("lon", ""), asked.get("lat", ""), asked.get("crs")
    accuracy = asked.get("accuracy", "0")
    source = _SOURCES.get(asked["source"]) if "source" in asked else PlaceSource.PIN
    if source is None or crs not in _SYSTEMS or asked.get("day", day) != day:
        return None
    if not (_NUMBER.match(lon) and _NUMBER.match(lat) and _RADIUS.match(accuracy)):
        return None
    radius = float(accuracy) if "accuracy" in asked else None
    return Place(float(lon), float(lat), crs, radius, source)
