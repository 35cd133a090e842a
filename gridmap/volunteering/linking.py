"""Which volunteer somebody of the staff is: linked once, so that whoever is signed in sees her own service.

A record is linked by its code and its phone's last four digits, by the same limits on guessing as coming
back, and only where its name, and its phone where the ledger knows one, are the person's own. It opens no
private link and ends none. Either side undoes it: the account, or the volunteer's own phone. What was linked stays
on record from when to when: parting a record first lets nobody decide on its hours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput
from gridmap.ledger.volunteering import Volunteer
from gridmap.store import audit
from gridmap.timespan import local_day
from gridmap.volunteering import service
from gridmap.volunteering.organising import Hand
from gridmap.volunteering.queries import links, people
from gridmap.volunteering.service import Card, Registered, Registration

COUNTED_FOR: Final = timedelta(days=366)
"""So long after they were parted a record is still counted as its person's own, whatever the day of the hours."""


def of_person(session: Session, person_id: int, day: date) -> Card | None:
    """Return the volunteer that a person is linked with; None where there is none."""
    found = people.of_person(session, person_id)
    return service.card(session, found.id, day) if found else None


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a person, to begin her registration with."""

    phone: str
    party_member: bool
    agency: str | None


def known_of(session: Session, person_id: int) -> Known:
    """Return a person's mobile number, whether she is a member, and her agency's code."""
    person = people.person(session, person_id)
    if person is None:
        return Known("", party_member=False, agency=None)
    agencies = {one.id: one.code for one in service.agencies(session)}
    return Known(
        service.mobile_of(person.phone or "") or "",
        bool(person.party_member),
        agencies.get(person.agency_id or 0),
    )


def link(session: Session, who: SignedIn, code: str, phone_tail: str, now: datetime) -> str:
    """Link the volunteer's record of whoever is signed in; return its code.

    Raises:
        NotFound: no such code, the digits do not fit, or it is somebody else's; never says which.
        InvalidInput: she is linked already.
    """
    _refuse_second(session, who)
    found = service.proven(session, code, phone_tail)
    volunteer = people.locked(session, found.id)
    if volunteer is None or volunteer.person_id is not None or not _own(session, who, volunteer):
        raise service.nobody()
    _join(session, volunteer, who, now)
    return volunteer.code


def _own(session: Session, who: SignedIn, volunteer: Volunteer) -> bool:
    """Tell whether a record bears the person's name, and her phone where the ledger knows one."""
    known = known_of(session, who.person_id).phone
    same_phone = not known or known == service.mobile_of(volunteer.phone or "")
    return service.name_of(who.name) == volunteer.name and same_phone


def register(session: Session, who: SignedIn, said: Registration, now: datetime) -> Registered:
    """Register whoever is signed in as a volunteer, under her own name, and link the two.

    Raises:
        InvalidInput: she is linked already, or see `service.register_volunteer`.
    """
    _refuse_second(session, who)
    own = replace(said, name=who.name)
    made = service.register_volunteer(session, own, now, who.account_id)
    volunteer = people.locked(session, made.volunteer_id)
    if volunteer is not None:
        _join(session, volunteer, who, now)
    return made


def _join(session: Session, volunteer: Volunteer, who: SignedIn, now: datetime) -> None:
    volunteer.person_id = who.person_id
    links.begin(session, volunteer.id, who.person_id, now)
    _record(session, "volunteer_linked", volunteer, who.account_id, now)


def _refuse_second(session: Session, who: SignedIn) -> None:
    people.lock_person(session, who.person_id)
    known = people.of_person(session, who.person_id)
    if known is not None:
        raise InvalidInput(
            field="code",
            reason_zh=f"您的账号已经关联了 {known.code}，要换请先解除。",
            reason_en=f"Your account is linked with {known.code}; unlink it first.",
        )


def unlink(session: Session, volunteer_id: int, now: datetime, account_id: int | None) -> None:
    """Part a volunteer's record from the person; her hours, her private link and when she was linked stay.

    Raises:
        NotFound: it is not linked.
    """
    volunteer = people.locked(session, volunteer_id)
    if volunteer is None or volunteer.person_id is None:
        raise service.nobody()
    volunteer.person_id = None
    links.end(session, volunteer.id, now)
    _record(session, "volunteer_unlinked", volunteer, account_id, now)


def own_records(session: Session, hand: Hand, day: date, now: datetime) -> frozenset[int]:
    """Return the volunteers who are who acts, as far as hours of a day are concerned.

    Besides the record that is hers now these are the ones that she was linked with on that day, and
    those that were parted from her less than `COUNTED_FOR` ago.

    Args:
        session: open session.
        hand: who acts, as staff or as a volunteer who organises.
        day: the day of the hours.
        now: this moment.
    """
    own = {one for one in (hand.volunteer_id,) if one is not None}
    who = {one for one in (hand.person_id,) if one is not None}
    who |= {row.person_id for row in links.of_volunteers(session, own) if _counts(row, day, now)}
    own |= {row.volunteer_id for row in links.of_people(session, who) if _counts(row, day, now)}
    return frozenset(own)


def _counts(link: links.Found, day: date, now: datetime) -> bool:
    if link.until is None or link.until >= now - COUNTED_FOR:
        return True
    return local_day(link.since) <= day <= local_day(link.until)


def _record(
    session: Session, action: str, volunteer: Volunteer, account_id: int | None, now: datetime
) -> None:
    session.flush()
    audit.record(session, action, "volunteer", volunteer.code, now=now, account_id=account_id)
