"""Where a session goes next: the page of what it still awaits, or where its owner wanted to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from gridmap.accounts import service
from gridmap.accounts.authority import Awaits, Right
from gridmap.accounts.service import Device, Opened, SignedIn
from web import access
from web.config import Config
from web.pages.language import own_path
from web.params import now
from web.session import current_session

PAGES: Final[Mapping[Awaits, str]] = {
    Awaits.CODE: "account_factor.code",
    Awaits.CHANGE: "account.change_password",
    Awaits.ENROLMENT: "account_factor.manage",
}
"""What a session awaits, to the page that takes it."""


def wanted() -> str:
    """Return the own path that the reader wanted to go to; empty where she named none."""
    named = request.values.get("next")
    return own_path(named) if named else ""


def onward(key: str | None = None) -> str:
    """Return the page of what the session still awaits, else where its owner wanted to go.

    Args:
        key: the session's key where it is newer than the request's cookie.
    """
    key = key or request.cookies.get(access.COOKIE, "")
    found = service.standing(current_session(), key, now())
    if found is None:
        return url_for("account.sign_in", next=wanted() or None)
    if found.awaits is not None:
        return url_for(PAGES[found.awaits], next=wanted() or None)
    return wanted() or home(found.who)


def home(who: SignedIn) -> str:
    """Return the first page of an account: the desk for who reads reports."""
    reads = who.scope.may(Right.READ_REPORTS)
    return url_for("desk.worklist") if reads else url_for("account_home.show")


def device() -> Device:
    """Return what the request says that it comes from."""
    return Device(request.headers.get("User-Agent", ""), request.remote_addr or "")


def set_cookie(response: Response, opened: Opened) -> None:
    """Give a new session's key to the browser."""
    config: Config = current_app.config["GRIDMAP"]
    response.set_cookie(
        access.COOKIE,
        opened.key,
        expires=opened.expires_at,
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )


def never_kept(response: Response) -> Response:
    """Tell browsers and proxies to keep no copy: pages of accounts show what is shown once."""
    response.headers["Cache-Control"] = "no-store"
    return response
