"""The county's settings that an import makes: its code and name, its metric zone, its first day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from geodata.loading.journal import Journal
from gridmap.errors import InvalidInput
from gridmap.geometry.zones import gauss_kruger_zone
from gridmap.ledger.settings import Setting
from gridmap.store import audit


def county_setting(session: Session) -> dict[str, str] | None:
    """Return the county's ``code`` and ``name``; None before the first import of communities."""
    setting = session.get(Setting, "county")
    return None if setting is None else dict(setting.value)


OSM_CREDIT: Final = "© OpenStreetMap contributors"
LONGEST_CREDITS: Final = 300
CREDITS: Final = "map_credits"
_BETWEEN: Final = " · "


def credits_of(session: Session) -> str:
    """Return whose data the maps show, as it stands on every map; empty where nobody is named."""
    setting = session.get(Setting, CREDITS)
    return "" if setting is None else str(setting.value)


def put_credits(session: Session, words: str, now: datetime, *, account_id: int | None) -> None:
    """Set the credits of all maps.

    Raises:
        InvalidInput: longer than `LONGEST_CREDITS`.
    """
    if len(words) > LONGEST_CREDITS:
        raise InvalidInput(
            reason_zh=f"最多 {LONGEST_CREDITS} 个字。",
            reason_en=f"At most {LONGEST_CREDITS} characters.",
            field="credits",
        )
    before = credits_of(session)
    session.merge(Setting(key=CREDITS, value=words))
    audit.record(
        session,
        "map_credits_set",
        "setting",
        CREDITS,
        now=now,
        account_id=account_id,
        before=before,
        after=words,
    )
    session.flush()


def add_credit(journal: Journal, words: str) -> None:
    """Name a source in the credits of all maps, once; the import's journal keeps that it needs it."""
    session = journal.session
    found = session.get(Setting, CREDITS)
    journal.setting(CREDITS, None if found is None else found.value)
    told = credits_of(session)
    if words not in told:
        session.merge(Setting(key=CREDITS, value=_named(told, words)))
        session.flush()


def drop_credit(session: Session, words: str, before: str | None) -> None:
    """Take a source out of the credits again; what people wrote there since stays.

    Args:
        session: the caller's transaction.
        words: the source.
        before: the credits before it was named; None where there were none.
    """
    found = session.get(Setting, CREDITS)
    if found is None:
        return
    left: str | None
    if found.value == _named(before or "", words):
        left = before
    else:
        left = _BETWEEN.join(part for part in str(found.value).split(_BETWEEN) if part != words)
    if left is None:
        session.delete(found)
    else:
        found.value = left
    session.flush()


def _named(told: str, words: str) -> str:
    return f"{told}{_BETWEEN}{words}" if told else words


def settle(journal: Journal, county: dict[str, str], lon: float, day: date) -> dict[str, int]:
    """Keep the county's code and name, and what is not yet known: its metric zone and first day.

    Args:
        journal: keeps how it was before, in the caller's transaction.
        county: ``code`` and ``name``.
        lon: longitude of the county's middle.
        day: a day from which the ledger holds.

    Returns:
        Nothing to count.
    """
    session = journal.session
    if county_setting(session) != county:
        _put(journal, "county", county)
    if session.get(Setting, "metric_epsg") is None:
        _put(journal, "metric_epsg", gauss_kruger_zone(lon))
    first = session.get(Setting, "first_day")
    if first is None or first.value > day.isoformat():
        _put(journal, "first_day", day.isoformat())
    session.flush()
    return {}


def _put(journal: Journal, key: str, value: object) -> None:
    found = journal.session.get(Setting, key)
    journal.setting(key, None if found is None else found.value)
    journal.session.merge(Setting(key=key, value=value))
