"""What people of the demo county do with a report, how likely and how soon: pure, drawn from dice.

Everybody works towards the deadline of the stage, a few let it pass; reporters answer when asked,
are called, or say nothing until the time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from geodata.demo.dice import Dice
from gridmap.dispatch.lifecycle import Action
from gridmap.terms import Outcome, Rung, Satisfaction, Stage
from gridmap.timespan import LOCAL_ZONE

Key = TypeVar("Key")
IsWorking = Callable[[date], bool]
"""Whether people work on a day."""

UPPER: Final = frozenset({Rung.COMMUNITY, Rung.TOWNSHIP, Rung.COUNTY})
"""Rungs that dispatch to agencies, split and suspend."""
IDLE: Final[Mapping[Rung, float]] = {
    Rung.BUILDING_GROUP: 0.09,
    Rung.GRID_BRANCH: 0.05,
    Rung.COMMUNITY: 0.05,
    Rung.TOWNSHIP: 0.04,
    Rung.COUNTY: 0.04,
}
"""How often somebody at a rung lets the time run out."""
URGENT_WITHIN: Final = timedelta(hours=26)
"""What is due so soon is worked on at night and on holidays, too."""
MORNING, EVENING = time(8, 30), time(18, 0)
WAKING: Final = (7, 22)
CALL_BY: Final = timedelta(days=2)

Chances = Mapping[Action, float]

CHANCES: Final[Mapping[Stage, Chances]] = {
    Stage.FILED: {
        Action.ACCEPTED: 85,
        Action.DISPATCHED: 6,
        Action.JOINED: 3,
        Action.SENT_UP: 3,
        Action.RETURNED: 1.5,
        Action.TRANSFERRED: 1,
        Action.SUPERVISED: 0.5,
    },
    Stage.ACCEPTED: {
        Action.HANDLED: 82,
        Action.DISPATCHED: 9,
        Action.SENT_UP: 3,
        Action.NOTED: 2,
        Action.SUSPENDED: 1.5,
        Action.PARTED: 1.2,
        Action.RETURNED: 0.8,
        Action.SUPERVISED: 0.5,
    },
    Stage.HANDLING: {
        Action.HANDLED: 92,
        Action.NOTED: 3,
        Action.RETURNED: 2.5,
        Action.SENT_UP: 1,
        Action.SUSPENDED: 1,
        Action.SUPERVISED: 0.5,
    },
    Stage.CHECKING: {Action.CHECKED: 93, Action.REJECTED: 6, Action.SUSPENDED: 1},
    Stage.SUSPENDED: {Action.RESUMED: 1},
    Stage.JOINED: {Action.SEPARATED: 1},
    Stage.CLOSED: {Action.REOPENED: 1},
}
"""What is done next in a stage, by weight. `ASKING` is the reporter's, see `_answer`."""

RARE: Final[Mapping[Stage, float]] = {Stage.SUSPENDED: 0.1, Stage.JOINED: 0.01, Stage.CLOSED: 0.008}
"""Stages that mostly stay as they are: how often something is done at all."""
ONLY_UPPER: Final = frozenset({Action.SUSPENDED, Action.PARTED})
ONLY_WHOLE: Final = frozenset(
    {Action.SUSPENDED, Action.PARTED, Action.TRANSFERRED, Action.JOINED, Action.REOPENED}
)
ANSWERS: Final = (0.42, 0.75)
"""Reporters who answer by themselves; up to the second share, those who are called."""
REACHED: Final = 0.75
SAYS_SOLVED: Final[Mapping[Outcome, float]] = {
    Outcome.SOLVED: 0.91,
    Outcome.NOT_SOLVED: 0.15,
    Outcome.NOT_OURS: 0.1,
    Outcome.DUPLICATE: 0.6,
}
CONTENT: Final[Mapping[bool, tuple[float, float]]] = {True: (0.72, 0.97), False: (0.03, 0.2)}
"""Satisfied, and at least basically satisfied, where it is called solved and where it is not."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A report as those see it who do something with it next."""

    id: int
    number: str
    version: int
    stage: Stage
    rung: Rung
    outcome: Outcome | None
    holder_post_id: int | None
    entrusted: bool
    is_part: bool
    line: str
    category_code: str
    community_id: int | None
    grid_id: int | None
    compound_id: int | None
    track_key: str
    due_at: datetime | None
    supervised: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody is going to do with a report, and when; `called`: a holder asks the reporter."""

    at: datetime
    action: Action
    called: bool = False


def next_intent(stand: Stand, now: datetime, dice: Dice, is_working: IsWorking) -> Intent | None:
    """Return what is done next with a report, or None where its clock or nothing acts.

    Args:
        stand: the report after its last step.
        now: moment of that step.
        dice: this report's chance at this version.
        is_working: the county's calendar.
    """
    if stand.stage is Stage.ASKING:
        return _asked(stand, now, dice, is_working)
    if stand.is_part and stand.stage is Stage.CLOSED:
        return None
    if not dice.chance(RARE.get(stand.stage, 1.0)):
        return None
    overdue = stand.due_at is not None and stand.due_at <= now
    if stand.stage not in RARE and not overdue and dice.chance(IDLE[stand.rung]):
        return None
    action = _drawn(stand, dice)
    if stand.stage in RARE:
        return Intent(_waking(now + timedelta(days=dice.between(0.5, 14))), action)
    return Intent(_in_time(stand, now, dice, is_working), action)


def _drawn(stand: Stand, dice: Dice) -> Action:
    chances = {
        action: weight for action, weight in CHANCES[stand.stage].items() if _fits(stand, action)
    }
    return drawn(chances, dice)


def _fits(stand: Stand, action: Action) -> bool:
    upper = stand.rung in UPPER and not stand.entrusted
    tests: dict[Action, bool] = {
        Action.SENT_UP: stand.entrusted or stand.rung is not Rung.COUNTY,
        Action.RETURNED: stand.entrusted or stand.rung is not Rung.COUNTY,
        Action.SUPERVISED: not stand.supervised and stand.community_id is not None,
        Action.JOINED: not stand.entrusted,
        Action.TRANSFERRED: not stand.entrusted,
        Action.DISPATCHED: not stand.entrusted,
    }
    return (
        tests.get(action, True)
        and (upper or action not in ONLY_UPPER)
        and not (stand.is_part and action in ONLY_WHOLE)
    )


def drawn(chances: Mapping[Key, float], dice: Dice) -> Key:
    """Draw one of the keys by weight."""
    left = dice.between(0, sum(chances.values()))
    for key, weight in chances.items():
        left -= weight
        if left < 0:
            return key
    return next(iter(chances))


def _in_time(stand: Stand, now: datetime, dice: Dice, is_working: IsWorking) -> datetime:
    """Some way towards the deadline, most early; what is overdue is done in the next days."""
    if stand.due_at is None or stand.due_at <= now:
        return _office(now + timedelta(hours=dice.between(1, 40)), dice, is_working)
    span = stand.due_at - now
    at = now + span * (0.03 + 0.95 * dice.unit() ** 1.6)
    return at if span < URGENT_WITHIN else _office(at, dice, is_working)


def _office(at: datetime, dice: Dice, is_working: IsWorking) -> datetime:
    """Put a moment off to the next office hours."""
    local = at.astimezone(LOCAL_ZONE)
    day = local.date()
    if is_working(day) and MORNING <= local.time() <= EVENING:
        return at
    if not is_working(day) or local.time() > EVENING:
        day += timedelta(days=1)
    while not is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, LOCAL_ZONE) + timedelta(minutes=dice.between(0, 150))


def _waking(at: datetime) -> datetime:
    local = at.astimezone(LOCAL_ZONE)
    hour = min(max(local.hour, WAKING[0]), WAKING[1])
    return local.replace(hour=hour)


def _asked(stand: Stand, now: datetime, dice: Dice, is_working: IsWorking) -> Intent | None:
    luck, last = dice.unit(), (stand.due_at or now + CALL_BY) - timedelta(minutes=20)
    if luck >= ANSWERS[1]:
        return None
    called = luck >= ANSWERS[0]
    at = now + (last - now) * (0.02 + 0.9 * dice.unit() ** 1.5)
    at = _office(at, dice, is_working) if called else _waking(at)
    if at >= last:
        return None
    action = Action.UNREACHED if called and not dice.chance(REACHED) else Action.AGREED
    return Intent(at, action, called)


@dataclass(frozen=True, slots=True)
class Words:
    """What a reporter answers."""

    contacted: bool
    solved: bool
    satisfaction: Satisfaction


def answer(stand: Stand, dice: Dice) -> Words:
    """Return what the reporter says of a report that was handled and checked."""
    solved = dice.chance(SAYS_SOLVED[stand.outcome or Outcome.SOLVED])
    luck, (content, basically) = dice.unit(), CONTENT[solved]
    word = (
        Satisfaction.SATISFIED
        if luck < content
        else Satisfaction.BASICALLY
        if luck < basically
        else Satisfaction.DISSATISFIED
    )
    return Words(dice.chance(0.96 if solved else 0.8), solved, word)


def moment_in(day: date, hour: int, dice: Dice) -> datetime:
    """Return a moment in an hour of a day in Asia/Shanghai."""
    start = datetime.combine(day, time(hour), LOCAL_ZONE)
    return start + timedelta(seconds=dice.between(0, 3600))
