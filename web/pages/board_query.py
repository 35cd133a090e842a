"""What the board shows, as it stands in its address: the period and the reports that are counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from flask import url_for
from pydantic import ConfigDict, Field

from gridmap.dispatch.measures import Cut, Measure, Window
from gridmap.errors import InvalidInput
from gridmap.terms import Line
from gridmap.timespan import local_day, quarter_of
from web.params import Day, Params, Text

LONGEST_PERIOD: Final = timedelta(days=366 * 3)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
MOST_PAGES: Final = 100_000


class Span(StrEnum):
    """A period by name."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    OWN = "own"


Code = Annotated[Text, Field(max_length=16)]
LongCode = Annotated[Text, Field(max_length=64)]
BoardDay = Annotated[Day, Field(ge=FIRST_DAY, le=LAST_DAY)]


class BoardQuery(Params):
    """The period and the cut; `screen`: as a wall screen that reads itself anew."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    span: Span | None = None
    since: BoardDay | None = Field(default=None, alias="from")
    until: BoardDay | None = Field(default=None, alias="to")
    community: Code | None = None
    grid: Code | None = None
    line: Line | None = None
    category: Code | None = None
    compound: LongCode | None = None
    company: LongCode | None = None
    screen: bool = False

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Return the query of an address; what was left empty is not there.

        Raises:
            ValidationError: a field is wrong or not known.
        """
        return cls.model_validate({name: value for name, value in given.items() if value != ""})

    @property
    def period(self) -> Span:
        """The period's name: days of one's own where days are given."""
        return self.span or (Span.OWN if self.since or self.until else Span.MONTH)

    @property
    def cut(self) -> Cut:
        """Which reports are counted."""
        return Cut(self.community, self.grid, self.line, self.category, self.compound, self.company)

    def window(self, now: datetime) -> Window:
        """Return the period's days.

        Raises:
            InvalidInput: it ends before it begins, or is longer than three years.
        """
        today = local_day(now)
        if self.period is Span.OWN:
            last = self.until or max(today, self.since or today)
            first = self.since or last.replace(day=1)
        else:
            first, last = _named(self.period, today)
        if not timedelta(0) <= last - first < LONGEST_PERIOD:
            raise InvalidInput(
                field="from",
                reason_zh="起止日期不对：先起后止，最长三年。",
                reason_en="The days are wrong: first the earlier, three years at most.",
            )
        return Window(first, last, now)

    def kept(self, **changes: object) -> dict[str, Any]:
        """Return the query of a link that keeps what is shown, with some of it changed."""
        wanted = {
            **self.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            **{name.rstrip("_"): value for name, value in changes.items()},
        }
        return {
            name: "1" if value is True else value
            for name, value in wanted.items()
            if value not in {None, False}
        }

    def address(self, **changes: object) -> str:
        """Return the address of the board with some of it changed."""
        return url_for("board.show", **self.kept(**changes))

    def behind(self, measure: Measure, window: Window, **changes: object) -> str:
        """Return the address of the reports that a number counts."""
        days = {"from_": window.first.isoformat(), "to": window.last.isoformat()}
        given = self.kept(**{"span": None, "screen": None, **days, **changes})
        return url_for("board.reports", measure=measure.value, **given)


def _named(span: Span, today: date) -> tuple[date, date]:
    if span is Span.QUARTER:
        quarter = quarter_of(today)
        return quarter.start, (quarter.end or quarter.start) - timedelta(days=1)
    if span is Span.YEAR:
        return date(today.year, 1, 1), date(today.year, 12, 31)
    first = today.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


class CountedQuery(BoardQuery):
    """A number of the board, and which page of its reports."""

    measure: Measure
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1

    def turned(self, page: int) -> str:
        """Return the address of another page."""
        return url_for("board.reports", **self.kept(page=page))
