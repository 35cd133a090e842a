"""Days of a change: what begins, ends, is renewed or put right, and when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Protocol

from gridmap.registers import sentences
from gridmap.registers.cells import Value
from gridmap.registers.changes import Action, Change
from gridmap.registers.columns import Register
from gridmap.registers.sentences import Words

Wrong = tuple[str | None, Words, dict[str, object]]


class Drafted(Protocol):
    """What stands there and what shall stand there."""

    @property
    def before(self) -> dict[str, Value]:
        """Values that stand there."""

    @property
    def values(self) -> dict[str, Value]:
        """Values that shall stand there."""


def day_in(values: Mapping[str, Any], key: str) -> date | None:
    """Return a day among values; None where there is none."""
    found = values.get(key)
    return found if isinstance(found, date) else None


def renewal_day(change: Change, before: Mapping[str, Value], today: date) -> date:
    """Return from which day a renewed term counts: when it was decided, the old one's end at most."""
    return change.day or min(day_in(before, "term_end") or today, today)


def wrong(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    """Yield what is wrong with the days of a change: column, sentence, what fills its places."""
    yield from _RULES[change.action](register, change, draft, today)


def _whole(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    """A record that is written as a whole."""
    del change
    begins, ends = day_in(draft.values, "begins"), day_in(draft.values, "ends")
    if begins and ends and ends <= begins:
        yield "ends", sentences.ENDS_FIRST, {}
    term_end = day_in(draft.values, "term_end")
    if begins and term_end and term_end <= begins:
        yield "term_end", sentences.TERM_FIRST, {}
    day = day_in(draft.values, "day")
    if register.event and day and day > today:
        yield "day", sentences.IN_FUTURE, {}
    if register.column("communities") and not draft.values.get("communities"):
        yield "communities", sentences.NO_COMMUNITY, {}


def _from_a_day(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    del today
    if not register.dated:
        return
    yield from _inside(change.day, draft.before)


def _inside(day: date | None, before: Mapping[str, Value]) -> Iterator[Wrong]:
    begins, ends = day_in(before, "begins"), day_in(before, "ends")
    if day is None:
        yield "from_day", sentences.NO_DAY, {}
    elif ends is not None and day >= ends:
        yield "from_day", sentences.OVER, {"ends": ends}
    elif begins is not None and day <= begins:
        yield "from_day", sentences.NOT_BEGUN, {"begins": begins}


def _change(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    yield from _from_a_day(register, change, draft, today)
    yield from _differs(change, draft)
    if not register.dated:
        yield from _whole(register, change, draft, today)


def _differs(change: Change, draft: Drafted) -> Iterator[Wrong]:
    same = all(draft.values.get(key) == draft.before.get(key) for key in change.values)
    if same:
        yield None, sentences.NO_CHANGE, {}
    if draft.before.get("code") and draft.values.get("code") != draft.before["code"]:
        yield "code", sentences.OWN_CODE, {}


def _end(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    if not register.dated:
        yield None, sentences.NO_END, {}
        return
    yield from _from_a_day(register, change, draft, today)


def _renew(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    old, new = day_in(draft.before, "term_end"), day_in(draft.values, "term_end")
    if not register.renews:
        yield None, sentences.NO_TERM, {}
        return
    if new is None:
        yield "term_end", sentences.NEEDED, {}
    elif old is not None and new <= old:
        yield "term_end", sentences.SHORTER_TERM, {"term_end": old}
    yield from _inside(renewal_day(change, draft.before, today), draft.before)


def _correct(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    yield from _reason(register, change, draft, today)
    yield from _differs(change, draft)
    yield from _whole(register, change, draft, today)


def _reason(register: Register, change: Change, draft: Drafted, today: date) -> Iterator[Wrong]:
    del register, draft, today
    if not change.reason.strip():
        yield "reason", sentences.NO_REASON, {}


_Rule = Callable[[Register, Change, Drafted, date], Iterator[Wrong]]
_RULES: Final[Mapping[Action, _Rule]] = {
    Action.BEGIN: _whole,
    Action.CHANGE: _change,
    Action.END: _end,
    Action.RENEW: _renew,
    Action.CORRECT: _correct,
    Action.WITHDRAW: _reason,
}
