"""From changes to drafts: every cell checked, every code found, every day sensible; faults by row.

Nothing is written here: the database is asked a fixed number of times, whatever the number of
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy.orm import Session

from gridmap.registers import lookups, queries, sentences, spans
from gridmap.registers.cells import Unfit, Value, codes_in, value_of
from gridmap.registers.changes import Action, Change, Fault
from gridmap.registers.columns import Column, ColumnType, Refers, Register
from gridmap.registers.homes import HOMES
from gridmap.registers.post_registers import post_target
from gridmap.registers.queries import Found, spot_of
from gridmap.registers.reach import Reach, Spot
from gridmap.registers.sentences import Words
from gridmap.store.base import STORED_SRID
from gridmap.terms import PartyKind, PostKind

_PARTY: Mapping[str, Refers] = {
    PartyKind.GENERAL_BRANCH: Refers.COMMUNITY,
    PartyKind.GRID_BRANCH: Refers.GRID,
    PartyKind.BUILDING_GROUP: Refers.BUILDING,
}


@dataclass(slots=True)
class Draft:
    """A change on its way.

    Attributes:
        change: what was asked for.
        before: values that stand there; empty for a new record.
        values: values that shall stand there.
        attributes: columns of the register's table.
        person: whose post it is, where that is known.
        new_person: name and phone of somebody who is not there yet.
        new_phone: phone of somebody known that differs from hers; empty text takes it away.
        ids: what the codes stand for, by column.
        record_id: the record's id once it is written.
    """

    change: Change
    before: dict[str, Value] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    person: int | None = None
    new_person: tuple[str, str | None] | None = None
    new_phone: str | None = None
    ids: dict[str, list[int]] = field(default_factory=dict)
    record_id: int = 0


class Drafting:
    """Makes drafts of a list of changes and gathers what is wrong with them."""

    def __init__(self, session: Session, register: Register, reach: Reach, today: date) -> None:
        self.session, self.register, self.reach, self.today = session, register, reach, today
        self.home = HOMES[register.key]
        self.faults: list[Fault] = []

    def fault(self, change: Change, column: str | None, words: Words, **places: object) -> None:
        """Note what is wrong with a row; the first thing in each column is told."""
        if any(one.row == change.row and one.column == column for one in self.faults):
            return
        zh, en = (text.format(**places) if places else text for text in words)
        self.faults.append(Fault(change.row, column, zh, en))

    def drafts(self, changes: Sequence[Change]) -> list[Draft]:
        """Return a draft for every change that has no fault so far."""
        ids = {change.id for change in changes if change.id is not None}
        queries.lock(self.session, self.register, ids)
        standing = queries.by_ids(self.session, self.register, ids, self.today) if ids else {}
        drafts = [self._draft(change, standing) for change in changes]
        whole = [draft for draft in drafts if draft is not None]
        self._resolve(whole)
        self._within_reach(whole)
        return whole

    def _draft(self, change: Change, standing: Mapping[int, Found]) -> Draft | None:
        draft = Draft(change)
        if change.action is not Action.BEGIN:
            row = standing.get(change.id or 0)
            if row is None:
                self.fault(change, None, sentences.GONE)
                return None
            if not self._may(spot_of(row)):
                self.fault(change, None, sentences.BEYOND)
                return None
            draft.record_id = row.id
            draft.before = {
                column.key: getattr(row, column.key) for column in self.register.columns
            }
        draft.values = draft.before | self._checked(change)
        self._required(draft)
        for column, words, places in spans.wrong(self.register, change, draft, self.today):
            self.fault(change, column, words, **places)
        return draft

    def _checked(self, change: Change) -> dict[str, Value]:
        checked: dict[str, Value] = {}
        for key, raw in change.values.items():
            column = self.register.column(key)
            if column is None:
                self.fault(change, key, sentences.NO_SUCH_COLUMN)
            elif not column.derived:
                checked |= self._cell(change, column, raw)
        return checked

    def _cell(self, change: Change, column: Column, raw: object) -> dict[str, Value]:
        try:
            return {column.key: value_of(column, raw)}
        except Unfit as unfit:
            self.fault(change, column.key, (unfit.zh, unfit.en))
            return {}

    def _required(self, draft: Draft) -> None:
        told = {fault.column for fault in self.faults if fault.row == draft.change.row}
        for column in self.register.writable:
            empty = draft.values.get(column.key) is None and column.key not in told
            if (
                column.required
                and empty
                and not (column.key == "person_name" and draft.values.get("person"))
            ):
                self.fault(draft.change, column.key, sentences.NEEDED)

    # codes

    def refers(self, column: Column, values: Mapping[str, Value]) -> Refers:
        """Return what a code refers to, given the record's kind."""
        if column.key != "target" or len(column.refers) == 1:
            return column.refers[0]
        kind = str(values.get("kind") or self.register.kinds[0])
        if self.register.tables[0] == "post":
            return post_target(PostKind(kind))
        return _PARTY[kind]

    def _coded(self, draft: Draft) -> Iterable[tuple[Column, Refers, list[str]]]:
        for column in self.register.writable:
            value = draft.values.get(column.key)
            if column.type is ColumnType.CODE and column.refers and isinstance(value, str):
                refers = self.refers(column, draft.values)
                yield column, refers, codes_in(value) if column.many else [value]

    def _resolve(self, drafts: Sequence[Draft]) -> None:
        wanted: dict[Refers, set[str]] = {}
        for draft in drafts:
            for _column, refers, codes in self._coded(draft):
                wanted.setdefault(refers, set()).update(codes)
        known = lookups.ids_of(self.session, wanted)
        for draft in drafts:
            for column, refers, codes in self._coded(draft):
                missing = [code for code in codes if code not in known[refers]]
                if missing:
                    self.fault(draft.change, column.key, sentences.NO_SUCH_CODE)
                draft.ids[column.key] = [known[refers][c] for c in codes if c in known[refers]]
            self._attributes(draft)

    def _attributes(self, draft: Draft) -> None:
        values = draft.values
        known: dict[str, Any] = {key: values.get(key) for key in self.home.plain}
        known |= self.home.constant
        for key, by_refers in self.home.references.items():
            column = self.register.column(key)
            if column is None:
                continue
            known |= dict.fromkeys(by_refers.values())
            ids = draft.ids.get(key)
            if ids:
                known[by_refers[self.refers(column, values)]] = ids[0]
        for key in ("full_members", "probationary_members"):
            if key in known:
                known[key] = known[key] or 0
        if "party_member" in known:
            known["party_member"] = bool(known["party_member"])
        lon, lat = values.get("lon"), values.get("lat")
        if isinstance(lon, float) and isinstance(lat, float):
            known["spot"] = WKTElement(f"POINT({lon} {lat})", srid=STORED_SRID)
        draft.attributes = known

    # reach

    def _within_reach(self, drafts: Sequence[Draft]) -> None:
        """Refuse records that would belong to somebody else's area."""
        places = [self._places(draft) for draft in drafts]
        known = lookups.spots(self.session, {one for several in places for one in several})
        for draft, several in zip(drafts, places, strict=True):
            spots = [known.get(one) for one in several] or [None]
            if not all(
                self._may(spot, begins=draft.change.action is Action.BEGIN) for spot in spots
            ):
                self.fault(draft.change, self._place_column(), sentences.BEYOND)

    def _place_column(self) -> str | None:
        keys = (
            "meeting",
            "target",
            "community",
            "compound",
            "communities",
            "centre",
            "organisation",
        )
        return next((key for key in keys if self.register.column(key)), None)

    def _places(self, draft: Draft) -> list[tuple[Refers, int]]:
        key = self._place_column()
        column = self.register.column(key) if key else None
        if column is None or key is None:
            return []
        refers = self.refers(column, draft.values)
        if refers is Refers.AGENCY:
            return []
        return [(refers, number) for number in draft.ids.get(key, [])]

    def _may(self, spot: Spot | None, *, begins: bool = False) -> bool:
        """Somebody new may be written by every desk; else the area decides."""
        if spot is not None:
            return self.reach.holds(spot)
        if self.register.key == "persons" and begins:
            return self.reach.anything
        return self.reach.placeless(self.register.level)
