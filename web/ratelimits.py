"""Rate limits of the operations that strangers can abuse, counted in PostgreSQL for all workers."""

from __future__ import annotations

from typing import Final

from flask import current_app, request

from gridmap.errors import TooManyRequests
from gridmap.store import counters
from web.config import Config
from web.params import now
from web.session import separate_transaction

LIMITS: Final[dict[str, tuple[int, int]]] = {
    "account.sign_in": (20, 300),
    "reports_api.file": (60, 3600),
    "reports_api.track": (30, 300),
    "report_pages.track": (60, 300),
    "report_pages.photo": (120, 300),
}
"""Endpoint to (calls, seconds) for one address."""
FOR_ONE_REPORT: Final = (60, 3600)
"""Calls and seconds for one report's number, from wherever: four digits must not be guessed."""
NUMBERED: Final = frozenset({"reports_api.track", "report_pages.track"})
WRITES: Final = frozenset({"account.sign_in"})
"""Endpoints where only POST counts."""


def check(endpoint: str | None) -> None:
    """Count the call of an address; refuse it over the limit.

    Raises:
        TooManyRequests: the limit is passed; says how many seconds to wait.
    """
    config: Config = current_app.config["GRIDMAP"]
    limit = LIMITS.get(endpoint or "")
    if limit is None or not config.rate_limits or (endpoint in WRITES and request.method != "POST"):
        return
    _count(f"{endpoint}:{request.remote_addr}", limit)
    number = (request.view_args or {}).get("number")
    if endpoint in NUMBERED and number:
        _count(f"number:{number}", FOR_ONE_REPORT)


def _count(key: str, limit: tuple[int, int]) -> None:
    with separate_transaction() as session:  # a refused request counts too
        wait = counters.count(session, key, *limit, now=now())
    if wait:
        raise TooManyRequests(seconds=wait)
