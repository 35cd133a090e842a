"""The rules of coverage: which checks are put, with which thresholds; from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.coverage import service
from gridmap.coverage.audits import Check, Pairs, Places, Rule, Threshold
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.rules import RuleDays, RuleSpan
from gridmap.errors import InvalidInput
from gridmap.registers import service as registers
from gridmap.terms import AreaKind, PostKind
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

_BY_KEY: Final[Mapping[str, Check]] = {check.key: check for check in CHECKS}
_BETWEEN: Final = "＋"
"""Stands between the two posts of a pair, a pair a line."""


def show() -> ResponseReturnValue:
    """Show all checks with today's rule; with `check` the form and the history of one."""
    check = _BY_KEY.get(request.args.get("check", ""))
    if check is None:
        return _list()
    if request.method == "GET":
        return _one(check, None)
    form = SentForm(request.form)
    day = form.day("day")
    rule = Rule(form.has("on"), _limits(check, form))
    if not form.faults:
        try:
            account_id = access.require_account().account_id
            service.set_rule(
                current_session(), check.key, rule, day, account_id=account_id, now=now()
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
    if form.faults:
        return _one(check, form, status=422)
    return redirect(url_for("settings.coverage", check=check.key, saved=1), 303)


def _limits(check: Check, form: SentForm) -> dict[str, Any]:
    return {one.key: _limit(one, form) for one in check.thresholds}


def _limit(one: Threshold | Pairs | Places, form: SentForm) -> Any:  # noqa: ANN401 - as the threshold has it
    if isinstance(one, Pairs):
        return _pairs(one.key, form)
    if isinstance(one, Places):
        return tuple(request.form.getlist(one.key))
    return form.whole(one.key, one.least, one.most)


def _pairs(name: str, form: SentForm) -> list[tuple[str, str]]:
    """Return the pairs of a field: a line each, posts by their Chinese or English name."""
    posts = {label: kind.value for kind in PostKind for label in (kind.zh, kind.en)}
    made = []
    for line in form.sent.get(name, "").splitlines():
        words = [
            posts.get(word.strip(), "") for word in line.replace("+", _BETWEEN).split(_BETWEEN)
        ]
        if not line.strip():
            continue
        if len(words) != len(("one", "other")) or "" in words:
            wrong = _("看不懂“{line}”：每行写两个岗位，中间用＋隔开。")
            form.faults.setdefault(name, wrong.replace("{line}", line.strip()))
        else:
            made.append((words[0], words[1]))
    return made


def _list() -> ResponseReturnValue:
    known, reader = service.rule_days(current_session()), language.current()
    rules = known.on(today())
    later = {one.check for one in known.spans if one.span.start > today()}
    rows = [
        {
            "key": check.key,
            "label": check.label.fill(reader),
            "asks": check.asks.fill(reader),
            "level": check.level,
            "on": rules[check.key].on,
            "says": _says(check, rules[check.key], reader),
            "later": check.key in later,
        }
        for check in CHECKS
    ]
    return make_response(render_template("settings_coverage.html", rows=rows), 200)


def _says(check: Check, rule: Rule, reader: str) -> str:
    """Return the thresholds in words."""
    said = []
    for one in check.thresholds:
        value = rule.limits[one.key]
        if isinstance(one, Pairs):
            said.append(_("{n} 对岗位").replace("{n}", str(len(value))))
        elif isinstance(one, Places):
            names = _communities()
            said.append(_("、").join(names.get(code, code) for code in value) or _("没有指定社区"))
        else:
            said.append(f"{one.label.fill(reader)} {value} {one.unit.fill(reader)}")
    return " · ".join(said)


def _one(check: Check, form: SentForm | None, *, status: int = 200) -> ResponseReturnValue:
    known, reader = service.rule_days(current_session()), language.current()
    rule = known.on(today())[check.key]
    page = render_template(
        "settings_coverage_check.html",
        check=check,
        label=check.label.fill(reader),
        asks=check.asks.fill(reader),
        level=check.level,
        rule=rule,
        says=_says(check, rule, reader),
        fields=[_field(one, reader) for one in check.thresholds],
        posts=[kind.label(reader) for kind in PostKind],
        rows=_rows(check, known, reader),
        sent=_sent(check, rule, reader) if form is None else _again(check, form),
        faults=form.faults if form else {},
        saved=form is None and "saved" in request.args,
    )
    return make_response(page, status)


def _field(one: Threshold | Pairs | Places, reader: str) -> dict[str, Any]:
    label = one.label.fill(reader)
    if isinstance(one, Pairs):
        return {"key": one.key, "label": label, "pairs": True}
    if isinstance(one, Places):
        return {"key": one.key, "label": label, "places": sorted(_communities().items())}
    bounds = _("{least} 到 {most} {unit}，通常 {usual}")
    for name, value in (("least", one.least), ("most", one.most), ("usual", one.usual)):
        bounds = bounds.replace(f"{{{name}}}", str(value))
    unit = one.unit.fill(reader)
    label = _("{name}（{unit}）").replace("{name}", label).replace("{unit}", unit)
    return {"key": one.key, "label": label, "hint": bounds.replace("{unit}", unit)}


def _sent(check: Check, rule: Rule, reader: str) -> dict[str, Any]:
    """Return today's rule as the form shows it."""
    values = {one.key: _shown(one, rule.limits[one.key], reader) for one in check.thresholds}
    return {"day": today().isoformat(), "on": "1" if rule.on else "", **values}


def _shown(one: Threshold | Pairs | Places, value: Any, reader: str) -> Any:  # noqa: ANN401 - as the threshold has it
    if isinstance(one, Pairs):
        return "\n".join(
            _BETWEEN.join(PostKind(kind).label(reader) for kind in pair) for pair in value
        )
    return value if isinstance(one, Places) else str(value)


def _again(check: Check, form: SentForm) -> dict[str, Any]:
    """Return a form as it was sent; of places all that were marked."""
    marked = [one.key for one in check.thresholds if isinstance(one, Places)]
    return {**form.sent, **{key: request.form.getlist(key) for key in marked}}


def _communities() -> dict[str, str]:
    """Return the communities of today by code, each with its name."""
    return {
        area.code: area.name
        for area in registers.areas(current_session(), today())
        if area.kind == AreaKind.COMMUNITY
    }


def _rows(check: Check, known: RuleDays, reader: str) -> list[dict[str, Any]]:
    """Return the rules of a check, the newest first; what holds where none is set comes last."""
    usual = {"from_day": "", "until": "", "on": True, "says": _says(check, _usual(check), reader)}
    spans = [one for one in known.spans if one.check == check.key]
    held = any(today() in one.span for one in spans)
    rows = [_row(check, one, reader) for one in reversed(spans)]
    return [*rows, usual | {"now": not held, "later": False, "who": ""}]


def _usual(check: Check) -> Rule:
    return Rule(limits=check.usual)


def _row(check: Check, one: RuleSpan, reader: str) -> dict[str, Any]:
    return {
        "from_day": format_date(one.span.start, "medium"),
        "until": format_date(one.span.end, "medium") if one.span.end else "",
        "on": one.rule.on,
        "says": _says(check, one.rule, reader),
        "now": today() in one.span,
        "later": one.span.start > today(),
        "who": one.set_by or "",
    }
