"""One message to one group robot (WeCom, DingTalk): one body that both take, signed where asked.

The address is an administrator's, and still is not trusted: https only, a checked certificate, no
redirects, no proxies, a time limit, and no address of a private network unless the operator allows
it (GRIDMAP_PRIVATE_WEBHOOKS=1, for a robot gateway on the county's own network). The connection goes
to the very address that was looked at.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, quote_plus, urlsplit

from gridmap.errors import GridmapError
from gridmap.messaging.channels import check_webhook
from gridmap.messaging.kinds import RobotKind
from gridmap.messaging.outgoing import Outcome, Result, RobotTarget
from web.delivery import outside

TIMEOUT_S: Final = 10.0
MOST_BYTES: Final = 64 * 1024
PRIVATE_SWITCH: Final = "GRIDMAP_PRIVATE_WEBHOOKS"
_SERVER_FAILS: Final = 500
_TOO_MANY: Final = 429
_REDIRECTS: Final = range(300, 400)


def send(robot: RobotTarget, subject: str, body: str, now: datetime) -> Outcome:
    """Send a message to a robot; failed unless it was taken, uncertain if no answer came."""
    try:
        check_webhook(robot.url)
        parts = urlsplit(robot.url)
        private = os.environ.get(PRIVATE_SWITCH) == "1"
        line = outside.connected(
            parts, private=private, how=f"{PRIVATE_SWITCH}=1", timeout_s=TIMEOUT_S
        )
    except (GridmapError, outside.Refused) as refusal:
        return Outcome(Result.REFUSED, str(refusal))
    except OSError as failure:
        return Outcome(Result.FAILED, f"{type(failure).__name__}: {failure}")
    with contextlib.closing(line):
        try:
            line.request(
                "POST",
                _signed(parts, robot, now),
                json.dumps(payload(subject, body), ensure_ascii=False).encode(),
                {"Content-Type": "application/json; charset=utf-8", "Connection": "close"},
            )
            response = line.getresponse()
            answer = response.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as failure:
            return Outcome(Result.UNCERTAIN, f"{type(failure).__name__}: {failure}")
        return _judged(response.status, answer)


def payload(subject: str, body: str) -> dict[str, Any]:
    """Return the one body: WeCom reads `content`, DingTalk reads `title` and `text`."""
    text = f"**{subject}**\n\n" + body.replace("\n", "\n\n")
    return {"msgtype": "markdown", "markdown": {"title": subject, "text": text, "content": text}}


def signature(secret: str, now: datetime) -> dict[str, str]:
    """Return DingTalk's `timestamp` (ms) and `sign`: HMAC-SHA256 of both, in base64."""
    timestamp = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def _signed(parts: SplitResult, robot: RobotTarget, now: datetime) -> str:
    query = [parts.query] if parts.query else []
    if robot.secret and robot.kind == RobotKind.DINGTALK:
        signed = signature(robot.secret, now)
        query += [f"{name}={quote_plus(value)}" for name, value in signed.items()]
    return (parts.path or "/") + (f"?{'&'.join(query)}" if query else "")


def _judged(status: int, answer: bytes) -> Outcome:
    words = answer[:200].decode("utf-8", "replace")
    if status >= _SERVER_FAILS or status == _TOO_MANY or status in _REDIRECTS:
        return Outcome(Result.FAILED, f"HTTP {status} {words}")
    if status != http.HTTPStatus.OK:
        return Outcome(Result.REFUSED, f"HTTP {status} {words}")
    try:
        code = json.loads(answer)["errcode"]
    except (ValueError, LookupError, TypeError):
        return Outcome(Result.UNCERTAIN, f"看不懂的回答 / not a robot's answer: {words}")
    return Outcome(Result.SENT) if code == 0 else Outcome(Result.FAILED, words)
