"""The rates: their figures, their laws, and formulas that hold from a day."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.dispatch.rates import DEFAULT, Counts, Formula, Promptness, formula_on, rates
from gridmap.errors import InvalidInput
from gridmap.terms import Satisfaction

RATES = ("response", "resolution", "satisfaction", "total", "closing", "on_time")


def test_the_published_example_of_the_default():
    made = rates(
        Counts(
            callbacks_valid=200,
            contacted=190,
            solved=150,
            satisfied=120,
            basically=40,
            dissatisfied=40,
            due=400,
            closed=390,
            on_time=360,
            left_out={"no_phone": 12},
        )
    )
    assert (made.response.numerator, made.response.denominator) == (190, 200)
    assert made.response.value == 0.95
    assert made.resolution.value == 0.75
    assert (made.satisfaction.numerator, made.satisfaction.value) == (156, 0.78)
    assert made.total.value == pytest.approx(0.1 * 0.95 + 0.5 * 0.75 + 0.4 * 0.78, abs=1e-15)
    assert (made.closing.value, made.on_time.value) == (0.975, 0.9)
    assert made.left_out == {"no_phone": 12}
    assert made.formula is DEFAULT


def test_without_a_base_there_is_no_figure():
    made = rates(Counts())
    assert [getattr(made, name).value for name in RATES] == [None] * 6
    only_due = rates(Counts(due=3))
    assert (only_due.total.value, only_due.closing.value) == (None, 0)


@st.composite
def counts(draw) -> Counts:
    """Counts that a recount could give."""
    base = draw(st.integers(0, 5000))
    satisfied = draw(st.integers(0, base))
    basically = draw(st.integers(0, base - satisfied))
    due = draw(st.integers(0, 5000))
    closed = draw(st.integers(0, due))
    return Counts(
        callbacks_valid=base,
        contacted=draw(st.integers(0, base)),
        solved=draw(st.integers(0, base)),
        satisfied=satisfied,
        basically=basically,
        dissatisfied=draw(st.integers(0, base - satisfied - basically)),
        due=due,
        closed=closed,
        on_time=draw(st.integers(0, closed)),
    )


@st.composite
def formulas(draw) -> Formula:
    words = sorted(draw(st.tuples(*[st.integers(0, 100)] * 3)), reverse=True)
    first = draw(st.integers(0, 100))
    second = draw(st.integers(0, 100 - first))
    return Formula(
        version=draw(st.integers(1, 9)),
        from_day=draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        words=dict(zip(Satisfaction, words, strict=True)),
        shares=dict(zip(Promptness, (first, second, 100 - first - second), strict=True)),
    )


@given(counts(), formulas())
def test_every_rate_lies_between_nothing_and_all(counted, formula):
    made = rates(counted, formula)
    for name in RATES:
        rate = getattr(made, name)
        assert (rate.value is None) == (rate.denominator == 0)
        assert rate.value is None or 0 <= rate.value <= 1


@given(counts(), formulas())
def test_the_total_is_exact(counted, formula):
    if not counted.callbacks_valid:
        return
    words, shares = formula.words, formula.shares
    satisfaction = Fraction(
        counted.satisfied * words[Satisfaction.SATISFIED]
        + counted.basically * words[Satisfaction.BASICALLY]
        + counted.dissatisfied * words[Satisfaction.DISSATISFIED],
        100,
    )
    parts = (Fraction(counted.contacted), Fraction(counted.solved), satisfaction)
    total = sum(part * share for part, share in zip(parts, shares.values(), strict=True)) / 100
    made = rates(counted, formula)
    assert made.total.value == pytest.approx(float(total / counted.callbacks_valid), abs=1e-15)


@given(counts(), formulas())
def test_one_word_better_is_never_worse(counted, formula):
    if not counted.dissatisfied:
        return
    better = replace(
        counted, dissatisfied=counted.dissatisfied - 1, basically=counted.basically + 1
    )
    assert rates(better, formula).satisfaction.value >= rates(counted, formula).satisfaction.value


@given(formulas())
def test_a_formula_is_data(formula):
    assert Formula.read(formula.written()) == formula


@given(st.lists(formulas(), max_size=5), st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_a_day_is_judged_by_the_formula_of_its_day(known, day):
    found = formula_on(known, day)
    begun = [formula.from_day for formula in known if formula.from_day <= day]
    assert found.from_day == max(begun) if begun else found is DEFAULT


@pytest.mark.parametrize(
    ("words", "shares", "field"),
    [
        ({Satisfaction.BASICALLY: 101}, {}, "basically"),
        ({Satisfaction.BASICALLY: -1}, {}, "basically"),
        ({Satisfaction.SATISFIED: 80}, {}, "basically"),
        ({Satisfaction.DISSATISFIED: 95}, {}, "dissatisfied"),
        ({}, {Promptness.RESPONSE: 11}, "shares"),
        ({}, {Promptness.RESPONSE: -10, Promptness.RESOLUTION: 70}, "response"),
    ],
)
def test_what_is_no_formula(words, shares, field):
    with pytest.raises(InvalidInput) as refusal:
        replace(DEFAULT, words={**DEFAULT.words, **words}, shares={**DEFAULT.shares, **shares})
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "broken",
    [{}, {**DEFAULT.written(), "words": {}}, {**DEFAULT.written(), "from_day": "soon"}],
)
def test_broken_data_is_refused(broken):
    with pytest.raises(InvalidInput):
        Formula.read(broken)
