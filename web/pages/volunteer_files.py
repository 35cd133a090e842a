"""Hours as a workbook: out for the communities that one answers for."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response
from flask_babel import gettext as _

from geodata import hours_tables
from gridmap.volunteering import hours
from web import language
from web.pages.volunteer_organiser import hand
from web.pages.volunteers import year_asked
from web.params import today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_files", __name__, enable_openapi=False, url_prefix="/volunteers/desk/hours"
)

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/export")
def export() -> Response:
    """Give the records of a year as they stand."""
    year = year_asked(default=today().year)
    found = hours.exported(current_session(), year, hand())
    return workbook(hours_tables.write(found, language.current()), _("志愿服务时长"), str(year))


@blueprint.get("/template")
def template() -> Response:
    """Give the columns that are read."""
    content = hours_tables.template(language.current())
    return workbook(content, _("志愿服务时长"), _("模板"))


def workbook(content: bytes, name: str, of: str) -> Response:
    """Return a workbook to be saved."""
    response = Response(content, mimetype=XLSX)
    named = f"attachment; filename=\"hours.xlsx\"; filename*=UTF-8''{quote(f'{name}-{of}.xlsx')}"
    response.headers["Content-Disposition"] = named
    return response
