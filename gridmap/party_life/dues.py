"""Dues as paid or not paid, by month: no amounts; for the branch's own secretary and desk alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Scope
from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.party_life import looking, members, queries
from gridmap.party_life.bodies import Body, sees_dues
from gridmap.party_life.members import Member
from gridmap.store import audit
from gridmap.timespan import local_day

MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Payer:
    """A member with the months of a year: paid, not paid, not noted (None), or not to come (absent)."""

    member: Member
    months: Mapping[date, bool | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A year of dues of an organisation."""

    body: Body
    year: int
    payers: tuple[Payer, ...]

    def count(self, month: date, *, paid: bool | None) -> int:
        """Return how many have paid (or not, or are not noted) for a month."""
        return sum(one.months.get(month, "no") is paid for one in self.payers)


def sheet(session: Session, scope: Scope, code: str, year: int, today: date) -> Sheet:
    """Return who has paid in a year.

    Raises:
        NotFound: see `looking.body`.
        NotAllowed: neither the branch's secretary nor its desk asks.
    """
    body = looking.body(session, scope, code, today)
    if not sees_dues(scope, body):
        raise NotAllowed
    listed = members.listed(session, body, today)
    noted = queries.dues(
        session, [one.person_id for one in listed], date(year, 1, 1), date(year, MONTHS, 1)
    )
    return Sheet(body, year, tuple(Payer(one, _months(one, year, today, noted)) for one in listed))


def _months(
    one: Member, year: int, today: date, noted: Mapping[tuple[int, date], bool]
) -> dict[date, bool | None]:
    """The months of a year that have begun and in which she was a member of this organisation."""
    months = (date(year, number, 1) for number in range(1, MONTHS + 1))
    first = one.span.start.replace(day=1)
    return {month: noted.get((one.person_id, month)) for month in months if first <= month <= today}


def note(
    session: Session,
    keeper: SignedIn,
    code: str,
    month: date,
    paid: Mapping[int, bool | None],
    now: datetime,
) -> int:
    """Note who has paid for a month; None takes a note away; return how many were noted.

    Raises:
        NotFound, NotAllowed: see `sheet`.
        InvalidInput: a month to come, or somebody who is no member.
    """
    today = local_day(now)
    if month.day != 1 or month > today:
        raise InvalidInput(
            field="month",
            reason_zh="月份不能晚于本月。",
            reason_en="The month cannot be later than this one.",
        )
    found = sheet(session, keeper.scope, code, month.year, today)
    known = {one.member.person_id for one in found.payers if month in one.months}
    if not set(paid) <= known:
        raise InvalidInput(
            field="month",
            reason_zh="名单里有人这个月不在本组织，请刷新后再试。",
            reason_en="Somebody of the list was no member in that month; reload the page.",
        )
    rows = [
        {
            "person_id": person,
            "month": month,
            "paid": value,
            "noted_at": now,
            "noted_by_id": keeper.person_id,
        }
        for person, value in paid.items()
        if value is not None
    ]
    queries.put_dues(session, rows)
    queries.drop_dues(session, [person for person, value in paid.items() if value is None], month)
    audit.record(
        session,
        "party_dues_noted",
        "party_organisation",
        code,
        now=now,
        account_id=keeper.account_id,
        month=month.isoformat(),
        people=len(paid),
    )
    return len(rows)
