"""The categories: what there is, what one asks for, what it was; the county's own limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Annotated, Any, Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from pydantic import Field

from gridmap.dispatch import catalogue
from gridmap.dispatch.catalogue import EntryVersion
from gridmap.dispatch.categories import (
    LONGEST_LIMIT,
    CategoryEntry,
    Limit,
    LimitedStep,
    LimitUnit,
    LoopStep,
    Topic,
)
from gridmap.errors import InvalidInput, NotFound
from gridmap.terms import Line, Rung, Term
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import Params, Text, now, today
from web.session import current_session

LONGEST_NAME: Final = 40
LAST_POSITION: Final = 999_999
_CODE: Final = re.compile(r"[A-Z0-9]{1,16}\Z")


class SavedQuery(Params):
    """The code of the category that was just saved, or `limits`."""

    saved: Annotated[Text, Field(max_length=16)] | None = None


def show() -> ResponseReturnValue:
    """Show the categories by topic, and the county's own limits."""
    query = SavedQuery.model_validate(request.args.to_dict())
    return _list_page(saved=query.saved)


def put_limits() -> ResponseReturnValue:
    """Set the county's own limits."""
    form = SentForm(request.form)
    limits = {step: _limit(form, step) for step in LoopStep}
    if form.faults:
        return _list_page(form=form, status=422)
    account_id = access.require_account().account_id
    catalogue.put_loop_limits(current_session(), limits, account_id=account_id, now=now())
    return redirect(url_for("settings.categories", saved="limits"), 303)


def _list_page(
    *, form: SentForm | None = None, saved: str | None = None, status: int = 200
) -> ResponseReturnValue:
    session = current_session()
    versions = catalogue.newest_versions(session)
    own = catalogue.loop_limits(session)
    page = render_template(
        "settings_categories.html",
        topics=[_topic(topic, versions) for topic in Topic],
        steps=list(LoopStep),
        units=list(LimitUnit),
        sent=form.sent if form else _limit_fields(own),
        faults=form.faults if form else {},
        saved=saved,
    )
    return make_response(page, status)


def _topic(topic: Topic, versions: Iterable[EntryVersion]) -> dict[str, Any]:
    rows = [_row(version) for version in versions if version.entry.topic is topic]
    return {"name": topic.label(language.current()), "rows": rows}


def _row(version: EntryVersion) -> dict[str, Any]:
    entry, reader = version.entry, language.current()
    return {
        "code": entry.code,
        "name": entry.label(reader),
        "other_name": entry.name if reader == "en" else entry.name_en,
        "line": entry.line.label(reader),
        "rung": entry.first_rung.label(reader),
        "limits": [
            {"step": step.label(reader), "limit": entry.limits[step].label(reader)}
            for step in LimitedStep
        ],
        "state": _state(version),
    }


def _state(version: EntryVersion) -> str:
    """What is special about the newest version: it has ended, will end, or has not begun."""
    if version.until is not None and version.until <= today():
        return str(_("已停用"))
    if version.until is not None:
        return str(_("{day} 停用")).replace("{day}", version.until.isoformat())
    if version.since > today():
        return str(_("{day} 起")).replace("{day}", version.since.isoformat())
    return ""


def new() -> ResponseReturnValue:
    """Show an empty form; on POST make a category."""
    form = SentForm(request.form)
    if request.method == "GET":
        return _form_page(None, ())
    entry = _entry(form, form.sent.get("code", "").strip().upper())
    if not _CODE.match(entry.code):
        form.faults["code"] = _("编码用 1 到 16 个大写字母或数字。")
    elif catalogue.versions_of(current_session(), entry.code):
        form.faults["code"] = _("这个编码已经有了。")
    return _put(form, entry, ())


def edit(code: str) -> ResponseReturnValue:
    """Show a category with its versions; on POST change it from a day."""
    versions = _versions(code)
    if request.method == "GET":
        return _form_page(None, versions)
    form = SentForm(request.form)
    return _put(form, _entry(form, code), versions)


def end(code: str) -> ResponseReturnValue:
    """Let a category end on a day."""
    versions, form = _versions(code), SentForm(request.form)
    day = form.day("end_day")
    if not form.faults:
        try:
            catalogue.end_entry(
                current_session(),
                code,
                day,
                account_id=access.require_account().account_id,
                now=now(),
            )
        except InvalidInput as refusal:
            form.faults["end_day"] = refusal.message(language.current())
    if form.faults:
        return _form_page(form, versions, status=422)
    return redirect(url_for("settings.categories", saved=code), 303)


def _versions(code: str) -> tuple[EntryVersion, ...]:
    versions = catalogue.versions_of(current_session(), code) if _CODE.match(code) else ()
    if not versions:
        raise NotFound(what_zh="这个类别", what_en="This category")
    return versions


def _entry(form: SentForm, code: str) -> CategoryEntry:
    return CategoryEntry(
        code=code,
        line=form.word("line", Line),
        topic=form.word("topic", Topic),
        name=form.text("name", LONGEST_NAME),
        name_en=form.text("name_en", LONGEST_NAME * 2),
        first_rung=form.word("first_rung", Rung),
        limits={step: _limit(form, step) for step in LimitedStep},
        position=form.whole("position", 0, LAST_POSITION),
    )


def _limit(form: SentForm, step: Term) -> Limit:
    return Limit(
        form.whole(f"{step}_value", 1, LONGEST_LIMIT), form.word(f"{step}_unit", LimitUnit)
    )


def _put(
    form: SentForm, entry: CategoryEntry, versions: tuple[EntryVersion, ...]
) -> ResponseReturnValue:
    day = form.day("day")
    if not form.faults:
        try:
            catalogue.put_entry(
                current_session(),
                entry,
                day,
                account_id=access.require_account().account_id,
                now=now(),
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
    if form.faults:
        return _form_page(form, versions, status=422)
    return redirect(url_for("settings.categories", saved=entry.code), 303)


def _form_page(
    form: SentForm | None, versions: tuple[EntryVersion, ...], *, status: int = 200
) -> ResponseReturnValue:
    newest = versions[0] if versions else None
    fields = _fields(newest) if newest else _first_fields()
    page = render_template(
        "settings_category.html",
        newest=newest,
        name=newest.entry.label(language.current()) if newest else "",
        open=bool(newest and newest.until is None),
        lines=list(Line),
        topics=list(Topic),
        rungs=list(Rung),
        steps=list(LimitedStep),
        units=list(LimitUnit),
        sent={**fields, **(form.sent if form else {})},
        faults=form.faults if form else {},
        history=_history(versions),
    )
    return make_response(page, status)


def _first_fields() -> dict[str, str]:
    """What the form of a new category begins with: the last place, a working day for each step."""
    last = max(
        (one.entry.position for one in catalogue.newest_versions(current_session())), default=0
    )
    limits = dict.fromkeys(LimitedStep, Limit(1, LimitUnit.WORKING_DAYS))
    return {
        "day": today().isoformat(),
        "position": str(min(last + 10, LAST_POSITION)),
        **_limit_fields(limits),
    }


def _fields(version: EntryVersion) -> dict[str, str]:
    """A version as the form's fields write it."""
    entry = version.entry
    return {
        "code": entry.code,
        "name": entry.name,
        "name_en": entry.name_en,
        "line": entry.line,
        "topic": entry.topic,
        "first_rung": entry.first_rung,
        "position": str(entry.position),
        "day": max(today(), version.since).isoformat(),
        "end_day": (max(today(), version.since) + timedelta(days=1)).isoformat(),
        **_limit_fields(entry.limits),
    }


def _limit_fields(limits: Mapping[Any, Limit]) -> dict[str, str]:
    return {f"{step}_value": str(limit.value) for step, limit in limits.items()} | {
        f"{step}_unit": str(limit.unit) for step, limit in limits.items()
    }


def _history(versions: tuple[EntryVersion, ...]) -> list[dict[str, Any]]:
    """The versions, the newest first, each with what it changed in the one before."""
    return [
        {
            "days": _days(version.since, version.until),
            "changes": _changes(before.entry, version.entry) if before else [_("首次设立")],
            "now": version.since <= today() and (version.until is None or today() < version.until),
        }
        for version, before in zip_longest(versions, versions[1:])
    ]


def _days(since: date, until: date | None) -> str:
    first = format_date(since, "medium")
    if until is None:
        return str(_("{day} 起")).replace("{day}", first)
    return f"{first} – {format_date(until - timedelta(days=1), 'medium')}"


def _changes(before: CategoryEntry, after: CategoryEntry) -> list[str]:
    told = [
        f"{name}：{old} → {new}"
        for (name, old), (_name, new) in zip(_told(before), _told(after), strict=True)
        if old != new
    ]
    same = before == replace(after, code=before.code)
    return [_("内容不变，恢复使用")] if same else told


def _told(entry: CategoryEntry) -> list[tuple[str, str]]:
    """Everything that a category says, in the reader's words."""
    reader = language.current()
    return [
        (_("名称"), entry.name),
        (_("英文名称"), entry.name_en),
        (_("条线"), entry.line.label(reader)),
        (_("分组"), entry.topic.label(reader)),
        (_("起始层级"), entry.first_rung.label(reader)),
        *((step.label(reader), entry.limits[step].label(reader)) for step in LimitedStep),
        (_("排序号"), str(entry.position)),
    ]
