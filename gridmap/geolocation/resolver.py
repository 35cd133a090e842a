"""Where something is, by words and point together: one verdict on the grid and one on the building.

Whoever points at the map means it: her pin beats everything, and words only choose between the buildings
that it leaves open. A phone that agrees with clear words is settled by them; one that contradicts them is
told, and where the words are not quite clear, asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.geolocation import words
from gridmap.geolocation.asked_extents import AskedExtents
from gridmap.geolocation.extent_sources import ExtentSource, Spot
from gridmap.geolocation.extents import by_words, grids_asked
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import MOST_ALTERNATIVES, GridCandidate, Place
from gridmap.geolocation.service import Decided, decided, near_enough, standing_at
from gridmap.geolocation.wording.places import Fault
from gridmap.geolocation.words import Circle, Said
from gridmap.geometry import crs
from gridmap.geometry.planes import metres_apart
from gridmap.terms import PlaceSource, Verdict

PIN_M: Final = 50.0
"""A point without an accuracy is taken to be within so many metres."""
SUSPECT_M: Final = 60.0
"""Read in another system a point must come so near to what the words say for its own to be suspect."""
SHIFT_M: Final = 3_000.0
"""No two systems are so far apart anywhere in China: what is farther from the words is not looked at in another."""
_SYSTEMS: Final = ("wgs84", "gcj02", "bd09")
_CLEAR: Final = frozenset({Fault.RELATIVE})
"""Faults that leave a reading as clear as one without any."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What words and point say together.

    Attributes:
        said: what the words say.
        location: the verdicts with what stands there; None where neither says where.
        suspect: the system that the point is more likely in than in the one that it came with.
    """

    said: Said
    location: Location | None
    suspect: str | None = None

    def record(self) -> dict[str, Any] | None:
        """Return what goes on record of the words; None where they say nothing of where."""
        reading = self.said.reading
        details, best = reading.details, reading.best
        if best is None and not (details.unit or details.floor or details.room):
            return None
        return {
            "status": reading.verdict.value,
            "title": self.said.best.title if self.said.best else None,
            "level": best.level.value if best else None,
            "score": round(best.score, 1) if best else None,
            "faults": sorted(fault.value for fault in reading.faults),
            "choices": [one.title for one in self.said.choices][:MOST_ALTERNATIVES],
            "unit": details.unit,
            "floor": details.floor,
            "room": details.room,
            "relation": details.relation.value if details.relation else None,
            "apart_m": None if self.said.apart_m is None else round(self.said.apart_m),
            "suspect": self.suspect,
            "version": reading.version,
        }


def resolve(session: Session, text: str, place: Place | None, day: date) -> Resolved:
    """Return where something is by words, a point, or both.

    A statement or two for the point, as many for the words, one for what stands there. For very many texts see
    `together`.

    Args:
        session: any session; nothing is written.
        text: as somebody wrote it.
        place: where it was pointed at, or where the phone believes to be.
        day: day in Asia/Shanghai.

    Raises:
        UnknownCrs, BadCoordinates, OutsideCounty: see `gridmap.geolocation.service.locate`.
    """
    pointed = decided(session, [place], day)[0] if place else None
    said = words.book(session, day).read(text, circle_of(pointed) if pointed else None)
    found = together(said, pointed, AskedExtents(session, day))
    location = None
    if found.settled is not None:
        location = near_enough(standing_at(session, [found.settled], day)[0])
    return Resolved(said, location, found.suspect)


@dataclass(frozen=True, slots=True)
class Together:
    """What words and a point give together.

    Attributes:
        settled: the place with its verdicts; None where neither says where.
        suspect: see `Resolved`.
    """

    settled: Decided | None
    suspect: str | None


def together(said: Said, pointed: Decided | None, source: ExtentSource) -> Together:
    """Return what words and a point give together; what the words name is looked up only where it matters.

    Args:
        said: what the words say, read with the `circle_of` the point.
        pointed: the point with its verdicts, by itself.
        source: extents of the same day.
    """
    suspect = _suspect(pointed[0], said) if pointed else None
    return Together(_Joined(said, pointed, source, suspect).settled(), suspect)


def circle_of(pointed: Decided) -> Circle:
    """Return where the one who pointed believes to be."""
    place, spot, _ = pointed
    return circle_at(spot, place.accuracy_m)


def circle_at(spot: Spot, accuracy_m: float | None) -> Circle:
    """Return the circle of a point in WGS 84 that may come with an accuracy."""
    return Circle(*spot, PIN_M if accuracy_m is None else accuracy_m)


@dataclass(frozen=True, slots=True)
class _Joined:
    """Words and a point about one place."""

    said: Said
    pointed: Decided | None
    source: ExtentSource
    suspect: str | None

    def settled(self) -> Decided | None:
        if self.pointed is None:
            return self._worded()
        if self.pointed[0].source is PlaceSource.GPS:
            return self._of_phone(self.pointed)
        return self._of_pin(self.pointed)

    def _worded(self) -> Decided | None:
        return by_words(self.source, self.said)

    def _of_pin(self, pointed: Decided) -> Decided:
        place, spot, (grid, building) = pointed
        if building.status is Verdict.ASK and (worded := self._worded()) is not None:
            meant = worded[2][1]
            if meant.id in {one.id for one in building.alternatives}:
                return place, spot, (grid, replace(meant, faults=(*building.faults, "said")))
        if self.said.reading.verdict is Verdict.ACCEPTED and self.said.contradicts:
            return _faulty(pointed, "words_elsewhere")
        return pointed

    def _of_phone(self, pointed: Decided) -> Decided:
        worded = self._worded()
        if worded is None:
            return pointed
        said = self.said
        sure = worded[2][0].status is Verdict.ACCEPTED or said.contradicts
        if said.reading.verdict is not Verdict.ACCEPTED or not sure:
            return _open(pointed, worded)
        if not said.contradicts:
            return worded
        fault = "crs_suspect" if self.suspect else "phone_elsewhere"
        if said.reading.faults <= _CLEAR:
            return _faulty(worded, fault)
        possible = worded[2][0].possible | pointed[2][0].possible
        return _between(worded, fault, self.source.grids(possible))


def _suspect(place: Place, said: Said) -> str | None:
    """Return the system in which a point would agree with words that it contradicts as it came."""
    if said.best is None or said.best.spot is None or not said.contradicts:
        return None
    given = crs.parse(place.crs).name
    if given not in {*_SYSTEMS, "cgcs2000"}:
        return None
    reach = SUSPECT_M + (place.accuracy_m or 0.0)
    if (said.apart_m or 0.0) > SHIFT_M + reach:
        return None
    others = (system for system in _SYSTEMS if system != given)
    apart = {
        system: metres_apart(
            crs.to_wgs84(float(place.lon), float(place.lat), system), said.best.spot
        )
        for system in others
    }
    nearest = min(apart, key=lambda system: apart[system])
    return nearest if apart[nearest] <= reach else None


def _open(pointed: Decided, worded: Decided) -> Decided:
    """The phone may know the grid where words leave it open; words may know which buildings it can be."""
    place, spot, (grid, building) = pointed
    said_grid, said_building = worded[2]
    if grid.status is not Verdict.ACCEPTED and said_grid.status is Verdict.ACCEPTED:
        possible = {one.id for one in grid.alternatives}
        if said_grid.id in possible:
            grid = said_grid
    if building.status is not Verdict.ACCEPTED and said_building.alternatives:
        building = said_building
    return place, spot, (grid, building)


def _faulty(found: Decided, fault: str) -> Decided:
    place, spot, (grid, building) = found
    return place, spot, (replace(grid, faults=(*grid.faults, fault)), building)


def _between(worded: Decided, fault: str, grids: Sequence[GridCandidate]) -> Decided:
    """Ask between the place that the words name and the one where the phone is."""
    place, spot, (grid, building) = worded
    first = worded[2][0].possible
    ordered = sorted(grids, key=lambda one: (one.id not in first, one.code))
    if building.status is Verdict.ACCEPTED:
        building = replace(building, status=Verdict.ASK, id=None, faults=(*building.faults, fault))
    return place, spot, (grids_asked((*grid.faults, fault), ordered), building)
