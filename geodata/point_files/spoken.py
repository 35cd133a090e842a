"""Rows that say in words where: the verdicts of the resolver, as for one place at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from geodata.point_files.batches import BAD_POINT, Batch, Worked
from gridmap.geolocation.extent_sources import ExtentSource
from gridmap.geolocation.resolver import together
from gridmap.geolocation.service import Decided
from gridmap.geolocation.words import Said
from gridmap.terms import PlaceSource


@dataclass(frozen=True, eq=False)
class Spoken:
    """What the texts of some rows say.

    Attributes:
        count: all rows.
        said: by row, for those with a text.
        suspects: the system that a row's point is more likely in, where there is one.
        also: reasons beside those of the verdicts.
    """

    count: int
    said: dict[int, Said] = field(default_factory=dict)
    suspects: dict[int, str] = field(default_factory=dict)
    also: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def columns(self) -> list[Sequence[str]]:
        """Return a value for each row and each of `answers.SAID`."""
        made: list[list[str]] = [[""] * self.count for _ in range(7)]
        for row, said in self.said.items():
            details, best = said.reading.details, said.best
            values = (
                said.reading.verdict.value,
                best.title if best else "",
                details.unit,
                details.floor,
                details.room,
                " ".join(_faults(said)),
                self.suspects.get(row),
            )
            for column, value in zip(made, values, strict=True):
                column[row] = value or ""
        return list(made)


def listen(worked: Worked, written: Batch, source: ExtentSource) -> tuple[Worked, Spoken]:
    """Settle the rows with texts; return all verdicts, on every row, and what was said.

    A row whose point cannot be read lies where its words say; that something was written there is told.

    Args:
        worked: the rows with the verdicts on their points, all settled.
        written: the same rows as they were written.
        source: extents of the day.
    """
    here, readable = worked.batch, worked.batch.readable
    found = worked.found.spread(readable, len(here))
    spoken = Spoken(len(here), dict(worked.said))
    x, y, faults = here.x.copy(), here.y.copy(), dict(here.faults)
    for row, said in worked.said.items():
        pointed: Decided | None = None
        if row not in faults:
            spot = (float(x[row]), float(y[row]))
            pointed = (written.place(row), spot, found.verdicts(row))
        both = together(said, pointed, source)
        if both.suspect:
            spoken.suspects[row] = both.suspect
        if pointed is None:
            del faults[row]
            told = _faults(said) if both.settled is None else ()
            spoken.also[row] = told if here.blank[row] else (*told, BAD_POINT)
        if both.settled is not None and both.settled is not pointed:
            place, spot, verdicts = both.settled
            found.put(row, verdicts)
            if place.source is PlaceSource.WORDS:
                x[row], y[row] = spot
    return Worked(replace(here, x=x, y=y, faults=faults), found, worked.said), spoken


def _faults(said: Said) -> tuple[str, ...]:
    return tuple(sorted(fault.value for fault in said.reading.faults))
