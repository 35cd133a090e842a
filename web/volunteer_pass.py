"""Who the volunteer at this phone is: a private key in a cookie, known by its hash alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app, g, request
from werkzeug.wrappers import Response

from gridmap.volunteering import service
from gridmap.volunteering.refusals import NotRegistered
from gridmap.volunteering.service import Card
from web.config import Config
from web.params import today
from web.session import current_session

COOKIE: Final = "gridmap_volunteer"
KEPT_FOR: Final = timedelta(days=400)
"""Browsers keep no cookie longer."""
LONGEST_KEY: Final = 64


def current() -> Card | None:
    """Return the volunteer of this phone, or None; looked up once a request."""
    if "volunteer" not in g:
        key = request.cookies.get(COOKIE, "")[:LONGEST_KEY]
        g.volunteer = service.by_key(current_session(), key, today()) if key else None
    found: Card | None = g.volunteer
    return found


def required() -> Card:
    """Return the volunteer of this phone.

    Raises:
        NotRegistered: this phone is nobody's.
    """
    found = current()
    if found is None:
        raise NotRegistered
    return found


def keep(response: Response, key: str) -> None:
    """Let the phone keep a private key."""
    config: Config = current_app.config["GRIDMAP"]
    response.set_cookie(
        COOKIE,
        key,
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )


def forget(response: Response) -> None:
    """Let the phone forget it."""
    response.delete_cookie(COOKIE)
