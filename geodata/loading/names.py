"""Names beside the official ones, as an import brings them: aliases, short forms, former names.

What a file says of a feature replaces what earlier files said of it; what people have written or
decided stays. A feature that gets another name keeps the old one as a former name from that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, Final, cast

from sqlalchemy import Table, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geodata.batches import Batch
from geodata.loading.copying import free_ids
from geodata.loading.journal import Journal
from geodata.loading.writing import Write
from geodata.sources import Layer
from gridmap.ledger.names import PlaceName
from gridmap.store.base import ended, from_day
from gridmap.terms import Named, NameKind, NameSource, NameState

_ENTITIES: Final[Mapping[Layer, Named]] = {
    Layer.COMMUNITIES: Named.COMMUNITY,
    Layer.COMPOUNDS: Named.COMPOUND,
    Layer.BUILDINGS: Named.BUILDING,
    Layer.ROADS: Named.ROAD,
    Layer.PLACES: Named.POI,
}
_FIELDS: Final[Mapping[str, NameKind]] = {
    "aliases": NameKind.ALIAS,
    "short_names": NameKind.SHORT,
    "former_names": NameKind.FORMER,
}

_NAMES = cast("Table", PlaceName.__table__)

Wanted = dict[tuple[str, str], NameKind]
"""Kind by entity code and text."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A row that holds on the day or later."""

    id: int
    kind: NameKind
    state: NameState
    source: NameSource
    valid: Range[date]


def settle(journal: Journal, batch: Batch, part: Write, day: date, now: datetime) -> dict[str, int]:
    """Bring the names of a written batch up to date; returns how many were added and ended.

    Args:
        journal: keeps what is written, in the caller's transaction.
        batch: what the file says.
        part: the layer's part of the import, written already.
        day: the day from which the batch holds.
        now: aware moment of the import.
    """
    entity = _ENTITIES.get(batch.layer)
    if entity is None:
        return {}
    stated = {kind for name, kind in _FIELDS.items() if name in batch.stated}
    told = _told(batch, part, entity)
    renamed = _renamed(part, entity)
    if not stated and not renamed:
        return {}
    codes = {_entity_code(part, entity, at) for at in range(len(part.codes))} - {None}
    standing = _standing(journal.session, entity, codes if stated else {c for c, _ in renamed}, day)
    added = _add(journal, entity, {**renamed, **told}, standing, day, now)
    gone = _end(journal, {**renamed, **told}, stated, standing, day)
    return {name: n for name, n in (("names_added", added), ("names_ended", gone)) if n}


def _entity_code(part: Write, entity: Named, at: int) -> str | None:
    """A road is known by its name: its pieces have codes of their own."""
    if entity is not Named.ROAD:
        return part.codes[at]
    name: str | None = part.columns["name"][at]
    return name


def _told(batch: Batch, part: Write, entity: Named) -> Wanted:
    found: Wanted = {}
    for name, kind in _FIELDS.items():
        if name not in batch.stated:
            continue
        for at, words in enumerate(batch.field(name).tolist()):
            code = _entity_code(part, entity, at)
            for word in (words or ()) if code else ():
                if word != part.columns["name"][at]:
                    found.setdefault((str(code), word), kind)
    return found


def _renamed(part: Write, entity: Named) -> Wanted:
    """Return the names that features had until the day and have no longer."""
    place = part.target.facts.index("name")
    found: Wanted = {}
    for at in part.changes.changed:
        before, name = part.known[part.codes[at]].facts[place], part.columns["name"][at]
        code = _entity_code(part, entity, at)
        if before and name and before != name and code:
            found[code, str(before)] = NameKind.FORMER
    if entity is Named.ROAD:  # pieces of a road that keep its name keep it from being a former one
        left = set(part.columns["name"])
        return {key: kind for key, kind in found.items() if key[1] not in left}
    return found


def _standing(
    session: Session, entity: Named, codes: Iterable[str | None], day: date
) -> dict[tuple[str, str], list[_Standing]]:
    table: Any = PlaceName
    query = select(
        *(table.id, table.entity_code, table.text, table.kind, table.state, table.source),
        table.valid,
    ).where(
        table.entity_kind == entity.value,
        table.entity_code == func.any(sorted(code for code in codes if code)),
        or_(func.upper_inf(table.valid), func.upper(table.valid) > day),
    )
    found: dict[tuple[str, str], list[_Standing]] = {}
    for row in session.execute(query):
        words = (NameKind(row.kind), NameState(row.state), NameSource(row.source))
        one = _Standing(row.id, *words, row.valid)
        found.setdefault((row.entity_code, row.text), []).append(one)
    return found


def _add(
    journal: Journal,
    entity: Named,
    wanted: Wanted,
    standing: Mapping[tuple[str, str], list[_Standing]],
    day: date,
    now: datetime,
) -> int:
    """Write names that nothing is known of; a proposal that the county's own file has, is confirmed."""
    rows = [
        {
            "entity_kind": entity.value,
            "entity_code": code,
            "text": text,
            "kind": kind.value,
            "state": NameState.CONFIRMED.value,
            "source": NameSource.IMPORT.value,
            "made_at": now,
            "decided_at": now,
            "valid": from_day(day),
        }
        for (code, text), kind in wanted.items()
        if (code, text) not in standing
    ]
    session = journal.session
    if rows:
        taken = free_ids(session, _NAMES, len(rows))
        numbered = zip(rows, chain.from_iterable(taken), strict=True)
        session.execute(insert(PlaceName), [row | {"id": number} for row, number in numbered])
        journal.made(_NAMES, taken)
    proposed = [
        one.id for key in wanted for one in standing.get(key, ()) if one.state is NameState.PROPOSED
    ]
    if proposed:
        table: Any = PlaceName
        journal.altering(_NAMES, proposed, "state", "decided_at")
        session.execute(
            update(PlaceName)
            .where(table.id == func.any(proposed))
            .values(state=NameState.CONFIRMED.value, decided_at=now)
        )
    return len(rows) + len(proposed)


def _end(
    journal: Journal,
    wanted: Wanted,
    stated: set[NameKind],
    standing: Mapping[tuple[str, str], list[_Standing]],
    day: date,
) -> int:
    """End the names that earlier files had and this one has no longer."""
    gone = [
        one
        for key, rows in standing.items()
        if key not in wanted
        for one in rows
        if one.kind in stated - {NameKind.FORMER}
        and one.source is NameSource.IMPORT
        and one.state is NameState.CONFIRMED
    ]
    table: Any = PlaceName
    fresh = [one.id for one in gone if (one.valid.lower or day) >= day]
    old = [one.id for one in gone if (one.valid.lower or day) < day]
    session = journal.session
    journal.replacing(_NAMES, fresh)
    journal.altering(_NAMES, old, "valid")
    if fresh:  # they would have begun on this very day: there is no day left on which they held
        session.execute(delete(PlaceName).where(table.id == func.any(fresh)))
    if old:
        session.execute(
            update(PlaceName).where(table.id == func.any(old)).values(valid=ended(table.valid, day))
        )
    return len(gone)
