"""Webhooks on their way: spread what has happened, then claim, commit, send, settle, one at a time."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from gridmap.errors import GridmapError
from gridmap.platform import outbox
from gridmap.platform.happenings import signed_headers
from gridmap.platform.outbox import Answered, Claimed
from gridmap.platform.webhooks import HOSTS, check_url, own_hosts
from web.delivery import outside
from web.session import OpenTransaction

TIMEOUT_S: Final = 10.0
LONGEST_S: Final = 20.0
MOST_BYTES: Final = 4096
"""So much of an answer is read; nothing in it matters but its first words."""
SHOWN_BYTES: Final = 200
_SUCCESS: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)


def deliver(
    open_transaction: OpenTransaction,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send until nothing is due or a stop is asked for; return how many were tried."""
    spread = 1
    while spread and not stopping():
        with open_transaction() as session:
            spread = outbox.spread(session, clock())
    tried = 0
    while not stopping():
        with open_transaction() as session:
            claimed = outbox.claim(session, clock())
        if claimed is None:
            break
        answer = send(claimed, clock())
        with open_transaction() as session:
            outbox.settle(session, claimed, answer, clock())
        tried += 1
    return tried


def send(claimed: Claimed, now: datetime) -> Answered:
    """Send a message and return what the other side said; delivered if it answered 2xx in time."""
    begun = time.monotonic()

    def answered(status: int | None, words: str, *, delivered: bool = False) -> Answered:
        return Answered(delivered, status, words, round((time.monotonic() - begun) * 1000))

    parts = urlsplit(claimed.url)
    try:
        check_url(claimed.url)
        private = (parts.hostname or "") in own_hosts()
        line = outside.connected(parts, private=private, how=HOSTS, timeout_s=TIMEOUT_S)
    except (GridmapError, outside.Refused) as refusal:
        return answered(None, str(refusal))
    except (OSError, UnicodeError) as failure:
        return answered(None, f"{type(failure).__name__}: {failure}")
    with contextlib.closing(line), outside.time_limit(line, LONGEST_S):
        try:
            status, words = _exchanged(line, claimed, now)
        except (OSError, http.client.HTTPException, ValueError) as failure:
            return answered(None, f"{type(failure).__name__}: {failure}")
    said = f"HTTP {status} {words}".strip()
    if status in _REDIRECTS:
        return answered(status, f"不跟随跳转 / redirects are not followed: {said}")
    return answered(status, said, delivered=status in _SUCCESS)


def _exchanged(
    line: http.client.HTTPConnection, claimed: Claimed, now: datetime
) -> tuple[int, str]:
    parts = urlsplit(claimed.url)
    body = claimed.body.encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "gridmap-webhooks",
        **signed_headers(claimed.secrets, claimed.message_id, body, now),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line.request("POST", path, body, headers)
    response = line.getresponse()
    answer = response.read(MOST_BYTES)
    return response.status, answer[:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "")
