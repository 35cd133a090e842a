"""Where the map's layers changed: every number of a layer has the boxes that its statement touched.

Written by statement triggers inside the changing transaction, under the row lock that orders the numbers
(see `revision`). Whoever keeps something that was drawn at a version knows by it whether that still holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy import BigInteger, Double, String, Text, cast, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.store.base import Base
from gridmap.store.following import Follower, OpenTransaction
from gridmap.store.layers import LAYERS, LEDGER, REPORTS, SIGN_UPS
from gridmap.store.revision import Version, version

FOLLOWED: Final = (
    *("areas", "buildings", "compounds", "geography", "grids"),
    *("property", "red_property", SIGN_UPS, "volunteering"),
)
"""Layers whose changes are kept with their places; in order."""
SEEN: Final = (*LEDGER, REPORTS, SIGN_UPS)
"""Layers whose numbers are looked at."""
LAYER_OF: Final[Mapping[str, str]] = {table: layer for layer in FOLLOWED for table in LAYERS[layer]}
MOST_HELD: Final = 20_000
"""Changes of a layer that a process remembers; the database keeps the last 10,000."""
EVERY_S: Final = 0.25
FRESH_S: Final = 1.0
"""What was looked at longer ago does not count: the database is asked."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""


class LedgerChange(Base):
    """What one raise of a layer's number touched; no boxes at all (null): anything."""

    __tablename__ = "ledger_change"

    layer: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    table_name: Mapped[str | None] = mapped_column(String(64))
    boxes: Mapped[list[list[float]] | None] = mapped_column(ARRAY(Double))


@dataclass(frozen=True, slots=True)
class _Change:
    writer: str
    table: str | None
    boxes: tuple[Box, ...] | None

    def touches(self, tables: Collection[str], box: Box) -> bool:
        if self.table is not None and self.table not in tables:
            return False
        if self.boxes is None:
            return True
        west, south, east, north = box
        return any(
            w <= east and e >= west and s <= north and n >= south for w, s, e, n in self.boxes
        )


class Changes:
    """The changes that a process has seen; threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: Version = ()
        self._of: dict[str, dict[int, _Change]] = {layer: {} for layer in FOLLOWED}

    def look(self, session: Session) -> Version:
        """Return what a transaction sees of all layers, and learn what led there; a few statements."""
        with self._lock:
            now = version(session, *SEEN)
            if now == self._seen:
                return self._seen  # the same object: whoever compares is quick
            before = {layer: number for layer, number, _ in self._seen}
            for layer, _number, _writer in set(now) - set(self._seen):
                if layer in FOLLOWED:
                    self._learn(session, layer, before.get(layer, 0))
            self._seen = now
            return now

    def touched(self, made: Version, now: Version, tables: Collection[str], box: Box) -> bool:
        """Tell whether rows of tables that meet a box may have changed between two versions.

        Args:
            made: version of all the layers of the tables, as seen when something was drawn.
            now: a version that `look` has returned.
            tables: those that what was drawn is made of.
            box: its place.
        """
        current = {layer: (number, writer) for layer, number, writer in now}
        return any(
            self._moved(layer, (number, writer), current[layer], tables, box)
            for layer, number, writer in made
        )

    def _moved(
        self,
        layer: str,
        made: tuple[int, str],
        now: tuple[int, str],
        tables: Collection[str],
        box: Box,
    ) -> bool:
        if made == now:
            return False
        known = self._of[layer]
        start, last = known.get(made[0]), known.get(now[0])
        if start is None or start.writer != made[1] or last is None or last.writer != now[1]:
            return True  # too long ago, or of another history: a restored copy, a transaction that was undone
        for number in range(made[0] + 1, now[0] + 1):
            change = known.get(number)
            if change is None or change.touches(tables, box):
                return True
        return made[0] > now[0]

    def _learn(self, session: Session, layer: str, after: int) -> None:
        known = self._of[layer]
        found = _changes(session, layer, after)
        if after and (after not in found or known.get(after) != found[after]):
            known = self._of[layer] = {}  # another history
            found = _changes(session, layer, 0)
        known.update(found)
        for number in sorted(known)[: max(0, len(known) - MOST_HELD)]:
            del known[number]


def _changes(session: Session, layer: str, first: int) -> dict[int, _Change]:
    writer = cast(literal_column("xmin"), Text)
    query = select(LedgerChange.number, writer, LedgerChange.table_name, LedgerChange.boxes)
    query = query.where(LedgerChange.layer == layer, LedgerChange.number >= first)
    return {
        number: _Change(last, table, None if boxes is None else tuple(map(_box, boxes)))
        for number, last, table, boxes in session.execute(query)
    }


def _box(numbers: list[float]) -> Box:
    west, south, east, north = numbers
    return (west, south, east, north)


class Followed:
    """The version of now, by a thread of this process that looks again and again.

    Args:
        read: opens a transaction.
        changes: learns what happened.
        every_s: seconds between two looks.
    """

    def __init__(
        self, read: OpenTransaction, changes: Changes, *, every_s: float = EVERY_S
    ) -> None:
        self._read, self._changes = read, changes
        self._seen: tuple[Version, float] | None = None
        self._follower = Follower(self.look, every_s=every_s)

    def look(self) -> None:
        """See what is new; the thread does it again and again."""
        at = monotonic()
        with self._read() as session:
            self._seen = (self._changes.look(session), at)

    def version(self) -> Version | None:
        """Return a version at most `FRESH_S` old; None where the database must be asked."""
        self._follower.start()
        seen = self._seen
        return seen[0] if seen and monotonic() - seen[1] <= FRESH_S else None

    def stop(self) -> None:
        """Follow no longer."""
        self._follower.stop()
