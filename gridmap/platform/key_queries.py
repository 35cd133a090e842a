"""SQL: keys of other systems, what they have filed, areas that stand for a jurisdiction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.platform.tables import ApiFiling, ApiKey
from gridmap.store.base import as_of


def key_by_hash(session: Session, key_sha256: str, now: datetime) -> Row[ApiKey, Area] | None:
    """Return a key that holds now, with its area."""
    query = (
        select(ApiKey, Area)
        .outerjoin(Area, Area.id == ApiKey.area_id)
        .where(
            ApiKey.key_sha256 == key_sha256,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
    )
    return session.execute(query).one_or_none()


def mark_used(session: Session, key_id: int, now: datetime, every: timedelta) -> None:
    """Write down that a key is used, at most so often."""
    seldom = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - every)
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, seldom)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def keys(session: Session, day: date) -> Sequence[Row[ApiKey, str | None]]:
    """Return all keys with the names of their areas, those that hold first, then the newest."""
    query = (
        select(ApiKey, AreaVersion.name)
        .outerjoin(
            AreaVersion,
            (AreaVersion.area_id == ApiKey.area_id) & as_of(AreaVersion, day),
        )
        .order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    )
    return session.execute(query).all()


def key(session: Session, key_id: int) -> ApiKey | None:
    """Return a key, locked."""
    return session.get(ApiKey, key_id, with_for_update=True)


def areas(session: Session, day: date) -> Sequence[Row[int, str, str]]:
    """Return id, kind and name of the areas of a day, by code."""
    query = (
        select(Area.id, Area.kind, AreaVersion.name)
        .join(AreaVersion, AreaVersion.area_id == Area.id)
        .where(as_of(AreaVersion, day), Area.kind != "county")
        .order_by(Area.code)
    )
    return session.execute(query).all()


def area_by_code(session: Session, code: str) -> Area | None:
    """Return an area by its 12-digit code."""
    return session.scalar(select(Area).where(Area.code == code))


def county_code(session: Session) -> str:
    """Return the code of the county; empty where there is none yet."""
    return session.scalar(select(Area.code).where(Area.kind == "county").limit(1)) or ""


def wait_for_others(session: Session, words: str) -> None:
    """Wait until no other transaction holds these words: two sendings of one thing come one by one."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(words, 0))))


def filing_by_token(session: Session, key_id: int, token: str) -> ApiFiling | None:
    """Return what a key has filed under a token."""
    return session.scalar(
        select(ApiFiling).where(ApiFiling.key_id == key_id, ApiFiling.token == token)
    )


def same_filing(session: Session, key_id: int, sha256: str, since: datetime) -> ApiFiling | None:
    """Return the newest filing of a key with this very content since a moment."""
    query = (
        select(ApiFiling)
        .where(ApiFiling.key_id == key_id, ApiFiling.body_sha256 == sha256, ApiFiling.at > since)
        .order_by(ApiFiling.at.desc())
        .limit(1)
    )
    return session.scalar(query)
