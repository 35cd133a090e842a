"""Coverage on paper: one landscape sheet, A3 or A4, with the map as SVG made here."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import render_template
from flask.typing import ResponseReturnValue
from pydantic import Field

from geodata.handouts import county
from geodata.handouts.print_sheet import PAPERS, print_sheet
from geodata.handouts.shades import COLORS
from gridmap.coverage.checks import CHECKS, Check
from gridmap.errors import NotFound
from web import language
from web.params import Day, DayQuery, Text
from web.session import current_session

blueprint = APIBlueprint("coverage_handouts", __name__, enable_openapi=False)

FIRST_DAY = date(1949, 10, 1)
LAST_DAY = date(2999, 12, 31)


class PrintQuery(DayQuery):
    """The day, the check that colours the map, and the paper."""

    day: Annotated[Day, Field(ge=FIRST_DAY, le=LAST_DAY)] | None = None
    check: Annotated[Text, Field(max_length=40)] | None = None
    paper: Literal["a3", "a4"] = "a4"


@blueprint.get("/coverage/print")
@blueprint.input(PrintQuery, location="query")
def sheet(query_data: PrintQuery) -> ResponseReturnValue:
    """Show the sheet as it will be printed, with a bar above it that stays off the paper."""
    check = _check(query_data.check) if query_data.check else None
    found = county.on_day(current_session(), query_data.on)
    return render_template(
        "coverage_print.html",
        sheet=print_sheet(found, check, query_data.paper, language.current()),
        colors=COLORS,
        checks=found.checks,
        asked=query_data,
        papers=tuple(PAPERS),
    )


def _check(key: str) -> Check:
    found = next((check for check in CHECKS if check.key == key), None)
    if found is None:
        raise NotFound(what_zh=f"核查项“{key}”", what_en=f"The check “{key}”", field="check")
    return found
