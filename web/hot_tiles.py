"""Tiles before Flask: plain questions for public collections, by the same access table, rate rules and answers.

Everything else - a wrong tile, an unknown parameter, a key, no gzip, an error - goes on to Flask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from gridmap.errors import GridmapError
from gridmap.publishing import tiling
from gridmap.publishing.collections import BY_NAME
from gridmap.publishing.fields import Access
from web import permissions, ratelimits, security, tile_answers
from web.params import today
from web.ratelimits import Count
from web.session import OpenTransaction
from web.tile_answers import Answer
from web.tiles import EXTENSION, Asked, Tiles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

ENDPOINT: Final = "tiles_api.tile"
_PREFIX: Final = "/tiles/"
_TILE: Final = re.compile(r"/tiles/([a-z_]{1,32})/([0-9]{1,2})/([0-9]{1,6})/([0-9]{1,6})\.mvt\Z")
_DAY: Final = re.compile(r"day=([0-9]{4}-[0-9]{2}-[0-9]{2})\Z")
_PLAIN_GZIP: Final = re.compile(r"(?:.*[ ,])?gzip(?:,.*)?\Z")
_REASONS: Final = {200: "200 OK", 204: "204 No Content", 304: "304 Not Modified"}


class HotTiles:
    """A WSGI application in front of another one.

    Args:
        behind: who answers the rest.
        tiles: of this process.
        count: of calls.
    """

    def __init__(
        self,
        behind: WSGIApplication,
        tiles: Tiles,
        count: Count,
    ) -> None:
        self._behind, self._tiles, self._count = behind, tiles, count

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let Flask answer."""
        found = None
        if environ["PATH_INFO"].startswith(_PREFIX) and environ["REQUEST_METHOD"] == "GET":
            found = self._answer(environ)
        if found is None:
            return self._behind(environ, start_response)
        status, headers, body = found
        if status == 200:  # noqa: PLR2004
            headers["Content-Length"] = str(len(body))
        start_response(_REASONS[status], list(headers.items()))
        return [body] if body else []  # a list goes out in one piece; see `web.wire`

    def _answer(self, environ: WSGIEnvironment) -> Answer | None:
        asked = _asked(environ)
        if asked is None:
            return None
        try:
            found = self._tiles.alone(asked)
        except GridmapError:
            return None  # Flask says it in words
        tally = self._count(environ.get("REMOTE_ADDR", ""))
        if tally is not None and tally.wait_s:
            return None
        known = environ.get("HTTP_IF_NONE_MATCH")
        status, headers, body = tile_answers.answer(
            found, asked.collection.access, tile_answers.MVT, gzipped=True, known=known
        )
        return (
            status,
            headers | security.headers_of(_PREFIX) | ratelimits.said(ENDPOINT, tally),
            body,
        )


def install(app: Flask, open_transaction: OpenTransaction, *, rate_limits: bool) -> None:
    """Put the hot path in front of an application that follows the ledger and lets everybody ask."""
    tiles: Tiles = app.extensions[EXTENSION]
    if not tiles.follows or permissions.PERMISSIONS[ENDPOINT] != permissions.PUBLIC:
        return
    count = ratelimits.counting(app, open_transaction, ENDPOINT, on=rate_limits)
    app.wsgi_app = HotTiles(app.wsgi_app, tiles, count)  # type: ignore[method-assign]


def _asked(environ: WSGIEnvironment) -> Asked | None:
    """Return the tile that is asked for; None unless everything is plain."""
    place = _TILE.match(environ["PATH_INFO"])
    if place is None or "HTTP_AUTHORIZATION" in environ:
        return None  # a key has a limit of its own
    collection, day = BY_NAME.get(place[1]), _day(environ.get("QUERY_STRING", ""))
    if collection is None or collection.access is not Access.PUBLIC or day is None:
        return None
    if not _PLAIN_GZIP.match(environ.get("HTTP_ACCEPT_ENCODING", "")):
        return None
    try:
        return Asked(collection, tiling.tile(collection, *map(int, place.groups()[1:])), day)
    except GridmapError:
        return None  # Flask says it in words


def _day(query: str) -> date | None:
    if not query:
        return today()
    found = _DAY.match(query)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
