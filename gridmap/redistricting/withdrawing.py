"""A published plan is taken back before its day: what was written for it goes, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.ledger.areas import GridVersion
from gridmap.ledger.buildings import GridBuilding
from gridmap.ledger.geography import RoadGrid
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Post, StandIn
from gridmap.redistricting import reviewing
from gridmap.redistricting.journal import Journal
from gridmap.redistricting.opening import require
from gridmap.redistricting.queries import adoption as queries
from gridmap.redistricting.queries import spans
from gridmap.redistricting.queries import tasks as task_queries
from gridmap.redistricting.refusals import NotPublishable
from gridmap.redistricting.states import PlanAction, PlanState
from gridmap.redistricting.tables import Adoption
from gridmap.store.base import Dated
from gridmap.timespan import local_day

TABLES: Final[Mapping[str, tuple[type[Dated], str, str]]] = {
    "stand_in": (StandIn, "代班", "Stand-ins"),
    "post": (Post, "任职", "Posts"),
    "party_version": (PartyVersion, "党组织", "Party organisations"),
    "road_grid": (RoadGrid, "道路归属", "Roads"),
    "grid_building": (GridBuilding, "楼栋归属", "Buildings"),
    "grid_version": (GridVersion, "网格", "Grids"),
}
"""What a publication writes, in the order in which it is taken back; with words for refusals."""


def withdraw(
    session: Session, planner: SignedIn, plan_id: int, now: datetime, note: str = ""
) -> Adoption:
    """Take back a published plan before its day.

    Rows that would have begun on the day go, rows that would have ended go on. Codes of grids that never
    were stay used up. Tasks that were accepted before are taken back, too; those of earlier publications that
    it had closed are open again.

    Args:
        session: open session.
        planner: who withdraws.
        plan_id: the plan.
        now: this moment.
        note: why.

    Raises:
        NotAllowed: no planner.
        NotFound: there is no such plan.
        WrongPlanState: it is not published.
        NotPublishable: its day has come; or something that it wrote has been changed since, by another
            publication or by hand; or an import is running.
    """
    require(planner)
    row = reviewing.held(session, plan_id, PlanAction.WITHDRAW, None)
    if not queries.hold_ledger(session):
        raise _refused(
            "有数据正在导入，请等它结束后再试。",
            "An import is running; try again when it has ended.",
        )
    adoption = queries.adoption_of(session, plan_id)
    if adoption is None or adoption.day <= local_day(now):
        raise _refused(
            "方案已经生效，不能撤回。可从生效前一天起草新方案来恢复。",
            "The plan is in force. Begin a new plan from the day before it to restore what was.",
        )
    journal = Journal.of(adoption.journal)
    _refuse_changed(session, journal, adoption)
    _take_back(session, journal)
    task_queries.close_all(session, adoption.id, task_queries.WITHDRAWN, now)
    task_queries.reopen(session, adoption.id)
    adoption.withdrawn_at = now
    row.state = PlanState.WITHDRAWN
    reviewing.record(session, planner, row, PlanAction.WITHDRAW, now, reviewing.checked(note))
    return adoption


def _refuse_changed(session: Session, journal: Journal, adoption: Adoption) -> None:
    for name, (entity, zh, en) in TABLES.items():
        written = journal.tables[name]
        if not spans.is_as_written(session, entity, written, adoption.day):
            raise _changed(zh, en)
    if queries.are_used(session, journal):
        raise _changed("新网格的任职或归属", "What belongs to the new grids")


def _take_back(session: Session, journal: Journal) -> None:
    try:
        with session.begin_nested():
            queries.forget_lineage(session, journal.lineage)
            for name, (entity, _, _) in TABLES.items():
                spans.take_back(session, entity, journal.tables[name])
            queries.forget_organisations(session, journal.organisations)
    except IntegrityError as error:
        raise _changed("与之相关的数据", "What hangs on it") from error


def _changed(zh: str, en: str) -> NotPublishable:
    return _refused(
        f"{zh}在发布之后又有变动，不能撤回。如果是另一份方案，请先撤回那一份。",
        f"{en} have been changed since. If another plan did it, withdraw that one first.",
    )


def _refused(zh: str, en: str) -> NotPublishable:
    return NotPublishable(reason_zh=zh, reason_en=en)
