"""What is read of the tasks of gaps: lists, one task, and who can be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.coverage import service as coverage
from gridmap.coverage.checks import Audit, Finding
from gridmap.coverage.tasks import queries
from gridmap.coverage.tasks.tables import CoverageTask, TaskEnd
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.areas import Area
from gridmap.terms import PostKind
from gridmap.timespan import local_day

RANK: Final = {kind: place for place, kind in enumerate(PostKind)}
"""Order in which posts are listed: that of the terms."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it is shown.

    Attributes:
        overdue: days since its day has passed; 0 while it has not, or when it is closed.
        ended: how it ended, None while it is open.
    """

    id: int
    check: str
    kind: str
    code: str
    name: str
    community_code: str
    community: str
    owner: str
    owner_code: str
    due: date
    note: str
    opened_at: datetime
    opener: str
    overdue: int
    closed_at: datetime | None
    ended: TaskEnd | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be named, with the posts that she holds."""

    code: str
    name: str
    posts: tuple[PostKind, ...]


def listed(
    session: Session,
    reader: SignedIn,
    now: datetime,
    *,
    is_open: bool = True,
    mine: bool = False,
    community: str | None = None,
) -> list[Task]:
    """Return tasks, the most urgent first; closed ones with the last first.

    Args:
        session: open session.
        reader: who reads; everybody who is signed in reads all.
        now: this moment.
        is_open: open ones, else closed ones.
        mine: only those that the reader owns.
        community: code of a community, for those in it alone.
    """
    day = local_day(now)
    owner = reader.person_id if mine else None
    rows = queries.listed(session, day, is_open=is_open, owner_id=owner, community=community)
    return [_shown(row, day) for row in rows]


@dataclass(frozen=True, slots=True)
class Question:
    """A gap of today for which somebody is to be named.

    Attributes:
        finding: the gap.
        community: name of its community.
        candidates: who answers there for anything; others can be named by their code.
        task: the open task of the gap, where it has one.
    """

    finding: Finding
    community: str
    candidates: tuple[Candidate, ...]
    task: int | None


def question(
    session: Session, keeper: SignedIn, check: str, kind: str, code: str, now: datetime
) -> Question:
    """Return what a form needs to name somebody for a gap.

    Raises:
        NotAllowed: the keeper keeps no registers of that community.
        InvalidInput: there is no such gap today.
    """
    require(keeper)
    day = local_day(now)
    found = coverage.audit(session, day)
    gap = finding_of(found, check, kind, code)
    home = home_of(session, keeper, gap)
    names = {one.code: one.name for one in found.communities}
    task = queries.open_of(session, check, kind, code)
    return Question(
        gap,
        names.get(gap.community_code, gap.community_code),
        _candidates(session, home, day),
        task.id if task else None,
    )


def task(
    session: Session, keeper: SignedIn, task_id: int, now: datetime
) -> tuple[Task, tuple[Candidate, ...]]:
    """Return a task, and who can be named for it where the reader may change it.

    Raises:
        NotFound: there is no such task.
    """
    day = local_day(now)
    shown = shown_one(session, task_id, day)
    home = queries.community(session, shown.community_code)
    if home is None or shown.closed_at or not may_name(session, keeper, home.id):
        return shown, ()
    return shown, _candidates(session, home, day)


def _candidates(session: Session, home: Area, day: date) -> tuple[Candidate, ...]:
    rows = queries.answerable(session, home, day)
    found = [Candidate(row.code, row.name, _by_rank(row.kinds)) for row in rows]
    return tuple(sorted(found, key=lambda one: (RANK[one.posts[0]], one.name, one.code)))


def _by_rank(kinds: Sequence[str]) -> tuple[PostKind, ...]:
    return tuple(sorted((PostKind(kind) for kind in kinds), key=RANK.__getitem__))


def require(keeper: SignedIn) -> None:
    """Refuse who keeps no registers at all.

    Raises:
        NotAllowed: so it is.
    """
    if not keeper.scope.may(Right.KEEP_REGISTERS):
        raise NotAllowed


def findings_of(found: Audit) -> list[Finding]:
    """Return the findings of all communities."""
    return [finding for community in found.communities for finding in community.findings]


def finding_of(found: Audit, check: str, kind: str, code: str) -> Finding:
    """Return the finding of a check about a subject.

    Raises:
        InvalidInput: there is none.
    """
    for one in findings_of(found):
        subject = one.gap.subject
        if (one.check, str(subject.kind), subject.code) == (check, kind, code):
            return one
    raise InvalidInput(
        reason_zh="今天没有这个缺项，也许刚刚已经补上，请刷新后查看。",
        reason_en="There is no such gap today; it may just have been mended. Please reload.",
    )


def home_of(session: Session, keeper: SignedIn, finding: Finding) -> Area:
    """Return the community of a finding, where the keeper may name somebody.

    Raises:
        NotAllowed: she may not.
    """
    home = queries.community(session, finding.community_code)
    if home is None or not may_name(session, keeper, home.id):
        raise NotAllowed
    return home


def may_name(session: Session, keeper: SignedIn, community_id: int) -> bool:
    """Tell whether somebody keeps the registers of a community, and so names who mends its gaps."""
    scope = keeper.scope
    return scope.may(Right.KEEP_REGISTERS) and queries.within(session, scope, community_id)


def shown_one(session: Session, task_id: int, day: date) -> Task:
    """Return a task as it is shown.

    Raises:
        NotFound: there is none.
    """
    row = queries.one(session, task_id, day)
    if row is None:
        raise NotFound(what_zh="这件任务", what_en="This task")
    return _shown(row, day)


def _shown(row: queries.Found, day: date) -> Task:
    task: CoverageTask = row.CoverageTask
    is_open = task.closed_at is None
    return Task(
        id=task.id,
        check=task.check,
        kind=task.subject_kind,
        code=task.subject_code,
        name=task.subject_name,
        community_code=row.community_code,
        community=row.community,
        owner=row.owner,
        owner_code=row.owner_code,
        due=task.due,
        note=task.note,
        opened_at=task.opened_at,
        opener=row.opener,
        overdue=max((day - task.due).days, 0) if is_open else 0,
        closed_at=task.closed_at,
        ended=TaskEnd(task.ended) if task.ended else None,
        reason=task.reason,
    )
