"""Who calls, and whether she may: by the table of `web.permissions`."""

from __future__ import annotations

from typing import Final

from flask import g, request

from gridmap.accounts import service as accounts
from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn, Standing
from gridmap.errors import NotAllowed, NotFound, NotSignedIn
from gridmap.platform import keys
from gridmap.platform.keys import Bearer
from gridmap.platform.refusals import KeyNeeded, MissingScope
from gridmap.platform.scopes import Scope
from gridmap.terms import Role
from web.params import now
from web.permissions import KEYED, PERMISSIONS, PUBLIC, SIGNED_IN, STARTED
from web.session import current_session

COOKIE = "gridmap_session"

OF_OPEN311: Final = "/open311/"
"""Below it the key may also come as the parameter `api_key`, as that standard has it."""
_BEARER: Final = "bearer "


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


def standing() -> Standing:
    """Return the session of the request, also one that is not open yet.

    Raises:
        NotSignedIn: there is none.
    """
    key = request.cookies.get(COOKIE)
    found = accounts.standing(current_session(), key, now()) if key else None
    if found is None:
        raise NotSignedIn
    return found


def bearer() -> Bearer | None:
    """Return which other system has shown a key, or None; looked up once a request.

    Raises:
        BadKey: there is a key, and it is not valid.
    """
    if "bearer" not in g:
        key = _shown_key()
        g.bearer = keys.bearer(current_session(), key, now()) if key else None
    found: Bearer | None = g.bearer
    return found


def _shown_key() -> str | None:
    """Return the key of the request; an account's cookie is none."""
    written: str = request.environ.get("HTTP_AUTHORIZATION", "")
    if written[: len(_BEARER)].lower() == _BEARER:
        return written[len(_BEARER) :].strip()
    if request.path.startswith(OF_OPEN311):
        return request.values.get("api_key")
    return None


def require_bearer() -> Bearer:
    """Return which other system asks.

    Raises:
        KeyNeeded: it has shown no key.
    """
    found = bearer()
    if found is None:
        raise KeyNeeded
    return found


def is_for_keys(endpoint: str | None) -> bool:
    """Tell whether a key opens the endpoint by a scope: its own limit counts there, not the address's."""
    return endpoint in KEYED or PERMISSIONS.get(endpoint or "") in _SCOPES


def _check_scope(found: Bearer, scope: Scope | None) -> None:
    if scope is not None and scope not in found.scopes:
        raise MissingScope(scope=scope.value)


def check(endpoint: str | None) -> None:
    """Let the request pass or refuse it, by the table.

    Raises:
        NotFound: no rule stands for the endpoint: it is closed.
        NotSignedIn: an account is needed.
        NotAllowed: the account lacks the role or the right.
        KeyNeeded, BadKey, MissingScope: it is for keys, and this one does not open it.
    """
    if endpoint is None:
        return
    rule = PERMISSIONS.get(endpoint)
    if rule is None:
        raise NotFound
    if rule in _SCOPES:
        _check_scope(require_bearer(), Scope(rule))
        return
    if rule == PUBLIC:
        shown = bearer()
        if shown is not None:
            _check_scope(shown, KEYED.get(endpoint))
        return
    if rule == STARTED:
        standing()
        return
    found = require_account()
    if rule != SIGNED_IN and not _may(found, rule):
        raise NotAllowed


def opens(endpoint: str) -> bool:
    """Tell whether the reader may open an address: for links that are shown to those only."""
    rule = PERMISSIONS.get(endpoint)
    if rule == PUBLIC:
        return True
    found = account()
    return rule is not None and found is not None and (rule == SIGNED_IN or _may(found, rule))


def _may(found: SignedIn, rule: str) -> bool:
    if rule in _RIGHTS:
        return found.scope.may(Right(rule))
    return Role(rule) in found.roles


_RIGHTS: Final = frozenset(str(right) for right in Right)
_SCOPES: Final = frozenset(str(scope) for scope in Scope)
