"""SQL: volunteers, the communities they have reported to, agencies that have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Row, and_, cast, func, select, update
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency, Person
from gridmap.ledger.volunteering import (
    VOLUNTEER_NUMBERS,
    Need,
    NeedTaking,
    UnitCheckIn,
    Volunteer,
    VolunteerCheckIn,
)
from gridmap.store.base import as_of, ended, from_day
from gridmap.terms import AreaKind, NeedState

Found = Row[*tuple[Any, ...]]


def next_number(session: Session) -> int:
    """Return the next running number of volunteers' codes."""
    number: int = session.execute(select(VOLUNTEER_NUMBERS.next_value())).scalar_one()
    if number > _highest(session):
        return number
    # a copy that was read in from a file: its volunteers came with codes that this counter has not seen
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("volunteer_number"))))
    after = func.setval(VOLUNTEER_NUMBERS.name, func.greatest(number, _highest(session)) + 1)
    found: int = session.execute(select(after)).scalar_one()
    return found


def _highest(session: Session) -> int:
    written = cast(func.substr(Volunteer.code, 3), Integer)
    return session.execute(select(func.coalesce(func.max(written), 0))).scalar_one()


def by_key(session: Session, key_sha256: str) -> Volunteer | None:
    """Return the volunteer of a private link."""
    return session.scalars(select(Volunteer).where(Volunteer.key_sha256 == key_sha256)).first()


def by_code(session: Session, code: str) -> Volunteer | None:
    """Return the volunteer of a code."""
    return session.scalars(select(Volunteer).where(Volunteer.code == code)).first()


def by_phone(session: Session, phone: str) -> Volunteer | None:
    """Return the volunteer who left this phone; locks others out who register it at the same time."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"volunteer:{phone}"))))
    return session.scalars(select(Volunteer).where(Volunteer.phone == phone)).first()


def person(session: Session, person_id: int) -> Person | None:
    """Return a person of the ledger."""
    return session.get(Person, person_id)


def of_person(session: Session, person_id: int) -> Volunteer | None:
    """Return the volunteer that a person of the ledger is."""
    return session.scalars(select(Volunteer).where(Volunteer.person_id == person_id)).first()


def lock_person(session: Session, person_id: int) -> None:
    """Let one at a time say which volunteer a person is."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"linked:{person_id}"))))


def lock_books(session: Session) -> None:
    """Let one workbook at a time be taken in: two of them would lock the same people in two orders."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("volunteer_books"))))


def locked(session: Session, volunteer_id: int) -> Volunteer | None:
    """Return a volunteer's row as it stands now, locked; None where it is gone."""
    query = select(Volunteer).where(Volunteer.id == volunteer_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def community_id(session: Session, code: str) -> int | None:
    """Return the id of a community by its code."""
    query = select(Area.id).where(Area.code == code, Area.kind == AreaKind.COMMUNITY)
    return session.scalars(query).first()


def agency_id(session: Session, code: str) -> int | None:
    """Return the id of an agency by its code."""
    return session.scalars(select(Agency.id).where(Agency.code == code)).first()


def communities(session: Session, day: date) -> Sequence[Found]:
    """Return the communities of a day by name: id, code, name."""
    return session.execute(
        select(Area.id, Area.code, AreaVersion.name)
        .join(AreaVersion, and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, day)))
        .where(Area.kind == AreaKind.COMMUNITY)
        .order_by(Area.code)
    ).all()


def agencies(session: Session) -> Sequence[Found]:
    """Return all agencies by name: id, code, name."""
    return session.execute(
        select(Agency.id, Agency.code, Agency.name).order_by(Agency.name, Agency.code)
    ).all()


def card(session: Session, volunteer_id: int, day: date) -> Found | None:
    """Return a volunteer with the names of agency and community as of a day."""
    return session.execute(
        select(
            Volunteer.id,
            Volunteer.code,
            Volunteer.name,
            Volunteer.phone,
            Volunteer.party_member,
            Volunteer.occupation,
            Volunteer.person_id,
            Volunteer.agency_id,
            Agency.name.label("agency"),
            VolunteerCheckIn.community_id,
            Area.code.label("community_code"),
            func.coalesce(AreaVersion.name, Area.code).label("community"),
            func.lower(VolunteerCheckIn.valid).label("since"),
        )
        .outerjoin(Agency, Agency.id == Volunteer.agency_id)
        .outerjoin(
            VolunteerCheckIn,
            and_(VolunteerCheckIn.volunteer_id == Volunteer.id, as_of(VolunteerCheckIn, day)),
        )
        .outerjoin(Area, Area.id == VolunteerCheckIn.community_id)
        .outerjoin(AreaVersion, and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, day)))
        .where(Volunteer.id == volunteer_id, Volunteer.erased_at.is_(None))
    ).first()


def check_in(session: Session, volunteer_id: int, community: int, day: date) -> None:
    """Let a volunteer belong to a community from a day on; what began that day is replaced."""
    current = session.scalars(
        select(VolunteerCheckIn)
        .where(
            VolunteerCheckIn.volunteer_id == volunteer_id,
            func.coalesce(func.upper(VolunteerCheckIn.valid) > day, True),
        )
        .with_for_update()
    ).all()
    for one in current:
        if one.community_id == community and one.valid.upper is None:
            return
        if one.valid.lower is not None and one.valid.lower >= day:
            session.delete(one)
        else:
            session.execute(
                update(VolunteerCheckIn)
                .where(VolunteerCheckIn.id == one.id)
                .values(valid=ended(VolunteerCheckIn.__table__.c.valid, day))
            )
    session.flush()
    session.add(
        VolunteerCheckIn(volunteer_id=volunteer_id, community_id=community, valid=from_day(day))
    )
    session.flush()


def units_of(session: Session, community: int, day: date) -> Sequence[Found]:
    """Return the agencies that have reported to a community as of a day: id, code, name, contact, since."""
    return session.execute(
        select(
            Agency.id,
            Agency.code,
            Agency.name,
            UnitCheckIn.contact,
            UnitCheckIn.contact_phone,
            func.lower(UnitCheckIn.valid).label("since"),
        )
        .join(Agency, Agency.id == UnitCheckIn.agency_id)
        .where(UnitCheckIn.community_id == community, as_of(UnitCheckIn, day))
        .order_by(Agency.name)
    ).all()


def members_of(session: Session, community: int, day: date, limit: int) -> Sequence[Found]:
    """Return the volunteers who have reported to a community as of a day, by code."""
    return session.execute(
        select(
            Volunteer.id,
            Volunteer.code,
            Volunteer.name,
            Volunteer.phone,
            Volunteer.party_member,
            Volunteer.occupation,
            Agency.name.label("agency"),
            func.lower(VolunteerCheckIn.valid).label("since"),
        )
        .join(VolunteerCheckIn, VolunteerCheckIn.volunteer_id == Volunteer.id)
        .outerjoin(Agency, Agency.id == Volunteer.agency_id)
        .where(
            VolunteerCheckIn.community_id == community,
            as_of(VolunteerCheckIn, day),
            Volunteer.erased_at.is_(None),
        )
        .order_by(Volunteer.code)
        .limit(limit)
    ).all()


def leave_needs(session: Session, volunteer_id: int, now: datetime) -> None:
    """Give back the open needs that a volunteer has taken up: the next may take them."""
    open_needs = select(Need.id).where(Need.state.in_([NeedState.OPEN, NeedState.TAKEN]))
    given_back = session.scalars(
        select(NeedTaking).where(
            NeedTaking.volunteer_id == volunteer_id,
            NeedTaking.left_at.is_(None),
            NeedTaking.need_id.in_(open_needs),
        )
    ).all()
    for taking in given_back:
        session.execute(
            update(Need)
            .where(Need.id == taking.need_id, Need.state == NeedState.TAKEN)
            .values(state=NeedState.OPEN)
        )
        taking.left_at = now
    session.flush()
