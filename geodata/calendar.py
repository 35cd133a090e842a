"""The calendar of holidays and make-up days (calendar.csv): read, checked row by row, loaded."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch import catalogue
from gridmap.dispatch.clocks import NamedDay
from gridmap.errors import UnreadableFile

TABLE: Final = Path(__file__).parent / "calendar.csv"
HEADERS: Final = frozenset({"day", "日期"})
KINDS: Final = {"holiday": False, "放假": False, "working": True, "上班": True}
LONGEST_NAME: Final = 40
MOST_ROWS: Final = 1000
YEARS: Final = range(2000, 2100)

_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, by its number in the file, in Chinese and English."""

    row: int
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """Return row and reason in ``zh`` or ``en``."""
        return (
            f"Row {self.row}: {self.en}." if language == "en" else f"第 {self.row} 行：{self.zh}。"
        )


def load_where_missing(session: Session, now: datetime) -> int:
    """Load the table where the county has no calendar yet; return how many days were written."""
    if catalogue.calendar_days(session):
        return 0
    return catalogue.put_calendar_days(session, read(), account_id=None, now=now)


def read(path: Path = TABLE) -> tuple[NamedDay, ...]:
    """Return the days of a table.

    Raises:
        UnreadableFile: names the first row that is wrong.
    """
    days, problems = check(decoded(path.read_bytes()))
    if problems:
        first = problems[0]
        raise UnreadableFile(
            name=path.name,
            reason_zh=f"第 {first.row} 行：{first.zh}",
            reason_en=f"row {first.row}: {first.en}",
        )
    return days


def decoded(content: bytes) -> str:
    """Return a table's text: UTF-8, else GB18030 as Chinese office programs save it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def check(text: str) -> tuple[tuple[NamedDay, ...], tuple[RowProblem, ...]]:
    """Return the days of a table and all that is wrong with it.

    Rows hold a day, ``holiday`` or ``working`` (放假, 上班) and a name, parted by commas or tabs; a
    first row with the names of the columns and empty rows are passed over.

    >>> check("2026-10-01,放假,国庆节")[0][0].working
    False
    >>> check("2026-10-32,放假,国庆节")[1][0].row
    1
    """
    days: dict[date, NamedDay] = {}
    problems: list[RowProblem] = []
    for number, cells in _rows(text):
        if number > MOST_ROWS:
            problems.append(RowProblem(number, f"最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows"))
            break
        read_row = _day_of(number, cells)
        if isinstance(read_row, RowProblem):
            problems.append(read_row)
        elif read_row.day in days:
            day = read_row.day
            problems.append(RowProblem(number, f"{day} 重复", f"{day} stands twice"))
        else:
            days[read_row.day] = read_row
    return tuple(days.values()), tuple(problems)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that say something, each with its number."""
    lines = text.splitlines()
    delimiter = "\t" if any("\t" in line for line in lines) else ","
    for number, cells in enumerate(csv.reader(_ended(lines), delimiter=delimiter), 1):
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not (number == 1 and stripped[0] in HEADERS):
            yield number, stripped


def _ended(lines: Iterable[str]) -> Iterator[str]:
    """Give lines without quotes left open: a row is one line, so that its number stays true."""
    for line in lines:
        yield (
            line.replace("，", ",") if line.count('"') % 2 == 0 else line.replace('"', "")
        ) + "\n"


def _day_of(number: int, cells: list[str]) -> NamedDay | RowProblem:
    written, kind, name = (*cells, "", "", "")[:3]
    day = day_of(written)
    if day is None:
        return RowProblem(number, f"“{written}”不是日期", f"“{written}” is no day")
    if kind not in KINDS:
        return RowProblem(
            number, f"“{kind}”不是“放假”或“上班”", f"“{kind}” is neither “holiday” nor “working”"
        )
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return RowProblem(
            number,
            f"名称要有 1 到 {LONGEST_NAME} 个字",
            f"a name has 1 to {LONGEST_NAME} characters",
        )
    return NamedDay(day, KINDS[kind], name)


def day_of(written: str) -> date | None:
    """Return a day as people write it; None where it is none.

    >>> day_of("2026年10月1日") == day_of("2026/10/1") == date(2026, 10, 1)
    True
    """
    parts = _DAY.match(written)
    if parts is None or int(parts[1]) not in YEARS:
        return None
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return None
