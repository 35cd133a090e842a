"""One-time codes of an authenticator app (TOTP, RFC 6238) and the recovery codes beside them.

SHA-1, six digits, steps of 30 seconds: the only parameters that every app in use understands.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
DIGITS: Final = 6
WINDOW: Final = 1
"""Steps before and after now whose codes are taken: clocks of phones differ (RFC 6238, 5.2)."""
RECOVERY_CODES: Final = 8
RECOVERY_CHARACTERS: Final = 16
_GROUP: Final = 4
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def new_secret() -> str:
    """Return a random secret of 160 bits (base 32), as RFC 4226 asks for."""
    return pyotp.random_base32()


def address(secret: str, login: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def accepted_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step that a code belongs to; None if it is wrong, too old or was used.

    Args:
        secret: base 32.
        code: as typed; see `as_typed`.
        now: this moment.
        last_step: the last step whose code was taken; that one and earlier ones are refused, so
            that a code that somebody saw opens nothing (RFC 6238, 5.2).
    """
    written = as_typed(code)
    this_step = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.HOTP(secret, digits=DIGITS)
    fitting = [
        step
        for step in range(this_step - WINDOW, this_step + WINDOW + 1)
        if _same(codes.at(step), written) and step > last_step
    ]
    return fitting[0] if fitting else None


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "surrogatepass"))


def as_typed(code: str) -> str:
    """Return a code without what people put between: blanks, dashes, full-width digits.

    >>> as_typed(" １２３ 456"), as_typed("abcd-efgh")
    ('123456', 'ABCDEFGH')
    """
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(character for character in plain if not character.isspace() and character != "-")


def is_recovery_code(code: str) -> bool:
    """Tell whether what was typed has the length of a recovery code.

    >>> is_recovery_code("123456"), is_recovery_code("ABCD-EFGH-IJKL-MNOP")
    (False, True)
    """
    return len(as_typed(code)) == RECOVERY_CHARACTERS


def new_recovery_codes() -> tuple[str, ...]:
    """Return fresh recovery codes of 80 random bits each, in groups of four."""
    return tuple(_recovery_code() for _ in range(RECOVERY_CODES))


def _recovery_code() -> str:
    letters = [secrets.choice(_BASE32) for _ in range(RECOVERY_CHARACTERS)]
    groups = ["".join(letters[at : at + _GROUP]) for at in range(0, RECOVERY_CHARACTERS, _GROUP)]
    return "-".join(groups)


def recovery_hash(code: str) -> str:
    """Return the hash that is kept: 80 random bits need no slow one."""
    return hashlib.sha256(as_typed(code).encode("utf-8", "surrogatepass")).hexdigest()
