"""A record of a register: its history, its corrections, and the forms that write it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from gridmap.accounts.actions import ACTIONS, label
from gridmap.registers import service
from gridmap.registers.catalogue import register_named
from gridmap.registers.cells import Unfit, value_of, words_of
from gridmap.registers.changes import (
    UNKEPT_ANEW,
    Action,
    Change,
    Correction,
    Event,
    Filters,
    History,
    Record,
    RefusedChanges,
)
from gridmap.registers.columns import Register
from gridmap.terms import PostKind
from web import access, language
from web.pages import registers_visits
from web.pages.registers_form import (
    AREA_COLUMNS,
    Sent,
    columns_for,
    day_of,
    differing,
    fields,
    given,
    named,
    sent,
    words,
)
from web.params import now, today
from web.session import current_session

_OURS: Final = frozenset({"target", "kind", "do", "saved"})
"""What an address says to the registers; all else it carries back to the page of coverage."""
_NAME: Final = re.compile(r"[a-z][a-z_]{0,19}\Z")
_MOST_KEPT: Final = 12
_LONGEST_KEPT: Final = 64
MOST_LINES: Final = 12
"""Earlier and later records that are shown at once."""
_LEADERS: Final = ("leader_municipal", "leader_county", "leader_township")


def new(register: str) -> ResponseReturnValue:
    """Show the form of a new record, filled in with what a finding of coverage knows."""
    known = register_named(register)
    texts = {"begins": today().isoformat(), "day": today().isoformat()}
    target = request.args.get("target", "")[:64]
    texts |= dict.fromkeys([key for key in AREA_COLUMNS if known.column(key)][:1], target)
    if request.args.get("kind") in known.kinds or known.key == "visits":
        texts["kind"] = request.args.get("kind", "")[:40]
    if known.key == "visits" and target:
        texts |= _leader(target, texts["kind"])
    return _new_page(known, Sent(texts))


def _leader(community: str, kind: str) -> dict[str, str]:
    """Who is linked to a community, where it is one; of several the county leader, whose visits are counted."""
    links = register_named("leader-links")
    wanted = Filters(target=community, kind=kind if kind in _LEADERS else "")
    who = access.require_account()
    found = service.rows(current_session(), who, links, today(), wanted).records
    if len(found) > 1:
        found = tuple(one for one in found if one.values["kind"] == PostKind.LEADER_COUNTY)
    if len(found) != 1:
        return {}
    values = found[0].values
    return {key: str(values[key]) for key in ("person", "person_name", "kind")}


def begin(register: str) -> ResponseReturnValue:
    """Write a new record."""
    known, form = register_named(register), sent()
    change_ = Change(Action.BEGIN, given(known.writable, form))
    try:
        who = access.require_account()
        written = service.write(current_session(), who, known, [change_], now())
    except RefusedChanges as refusal:
        form.refuse(refusal)
        return _new_page(known, form, status=422)
    return redirect(_after(known, written.ids[0]), 303)


def _after(register: Register, record_id: int) -> str:
    """Back to coverage if the form came from there, else to the record."""
    if request.args.get("from") == "coverage":
        return _coverage()
    return url_for("registers.record", register=register.key, record_id=record_id, saved=1)


def _kept() -> dict[str, str]:
    """What the address carries: where the form came from, and what was looked at there."""
    carried = [
        (name, text)
        for name, text in request.args.items()
        if _NAME.match(name) and name not in _OURS and len(text) <= _LONGEST_KEPT
    ]
    return dict(carried[:_MOST_KEPT])


def _carrying(address: str, **more: str) -> str:
    carried = _kept() | more
    return f"{address}?{urlencode(carried)}" if carried else address


def _coverage() -> str:
    seen_there = {name: text for name, text in _kept().items() if name != "from"}
    address = url_for("coverage_pages.show")
    return f"{address}?{urlencode(seen_there)}" if seen_there else address


def _new_page(register: Register, form: Sent, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "registers_form.html",
        register=register,
        fields=fields(register, register.writable, form),
        faults=form.faults,
        address=_carrying(url_for("registers.begin", register=register.key)),
        back=_back(register),
        from_coverage=request.args.get("from") == "coverage",
    )
    return make_response(page, status)


def _back(register: Register) -> str:
    if request.args.get("from") == "coverage":
        return _coverage()
    return url_for("registers.table", register=register.key)


def show(register: str, record_id: int) -> ResponseReturnValue:
    """Show a record and its history; with `do` also the form that does it."""
    asked = request.args.get("do", "")
    action = Action(asked) if asked in set(Action) else None
    return _page(register_named(register), record_id, action, None)


def change(register: str, record_id: int) -> ResponseReturnValue:
    """Do what the form says with a record."""
    known, form = register_named(register), sent()
    asked = form.texts.get("do", "")
    action = Action(asked) if asked in _CHANGING else Action.CORRECT
    who, session = access.require_account(), current_session()
    standing = service.record(session, who, known, record_id, today()).record
    if form.texts.get("seen", "") != seen(known, standing):
        form.faults["form"] = _("这条记录刚刚被别人改过。请看过现在的内容，再保存一次。")
        return _page(known, record_id, action, form, status=409)
    changed = Change(
        action,
        differing(columns_for(known, action), form, words(known, standing.values)),
        id=record_id,
        day=day_of(form.texts.get("from_day", "")),
        reason=form.texts.get("reason", ""),
    )
    try:
        written = service.write(session, who, known, [changed], now())
    except RefusedChanges as refusal:
        form.refuse(refusal)
        return _page(known, record_id, action, form, status=422)
    if action is Action.WITHDRAW:
        return redirect(url_for("registers.table", register=known.key, saved=1), 303)
    return redirect(_after(known, written.ids[0]), 303)


def seen(register: Register, record: Record) -> str:
    """Return a word for all that stands in a record: a form is sent with what its writer saw."""
    stands = "\n".join(words(register, record.values).values())
    return hashlib.sha256(stands.encode()).hexdigest()[:16]


_CHANGING: Final = frozenset(Action) - {Action.BEGIN}


def _page(
    register: Register, record_id: int, action: Action | None, form: Sent | None, status: int = 200
) -> ResponseReturnValue:
    who, session = access.require_account(), current_session()
    history = service.record(session, who, register, record_id, today())
    record = history.record
    if form is None:
        form = Sent(words(register, record.values) | _days(record, action))
    may, names = record.may_write, _action_names()
    address = url_for("registers.record", register=register.key, record_id=record.id)
    page = render_template(
        "registers_record.html",
        register=register,
        record=record,
        heading=heading(register, record),
        facts=_facts(register, record),
        state=_state(record),
        back=_coverage() if request.args.get("from") == "coverage" else "",
        doing=action if may else None,
        doing_name=names.get(action, "") if action else "",
        fields=fields(register, columns_for(register, action), form) if action and may else [],
        form=form,
        seen=seen(register, record),
        lines=_lines(register, history),
        most_lines=MOST_LINES,
        corrections=[_correction(register, one) for one in history.corrections],
        events=[_event(register, one, _others(register, history)) for one in history.events],
        visit=registers_visits.shown(record.id, may=may) if register.key == "visits" else None,
        saved="saved" in request.args,
        here=_carrying(address),
        deeds=[
            (one.value, names[one], _carrying(address, do=one.value))
            for one in (_actions(register, record) if may else [])
        ],
    )
    return make_response(page, status)


def _days(record: Record, action: Action | None) -> dict[str, str]:
    """Days that a form begins with."""
    if action is Action.RENEW:
        return {"term_end": "", "from_day": ""}
    return {"from_day": today().isoformat() if record.span else ""}


_NAMING: Final = (
    *("target_name", "community_name", "compound_name", "name", "agency_name", "kind"),
    *("topic", "company_name", "person_name"),
)


def heading(register: Register, record: Record) -> str:
    """Return what a record is called: who, and for what."""
    reader = language.current()
    found = [
        words_of(column, record.values.get(key), reader)
        for key in _NAMING
        if (column := register.column(key)) is not None
        and not (key == "agency_name" and register.key == "persons")
    ]
    return " · ".join(dict.fromkeys(text for text in found if text))


def _facts(register: Register, record: Record) -> list[tuple[str, str]]:
    reader = language.current()
    facts = []
    for column in register.columns:
        text = words_of(column, record.values[column.key], reader)
        if column.key in record.hidden:
            text = _("只对本辖区工作人员显示")
        if text:
            if not register.column(f"{column.key}_name"):
                text = " ".join(filter(None, (text, named(column, text))))
            facts.append((column.label(reader), text))
    place = record.place
    if place and not register.column("community"):
        above = f"{place.township} " if place.township else ""
        facts.append((_("所在社区") if place.township else _("所在地区"), f"{above}{place.name}"))
    return facts


def _state(record: Record) -> tuple[str, str]:
    if record.span is None:
        return "", ""
    if today() in record.span:
        return _("有效"), "green"
    return (_("未开始"), "blue") if record.span.start > today() else (_("已结束"), "")


def _actions(register: Register, record: Record) -> list[Action]:
    """What can be done with the record."""
    over = record.span is not None and record.span.end is not None and record.span.end <= today()
    offered = [] if over or register.event else [Action.CHANGE]  # what happened does not change
    if register.dated and not over:
        offered += [Action.RENEW] if register.renews else []
        offered += [Action.END]
    return [*offered, Action.CORRECT, Action.WITHDRAW]


def _action_names() -> dict[Action, str]:
    return {
        Action.CHANGE: _("变更"),
        Action.RENEW: _("续任"),
        Action.END: _("结束"),
        Action.CORRECT: _("更正"),
        Action.WITHDRAW: _("撤下"),
    }


def _lines(register: Register, history: History) -> list[dict[str, Any]]:
    """This record and its like, latest first."""
    records = sorted((history.record, *history.others), key=_when, reverse=True)
    return [
        {
            "days": _span_words(one),
            "what": heading(register, one),
            "here": one.id == history.record.id,
            "now": one.span is not None and today() in one.span,
            "address": url_for("registers.record", register=register.key, record_id=one.id),
        }
        for one in records
    ]


def _when(record: Record) -> tuple[date, int]:
    day = record.span.start if record.span else record.values.get("day")
    return (day if isinstance(day, date) else date.min, record.id)


def _span_words(record: Record) -> str:
    day = record.values.get("day")
    if record.span is None:
        return format_date(day, "medium") if isinstance(day, date) else ""
    end = format_date(record.span.end, "medium") if record.span.end else _("至今")
    return f"{format_date(record.span.start, 'medium')} – {end}"


def _correction(register: Register, one: Correction) -> dict[str, Any]:
    return {
        "at": format_datetime(one.at, "short"),
        "who": one.who,
        "reason": one.reason,
        "withdrawn": one.after is None,
        "changes": _changes(register, one.before, one.after or {}),
    }


def _changes(
    register: Register, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """What differs: the column's name, what stood there, what stands there now."""
    reader = language.current()
    return [
        (
            column.label(reader),
            _word(register, column.key, before),
            _word(register, column.key, after),
        )
        for column in register.columns
        if before.get(column.key) != after.get(column.key) and column.key in {*before, *after}
    ]


def _word(register: Register, key: str, values: Mapping[str, Any]) -> str:
    column, raw = register.column(key), values.get(key)
    if column is None or raw is None:
        return ""
    if column.erasable:
        return str(_("（改过，不留原文）") if raw == UNKEPT_ANEW else _("（不留原文）"))
    try:
        return words_of(column, value_of(column, raw), language.current())
    except Unfit:
        return str(raw)


def _others(register: Register, history: History) -> dict[int, str]:
    return {one.id: heading(register, one) for one in history.others}


def _event(register: Register, one: Event, others: Mapping[int, str]) -> dict[str, Any]:
    changed = one.details.get("changes", {}) if one.action == "record_changed" else {}
    before, after = (
        {key: both[side] for key, both in changed.items()} for side in ("before", "after")
    )
    return {
        "changes": _changes(register, before, after),
        "at": format_datetime(one.at, "short"),
        "who": one.who,
        "what": label(ACTIONS, one.action, language.current()),
        "of": others.get(one.record_id, ""),
    }
