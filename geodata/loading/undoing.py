"""Rolls an import back as a whole: only where nothing that came later rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geodata.loading import LOADED, take_turn
from geodata.loading import undo_queries as queries
from gridmap.errors import GridmapError, NotFound
from gridmap.ledger.settings import ImportRecord, Setting
from gridmap.store import audit

_CHANGED: Final = ("后来改过或终止的记录", "records that were changed or ended later")
_LATER: Final = ("后来生效的记录", "records that came into force later")
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "report": ("诉求", "reports"),
    "post": ("岗位", "posts"),
    "party_organisation": ("党组织", "party organisations"),
    "property_contract": ("物业合同", "property contracts"),
    "owners_committee": ("业主委员会", "owners' committees"),
    "unserved_compound": ("无物业小区", "compounds without property management"),
    "service_centre": ("服务中心", "service centres"),
    "service_centre_area": ("服务中心", "service centres"),
    "grid_building": ("楼栋归属", "buildings of grids"),
    "building_version": ("楼栋", "buildings"),
    "building": ("楼栋", "buildings"),
    "grid": ("网格", "grids"),
    "area": ("社区", "communities"),
    "area_version": ("社区", "communities"),
    "compound_version": ("小区", "compounds"),
    "plan": ("网格方案", "plans of grids"),
    "place_name": ("别名", "names"),
    "address": ("门牌地址", "addresses"),
    "road_grid": ("道路归属", "roads that a grid answers for"),
    "visit": ("走访", "visits"),
    "joint_meeting": ("联席会议", "joint meetings"),
    "joint_post": ("交叉任职", "joint posts"),
    "self_management": ("自管分工", "self-management"),
    "unit_deed": ("分包单位工作", "deeds of responsible units"),
    "household": ("走访名单", "doors to visit"),
    "door_visit": ("上门走访", "door visits"),
    "party_membership": ("党员名册", "party members"),
}
_OTHER: Final = ("其他记录", "other records")


class NotUndone(GridmapError):
    """An import on which something rests, or that was rolled back before."""

    code = "import_stands"
    zh = "不能撤销这次导入：{reason_zh}。"
    en = "This import cannot be rolled back: {reason_en}."


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on an import.

    Attributes:
        zh, en: what it is.
        count: how many.
    """

    zh: str
    en: str
    count: int


def resting(session: Session, record: ImportRecord) -> list[Resting]:
    """Return what rests on an import; empty where it can be rolled back.

    Args:
        session: the caller's transaction.
        record: an import that was loaded.
    """
    counted: dict[tuple[str, str], int] = {}
    tables = queries.written_tables(session, record.id)
    for table in tables:
        _add(counted, _CHANGED, queries.lost_or_changed(session, record.id, table))
        found = queries.referring(session, record.id, table)
        for other, count in (*found, *queries.coded(session, record.id, table)):
            _add(counted, _WORDS.get(other, _OTHER), count)
    for table in queries.changed_tables(session, record.id):
        if queries.is_dated(table):
            _add(
                counted,
                _LATER,
                queries.ended_since(session, record.id, table, record.from_day),
            )
    return [Resting(*words, count) for words, count in counted.items()]


def _add(counted: dict[tuple[str, str], int], words: tuple[str, str], count: int) -> None:
    if count:
        counted[words] = counted.get(words, 0) + count


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
        raise _stands([Resting(*_LATER, 1)]) from later
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
        raise _stands(found)


def _stands(found: list[Resting]) -> NotUndone:
    zh = "、".join(f"{one.zh} {one.count} 条" for one in found)
    en = ", ".join(f"{one.count} {one.en}" for one in found)
    return NotUndone(reason_zh=f"后来的数据依赖它：{zh}", reason_en=f"later data rest on it: {en}")


def _undo(session: Session, record: ImportRecord) -> None:
    for table in queries.written_tables(session, record.id):
        queries.remove(session, record.id, table)
    for table in queries.changed_tables(session, record.id):
        queries.put_back(session, record.id, table)
    for key, value in queries.settings_before(session, record.id):
        found = session.get(Setting, key)
        if value is None and found is not None:
            session.delete(found)
        elif found is not None:
            found.value = value
    session.flush()
