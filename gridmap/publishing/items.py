"""Pages of features as GeoJSON, with what is counted for the day; the tag of what they were made from."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.publishing import computed, feature_queries
from gridmap.publishing.feature_queries import Place, Wanted
from gridmap.publishing.fields import Collection
from gridmap.publishing.systems import CRS84, System
from gridmap.store import revision
from gridmap.store.memory import Memory

BETWEEN: Final = "@"
"""Stands in the id of one of several versions, between code and first day."""
Extent = tuple[Row[Any], Row[Any]]
"""West, south, east, north; first and last day."""
_COUNTS: Final = Memory[int](500)
_EXTENTS: Final = Memory[Extent](50)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of features: each as GeoJSON text, and where it ended if there is more."""

    features: tuple[str, ...]
    after: Place | None


def page(session: Session, collection: Collection, wanted: Wanted) -> Page:
    """Return a page of features; one statement, more where values are counted anew.

    Over a stretch of days a feature's id is its code and its first day, since a code can have many versions.

    Raises:
        KeyError: a field is asked for that the collection does not have.
    """
    limit = wanted.limit
    more = replace(wanted, limit=None if limit is None else limit + 1)
    rows = feature_queries.features(session, collection, more)
    shown = rows if limit is None else rows[:limit]
    ended = len(shown) < len(rows)
    after = (shown[-1].code, shown[-1].valid_from) if ended else None
    return Page(tuple(_features(session, collection, wanted, shown)), after)


def one(
    session: Session, collection: Collection, id_: str, day: date, system: System = CRS84
) -> str | None:
    """Return a feature as GeoJSON text by its id: as it is on a day, or the version that begins on a day."""
    code, _, first = id_.partition(BETWEEN)
    try:
        on = date.fromisoformat(first) if first else day
    except ValueError:
        return None
    if not code.isprintable():
        return None  # no code holds such a character, and a database may not take it
    wanted = Wanted.on(on, codes=(code,), system=system)
    rows = feature_queries.features(session, collection, wanted)
    versions = [row for row in rows if not first or row.valid_from == on]
    if first:
        wanted = replace(wanted, first=date.min)
    return next(_features(session, collection, wanted, versions), None)


def version_of(id_: str, day: date) -> tuple[str, date]:
    """Return code and day of a feature by its id: the day on which its version begins, or the one given.

    >>> version_of("FK001@2026-01-01", date(2026, 5, 1)), version_of("FK001", date(2026, 5, 1))
    (('FK001', datetime.date(2026, 1, 1)), ('FK001', datetime.date(2026, 5, 1)))
    """
    code, _, first = id_.partition(BETWEEN)
    try:
        return code, date.fromisoformat(first) if first else day
    except ValueError:
        return code, day


def extent(session: Session, collection: Collection, day: date) -> Extent:
    """Return the box of a collection on a day and its days; asked once for a state of the data."""
    key = (*_state(session, collection), day)
    return _EXTENTS.get(key, lambda: feature_queries.extent(session, collection, day))


def _state(session: Session, collection: Collection) -> tuple[Hashable, ...]:
    """Return a key of a collection in the state that the session sees."""
    state = revision.version(session, *collection.depends_on)
    return str(session.connection().engine.url), state, collection.name


def matched(session: Session, collection: Collection, wanted: Wanted) -> int:
    """Return how many features there are on all pages; counted once for a state of the data."""
    plain = replace(wanted, after=None, limit=None, system=CRS84)
    key = (*_state(session, collection), repr(plain))
    return _COUNTS.get(key, lambda: feature_queries.count(session, collection, plain))


def _features(
    session: Session, collection: Collection, wanted: Wanted, rows: Sequence[Row[Any]]
) -> Iterator[str]:
    values = computed.values_of(session, collection, wanted.day) if rows else {}
    empty = computed.without_any(collection)
    versions = wanted.first != wanted.last
    for row in rows:
        id_ = f"{row.code}{BETWEEN}{row.valid_from.isoformat()}" if versions else row.code
        properties = row.properties
        if collection.computed:
            counted = dict(values.get(row.code, empty))
            properties = json.dumps(json.loads(properties) | counted, ensure_ascii=False)
        yield (
            f'{{"type":"Feature","id":{json.dumps(id_, ensure_ascii=False)},"properties":{properties},'
            f'"geometry":{row.geometry}}}'
        )
