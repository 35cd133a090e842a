"""Which record a row of a sheet means, by what tells two records apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from geodata.registers.reading import Row
from gridmap.registers.cells import Unfit, Value, value_of, words_of
from gridmap.registers.changes import Record
from gridmap.registers.columns import Column, ColumnType, Register
from gridmap.terms import SINGLE_HOLDER_POSTS, PostKind

SAME_DEGREES: Final = 1e-9
"""A tenth of a millimetre: what is lost when a number is written in 16 digits."""
_WITHOUT_CODE: Final = ("name", "target", "phone")
"""What a record without its code is known by, as far as its register has it."""


class Ambiguous(Exception):
    """Several records are what a row says."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(count)


def alike(column: Column, standing: Value, given: Value) -> bool:
    """Tell whether two values of a column mean the same.

    Spaces around a text, the order of several codes and the last digits of a coordinate mean nothing;
    nothing is 0 where numbers may be left out, and No where it is Yes or No.
    """
    if column.many:
        return set(str(standing or "").split("、")) == set(str(given or "").split("、"))
    if isinstance(standing, float) and isinstance(given, float):
        return abs(standing - given) <= SAME_DEGREES
    return _plain(column, standing) == _plain(column, given)


def _plain(column: Column, value: Value) -> Value:
    usual = column.type is ColumnType.YES_NO or (
        column.type is ColumnType.NUMBER and column.least == 0 and not column.required
    )
    if value is None:
        return 0 if usual else None
    try:
        return value_of(column, words_of(column, value, "zh")) if isinstance(value, str) else value
    except Unfit:
        return value


class Matcher:
    """Finds the records of rows among all that the register holds or held."""

    def __init__(self, register: Register, records: Sequence[Record], day: date) -> None:
        self.register, self.records, self.day = register, records, day
        self._indexes: dict[tuple[str, ...], dict[tuple[Value, ...], list[Record]]] = {}

    def find(self, row: Row, taken: Mapping[int, int]) -> Record | None:
        """Return the record that a row means; None where it is a new one.

        Args:
            row: a row of the sheet.
            taken: rows by the ids of records that they mean already.

        Raises:
            Ambiguous: more than one record is what the row says.
        """
        found = self._holding(row, self._like(row))
        free = [record for record in found if record.id not in taken] or found
        if len(free) > 1:
            exact = [record for record in free if self._agrees(record, row)]
            if not exact:
                raise Ambiguous(len(free))
            free = exact
        return self._going_on(row, free[0]) if free else None

    def _going_on(self, row: Row, record: Record) -> Record:
        """A change parts a record: the row that made it means the part that goes on."""
        over = record.span is not None and record.span.end is not None
        if not over or row.values.get("ends") is not None or record.values.get("ends") is None:
            return record
        keys = tuple(key for key in self.register.natural_key if key != "begins")
        wanted = tuple(self._indexed(key, record.values.get(key)) for key in keys)
        later = [
            one
            for one in self._index(keys).get(wanted, [])
            if one.span and record.span and one.span.start == record.span.end
        ]
        return self._going_on(row, later[0]) if later else record

    def _like(self, row: Row) -> list[Record]:
        """The records that agree with the row in what tells records apart."""
        keys: list[str] = []
        for key in self.register.natural_key:
            keys += self._known_by(key, row)
        if self.register.event and row.values.get("kind") is not None:
            keys.append("kind")
        wanted = tuple(self._indexed(key, row.values.get(key)) for key in keys)
        return self._index(tuple(keys)).get(wanted, [])

    def _known_by(self, key: str, row: Row) -> list[str]:
        given = row.values.get(key) is not None
        if given or (key == "unit" and key in row.values):
            return [key]
        if key == "person":
            return ["person_name"]
        if key == "code":
            return [k for k in _WITHOUT_CODE if self._has(k, row)]
        return []

    def _has(self, key: str, row: Row) -> bool:
        if key == "phone" and self.register.key != "persons":
            return False
        return self.register.column(key) is not None and key in row.values

    def _indexed(self, key: str, value: Value) -> Value:
        column = self.register.column(key)
        return _plain(column, value) if column else value

    def _index(self, keys: tuple[str, ...]) -> dict[tuple[Value, ...], list[Record]]:
        if keys not in self._indexes:
            made: dict[tuple[Value, ...], list[Record]] = {}
            for record in self.records if keys else ():
                values = tuple(self._indexed(key, record.values.get(key)) for key in keys)
                made.setdefault(values, []).append(record)
            self._indexes[keys] = made
        return self._indexes[keys]

    def _holding(self, row: Row, found: list[Record]) -> list[Record]:
        """Without its first day a row means the record of the day."""
        if not self.register.dated or row.values.get("begins") is not None:
            return found
        return [record for record in found if record.span and self.day in record.span]

    def _agrees(self, record: Record, row: Row) -> bool:
        return all(
            key in record.hidden or alike(column, record.values.get(key), value)
            for key, value in row.values.items()
            if (column := self.register.column(key)) is not None
        )

    def replaced(self, row: Row, taken: Mapping[int, int]) -> Record | None:
        """Return the record of a post for one whose holder a row replaces; None where it replaces nobody.

        That is so where the row has another's name over the same post and the same first day.
        """
        if "person" not in self.register.natural_key or not self._for_one(row):
            return None
        keys = tuple(key for key in self.register.natural_key if key != "person")
        if any(row.values.get(key) is None for key in keys):
            return None
        wanted = tuple(self._indexed(key, row.values[key]) for key in keys)
        found = [
            record
            for record in self._index(keys).get(wanted, [])
            if record.id not in taken and record.span and self.day in record.span
        ]
        return found[0] if len(found) == 1 else None

    def _for_one(self, row: Row) -> bool:
        kinds = self.register.kinds
        kind = row.values.get("kind") or (kinds[0] if len(kinds) == 1 else None)
        return kind in SINGLE_HOLDER_POSTS and kind in set(PostKind)
