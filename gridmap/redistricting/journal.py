"""What a publication wrote, table by table, so that it can be taken back row by row before its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

Ends = dict[int, date | None]
"""Row id to the first day on which the row does not hold; None: open."""
OPEN: Final = ""


@dataclass(slots=True)
class Written:
    """What was written in one dated table.

    Attributes:
        began: rows that were added, and until when they hold.
        ended: rows that were cut off at the day, and until when they held before.
        rewritten: rows that begin on the day or later, by id: what was changed in place, as it was.
        removed: rows that began on the day itself and hold on no day any more, as they were.
    """

    began: Ends = field(default_factory=dict)
    ended: Ends = field(default_factory=dict)
    rewritten: dict[int, dict[str, Any]] = field(default_factory=dict)
    removed: list[dict[str, Any]] = field(default_factory=list)

    def add(self, more: Written) -> None:
        """Take in what else was written in the same table."""
        self.began |= more.began
        self.ended |= more.ended
        for number, was in more.rewritten.items():
            if number not in self.began:  # what is new goes as a whole
                self.rewritten[number] = was | self.rewritten.get(number, {})
        self.removed += more.removed

    def __bool__(self) -> bool:
        """Tell whether anything was written."""
        return bool(self.began or self.ended or self.rewritten or self.removed)


@dataclass(slots=True)
class Journal:
    """Everything that one publication wrote.

    Attributes:
        grids: ids of the grids that it made.
        organisations: ids of the party organisations that were founded for it.
        lineage: ids of the lines of lineage.
        tables: by name of the table.
    """

    grids: list[int] = field(default_factory=list)
    organisations: list[int] = field(default_factory=list)
    lineage: list[int] = field(default_factory=list)
    tables: dict[str, Written] = field(default_factory=lambda: defaultdict(Written))

    def note(self, table: str, written: Written) -> None:
        """Take in what was written in a table."""
        self.tables[table].add(written)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored; rows with one end are one list."""
        return {
            "grids": self.grids,
            "organisations": self.organisations,
            "lineage": self.lineage,
            "tables": {name: _stored(one) for name, one in self.tables.items() if one},
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Journal:
        """Return a stored journal.

        >>> journal = Journal(grids=[7])
        >>> journal.note("post", Written(began={1: None}, ended={2: date(2030, 1, 1)}))
        >>> Journal.of(journal.as_json()) == journal
        True
        """
        tables: dict[str, Written] = defaultdict(Written)
        tables.update({name: _read(one) for name, one in stored["tables"].items()})
        return cls(stored["grids"], stored["organisations"], stored["lineage"], tables)


def _stored(written: Written) -> dict[str, Any]:
    return {
        "began": _by_end(written.began.items()),
        "ended": _by_end(written.ended.items()),
        "rewritten": [{"id": number, **was} for number, was in written.rewritten.items()],
        "removed": written.removed,
    }


def _by_end(rows: Iterable[tuple[int, date | None]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, until in rows:
        found[until.isoformat() if until else OPEN].append(number)
    return dict(found)


def _read(stored: Mapping[str, Any]) -> Written:
    return Written(
        began=_ends(stored["began"]),
        ended=_ends(stored["ended"]),
        rewritten={
            row["id"]: {name: value for name, value in row.items() if name != "id"}
            for row in stored["rewritten"]
        },
        removed=list(stored["removed"]),
    )


def _ends(stored: Mapping[str, list[int]]) -> Ends:
    return {
        number: date.fromisoformat(until) if until else None
        for until, numbers in stored.items()
        for number in numbers
    }
