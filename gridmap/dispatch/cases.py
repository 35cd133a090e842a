"""A move that is to be made, and what it changes: the two values that every rule of a move is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from gridmap.dispatch import ladder
from gridmap.dispatch.ladder import Reason, Standing
from gridmap.dispatch.queries import moves
from gridmap.dispatch.queries.moves import place_ids
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reports import Instruction, Reader
from gridmap.geolocation.location import PostHeld
from gridmap.terms import PostKind, Rung
from gridmap.timespan import local_day


@dataclass(frozen=True)
class Case:
    """A move that is to be made: the report's row, who makes it and when, and what she says."""

    session: Session
    row: Found
    reader: Reader | None
    said: Instruction
    now: datetime

    @property
    def day(self) -> date:
        """Day of the move: that of the posts."""
        return local_day(self.now)

    @property
    def rung(self) -> Rung:
        """Rung where the report stands."""
        return Rung(self.row.rung)

    @cached_property
    def posts(self) -> list[PostHeld]:
        """Who is in post today at the report's place, from its building up to the county."""
        return moves.posts_at(self.session, [place_ids(self.row)], self.day)

    @property
    def own_rung(self) -> Rung:
        """The lowest rung from the report's up at which the maker answers; the report's if none."""
        duties = self.reader.scope.posts if self.reader else ()
        for rung in ladder.RUNGS[ladder.RUNGS.index(self.rung) :]:
            if ladder.answering_post(rung, target_at(rung, self.row), duties) is not None:
                return rung
        return self.rung

    @property
    def own_post(self) -> int | None:
        """The post by which the maker acts: the one that holds it, else one that answers for it."""
        duties = self.reader.scope.posts if self.reader else ()
        held = {post.post_id for post in duties}
        if self.row.holder_post_id in held:
            holder: int = self.row.holder_post_id
            return holder
        for post in duties:
            if post.kind is PostKind.AGENCY_HANDLER and post.target_id == self.row.agency_id:
                return post.post_id
        return ladder.answering_post(self.own_rung, target_at(self.own_rung, self.row), duties)


@dataclass(frozen=True)
class Change:
    """Where a report stands after a move.

    `values` are further columns, `details` go on record with the step, `due` overrides the limits.
    """

    rung: Rung
    holder_post_id: int | None
    reasons: tuple[Reason, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    due: datetime | None = None
    category_id: int | None = None


def target_at(rung: Rung, row: Found) -> int | None:
    """Return the id of what a report lies in at a rung."""
    targets: dict[Rung, int | None] = {
        Rung.BUILDING_GROUP: row.building_id,
        Rung.GRID_BRANCH: row.grid_id,
        Rung.COMMUNITY: row.community_id,
        Rung.TOWNSHIP: row.township_id,
    }
    return targets.get(rung)


def on_rung(standing: Standing, *why: Reason, **values: object) -> Change:
    """Return the change that puts a report on a rung of the ladder."""
    return Change(
        standing.rung,
        standing.holder.post_id if standing.holder else None,
        (*why, *standing.reasons),
        {"entrusted": False, "agency_id": None, "owner_post_id": None, **values},
    )


def spent(row: Found, change: Change) -> bool:
    """Tell whether the clock has acted for the last time, and the report goes to another rung.

    What was overdue at the top is handed down with a deadline of its own: else it never climbs again.
    """
    overdue: bool = row.due_at is not None and row.acts_at is None
    return overdue and change.rung != row.rung
