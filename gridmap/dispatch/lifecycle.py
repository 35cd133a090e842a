"""Stages of a report and the only moves between them, as one table.

Who may make a move, what it must bring, where it leads: all of it stands in `MOVES`. The pages draw
their forms from it, the service refuses what is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gridmap.dispatch.categories import LimitedStep
from gridmap.errors import IllegalStep
from gridmap.terms import Stage, Term


class Action(Term):
    """What a step did to a report."""

    FILED = "filed", "上报", "Filed"
    ACCEPTED = "accepted", "受理", "Accepted"
    DISPATCHED = "dispatched", "派遣", "Dispatched"
    PARTED = "parted", "分办", "Split between agencies"
    HANDLED = "handled", "处置反馈", "Handled"
    RETURNED = "returned", "退单", "Returned"
    SENT_UP = "sent_up", "上报上级", "Sent up"
    TRANSFERRED = "transferred", "转线", "Transferred to another line"
    RELOCATED = "relocated", "改址", "Moved to another place"
    SUSPENDED = "suspended", "挂账", "Suspended"
    RESUMED = "resumed", "恢复办理", "Resumed"
    CHECKED = "checked", "核查通过", "Checked"
    REJECTED = "rejected", "核查不通过", "Check failed"
    AGREED = "agreed", "同意结案", "Reporter agreed"
    REOPENED = "reopened", "重新办理", "Reopened"
    UNREACHED = "unreached", "回访未联系上", "Reporter not reached"
    LAPSED = "lapsed", "期满未答复，自动结案", "No answer in time: closed"
    JOINED = "joined", "并案", "Joined to another report"
    SEPARATED = "separated", "取消并案", "Separated again"
    NOTED = "noted", "跟进", "Noted"
    SUPERVISED = "supervised", "督办", "Supervised"
    CLIMBED = "climbed", "超时上转", "Climbed: out of time"
    OVERDUE = "overdue", "县级超时", "Overdue at the county"
    HANDED_OVER = "handed_over", "岗位变动移交", "Handed over: post changed"
    REPLACED = "replaced", "网格调整改派", "Placed again: grids changed"


class Hand(StrEnum):
    """Who makes a move."""

    REPORTER = "reporter"
    """Whoever filed it, or follows it, by the link or number and phone tail."""
    HOLDER = "holder"
    """Whoever answers for the report where it stands."""
    CHECKER = "checker"
    """A holder who did not handle it herself."""
    OVERSEER = "overseer"
    """Whoever answers for the same place at a higher rung."""
    LEADER = "leader"
    """Whoever may supervise: linked leaders, secretaries, the centres."""
    CLOCK = "clock"
    """The sweep."""


class Need(StrEnum):
    """What a move must bring."""

    NOTE = "note"
    REASON = "reason"
    HANDLER = "handler"
    AGENCIES = "agencies"
    OUTCOME = "outcome"
    OWNER = "owner"
    UNTIL = "until"
    CATEGORY = "category"
    PLACE = "place"
    MAIN = "main"
    ANSWER = "answer"


class ReturnReason(Term):
    """Why a report is returned (退单): each names a reason, never just 'not ours'."""

    NOT_OURS = "not_ours", "不属本岗位职责", "Not the duty of this post"
    WRONG_PLACE = "wrong_place", "位置有误", "The place is wrong"
    WRONG_CATEGORY = "wrong_category", "类别有误", "The category is wrong"
    UNCLEAR = "unclear", "内容不清，无法处置", "Too unclear to be handled"
    NO_MEANS = "no_means", "超出处置能力", "Beyond the means of this post"


@dataclass(frozen=True, slots=True)
class Move:
    """An action, where it is possible, where it leads, who makes it and what it must bring.

    Attributes:
        action: what is done.
        sources: stages in which it is possible (None: before there is a report).
        target: stage after it; None where the stage stays.
        hands: who may do it.
        needs: what must come with it.
        restarts: whether the clock begins anew although the limited step stays the same.
        parts: whether it is for parts of a report (True), whole reports (False) or both (None).
    """

    action: Action
    sources: tuple[Stage | None, ...]
    target: Stage | None
    hands: frozenset[Hand]
    needs: tuple[Need, ...] = ()
    restarts: bool = False
    parts: bool | None = None


_WORKED: Final = (Stage.FILED, Stage.ACCEPTED, Stage.HANDLING)
_TAKEN: Final = (Stage.ACCEPTED, Stage.HANDLING)
_OPEN: Final = (*_WORKED, Stage.CHECKING, Stage.ASKING, Stage.SUSPENDED)


def _by(*hands: Hand) -> frozenset[Hand]:
    return frozenset(hands)


MOVES: Final[tuple[Move, ...]] = (
    Move(Action.FILED, (None,), Stage.FILED, _by(Hand.REPORTER)),
    Move(Action.ACCEPTED, (Stage.FILED,), Stage.ACCEPTED, _by(Hand.HOLDER)),
    Move(
        Action.DISPATCHED, _WORKED, Stage.HANDLING, _by(Hand.HOLDER, Hand.OVERSEER), (Need.HANDLER,)
    ),
    Move(Action.PARTED, _TAKEN, Stage.HANDLING, _by(Hand.HOLDER), (Need.AGENCIES,), parts=False),
    Move(Action.HANDLED, _TAKEN, Stage.CHECKING, _by(Hand.HOLDER), (Need.OUTCOME, Need.NOTE)),
    Move(Action.SENT_UP, _WORKED, Stage.FILED, _by(Hand.HOLDER), (Need.NOTE,), restarts=True),
    Move(
        Action.RETURNED,
        _WORKED,
        Stage.FILED,
        _by(Hand.HOLDER),
        (Need.REASON, Need.NOTE),
        restarts=True,
    ),
    Move(
        Action.TRANSFERRED,
        _WORKED,
        Stage.FILED,
        _by(Hand.HOLDER),
        (Need.CATEGORY, Need.NOTE),
        restarts=True,
        parts=False,
    ),
    Move(
        Action.RELOCATED,
        _WORKED,
        Stage.FILED,
        _by(Hand.HOLDER, Hand.OVERSEER),
        (Need.PLACE,),
        restarts=True,
        parts=False,
    ),
    Move(
        Action.SUSPENDED,
        (*_TAKEN, Stage.CHECKING),
        Stage.SUSPENDED,
        _by(Hand.HOLDER),
        (Need.NOTE, Need.OWNER, Need.UNTIL),
        parts=False,
    ),
    Move(
        Action.RESUMED,
        (Stage.SUSPENDED,),
        Stage.HANDLING,
        _by(Hand.HOLDER, Hand.OVERSEER, Hand.CLOCK),
        parts=False,
    ),
    Move(Action.CHECKED, (Stage.CHECKING,), Stage.ASKING, _by(Hand.CHECKER), parts=False),
    Move(Action.CHECKED, (Stage.CHECKING,), Stage.CLOSED, _by(Hand.CHECKER), parts=True),
    Move(
        Action.REJECTED,
        (Stage.CHECKING,),
        Stage.HANDLING,
        _by(Hand.CHECKER),
        (Need.NOTE,),
        restarts=True,
    ),
    Move(
        Action.AGREED,
        (Stage.ASKING,),
        Stage.CLOSED,
        _by(Hand.REPORTER, Hand.HOLDER),
        (Need.ANSWER,),
        parts=False,
    ),
    Move(
        Action.REOPENED,
        (Stage.ASKING,),
        Stage.FILED,
        _by(Hand.REPORTER, Hand.HOLDER),
        (Need.ANSWER,),
        restarts=True,
        parts=False,
    ),
    Move(
        Action.REOPENED,
        (Stage.CLOSED,),
        Stage.FILED,
        _by(Hand.REPORTER),
        (Need.ANSWER,),
        restarts=True,
        parts=False,
    ),
    Move(Action.UNREACHED, (Stage.ASKING,), None, _by(Hand.HOLDER), (Need.NOTE,), parts=False),
    Move(Action.LAPSED, (Stage.ASKING,), Stage.CLOSED, _by(Hand.CLOCK), parts=False),
    Move(Action.JOINED, _WORKED, Stage.JOINED, _by(Hand.HOLDER), (Need.MAIN,), parts=False),
    Move(
        Action.SEPARATED,
        (Stage.JOINED,),
        Stage.FILED,
        _by(Hand.HOLDER, Hand.OVERSEER, Hand.REPORTER),
        restarts=True,
        parts=False,
    ),
    Move(Action.NOTED, _OPEN, None, _by(Hand.HOLDER, Hand.OVERSEER, Hand.REPORTER), (Need.NOTE,)),
    Move(Action.SUPERVISED, _OPEN, None, _by(Hand.OVERSEER, Hand.LEADER), (Need.NOTE,)),
    Move(Action.CLIMBED, _WORKED, Stage.FILED, _by(Hand.CLOCK), restarts=True),
    Move(Action.CLIMBED, (Stage.CHECKING,), None, _by(Hand.CLOCK), restarts=True),
    Move(Action.OVERDUE, (*_WORKED, Stage.CHECKING), None, _by(Hand.CLOCK)),
    Move(Action.HANDED_OVER, _OPEN, None, _by(Hand.CLOCK)),
    Move(Action.REPLACED, (*_OPEN, Stage.JOINED), None, _by(Hand.CLOCK)),
)
"""Every move there is; what is not here is refused."""

REOPENS_FOR: Final = timedelta(days=15)
"""A closed report can be reopened by its reporter for so long; then a new one is filed."""

OPEN_STAGES: Final[frozenset[Stage]] = frozenset(_OPEN)
"""Stages in which a report still waits for somebody; each has one holder."""

LIMITED_STEP: Final[dict[Stage, LimitedStep | None]] = {
    Stage.FILED: LimitedStep.ACCEPT,
    Stage.ACCEPTED: LimitedStep.HANDLE,
    Stage.HANDLING: LimitedStep.HANDLE,
    Stage.CHECKING: LimitedStep.CHECK,
    Stage.ASKING: None,
    Stage.SUSPENDED: None,
    Stage.JOINED: None,
    Stage.CLOSED: None,
}
"""Which limit of the category runs in a stage. The time to answer is the county's, whatever the
category; a suspended report has a day of its own."""


def allowed(
    stage: Stage | None, hands: frozenset[Hand] = frozenset(Hand), *, part: bool = False
) -> tuple[Action, ...]:
    """Return the actions that these hands may take in a stage.

    >>> allowed(Stage.FILED, frozenset({Hand.LEADER}))
    (<Action.SUPERVISED: 'supervised'>,)
    """
    return tuple(
        move.action for move in _possible(stage, part=part) if not move.hands.isdisjoint(hands)
    )


def _possible(stage: Stage | None, *, part: bool) -> list[Move]:
    return [move for move in MOVES if stage in move.sources and move.parts in {None, part}]


def move_of(stage: Stage | None, action: Action, *, part: bool = False) -> Move:
    """Return the move that an action makes from a stage.

    Args:
        stage: stage before the action; None before the report exists.
        action: what is to be done.
        part: whether the report is a part of another.

    Raises:
        IllegalStep: no move of the table fits; names what is possible.
    """
    for move in _possible(stage, part=part):
        if move.action is action:
            return move
    raise _illegal(stage, part=part)


def after(stage: Stage | None, action: Action, *, part: bool = False) -> Stage:
    """Return the stage that an action leads to; see `move_of`.

    >>> after(Stage.ASKING, Action.AGREED)
    <Stage.CLOSED: 'closed'>
    """
    target = move_of(stage, action, part=part).target or stage
    if target is None:
        raise _illegal(stage, part=part)
    return target


def keeps_clock(move: Move, before: Stage, target: Stage) -> bool:
    """Tell whether the deadline of before goes on: same stage or limited step, and no new start."""
    if move.restarts:
        return False
    step = LIMITED_STEP[before]
    return before is target or (step is not None and step is LIMITED_STEP[target])


def _illegal(stage: Stage | None, *, part: bool) -> IllegalStep:
    by_people = frozenset(Hand) - {Hand.CLOCK}
    possible = allowed(stage, by_people, part=part)
    zh = "、".join(action.zh for action in possible) or "无"
    return IllegalStep(
        stage=stage.zh if stage else "未上报",
        allowed=zh,
        stage_en=stage.en if stage else "Not filed",
        allowed_en=", ".join(action.en for action in possible) or "nothing",
    )
