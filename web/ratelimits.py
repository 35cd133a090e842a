"""Rate limits of the operations that strangers can abuse, counted in PostgreSQL for all workers."""

from __future__ import annotations

import contextlib
import math
from typing import Final

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from gridmap.errors import GuessedTail, NotFound, TooManyRequests
from gridmap.store import counters
from gridmap.store.counters import CallCounter, Lease, Leases
from web.config import Config
from web.numbers import report_number
from web.params import now
from web.session import OpenTransaction, separate_transaction

EXTENSION: Final = "gridmap_leases"
LIMITS: Final[dict[str, tuple[int, int]]] = {
    "account.sign_in": (20, 300),
    "account_factor.code": (20, 300),
    "channels.try_mail": (10, 60),
    "channels.try_robot": (10, 60),
    "reports_api.file": (60, 3600),
    "reports_api.track": (60, 300),
    "tracking_api.near": (120, 300),
    "tracking_api.follow": (30, 3600),
    "tracking_api.answer": (30, 300),
    "track_pages.show": (60, 300),
    "track_pages.answer": (30, 300),
    "track_pages.photo": (120, 300),
    "locate_api.locate": (6000, 300),
    "locate_words_api.locate": (300, 300),
    "names.take": (30, 300),
    "names.export": (60, 300),
    "coverage_api.audit": (900, 300),
    "coverage_api.compare": (120, 300),
    "coverage_api.series": (90, 300),
    "coverage_handouts.sheet": (60, 300),
    "coverage_files_api.standalone_map": (30, 300),
    "coverage_files_api.findings": (30, 300),
    "coverage_files_api.report_pdf": (20, 300),
    "coverage_files_api.report_docx": (20, 300),
}
"""Endpoint to (calls, seconds) for one address."""
LEASED: Final[dict[str, int]] = {"locate_api.locate": 50}
"""Endpoints that are called very often: a process counts so many calls ahead in one statement."""
TAILED: Final = frozenset(
    {"reports_api.track", "tracking_api.answer", "track_pages.show", "track_pages.answer"}
)
"""Endpoints that take a phone's tail (`?tail=`) as proof."""
DAY: Final = 86_400
WRONG_AT_A_REPORT: Final = ((10, DAY), (30, 30 * DAY))
WRONG_FROM_AN_ADDRESS: Final = ((20, 3600), (100, DAY))
"""Wrong tails and seconds. Thirty a month at one report, from wherever: of 10,000 tails 0.3 %. Right
tails and links are not counted, so that a reporter may look as often as he likes."""
NOT_FOUND: Final = 404
WRITES: Final = frozenset(
    {"account.sign_in", "account_factor.code", "channels.try_mail", "channels.try_robot"}
)
"""Endpoints where only POST counts."""


def check(endpoint: str | None) -> None:
    """Count the call of an address; refuse it over the limit, and tails that are being guessed.

    Raises:
        TooManyRequests: the limit is passed; says how many seconds to wait.
        GuessedTail: too many wrong tails; even a right one is refused now.
    """
    if not _limited():
        return
    limit = LIMITS.get(endpoint or "")
    if limit is not None and not (endpoint in WRITES and request.method != "POST"):
        if endpoint in LEASED:
            leases: Leases = current_app.extensions[EXTENSION]
            wait = leased(leases, separate_transaction, str(endpoint), request.remote_addr or "")
            if wait:
                raise TooManyRequests(seconds=wait)
        else:
            _count(f"{endpoint}:{request.remote_addr}", limit)
    if endpoint in TAILED and request.args.get("tail"):
        _refuse_guessing()


def count_wrong_tail(response: Response) -> Response:
    """Count a tail that did not fit; for `after_request` of the blueprints in `TAILED`."""
    wrong = response.status_code == NOT_FOUND and request.endpoint in TAILED
    if wrong and request.args.get("tail") and _limited():
        with separate_transaction() as session:
            for key, calls, seconds in _guesses():
                counters.count(session, key, calls, seconds, now=now())
    return response


def _limited() -> bool:
    config: Config = current_app.config["GRIDMAP"]
    return config.rate_limits


def _count(key: str, limit: tuple[int, int]) -> None:
    with separate_transaction() as session:  # a refused request counts too
        wait = counters.count(session, key, *limit, now=now())
    if wait:
        raise TooManyRequests(seconds=wait)


def leased(leases: Leases, open_transaction: OpenTransaction, endpoint: str, address: str) -> int:
    """Use one call that was counted ahead; return 0, or the seconds to wait beyond the limit."""
    key, at = f"{endpoint}:{address}", now()

    def more() -> Lease:
        calls, seconds = LIMITS[endpoint]
        with open_transaction() as session:
            return counters.lease(session, key, calls, seconds, now=at, by=LEASED[endpoint])

    return leases.take(key, at, more)


def _refuse_guessing() -> None:
    with separate_transaction() as session:
        wait = max(_wait(session, key, calls) for key, calls, _ in _guesses())
    if wait:
        raise GuessedTail(seconds=wait, hours=math.ceil(wait / 3600))


def _wait(session: Session, key: str, calls: int) -> int:
    """Return the seconds until a full counter's window ends; 0 while it has room."""
    counter = session.get(CallCounter, key)
    if counter is None or counter.calls < calls:
        return 0
    return max(0, math.ceil((counter.ends_at - now()).total_seconds()))


def _guesses() -> list[tuple[str, int, int]]:
    """Key, most calls and seconds of every counter of wrong tails that this request meets."""
    limits = [(f"tails:{request.remote_addr}", limit) for limit in WRONG_FROM_AN_ADDRESS]
    written = (request.view_args or {}).get("number") or request.args.get("number", "")
    with contextlib.suppress(NotFound):  # what is no number is nobody's report
        number = report_number(written)  # however it is written, it is one report
        limits += [(f"tail:{number}", limit) for limit in WRONG_AT_A_REPORT]
    return [(f"{name}:{seconds}", calls, seconds) for name, (calls, seconds) in limits]
