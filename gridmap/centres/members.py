"""People of the new groups at a centre: join, check in on the spot, what their reports and hours come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.centres import matching, member_queries, proofs, service
from gridmap.centres.refusals import CentreClosed, TooFarFromCentre
from gridmap.centres.service import Centre
from gridmap.errors import InvalidInput
from gridmap.geometry.planes import metres_apart
from gridmap.store import audit
from gridmap.terms import CheckInWay, Occupation, Outcome, Stage
from gridmap.timespan import local_day, start_of
from gridmap.volunteering import codes
from gridmap.volunteering import service as volunteers
from gridmap.volunteering.checking_in import SLACK_M, VAGUE_M, Position
from gridmap.volunteering.refusals import StaleCode, StalePosition, TooVague
from gridmap.volunteering.service import Registered, Registration

RADIUS_M: Final = 150
"""So near to a centre's point is at the centre: a hall, its yard, the street before it."""
LONGEST_COMPANY: Final = 40
SHOWN_REPORTS: Final = 20


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody writes on the short form at a centre."""

    name: str
    phone: str
    occupation: Occupation
    company: str = ""
    party_member: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A phone's position with the key that this site gave it for it."""

    key: str
    position: Position


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a centre's list."""

    code: str
    name: str
    phone: str | None
    occupation: Occupation | None
    party_member: bool
    company: str | None
    since: date
    last_day: date | None
    check_ins: int


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report of one's own, as far as it has got."""

    number: str
    track_key: str
    filed_at: datetime
    category: str
    category_en: str
    stage: Stage
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Own:
    """One's own page: the centre that one belongs to, and what one has done this year."""

    centre: Centre | None
    company: str | None
    checked_in_today: bool
    check_ins: int
    reports: int
    closed: int
    minutes: int
    latest: tuple[OwnReport, ...]
    match: matching.Match | None


def join(session: Session, code: str, said: Joining, now: datetime) -> Registered:
    """Register somebody at a centre: a volunteer of its community, and of the new groups.

    Raises:
        NotFound: there is no such centre.
        InvalidInput: no name, no mobile number, a phone that is registered, a centre without communities.
    """
    centre = service.centre(session, code, now)
    if not centre.served:
        raise InvalidInput(
            reason_zh="这个中心还没有登记服务的社区，暂时不能在这里登记。",
            reason_en="This centre serves no community yet; nobody can register here.",
        )
    home = _home(session, centre, now)
    made = volunteers.register_volunteer(
        session,
        Registration(
            said.name, said.phone, home, party_member=said.party_member, occupation=said.occupation
        ),
        now,
    )
    _belong(session, made.volunteer_id, centre, said.company, now)
    return made


def _home(session: Session, centre: Centre, now: datetime) -> str:
    """Return the community of a centre: for one of the whole county that of its nearest neighbour."""
    if len(centre.served) == 1 or not centre.whole_county:
        return centre.served[0].code
    near = service.directory(session, now, (centre.lon, centre.lat))
    local = [one for one in near if one.served and not one.whole_county]
    return (local[0] if local else centre).served[0].code


def change_centre(
    session: Session,
    volunteer_id: int,
    code: str,
    occupation: Occupation,
    company: str,
    now: datetime,
) -> None:
    """Let a volunteer who is known belong to a centre from today.

    Raises:
        NotFound: there is no such centre.
    """
    centre = service.centre(session, code, now)
    known = member_queries.volunteer(session, volunteer_id)
    if known is not None:
        known.occupation = occupation
    _belong(session, volunteer_id, centre, company, now)


def _belong(
    session: Session, volunteer_id: int, centre: Centre, company: str, now: datetime
) -> None:
    words = " ".join(company.split())[:LONGEST_COMPANY] or None
    member_queries.join(session, volunteer_id, centre.code, words, local_day(now))
    audit.record(
        session, "centre_joined", "volunteer", str(volunteer_id), now=now, centre=centre.code
    )
    known = member_queries.volunteer(session, volunteer_id)
    if known is not None and known.party_member:
        matching.propose(session, volunteer_id, now)


def check_in_by_code(
    session: Session, centre: Centre, volunteer_id: int, shown: str, secret: str, now: datetime
) -> bool:
    """Check somebody in who has just scanned the centre's screen; tell whether it is the first today.

    Raises:
        StaleCode: the code is older than a minute.
    """
    if not codes.is_fresh(proofs.screen_secret(secret, centre.code), shown, now):
        raise StaleCode
    return _check_in(session, centre, volunteer_id, now, None)


def check_in_by_position(
    session: Session, centre: Centre, volunteer_id: int, shown: Shown, secret: str, now: datetime
) -> bool:
    """Check somebody in by the phone's position; tell whether it is the first today.

    Of the position nothing is kept but its distance.

    Raises:
        StalePosition: the key is older than a minute or was given to another.
        TooVague, TooFarFromCentre: the position does not say that the phone is here.
        CentreClosed: nobody is there to be visited.
    """
    if not proofs.is_fresh(secret, centre.code, volunteer_id, shown.key, now):
        raise StalePosition
    position = shown.position
    if position.accuracy_m > VAGUE_M:
        raise TooVague
    metres = metres_apart((centre.lon, centre.lat), (position.lon, position.lat))
    if metres - min(position.accuracy_m, SLACK_M) > RADIUS_M:
        raise TooFarFromCentre(round(metres), RADIUS_M)
    if centre.times.known and not centre.state.open:
        raise CentreClosed
    return _check_in(session, centre, volunteer_id, now, round(metres))


def _check_in(
    session: Session, centre: Centre, volunteer_id: int, now: datetime, distance_m: int | None
) -> bool:
    seen = {
        "volunteer_id": volunteer_id,
        "centre": centre.code,
        "at": now,
        "day": local_day(now),
        "way": CheckInWay.CODE if distance_m is None else CheckInWay.POSITION,
        "distance_m": distance_m,
    }
    return member_queries.check_in(session, seen)


def listed(session: Session, code: str, now: datetime) -> list[Member]:
    """Return who belongs to a centre, who was there last first."""
    day = local_day(now)
    since = day - timedelta(days=service.COUNTED_DAYS)
    return [
        Member(
            row.code,
            row.name,
            row.phone,
            Occupation(row.occupation) if row.occupation else None,
            row.party_member,
            row.company,
            row.since,
            row.last_day,
            row.check_ins,
        )
        for row in member_queries.members(session, code, day, since)
    ]


def own(session: Session, volunteer_id: int, now: datetime) -> Own:
    """Return what somebody has done this year and where he belongs."""
    day = local_day(now)
    first = date(day.year, 1, 1)
    belongs = member_queries.membership(session, volunteer_id, day)
    total = member_queries.totals(session, volunteer_id, first, start_of(first), day)
    last = member_queries.last_check_in(session, volunteer_id)
    centres = {one.code: one for one in service.directory(session, now)} if belongs else {}
    return Own(
        centre=centres.get(belongs.centre) if belongs else None,
        company=belongs.employer if belongs else None,
        checked_in_today=last is not None and last.day == day,
        check_ins=total.check_ins,
        reports=total.reports,
        closed=total.closed,
        minutes=int(total.minutes),
        latest=_latest(session, volunteer_id),
        match=matching.standing(session, volunteer_id, day),
    )


def _latest(session: Session, volunteer_id: int) -> tuple[OwnReport, ...]:
    return tuple(
        OwnReport(
            row.number,
            row.track_key,
            row.filed_at,
            row.name,
            row.name_en,
            Stage(row.stage),
            Outcome(row.outcome) if row.outcome else None,
        )
        for row in member_queries.reports(session, volunteer_id, SHOWN_REPORTS)
    )


def count_report(session: Session, volunteer_id: int, number: str) -> None:
    """Count a report that was just filed for the volunteer who filed it; replays count once."""
    member_queries.count_report(session, volunteer_id, number)
