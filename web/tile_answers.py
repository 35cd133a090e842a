"""What HTTP says with a tile: the same headers from the view and from the path before Flask."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from gridmap.publishing.fields import Access
from web.tile_store import Stored

MVT: Final = "application/vnd.mapbox-vector-tile"
GZIPPED: Final = ":gzip"
"""What the compression adds to a tag."""
_CACHES: Final = {Access.PUBLIC: "public, no-cache", Access.SIGNED_IN: "no-store"}
"""Anybody may keep a public tile, and asks each time whether it still holds: that costs no transfer."""

Answer = tuple[int, dict[str, str], bytes]


def cache_control(access: Access) -> str:
    """Return what caches may do with what has this access."""
    return _CACHES[access]


def answer(
    found: Stored, access: Access, mimetype: str, *, gzipped: bool, known: str | None
) -> Answer:
    """Return status, headers and body.

    Args:
        found: the tile.
        access: who may read it.
        mimetype: of what it holds.
        gzipped: the asker takes gzip.
        known: the header If-None-Match, as it came.
    """
    headers = {"Cache-Control": _CACHES[access], "Vary": "Accept-Encoding"}
    if access is not Access.PUBLIC:
        headers["Vary"] = "Accept-Encoding, Cookie"
    headers["ETag"] = f'"{found.tag}{GZIPPED if gzipped and found.body else ""}"'
    if known is not None and _knows(known, found.tag):
        return 304, headers, b""
    if not found.body:
        return 204, headers, b""
    headers["Content-Type"] = mimetype
    if gzipped:
        headers["Content-Encoding"] = "gzip"
        return 200, headers, found.body
    return 200, headers, found.plain()


def respond(found: Stored, access: Access, mimetype: str = MVT) -> Response:
    """Return the answer to the request."""
    status, headers, body = answer(
        found,
        access,
        mimetype,
        gzipped=request.accept_encodings["gzip"] > 0,
        known=request.headers.get("If-None-Match"),
    )
    response = Response(body, status, headers)
    if status != 200:  # noqa: PLR2004
        response.headers.pop("Content-Type", None)
    return response


def _knows(known: str, tag: str) -> bool:
    given = (one.strip().removeprefix("W/").strip('"') for one in known.split(","))
    return any(one in ("*", tag, f"{tag}{GZIPPED}") for one in given)
