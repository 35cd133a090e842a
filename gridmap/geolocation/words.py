"""Read where a text says that something is, on a day, with what a phone says beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from sqlalchemy.orm import Session

from gridmap.geolocation import gazetteer_queries as queries
from gridmap.geolocation.curated import Known, Spot, with_curated
from gridmap.geolocation.wording.gazetteer import EntityKind, Key
from gridmap.geolocation.wording.numbering import number_key
from gridmap.geolocation.wording.places import Candidate, Fault, Level, Reading
from gridmap.geolocation.wording.reading import Reader
from gridmap.geometry.planes import metres_apart
from gridmap.store.memory import Memory
from gridmap.store.revision import Version, part, version
from gridmap.terms import Verdict

KEPT_DAYS: Final = 3
NEAR_M: Final = 25.0
"""A phone that is surer than this is not taken to be: its circle is at least so wide."""
CLEAR_M: Final = 30.0
"""The second building with the same number must be so much farther away than the first."""
LEAST_M_PER_DEGREE: Final = 50_000.0
"""Nowhere in China has a degree of longitude fewer metres."""
FAR_M: Final = 150.0
"""Text and phone contradict each other where they are farther apart than the circle and this."""

_KINDS: Final = {
    Level.BUILDING: EntityKind.BUILDING,
    Level.POINT: EntityKind.POI,
    Level.COMPOUND: EntityKind.COMPOUND,
    Level.COMMUNITY: EntityKind.COMMUNITY,
    Level.ROAD: EntityKind.ROAD,
}
_BOOKS: Final = Memory["Book"](KEPT_DAYS)


@dataclass(frozen=True, slots=True)
class Circle:
    """Where a phone believes to be: degrees (WGS 84) and the radius of the 95 % circle in metres."""

    lon: float
    lat: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Meant:
    """A place that a text can mean: what it is, its name, and an interior point of it (None for a road)."""

    candidate: Candidate
    code: str | None
    title: str
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says of where.

    Attributes:
        reading: of the text; its verdict counts the phone's position, too.
        best: the place, where the verdict is accepted.
        choices: what to ask about, the likeliest first, where it is not.
        apart_m: metres between the place and the phone's position, where both are known.
    """

    reading: Reading
    best: Meant | None
    choices: tuple[Meant, ...]
    apart_m: float | None = None

    @property
    def contradicts(self) -> bool:
        """Tell whether the phone is too far from the place for both to be right."""
        return self.apart_m is not None and self.apart_m > FAR_M


@dataclass(frozen=True)
class Book:
    """The names of a day, ready for one text after another; it can be sent to another process.

    Attributes:
        state: of the data that it was made from.
        known: the names and where what they stand for lies.
        reader: of texts.
    """

    state: Version
    known: Known
    reader: Reader

    @cached_property
    def numbered(self) -> Mapping[str, Sequence[str]]:
        """The buildings that have a number, by its key."""
        found: dict[str, list[str]] = defaultdict(list)
        for house, codes in self.known.gazetteer.houses.items():
            found[number_key(house.number)].extend(codes)
        return found

    def read(self, text: str, circle: Circle | None = None) -> Said:
        """Return what a text says of where.

        Args:
            text: as somebody wrote it.
            circle: where her phone believes to be; it decides between places that the text leaves open, and never
                overrules what the text says clearly.
        """
        return self.said(self.reader.read(text), circle)

    def said(self, reading: Reading, circle: Circle | None = None) -> Said:
        """Return what a text says of where by the reading of it."""
        if circle is not None and reading.verdict is not Verdict.ACCEPTED:
            reading = _decided(self, reading, circle)
        best = None
        if reading.verdict is Verdict.ACCEPTED and reading.best is not None:
            best = _meant(self.known, reading.best)[0]
        choices = tuple(meant for one in reading.alternatives for meant in _meant(self.known, one))
        apart = None
        if circle and best and best.spot:
            apart = max(0.0, metres_apart(best.spot, (circle.lon, circle.lat)) - circle.accuracy_m)
        return Said(reading, best, () if best else choices, apart)


def read(session: Session, text: str, day: date, circle: Circle | None = None) -> Said:
    """Return what a text says of where on a day; see `Book.read`, and `book` for the statements."""
    return book(session, day).read(text, circle)


def book(session: Session, day: date) -> Book:
    """Return the names of a day, to be held for as many texts as should see the same state of the data.

    One statement where the names are in memory, two where people have decided on names, seven where all is read.

    Args:
        session: any session; nothing is written.
        day: of the ledger.
    """
    state = version(session, *queries.LAYERS)
    database = str(session.connection().engine.url)

    def make() -> Book:
        older = _BOOKS.find(lambda key: key[:2] == (database, day))
        return _made(session, day, state, older)

    return _BOOKS.get((database, day, state), make)


def _made(session: Session, day: date, state: Version, older: Book | None) -> Book:
    """Read the names of a day; where only people's decisions have changed, only these are read."""
    numbers = ".".join(str(number) for _, number, _ in state)
    layers = queries.BASE_LAYERS
    base = (
        older.known.base if older and part(older.state, *layers) == part(state, *layers) else None
    )
    if base is not None:
        found = with_curated(base, queries.names_of(session, day), numbers)
    else:
        found = queries.known(session, day, numbers)
    if older is None:
        return Book(state, found, Reader(found.gazetteer))
    before, after = dict.fromkeys(older.known.gazetteer.names), dict.fromkeys(found.gazetteer.names)
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    return Book(state, found, older.reader.changed(added, removed, found.gazetteer))


def _decided(book: Book, reading: Reading, circle: Circle) -> Reading:
    """Let the phone choose between buildings that the text leaves open; nothing else is chosen by it."""
    known, codes = book.known, _open_codes(book, reading)
    here = (circle.lon, circle.lat)
    reach = max(circle.accuracy_m, NEAR_M) + NEAR_M
    far = (reach + CLEAR_M) / LEAST_M_PER_DEGREE
    near = sorted(
        (away, code)
        for code in codes
        if (spot := known.spots.get(Key(EntityKind.BUILDING, code)))
        and abs(spot[0] - here[0]) <= far
        and (away := metres_apart(spot, here)) <= reach + CLEAR_M
    )
    if not near or near[0][0] > reach or (len(near) > 1 and near[1][0] < near[0][0] + CLEAR_M):
        return reading
    code = near[0][1]
    compound = known.gazetteer.compound_of.get(code)
    name = reading.best.name if reading.best else ""
    best = Candidate(Level.BUILDING, (code,), compound, name, 90.0)
    return replace(
        reading, verdict=Verdict.ACCEPTED, best=best, alternatives=(best,), faults=frozenset()
    )


def _open_codes(book: Book, reading: Reading) -> set[str]:
    """Return the buildings that a text leaves open: several under one name, or a number without any name."""
    asked = {Fault.ZONE_MISSING, Fault.SAME_NAME}
    best = reading.best
    if best is not None:
        if best.level is Level.BUILDING and best.faults & asked and best.faults <= asked:
            return {
                code
                for one in reading.alternatives
                if one.level is Level.BUILDING
                for code in one.codes
            }
        return set()
    if len(reading.details.numbers) != 1:
        return set()
    return set(book.numbered.get(reading.details.numbers[0], ()))


def _meant(known: Known, candidate: Candidate) -> list[Meant]:
    level = candidate.level
    if level is Level.CROSSING:
        return [Meant(candidate, one, one, known.crossings.get(one)) for one in candidate.codes]
    codes = (candidate.compound or "",) if level is Level.COMPOUND else candidate.codes
    keys = [Key(_KINDS[level], code) for code in codes]
    return [
        Meant(candidate, key.code, known.titles.get(key, key.code), known.spots.get(key))
        for key in keys
    ]
