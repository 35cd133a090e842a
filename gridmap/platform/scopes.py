"""What a key of another system opens, and what such a key looks like. Pure."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from gridmap.terms import Term

BEGINNING: Final = "gmk_"
PREFIX_CHARACTERS: Final = len(BEGINNING) + 8
"""So much of a key stays visible, so that people can tell keys apart."""
LONGEST_KEY: Final = 128


class Scope(Term):
    """What a key opens; a key never has the authority of a person."""

    REPORTS_READ = "reports:read", "查看诉求", "Read reports"
    REPORTS_WRITE = "reports:write", "登记诉求", "File reports"
    LAYERS_READ = "layers:read", "读取图层", "Read layers"
    WEBHOOKS = "webhooks", "查看推送", "Look at webhooks"


def fresh_key() -> str:
    """Return a new key: eight characters that stay visible, then 256 random bits."""
    return f"{BEGINNING}{secrets.token_hex(4)}{secrets.token_urlsafe(32)}"


def prefix_of(key: str) -> str:
    """Return the part of a key that is shown.

    >>> prefix_of("gmk_1a2b3c4dsecret")
    'gmk_1a2b3c4d'
    """
    return key[:PREFIX_CHARACTERS]


def sha256_of(key: str) -> str:
    """Return what is stored of a key: it has 256 random bits, so one round is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
