"""Which volunteer somebody of the staff is: linked once, so that whoever is signed in sees her own service.

A record is linked by its code and its phone's last four digits, by the same limits on guessing as coming
back, and only where its name, and its phone where the ledger knows one, are the person's own. It opens no
private link and ends none. Either side undoes it: the account, or the volunteer's own phone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput
from gridmap.ledger.volunteering import Volunteer
from gridmap.store import audit
from gridmap.volunteering import service
from gridmap.volunteering.queries import people
from gridmap.volunteering.service import Card, Registered, Registration


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
    volunteer.person_id = who.person_id
    _record(session, "volunteer_linked", volunteer, who.account_id, now)
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
        volunteer.person_id = who.person_id
        _record(session, "volunteer_linked", volunteer, who.account_id, now)
    return made


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
    """Part a volunteer's record from the person; her hours and her private link stay.

    Raises:
        NotFound: it is not linked.
    """
    volunteer = people.locked(session, volunteer_id)
    if volunteer is None or volunteer.person_id is None:
        raise service.nobody()
    volunteer.person_id = None
    _record(session, "volunteer_unlinked", volunteer, account_id, now)


def _record(
    session: Session, action: str, volunteer: Volunteer, account_id: int | None, now: datetime
) -> None:
    session.flush()
    audit.record(session, action, "volunteer", volunteer.code, now=now, account_id=account_id)
