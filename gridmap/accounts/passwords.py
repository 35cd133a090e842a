"""Passwords: what is refused, how they are kept (argon2id), how they are checked."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from gridmap.errors import InvalidInput

SHORTEST: Final = 10
LONGEST: Final = 200
"""Longer ones are refused unread: hashing is not to be a way to keep the server busy."""

_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper."""

_HASHER: Final = PasswordHasher()

NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$Cl1FtWmH1/9uP07UCrsxvQ$CeUr5Jj/pHNISojtPc41dssn8w2xUMAD9bbZwH2nkDQ"
"""Hash of a password that was thrown away: an unknown name takes as long as a known one."""


def check(password: str, login: str) -> None:
    """Refuse a password that is too short, too long, the login itself, or not plain text.

    Raises:
        InvalidInput: says which.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise _refused("密码不能含有控制字符。", "A password has no control characters.")
    if len(password) < SHORTEST:
        raise _refused(
            f"密码至少 {SHORTEST} 个字符。", f"A password has at least {SHORTEST} characters."
        )
    if len(password) > LONGEST:
        raise _refused(
            f"密码最多 {LONGEST} 个字符。", f"A password has at most {LONGEST} characters."
        )
    if password.casefold() == login.casefold():
        raise _refused("密码不能与账号相同。", "The password must differ from the account's name.")


def _refused(zh: str, en: str) -> InvalidInput:
    return InvalidInput(field="password", reason_zh=zh, reason_en=en)


def hashed(password: str) -> str:
    """Return the hash that is kept: argon2id with a salt of its own."""
    return _HASHER.hash(_bytes(password))


def one_time() -> str:
    """Return a random password to hand over, to be changed at the first sign-in (59 bits).

    >>> len(one_time())
    14
    """
    letters = [secrets.choice(_READABLE) for _ in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


def fits(stored: str, password: str) -> bool:
    """Tell whether a password belongs to a stored hash."""
    if len(password) > LONGEST:
        return False
    try:
        return _HASHER.verify(stored, _bytes(password))
    except VerifyMismatchError:
        return False


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    """Whatever came in has bytes: a lone surrogate is a wrong password, not a failure."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
