"""How many households a grid of this county should have, from which day: what is set, and setting it.

Stored under `grid_households` as one entry a day; a county that wrote a plain ``[fewest, most]`` there
means all days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput
from gridmap.redistricting.metrics import Band
from gridmap.redistricting.queries import bands as queries
from gridmap.store import audit
from gridmap.timespan import local_day

USUAL_BAND: Final = Band(300, 500)
"""Households a grid in towns."""
MOST_HOUSEHOLDS: Final = 100_000


@dataclass(frozen=True, slots=True)
class BandFrom:
    """The households that a grid should have from a day on."""

    from_day: date
    band: Band


USUAL: Final = BandFrom(date.min, USUAL_BAND)


def bands(session: Session) -> tuple[BandFrom, ...]:
    """Return what holds from which day, in the order of the days; the first holds from the beginning."""
    return _read(queries.setting(session))


def _read(stored: Any) -> tuple[BandFrom, ...]:  # noqa: ANN401 - JSON
    """Return the entries of a stored setting.

    >>> [one.band.least for one in _read([200, 400])]
    [200]
    """
    if not stored:
        return (USUAL,)
    if not isinstance(stored[0], Mapping):
        return (BandFrom(date.min, Band(*map(int, stored))),)
    made = [
        BandFrom(date.fromisoformat(one["from_day"]), Band(int(one["least"]), int(one["most"])))
        for one in stored
    ]
    made.sort(key=lambda one: one.from_day)
    return tuple(made) if made[0].from_day == date.min else (USUAL, *made)


def band(session: Session, day: date) -> Band:
    """Return the households that a grid of this county should have on a day."""
    return band_on(bands(session), day).band


def band_on(known: tuple[BandFrom, ...], day: date) -> BandFrom:
    """Return which of the entries holds on a day."""
    return [one for one in known if one.from_day <= day][-1]


def put_band(
    session: Session,
    day: date,
    least: int,
    most: int,
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """Let grids have so many households from a day on; of two settings for one day the later counts.

    Raises:
        InvalidInput: the day is past, a number is not positive or too large, or fewest is not below most.
    """
    if day < local_day(now):
        raise InvalidInput(
            field="day",
            reason_zh="只能从今天或以后的日期起生效，过去不能改。",
            reason_en="It takes effect from today or later; the past cannot be changed.",
        )
    for field, number in (("least", least), ("most", most)):
        if not 1 <= number <= MOST_HOUSEHOLDS:
            raise InvalidInput(
                field=field,
                reason_zh=f"户数要在 1 到 {MOST_HOUSEHOLDS} 之间。",
                reason_en=f"Households must be between 1 and {MOST_HOUSEHOLDS}.",
            )
    if least >= most:
        raise InvalidInput(
            field="most",
            reason_zh="最多户数要大于最少户数。",
            reason_en="The most must be more than the fewest.",
        )
    queries.hold(session)
    before = queries.setting(session)
    kept = [one for one in _read(before) if one is not USUAL and one.from_day != day]
    made = sorted([*kept, BandFrom(day, Band(least, most))], key=lambda one: one.from_day)
    value = [_written(one) for one in made]
    if value == before:
        return
    queries.put_setting(session, value)
    audit.record(
        session,
        "setting_changed",
        "setting",
        queries.KEY,
        now=now,
        account_id=account_id,
        before=before,
        after=value,
    )


def _written(one: BandFrom) -> dict[str, Any]:
    return {
        "from_day": one.from_day.isoformat(),
        "least": one.band.least,
        "most": one.band.most,
    }
