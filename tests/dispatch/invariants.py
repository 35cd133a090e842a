"""What holds of every report at every moment, whatever anybody did: read from the tables alone."""

from collections import defaultdict
from itertools import pairwise

from sqlalchemy import select

from gridmap.dispatch import ladder, lifecycle, records
from gridmap.dispatch.cases import target_at
from gridmap.dispatch.ladder import ANSWERING, Reason
from gridmap.dispatch.lifecycle import LIMITED_STEP, OPEN_STAGES, Action
from gridmap.dispatch.queries import full, moves
from gridmap.dispatch.tables import Feedback, Report, Step
from gridmap.ledger.posts import Post
from gridmap.terms import POST_TARGETS, Outcome, PostKind, Rung, Stage

TIMED = {stage for stage, step in LIMITED_STEP.items() if step} | {Stage.ASKING, Stage.SUSPENDED}
ANSWERED = {Stage.CHECKING, Stage.ASKING, Stage.CLOSED}
NOBODY = {Reason.VACANT_COUNTY, Reason.NO_OTHER_CHECKER}
HEARD = {Action.AGREED, Action.REOPENED, Action.UNREACHED}
TO_SOMEBODY = {
    Action.ACCEPTED,
    Action.DISPATCHED,
    Action.PARTED,
    Action.SENT_UP,
    Action.RETURNED,
    Action.TRANSFERRED,
    Action.RELOCATED,
    Action.SUSPENDED,
    Action.CHECKED,
    Action.REJECTED,
    Action.CLIMBED,
}
"""Moves that leave a report in somebody's hands, whoever is in post."""
STANDS_STILL = {Action.NOTED, Action.SUPERVISED, Action.UNREACHED}


def rows_of(session):
    found = full.reports_by_id(session, session.scalars(select(Report.id)).all())
    more = select(Report.id, Report.handled_at, Report.remind_at, Report.owner_post_id)
    return found, {row.id: row for row in session.execute(more)}


def steps_of(session):
    steps = defaultdict(list)
    for step in session.execute(select(*Step.__table__.c).order_by(Step.report_id, Step.sequence)):
        steps[step.report_id].append(step)
    return steps


class Record:
    """Everything that was ever written of the steps: what is there may only grow."""

    def __init__(self):
        self.steps = defaultdict(list)

    def grow(self, steps):
        for report, known in self.steps.items():
            assert steps[report][: len(known)] == known
        self.steps = steps


def check(session, record):
    """Check every report, its steps, its parts and those joined to it."""
    rows, more = rows_of(session)
    steps = steps_of(session)
    record.grow(steps)
    kinds = {row.id: row for row in session.scalars(select(Post))}
    heard = defaultdict(list)
    for one in session.execute(select(Feedback.report_id, Feedback.step_sequence)):
        heard[one.report_id].append(one.step_sequence)
    by_id = {row.id: row for row in rows}
    for row in rows:
        made = steps[row.id]
        _check_steps(row, made, heard[row.id])
        _check_columns(row, more[row.id], made)
        _check_holder(row, made, kinds)
        _check_company(row, by_id)
    return rows


def _check_steps(row, steps, heard):
    part = row.parent_id is not None
    assert [step.sequence for step in steps] == list(range(1, row.version + 1))
    first, last = steps[0], steps[-1]
    assert first.action == Action.FILED
    assert first.stage == (Stage.HANDLING if part else Stage.FILED)
    assert (last.stage, last.rung, last.holder_post_id, last.due_at) == (
        row.stage,
        row.rung,
        row.holder_post_id,
        row.due_at,
    )
    for before, step in pairwise(steps):
        assert step.at >= before.at
        assert step.stage == lifecycle.after(Stage(before.stage), Action(step.action), part=part)
        by_clock = lifecycle.move_of(Stage(before.stage), Action(step.action), part=part).hands == {
            lifecycle.Hand.CLOCK
        }
        assert not (by_clock and step.actor_id)
        assert step.holder_post_id is not None or step.action not in TO_SOMEBODY
    assert heard == [step.sequence for step in steps if step.action in HEARD]
    handler = None
    for step in steps:
        if step.action == Action.HANDLED:
            handler = step.actor_id
        if step.action in {Action.CHECKED, Action.REJECTED}:
            assert step.actor_id not in {None, handler}


def _check_columns(row, more, steps):
    stage = Stage(row.stage)
    assert (row.due_at is not None) == (stage in TIMED)
    if row.acts_at is not None:
        assert stage in OPEN_STAGES
        assert row.acts_at == row.due_at
    elif stage in OPEN_STAGES:
        assert any(step.action == Action.OVERDUE for step in steps)
    if more.remind_at is not None:
        assert row.acts_at is not None
        assert more.remind_at <= row.due_at
    assert (row.closed_at is not None) == (stage is Stage.CLOSED)
    assert (more.owner_post_id is not None) == (stage is Stage.SUSPENDED)
    assert (more.handled_at is not None) == (stage in ANSWERED)
    if stage in ANSWERED:
        assert row.outcome is not None
        assert row.handler_id is not None
    elif stage is Stage.JOINED:
        assert row.outcome == Outcome.DUPLICATE
    else:
        assert row.outcome is None
    assert row.rounds == sum(step.action == Action.REOPENED for step in steps)


def _check_holder(row, steps, posts):
    stage, rung = Stage(row.stage), Rung(row.rung)
    if stage not in OPEN_STAGES:
        return
    if row.holder_post_id is None:
        assert rung is Rung.COUNTY
        assert not row.entrusted
        assert any(not NOBODY.isdisjoint(step.reasons) for step in steps)
        return
    post = posts[row.holder_post_id]
    kind = PostKind(post.kind)
    assert kind not in ladder.NEVER_GIVEN
    if row.entrusted:
        assert row.agency_id == post.agency_id
        assert stage is Stage.SUSPENDED or ladder.rung_of(kind) is None
        assert stage is not Stage.SUSPENDED or post.id == row.owner_post_id
    else:
        assert kind in ANSWERING[rung]
        target = getattr(post, f"{POST_TARGETS[kind]}_id")
        assert rung is Rung.COUNTY or target == target_at(rung, row)
        assert row.agency_id is None


def _check_company(row, by_id):
    parts = [one for one in by_id.values() if one.parent_id == row.id]
    if row.stage in {*ANSWERED, Stage.JOINED}:
        assert all(part.stage == Stage.CLOSED for part in parts)
    assert not parts or row.parent_id is None
    if row.joined_to_id is not None:
        main = by_id[row.joined_to_id]
        assert row.stage == Stage.JOINED
        assert main.parent_id is None
        assert main.stage != Stage.JOINED
    assert (row.stage == Stage.JOINED) == (row.joined_to_id is not None)


def check_in_post(session, rows, now, day, *, settled, swept):
    """Every open report is held by somebody in post today; by nobody only where nobody is.

    `settled`: the worker has run since posts or the day changed; `swept`: it has just run.
    """
    holders = {row.holder_post_id for row in rows} - {None}
    today = {row.post_id for row in session.execute(moves.posts_on(day)).all()} & holders
    for row in rows:
        if row.stage not in OPEN_STAGES:
            continue
        if row.holder_post_id in today:
            continue
        posts = moves.posts_at(session, [moves.place_ids(row)], day)
        assert not swept or _next(row, posts) is None
        if row.holder_post_id is None:
            but = row.handler_id if row.stage == Stage.CHECKING else None
            anybody = ladder.first_holder(Rung(row.rung), posts, but=but).holder
            assert not settled or anybody is None
        else:
            assert not settled or row.stage == Stage.SUSPENDED
    if swept:
        waiting = select(Report.id).where((Report.acts_at <= now) | (Report.remind_at <= now))
        assert session.scalars(waiting).all() == []


def _next(row, posts):
    """Whoever could take a report that nobody holds: from its rung up, else from its first one."""
    if row.stage == Stage.CHECKING:
        return ladder.other_than(row.handler_id, Rung(row.rung), posts).holder
    rungs = (Rung(row.rung), Rung(row.first_rung) if row.grid_id else Rung.COUNTY)
    at_house = row.building_id is not None
    found = (
        ladder.start(rung, posts, placed=row.grid_id is not None, in_building=at_house).holder
        for rung in rungs
    )
    return next((holder for holder in found if holder is not None), None)


def check_movable(session, row, readers, now):
    """The holder can take the report further, not only write notes about it."""
    post = session.get_one(Post, row.holder_post_id)
    found = full.report_in_full(session, row.number, readers[post.person_id].scope)
    assert found.readable
    assert found.mine
    actions = {one.action for one in records.possible(found, readers[post.person_id], now)}
    assert actions - STANDS_STILL
