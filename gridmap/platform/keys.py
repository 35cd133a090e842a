"""Keys of other systems: handed out once, kept as a hash, revoked, looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.platform import key_queries as queries
from gridmap.platform.refusals import BadKey
from gridmap.platform.scopes import LONGEST_KEY, Scope, fresh_key, prefix_of, sha256_of
from gridmap.platform.tables import ApiKey
from gridmap.store import audit
from gridmap.terms import AreaKind
from gridmap.timespan import start_of

SEEN_EVERY: Final = timedelta(minutes=5)
"""Use is written down this often, so that reading is not always a write."""
MOST_PER_MINUTE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Bearer:
    """Another system that has shown its key: what it may do, and in which area (None: everywhere)."""

    id: int
    name: str
    scopes: frozenset[Scope]
    per_minute: int
    area_id: int | None
    area_kind: AreaKind | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key as a page asks for it; `last_day` is the last day on which it holds."""

    name: str
    scopes: tuple[Scope, ...]
    per_minute: int
    area_id: int | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as a page shows it: of itself only its beginning."""

    id: int
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    area: str | None
    per_minute: int
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    holds: bool


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """A township or a community that a key can be for."""

    id: int
    kind: AreaKind
    name: str


def bearer(session: Session, key: str, now: datetime) -> Bearer:
    """Return whose key this is, and write down that it is used.

    Raises:
        BadKey: it is unknown, revoked or out of date.
    """
    found = queries.key_by_hash(session, sha256_of(key), now) if len(key) <= LONGEST_KEY else None
    if found is None:
        raise BadKey
    row, area = found
    queries.mark_used(session, row.id, now, SEEN_EVERY)
    return Bearer(
        id=row.id,
        name=row.name,
        scopes=_scopes(row),
        per_minute=row.per_minute,
        area_id=row.area_id,
        area_kind=AreaKind(area.kind) if area else None,
    )


def _scopes(row: ApiKey) -> frozenset[Scope]:
    return frozenset(Scope(one) for one in row.scopes)


def make(session: Session, wanted: Wanted, now: datetime, *, account_id: int | None) -> str:
    """Make a key and return it: this is the only time that it can be seen; on record.

    Raises:
        InvalidInput: no scope, a limit out of bounds, a last day that is past, an unknown area.
    """
    _check(session, wanted, now)
    key = fresh_key()
    row = ApiKey(
        name=wanted.name,
        prefix=prefix_of(key),
        key_sha256=sha256_of(key),
        scopes=[scope.value for scope in wanted.scopes],
        area_id=wanted.area_id,
        per_minute=wanted.per_minute,
        made_at=now,
        made_by_id=account_id,
        expires_at=start_of(wanted.last_day + timedelta(days=1)) if wanted.last_day else None,
    )
    session.add(row)
    session.flush()
    _record(session, "api_key_made", row, now, account_id)
    return key


def _check(session: Session, wanted: Wanted, now: datetime) -> None:
    if not wanted.scopes:
        raise InvalidInput(
            field="scopes",
            reason_zh="请至少选择一项权限。",
            reason_en="Choose at least one scope.",
        )
    if not 1 <= wanted.per_minute <= MOST_PER_MINUTE:
        raise InvalidInput(
            field="per_minute",
            reason_zh=f"每分钟次数在 1 到 {MOST_PER_MINUTE} 之间。",
            reason_en=f"Calls a minute lie between 1 and {MOST_PER_MINUTE}.",
        )
    if wanted.last_day is not None and start_of(wanted.last_day + timedelta(days=1)) <= now:
        raise InvalidInput(
            field="last_day",
            reason_zh="最后有效日不能早于今天。",
            reason_en="The last day cannot be before today.",
        )
    known = {one.id for one in areas(session, now.date())} if wanted.area_id else set()
    if wanted.area_id is not None and wanted.area_id not in known:
        raise InvalidInput(
            field="area",
            reason_zh="请从列表中选一个范围。",
            reason_en="Choose an area from the list.",
        )


def revoke(session: Session, key_id: int, now: datetime, *, account_id: int | None) -> None:
    """Let a key open nothing from now on; on record. A revoked one stays so.

    Raises:
        NotFound: there is no such key.
    """
    row = queries.key(session, key_id)
    if row is None:
        raise NotFound(what_zh="这个密钥", what_en="This key")
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        _record(session, "api_key_revoked", row, now, account_id)


def _record(
    session: Session, action: str, row: ApiKey, now: datetime, account_id: int | None
) -> None:
    audit.record(
        session,
        action,
        "api_key",
        str(row.id),
        now=now,
        account_id=account_id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        area_id=row.area_id,
        per_minute=row.per_minute,
        expires_at=row.expires_at.isoformat() if row.expires_at else None,
    )


def listed(session: Session, day: date, now: datetime) -> tuple[KeyView, ...]:
    """Return all keys, those that hold first."""
    return tuple(_view(row, area, now) for row, area in queries.keys(session, day))


def _view(row: ApiKey, area: str | None, now: datetime) -> KeyView:
    return KeyView(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(scope for scope in Scope if scope in row.scopes),
        area=area,
        per_minute=row.per_minute,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        holds=row.revoked_at is None and (row.expires_at is None or row.expires_at > now),
    )


def areas(session: Session, day: date) -> tuple[AreaChoice, ...]:
    """Return the townships and communities of a day."""
    return tuple(
        AreaChoice(id_, AreaKind(kind), name) for id_, kind, name in queries.areas(session, day)
    )
