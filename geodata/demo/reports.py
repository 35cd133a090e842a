"""Reports of the demo county: filed, moved and answered through the real services, as time goes by.

Time moves on event by event: filings are drawn beforehand, every step draws what is done next and
when, the sweep runs every hour. The same seed over the same county gives the same reports, steps
and answers; only keys of links and idempotency are of chance.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from heapq import heappop, heappush
from typing import Final

from sqlalchemy.orm import Session

from geodata.demo import crowd_queries as queries
from geodata.demo.complaints import COMPLAINTS, HOURS, URGENT, WEEKDAYS, Complaint
from geodata.demo.crowd import Crowd
from geodata.demo.deeds import Deeds, Mains
from geodata.demo.dice import Dice
from geodata.demo.habits import Intent, Stand, drawn, moment_in, next_intent
from gridmap.dispatch import catalogue, service, sweeping
from gridmap.dispatch.reports import Filing
from gridmap.errors import GridmapError
from gridmap.geolocation.rules import Place
from gridmap.terms import PlaceSource, Stage
from gridmap.timespan import local_day, start_of

SLOT: Final = timedelta(minutes=15)
"""Events of a slot share a transaction; a report moves once in it."""
SWEEP_EVERY: Final = timedelta(hours=1)
RECENT_DAYS: Final = 10
RECENT_REPORTS: Final = 130
MOST_TRIES: Final = 4
BY_WORKERS: Final = 0.12
WITH_PHONE: Final = 0.7
ASTRAY: Final = 0.006
"""Reports whose pin lies far off: some of them in no grid."""
DEGREES_A_METRE: Final = 1e-5

OpenTransaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Load:
    """So many reports between two moments, by a seed; steps stop at the end.

    `sweep_every`: in the product the sweep runs each minute; here rarer, to get through a year.
    """

    reports: int
    start: datetime
    end: datetime
    seed: int = 1
    sweep_every: timedelta = SWEEP_EVERY


@dataclass
class Made:
    """What a simulation did: reports filed, steps by action, refusals by code, what the sweeps moved."""

    filed: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    swept: int = 0
    reminded: int = 0


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that is to be done with a version of a report."""

    report_id: int
    version: int
    intent: Intent
    tries: int = 0


def simulate(
    open_transaction: OpenTransaction,
    load: Load,
    told: Callable[[int], object] = lambda _filed: None,
) -> Made:
    """File and move a load of reports through the real services.

    Args:
        open_transaction: opens a transaction that commits when its block ends.
        load: how many reports, from when to when.
        told: is told of every few filed reports, for a progress bar.
    """
    return _Year(open_transaction, load, told).run()


def filings(load: Load) -> list[tuple[datetime, Complaint]]:
    """Return when which complaints come in, in order: by season, weekday and hour."""
    days = [
        local_day(load.start) + timedelta(days=n)
        for n in range((local_day(load.end) - local_day(load.start)).days + 1)
    ]
    by_month = {
        month: {one: one.weight for one in COMPLAINTS if month in one.months}
        for month in {day.month for day in days}
    }
    weights = {day: WEEKDAYS[day.weekday()] for day in days}
    hours = dict(enumerate(HOURS))
    drawn_filings = []
    for index in range(load.reports):
        dice = Dice(load.seed, "filing", index)
        at = load.start
        while not load.start < at < load.end:
            day = drawn(weights, dice)
            at = moment_in(day, drawn(hours, dice), dice)
        drawn_filings.append((at, drawn(by_month[local_day(at).month], dice)))
    return sorted(drawn_filings, key=lambda filing: filing[0])


class _Year:
    """The event loop."""

    def __init__(
        self, open_transaction: OpenTransaction, load: Load, told: Callable[[int], object]
    ) -> None:
        self.open_transaction = open_transaction
        self.load = load
        self.told = told
        self.made = Made()
        self.stands: dict[int, Stand] = {}
        self.mains = Mains()
        self.events: list[tuple[datetime, int, _Deed]] = []
        self.events_made = 0
        with open_transaction() as session:
            queries.begin_categories(session, local_day(load.start))
            self.crowd = Crowd(session, local_day(load.start))
            self.is_working = catalogue.work_calendar(session).is_working
        self.deeds = Deeds(self.crowd, self.mains, load.seed)

    def run(self) -> Made:
        """Let time pass from start to end."""
        coming = deque(enumerate(filings(self.load)))
        now, next_sweep = self.load.start, self.load.start + self.load.sweep_every
        while now < self.load.end:
            until = min(now + SLOT, self.load.end)
            self._slot(coming, until)
            now = until
            if now >= next_sweep:
                self._sweep(now)
                next_sweep += self.load.sweep_every
        return self.made

    def _slot(self, coming: deque[tuple[int, tuple[datetime, Complaint]]], until: datetime) -> None:
        due_filings = []
        while coming and coming[0][1][0] < until:
            due_filings.append(coming.popleft())
        due = []
        while self.events and self.events[0][0] < until:
            due.append(heappop(self.events)[2])
        if not due and not due_filings:
            return
        with self.open_transaction() as session:
            numbers = [self._file(session, index, *filing) for index, filing in due_filings]
            moved = {deed.report_id: self._do(session, deed) for deed in due if self._stands(deed)}
            ids = {report_id for report_id, at in moved.items() if at is not None}
            fresh = queries.stands(
                session, numbers=[number for number in numbers if number], ids=ids, wholes=ids
            )
        self.told(len(numbers))
        self._plan(fresh, until)

    def _stands(self, deed: _Deed) -> bool:
        return self.stands[deed.report_id].version == deed.version

    def _file(self, session: Session, index: int, at: datetime, complaint: Complaint) -> str | None:
        filing = self._filing(index, local_day(at), complaint)
        try:
            number = service.file(session, filing, at).number
        except GridmapError as refusal:
            self.made.refused[refusal.code] += 1
            return None
        self.made.filed += 1
        return number

    def _filing(self, index: int, day: date, complaint: Complaint) -> Filing:
        dice = Dice(self.load.seed, "words", index)
        key = f"demo-{self.load.seed}-{self.load.start:%Y%m%d%H}-{index}"
        lot = self.crowd.spot(dice, in_street=complaint.in_street)
        source = drawn({PlaceSource.PIN: 5, PlaceSource.GPS: 3, PlaceSource.SEARCH: 2}, dice)
        accuracy = round(dice.between(5, 30), 1) if source is PlaceSource.GPS else None
        off = (3000 if dice.chance(ASTRAY) else (accuracy or 4) / 2) * DEGREES_A_METRE
        place = Place(
            round(lot.lon + dice.between(-off, off), 6),
            round(lot.lat + dice.between(-off, off), 6),
            "wgs84",
            accuracy,
            source,
        )
        worker = self.crowd.grid_worker(lot.grid_id, day) if dice.chance(BY_WORKERS) else None
        phone = f"1380000{dice.whole(0, 9999):04d}" if dice.chance(WITH_PHONE) else None
        return Filing(
            idempotency_key=key,
            body_sha256=sha256(key.encode()).hexdigest(),
            category_code=complaint.code,
            description=f"{dice.pick(complaint.words)}，{dice.pick(URGENT)}".rstrip("，"),
            place=place,
            phone=None if worker else phone,
            filed_by=worker.person_id if worker else None,
        )

    def _do(self, session: Session, deed: _Deed) -> datetime | None:
        """Do a deed; return when, or None where it was refused and is tried again later."""
        stand, at = self.stands[deed.report_id], deed.intent.at
        try:
            action = self.deeds.do(session, stand, deed.intent)
        except GridmapError as refusal:
            self.made.refused[refusal.code] += 1
            if deed.tries < MOST_TRIES:
                self._plan_one(stand, at + SLOT, deed.tries + 1)
            return None
        if action is None:
            return None
        self.made.moves[action] += 1
        return at

    def _sweep(self, now: datetime) -> None:
        swept = sweeping.sweep(self.open_transaction, now)
        self.made.swept += swept.moved + swept.handed_over
        self.made.reminded += swept.reminded
        if swept.moved or swept.handed_over:
            with self.open_transaction() as session:
                fresh = queries.stands(session, ids=queries.moved_at(session, now))
            self._plan(fresh, now)

    def _plan(self, fresh: Iterable[Stand], now: datetime) -> None:
        for stand in fresh:
            known = self.stands.get(stand.id)
            if known is not None and known.version == stand.version:
                continue
            self.stands[stand.id] = stand
            if stand.stage not in {Stage.JOINED, Stage.CLOSED}:
                self.mains.see(stand)
            self._plan_one(stand, now, 0)

    def _plan_one(self, stand: Stand, now: datetime, tries: int) -> None:
        dice = Dice(self.load.seed, stand.number, stand.version, tries)
        intent = next_intent(stand, now, dice, self.is_working)
        if intent is None or intent.at >= self.load.end:
            return
        self.events_made += 1
        deed = _Deed(stand.id, stand.version, intent, tries)
        heappush(self.events, (max(intent.at, now), self.events_made, deed))


def recent(now: datetime) -> Load:
    """Return a small load for the days up to this moment: something in every stage to look at."""
    start = start_of(local_day(now) - timedelta(days=RECENT_DAYS))
    return Load(RECENT_REPORTS, start, now, sweep_every=timedelta(hours=3))
