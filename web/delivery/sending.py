"""Send what is due, one delivery at a time: claim, commit, send, settle."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from gridmap.messaging import outgoing
from gridmap.messaging.outgoing import Claimed, MailServer, Outcome, Result, RobotTarget
from web.delivery import mail, robots
from web.session import OpenTransaction

LONGEST_PAUSE: Final = timedelta(seconds=5)
"""A robot that is ready so soon is waited for; otherwise the next run sends."""
TRIAL: Final = {
    "zh": ("网格地图测试消息", "收到这条消息，说明通道已经设置好。"),
    "en": ("A trial by gridmap", "If you read this, the channel works."),
}
"""What a try says."""
_GLANCE_S: Final = 0.2


def deliver(
    open_transaction: OpenTransaction,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send until nothing is due or a stop is asked for; return how many were tried."""
    tried = 0
    while not stopping():
        with open_transaction() as session:
            claimed = outgoing.claim(session, clock())
        if claimed is not None:
            outcome = _sent(claimed, clock())
            with open_transaction() as session:
                outgoing.settle(session, claimed, outcome, clock())
            tried += 1
            continue
        with open_transaction() as session:
            ready = outgoing.ready_at(session, clock())
        if ready is None or ready > clock() + LONGEST_PAUSE:
            break
        while clock() < ready and not stopping():
            time.sleep(_GLANCE_S)
    return tried


def try_mail(server: MailServer, address: str, language: str, now: datetime) -> Outcome:
    """Send one mail at once, beside the deliveries, and return what became of it."""
    subject, body = TRIAL[language]
    trial = Claimed(0, now, 1, 0, now, address, subject, body, server, None)
    return mail.send(trial)


def try_robot(target: RobotTarget, language: str, now: datetime) -> Outcome:
    """Send one message to a group at once and return what became of it."""
    return robots.send(target, *TRIAL[language], now)


def _sent(claimed: Claimed, now: datetime) -> Outcome:
    if claimed.robot is not None:
        return robots.send(claimed.robot, claimed.subject, claimed.body, now)
    if claimed.mail is not None:
        return mail.send(claimed)
    return Outcome(Result.FAILED, "没有邮件服务器 / there is no mail server")
