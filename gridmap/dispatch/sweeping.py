"""The sweep: what is out of time climbs, what is due soon is announced, no report is left deserted.

It runs each minute and is safe to run twice, on two machines, or after a day's outage: reports are
taken row by row and what was done is on record in the same transaction. A report climbs one rung a
sweep at most, however late: the next rung gets its full time, for it has not seen it before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch import deadlines, ladder, lifecycle, telling
from gridmap.dispatch.cases import Change, on_rung, spent
from gridmap.dispatch.changes import taken_up
from gridmap.dispatch.clocks import Deadline
from gridmap.dispatch.ladder import Reason, Standing
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries import full, moves
from gridmap.dispatch.queries import sweep as queries
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.tables import Follower
from gridmap.geolocation.location import PostHeld
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice
from gridmap.store import audit
from gridmap.terms import Rung, Stage
from gridmap.timespan import local_day

BATCH: Final = 500
"""Reports a transaction: a desk that wants one of them waits a fraction of a second at most."""

OpenTransaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Swept:
    """How many reports a sweep moved by their clock, reminded, and handed to a new post."""

    moved: int
    reminded: int
    handed_over: int


def sweep(open_transaction: OpenTransaction, now: datetime, batch: int = BATCH) -> Swept:
    """Run the whole sweep, a transaction a batch, until nothing is left to do.

    Args:
        open_transaction: opens a transaction that commits when its block ends.
        now: this moment; all of the sweep is as of it.
        batch: most reports a transaction.
    """
    return Swept(
        handed_over=_hand_over_all(open_transaction, now, batch),
        moved=_until_done(open_transaction, lambda session: climb(session, now, batch)),
        reminded=_until_done(open_transaction, lambda session: remind(session, now, batch)),
    )


def _until_done(open_transaction: OpenTransaction, work: Callable[[Session], int]) -> int:
    total = 0
    while True:
        with open_transaction() as session:
            done = work(session)
        if done == 0:
            return total
        total += done


def climb(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Move one batch of reports whose time has run out; return how many.

    Filed, accepted and handled ones climb; a check climbs to another checker; an unanswered
    question closes; a suspended report goes on. Where nobody is above, overdue goes on record once.
    """
    ids = queries.overdue(session, now, limit)
    if not ids:
        return 0
    rows = full.reports_by_id(session, ids)
    owned = [row.owner_post_id for row in rows if row.owner_post_id is not None]
    owners = queries.kinds_in_post(session, owned, local_day(now)) if owned else {}
    posts = _Posts(session, rows, now)

    def moved(row: Found) -> tuple[Action, Change]:
        if row.stage == Stage.SUSPENDED:
            return Action.RESUMED, taken_up(row, owners.get(row.owner_post_id), posts.at(row))
        return _out_of_time(row, posts.at(row), now)

    _write(session, [(row, *moved(row)) for row in rows], now)
    return len(rows)


def _out_of_time(row: Found, posts: list[PostHeld], now: datetime) -> tuple[Action, Change]:
    """It climbs only to somebody: where nobody is above, it stays with whoever has it."""
    stage, rung = Stage(row.stage), Rung(row.rung)
    if stage is Stage.ASKING:
        return Action.LAPSED, Change(rung, row.holder_post_id, values={"closed_at": now})
    higher = ladder.above(rung)
    if higher is None:
        return Action.OVERDUE, Change(rung, row.holder_post_id, (Reason.OUT_OF_TIME,))
    handler = row.handler_id if stage is Stage.CHECKING else None
    standing = ladder.first_holder(higher, posts, but=handler)
    if standing.holder is None:
        reasons = (Reason.OUT_OF_TIME, *standing.reasons)
        return Action.OVERDUE, Change(rung, row.holder_post_id, reasons)
    return Action.CLIMBED, on_rung(standing, Reason.OUT_OF_TIME, sender_rung=None)


class _Posts:
    """Who is in post today at the places of many reports; one statement."""

    def __init__(self, session: Session, rows: Iterable[Found], now: datetime) -> None:
        self._by_target: dict[tuple[str, int | None], list[PostHeld]] = {}
        places = [moves.place_ids(row) for row in rows]
        held = moves.posts_at(session, places, local_day(now)) if places else []
        seats = {place.community_id for place in places} | {place.township_id for place in places}
        for post in held:
            self._by_target.setdefault(_seat(post, seats), []).append(post)

    def at(self, row: Found) -> list[PostHeld]:
        """Return who is in post at a report's place, from its building up to the county."""
        place = moves.place_ids(row)
        targets: tuple[tuple[str, int | None], ...] = (
            ("building", place.building_id),
            ("compound", place.compound_id),
            ("grid", place.grid_id),
            ("area", place.community_id),
            ("area", place.township_id),
            ("county", None),
        )
        return [
            post
            for target in targets
            if target[1] is not None or target[0] == "county"
            for post in self._by_target.get(target, ())
        ]


def _seat(post: PostHeld, areas: set[int | None]) -> tuple[str, int | None]:
    for kind in ("building", "compound", "grid"):
        target = getattr(post, f"{kind}_id")
        if target is not None:
            return kind, target
    return ("area", post.area_id) if post.area_id in areas else ("county", None)


def _write(
    session: Session, changed: Sequence[tuple[Found, Action, Change]], now: datetime
) -> None:
    """Write many moves of the clock: reports, steps, messages, one line of the audit log."""
    if not changed:
        return
    timer = _Timer(session, [row for row, _, _ in changed], now)
    made = [_Made(row, action, change, timer) for row, action, change in changed]
    asked = [row.id for row, action, _ in changed if action in telling.TO_REPORTER]
    followers = defaultdict(list)
    for follower in full.followers_of(session, *asked) if asked else ():
        followers[follower.report_id].append(follower)
    queries.move_all(session, [one.report() for one in made])
    queries.add_steps(session, [one.step() for one in made])
    telling.tell_many(session, [one.told(followers[one.row.id]) for one in made], now)
    counts = Counter(str(action) for _, action, _ in changed)
    audit.record(session, "swept", "report", "many", now=now, **counts)
    session.flush()


class _Timer:
    """Deadlines that begin now; reports of one category and stage share theirs."""

    def __init__(self, session: Session, rows: Iterable[Found], now: datetime) -> None:
        self.now = now
        self._clocks = deadlines.clocks_for(session, *{row.category_id for row in rows})
        self._known: dict[tuple[Stage, int], Deadline | None] = {}

    def deadline(self, stage: Stage, category_id: int) -> Deadline | None:
        """Return the deadline of a stage that begins now."""
        key = (stage, category_id)
        if key not in self._known:
            self._known[key] = self._clocks.deadline(stage, category_id, self.now)
        return self._known[key]


class _Made:
    """One move of the clock, as the rows that it writes; all rows of a sweep have equal columns."""

    def __init__(self, row: Found, action: Action, change: Change, timer: _Timer) -> None:
        self.row, self.action, self.change, self.now = row, action, change, timer.now
        before = Stage(row.stage)
        move = lifecycle.move_of(before, action, part=row.parent_id is not None)
        self.stage = move.target or before
        self.kept = lifecycle.keeps_clock(move, before, self.stage) and not spent(row, change)
        self.deadline = None if self.kept else timer.deadline(self.stage, row.category_id)

    @property
    def due_at(self) -> datetime | None:
        """When the stage after the move is due."""
        if self.kept:
            known: datetime | None = self.row.due_at
            return known
        return self.deadline.due_at if self.deadline else None

    def report(self) -> dict[str, Any]:
        """Return the new columns of the report."""
        row = self.row
        clock = deadlines.columns(self.deadline)
        if self.kept:
            clock = {"due_at": row.due_at, "remind_at": row.remind_at, "acts_at": row.acts_at}
        if self.action is Action.OVERDUE:
            # overdue at the top once: the clock has no more to do, nor to announce
            clock |= {"remind_at": None, "acts_at": None}
        return {
            "id": row.id,
            "version": row.version + 1,
            "stage": self.stage,
            "rung": self.change.rung,
            "holder_post_id": self.change.holder_post_id,
            "stage_since": row.stage_since if self.stage == row.stage else self.now,
            **{name: getattr(row, name) for name in _CARRIED},
            **self.change.values,
            **clock,
        }

    def step(self) -> dict[str, Any]:
        """Return the step on record."""
        return {
            "report_id": self.row.id,
            "sequence": self.row.version + 1,
            "action": self.action,
            "stage": self.stage,
            "rung": self.change.rung,
            "at": self.now,
            "holder_post_id": self.change.holder_post_id,
            "reasons": list(self.change.reasons),
            "due_at": self.due_at,
            "rule": self.deadline.rule if self.deadline else None,
        }

    def told(self, followers: Sequence[Follower]) -> tuple[telling.Matter, Action, int | None]:
        """Return what is told of it."""
        row, asked = self.row, self.action in telling.TO_REPORTER
        matter = replace(
            telling.matter_of(row),
            sequence=row.version + 1,
            stage=self.stage,
            rung=self.change.rung,
            due_at=self.due_at,
            listeners=telling.listeners(row, followers) if asked else (),
        )
        return matter, self.action, self.change.holder_post_id


_CARRIED: Final = ("entrusted", "agency_id", "owner_post_id", "sender_rung", "closed_at")
"""Columns that some moves of the clock change: the others carry them on."""


def remind(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Tell the holders of one batch of reports that the time is nearly over; return how many."""
    ids = queries.due_soon(session, now, limit)
    if not ids:
        return 0
    rows = full.reports_by_id(session, ids)
    keepers = moves.keepers(
        session, [row.holder_post_id for row in rows if row.holder_post_id], local_day(now)
    )
    notices = [
        Notice(
            Event.REMINDED,
            f"{row.number}:{row.version}:reminded",
            telling.values(telling.matter_of(row), held, "zh", f"/desk/{row.number}"),
            person_id=keeper.person_id,
            number=row.number,
            community_id=row.community_id,
        )
        for row in rows
        for held in [tuple(keepers.get(row.holder_post_id or 0, ()))]
        for keeper in held
    ]
    messaging.post(session, notices, now)
    queries.clear_reminders(session, ids)
    return len(ids)


def _hand_over_all(open_transaction: OpenTransaction, now: datetime, batch: int) -> int:
    total, after = 0, 0
    while True:
        with open_transaction() as session:
            ids = queries.deserted(session, local_day(now), after=after, limit=batch)
            total += _hand_over(session, ids, now) if ids else 0
        if not ids:
            return total
        after = ids[-1]


def _hand_over(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Give deserted reports to who is in post now; those for whom nobody is stay as they are."""
    rows = full.reports_by_id(session, ids)
    posts = _Posts(session, rows, now)
    agencies = {row.agency_id for row in rows if row.agency_id is not None}
    handlers = queries.agency_handlers(session, agencies, local_day(now)) if agencies else {}
    changed = [
        (row, Action.HANDED_OVER, change)
        for row in rows
        for change in [_heir(row, posts.at(row), handlers)]
        if change.holder_post_id != row.holder_post_id
    ]
    _write(session, changed, now)
    return len(changed)


def _heir(row: Found, posts: list[PostHeld], handlers: dict[int, PostHeld]) -> Change:
    """The agency's next handler; else the rung's, or the first one above where somebody is.

    Where nobody is so far up, it starts anew on the lowest rung that can take it: it never waits
    for a post above while one below could do it.
    """
    handler = handlers.get(row.agency_id or 0)
    if handler is not None:
        owner = {"owner_post_id": handler.post_id} if row.owner_post_id else {}
        return Change(Rung(row.rung), handler.post_id, (Reason.POST_ENDED,), owner)
    change = on_rung(_next(row, posts), Reason.POST_ENDED)
    if row.stage != Stage.SUSPENDED:
        return change
    if change.holder_post_id is None:
        return Change(Rung(row.rung), row.holder_post_id)
    values = {**change.values, "owner_post_id": change.holder_post_id, "entrusted": True}
    return Change(change.rung, change.holder_post_id, change.reasons, values)


def _next(row: Found, posts: list[PostHeld]) -> Standing:
    if row.stage == Stage.CHECKING:
        return ladder.other_than(row.handler_id, Rung(row.rung), posts)
    standing = ladder.first_holder(Rung(row.rung), posts)
    if standing.holder is not None:
        return standing
    anew = ladder.start(
        Rung(row.first_rung),
        posts,
        placed=row.grid_id is not None,
        in_building=row.building_id is not None,
    )
    return anew if anew.holder is not None else standing
