"""Hours from the platform's workbook: compared with what is on record, taken whole or not at all.

Each line has a natural key: the platform's own number, else who, which day, how long and what. A key
that is on record with the same minutes is known already; the same file twice adds nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import IllegalStep, NotFound, RefusedRows, RowFault
from gridmap.ledger.volunteering import HoursImport, ServiceHours
from gridmap.store import audit
from gridmap.terms import HoursSource
from gridmap.timespan import local_day
from gridmap.volunteering import rating
from gridmap.volunteering.queries import hours as hours_queries
from gridmap.volunteering.queries import importing as queries
from gridmap.volunteering.queries import stars as star_queries
from gridmap.volunteering.service import code_of, mobile_of

FIRST_DAY: Final = date(2000, 1, 1)
MOST_A_DAY: Final = 24 * 60
OWN: Final = "GM-"
"""Begins the key of our own records in an exported workbook."""
LATE: Final = "平台补录 / imported late"
LISTED: Final = 20
MOST_NAMED: Final = 5
_OWN: Final = re.compile(r"GM-([0-9]{1,9})\Z")


@dataclass(frozen=True, slots=True)
class HoursRow:
    """A line of the workbook: who (by code or phone), which day, how long, what."""

    number: int
    key: str | None
    code: str | None
    name: str
    phone: str | None
    day: date
    minutes: int
    what: str


@dataclass(slots=True)
class Compared:
    """What a workbook would change: lines that are new, and how many are on record already."""

    new: list[tuple[int, str, HoursRow]] = field(default_factory=list)
    known: int = 0
    faults: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Taken:
    """An import that was made."""

    id: int
    file_name: str
    at: datetime
    added: int
    known: int
    undone_at: datetime | None


def compare(session: Session, rows: Sequence[HoursRow], now: datetime) -> Compared:
    """Compare a workbook with what is on record; in a fixed number of statements."""
    found = Compared()
    who = _people(session, rows, found)
    keyed = [
        (who[row.number], key_of(row, who[row.number]), row) for row in rows if row.number in who
    ]
    on_record = _on_record(session, {key for _one, key, _row in keyed})
    seen: set[str] = set()
    for volunteer_id, key, row in keyed:
        fault = _fault(row, key, seen, on_record.get(key), local_day(now))
        if fault is None and key in on_record:
            fault = _otherwise(row, volunteer_id, on_record[key])
        seen.add(key)
        if fault:
            found.faults.append(RowFault(row.number, *fault))
        elif key in on_record:
            found.known += 1
        else:
            found.new.append((volunteer_id, key, row))
    _check_days(session, found)
    return found


def _on_record(session: Session, keys: set[str]) -> dict[str, queries.Stood]:
    """Return the records of some keys, the platform's and our own."""
    ids = {int(m[1]) for key in keys if (m := _OWN.match(key))}
    own = queries.own(session, ids) if ids else {}
    return queries.known(session, keys) | {f"{OWN}{one}": stood for one, stood in own.items()}


def key_of(row: HoursRow, volunteer_id: int) -> str:
    """Return a line's natural key.

    >>> row = HoursRow(2, None, None, "甲", None, date(2026, 3, 1), 90, "清扫")
    >>> key_of(row, 7) == key_of(row, 7), key_of(row, 7) == key_of(row, 8)
    (True, False)
    """
    if row.key:
        return row.key
    told = f"{volunteer_id}|{row.day.isoformat()}|{row.minutes}|{row.what}"
    return "sha-" + sha256(told.encode()).hexdigest()[:40]


def _people(session: Session, rows: Sequence[HoursRow], found: Compared) -> dict[int, int]:
    """Return the volunteer of each line; who is not known, or named otherwise, is a fault."""
    codes = {code for row in rows if (code := code_of(row.code or ""))}
    phones = {phone for row in rows if (phone := mobile_of(row.phone or ""))}
    known = queries.volunteers(session, codes, phones)
    stands = _on_record(session, {row.key for row in rows if row.key})
    by_code = {one.code: one for one in known}
    by_phone = {one.phone: one for one in known if one.phone}
    who: dict[int, int] = {}
    for row in rows:
        one = by_code.get(code_of(row.code or "") or "") or by_phone.get(mobile_of(row.phone or ""))
        stood = stands.get(row.key or "")
        if one is None and stood is not None and _erased(row, stood):
            found.known += 1
        elif one is None:
            found.faults.append(
                RowFault(
                    row.number,
                    "没有这个编号或手机号的志愿者，请本人先报到。",
                    "No volunteer has this code or phone; she registers first.",
                )
            )
        elif row.name and row.name != one.name:
            found.faults.append(
                RowFault(
                    row.number,
                    f"姓名“{row.name}”和报到的不一样。",
                    f"The name “{row.name}” is not the registered one.",
                )
            )
        else:
            who[row.number] = one.id
    return who


def _erased(row: HoursRow, stood: queries.Stood) -> bool:
    """Tell whether a line is the record, as it stands, of somebody who was erased since: nothing is new."""
    return stood.erased and (stood.day, stood.minutes) == (row.day, row.minutes)


def _fault(
    row: HoursRow, key: str, seen: set[str], stood: queries.Stood | None, today: date
) -> tuple[str, str] | None:
    if key in seen:
        return "和上面的一行重复。", "It repeats a line above."
    if not FIRST_DAY <= row.day <= today:
        return "日期不对：不能是将来。", "The day is wrong: it cannot be to come."
    if not 0 < row.minutes <= MOST_A_DAY:
        return "时长要在 0 到 24 小时之间。", "The time must be between 0 and 24 hours."
    if stood is not None and stood.minutes != row.minutes:
        return (
            f"这条记录已经有了，时长是 {stood.minutes} 分钟；要改请写更正。",
            f"On record with {stood.minutes} minutes; a correction changes it.",
        )
    if key.startswith(OWN) and stood is None:
        return "没有这个编号的记录。", "There is no record with this number."
    return None


def _otherwise(row: HoursRow, volunteer_id: int, stood: queries.Stood) -> tuple[str, str] | None:
    """What a line says otherwise of a record that stands; the platform may word it anew, we do not."""
    reworded = (row.key or "").startswith(OWN) and row.what not in {"", stood.what}
    if (volunteer_id, row.day) == (stood.volunteer_id, stood.day) and not reworded:
        return None
    return (
        f"这条记录已经有了，是 {stood.day.isoformat()} 的“{stood.what}”；人、日期和内容不能在表里改。",
        f"On record for {stood.day.isoformat()}, “{stood.what}”; who, when and what are not changed by a table.",
    )


def _check_days(session: Session, found: Compared) -> None:
    """No day of anybody has more than 24 hours, with what is on record and what comes."""
    if not found.new:
        return
    days = [row.day for _one, _key, row in found.new]
    people = {one for one, _key, _row in found.new}
    total = defaultdict(int, queries.of_days(session, people, min(days), max(days)))
    for one, _key, row in found.new:
        total[one, row.day] += row.minutes
        if total[one, row.day] > MOST_A_DAY:
            found.faults.append(
                RowFault(
                    row.number,
                    "和已有的记录加起来，这一天超过 24 小时。",
                    "With what is on record this day has more than 24 hours.",
                )
            )


def take(
    session: Session,
    rows: Sequence[HoursRow],
    file_name: str,
    content_sha256: str,
    account_id: int | None,
    now: datetime,
) -> Taken:
    """Take a workbook in: all lines that are new, or none.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    queries.lock(session)
    compared = compare(session, rows, now)
    if compared.faults:
        raise RefusedRows(compared.faults)
    made = HoursImport(
        file_name=file_name,
        file_sha256=content_sha256,
        added=len(compared.new),
        known=compared.known,
        at=now,
        by_id=account_id,
    )
    session.add(made)
    session.flush()
    for volunteer_id, key, row in compared.new:
        community, agency = hours_queries.places_of(session, volunteer_id, row.day)
        session.add(
            ServiceHours(
                volunteer_id=volunteer_id,
                day=row.day,
                minutes=row.minutes,
                source=HoursSource.IMPORT,
                community_id=community,
                agency_id=agency,
                external_key=key,
                import_id=made.id,
                what=row.what,
                at=now,
                by_id=account_id,
            )
        )
    session.flush()
    for volunteer_id, day in {(one, row.day) for one, _key, row in compared.new}:
        rating.rate_again(session, volunteer_id, day, LATE, now)
    _record(session, "hours_imported", made.id, account_id, now, len(compared.new))
    return _taken(made)


def undo(session: Session, import_id: int, account_id: int | None, now: datetime) -> int:
    """Take the records of an import out again; return how many.

    Raises:
        NotFound: no such import.
        IllegalStep: it was undone before, a record was corrected since, or its year was rated; says which.
    """
    queries.lock(session)
    found = queries.record(session, import_id)
    if found is None:
        raise NotFound(what_zh="这次导入", what_en="This import")
    _refuse_bound(session, found)
    gone = queries.take_out(session, import_id)
    found.undone_at, found.undone_by_id = now, account_id
    session.flush()
    _record(session, "hours_import_undone", import_id, account_id, now, gone)
    return gone


def _refuse_bound(session: Session, found: HoursImport) -> None:
    if found.undone_at is not None:
        raise IllegalStep(
            stage="已经撤销过",
            allowed="重新导入",
            stage_en="rolled back before",
            allowed_en="import it again",
        )
    for year in sorted(queries.lock_records(session, found.id)):
        star_queries.share_year(session, year)
    bound = queries.bound(session, found.id)
    if bound:
        rows = [f"{one.code} {one.day}" for one in bound[:MOST_NAMED]]
        more = "……" if len(bound) > MOST_NAMED else ""
        more_en = ", …" if len(bound) > MOST_NAMED else ""
        raise IllegalStep(
            stage=f"{len(bound)} 条已更正或已评星（{'、'.join(rows)}{more}）",
            allowed="逐条更正",
            stage_en=f"{len(bound)} corrected or rated ({', '.join(rows)}{more_en})",
            allowed_en="corrections, one by one",
        )


def _record(
    session: Session, action: str, import_id: int, account_id: int | None, now: datetime, rows: int
) -> None:
    audit.record(
        session, action, "hours_import", str(import_id), now=now, account_id=account_id, rows=rows
    )


def _taken(row: HoursImport) -> Taken:
    return Taken(row.id, row.file_name, row.at, row.added, row.known, row.undone_at)


def latest(session: Session) -> tuple[Taken, ...]:
    """Return the latest imports."""
    return tuple(_taken(row) for row in queries.latest(session, LISTED))
