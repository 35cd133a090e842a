"""A report for several agencies: each gets a part, a report of its own with number, clock and steps."""

from __future__ import annotations

import secrets
from typing import Any, Final

from gridmap.dispatch import deadlines, telling
from gridmap.dispatch.cases import Case
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries import moves
from gridmap.dispatch.tables import Report, Step
from gridmap.terms import Stage

_COPIED: Final = (
    "category_id",
    "description",
    "raw_lon",
    "raw_lat",
    "raw_crs",
    "accuracy_m",
    "place_source",
    "place_text",
    "said",
    "spot",
    "grid_verdict",
    "grid_faults",
    "building_verdict",
    "building_faults",
    "alternatives",
    "community_id",
    "grid_id",
    "compound_id",
    "building_id",
    "general_branch_id",
    "grid_branch_id",
    "building_group_id",
)
"""What a part has from the whole: the matter and the place, not the reporter."""


def write_parts(case: Case) -> None:
    """Give each chosen agency its part, in the transaction of the step that splits the report."""
    session, row = case.session, case.row
    clock = deadlines.clocks_for(session, row.category_id)
    deadline = clock.deadline(Stage.HANDLING, row.category_id, case.now)
    whole = session.get_one(Report, row.id, populate_existing=True)
    first = moves.count_of(session, row.id, joined=False) + 1
    for place, post_id in enumerate(case.said.agency_post_ids, start=first):
        post = moves.post_on(session, post_id, case.day)
        part = Report(**_copied(whole))
        part.number = f"{row.number}-{place}"
        part.idempotency_key = part.body_sha256 = secrets.token_hex(32)
        part.track_key = secrets.token_urlsafe(16)
        part.parent_id, part.filed_at, part.stage_since = row.id, case.now, case.now
        part.stage, part.rung, part.sender_rung = Stage.HANDLING, case.rung, case.rung
        part.holder_post_id, part.entrusted = post_id, True
        part.agency_id = post.agency_id if post else None
        for name, value in deadlines.columns(deadline).items():
            setattr(part, name, value)
        session.add(part)
        session.flush()
        session.add(
            Step(
                report_id=part.id,
                sequence=1,
                action=Action.FILED,
                stage=Stage.HANDLING,
                rung=case.rung,
                at=case.now,
                actor_id=case.reader.person_id if case.reader else None,
                holder_post_id=post_id,
                note=case.said.note,
                due_at=part.due_at,
                rule=deadline.rule if deadline else None,
            )
        )
        telling.tell_part(case, part)


def _copied(whole: Report) -> dict[str, Any]:
    return {name: getattr(whole, name) for name in _COPIED}
