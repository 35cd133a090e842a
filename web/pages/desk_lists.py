"""The list as a whole: many reports moved at a time, saved views, and the list as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field

from geodata import workbooks
from geodata.workbooks import Column, Sheet
from gridmap.dispatch import exporting, saved_views
from gridmap.dispatch.views import WorkRow
from gridmap.timespan import local_day
from web import language
from web.pages import desk_page, desk_query, desk_times
from web.params import Params, Text, now
from web.session import current_session

blueprint = APIBlueprint("desk_lists", __name__, enable_openapi=False)

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ViewForm(Params):
    """The name under which the filters are kept."""

    name: Annotated[Text, Field(max_length=saved_views.LONGEST_NAME)]


@blueprint.post("/desk/views")
def save_view() -> ResponseReturnValue:
    """Keep the filters of the page under a name."""
    query, who = desk_query.current(), desk_page.reader()
    form = ViewForm(name=request.form.get("name", ""))
    saved_views.save(current_session(), who.person_id, form.name, query.kept())
    return redirect(query.address(), 303)


@blueprint.post("/desk/views/<int:view>/delete")
def drop_view(view: int) -> ResponseReturnValue:
    """Forget a saved view."""
    saved_views.drop(current_session(), desk_page.reader().person_id, view)
    return redirect(desk_query.current().address(), 303)


@blueprint.get("/desk/export.xlsx")
def export() -> Response:
    """Give the reports of the list as a workbook; that they left is on record."""
    who, query, at = desk_page.reader(), desk_query.current(), now()
    rows = exporting.export(current_session(), who, query.filters, at, filters=query.kept())
    content = workbooks.write([Sheet(_("诉求"), _columns(), _cells(rows, at))])
    response = Response(content, mimetype=XLSX)
    name = f"reports-{local_day(at).isoformat()}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _columns() -> list[Column]:
    return [
        Column(_("编号"), 14),
        Column(_("阶段"), 10),
        Column(_("结果"), 10),
        Column(_("条线"), 12),
        Column(_("类别"), 18),
        Column(_("内容"), 48),
        Column(_("乡镇"), 14),
        Column(_("社区"), 14),
        Column(_("网格"), 16),
        Column(_("小区"), 16),
        Column(_("楼栋"), 12),
        Column(_("经度"), 12),
        Column(_("纬度"), 12),
        Column(_("所在层级"), 14),
        Column(_("经办人"), 10),
        Column(_("经办岗位"), 20),
        Column(_("经办单位"), 20),
        Column(_("上报时间"), 17),
        Column(_("截止时间"), 17),
        Column(_("剩余小时"), 10),
        Column(_("督办时间"), 17),
        Column(_("重办次数"), 10),
        Column(_("分办子单"), 10),
        Column(_("照片数"), 8),
    ]


def _cells(rows: Iterable[WorkRow], at: datetime) -> Iterator[tuple[workbooks.Cell, ...]]:
    reader, yes = language.current(), _("是")
    for row in rows:
        yield (
            row.number,
            row.stage.label(reader),
            row.outcome.label(reader) if row.outcome else None,
            row.category.line.label(reader),
            row.category.label(reader),
            row.excerpt,
            row.township,
            row.community,
            row.grid,
            row.compound,
            row.building,
            round(row.lon, 6),
            round(row.lat, 6),
            row.rung.label(reader),
            *_holder(row),
            row.filed_at,
            row.due_at,
            desk_times.hours_left(row, at),
            row.supervised_at,
            row.rounds,
            yes if row.is_part else None,
            row.photos,
        )


def _holder(row: WorkRow) -> tuple[str | None, str | None, str | None]:
    if row.holder is None:
        return None, None, None
    return row.holder.name, row.holder.kind.label(language.current()), row.holder.agency
