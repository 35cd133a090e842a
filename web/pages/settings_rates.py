"""The formula of the three rates: what holds now, what will hold, and another from a day."""

from __future__ import annotations

from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from gridmap.dispatch import catalogue
from gridmap.dispatch.rates import DEFAULT, WHOLE, Counts, Formula, Promptness, formula_on, rates
from gridmap.errors import InvalidInput
from gridmap.terms import Satisfaction
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

EXAMPLE: Final = Counts(
    callbacks_valid=100, contacted=96, solved=85, satisfied=70, basically=20, dissatisfied=10
)


def show() -> ResponseReturnValue:
    """Show the formulas; on POST let another hold from a day."""
    if request.method == "GET":
        return _page(None)
    form = SentForm(request.form)
    day = form.day("day")
    words = {word: form.whole(word, 0, WHOLE) for word in Satisfaction}
    shares = {rate: form.whole(rate, 0, WHOLE) for rate in Promptness}
    if not form.faults:
        try:
            account_id = access.require_account().account_id
            catalogue.put_rate_formula(
                current_session(), day, words, shares, account_id=account_id, now=now()
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
    return _page(form, status=422) if form.faults else redirect(url_for("settings.rates"), 303)


def _page(form: SentForm | None, *, status: int = 200) -> ResponseReturnValue:
    known = catalogue.rate_formulas(current_session())
    current = formula_on(known, today())
    weights = (*current.words.items(), *current.shares.items())
    fields = {str(name): str(weight) for name, weight in weights}
    page = render_template(
        "settings_rates.html",
        rows=[_row(formula, current) for formula in reversed((DEFAULT, *known))],
        words=list(Satisfaction),
        rates=list(Promptness),
        sent={"day": today().isoformat(), **fields, **(form.sent if form else {})},
        faults=form.faults if form else {},
        example=EXAMPLE,
        made=_example(current),
    )
    return make_response(page, status)


def _row(formula: Formula, current: Formula) -> dict[str, Any]:
    return {
        "version": formula.version,
        "from_day": "" if formula is DEFAULT else format_date(formula.from_day, "medium"),
        "words": [formula.words[word] for word in Satisfaction],
        "shares": [formula.shares[rate] for rate in Promptness],
        "now": formula == current,
    }


def _example(formula: Formula) -> list[tuple[str, str]]:
    """What the formula makes of an example, in per cent."""
    made, reader = rates(EXAMPLE, formula), language.current()
    figures = (made.response, made.resolution, made.satisfaction)
    return [
        (rate.label(reader), f"{(figure.value or 0) * WHOLE:.1f}%")
        for rate, figure in zip(Promptness, figures, strict=True)
    ] + [("", f"{(made.total.value or 0) * WHOLE:.2f}%")]
