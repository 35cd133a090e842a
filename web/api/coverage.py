"""Coverage as of a day, over days and between two days: what is missing, why, and how to mend it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final, Self

from apiflask import APIBlueprint
from pydantic import ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from gridmap.coverage import service
from gridmap.coverage.checks import CHECKS
from gridmap.errors import InvalidInput
from gridmap.publishing.computed import FIRST_DAY, LAST_DAY
from web import language
from web.api import coverage_answers as answers
from web.params import Day, DayQuery, Params, Text, today
from web.session import current_session

blueprint = APIBlueprint("coverage_api", __name__, url_prefix="/api/v1", tag="coverage")

USUAL_DAYS: Final = 730
MOST_DAYS: Final = 3700
"""Ten years of days in one answer."""
MOST_DAYS_AHEAD: Final = 190
"""Terms that run out later are nobody's plan yet."""

Known = Annotated[
    Day,
    Field(ge=FIRST_DAY, le=LAST_DAY),
    # JSON schema has no bounds of days
    WithJsonSchema({"type": "string", "format": "date"}),
]


class CoverageQuery(DayQuery):
    """The day that coverage is judged for, past or to come; one community with all that it lacks."""

    day: Known | None = Field(
        default=None, description="Day in Asia/Shanghai (YYYY-MM-DD); today if missing"
    )
    community: Annotated[Text, Field(max_length=12)] | None = Field(
        default=None,
        description="Code of a community: only this one, with every finding and its buildings",
    )


class SeriesQuery(Params):
    """The days of a series and the check that is counted."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    first: Known | None = Field(
        default=None, alias="from", description="First day; two years before the last if missing"
    )
    last: Known | None = Field(
        default=None,
        alias="to",
        description="Last day, half a year ahead at the most; today if missing",
    )
    check: Annotated[Text, Field(max_length=40)] | None = Field(
        default=None, description="Key of a check: communities are counted by it alone"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.window
        if not 0 <= (last - first).days <= MOST_DAYS:
            raise PydanticCustomError(
                "days", "from must not be after to, nor over ten years before"
            )
        if (last - today()).days > MOST_DAYS_AHEAD:
            raise PydanticCustomError("days_ahead", "to is over half a year ahead")
        return self

    @property
    def window(self) -> tuple[date, date]:
        """First and last day."""
        last = self.last or today()
        return self.first or last - timedelta(days=USUAL_DAYS), last


class CompareQuery(DayQuery):
    """Two days: `with` is the earlier state, as a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    day: Known | None = Field(
        default=None, description="Day in Asia/Shanghai (YYYY-MM-DD); today if missing"
    )
    other: Known = Field(alias="with", description="The day that it is compared with")


@blueprint.get("/coverage")
@blueprint.input(CoverageQuery, location="query")
def audit(query_data: CoverageQuery) -> dict[str, Any]:
    """Return every community with the clauses that hold and the findings, as of a day."""
    found = service.audit(current_session(), query_data.on)
    return answers.audit(found, language.current(), query_data.community)


@blueprint.get("/coverage/series")
@blueprint.input(SeriesQuery, location="query")
def series(query_data: SeriesQuery) -> dict[str, Any]:
    """Return the counts on every day on which something changed; the days between are equal."""
    if query_data.check is not None and query_data.check not in {one.key for one in CHECKS}:
        raise InvalidInput(
            field="check", reason_zh="没有这项检查。", reason_en="There is no such check."
        )
    first, last = query_data.window
    return answers.series(service.series(current_session(), first, last), query_data.check)


@blueprint.get("/coverage/compare")
@blueprint.input(CompareQuery, location="query")
def compare(query_data: CompareQuery) -> dict[str, Any]:
    """Return what appeared, went and stayed from the day `with` to the day `day`."""
    found = service.compare(current_session(), query_data.other, query_data.on)
    return answers.comparison(found, language.current())
