"""New boundaries take effect: open reports are placed again, and handed over where their place is another's.

As of the day every report that is not closed gets what locating its place anew gives it. A place that a
person set stays that place. The rung stays, and so does the deadline: moving a border gives nobody more
time. Whoever holds a report keeps it while her post is one of its place; else it goes to whom the ladder
gives for the new place. All of it is one transaction, and twice is the same as once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from gridmap.dispatch import telling
from gridmap.dispatch.cases import Change
from gridmap.dispatch.filing import as_located
from gridmap.dispatch.heirs import Stand, heir
from gridmap.dispatch.queries import replacing as queries
from gridmap.dispatch.queries import sweep
from gridmap.dispatch.queries.replacing import (
    IDS,
    VERDICTS,
    OpenReports,
    ids_text,
    verdicts_text,
)
from gridmap.dispatch.queries.rows import Found
from gridmap.geolocation import bulk
from gridmap.geolocation.location import Location, PostHeld
from gridmap.geolocation.rules import (
    BuildingVerdict,
    GridVerdict,
    Place,
    Verdicts,
)
from gridmap.geolocation.service import standing_at
from gridmap.geolocation.spots import Spots, rows_of
from gridmap.store import audit
from gridmap.terms import PlaceSource, Stage
from gridmap.timespan import local_day

BATCH: Final = 20_000
"""Reports that are read and written at a time, all of them in one transaction."""
Alternatives = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many reports were looked at, lie in another grid now, changed hands, and have nobody."""

    looked_at: int
    moved_grid: int
    handed_over: int
    without_holder: int


def replace_open(session: Session, now: datetime, *, communities: Collection[int]) -> Replaced:
    """Place all open reports of communities again, as of today, in the caller's transaction.

    Reports that lie in no community as yet are looked at, too, where they are near one of these.

    Args:
        session: open session.
        now: this moment; boundaries and posts are those of its day.
        communities: ids of the communities whose grids are others since today.
    """
    session.flush()
    day = local_day(now)
    box = queries.extent(session, communities, day) if communities else None
    if box is None:
        return Replaced(0, 0, 0, 0)
    work = _Work(session, now, bulk.region(session, box, day))
    after = 0
    while found := queries.open_reports(session, communities, day, after=after, limit=BATCH):
        work.take(found)
        after = found.id[-1]
    return work.finish()


@dataclass(frozen=True, eq=False, slots=True)
class _Spot:
    """Where reports lie now: words and ids that say so, what stands there, who has what lies there."""

    verdicts: str
    ids: tuple[int | None, ...]
    columns: Mapping[str, Any]
    location: Location
    changes: dict[tuple[Any, ...], Change | None] = field(default_factory=dict)
    fates: dict[tuple[object, ...], _Fate] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class _Fate:
    """What happens to reports: to those of one grid that stand alike it is often the same.

    `before`, `words` and `stage` are those of one of them: what changes for it, changes for all.
    """

    number: int
    before: tuple[int | None, ...]
    words: str
    stage: str
    spot: _Spot
    change: Change | None
    on_record: bool

    @property
    def grids(self) -> tuple[int | None, int | None]:
        """Ids of the grid that they lay in, and of the one that they lie in."""
        return self.before[_GRID], self.spot.ids[_GRID]

    def columns(self, names: Mapping[int, str]) -> dict[str, Any]:
        """Return it as `queries.write` takes it: only what changes."""
        new: dict[str, Any] = {}
        if self.words != self.spot.verdicts:
            new |= {name: self.spot.columns[name] for name in VERDICTS}
        pairs = zip(IDS, self.before, self.spot.ids, strict=True)
        new |= {name: now for name, before, now in pairs if before != now}
        change = self.change
        if change is not None:
            new |= {"rung": change.rung, "holder_post_id": change.holder_post_id}
            new |= {name: change.values[name] for name in ("entrusted", "agency_id")}
        before, after = ({"grid": names.get(grid or 0)} for grid in self.grids)
        return {
            "fate": self.number,
            "steps": int(self.on_record),
            "changes": list(new),
            **new,
            "reasons": list(change.reasons) if change else [],
            "details": {"before": before, "after": after} if before != after else {},
        }


@dataclass(frozen=True, eq=False, slots=True)
class _Moved:
    """What happens to reports by their ids, and the new alternatives of some of them."""

    fates: dict[int, _Fate]
    alternatives: dict[int, Alternatives]

    def but(self, ids: Collection[int]) -> _Moved:
        """Return it without these reports."""
        out = set(ids)
        return _Moved(
            {id_: fate for id_, fate in self.fates.items() if id_ not in out},
            {id_: found for id_, found in self.alternatives.items() if id_ not in out},
        )


class _Work:
    """All batches of one run: what they have in common, and what they made."""

    def __init__(self, session: Session, now: datetime, region: bulk.Region) -> None:
        self.session, self.now, self.region = session, now, region
        self.numbers: dict[tuple[object, ...], int] = {}
        self.spots: list[_Spot] = []
        self.in_post: dict[int, Found | None] = {}
        self.handlers: dict[int, PostHeld | None] = {}
        self.changes: dict[tuple[object, ...], Change] = {}
        self.fates: dict[tuple[object, ...], _Fate] = {}
        self.counts: Counter[str] = Counter()
        self.told: Counter[tuple[int, int | None]] = Counter()
        self.nobody: set[int] = set()

    def take(self, found: OpenReports) -> None:
        """Decide on a batch, lock what moves, decide anew where somebody was faster, write."""
        self.counts["looked_at"] += len(found)
        seen = dict(zip(found.id, found.version, strict=True))
        moved = self._decide(found)
        held = queries.lock(self.session, moved.fates.keys())
        stale = [id_ for id_ in moved.fates if held.get(id_) != seen[id_]]
        self._write(moved.but(stale))
        self.nobody.difference_update(stale)
        if stale and (anew := queries.reports_by_id(self.session, stale)):
            self._write(self._decide(anew))

    def _decide(self, found: OpenReports) -> _Moved:
        """Return what happens to reports; nothing to those that are not in it."""
        at, renewed = self._placed(found)
        self._meet(set(found.stands()))
        fates: dict[int, _Fate] = {}
        rows = zip(found.id, at, found.ids(), found.verdicts, found.stands(), strict=True)
        for id_, number, ids, words, stand in rows:
            spot = self.spots[number]
            change = self._change(stand, spot)
            has = change.holder_post_id if change else stand[_HOLDER]
            (self.nobody.discard if has else self.nobody.add)(id_)
            stays = change is None and ids == spot.ids and words == spot.verdicts
            if not stays or id_ in renewed:
                fates[id_] = self._fate((ids, words, stand[_STAGE]), spot, change)
        return _Moved(fates, renewed)

    def _fate(
        self, before: tuple[tuple[int | None, ...], str, str], spot: _Spot, change: Change | None
    ) -> _Fate:
        """What happens to a report, given what it lay in, and its stage; for many the same."""
        found = spot.fates.get((before, id(change)))
        if found is None:
            ids, words, stage = before
            new = tuple(map(_unless_same, ids, spot.ids))
            word = _unless_same(words, spot.verdicts)
            key = (new, ids[_GRID], word, id(change), stage == Stage.JOINED)
            on_record = change is not None or ids != spot.ids
            fate = _Fate(len(self.fates), *before, spot, change, on_record)
            found = spot.fates[before, id(change)] = self.fates.setdefault(key, fate)
        return found

    def _placed(self, found: OpenReports) -> tuple[list[int], dict[int, Alternatives]]:
        """Return the spot of each report (its number in `spots`), and new alternatives by its id."""
        at, renewed = [0] * len(found), dict[int, Alternatives]()
        new: list[tuple[Place, tuple[float, float], Verdicts]] = []
        for row, both in self.region.verdicts(self._where(found)):
            at[row] = number = self.numbers.setdefault(_key(*both), len(self.numbers))
            if number == len(self.spots) + len(new):
                new.append((_ANYWHERE, (0.0, 0.0), _bare(*both)))
            more = _renewed(found.alternatives[row], both)
            if more is not None:
                renewed[found.id[row]] = more
        if new:
            standing = standing_at(self.session, new, self.region.day)
            self.spots += [_spot(location) for location in standing]
        return at, renewed

    def _where(self, found: OpenReports) -> Spots:
        """Where reports lie and who said so: a person who set the place anew beats a phone."""
        moved = [id_ for id_, at in zip(found.id, found.version, strict=True) if at > 1]
        parts = (found.id[0], found.id[-1])
        people = queries.set_by_people(self.session, moved, parts=parts)
        radius = [
            _radius(people[id_]) if id_ in people else radius
            for id_, radius in zip(found.id, found.radius_m, strict=True)
        ]
        return Spots(
            np.array(found.lon),
            np.array(found.lat),
            np.array([one is not None for one in radius]),
            rows_of([None if one == _UNKNOWN else one for one in radius]),
        )

    def _meet(self, stands: Iterable[tuple[Any, ...]]) -> None:
        """Learn who of the holders is in post, and who handles for the agencies of the others."""
        known = [Stand(*stand) for stand in stands]
        posts = {one.holder_post_id for one in known if one.holder_post_id} - self.in_post.keys()
        if posts:
            held = queries.holders_in_post(self.session, posts, self.region.day)
            self.in_post |= {post: held.get(post) for post in posts}
        agencies = {one.agency_id for one in known if one.agency_id} - self.handlers.keys()
        if agencies:
            found = sweep.agency_handlers(self.session, agencies, self.region.day)
            self.handlers |= {agency: found.get(agency) for agency in agencies}

    def _change(self, standing: tuple[Any, ...], spot: _Spot) -> Change | None:
        """Who has a report once it lies there; None where that is who has it already."""
        if standing not in spot.changes:
            stand = Stand(*standing)
            holder = self.in_post.get(stand.holder_post_id or 0)
            handler = self.handlers.get(stand.agency_id or 0)
            found = heir(stand, spot.location, holder, handler)
            # equal ones are one, so that what is written together is known by it
            spot.changes[standing] = found and self.changes.setdefault(_content(found), found)
        return spot.changes[standing]

    def _write(self, moved: _Moved) -> None:
        if not moved.fates:
            return
        many = Counter(moved.fates.values())
        grids = {grid for fate in many for grid in fate.grids if grid}
        names = queries.grid_names(self.session, grids, self.region.day)
        given = {id_: fate.number for id_, fate in moved.fates.items()}
        made = [fate.columns(names) for fate in many]
        queries.write(self.session, given, moved.alternatives, made, self.now)
        for fate, count in many.items():
            self._count(fate, count)

    def _count(self, fate: _Fate, count: int) -> None:
        before, after = fate.grids
        self.counts["moved_grid"] += count * (before != after)
        if fate.change is not None:
            self.counts["handed_over"] += count
            post_id = fate.change.holder_post_id
            if post_id is not None and fate.stage != Stage.JOINED:
                self.told[post_id, fate.spot.location.community_id] += count

    def finish(self) -> Replaced:
        """Tell the new holders, each once, write the line of the audit log; return the counts."""
        telling.tell_replaced(self.session, self.told, self.now)
        self.counts["without_holder"] = len(self.nobody)
        made = Replaced(**{one.name: self.counts[one.name] for one in fields(Replaced)})
        if made.moved_grid or made.handed_over:
            audit.record(
                self.session, "reports_replaced", "report", "many", now=self.now, **asdict(made)
            )
        self.session.flush()
        return made


def _content(change: Change) -> tuple[object, ...]:
    return change.rung, change.holder_post_id, change.reasons, *change.values.values()


_STAGE, _HOLDER = Stand._fields.index("stage"), Stand._fields.index("holder_post_id")
_GRID: Final = IDS.index("grid_id")
_UNKNOWN: Final = -1.0
_SAME: Final = object()
_ANYWHERE: Final = Place(0.0, 0.0, "wgs84")


def _unless_same(before: object, now: object) -> object:
    return _SAME if before == now else now


def _spot(location: Location) -> _Spot:
    columns = as_located(location)
    words = verdicts_text(*(columns[name] for name in VERDICTS))
    return _Spot(words, tuple(columns[name] for name in IDS), columns, location)


def _radius(place: Mapping[str, Any]) -> float | None:
    """The radius of a place that a person set: None unless her own phone gave it."""
    if place.get("source") != PlaceSource.GPS:
        return None
    radius = place.get("accuracy_m")
    return _UNKNOWN if radius is None else float(radius)


def _key(grid: GridVerdict, building: BuildingVerdict) -> tuple[object, ...]:
    found = (grid.status, grid.faults, grid.id)
    return (*found, building.status, building.faults, building.id, building.compound_id)


def _bare(grid: GridVerdict, building: BuildingVerdict) -> Verdicts:
    return replace(grid, alternatives=()), replace(building, alternatives=())


def _renewed(stored: str, both: Verdicts) -> Alternatives | None:
    """Return new alternatives; None where they name the same grids and buildings as those stored."""
    grids, buildings = both[0].alternatives, both[1].alternatives
    if not (stored or grids or buildings):
        return None
    if stored == ids_text([one.id for one in grids], [one.id for one in buildings]):
        return None
    return {
        "grids": [one.record() for one in grids],
        "buildings": [one.record() for one in buildings],
    }
