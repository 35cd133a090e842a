"""Rate limits of the operations that strangers can abuse, counted in PostgreSQL for all workers.

A limited answer says its limit in numbers (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` is
the limit, `RateLimit` what is left of it. Whoever shows a key has the key's own limit for all it asks; the
limit of the address falls away only where a scope opens the door, so that no key guesses passwords faster.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy.orm import Session

from gridmap.errors import GuessedTail, NotFound, TooManyRequests
from gridmap.store import counters
from gridmap.store.counters import CallCounter, Lease, Leases, Tally
from gridmap.volunteering import service as volunteers
from web import access
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
    "open311.discovery": (300, 300),
    "open311.services": (300, 300),
    "open311.service": (300, 300),
    "open311.listed": (120, 300),
    "open311.one": (600, 300),
    "reports_api.file": (60, 3600),
    "reports_api.track": (60, 300),
    "tracking_api.near": (120, 300),
    "tracking_api.follow": (30, 3600),
    "tracking_api.answer": (30, 300),
    "track_pages.show": (60, 300),
    "track_pages.answer": (30, 300),
    "track_pages.photo": (120, 300),
    "locate_api.locate": (6000, 300),
    "tiles_api.tile": (60_000, 300),
    "tiles_api.description": (1200, 300),
    "locate_words_api.locate": (300, 300),
    "ogc.items_of": (1200, 300),
    "ogc.item": (1200, 300),
    "ogc.landing": (300, 300),
    "ogc.collections": (300, 300),
    "exports.download": (60, 300),
    "names.take": (30, 300),
    "names.export": (60, 300),
    "volunteer_books.take_roll": (30, 300),
    "volunteer_books.take_attendance": (30, 300),
    "volunteer_import.send": (30, 300),
    "red_property_books.take": (30, 300),
    "red_property_books.export": (60, 300),
    "party_life.take_dues": (30, 300),
    "coverage_api.audit": (900, 300),
    "coverage_api.compare": (120, 300),
    "coverage_api.series": (90, 300),
    "coverage_handouts.sheet": (60, 300),
    "coverage_files_api.standalone_map": (30, 300),
    "coverage_files_api.findings": (30, 300),
    "coverage_files_api.report_pdf": (20, 300),
    "coverage_files_api.report_docx": (20, 300),
    "volunteer_pages.register": (20, 3600),
    "volunteer_pages.come_back": (60, 300),
    "volunteer_account.link": (60, 300),
    "volunteer_account.register": (20, 3600),
    "volunteer_activities.challenge": (60, 300),
    "volunteer_activities.position": (60, 300),
    "volunteer_activities.scan": (120, 300),
    "map_layers.show": (300, 300),
    "centre_pages.reached": (120, 300),
    "road_pages.register": (60, 3600),
    "road_pages.key": (120, 300),
    "road_pages.by_position": (120, 300),
    "road_pages.by_code": (120, 300),
}
"""Endpoint to (calls, seconds) for one address."""
BY_ADDRESS: Final = "address"
BY_KEY: Final = "key"
KEY_WINDOW_S: Final = 60
LEASED: Final[dict[str, int]] = {"locate_api.locate": 50, "tiles_api.tile": 200}
"""Endpoints that are called very often: a process counts so many calls ahead in one statement."""
TAILED: Final = frozenset(
    {"reports_api.track", "tracking_api.answer", "track_pages.show", "track_pages.answer"}
)
"""Endpoints that take a phone's tail (`?tail=`) as proof."""
TAILED_FORMS: Final = frozenset({"volunteer_pages.come_back", "volunteer_account.link"})
"""Endpoints that take it in a form, with a volunteer's code."""
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


def said_now() -> list[tuple[str, str]]:
    """Return the headers that say the limit which this request has met, refused or not."""
    if not has_request_context():
        return []
    said_of: dict[str, str] = g.get("rate_headers") or {}
    return list(said_of.items())


def check(endpoint: str | None) -> None:
    """Count the call of a key or an address; refuse it over the limit, and tails that are being guessed.

    Raises:
        TooManyRequests: the limit is passed; says how many seconds to wait.
        GuessedTail: too many wrong tails; even a right one is refused now.
    """
    if not _limited():
        return
    bearer = access.bearer()
    if bearer is None or not access.is_for_keys(endpoint):
        _check_address(endpoint)
    if bearer is not None:
        _count(f"key:{bearer.id}", (bearer.per_minute, KEY_WINDOW_S), BY_KEY)
    if _tail(endpoint):
        _refuse_guessing()


def _check_address(endpoint: str | None) -> None:
    limit = LIMITS.get(endpoint or "")
    if limit is None or (endpoint in WRITES and request.method != "POST"):
        return
    if endpoint in LEASED:
        leases: Leases = current_app.extensions[EXTENSION]
        found = leased(leases, separate_transaction, str(endpoint), request.remote_addr or "")
        _judge(found, limit, BY_ADDRESS)
    else:
        _count(f"{endpoint}:{request.remote_addr}", limit, BY_ADDRESS)


def headers_of(name: str, limit: tuple[int, int], found: Tally) -> dict[str, str]:
    """Return the headers that say a limit: calls and seconds of its window, what is left, until when.

    >>> headers_of("address", (60, 300), Tally(0, 59, 300))
    {'RateLimit-Policy': '"address";q=60;w=300', 'RateLimit': '"address";r=59;t=300'}
    """
    calls, seconds = limit
    return {
        "RateLimit-Policy": f'"{name}";q={calls};w={seconds}',
        "RateLimit": f'"{name}";r={found.left};t={found.reset_s}',
    }


def count_wrong_tail(response: Response) -> Response:
    """Count a tail that did not fit; for `after_request` of the blueprints in `TAILED`."""
    wrong = response.status_code == NOT_FOUND and _tail(request.endpoint)
    if wrong and _limited():
        with separate_transaction() as session:
            for key, calls, seconds in _guesses():
                counters.count(session, key, calls, seconds, now=now())
    return response


def _tail(endpoint: str | None) -> str | None:
    """Return the phone's tail that a request gives as proof; None where it gives none."""
    if endpoint in TAILED_FORMS:
        return request.form.get("tail")
    return request.args.get("tail") if endpoint in TAILED else None


def _limited() -> bool:
    config: Config = current_app.config["GRIDMAP"]
    return config.rate_limits


def _count(key: str, limit: tuple[int, int], name: str) -> None:
    with separate_transaction() as session:  # a refused request counts too
        found = counters.tally(session, key, *limit, now=now())
    _judge(found, limit, name)


def _judge(found: Tally, limit: tuple[int, int], name: str) -> None:
    g.rate_headers = headers_of(name, limit, found)
    if found.wait_s:
        raise TooManyRequests(seconds=found.wait_s)


def leased(leases: Leases, open_transaction: OpenTransaction, endpoint: str, address: str) -> Tally:
    """Use one call that was counted ahead; return where it stands."""
    key, at = f"{endpoint}:{address}", now()

    def more() -> Lease:
        calls, seconds = LIMITS[endpoint]
        with open_transaction() as session:
            return counters.lease(session, key, calls, seconds, now=at, by=LEASED[endpoint])

    return leases.take(key, at, more)


Count = Callable[[str], Tally | None]
"""Counts a call of an address and says where it stands; None where there is no limit."""


def counting(app: Flask, open_transaction: OpenTransaction, endpoint: str, *, on: bool) -> Count:
    """Return what counts the calls of a leased endpoint before Flask is asked, as `check` does in it."""
    leases: Leases = app.extensions[EXTENSION]

    def count(address: str) -> Tally | None:
        return leased(leases, open_transaction, endpoint, address) if on else None

    return count


def said(endpoint: str, tally: Tally | None) -> dict[str, str]:
    """Return the headers that say the limit of an address on an endpoint; none where there is none."""
    return {} if tally is None else headers_of(BY_ADDRESS, LIMITS[endpoint], tally)


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
    if request.endpoint in TAILED_FORMS:
        code = volunteers.code_of(request.form.get("code", ""))
        known = [] if code is None else [(f"tail:{code}", limit) for limit in WRONG_AT_A_REPORT]
        limits += known
        return [(f"{name}:{seconds}", calls, seconds) for name, (calls, seconds) in limits]
    written = (request.view_args or {}).get("number") or request.args.get("number", "")
    with contextlib.suppress(NotFound):  # what is no number is nobody's report
        number = report_number(written)  # however it is written, it is one report
        limits += [(f"tail:{number}", limit) for limit in WRONG_AT_A_REPORT]
    return [(f"{name}:{seconds}", calls, seconds) for name, (calls, seconds) in limits]
