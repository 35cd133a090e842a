"""The county's settings that an import makes: its code and name, its metric zone, its first day."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gridmap.geometry.crs import gauss_kruger_zone
from gridmap.ledger.settings import Setting


def county_setting(session: Session) -> dict[str, str] | None:
    """Return the county's ``code`` and ``name``; None before the first import of communities."""
    setting = session.get(Setting, "county")
    return None if setting is None else dict(setting.value)


def settle(session: Session, county: dict[str, str], lon: float, day: date) -> dict[str, int]:
    """Keep the county's code and name, and what is not yet known: its metric zone and first day.

    Args:
        session: the caller's transaction.
        county: ``code`` and ``name``.
        lon: longitude of the county's middle.
        day: a day from which the ledger holds.

    Returns:
        Nothing to count.
    """
    if county_setting(session) != county:
        session.merge(Setting(key="county", value=county))
    if session.get(Setting, "metric_epsg") is None:
        session.add(Setting(key="metric_epsg", value=gauss_kruger_zone(lon)))
    first = session.get(Setting, "first_day")
    if first is None or first.value > day.isoformat():
        session.merge(Setting(key="first_day", value=day.isoformat()))
    session.flush()
    return {}
