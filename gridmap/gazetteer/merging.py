"""A table of names into the gazetteer: what differs from what stands is done step by step, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import GridmapError, RefusedRows, RowFault
from gridmap.gazetteer import curating
from gridmap.gazetteer import name_rows as rows
from gridmap.gazetteer.curating import Wanted
from gridmap.gazetteer.names import OBJECT_KIND
from gridmap.ledger.names import PlaceName
from gridmap.store import audit
from gridmap.terms import Named, NameKind, NameState
from gridmap.timespan import local_day


@dataclass(frozen=True, slots=True)
class NameRow:
    """A line of a table: `number` is its place in the file, `begins` None is today."""

    number: int
    entity: Named
    code: str
    text: str
    kind: NameKind
    state: NameState
    begins: date | None
    ends: date | None


def merge(
    session: Session, keeper: SignedIn, table: Sequence[NameRow], now: datetime
) -> Counter[str]:
    """Bring the gazetteer to what a table says; names that it does not hold stay as they are.

    Args:
        session: the caller's transaction.
        keeper: who brings it.
        table: its lines.
        now: this moment.

    Returns:
        How many lines were ``added``, ``changed`` and ``unchanged``.

    Raises:
        RefusedRows: says line by line why; nothing was changed.
    """
    counts: Counter[str] = Counter()
    faults: list[RowFault] = []
    with session.begin_nested():
        for line in table:
            try:
                with session.begin_nested():
                    counts[_take(session, keeper, line, now)] += 1
            except GridmapError as refusal:
                faults.append(RowFault(line.number, refusal.message("zh"), refusal.message("en")))
        if faults:
            raise RefusedRows(faults)
        audit.record(
            session,
            "names_imported",
            OBJECT_KIND,
            "*",
            now=now,
            account_id=keeper.account_id,
            **counts,
        )
    return counts


def _take(session: Session, keeper: SignedIn, line: NameRow, now: datetime) -> str:
    day = line.begins or local_day(now)
    standing = rows.like(session, line.entity.value, line.code, line.text, day)
    if standing is not None:
        return "changed" if _change(session, keeper, standing, line, now) else "unchanged"
    if line.kind is NameKind.OFFICIAL:
        curating.mask(session, keeper, line.entity, line.code, line.text, now)
        return "added"
    wanted = Wanted(line.entity, line.code, line.text, line.kind, day)
    name_id = curating.add(session, keeper, wanted, now)
    if line.state is NameState.REJECTED:
        curating.decide(session, keeper, name_id, NameState.REJECTED, now)
    if line.ends is not None:
        curating.end(session, keeper, name_id, line.ends, now)
    return "added"


def _change(
    session: Session, keeper: SignedIn, standing: PlaceName, line: NameRow, now: datetime
) -> bool:
    changed = False
    if standing.kind != line.kind:
        curating.correct(session, keeper, standing.id, line.text, line.kind, now)
        changed = True
    if standing.state != line.state and line.state is not NameState.PROPOSED:
        curating.decide(session, keeper, standing.id, line.state, now)
        changed = True
    if line.ends is not None and standing.valid.upper != line.ends:
        curating.end(session, keeper, standing.id, line.ends, now)
        changed = True
    return changed
