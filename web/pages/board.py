"""The county's board: what is open and late, where, how fast and how well; the reports behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geodata import workbooks
from geodata.workbooks import Column, Sheet
from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.dispatch import boards, catalogue
from gridmap.dispatch.boards import CountedReport
from gridmap.errors import NotAllowed
from gridmap.publishing import service as publishing
from gridmap.terms import Line
from web import access, language
from web.pages import board_trend
from web.pages.board_query import BoardQuery, CountedQuery, Span
from web.pages.board_view import BoardView, meaning
from web.pages.desk_cards import BADGES
from web.pages.folium_map import compose
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("board", __name__, enable_openapi=False)

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _reader() -> SignedIn:
    known = access.require_account()
    if not known.scope.may(Right.SEE_BOARD):
        raise NotAllowed
    return known


@blueprint.get("/board")
def show() -> ResponseReturnValue:
    """Show the board of a period for the reader's area."""
    query, who = BoardQuery.read(request.args.to_dict()), _reader()
    county = publishing.county(current_session(), today())
    choices = boards.community_choices(current_session(), who.scope, today())
    grids = [grid for code, _name, grids in choices if code == query.community for grid in grids]
    return render_template(
        "board.html",
        map=compose(county.bbox),
        county=county.name,
        spans=_spans(query),
        communities=[(code, name) for code, name, _grids in choices],
        grids=grids,
        lines=list(Line),
        categories=_categories(query),
        **_numbers(query, who),
    )


@blueprint.get("/board/live")
def live() -> ResponseReturnValue:
    """Give the numbers alone: the page reads them anew."""
    query, who = BoardQuery.read(request.args.to_dict()), _reader()
    return render_template("board_live.html", **_numbers(query, who))


def _numbers(query: BoardQuery, who: SignedIn) -> dict[str, Any]:
    window = query.window(now())
    board = boards.board(current_session(), who.scope, window, query.cut)
    view = BoardView(board, query)
    return {
        "query": query,
        "window": window,
        "view": view,
        "formula": board.rates.formula,
        "bucket": board.bucket,
        "trend": board_trend.drawing(board.trend, board.bucket, query, window),
        "shown": board_trend.SHOWN,
    }


def _spans(query: BoardQuery) -> list[dict[str, Any]]:
    names = ((Span.MONTH, _("本月")), (Span.QUARTER, _("本季")), (Span.YEAR, _("本年")))
    return [
        {
            "name": name,
            "address": query.address(span=span, from_=None, to=None),
            "here": query.period is span,
        }
        for span, name in names
    ]


def _categories(query: BoardQuery) -> list[tuple[str, str]]:
    reader = language.current()
    entries = catalogue.entries_on(current_session(), today())
    return [
        (entry.code, entry.label(reader)) for entry in entries if query.line in {None, entry.line}
    ]


@blueprint.get("/board/reports")
def reports() -> ResponseReturnValue:
    """Show the reports that a number counts."""
    query, who = CountedQuery.read(request.args.to_dict()), _reader()
    window = query.window(now())
    found = boards.counted(
        current_session(), who.scope, query.measure, window, query.cut, page=query.page
    )
    last_page = max(1, -(-found.total // boards.PAGE_ROWS))
    whole = query.kept(measure=None, page=None)
    return render_template(
        "board_reports.html",
        query=query,
        window=window,
        measure=query.measure,
        meaning=meaning(query.measure),
        found=found,
        last_page=last_page,
        badges=BADGES,
        back=BoardQuery.read({name: str(value) for name, value in whole.items()}).address(),
        kept=query.kept(page=None),
    )


@blueprint.get("/board/reports.xlsx")
def export() -> Response:
    """Give the reports that a number counts as a workbook; that they left is on record."""
    query, who = CountedQuery.read(request.args.to_dict()), _reader()
    window = query.window(now())
    rows = boards.export(current_session(), who, query.measure, window, query.cut)
    title = query.measure.label(language.current())
    response = Response(workbooks.write([Sheet(title, _columns(), _cells(rows))]), mimetype=XLSX)
    name = f"{query.measure}-{window.first}-{window.last}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _columns() -> list[Column]:
    return [
        Column(_("编号"), 14),
        Column(_("计入时间"), 17),
        Column(_("阶段"), 10),
        Column(_("结果"), 10),
        Column(_("条线"), 12),
        Column(_("类别"), 18),
        Column(_("内容"), 48),
        Column(_("社区"), 14),
        Column(_("网格"), 16),
        Column(_("所在层级"), 14),
        Column(_("经办人"), 10),
        Column(_("经办单位"), 20),
        Column(_("上报时间"), 17),
        Column(_("截止时间"), 17),
    ]


def _cells(found: Iterable[CountedReport]) -> Iterator[tuple[workbooks.Cell, ...]]:
    reader = language.current()
    for one in found:
        row = one.row
        yield (
            row.number,
            one.counted_at,
            row.stage.label(reader),
            row.outcome.label(reader) if row.outcome else None,
            row.category.line.label(reader),
            row.category.label(reader),
            row.excerpt,
            row.community,
            row.grid,
            row.rung.label(reader),
            row.holder.name if row.holder else None,
            row.holder.agency if row.holder else None,
            row.filed_at,
            row.due_at,
        )
