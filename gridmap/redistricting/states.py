"""Where a plan and a search stand: the words, and the only moves between them."""

from __future__ import annotations

from typing import Final

from gridmap.terms import Term


class PlanState(Term):
    """A plan on its way from the planner's table into force."""

    DRAFT = "draft", "草案", "Draft"
    REVIEW = "review", "待审", "In review"
    APPROVED = "approved", "已核准", "Approved"
    ADOPTED = "adopted", "已发布", "Published"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    DROPPED = "dropped", "已作废", "Dropped"


class RunState(Term):
    """A search for proposals."""

    WAITING = "waiting", "排队中", "Waiting"
    RUNNING = "running", "计算中", "Running"
    DONE = "done", "已完成", "Done"
    STOPPED = "stopped", "已停止", "Stopped"
    FAILED = "failed", "未能完成", "Failed"


class Superseded(Term):
    """Why a later publication leaves nothing to decide about a task of an earlier one."""

    GRID_ENDED = "grid_ended", "这个网格不再保留", "this grid is not kept"
    GRID_RETURNED = "grid_returned", "原来的网格已恢复", "the grid that had ended comes back"
    RENUMBERED = (
        "renumbered",
        "网格改了编码，这件事转到新编码下",
        "its grid has another code now; the task goes on there",
    )


class PlanAction(Term):
    """What is done with a plan as a whole."""

    SUBMIT = "submit", "送审", "Send for review"
    RECALL = "recall", "收回", "Take back"
    RETURN = "return", "退回修改", "Send back"
    APPROVE = "approve", "核准", "Approve"
    ADOPT = "adopt", "发布", "Publish"
    WITHDRAW = "withdraw", "撤回发布", "Withdraw"
    DROP = "drop", "作废", "Drop"


MOVES: Final[dict[PlanAction, tuple[frozenset[PlanState], PlanState]]] = {
    PlanAction.SUBMIT: (frozenset({PlanState.DRAFT}), PlanState.REVIEW),
    PlanAction.RECALL: (frozenset({PlanState.REVIEW, PlanState.APPROVED}), PlanState.DRAFT),
    PlanAction.RETURN: (frozenset({PlanState.REVIEW, PlanState.APPROVED}), PlanState.DRAFT),
    PlanAction.APPROVE: (frozenset({PlanState.REVIEW}), PlanState.APPROVED),
    PlanAction.ADOPT: (frozenset({PlanState.APPROVED}), PlanState.ADOPTED),
    PlanAction.WITHDRAW: (frozenset({PlanState.ADOPTED}), PlanState.WITHDRAWN),
    PlanAction.DROP: (
        frozenset({PlanState.DRAFT, PlanState.REVIEW, PlanState.APPROVED}),
        PlanState.DROPPED,
    ),
}
"""From which states an action is possible, and where it leads."""


def after(state: PlanState, action: PlanAction) -> PlanState | None:
    """Return the state that an action leads to; None where it is not possible.

    >>> after(PlanState.REVIEW, PlanAction.APPROVE)
    <PlanState.APPROVED: 'approved'>
    """
    sources, target = MOVES[action]
    return target if state in sources else None
