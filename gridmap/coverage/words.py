"""Sentences in Chinese and English with places in them, and the reasons that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gridmap.terms import Term
from gridmap.timespan import QUARTER_MONTHS, Span

_ZH_QUARTERS = "一二三四"

Value = str | int | date | Span | Term
"""What a place in a sentence takes: words, a number, a day, a quarter, or a term of the field."""


def day_words(day: date, language: str) -> str:
    """Return a day as people write it.

    >>> day_words(date(2026, 3, 1), "zh"), day_words(date(2026, 3, 1), "en")
    ('2026年3月1日', 'March 1, 2026')
    """
    if language == "en":
        return f"{day:%B} {day.day}, {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def quarter_words(quarter: Span, language: str) -> str:
    """Return the name of a calendar quarter.

    >>> quarter_words(Span(date(2026, 10, 1)), "zh"), quarter_words(Span(date(2026, 10, 1)), "en")
    ('2026年四季度', 'Q4 2026')
    """
    number = (quarter.start.month - 1) // QUARTER_MONTHS
    if language == "en":
        return f"Q{number + 1} {quarter.start.year}"
    return f"{quarter.start.year}年{_ZH_QUARTERS[number]}季度"


def _words(value: Value, language: str) -> str:
    match value:
        case date():
            return day_words(value, language)
        case Span():
            return quarter_words(value, language)
        case Term():
            return value.label(language)
    return str(value)


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages, with `{name}` places."""

    zh: str
    en: str

    def fill(self, language: str, params: Mapping[str, Value] | None = None) -> str:
        """Return the sentence in ``zh`` or ``en`` with its places filled.

        >>> Words("自{until}起空缺。", "Vacant from {until}.").fill("en", {"until": date(2026, 3, 1)})
        'Vacant from March 1, 2026.'
        """
        values = {name: _words(value, language) for name, value in (params or {}).items()}
        return (self.en if language == "en" else self.zh).format(**values)


class Action(Term):
    """What a form of a register does."""

    BEGIN = "begin", "登记", "Record"
    RENEW = "renew", "续任", "Renew"
    END = "end", "结束", "End"
    VISIT = "visit", "登记走访", "Record a visit"
    MEET = "meet", "登记会议", "Record a meeting"
    CORRECT = "correct", "更正", "Correct"
    ROUND = "round", "看走访名单", "See the doors"
    PARTY = "party", "看组织生活", "See the calendar"
    DONE = "done", "登记办结", "Record as done"


@dataclass(frozen=True, slots=True)
class Form:
    """The form that mends something: a register, what it does there, and for which kind of record.

    `target`: code of what it is about, where that is not what the gap is about.
    """

    register: str
    action: Action = Action.BEGIN
    kind: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which a clause fails: a stable code, why, how to mend it, and by which form."""

    code: str
    why: Words
    mend: Words
    form: Form
