"""Accounts for people of a small county, and signing in as a browser does."""

import re
from functools import lru_cache

from gridmap.accounts import passwords
from gridmap.accounts.tables import Account
from gridmap.ledger.settings import Setting

PASSWORD = "demo-password-1"  # noqa: S105 - of made-up people


@lru_cache
def _kept() -> str:
    """Hashing is slow on purpose: once a run is enough."""
    return passwords.hashed(PASSWORD)


def token(page) -> str:
    """The CSRF token of a page with a form."""
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def account(session, person_id, login, roles=()):
    """An account for a person, in a county that leaves the second factor to each."""
    session.merge(Setting(key="second_factor", value="optional"))
    session.add(Account(login=login, password_hash=_kept(), person_id=person_id, roles=[*roles]))
    session.flush()


def post_form(client, path, *, from_page=None, **fields):
    """Send a form with the token of the page that holds it."""
    page = client.get(from_page or path, headers={"Accept": "text/html"})
    data = {"csrf_token": token(page)} | fields
    return client.post(path, data=data, headers={"Accept": "text/html"})


def sign_in(client, login, password=PASSWORD, **fields):
    """Sign in by the form; returns its answer."""
    return post_form(client, "/sign-in", login=login, password=password, **fields)
