"""Which part of the work list is shown, as it stands in the address; the same for map and workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Self

from flask import request, url_for
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.reports import Cursor, Order, ReportFilter
from gridmap.terms import Line, Outcome, Stage
from web.params import Day, Params, Text

SEPARATOR: Final = "_"
LONGEST_TEXT: Final = 60
FLAGS: Final = ("mine", "late", "near", "supervised", "unplaced", "every")
NOT_FILTERS: Final = frozenset({"after", "done"})
"""Fields of the address that say where one is, not what is shown."""

Id = Annotated[int, Field(ge=1, lt=2**31)]


def _cursor(written: object) -> Cursor:
    """Read where a page ended: an aware moment and an id."""
    moment, _separator, last = str(written).partition(SEPARATOR)
    try:
        at, report_id = datetime.fromisoformat(moment), int(last)
    except ValueError:
        raise PydanticCustomError("cursor", "not a cursor") from None
    if at.tzinfo is None or not 0 <= report_id < 2**63:
        raise PydanticCustomError("cursor", "not a cursor")
    return at, report_id


class DeskQuery(Params):
    """Filters of the list, where the page before ended, and what was just done.

    Open reports only, the least time left first, unless a stage, an outcome, words or `every`
    ask for others.
    """

    stage: Stage | None = None
    mine: bool = False
    late: bool = False
    near: bool = False
    supervised: bool = False
    unplaced: bool = False
    every: bool = False
    line: Line | None = None
    category: Annotated[Text, Field(max_length=16)] | None = None
    community: Id | None = None
    grid: Id | None = None
    outcome: Outcome | None = None
    q: Annotated[Text, Field(max_length=LONGEST_TEXT)] | None = None
    since: Day | None = None
    until: Day | None = None
    after: Annotated[Cursor, BeforeValidator(_cursor)] | None = None
    done: Action | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Return the query of an address or of a form; what was left empty is not there.

        Raises:
            ValidationError: a field is wrong or not known.
        """
        return cls.model_validate({name: value for name, value in given.items() if value != ""})

    @property
    def open_only(self) -> bool:
        """Whether only reports that still wait for somebody are shown."""
        return not (self.stage or self.every or self.outcome or self.q)

    @property
    def order(self) -> Order:
        """The least time left first where there is a deadline, else the newest first."""
        timed = self.open_only or self.stage in OPEN_STAGES
        return Order.DUE if timed else Order.NEWEST

    @property
    def filters(self) -> ReportFilter:
        """What the dispatch room is asked for."""
        return ReportFilter(
            stage=self.stage,
            open_only=self.open_only,
            mine=self.mine,
            late=self.late,
            near_due=self.near,
            supervised=self.supervised,
            unplaced=self.unplaced,
            line=self.line,
            category_code=self.category,
            community_id=self.community,
            grid_id=self.grid,
            outcome=self.outcome,
            text=self.q,
            filed_from=self.since,
            filed_to=self.until,
        )

    def kept(self, **changes: object) -> dict[str, Any]:
        """Return the filters as they stand in an address, with some changed (None: left out)."""
        own = self.model_dump(exclude=set(NOT_FILTERS)) | changes
        return {name: _written(value) for name, value in own.items() if value not in (None, False)}

    def address(self, **changes: object) -> str:
        """Return the address of the list with some filters changed; never of a later page."""
        return url_for("desk.worklist", **self.kept(**changes))

    def later(self, after: Cursor | None) -> str | None:
        """Return the address of the next page; None at the end."""
        return self._with_cursor("desk.worklist", after) if after else None

    @property
    def live(self) -> str:
        """Address of this very page of the list, as it stands now."""
        return self._with_cursor("desk.live", self.after)

    def _with_cursor(self, endpoint: str, after: Cursor | None) -> str:
        cursor = f"{after[0].isoformat()}{SEPARATOR}{after[1]}" if after else None
        return url_for(endpoint, **self.kept(), after=cursor)

    @property
    def narrowed(self) -> int:
        """How many filters are set, beside the stage and whose."""
        return len(self.kept(stage=None, mine=None))


def _written(value: Any) -> str:  # noqa: ANN401 - any field's value
    if isinstance(value, bool):
        return "1"
    return value.isoformat() if isinstance(value, date) else str(value)


def current() -> DeskQuery:
    """Return the query of the request's address."""
    return DeskQuery.read(request.args.to_dict())
