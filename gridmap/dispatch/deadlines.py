"""Until when: the deadline of a stage, from the category's limits and the county's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.dispatch import catalogue, clocks
from gridmap.dispatch.categories import Limit, LimitedStep, LoopStep
from gridmap.dispatch.clocks import Deadline, WorkCalendar
from gridmap.dispatch.lifecycle import LIMITED_STEP
from gridmap.dispatch.queries import catalogue as queries
from gridmap.terms import Stage


@dataclass(frozen=True)
class Clocks:
    """The county's calendar and limits, with those of some categories, read once for many reports."""

    calendar: WorkCalendar
    own: Mapping[LoopStep, Limit]
    categories: Mapping[int, Mapping[LimitedStep, Limit]]

    def deadline(self, stage: Stage, category_id: int, start: datetime) -> Deadline | None:
        """Return the deadline of a stage that begins at a moment; None for stages without one."""
        if stage is Stage.ASKING:
            limit = self.own[LoopStep.ASK]
            return clocks.deadline(self.calendar, limit, LoopStep.ASK, start, category_id=None)
        step = LIMITED_STEP[stage]
        if step is None:
            return None
        limit = self.categories[category_id][step]
        return clocks.deadline(self.calendar, limit, step, start, category_id=category_id)

    def promised(self, category_id: int, filed_at: datetime) -> datetime:
        """Return when a report is to be handled by: the limit to accept it, then that to handle it."""
        limits = self.categories[category_id]
        accepted = self.calendar.due(filed_at, limits[LimitedStep.ACCEPT])
        return self.calendar.due(accepted, limits[LimitedStep.HANDLE])


def clocks_for(session: Session, *category_ids: int) -> Clocks:
    """Return the clocks for reports of these versions of categories."""
    versions = queries.category_versions(session, category_ids)
    return Clocks(
        calendar=catalogue.work_calendar(session),
        own=catalogue.loop_limits(session),
        categories={key: catalogue.limits_of(version) for key, version in versions.items()},
    )


def columns(deadline: Deadline | None) -> dict[str, Any]:
    """Return the columns of a report that keep its deadline."""
    if deadline is None:
        return {"due_at": None, "remind_at": None, "acts_at": None}
    return {
        "due_at": deadline.due_at,
        "remind_at": deadline.remind_at,
        "acts_at": deadline.due_at,
    }
