"""What is asked of a register and what it answers: changes, faults, records. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gridmap.errors import GridmapError
from gridmap.registers.cells import Value
from gridmap.terms import Term
from gridmap.timespan import Span

Values = Mapping[str, Value]
"""Values by column key; a key that is not there stays as it is."""


class Action(Term):
    """What is done with a record.

    `correct`: it was wrong, and the past is set right; `withdraw`: it never was. Both keep what
    stood there in a correction. All others write what happened.
    """

    BEGIN = "begin", "新增", "Begin"
    CHANGE = "change", "变更", "Change"
    END = "end", "结束", "End"
    RENEW = "renew", "续任", "Renew"
    CORRECT = "correct", "更正", "Correct"
    WITHDRAW = "withdraw", "撤下", "Withdraw"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do.

    Attributes:
        action: what.
        values: typed values by column key (see `gridmap.registers.cells`): all of a new record,
            those that differ of another.
        id: the record; None for `begin`.
        day: from which day (`change`, `end`, `renew`).
        reason: why it was wrong (`correct`, `withdraw`).
        row: line of the form or the sheet that faults are told by.
    """

    action: Action
    values: Values = field(default_factory=dict)
    id: int | None = None
    day: date | None = None
    reason: str = ""
    row: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, and in which column where it is in one."""

    row: int
    column: str | None
    zh: str
    en: str

    def message(self, language: str) -> str:
        """Return the sentence in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


class RefusedChanges(GridmapError):
    """Changes with faults: none of them was made."""

    code = "refused_changes"
    zh = "有 {errors} 处问题，没有保存任何内容。{first_zh}"
    en = "There are {errors} faults; nothing was saved. {first_en}"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda one: one.row))
        first = self.faults[0]
        super().__init__(
            field=first.column, errors=len(faults), first_zh=first.zh, first_en=first.en
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What was done: the id that each change's record has now, in the order of the changes."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record belongs: a community, township or the county."""

    code: str
    name: str
    township: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a reader may see it.

    Attributes:
        id: key in the register's first table.
        values: by column key.
        span: days on which it holds; None for registers that are not dated.
        place: where it belongs; None where it belongs to no area.
        may_write: whether the reader may change it.
        hidden: keys of private columns that are blank because the reader may not see them.
    """

    id: int
    values: Mapping[str, Value]
    span: Span | None
    place: Place | None
    may_write: bool
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which records, in which order, which page of them.

    Attributes:
        township, community: codes.
        text: part of a name, code or note.
        past: also records that have ended or not begun.
        target: code of the place that records are about.
        kind: one kind of the register's.
        sort: key of a column; the place where it is empty.
        descending: the other way round.
        page: from 0.
        size: records a page; None for all.
    """

    township: str = ""
    community: str = ""
    text: str = ""
    past: bool = False
    target: str = ""
    kind: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 0
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Records of a page, and how many there are on all pages."""

    records: tuple[Record, ...]
    total: int


UNKEPT, UNKEPT_ANEW = "*", "**"
"""In a correction: something stood there that an erasure takes; it was put right."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A record that was wrong: by whom it was put right, when, why, what stood there.

    `after` is None where the record was withdrawn. Of erasable columns it says `UNKEPT` and `UNKEPT_ANEW`.
    """

    at: datetime
    who: str
    reason: str
    record_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the audit log about a record."""

    at: datetime
    who: str
    action: str
    record_id: int
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """A record with what was before and after it.

    Attributes:
        record: the record.
        others: earlier and later records of the same subject, latest first.
        corrections: what was wrong in any of them, latest first; withdrawn ones are only here.
        events: who wrote what, latest first.
    """

    record: Record
    others: tuple[Record, ...]
    corrections: tuple[Correction, ...]
    events: tuple[Event, ...]
