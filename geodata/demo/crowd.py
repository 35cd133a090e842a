"""Who lives, files and answers in the demo county: read from the ledger once, asked by day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from sqlalchemy.orm import Session

from geodata.demo import crowd_queries as queries
from geodata.demo.crowd_queries import Lot
from geodata.demo.dice import Dice
from geodata.demo.habits import Stand
from gridmap.accounts.authority import HeldPost, Scope, scope_of
from gridmap.terms import POST_TARGETS, PostKind


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who is signed in: a person with the posts of the day, without an account."""

    account_id: Any  # people of the demo county have none: the audit log names nobody
    person_id: int
    scope: Scope


@dataclass(frozen=True, slots=True)
class Held:
    """A post as the crowd knows it."""

    id: int
    kind: PostKind
    person_id: int
    target_id: int
    line: str | None
    since: date
    until: date | None

    def on(self, day: date) -> bool:
        """Tell whether it is held on a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Crowd:
    """People in post, homes and streets of a county; everything is read when it is made."""

    def __init__(self, session: Session, day: date) -> None:
        self._posts = {
            row[0]: Held(row[0], PostKind(row[1]), *row[2:]) for row in queries.posts(session)
        }
        self._of_person: dict[int, list[Held]] = defaultdict(list)
        self._at: dict[tuple[str, int], list[Held]] = defaultdict(list)
        for post in self._posts.values():
            self._of_person[post.person_id].append(post)
            self._at[POST_TARGETS[post.kind], post.target_id].append(post)
        self._township = queries.townships(session)
        self._homes = _Lots(queries.homes(session, day))
        self._streets = _Lots(queries.streets(session, day))
        self._workers: dict[tuple[int, date], Worker] = {}

    def spot(self, dice: Dice, *, in_street: bool) -> Lot:
        """Draw a place: a home by its households, or somewhere on a street."""
        lots = self._streets if in_street and self._streets else self._homes
        return lots.draw(dice)

    def worker(self, post_id: int | None, day: date) -> Worker | None:
        """Return who holds a post on a day, with all her posts; None where nobody does."""
        post = self._posts.get(post_id or 0)
        if post is None or not post.on(day):
            return None
        key = (post.person_id, day)
        if key not in self._workers:
            if len(self._workers) > len(self._of_person):
                self._workers.clear()
            held = [
                HeldPost(one.id, one.kind, one.target_id, "")
                for one in self._of_person[post.person_id]
                if one.on(day)
            ]
            self._workers[key] = Worker(None, post.person_id, scope_of(held, ()))
        return self._workers[key]

    def helper(self, stand: Stand, day: date, dice: Dice) -> int | None:
        """Draw somebody beside the ladder for a report: of an agency, the property company, a part-timer."""
        helpers = [
            *self._held("compound", stand.compound_id, (PostKind.PROPERTY_MANAGER,), day),
            *self._held("grid", stand.grid_id, (PostKind.PART_TIME_WORKER,), day)[:3],
            *self.agencies(stand.line, day)[:3],
        ]
        return dice.pick(helpers).id if helpers else None

    def agencies(self, line: str, day: date) -> list[Held]:
        """Return a handler of each agency of a line; of any agency where the line has none."""
        handlers = [
            post
            for post in self._posts.values()
            if post.kind is PostKind.AGENCY_HANDLER and post.on(day)
        ]
        fitting = [post for post in handlers if post.line == line] or handlers
        return list({post.target_id: post for post in reversed(fitting)}.values())[::-1]

    def owner(self, stand: Stand, day: date) -> int | None:
        """Return who becomes owner of record: the community's secretary, else its director."""
        kinds = (PostKind.SECRETARY, PostKind.DIRECTOR)
        held = self._held("area", stand.community_id, kinds, day)
        return held[0].id if held else None

    def supervisor(self, stand: Stand, day: date) -> Worker | None:
        """Return who supervises a report: the township's desk, else the community's secretary."""
        township = self._township.get(stand.community_id or 0)
        held = [
            *self._held("area", township, (PostKind.TOWNSHIP_DESK,), day),
            *self._held("area", stand.community_id, (PostKind.SECRETARY,), day),
        ]
        return self.worker(held[0].id, day) if held else None

    def grid_worker(self, grid_id: int | None, day: date) -> Held | None:
        """Return the full-time worker of a grid on a day."""
        return next(iter(self._held("grid", grid_id, (PostKind.GRID_WORKER,), day)), None)

    def _held(
        self, target: str, target_id: int | None, kinds: Sequence[PostKind], day: date
    ) -> list[Held]:
        at = self._at.get((target, target_id or 0), ())
        return [post for post in at if post.kind in kinds and post.on(day)]


class _Lots:
    """Lots to draw from, by weight."""

    def __init__(self, lots: Iterable[Lot]) -> None:
        self._lots = [lot for lot in lots if lot.weight > 0]
        self._ends = list(accumulate(lot.weight for lot in self._lots))

    def __bool__(self) -> bool:
        return bool(self._lots)

    def draw(self, dice: Dice) -> Lot:
        """Draw one."""
        place = bisect_right(self._ends, dice.between(0, self._ends[-1]))
        return self._lots[min(place, len(self._lots) - 1)]
