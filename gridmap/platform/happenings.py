"""What other systems can be told of, and how a message is signed (Standard Webhooks). Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from gridmap.terms import Term

SECRET_BEGINNING: Final = "whsec_"  # noqa: S105 - what every secret begins with
SECRET_BYTES: Final = 32
RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""Waits between tries, 22 hours in all; after the last one a delivery is given up."""
PAUSE: Final = timedelta(seconds=30)
"""After a failure nothing is sent to the same address for so long."""
LOST_AFTER: Final = timedelta(minutes=5)
"""A sender that has not settled by then is gone: its delivery is sent again."""
MOST_FAILURES: Final = 40
"""So many failed tries in a row switch a webhook off."""
OLD_SECRET_FOR: Final = timedelta(hours=24)
"""After a rotation messages are signed by both secrets for so long."""
KEPT_FOR: Final = timedelta(days=30)


class Happening(Term):
    """What a webhook can be told of."""

    REPORT_FILED = "report.filed", "诉求已登记", "A report was filed"
    REPORT_MOVED = "report.moved", "诉求有进展", "A report moved on"
    REPORT_CLOSED = "report.closed", "诉求已结案或并案", "A report was closed or joined"
    REPORT_REOPENED = "report.reopened", "诉求重新办理", "A report was taken up again"
    PLAN_PUBLISHED = "plan.published", "网格方案已发布", "A plan of grids was published"
    PLAN_WITHDRAWN = "plan.withdrawn", "网格方案已撤回", "A plan of grids was withdrawn"


TEST: Final = "webhook.test"
"""Type of the message that the test button sends."""


class Sending(Term):
    """How far a delivery is."""

    PENDING = "pending", "待发送", "Waiting"
    SENDING = "sending", "正在发送", "Being sent"
    SENT = "sent", "已送达", "Delivered"
    FAILED = "failed", "失败，会再试", "Failed, will be tried again"
    GIVEN_UP = "given_up", "失败，不再试", "Failed for good"


def fresh_secret() -> str:
    """Return a new signing secret."""
    return SECRET_BEGINNING + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature: HMAC-SHA256 of id, timestamp and body.

    Args:
        secret: ``whsec_`` and the key in base64.
        message_id: the same at every try.
        timestamp: seconds since 1970, of this try.
        body: exactly the bytes that are sent.

    Raises:
        ValueError: the secret is not base64.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_BEGINNING), validate=True)
    except binascii.Error as failure:
        raise ValueError("the secret is not base64") from failure
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    digest = hmac.digest(key, signed, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode("ascii")


def signed_headers(
    secrets_in_force: Iterable[str], message_id: str, body: bytes, now: datetime
) -> dict[str, str]:
    """Return the three headers of a message; one signature a secret, the newest first."""
    timestamp = int(now.timestamp())
    signatures = (signature(one, message_id, timestamp, body) for one in secrets_in_force)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def next_try(attempts: int, at: datetime) -> datetime | None:
    """Return when a delivery is tried again after so many failed tries; None: it is given up."""
    return at + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None
