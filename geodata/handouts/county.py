"""The facts of a handed-out file: the county's communities, their shapes and the audits of some days."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gridmap.coverage import service as coverage
from gridmap.coverage.checks import CHECKS, Audit, Check, CommunityAudit
from gridmap.publishing import service as publishing
from gridmap.timespan import quarter_of

MOST_QUARTERS: Final = 12
"""Quarter ends that a slider goes back: three years."""


@dataclass(frozen=True, slots=True)
class Area:
    """A community's shape in degrees (WGS 84)."""

    code: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The county on a day: what was found, and where its communities lie."""

    county: str
    first_day: date
    audit: Audit
    areas: tuple[Area, ...]

    @property
    def day(self) -> date:
        """The day that the audit is of."""
        return self.audit.day

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks that were put on the day, in their order."""
        return checks_put([self.audit])

    @property
    def ranked(self) -> tuple[CommunityAudit, ...]:
        """The communities, those that lack most first."""
        return tuple(sorted(self.audit.communities, key=lambda one: (-one.missing, one.code)))


def checks_put(audits: Iterable[Audit]) -> tuple[Check, ...]:
    """Return the checks that some community was asked on one of the days, in their order."""
    put = {key for audit in audits for community in audit.communities for key in community.held}
    return tuple(check for check in CHECKS if check.key in put)


def on_day(session: Session, day: date) -> DaySheet:
    """Return the county on a day.

    Raises:
        NotFound: there is no county on that day.
    """
    return _sheets(session, [day])[0]


def through_quarters(session: Session, day: date) -> tuple[DaySheet, ...]:
    """Return the county at the ends of the quarters before a day, and on the day itself.

    Raises:
        NotFound: there is no county on that day.
    """
    first_day = publishing.county(session, day).first_day
    return _sheets(session, [*quarter_ends(first_day, day), day])


def _sheets(session: Session, days: Sequence[date]) -> tuple[DaySheet, ...]:
    counties = [publishing.county(session, day) for day in days]
    return tuple(
        DaySheet(county.name, county.first_day, audit, _areas(session, audit.day))
        for county, audit in zip(counties, coverage.audits(session, days), strict=True)
    )


def quarter_ends(first_day: date, day: date) -> Sequence[date]:
    """Return the last days of the quarters that ended before a day; not before the first day.

    >>> [str(end) for end in quarter_ends(date(2026, 5, 1), date(2026, 12, 31))]
    ['2026-06-30', '2026-09-30']
    """
    ends: list[date] = []
    end = quarter_end_before(day)
    while end >= first_day and len(ends) < MOST_QUARTERS:
        ends.append(end)
        end = quarter_end_before(end)
    return ends[::-1]


def quarter_end_before(day: date) -> date:
    """Return the last day of the quarter before the one of a day.

    >>> quarter_end_before(date(2026, 1, 5))
    datetime.date(2025, 12, 31)
    """
    return quarter_of(day).start - timedelta(days=1)


def grids_on(session: Session, day: date) -> int:
    """Return how many grids stand on a day."""
    layer = publishing.features(session, publishing.collection("grids"), day)
    return len(json.loads(layer)["features"])


def _areas(session: Session, day: date) -> tuple[Area, ...]:
    layer = publishing.features(session, publishing.collection("communities"), day)
    return tuple(
        Area(one["properties"]["code"], one["properties"]["name"], shape(one["geometry"]))
        for one in json.loads(layer)["features"]
    )
