"""SQL: the setting of the households that a grid should have."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.ledger.settings import Setting

KEY = "grid_households"


def setting(session: Session) -> object:
    """Return the value of the setting; None where the county has set none."""
    return session.scalar(select(Setting.value).where(Setting.key == KEY))


def hold(session: Session) -> None:
    """Wait for whoever sets it now, and keep others from it until the transaction ends."""
    query = insert(Setting).values(key=KEY, value=[])
    session.execute(query.on_conflict_do_nothing(index_elements=[Setting.key]))
    session.execute(select(Setting.key).where(Setting.key == KEY).with_for_update())


def put_setting(session: Session, value: object) -> None:
    """Set the setting."""
    query = insert(Setting).values(key=KEY, value=value)
    written = query.excluded.value
    session.execute(
        query.on_conflict_do_update(index_elements=[Setting.key], set_={"value": written})
    )
