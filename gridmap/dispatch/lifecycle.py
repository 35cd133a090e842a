"""Stages of a report and the only moves between them, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gridmap.errors import IllegalStep
from gridmap.terms import Stage, Term


class Action(Term):
    """What a step did to a report."""

    FILED = "filed", "上报", "Filed"
    ACCEPTED = "accepted", "受理", "Accepted"


@dataclass(frozen=True, slots=True)
class Move:
    """An action, the stages in which it is possible (None: before there is a report), where it leads."""

    action: Action
    sources: tuple[Stage | None, ...]
    target: Stage


MOVES: Final[tuple[Move, ...]] = (
    Move(Action.FILED, (None,), Stage.FILED),
    Move(Action.ACCEPTED, (Stage.FILED,), Stage.ACCEPTED),
)
"""Every move there is; what is not here is refused."""

OPEN_STAGES: Final[frozenset[Stage]] = frozenset({Stage.FILED, Stage.ACCEPTED})
"""Stages in which a report still waits for somebody."""


def allowed(stage: Stage | None) -> tuple[Action, ...]:
    """Return the actions possible in a stage.

    >>> allowed(Stage.FILED)
    (<Action.ACCEPTED: 'accepted'>,)
    """
    return tuple(move.action for move in MOVES if stage in move.sources)


def after(stage: Stage | None, action: Action) -> Stage:
    """Return the stage that an action leads to.

    Args:
        stage: stage before the action; None before the report exists.
        action: what is to be done.

    Raises:
        IllegalStep: no move of the table fits; names what is possible.
    """
    for move in MOVES:
        if move.action is action and stage in move.sources:
            return move.target
    raise _illegal(stage)


def _illegal(stage: Stage | None) -> IllegalStep:
    possible = allowed(stage)
    zh = "、".join(action.zh for action in possible) or "无"
    return IllegalStep(
        stage=stage.zh if stage else "未上报",
        allowed=zh,
        stage_en=stage.en if stage else "Not filed",
        allowed_en=", ".join(action.en for action in possible) or "nothing",
    )
