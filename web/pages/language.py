"""The language switch."""

from __future__ import annotations

import re

from apiflask import APIBlueprint
from flask import redirect, request
from flask.typing import ResponseReturnValue

from gridmap.errors import NotFound
from web.language import COOKIE, LANGUAGES

blueprint = APIBlueprint("language", __name__, enable_openapi=False)
ONE_YEAR = 365 * 24 * 3600
_OWN_PATH = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*\Z")


def own_path(target: str | None) -> str:
    """Return the target when it is a path of this site, else the front page.

    >>> own_path("/desk?x=1"), own_path("//evil.example/"), own_path("https://evil.example/")
    ('/desk?x=1', '/', '/')
    """
    return target if target and _OWN_PATH.match(target) else "/"


@blueprint.get("/language/<code>")
def switch(code: str) -> ResponseReturnValue:
    """Remember the reader's language and go back to where the switch was."""
    if code not in LANGUAGES:
        raise NotFound(what_zh=f"语言“{code}”", what_en=f"The language “{code}”")
    response = redirect(own_path(request.args.get("next")))
    response.set_cookie(COOKIE, code, max_age=ONE_YEAR, samesite="Lax", httponly=True)
    return response
