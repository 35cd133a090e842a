"""Codes that change on the organiser's screen, and keys that are used once. Pure."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

STEP_S: Final = 30
"""A code stands on the screen for so many seconds."""
ACCEPTED_STEPS: Final = 2
"""The code on the screen and the one before it: none is older than a minute."""
CHALLENGE_LASTS: Final = timedelta(seconds=60)
LETTERS: Final = 8


def step_at(moment: datetime) -> int:
    """Return the number of the half minute that holds a moment."""
    return int(moment.timestamp()) // STEP_S


def code_at(secret: str, moment: datetime) -> str:
    """Return the code of an activity that the screen shows at a moment.

    >>> from datetime import UTC
    >>> code_at("s", datetime(2026, 1, 1, tzinfo=UTC)) == code_at("s", datetime(2026, 1, 1, 0, 0, 29, tzinfo=UTC))
    True
    """
    return _code(secret, step_at(moment))


def seconds_left(moment: datetime) -> int:
    """Return the seconds until the screen shows the next code, 1 to 30."""
    return STEP_S - int(moment.timestamp()) % STEP_S


def is_fresh(secret: str, code: str, moment: datetime) -> bool:
    """Tell whether a code was shown less than a minute ago; of the future none is."""
    now = step_at(moment)
    shown = [_code(secret, now - back) for back in range(ACCEPTED_STEPS)]
    written = code.strip().upper().encode("utf-8", "replace")
    found = [hmac.compare_digest(written, one.encode()) for one in shown]
    return any(found)


def _code(secret: str, step: int) -> str:
    made = hmac.new(secret.encode(), str(step).encode(), sha256).digest()
    return base64.b32encode(made).decode()[:LETTERS]
