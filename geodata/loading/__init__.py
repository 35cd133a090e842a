"""Files into the ledger: read, check, compare, write; all of a file or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from geodata.batches import Batch
from geodata.loading import areas, buildings, compounds, geography, grids, names
from geodata.loading.changes import Changes
from geodata.loading.copying import Progress
from geodata.loading.journal import Journal
from geodata.loading.prepared import Options, Prepared
from geodata.loading.writing import Ids, write
from geodata.quality import Problem, Severity, errors, in_order, kept, readable
from geodata.sources import Layer
from geodata.vector_files import sha256
from gridmap.errors import GridmapError, InvalidInput
from gridmap.ledger.settings import ImportRecord

LOCK = 1919119202
"""Advisory lock: one import at a time."""

LONGEST_CRS_NAME = 32

Prepare = Callable[[Session, Batch, date, Options], Prepared]

_PREPARE: dict[Layer, Prepare] = {
    Layer.COMMUNITIES: areas.prepare,
    Layer.GRIDS: grids.prepare,
    Layer.COMPOUNDS: compounds.prepare,
    Layer.BUILDINGS: buildings.prepare,
    Layer.ROADS: geography.prepare,
    Layer.WATER: geography.prepare,
    Layer.PLACES: geography.prepare,
}
MAY_BE_COMPLETE = frozenset({Layer.BUILDINGS, Layer.ROADS, Layer.WATER, Layer.PLACES})
"""Layers whose features may end because a file does not name them: nothing else hangs on these."""

LOADED, CHECKED, REFUSED = "loaded", "checked", "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an import.

    Attributes:
        layer: what was imported.
        file_name, file_sha256, crs: the file.
        day: the day from which it was to hold.
        result: ``loaded``, ``checked`` (only looked at) or ``refused``; only the first changed something.
        counts: features, new, changed, unchanged, ended, errors, warnings, and figures of the layer.
        problems: all that is wrong, errors first.
        changes: which features are new, changed or the same; None where nothing could be compared.
        record_id: number of the record of an import that was loaded.
    """

    layer: Layer
    file_name: str
    file_sha256: str
    crs: str
    day: date
    result: str
    counts: dict[str, int]
    problems: list[Problem] = field(repr=False)
    changes: Changes | None = field(default=None, repr=False)
    record_id: int | None = None


def check(session: Session, batch: Batch, day: date, options: Options | None = None) -> Outcome:
    """Say what an import would do and what is wrong with it, and change nothing.

    Args:
        session: the caller's transaction.
        batch: a file's layer.
        day: the day from which it would hold.
        options: see `Options`.

    Raises:
        InvalidInput: `Options.complete` for a layer on which others hang.
    """
    prepared = _prepared(session, batch, day, options or Options())
    return _outcome(batch, prepared, day, CHECKED)


def load(  # noqa: PLR0913 - what, when and by whom
    session: Session,
    batch: Batch,
    day: date,
    now: datetime,
    options: Options | None = None,
    progress: Progress = lambda _count: None,
    *,
    account_id: int | None = None,
) -> Outcome:
    """Import a batch in the caller's transaction: all of it, or nothing where it has an error.

    Args:
        session: the caller's transaction.
        batch: a file's layer.
        day: the day from which it holds.
        now: aware moment of the import.
        options: see `Options`.
        progress: told the number of rows as they are written.
        account_id: who brings it in; None for the command.

    Returns:
        ``loaded``, with its record kept in the same transaction; or ``refused``, with nothing written:
        the caller keeps that record by `keep`, in a transaction that is sure to be committed.

    Raises:
        InvalidInput: another import is running, or a plan is being published; `Options.complete` for a
            layer on which others hang.
    """
    take_turn(session)
    prepared = _prepared(session, batch, day, options or Options())
    if errors([*batch.problems, *prepared.problems]):
        return _outcome(batch, prepared, day, REFUSED)
    record = _record(_outcome(batch, prepared, day, LOADED), now, account_id)
    session.add(record)
    session.flush()
    _write(Journal(session, record.id), batch, prepared, (day, now), progress)
    outcome = replace(_outcome(batch, prepared, day, LOADED), record_id=record.id)
    record.counts = outcome.counts
    session.flush()
    return outcome


def _write(
    journal: Journal,
    batch: Batch,
    prepared: Prepared,
    when: tuple[date, datetime],
    progress: Progress,
) -> None:
    day, now = when
    ids: Ids = {}
    for part in prepared.parts:
        write(journal, part, ids, day, progress)
    prepared.counts |= prepared.finish(journal)
    if prepared.parts:
        main = prepared.parts[prepared.main]
        prepared.counts |= names.settle(journal, batch, main, day, now)


def unread(layer: Layer, path: Path, crs: str, day: date, refusal: GridmapError) -> Outcome:
    """Return the outcome of a file that could not even be read."""
    zh, en = (f"{refusal.message(to)} {refusal.hint(to)}".strip() for to in ("zh", "en"))
    found = Problem(None, refusal.code, Severity.ERROR, zh, en)
    digest = sha256(path) if path.is_file() else ""
    return Outcome(layer, path.name, digest, crs, day, REFUSED, {"errors": 1}, [found])


def keep(
    session: Session, outcome: Outcome, now: datetime, *, account_id: int | None = None
) -> int:
    """Keep an import's record with its quality report; return the record's number.

    Args:
        session: the caller's transaction.
        outcome: what became of it.
        now: aware moment of the import.
        account_id: who brought it in; None for the command.
    """
    record = _record(outcome, now, account_id)
    session.add(record)
    session.flush()
    return record.id


def _record(outcome: Outcome, now: datetime, account_id: int | None) -> ImportRecord:
    return ImportRecord(
        kind=outcome.layer.value,
        file_name=readable(outcome.file_name),
        file_sha256=outcome.file_sha256,
        crs=outcome.crs[:LONGEST_CRS_NAME],
        from_day=outcome.day,
        at=now,
        outcome=outcome.result,
        counts=outcome.counts,
        problems=kept(outcome.problems),
        account_id=account_id,
    )


def take_turn(session: Session) -> None:
    """Take the lock of imports until the transaction ends: two would compare with the same past.

    Publications of plans share that lock: where it can be shared, it is one of them that holds it.
    """
    lock = {"lock": LOCK}
    if session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), lock):
        return
    if session.scalar(text("SELECT pg_try_advisory_xact_lock_shared(:lock)"), lock):
        raise InvalidInput(
            reason_zh="有网格方案正在发布，请等它结束后再试",
            reason_en="A plan of grids is being published; try again when that has ended",
        )
    raise InvalidInput(
        reason_zh="另一个导入正在进行，请等它结束后再试",
        reason_en="Another import is running; try again when it has ended",
    )


def _prepared(session: Session, batch: Batch, day: date, options: Options) -> Prepared:
    if options.complete and batch.layer not in MAY_BE_COMPLETE:
        raise InvalidInput(
            reason_zh=f"{batch.layer.zh}不能用 --complete 终止：别的数据挂在上面，请在规划中调整",
            reason_en=f"--complete cannot end {batch.layer.en}: other data hang on them; use a plan",
            field="complete",
        )
    return _PREPARE[batch.layer](session, batch, day, options)


def _outcome(batch: Batch, prepared: Prepared, day: date, result: str) -> Outcome:
    problems = in_order([*batch.problems, *prepared.problems])
    wrong = errors(problems)
    counts = {"features": len(batch), "errors": wrong, "warnings": len(problems) - wrong}
    changes: Changes | None = None
    if prepared.parts:
        part = prepared.parts[prepared.main]
        changes = part.changes
        counts |= {
            "new": len(changes.new),
            "changed": len(changes.changed) + len(changes.replaced),
            "unchanged": changes.unchanged,
            "ended": len(changes.missing) if part.end_missing else 0,
        }
    return Outcome(
        batch.layer,
        batch.file_name,
        batch.file_sha256,
        str(batch.crs),
        day,
        result,
        counts | prepared.counts,
        problems,
        changes,
    )
