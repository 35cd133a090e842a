"""Who the volunteer at this phone is: a private key in a cookie, known by its hash alone.

On the volunteers' pages somebody of the staff who is signed in and linked is a volunteer, too; a phone's own
link comes first, so that whoever helps another volunteer with it sees that one's page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app, g, request
from werkzeug.wrappers import Response

from gridmap.volunteering import linking, service
from gridmap.volunteering.refusals import NotRegistered
from gridmap.volunteering.service import Card
from web import access
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


def linked() -> Card | None:
    """Return the volunteer that the account signed in is linked with, or None; looked up once a request."""
    if "linked_volunteer" not in g:
        who = access.account()
        g.linked_volunteer = (
            linking.of_person(current_session(), who.person_id, today()) if who else None
        )
    found: Card | None = g.linked_volunteer
    return found


def own() -> Card | None:
    """Return whose page is shown: the phone's volunteer, else the account's."""
    return current() or linked()


def required() -> Card:
    """Return whose page it is.

    Raises:
        NotRegistered: neither the phone nor the account is a volunteer's.
    """
    found = own()
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
