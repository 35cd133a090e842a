"""Who may call what: one table from endpoint to rule. A route without a row fails a test."""

from __future__ import annotations

from typing import Final

from flask import g, request

from gridmap.accounts import service as accounts
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotAllowed, NotFound, NotSignedIn
from gridmap.terms import Role
from web.params import now
from web.session import current_session

COOKIE = "gridmap_session"

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"

PERMISSIONS: Final[dict[str, str]] = {
    "static": PUBLIC,
    "openapi.spec": PUBLIC,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "docs.api": PUBLIC,
    "language.switch": PUBLIC,
    "map_pages.show": PUBLIC,
    "map_pages.manifest": PUBLIC,
    "report_pages.new": PUBLIC,
    "report_pages.track": PUBLIC,
    "report_pages.photo": PUBLIC,
    "coverage_pages.show": PUBLIC,
    "account.sign_in": PUBLIC,
    "account.sign_out": SIGNED_IN,
    "account.change_password": SIGNED_IN,
    "desk.worklist": SIGNED_IN,
    "desk.report": SIGNED_IN,
    "desk.accept": SIGNED_IN,
    "desk.phone": SIGNED_IN,
    "desk.photo": SIGNED_IN,
    "county_api.county": PUBLIC,
    "features_api.layer": PUBLIC,
    "features_api.buildings": PUBLIC,
    "search_api.search": PUBLIC,
    "locate_api.locate": PUBLIC,
    "reports_api.file": PUBLIC,
    "reports_api.categories": PUBLIC,
    "reports_api.track": PUBLIC,
    "coverage_api.audit": PUBLIC,
}
"""Endpoint to rule: `public`, `signed_in`, or the system role that it needs. What an account sees
inside its pages is narrowed by the scope of its posts, in the query itself."""


def account() -> SignedIn | None:
    """Return who is signed in, or None; looked up once a request."""
    if "account" not in g:
        key = request.cookies.get(COOKIE)
        g.account = accounts.current(current_session(), key, now()) if key else None
    found: SignedIn | None = g.account
    return found


def require_account() -> SignedIn:
    """Return who is signed in.

    Raises:
        NotSignedIn: nobody is.
    """
    found = account()
    if found is None:
        raise NotSignedIn
    return found


def check(endpoint: str | None) -> None:
    """Let the request pass or refuse it, by the table.

    Raises:
        NotFound: no rule stands for the endpoint: it is closed.
        NotSignedIn: an account is needed.
        NotAllowed: the account lacks the role.
    """
    if endpoint is None:
        return
    rule = PERMISSIONS.get(endpoint)
    if rule is None:
        raise NotFound
    if rule == PUBLIC:
        return
    found = require_account()
    if rule != SIGNED_IN and Role(rule) not in found.roles:
        raise NotAllowed
