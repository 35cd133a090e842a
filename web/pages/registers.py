"""Registers (台账): the hub, each register as a table of a day, suggestions for its forms."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from pydantic import Field

from gridmap.registers import service, suggesting
from gridmap.registers.catalogue import REGISTERS, register_named
from gridmap.registers.cells import words_of
from gridmap.registers.changes import Filters, Record
from gridmap.registers.columns import Column, ColumnType, Group, Register
from web import access, language
from web.pages import registers_record, registers_visits
from web.pages.account_steps import never_kept
from web.params import DayQuery, Params, Text, today
from web.session import current_session

blueprint = APIBlueprint("registers", __name__, enable_openapi=False, url_prefix="/registers")
blueprint.after_request(never_kept)

PAGE_ROWS: Final = 50
SHORT: Final = 60
"""Characters of a long text in a table."""


class TableQuery(DayQuery):
    """Which records, in which order, which page."""

    area: Annotated[Text, Field(max_length=12)] = ""
    q: Annotated[Text, Field(max_length=60)] = ""
    past: bool = False
    sort: Annotated[Text, Field(max_length=40)] = ""
    desc: bool = False
    page: Annotated[int, Field(ge=0, le=10_000)] = 0


class SuggestQuery(Params):
    """A column and the first letters of what it may name."""

    column: Annotated[Text, Field(max_length=40)]
    q: Annotated[Text, Field(max_length=40)] = ""


@blueprint.get("")
def hub() -> ResponseReturnValue:
    """List the registers with how many records each has on a day."""
    query = DayQuery.model_validate(_asked())
    counts = service.counts(current_session(), query.on)
    reader = language.current()
    groups = [
        (
            group.label(reader),
            [
                (one.key, one.label(reader), one.explanation(reader), counts[one.key])
                for one in REGISTERS.values()
                if one.group is group
            ],
        )
        for group in Group
    ]
    return render_template("registers.html", groups=groups, day=query.on, today=today())


@blueprint.get("/<register>")
def table(register: str) -> ResponseReturnValue:
    """Show a register's records of a day."""
    known = register_named(register)
    query = TableQuery.model_validate(_asked())
    who, session = access.require_account(), current_session()
    areas = service.areas(session, query.on)
    chosen = next((one for one in areas if one.code == query.area), None)
    filters = Filters(
        township=query.area if chosen and chosen.kind == "township" else "",
        community=query.area if chosen and chosen.kind == "community" else "",
        text=query.q,
        past=query.past,
        sort=query.sort,
        descending=query.desc,
        page=query.page,
        size=PAGE_ROWS,
    )
    found = service.rows(session, who, known, query.on, filters)
    columns = shown_columns(known)
    return render_template(
        "registers_table.html",
        register=known,
        query=query,
        areas=areas,
        columns=[_heading(column, query) for column in columns],
        placed=_placed(known),
        rows=[_row(known, columns, one, query.on) for one in found.records],
        total=found.total,
        earlier=_address(page=query.page - 1) if query.page else "",
        later=_address(page=query.page + 1) if (query.page + 1) * PAGE_ROWS < found.total else "",
        may_write=service.may_write(who.scope, known),
        saved="saved" in request.args,
        today=today(),
    )


def _asked() -> dict[str, str]:
    return {name: text for name, text in request.args.items() if text and name != "saved"}


def _address(**changed: object) -> str:
    """The same table with something else asked for."""
    asked: dict[str, Any] = _asked() | changed
    kept = {name: value for name, value in asked.items() if value not in ("", None, False, 0)}
    return url_for("registers.table", register=(request.view_args or {})["register"], **kept)


def shown_columns(register: Register) -> list[Column]:
    """Return the columns of the table: a code that has a name beside it is left to the record."""
    keys = {column.key for column in register.columns}
    return [
        column
        for column in register.columns
        if f"{column.key}_name" not in keys
        and not (column.type is ColumnType.CODE and column.many)
        and column.key not in {"lon", "lat", "parent"}
    ]


def _placed(register: Register) -> bool:
    """Whether the community is not among the columns and stands in one of its own."""
    target = register.column("target")
    areas = {"community", "township", "county"}
    named = register.column("community") or (
        target and {one.value for one in target.refers} <= areas
    )
    return not named and register.key not in {"agencies", "agency-handlers", "property-companies"}


def _heading(column: Column, query: TableQuery) -> dict[str, Any]:
    by_it = query.sort == column.key
    return {
        "key": column.key,
        "label": column.label(language.current()),
        "number": column.type is ColumnType.NUMBER,
        "order": ("descending" if query.desc else "ascending") if by_it else "",
        "address": _address(sort=column.key, desc=(by_it and not query.desc) or None, page=None),
    }


def _row(register: Register, columns: list[Column], record: Record, day: date) -> dict[str, Any]:
    reader = language.current()
    texts = [words_of(column, record.values[column.key], reader) for column in columns]
    place = record.place
    return {
        "id": record.id,
        "cells": [text if len(text) <= SHORT else f"{text[:SHORT]}…" for text in texts],
        "hidden": [column.key in record.hidden for column in columns],
        "place": place.name if place else "",
        "over": bool(record.span and day not in record.span),
        "address": url_for("registers.record", register=register.key, record_id=record.id),
    }


@blueprint.get("/<register>/suggest")
def suggest(register: str) -> ResponseReturnValue:
    """Answer what a field of a form may mean: codes, names, a word more."""
    query = SuggestQuery.model_validate(request.args.to_dict())
    column = register_named(register).column(query.column)
    if column is None or not column.refers or not query.q:
        return jsonify([])
    found = suggesting.suggestions(current_session(), column.refers, query.q, today())
    return jsonify([{"code": one.code, "name": one.name, "more": one.more} for one in found])


def medium(day: date | None) -> str:
    """Return a day as people read it."""
    return format_date(day, "medium") if day else ""


BOTH: Final = ["GET", "POST"]
_RECORD: Final = "/<register>/<int(max=2147483647):record_id>"
_VISIT: Final = "/visits/<int(max=2147483647):visit_id>"
blueprint.add_url_rule("/<register>/new", "new", registers_record.new)
blueprint.add_url_rule("/<register>/new", "begin", registers_record.begin, methods=["POST"])
blueprint.add_url_rule(_RECORD, "record", registers_record.show)
blueprint.add_url_rule(_RECORD, "change", registers_record.change, methods=["POST"])
blueprint.add_url_rule(f"{_VISIT}/photos", "photos", registers_visits.photos, methods=["POST"])
blueprint.add_url_rule(f"{_VISIT}/photos/<int(max=99):position>", "photo", registers_visits.photo)
blueprint.add_url_rule(f"{_VISIT}/problems", "problem", registers_visits.problem, methods=["POST"])
