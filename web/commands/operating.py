"""Who acts when a command does: whoever runs commands on the server keeps all that the county's desk keeps."""

from __future__ import annotations

import os
from typing import Final

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.terms import PostKind

OPERATOR: Final = SignedIn(
    account_id=None,  # type: ignore[arg-type]  # the audit log names no account
    person_id=0,
    login="",
    name="",
    scope=scope_of((HeldPost(0, PostKind.COUNTY_DESK, 0, ""),), ()),
)


def command_language() -> str:
    """Return the language of what a command prints, from ``GRIDMAP_LANG``: Chinese if unset."""
    return "en" if os.environ.get("GRIDMAP_LANG", "zh").startswith("en") else "zh"
