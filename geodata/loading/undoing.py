"""Rolls an import back as a whole: only where nothing that came later rests on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geodata.loading import LOADED, take_turn
from geodata.loading import rest_queries as rests
from geodata.loading import undo_queries as queries
from geodata.loading import undo_words as words
from geodata.loading.rest_queries import Found
from geodata.loading.settings import CREDITS, OSM_CREDIT, drop_credit
from geodata.loading.undo_words import Resting, Words
from gridmap.errors import GridmapError, NotFound
from gridmap.ledger.settings import ImportRecord, Setting
from gridmap.store import audit


class NotUndone(GridmapError):
    """An import on which something rests, or that was rolled back before."""

    code = "import_stands"
    zh = "不能撤销这次导入：{reason_zh}。"
    en = "This import cannot be rolled back: {reason_en}."
    hint_zh = "{way_zh}"
    hint_en = "{way_en}"

    def __init__(
        self, *, reason_zh: str, reason_en: str, way_zh: str = "", way_en: str = ""
    ) -> None:
        super().__init__(reason_zh=reason_zh, reason_en=reason_en, way_zh=way_zh, way_en=way_en)


def resting(session: Session, record: ImportRecord) -> list[Resting]:
    """Return what rests on an import, and how to mend it; empty where it can be rolled back.

    Args:
        session: the caller's transaction.
        record: an import that was loaded.
    """
    return words.merged(_resting(session, record))


def _resting(session: Session, record: ImportRecord) -> Iterator[Resting]:
    for table in queries.written_tables(session, record.id):
        yield _rests(words.CHANGED, rests.lost_or_changed(session, record.id, table))
        for found in (
            *rests.referring(session, record.id, table),
            *rests.coded(session, record.id, table),
        ):
            yield _rests(words.words_of(found.table), found)
    for table in queries.changed_tables(session, record.id):
        if queries.is_dated(table):
            again = rests.changed_again(session, record.id, table, record.from_day)
            yield _rests(words.CHANGED, again)
            yield _rests(words.LATER, rests.in_its_place(session, record.id, table))
    keys = {key for key, _ in queries.settings_before(session, record.id)} - {CREDITS}
    imports = rests.set_again(session, record.id, sorted(keys))
    yield words.resting(words.SETTINGS, len(imports), imports, "setting")


def _rests(said: Words, found: Found) -> Resting:
    return words.resting(said, found.count, found.imports, found.table)


def undo(
    session: Session, import_id: int, now: datetime, *, account_id: int | None = None
) -> ImportRecord:
    """Roll an import back in the caller's transaction: all of it, or nothing where something rests on it.

    Args:
        session: the caller's transaction.
        import_id: number of the import's record.
        now: aware moment.
        account_id: who rolls it back; None for the command.

    Raises:
        NotFound: there is no such import.
        NotUndone: nothing was loaded, it was rolled back before, or something rests on it; says what.
        InvalidInput: an import is running, or a plan is being published.
    """
    take_turn(session)
    record = session.get(ImportRecord, import_id, with_for_update=True)
    if record is None:
        raise NotFound(what_zh="这次导入", what_en="This import")
    _refuse_others(session, record)
    try:
        with session.begin_nested():
            _undo(session, record)
    except IntegrityError as later:
        raise stands([words.resting(words.LATER, 1, (), "")]) from later
    record.undone_at, record.undone_by_id = now, account_id
    audit.record(
        session,
        "import_undone",
        "import",
        str(import_id),
        now=now,
        account_id=account_id,
        file=record.file_name,
        layer=record.kind,
    )
    session.flush()
    return record


def _refuse_others(session: Session, record: ImportRecord) -> None:
    if record.outcome != LOADED:
        raise NotUndone(reason_zh="当时没有导入任何数据", reason_en="it brought nothing in")
    if record.undone_at is not None:
        raise NotUndone(reason_zh="已经撤销过", reason_en="it was rolled back before")
    kept = queries.written_tables(session, record.id) or queries.changed_tables(session, record.id)
    if not kept and any(record.counts.get(name) for name in ("new", "changed", "ended")):
        raise NotUndone(
            reason_zh="它早于撤销功能，没有留下撤销所需的记录",
            reason_en="it is older than this function and kept no record of how it was before",
        )
    found = resting(session, record)
    if found:
        raise stands(found)


RESTS: Final[Words] = ("后来的数据依赖它", "later data rest on it")


def stands(found: list[Resting], because: Words = RESTS) -> NotUndone:
    """Return the refusal that says what rests on an import, or stands in the way, and how to mend it."""
    zh = "、".join(one.told("zh") for one in found)
    en = ", ".join(one.told("en") for one in found)
    return NotUndone(
        reason_zh=f"{because[0]}：{zh}",
        reason_en=f"{because[1]}: {en}",
        way_zh=words.sentence(found, "zh"),
        way_en=words.sentence(found, "en"),
    )


def _undo(session: Session, record: ImportRecord) -> None:
    for table in queries.written_tables(session, record.id):
        queries.remove(session, record.id, table)
    for table in queries.changed_tables(session, record.id):
        queries.put_back(session, record.id, table)
    for key, value in queries.settings_before(session, record.id):
        if key == CREDITS:
            _take_credit_back(session, record)
            continue
        found = session.get(Setting, key)
        if value is None and found is not None:
            session.delete(found)
        elif found is not None:
            found.value = value
    session.flush()


def _take_credit_back(session: Session, record: ImportRecord) -> None:
    """Take a source out of the credits of all maps again, unless another import still has it there."""
    if rests.other_users(session, record.id, CREDITS):
        return
    for before in rests.named_first(session, record.id, CREDITS, OSM_CREDIT):
        drop_credit(session, OSM_CREDIT, before)
