"""What is done with a report of the demo county: an intent becomes a move of the real services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from geodata.demo import complaints as texts
from geodata.demo.crowd import Crowd
from geodata.demo.dice import Dice
from geodata.demo.habits import Intent, Stand, answer, drawn
from gridmap.dispatch import following, moving
from gridmap.dispatch.following import Proof
from gridmap.dispatch.lifecycle import Action, ReturnReason
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.errors import NotFound
from gridmap.terms import Outcome, Satisfaction, Stage
from gridmap.timespan import local_day

OUTCOMES: Final = {Outcome.SOLVED: 90, Outcome.NOT_SOLVED: 6, Outcome.NOT_OURS: 4}
AGREES_ANYWAY: Final = 0.75
"""Reporters who let an unsolved report be closed."""

AGENCIES_A_SPLIT: Final = 2
PUT_OFF_DAYS: Final = (14, 90)
"""How long a suspended report waits."""

_NOTES: Final = {
    Action.SENT_UP: texts.SENT_UP,
    Action.RETURNED: texts.RETURNED,
    Action.SUSPENDED: texts.SUSPENDED,
    Action.CHECKED: texts.CHECKED,
    Action.REJECTED: texts.REJECTED,
    Action.UNREACHED: texts.UNREACHED,
    Action.SUPERVISED: texts.SUPERVISED,
    Action.TRANSFERRED: ("类别选错了，转到对口的条线。",),
    Action.NOTED: ("已约好明天上门。", "配件已下单。", "与诉求人通过电话。"),
}


@dataclass
class Mains:
    """The newest open report of each community and category: others are joined to it."""

    _known: dict[tuple[int | None, str], list[str]] = field(default_factory=dict)

    def see(self, stand: Stand) -> None:
        """Remember an open report that is no part."""
        if not stand.is_part:
            kept = self._known.setdefault((stand.community_id, stand.category_code), [])
            if stand.number not in kept:
                kept.append(stand.number)
                del kept[:-3]

    def beside(self, stand: Stand) -> str | None:
        """Return the number of an earlier one; it may have been closed since."""
        kept = self._known.get((stand.community_id, stand.category_code), [])
        return next((number for number in kept if number < stand.number), None)


class Deeds:
    """Turns intents into moves, for the people of a crowd."""

    def __init__(self, crowd: Crowd, mains: Mains, seed: int) -> None:
        self.crowd = crowd
        self.mains = mains
        self.seed = seed
        self._needing: dict[Action, Callable[[Stand, date, Dice], Instruction | None]] = {
            Action.DISPATCHED: self._dispatched,
            Action.PARTED: self._parted,
            Action.JOINED: self._joined,
            Action.SUSPENDED: self._suspended,
            Action.TRANSFERRED: self._transferred,
            Action.RETURNED: self._returned,
        }

    def do(self, session: Session, stand: Stand, intent: Intent) -> Action | None:
        """Make the move that was intended; None where nobody is in post to make it.

        Raises:
            GridmapError: the services refuse it.
        """
        dice = Dice(self.seed, stand.number, stand.version, "deed")
        day = local_day(intent.at)
        said = self._said(stand, intent, dice)
        by_reporter = stand.stage in {Stage.JOINED, Stage.CLOSED} or (
            stand.stage is Stage.ASKING and not intent.called
        )
        if by_reporter:
            following.answer(
                session, stand.number, Proof(track_key=stand.track_key), said, intent.at
            )
            return said.action
        worker = (
            self.crowd.supervisor(stand, day)
            if said.action is Action.SUPERVISED
            else self.crowd.worker(stand.holder_post_id, day)
        )
        if worker is None:
            return None
        moved = moving.act(session, stand.number, worker, said, intent.at)
        if isinstance(moved, NotFound):
            raise moved
        return said.action

    def _said(self, stand: Stand, intent: Intent, dice: Dice) -> Instruction:
        """Word an intent; what has nobody or nothing to go to becomes the plain move of its stage."""
        action, day = intent.action, local_day(intent.at)
        if stand.stage in {Stage.ASKING, Stage.CLOSED} and action is not Action.UNREACHED:
            return _answered(stand, dice)
        if action in self._needing:
            return self._needing[action](stand, day, dice) or _plain(stand, dice)
        if action is Action.HANDLED:
            return _handled(stand.version, dice)
        note = dice.pick(_NOTES[action]) if action in _NOTES else None
        return Instruction(action, stand.version, note=note)

    def _dispatched(self, stand: Stand, day: date, dice: Dice) -> Instruction | None:
        helper = self.crowd.helper(stand, day, dice)
        said = Instruction(Action.DISPATCHED, stand.version, note="请按时办结。", post_id=helper)
        return said if helper is not None else None

    def _parted(self, stand: Stand, day: date, dice: Dice) -> Instruction | None:
        posts = [post.id for post in dice.shuffled(self.crowd.agencies("", day))]
        agencies = tuple(posts[:AGENCIES_A_SPLIT])
        said = Instruction(Action.PARTED, stand.version, agency_post_ids=agencies)
        return said if len(agencies) == AGENCIES_A_SPLIT else None

    def _joined(self, stand: Stand, _day: date, _dice: Dice) -> Instruction | None:
        main = self.mains.beside(stand)
        return Instruction(Action.JOINED, stand.version, main_number=main) if main else None

    def _suspended(self, stand: Stand, day: date, dice: Dice) -> Instruction | None:
        owner, note = self.crowd.owner(stand, day), dice.pick(_NOTES[Action.SUSPENDED])
        back = day + timedelta(days=dice.whole(*PUT_OFF_DAYS))
        said = Instruction(Action.SUSPENDED, stand.version, note=note, post_id=owner, until=back)
        return said if owner is not None else None

    def _transferred(self, stand: Stand, _day: date, dice: Dice) -> Instruction:
        other = dice.pick([one.code for one in texts.COMPLAINTS])
        note = dice.pick(_NOTES[Action.TRANSFERRED])
        return Instruction(Action.TRANSFERRED, stand.version, note=note, category_code=other)

    def _returned(self, stand: Stand, _day: date, dice: Dice) -> Instruction:
        note, reason = dice.pick(_NOTES[Action.RETURNED]), dice.pick(tuple(ReturnReason))
        return Instruction(Action.RETURNED, stand.version, note=note, reason=reason)


def _plain(stand: Stand, dice: Dice) -> Instruction:
    """What is done where the intended move has nobody or nothing to go to."""
    if stand.stage is Stage.FILED:
        return Instruction(Action.ACCEPTED, stand.version)
    if stand.stage is Stage.CHECKING:
        return Instruction(Action.CHECKED, stand.version)
    return _handled(stand.version, dice)


def _handled(version: int, dice: Dice) -> Instruction:
    outcome = drawn(OUTCOMES, dice)
    note = dice.pick(texts.DONE[outcome is Outcome.SOLVED])
    return Instruction(Action.HANDLED, version, note=note, outcome=outcome)


def _answered(stand: Stand, dice: Dice) -> Instruction:
    if stand.stage is Stage.CLOSED:
        still = following.not_solved(dice.pick(texts.COMPLAINED), contacted=dice.chance(0.8))
        return Instruction(Action.REOPENED, stand.version, answer=still)
    said = answer(stand, dice)
    agrees = said.solved or (stand.outcome is not Outcome.SOLVED and dice.chance(AGREES_ANYWAY))
    content = said.satisfaction is not Satisfaction.DISSATISFIED
    remark = dice.pick(texts.REMARKS if content else texts.COMPLAINED) or None
    words = Answer(said.contacted, said.solved, said.satisfaction, remark)
    return Instruction(Action.AGREED if agrees else Action.REOPENED, stand.version, answer=words)
