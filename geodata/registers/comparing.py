"""What a filled-in sheet would change: rows that are new, changed, ended, the same. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from geodata.registers.matching import Ambiguous, Matcher, alike
from geodata.registers.reading import Filled, Row
from gridmap.registers.cells import Value
from gridmap.registers.changes import Action, Change, Fault, Record
from gridmap.registers.columns import Column, Register
from gridmap.terms import Term

_AMBIGUOUS: Final = (
    "有 {count} 条记录和这一行一样，请填编号或开始日。",
    "{count} records are what this row says; give the code or the first day.",
)
_TWICE: Final = ("和第 {row} 行说的是同一条记录。", "Row {row} means the same record.")
_OVER: Final = (
    "这条记录 {ends} 已结束；结束日写错了请在记录页面用“更正”。",
    "This record ended on {ends}; correct it on its page if that is wrong.",
)
_BOTH: Final = (
    "这一行既填了结束日，又改了别的内容：请分两次导入。",
    "This row ends the record and changes it, too: take them one after the other.",
)
_SAME_DAY: Final = "导入工作簿：从开始那天起就是这样"
"""Why a record is put right whose change holds from its own first day: there is no past to keep."""
_BY_FILE: Final = "导入工作簿时更正"
"""Why a record of what happened is put right: what happened does not change."""
_PERSON: Final = frozenset({"person", "person_name", "phone"})


class Fate(Term):
    """What becomes of a row or of a record that is not in the file."""

    NEW = "new", "新增", "New"
    CHANGED = "changed", "变更", "Changed"
    ENDED = "ended", "结束", "Ended"
    SAME = "same", "相同", "Same"


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that differs from what stands there."""

    column: Column
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison.

    Attributes:
        fate: what becomes of it.
        number: the sheet's row; below 0 for a record that is not in the file.
        names: values that tell people which record it is, by column key.
        differences: what differs.
        record_id: the record; None for a new one.
    """

    fate: Fate
    number: int
    names: Mapping[str, Value]
    differences: tuple[Difference, ...] = ()
    record_id: int | None = None


@dataclass(slots=True)
class Comparison:
    """All lines, the changes that make them true, and what is wrong."""

    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def counts(self) -> dict[Fate, int]:
        """Return how many lines there are of each fate."""
        return {fate: sum(line.fate is fate for line in self.lines) for fate in Fate}


def compare(
    register: Register, filled: Filled, records: Sequence[Record], day: date, *, complete: bool
) -> Comparison:
    """Compare a sheet with a register.

    Args:
        register: what the sheet is filled in for.
        filled: what it says.
        records: all records that the register holds or held, as the keeper may see them.
        day: from which day on changes hold.
        complete: whether the keeper's records that are not in the file end on the day.
    """
    comparing = _Comparing(register, Matcher(register, records, day), day)
    comparing.made.faults = list(filled.faults)
    wrong = {fault.row for fault in filled.faults}
    comparing.take([row for row in filled.rows if row.number not in wrong])
    if complete and not wrong:
        comparing.end_others()
    comparing.made.lines.sort(key=lambda line: (line.number < 0, abs(line.number)))
    return comparing.made


class _Comparing:
    """Compares row by row; what a row means nobody else can mean."""

    def __init__(self, register: Register, matcher: Matcher, day: date) -> None:
        self.register, self.matcher, self.day = register, matcher, day
        self.taken: dict[int, int] = {}
        self.begun: dict[tuple[tuple[str, Value], ...], int] = {}
        self.made = Comparison()

    def take(self, rows: Sequence[Row]) -> None:
        """Compare rows; replacements come last, when all else is known."""
        left = [row for row in rows if not self._known(row)]
        for row in left:
            record = self.matcher.replaced(row, self.taken)
            if record is None:
                self._begin(row)
            else:
                self.taken[record.id] = row.number
                self._differ(row, record, _without_begins(row) | _whole_person(row))

    def _fault(
        self, number: int, column: str | None, words: tuple[str, str], **places: object
    ) -> None:
        zh, en = (text.format(**places) for text in words)
        self.made.faults.append(Fault(number, column, zh, en))

    def _known(self, row: Row) -> bool:
        """Take a row that means a record; False where it means none."""
        try:
            record = self.matcher.find(row, self.taken)
        except Ambiguous as several:
            self._fault(row.number, self.register.natural_key[0], _AMBIGUOUS, count=several.count)
            return True
        if record is None:
            return False
        if record.id in self.taken:
            self._fault(row.number, None, _TWICE, row=self.taken[record.id])
            return True
        self.taken[record.id] = row.number
        self._differ(row, record, _without_begins(row))
        return True

    def _begin(self, row: Row) -> None:
        said = tuple(row.values.items())
        if said in self.begun:
            self._fault(row.number, None, _TWICE, row=self.begun[said])
            return
        self.begun[said] = row.number
        self.made.lines.append(Line(Fate.NEW, row.number, {**row.values, **row.beside}))
        self.made.changes.append(Change(Action.BEGIN, dict(row.values), row=row.number))

    def _differ(self, row: Row, record: Record, given: Mapping[str, Value]) -> None:
        found = tuple(self._differences(record, given))
        fate = Fate.CHANGED if found else Fate.SAME
        if found:
            change = self._change(row, record, found)
            if change is None:
                return
            fate = Fate.ENDED if change.action is Action.END else fate
            self.made.changes.append(change)
        self.made.lines.append(Line(fate, row.number, record.values, found, record.id))

    def _differences(self, record: Record, given: Mapping[str, Value]) -> Iterator[Difference]:
        for key, value in given.items():
            column = self.register.column(key)
            if column is None or (key in record.hidden and value is None):
                continue
            if self._made_by_itself(key, value):
                continue
            if not alike(column, record.values.get(key), value):
                yield Difference(column, record.values.get(key), value)

    def _made_by_itself(self, key: str, value: Value) -> bool:
        """A code that is left empty stays as it is: it names what the row means already."""
        return value is None and key == "code"

    def _change(self, row: Row, record: Record, found: Sequence[Difference]) -> Change | None:
        """The change that makes a row true; None where there is none."""
        values = {one.column.key: one.after for one in found}
        if "ends" in values:
            return self._end(row, record, values)
        day = self._day(record, set(values))
        if self.register.event:
            return Change(Action.CORRECT, values, record.id, reason=_BY_FILE, row=row.number)
        if record.span and day == record.span.start:
            return Change(Action.CORRECT, values, record.id, reason=_SAME_DAY, row=row.number)
        if set(values) == {"term_end"} and _later(found[0]):
            return Change(Action.RENEW, values, record.id, day, row=row.number)
        return Change(Action.CHANGE, values, record.id, day, row=row.number)

    def _day(self, record: Record, keys: set[str]) -> date | None:
        """From which day a change holds; a phone is the person's, whatever the day."""
        if not self.register.dated:
            return None
        if keys == {"phone"} and record.span:
            return record.span.start + timedelta(days=1)
        return self.day

    def _end(self, row: Row, record: Record, values: dict[str, Value]) -> Change | None:
        ends = values["ends"]
        if record.values.get("ends") is not None:
            self._fault(row.number, "ends", _OVER, ends=record.values["ends"])
        elif len(values) > 1:
            self._fault(row.number, "ends", _BOTH)
        elif isinstance(ends, date):
            return Change(Action.END, id=record.id, day=ends, row=row.number)
        return None

    def end_others(self) -> None:
        """End the keeper's records of the day that no row means."""
        number = 0
        ends = self.register.column("ends")
        for record in self.matcher.records:
            standing = record.span is not None and self.day in record.span and record.may_write
            if standing and record.id not in self.taken and ends is not None:
                number -= 1
                found = (Difference(ends, record.values.get("ends"), self.day),)
                self.made.lines.append(Line(Fate.ENDED, number, record.values, found, record.id))
                self.made.changes.append(Change(Action.END, id=record.id, day=self.day, row=number))


def _later(term: Difference) -> bool:
    return (
        isinstance(term.before, date) and isinstance(term.after, date) and term.before < term.after
    )


def _without_begins(row: Row) -> dict[str, Value]:
    """What a row says of a record that is known: its first day and a name beside a code are no news.

    The first day told which record it is, or was left out.
    """
    return {
        key: value
        for key, value in row.values.items()
        if key != "begins"
        and not (key == "person" and value is None)
        and not (key == "kind" and value is None)
        and not (key == "person_name" and value is None)
    }


def _whole_person(row: Row) -> dict[str, Value]:
    """Whoever takes a post over is told as a whole: an empty code means somebody new."""
    told = {key: row.values.get(key) for key in ("person", "person_name")}
    return told | {key: row.values[key] for key in _PERSON if key in row.values}
