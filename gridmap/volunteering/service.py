"""Volunteers: who registers, how a phone is known again, the community that one has reported to.

There is no password: registering gives a private link once, and whoever lost it comes back by the
code and the last four digits of the phone.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch.reports import digits_of, tail_of
from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.import_queries import forget_steps
from gridmap.ledger.volunteering import Volunteer
from gridmap.store import audit
from gridmap.terms import Occupation
from gridmap.timespan import local_day
from gridmap.volunteering.queries import links, people

LONGEST_NAME: Final = 30
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}\Z")
_CODE: Final = re.compile(r"(?:ZY)?([0-9]{1,9})\Z")


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody writes who wants to serve; the community is that of the check-in."""

    name: str
    phone: str
    community_code: str
    party_member: bool = False
    agency_code: str | None = None
    occupation: Occupation | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A new volunteer: the key of the private link is told once and stored nowhere."""

    volunteer_id: int
    code: str
    key: str


@dataclass(frozen=True, slots=True)
class Card:
    """A volunteer as she sees herself; names as of the day."""

    id: int
    code: str
    name: str
    phone: str | None
    party_member: bool
    occupation: Occupation | None
    person_id: int | None
    agency_id: int | None
    agency: str | None
    community_id: int | None
    community_code: str | None
    community: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A community or an agency to choose from."""

    id: int
    code: str
    name: str


def code_of(written: str) -> str | None:
    """Return a volunteer's code as it stands in the ledger, however it was typed; None if it is none.

    >>> code_of(" zy42 "), code_of("ZY1000001"), code_of("第一")
    ('ZY000042', 'ZY1000001', None)
    """
    found = _CODE.match(written.strip().upper())
    return f"ZY{int(found[1]):06d}" if found else None


def mobile_of(written: str) -> str | None:
    """Return the eleven digits of a mobile number; None if it is none.

    >>> mobile_of("+86 139 0000 0001"), mobile_of("0371-6000000")
    ('13900000001', None)
    """
    digits = digits_of(written)
    digits = digits.removeprefix("86") if len(digits) > 11 else digits  # noqa: PLR2004 - a mobile number
    return digits if _MOBILE.match(digits) else None


def key_hash(key: str) -> str:
    """Return what is stored of a private key."""
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def register_volunteer(
    session: Session, said: Registration, now: datetime, account_id: int | None = None
) -> Registered:
    """Register a volunteer and let her report to a community from today.

    Args:
        session: open session.
        said: what she wrote.
        now: this moment.
        account_id: whose hand it was, where it was not her own.

    Raises:
        InvalidInput: no name, no mobile number, an unknown community or agency, or a phone that is
            registered already.
    """
    name, phone = name_of(said.name), phone_of(said.phone)
    community = community_id(session, said.community_code)
    agency = agency_id(session, said.agency_code) if said.agency_code else None
    if people.by_phone(session, phone) is not None:
        raise InvalidInput(
            field="phone",
            reason_zh="这个手机号已经登记过。请用志愿者编号和手机后四位进入；忘了编号，请问社区。",
            reason_en="This phone is registered already. Come in with your code and the last four digits; "
            "the community knows a forgotten code.",
        )
    key = secrets.token_urlsafe(24)
    volunteer = Volunteer(
        code=f"ZY{people.next_number(session):06d}",
        name=name,
        phone=phone,
        agency_id=agency,
        party_member=said.party_member,
        occupation=said.occupation,
        key_sha256=key_hash(key),
        made_at=now,
    )
    session.add(volunteer)
    session.flush()
    people.check_in(session, volunteer.id, community, local_day(now))
    audit.record(
        session,
        "volunteer_registered",
        "volunteer",
        volunteer.code,
        now=now,
        account_id=account_id,
    )
    return Registered(volunteer.id, volunteer.code, key)


def name_of(written: str) -> str:
    """Return a name as it is kept.

    Raises:
        InvalidInput: there is none, or it is too long.
    """
    name = " ".join(written.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(
            field="name",
            reason_zh=f"请填姓名，最多 {LONGEST_NAME} 个字。",
            reason_en=f"Write your name, at most {LONGEST_NAME} characters.",
        )
    return name


def phone_of(written: str) -> str:
    """Return a mobile number as it is kept.

    Raises:
        InvalidInput: it is none.
    """
    phone = mobile_of(written)
    if phone is None:
        raise InvalidInput(
            field="phone",
            reason_zh="请填 11 位手机号。",
            reason_en="Write a mobile number of 11 digits.",
        )
    return phone


def community_id(session: Session, code: str) -> int:
    """Return the id of a community.

    Raises:
        InvalidInput: there is no such community.
    """
    found = people.community_id(session, code)
    if found is None:
        raise InvalidInput(
            field="community",
            reason_zh="请从列表中选一个社区。",
            reason_en="Choose a community from the list.",
        )
    return found


def agency_id(session: Session, code: str) -> int:
    """Return the id of an agency.

    Raises:
        InvalidInput: there is no such agency.
    """
    found = people.agency_id(session, code)
    if found is None:
        raise InvalidInput(
            field="agency",
            reason_zh="请从列表中选一个单位。",
            reason_en="Choose a unit from the list.",
        )
    return found


def by_key(session: Session, key: str, day: date) -> Card | None:
    """Return the volunteer whose private link this is; None where there is none."""
    volunteer = people.by_key(session, key_hash(key))
    return card(session, volunteer.id, day) if volunteer else None


def card(session: Session, volunteer_id: int, day: date) -> Card | None:
    """Return a volunteer with the names of a day; None of one whose data was erased."""
    row = people.card(session, volunteer_id, day)
    if row is None:
        return None
    told = row._asdict()
    return Card(**told | {"occupation": Occupation(row.occupation) if row.occupation else None})


def find(session: Session, code: str, day: date) -> Card | None:
    """Return the volunteer of a code, however it was typed; for staff."""
    known = code_of(code)
    volunteer = people.by_code(session, known) if known else None
    return card(session, volunteer.id, day) if volunteer else None


def come_back(session: Session, code: str, phone_tail: str, now: datetime) -> Registered:
    """Give a new private link to whoever knows the code and the phone's last four digits.

    The old link no longer works: a phone that was lost is locked out.

    Raises:
        NotFound: no such code, or the digits do not fit; never says which.
    """
    return _new_link(session, proven(session, code, phone_tail), now)


def proven(session: Session, code: str, phone_tail: str) -> Volunteer:
    """Return the volunteer whose code and phone's last four digits somebody knows.

    Raises:
        NotFound: no such code, or the digits do not fit; never says which.
    """
    known = code_of(code)
    volunteer = people.by_code(session, known) if known else None
    tail = tail_of(volunteer.phone) if volunteer else None
    fits = hmac.compare_digest(phone_tail.encode(), (tail or "").encode())
    if volunteer is None or not tail or not fits:
        raise nobody()
    return volunteer


def nobody() -> NotFound:
    """Return the refusal of a volunteer who is not there, or not this one's to see."""
    return NotFound(what_zh="这位志愿者", what_en="This volunteer")


def _new_link(session: Session, volunteer: Volunteer, now: datetime) -> Registered:
    key = secrets.token_urlsafe(24)
    volunteer.key_sha256 = key_hash(key)
    audit.record(session, "volunteer_link_renewed", "volunteer", volunteer.code, now=now)
    session.flush()
    return Registered(volunteer.id, volunteer.code, key)


def choose_community(session: Session, volunteer_id: int, code: str, now: datetime) -> None:
    """Let a volunteer report to another community from today; the old one ends yesterday.

    Raises:
        InvalidInput: there is no such community.
    """
    people.check_in(session, volunteer_id, community_id(session, code), local_day(now))
    audit.record(
        session, "volunteer_checked_in", "volunteer", str(volunteer_id), now=now, community=code
    )


def communities(session: Session, day: date) -> tuple[Choice, ...]:
    """Return the communities of a day to choose from."""
    return tuple(Choice(*row) for row in people.communities(session, day))


def agencies(session: Session) -> tuple[Choice, ...]:
    """Return the agencies to choose from."""
    return tuple(Choice(*row) for row in people.agencies(session))


def erase(
    session: Session, volunteer_id: int, now: datetime, account_id: int | None = None
) -> None:
    """Erase who a volunteer was: name, phone, person, link. Hours and stars stay as nobody's counts.

    Workbooks that brought or changed her can no longer be rolled back.

    Raises:
        NotFound: there is no such volunteer.
    """
    volunteer = people.locked(session, volunteer_id)
    if volunteer is None or volunteer.erased_at is not None:
        raise nobody()
    people.leave_needs(session, volunteer_id, now)
    links.forget(session, volunteer_id)
    volunteer.name, volunteer.phone, volunteer.person_id = "", None, None
    volunteer.key_sha256, volunteer.erased_at = None, now
    session.flush()
    forget_steps(session, Volunteer.__tablename__, volunteer_id)
    audit.record(
        session,
        "volunteer_erased",
        "volunteer",
        volunteer.code,
        now=now,
        account_id=account_id,
    )
