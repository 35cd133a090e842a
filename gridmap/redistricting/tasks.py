"""What a publication leaves to people: branches, workers, members, groups; each with a proposal.

Nothing is invented: a proposal follows by rule from what stood before (who held the post, which branch it
was), and nothing of it happens before a planner accepts it. What was decided otherwise is declined, and
written where such things are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.errors import NotFound
from gridmap.ledger.party import PartyVersion
from gridmap.redistricting.journal import Journal, Written
from gridmap.redistricting.opening import no_plan, require
from gridmap.redistricting.queries import adoption as adoptions
from gridmap.redistricting.queries import plans, spans
from gridmap.redistricting.queries import tasks as queries
from gridmap.redistricting.refusals import NotPublishable
from gridmap.redistricting.states import Superseded
from gridmap.redistricting.tables import Adoption, PlanTask
from gridmap.store import audit
from gridmap.terms import SINGLE_HOLDER_POSTS, PostKind, Term
from gridmap.timespan import local_day

ACCEPTED: Final = "accepted"
DECLINED: Final = "declined"


class TaskKind(Term):
    """What somebody has to decide."""

    FOUND_BRANCH = "found_branch", "成立网格党支部", "Found a grid branch"
    NAME_WORKER = "name_worker", "确定专职网格员", "Name a full-time grid worker"
    FOLLOW_WORKER = "follow_grid_worker", "专职网格员转任", "The grid worker follows"
    FOLLOW_SECRETARY = "follow_branch_secretary", "党支部书记转任", "The secretary follows"
    FOLLOW_HELPERS = "follow_part_time_worker", "兼职网格员转任", "Part-time workers follow"
    FOLLOW_MEMBERS = "follow_members", "党员转接", "Members follow"
    PLACE_GROUPS = "place_groups", "楼栋党小组归属", "Building groups need a branch"


FOLLOWING: Final[Mapping[PostKind, TaskKind]] = {
    PostKind.GRID_WORKER: TaskKind.FOLLOW_WORKER,
    PostKind.BRANCH_SECRETARY: TaskKind.FOLLOW_SECRETARY,
    PostKind.PART_TIME_WORKER: TaskKind.FOLLOW_HELPERS,
}
"""The kinds of posts that are held for a grid, and the task whether they go on for its heir."""

_TEXTS: Final[Mapping[TaskKind, tuple[str, str]]] = {
    TaskKind.FOUND_BRANCH: (
        "{grid}还没有党支部，可成立“{name}”。",
        "{grid} has no branch as yet; “{name}” can be founded.",
    ),
    TaskKind.NAME_WORKER: (
        "{grid}还没有专职网格员。",
        "{grid} has no full-time worker as yet.",
    ),
    TaskKind.FOLLOW_WORKER: (
        "{from}的专职网格员{persons}可转到{grid}任职。",
        "{persons}, full-time worker of {from}, can go on in {grid}.",
    ),
    TaskKind.FOLLOW_SECRETARY: (
        "{from}的党支部书记{persons}可转到{grid}任职。",
        "{persons}, branch secretary of {from}, can go on in {grid}.",
    ),
    TaskKind.FOLLOW_HELPERS: (
        "{from}的 {count} 名兼职网格员可转到{grid}：{persons}。",
        "Part-time workers of {from} ({count}) can go on in {grid}: {persons}.",
    ),
    TaskKind.FOLLOW_MEMBERS: (
        "“{name}”撤销，正式党员 {full_members} 名、预备党员 {probationary_members} 名可转入{grid}的党支部。",
        "“{name}” ends; its {full_members} full, {probationary_members} probationary members can go to {grid}.",
    ),
    TaskKind.PLACE_GROUPS: (
        "{grid}有 {count} 个楼栋党小组没有上级党支部：{groups}。",
        "Building groups in {grid} have no branch above them ({count}): {groups}.",
    ),
}
NOWHERE: Final = ("后续网格", "a later grid")
MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Later:
    """The publication that closed a task of an earlier one, and why."""

    plan_id: int
    name: str
    day: date
    reason: Superseded

    def text(self, language: str) -> str:
        """Return the reason as a sentence in ``zh`` or ``en``."""
        why = self.reason.label(language)
        if language == "en":
            return f"Closed by “{self.name}”, in force from {self.day}: {why}."
        return f"由“{self.name}”取代（{self.day} 起施行）：{why}。"


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as it is shown; `done` and `outcome` when somebody has decided, `later` when a plan has."""

    id: int
    kind: TaskKind
    grid_id: int | None
    proposal: Mapping[str, Any]
    done: bool
    outcome: str | None
    later: Later | None = None

    def text(self, language: str) -> str:
        """Return what is to be decided, in ``zh`` or ``en``."""
        english = language == "en"
        comma = ", " if english else "、"
        told = {name: _listed(value, comma) for name, value in self.proposal.items()}
        counted = self.proposal.get("persons", self.proposal.get("groups", ()))
        told["count"] = str(len(counted))
        told["grid"] = self.proposal.get("grid") or NOWHERE[english]
        return _TEXTS[self.kind][english].format(**told)


def _listed(value: object, comma: str) -> str:
    if not isinstance(value, list):
        return str(value)
    names = [str(one["name"]) for one in value]
    return comma.join(names[:MOST_NAMED]) + ("…" if len(names) > MOST_NAMED else "")


def open_tasks(session: Session, adoption_id: int) -> list[OpenTask]:
    """Return what is still to be decided after a publication."""
    rows = queries.of_adoption(session, adoption_id)
    return [_shown(row, {}) for row in rows if row.done_at is None]


def of_plan(session: Session, reader: SignedIn, plan_id: int) -> list[OpenTask]:
    """Return all tasks of a published plan, decided ones too.

    Raises:
        NotAllowed: neither planner nor reviewer.
        NotFound: there is no such plan.
    """
    if not reader.scope.may(Right.PLAN):
        require(reader, Right.APPROVE_PLANS)
    rows = queries.of_plan(session, plan_id)
    if not rows and plans.plan(session, plan_id) is None:
        raise no_plan()
    later = queries.superseding(session, rows)
    return [_shown(row, later) for row in rows]


def _shown(row: PlanTask, later: Mapping[int, queries.Found]) -> OpenTask:
    by = later.get(row.superseded_by_id or 0)
    return OpenTask(
        row.id,
        TaskKind(row.kind),
        row.grid_id,
        row.proposal,
        row.done_at is not None,
        row.outcome,
        Later(by.plan_id, by.name, by.day, Superseded(row.reason)) if by and row.reason else None,
    )


def refuse_others(session: Session, reader: SignedIn, plan_id: int, task_id: int) -> None:
    """Refuse a task that is none of the plan's.

    Raises:
        NotAllowed: neither planner nor reviewer.
        NotFound: there is no such plan, or no such task of it.
    """
    if all(one.id != task_id for one in of_plan(session, reader, plan_id)):
        raise _no_task()


def _no_task() -> NotFound:
    return NotFound(what_zh="这件待办", what_en="This task")


def accept(session: Session, planner: SignedIn, task_id: int, now: datetime) -> None:
    """Carry out what a task proposes, from the day of its plan or from today, whichever is later.

    Raises:
        NotAllowed: no planner.
        NotFound: there is no such task.
        NotPublishable: it is decided already, or the ledger does not allow it (any more).
    """
    adoption, row = _held(session, planner, task_id)
    day, journal = max(adoption.day, local_day(now)), Journal.of(adoption.journal)
    kind = TaskKind(row.kind)
    if row.grid_id is None or not queries.grid_stands(session, row.grid_id, day):
        raise _refused("对应的网格已不存在。", "Its grid is not there any more.")
    _CARRY_OUT[kind](_Work(session, row, row.grid_id, day, journal))
    if local_day(now) < adoption.day:
        adoption.journal = journal.as_json()
    closed = [row]
    if kind is TaskKind.FOLLOW_WORKER:
        closed += queries.open_of_kind(session, adoption.id, TaskKind.NAME_WORKER, row.grid_id)
    _close(session, planner, adoption, closed, ACCEPTED, now)


def decline(session: Session, planner: SignedIn, task_id: int, now: datetime) -> None:
    """Close a task: it was decided otherwise.

    Raises:
        NotAllowed: no planner.
        NotFound: there is no such task.
        NotPublishable: it is decided already.
    """
    adoption, row = _held(session, planner, task_id)
    _close(session, planner, adoption, [row], DECLINED, now)


def _held(session: Session, planner: SignedIn, task_id: int) -> tuple[Adoption, PlanTask]:
    require(planner)
    adoption_id = queries.adoption_of(session, task_id)
    if adoption_id is None:
        raise _no_task()
    adoption = adoptions.adoption_held(session, adoption_id)
    row = queries.held(session, task_id)
    if row.superseded_by_id is not None:
        raise _refused("这件待办已由后来的方案取代，不必再办。", "A later plan has closed this.")
    if row.done_at is not None:
        raise _refused("这件待办已有结论。", "This has been decided already.")
    return adoption, row


def _close(
    session: Session,
    planner: SignedIn,
    adoption: Adoption,
    rows: Sequence[PlanTask],
    outcome: str,
    now: datetime,
) -> None:
    for row in rows:
        row.done_at, row.done_by_id, row.outcome = now, planner.person_id, outcome
        audit.record(
            session,
            f"plan_task_{outcome}",
            "plan",
            str(adoption.plan_id),
            now=now,
            account_id=planner.account_id,
            task=row.id,
            kind=row.kind,
        )
    session.flush()


@dataclass(frozen=True, slots=True)
class _Work:
    """A task that is being carried out: from which day, for which grid."""

    session: Session
    row: PlanTask
    grid: int
    day: date
    journal: Journal

    @property
    def proposal(self) -> Mapping[str, Any]:
        return self.row.proposal


def _found_branch(work: _Work) -> None:
    if queries.branch_on(work.session, work.grid, work.day) is not None:
        raise _refused("这个网格已有党支部。", "This grid has a branch already.")
    organisation = work.proposal.get("organisation")
    if organisation is None:
        code = f"ZB{queries.grid_code(work.session, work.grid)}"
        while queries.is_organisation(work.session, code):
            code += "-"
        organisation = queries.found_organisation(work.session, code)
        work.journal.organisations.append(organisation)
    facts = {
        "organisation_id": organisation,
        "parent_id": work.proposal.get("parent"),
        "name": work.proposal["name"],
        "grid_id": work.grid,
        "full_members": work.proposal.get("full_members", 0),
        "probationary_members": work.proposal.get("probationary_members", 0),
    }
    began = queries.begin_branch(work.session, facts, work.day)
    work.journal.note("party_version", Written(began=began))


def _name_worker(work: _Work) -> None:
    if not queries.has_worker(work.session, work.grid, work.day):
        raise _refused(
            "还没有人任这个网格的专职网格员，请先办理任职。",
            "Nobody is full-time worker of this grid as yet; appoint somebody first.",
        )


def _follow(work: _Work) -> None:
    kind = PostKind(work.proposal["kind"])
    taken = queries.occupied(work.session, [work.grid], work.day)
    if kind in SINGLE_HOLDER_POSTS and (work.grid, kind) in taken:
        raise _refused(
            f"这个网格已有{kind.zh}。", f"This grid has somebody already: {kind.en.lower()}."
        )
    posts = [one["post"] for one in work.proposal["persons"]]
    began = queries.begin_posts(work.session, posts, work.grid, work.day)
    work.journal.note("post", Written(began=began))


def _follow_members(work: _Work) -> None:
    branch = _branch(work)
    for name in ("full_members", "probationary_members"):
        more = getattr(branch, name) + work.proposal[name]
        row = queries.branch_on(work.session, work.grid, work.day)
        number = row.id if row is not None else branch.id
        written = spans.turn(work.session, PartyVersion, name, {number: more}, work.day)
        work.journal.note("party_version", written)


def _place_groups(work: _Work) -> None:
    branch = _branch(work)
    organisations = [one["organisation"] for one in work.proposal["groups"]]
    rows = queries.groups_without_parent(work.session, organisations, work.day)
    values: dict[int, int | None] = dict.fromkeys(rows, branch.organisation_id)
    written = spans.turn(work.session, PartyVersion, "parent_id", values, work.day)
    work.journal.note("party_version", written)


def _branch(work: _Work) -> queries.Found:
    branch = queries.branch_on(work.session, work.grid, work.day)
    if branch is None:
        raise _refused("请先成立这个网格的党支部。", "Found the branch of this grid first.")
    return branch


def _refused(zh: str, en: str) -> NotPublishable:
    return NotPublishable(reason_zh=zh, reason_en=en)


_CARRY_OUT: Final[Mapping[TaskKind, Callable[[_Work], None]]] = {
    TaskKind.FOUND_BRANCH: _found_branch,
    TaskKind.NAME_WORKER: _name_worker,
    TaskKind.FOLLOW_WORKER: _follow,
    TaskKind.FOLLOW_SECRETARY: _follow,
    TaskKind.FOLLOW_HELPERS: _follow,
    TaskKind.FOLLOW_MEMBERS: _follow_members,
    TaskKind.PLACE_GROUPS: _place_groups,
}
