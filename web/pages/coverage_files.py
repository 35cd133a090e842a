"""Coverage as files to hand out: standalone map, workbook with the findings, quarterly report."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from geodata.handouts import county, files
from web import language
from web.api.coverage import Known
from web.config import home
from web.pages.coverage_standalone import standalone
from web.params import DayQuery
from web.session import current_session

blueprint = APIBlueprint(
    "coverage_files_api", __name__, url_prefix="/api/v1/coverage", tag="coverage"
)

TYPES: Final[dict[str, str]] = {
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class FileQuery(DayQuery):
    """The day that the file is made for, and its language."""

    day: Known | None = Field(
        default=None, description="Day in Asia/Shanghai (YYYY-MM-DD); today if missing"
    )
    language: Literal["zh", "en"] | None = Field(
        default=None, description="Language of the file and its name; the reader's if missing"
    )

    @property
    def reader(self) -> str:
        """The language asked for, or the reader's."""
        return self.language or language.current()


@blueprint.get("/map.html")
@blueprint.input(FileQuery, location="query")
def standalone_map(query_data: FileQuery) -> Response:
    """Return the map as one HTML file with a slider through the ends of the quarters; works offline."""
    sheets = county.through_quarters(current_session(), query_data.on)
    text = standalone(sheets, query_data.reader)
    return _file("html", query_data, text.encode())


@blueprint.get("/findings.xlsx")
@blueprint.input(FileQuery, location="query")
def findings(query_data: FileQuery) -> Response:
    """Return a workbook: communities by checks, every finding with its reason, the rules."""
    content = files.workbook(current_session(), query_data.on, query_data.reader)
    return _file("xlsx", query_data, content)


@blueprint.get("/report.pdf")
@blueprint.input(FileQuery, location="query")
def report_pdf(query_data: FileQuery) -> Response:
    """Return the report of the day's quarter as PDF, in Chinese, with map and table."""
    content = files.report_pdf(current_session(), query_data.on, home() / "fonts")
    return _file("pdf", query_data, content)


@blueprint.get("/report.docx")
@blueprint.input(FileQuery, location="query")
def report_docx(query_data: FileQuery) -> Response:
    """Return the report of the day's quarter as a Word file, in Chinese, with map and table."""
    content = files.report_docx(current_session(), query_data.on, home() / "fonts")
    return _file("docx", query_data, content)


def _file(kind: str, asked: FileQuery, content: bytes) -> Response:
    response = Response(content, mimetype=TYPES[kind])
    plain, name = (files.file_name(kind, asked.on, reader) for reader in ("en", asked.reader))
    # RFC 6266: headers are Latin; browsers take the second, percent-encoded name
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = named
    return response
