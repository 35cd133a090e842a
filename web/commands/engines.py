"""The database of a command: from DATABASE_URL, without a statement timeout."""

from __future__ import annotations

from sqlalchemy import Engine

from gridmap.store.session import make_engine
from web.config import from_environment


def command_engine() -> Engine:
    """Return an engine for one command; long statements are allowed."""
    return make_engine(from_environment().database_url, pool_size=0, statement_timeout_s=0)
