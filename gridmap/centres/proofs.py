"""What proves that somebody is at a centre now: keys that are a minute old at most. Pure.

A key says for whom, for which centre and when it was given. It cannot be used for a second check-in: there
is one a day, so that it needs no row of its own.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

LASTS: Final = timedelta(seconds=60)
_MOST_DIGITS: Final = 12


def screen_secret(secret: str, centre: str) -> str:
    """Return the secret of a centre's screen, made from the site's own."""
    return hmac.new(secret.encode(), f"screen/{centre}".encode(), sha256).hexdigest()


def challenge(secret: str, centre: str, volunteer_id: int, now: datetime) -> str:
    """Return the key that a volunteer's next position at a centre must come with."""
    given_at = str(int(now.timestamp()))
    return f"{given_at}.{_signed(secret, centre, volunteer_id, given_at)}"


def is_fresh(secret: str, centre: str, volunteer_id: int, key: str, now: datetime) -> bool:
    """Tell whether a key was given for this by this site, less than a minute ago.

    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> is_fresh("s", "FW01", 7, challenge("s", "FW01", 7, at), at + LASTS)
    False
    """
    given_at, _, signed = key.partition(".")
    if not (given_at.isascii() and given_at.isdigit()) or len(given_at) > _MOST_DIGITS:
        return False
    expected = _signed(secret, centre, volunteer_id, given_at)
    age = now.timestamp() - int(given_at)
    fits = hmac.compare_digest(signed.encode("utf-8", "replace"), expected.encode())
    return fits and 0 <= age < LASTS.total_seconds()


def _signed(secret: str, centre: str, volunteer_id: int, given_at: str) -> str:
    words = f"centre/{centre}/{volunteer_id}/{given_at}"
    return hmac.new(secret.encode(), words.encode(), sha256).hexdigest()
