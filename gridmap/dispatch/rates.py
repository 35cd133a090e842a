"""The three rates that measure promptness, and the closing rates: formulas as data.

The base of the three rates are the valid callbacks (有效回访). No official formula is published; the
default is the one that an analysis service of such reports uses: response 10 %, resolution 50 %,
satisfaction 40 % of the total, where "basically satisfied" counts nine tenths. A county keeps its
own with the day from which it holds, so that an old day gives the same figure whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from gridmap.errors import InvalidInput
from gridmap.terms import Satisfaction, Term

WHOLE: Final = 100


class Promptness(Term):
    """The three rates."""

    RESPONSE = "response", "响应率", "Response rate"
    RESOLUTION = "resolution", "解决率", "Resolution rate"
    SATISFACTION = "satisfaction", "满意率", "Satisfaction rate"


@dataclass(frozen=True, slots=True)
class Formula:
    """How the rates are made from the counts; all weights in whole per cent.

    Attributes:
        version: number of this formula, from 1.
        from_day: first day that is judged by it.
        words: what each word of the reporter counts, 0 to 100.
        shares: what each rate weighs in the total; together 100.

    Raises:
        InvalidInput: a weight outside 0 to 100, a worse word that counts more, shares that are not
            100 together; `field` names the word, or `shares`.
    """

    version: int
    from_day: date
    words: Mapping[Satisfaction, int]
    shares: Mapping[Promptness, int]

    def __post_init__(self) -> None:
        for name, weight in (*self.words.items(), *self.shares.items()):
            if not 0 <= weight <= WHOLE:
                raise _wrong(
                    str(name), "权重在 0 到 100 之间。", "A weight lies between 0 and 100."
                )
        better = WHOLE
        for word in Satisfaction:
            if self.words[word] > better:
                raise _wrong(
                    str(word),
                    "更差的评价不能比更好的评价分量更重。",
                    "A worse word cannot count more than a better one.",
                )
            better = self.words[word]
        if sum(self.shares[rate] for rate in Promptness) != WHOLE:
            raise _wrong(
                "shares",
                "三项权重相加要等于 100%。",
                "The three weights must be 100 % together.",
            )

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Formula:
        """Return a formula from plain JSON as `written` gives it.

        Raises:
            InvalidInput: a weight that no formula has, or a part that is missing.
        """
        try:
            return cls(
                version=int(written["version"]),
                from_day=date.fromisoformat(written["from_day"]),
                words={word: int(written["words"][word]) for word in Satisfaction},
                shares={rate: int(written["shares"][rate]) for rate in Promptness},
            )
        except (KeyError, TypeError, ValueError) as broken:
            raise _wrong(
                "formula", "公式的数据不完整。", "The formula's data is broken."
            ) from broken

    def written(self) -> dict[str, Any]:
        """Return the formula as plain JSON.

        >>> Formula.read(DEFAULT.written()) == DEFAULT
        True
        """
        return {
            "version": self.version,
            "from_day": self.from_day.isoformat(),
            "words": {str(word): weight for word, weight in self.words.items()},
            "shares": {str(rate): weight for rate, weight in self.shares.items()},
        }


def _wrong(name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=name, reason_zh=zh, reason_en=en)


DEFAULT: Final = Formula(
    version=1,
    from_day=date(2000, 1, 1),
    words={
        Satisfaction.SATISFIED: 100,
        Satisfaction.BASICALLY: 90,
        Satisfaction.DISSATISFIED: 0,
    },
    shares={
        Promptness.RESPONSE: 10,
        Promptness.RESOLUTION: 50,
        Promptness.SATISFACTION: 40,
    },
)
"""The formula of a county that has set none."""


def formula_on(formulas: Iterable[Formula], day: date) -> Formula:
    """Return the formula that judges a day: the last one that began by then, else the default.

    >>> formula_on((), date(2026, 11, 24)).version
    1
    """
    begun = [formula for formula in formulas if formula.from_day <= day]
    return max(begun, key=lambda formula: (formula.from_day, formula.version), default=DEFAULT)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rates are made of.

    Attributes:
        callbacks_valid: valid callbacks (有效回访): the base of the three rates.
        contacted: of these, reporters whom somebody had contacted.
        solved: of these, reports that the reporter calls solved.
        satisfied, basically, dissatisfied: of these, the reporters' words; who says none counts as
            none of them.
        due: reports whose time to be closed has come.
        closed: of these, closed ones.
        on_time: of these, closed by their deadline.
        left_out: reports that no rate counts, by the reason.
    """

    callbacks_valid: int = 0
    contacted: int = 0
    solved: int = 0
    satisfied: int = 0
    basically: int = 0
    dissatisfied: int = 0
    due: int = 0
    closed: int = 0
    on_time: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with what it is made of; without a base it has no value (无基数), never 0."""

    numerator: float
    denominator: int

    @property
    def value(self) -> float | None:
        """Return the rate between 0 and 1, or None without a base.

        >>> Rate(9, 10).value, Rate(0, 0).value
        (0.9, None)
        """
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a set of counts by one formula."""

    response: Rate
    resolution: Rate
    satisfaction: Rate
    total: Rate
    closing: Rate
    on_time: Rate
    formula: Formula
    left_out: Mapping[str, int]


def rates(counts: Counts, formula: Formula = DEFAULT) -> Rates:
    """Return the rates of counts by a formula.

    response = contacted / base; resolution = solved / base; satisfaction = (satisfied + 0.9 x
    basically satisfied) / base; total = their weighted sum; closing = closed / due; on time = on
    time / due. Sums are taken in whole per cent, so that the total is exact.

    >>> counts = Counts(callbacks_valid=10, contacted=10, solved=8, satisfied=5, basically=2)
    >>> made = rates(counts)
    >>> made.response.value, made.resolution.value, made.satisfaction.value, made.total.value
    (1.0, 0.8, 0.68, 0.772)
    """
    base = counts.callbacks_valid
    said = {
        Satisfaction.SATISFIED: counts.satisfied,
        Satisfaction.BASICALLY: counts.basically,
        Satisfaction.DISSATISFIED: counts.dissatisfied,
    }
    parts = {
        Promptness.RESPONSE: counts.contacted * WHOLE,
        Promptness.RESOLUTION: counts.solved * WHOLE,
        Promptness.SATISFACTION: sum(said[word] * formula.words[word] for word in Satisfaction),
    }
    total = sum(parts[rate] * formula.shares[rate] for rate in Promptness)
    return Rates(
        response=Rate(counts.contacted, base),
        resolution=Rate(counts.solved, base),
        satisfaction=Rate(parts[Promptness.SATISFACTION] / WHOLE, base),
        total=Rate(total / WHOLE**2, base),
        closing=Rate(counts.closed, counts.due),
        on_time=Rate(counts.on_time, counts.due),
        formula=formula,
        left_out=counts.left_out,
    )
