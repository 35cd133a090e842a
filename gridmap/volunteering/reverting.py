"""A workbook of volunteering is taken back: who may, and what would not hold any more.

Phones are one person's each, activities have so many places, a day has 24 hours, and a year that was rated stays
as it was told: no constraint of the database keeps these, so they are asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.timespan import local_day
from gridmap.volunteering import attendance, hours, linking, roll
from gridmap.volunteering.organising import Hand
from gridmap.volunteering.queries import reverting as queries
from gridmap.volunteering.queries import stars
from gridmap.volunteering.queries.people import lock_books
from gridmap.volunteering.refusals import OwnHours

Words = tuple[str, str]

_ABOVE: Final = ("请上一级的经办人撤销", "the desk above can roll it back")
_ONE_BY_ONE: Final = (
    "不撤销，逐人更正时长，两条都在",
    "do not roll back: correct the hours one by one, with both on record",
)
_OTHER_PHONE: Final = (
    "先把现在用这个手机号的人改正，再撤销",
    "put the record right that has this phone now, then roll back",
)
_MORE_PLACES: Final = (
    "先给活动加名额，或请后来报名的人退出，再撤销",
    "give the activity more places, or have who signed up later leave, then roll back",
)
_LONG_DAY: Final = (
    "先更正当天后来登记的时长，再撤销",
    "correct the hours that were written later for that day, then roll back",
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of taking a workbook back.

    Attributes:
        what: in Chinese and English.
        way: how to mend it, in both.
        rows: which ones, by code or title.
    """

    what: Words
    way: Words
    rows: Sequence[str]


def before_roll(
    session: Session, number: int, keeper: SignedIn, now: datetime
) -> Iterator[Obstacle]:
    """Lock what a list's workbook changed, and tell whom the keeper no longer keeps.

    Args:
        session: the caller's transaction.
        number: of the workbook's record.
        keeper: who takes it back.
        now: this moment.
    """
    lock_books(session)
    queries.lock_phones(session, number)
    reach = roll.keeps(session, keeper)
    if not reach.county:
        gone = queries.beyond(session, number, local_day(now), reach.communities)
        yield Obstacle(("不在您辖区的志愿者", "volunteers beyond your reach"), _ABOVE, gone)


def after_roll(session: Session, number: int) -> Iterator[Obstacle]:
    """Tell what would not hold once a list's workbook was taken back."""
    said = (
        "原来的手机号已是别人的志愿者",
        "volunteers whose former phone is somebody else's by now",
    )
    yield Obstacle(said, _OTHER_PHONE, queries.phones_twice(session, number))


def before_attendance(
    session: Session, number: int, hand: Hand, now: datetime
) -> Iterator[Obstacle]:
    """Lock what an attendance's workbook changed, and tell what is beyond the hand or was rated since.

    Raises:
        OwnHours: there are minutes of who takes it back.
    """
    lock_books(session)
    touched = queries.activities(session, number)
    beyond = [one.id for one in touched if not hand.reach.holds(one.community_id)]
    codes = [attendance.activity_code(one) for one in beyond]
    yield Obstacle(("不在您辖区的活动", "activities beyond your reach"), _ABOVE, codes)
    if not hand.reach.county:
        records = queries.records_beyond(session, number, hand.reach.communities)
        yield Obstacle(("不在您辖区的时长", "hours beyond your reach"), _ABOVE, records)
    served: dict[date, set[int]] = {}
    for row in queries.decided(session, number):
        served.setdefault(row.day, set()).add(row.volunteer_id)
    if any(who & linking.own_records(session, hand, day, now) for day, who in served.items()):
        raise OwnHours
    for year in sorted({day.year for day in served}):
        stars.share_year(session, year)
    said = ("已经评过星的年度的时长", "hours of a year whose stars were given out")
    yield Obstacle(said, _ONE_BY_ONE, queries.rated(session, number))


def after_attendance(session: Session, number: int) -> Iterator[Obstacle]:
    """Tell what would not hold once an attendance's workbook was taken back."""
    full = ("名额已满的活动", "activities whose places are all taken by now")
    yield Obstacle(full, _MORE_PLACES, queries.overfull(session, number))
    long = ("当天会超过 24 小时的志愿者", "volunteers whose day would have more than 24 hours")
    yield Obstacle(long, _LONG_DAY, queries.overlong(session, number, hours.MOST_A_DAY))
