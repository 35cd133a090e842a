"""What the rounds answer: doors that are due, the way through them, counts by grid and worker. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from gridmap.terms import DoorOutcome, HouseholdKind, Stage, Term

SOON_DAYS: Final = 7
"""So many days before it is due a door stands on the round."""
GRADES: Final = 4


class DoorState(Term):
    """How a door stands on a day."""

    OVERDUE = "overdue", "已超期", "Overdue"
    DUE = "due", "该走访", "Due"
    FINE = "fine", "未到期", "Not due yet"


def state_of(due_on: date | None, day: date) -> DoorState:
    """Return how a door stands; one without a rule is never due.

    >>> state_of(date(2026, 6, 1), date(2026, 6, 2))
    <DoorState.OVERDUE: 'overdue'>
    >>> state_of(date(2026, 6, 9), date(2026, 6, 2))
    <DoorState.DUE: 'due'>
    """
    if due_on is None or due_on > day + timedelta(days=SOON_DAYS):
        return DoorState.FINE
    return DoorState.OVERDUE if due_on < day else DoorState.DUE


@dataclass(frozen=True, slots=True)
class Door:
    """A door of the list on a day.

    `last` is the day on which somebody was let in, `tries` counts since then how often nobody was at home.
    `name`, `phone` and `note` are None for readers who do not visit it.
    """

    code: str
    building_id: int
    building: str
    compound_id: int | None
    grid: str
    unit: int | None
    room: str | None
    kind: HouseholdKind
    due_on: date | None
    state: DoorState
    last: date | None
    tries: int
    lon: float
    lat: float
    grid_id: int
    community_id: int
    name: str | None = None
    phone: str | None = None
    note: str | None = None

    def label(self, language: str) -> str:
        """Return the door in ``zh`` or ``en``: unit and room, or the whole building."""
        if self.kind is HouseholdKind.BUILDING:
            return self.kind.label(language)
        unit = ""
        if self.unit:
            unit = f"{self.unit}单元" if language == "zh" else f"Unit {self.unit} "
        return f"{unit}{self.room or ''}".strip()


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one stop to the next: metres, whether along roads, points (lon, lat) of it."""

    metres: float
    by_road: bool
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A building of the round with its doors, and the way to it from the stop before (None: the first)."""

    building_id: int
    building: str
    lon: float
    lat: float
    doors: tuple[Door, ...]
    leg: Leg | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """The way through the doors that are due; `left` counts doors that did not fit in.

    `by_road` and `straight` are metres: along roads, and where no road leads or it is only across a yard.
    """

    day: date
    stops: tuple[Stop, ...] = ()
    left: int = 0

    @property
    def doors(self) -> int:
        """Doors of the round."""
        return sum(len(stop.doors) for stop in self.stops)

    @property
    def by_road(self) -> float:
        """Metres along roads."""
        return sum(stop.leg.metres for stop in self.stops if stop.leg and stop.leg.by_road)

    @property
    def straight(self) -> float:
        """Metres in a straight line."""
        return sum(stop.leg.metres for stop in self.stops if stop.leg and not stop.leg.by_road)


@dataclass(frozen=True, slots=True)
class Matter:
    """A need or a dispute as it was met at the door: what it is about, and in which words."""

    kind: str
    category_code: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit as a phone sends it; `day` and `time` are those at the door, in Asia/Shanghai."""

    key: str
    body_sha256: str
    household: str
    day: date
    time: str
    outcome: DoorOutcome
    satisfaction: int | None = None
    note: str | None = None
    matters: tuple[Matter, ...] = ()
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class Raised:
    """A report that a visit raised, and who follows it up."""

    number: str
    kind: str
    text: str
    stage: Stage
    owner: str | None
    day: date


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit that stands on record: when, by whom, what came of it; `raised` are its reports."""

    id: int
    day: date
    time: str
    outcome: DoorOutcome
    satisfaction: int | None
    note: str | None
    person: str | None
    raised: tuple[Raised, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to a visit: the same for the first sending and every replay."""

    household: str
    numbers: tuple[str, ...]
    next_due: date | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Doors and visits of a grid, a worker or the whole.

    `visited` and `not_home` are of the last 30 days, `satisfaction` is the mean of their grades (None: none),
    `raised` and `still_open` count reports of these days.
    """

    doors: int = 0
    overdue: int = 0
    due: int = 0
    never: int = 0
    visited: int = 0
    not_home: int = 0
    satisfaction: float | None = None
    raised: int = 0
    still_open: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid with its worker and counts."""

    code: str
    name: str
    community_code: str
    community: str
    worker: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """Somebody who visits: her doors, and what she did in the last 30 days."""

    person_id: int
    name: str
    grid: str
    doors: int
    overdue: int
    due: int
    visited: int
    not_home: int
    last: date | None


@dataclass(frozen=True, slots=True)
class Board:
    """The supervisor's table: grids with the most overdue doors first, workers, doors by kind, the whole."""

    day: date
    grids: tuple[GridRow, ...] = ()
    workers: tuple[WorkerRow, ...] = ()
    kinds: tuple[tuple[HouseholdKind, int, int], ...] = ()
    whole: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class DueBuilding:
    """A building with doors that are due: for the map of the staff."""

    building_id: int
    building: str
    lon: float
    lat: float
    overdue: int
    due: int


@dataclass(frozen=True, slots=True)
class KindRule:
    """After how many days a kind is due again, since when; `coming`: another number from a day on."""

    kind: HouseholdKind
    days: int
    since: date
    coming: tuple[date, int] | None = None
