"""Members of an organisation: the list, who comes and goes (组织关系转移), who became a full member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.party_life import PartyMembership
from gridmap.ledger.posts import Person
from gridmap.party_life import forget_queries, looking, queries
from gridmap.party_life.bodies import Body, Reach, keeps_members
from gridmap.store import audit
from gridmap.store.base import from_day
from gridmap.terms import PartyKind, PartyMove, PartyStanding
from gridmap.timespan import Span, local_day

OBJECT_KIND: Final = "party_membership"
LONGEST_NAME: Final = 100
LONGEST_ELSEWHERE: Final = 200
CAME: Final = (PartyMove.TRANSFERRED, PartyMove.ADMITTED)
WENT: Final = (PartyMove.TRANSFERRED, PartyMove.DIED, PartyMove.LEFT)
FORGOTTEN: Final = "（已删除）"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs or belonged to an organisation, or to one of its groups.

    `house`: where she lives, in words; `elsewhere_lives`: in another grid or building than that
    of her organisation.
    """

    id: int
    person_id: int
    person_code: str
    name: str
    phone: str | None
    standing: PartyStanding
    organisation_code: str
    organisation: str
    span: Span
    came: PartyMove | None
    went: PartyMove | None
    elsewhere: str | None
    house: str | None
    elsewhere_lives: bool


@dataclass(frozen=True, slots=True)
class Incomer:
    """Somebody who comes to an organisation."""

    name: str
    phone: str
    standing: PartyStanding
    day: date
    came: PartyMove
    elsewhere: str = ""
    building: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A transfer: its day, the code of the organisation that takes her, or where outside she goes."""

    day: date
    to: str = ""
    elsewhere: str = ""


def listed(session: Session, body: Body, day: date, *, past: bool = False) -> list[Member]:
    """Return who belongs to an organisation on a day, of a branch also to its groups, by name.

    With `past`: who no longer does.
    """
    return [_member(body, row) for row in queries.members(session, body, day, past=past)]


def _member(body: Body, row: queries.Found) -> Member:
    held: PartyMembership = row.PartyMembership
    person: Person = row.Person
    if row.kind == PartyKind.BUILDING_GROUP:
        apart = held.building_id != row.group_building_id
    elif body.grid_id is not None:
        apart = row.lives_in_grid != body.grid_id
    else:
        apart = row.lives_in_community != body.community_id
    return Member(
        id=held.id,
        person_id=person.id,
        person_code=person.code,
        name=person.name,
        phone=person.phone,
        standing=PartyStanding(held.standing),
        organisation_code=row.code,
        organisation=row.organisation or row.code,
        span=Span(held.valid.lower or date.min, held.valid.upper),
        came=PartyMove(held.came) if held.came else None,
        went=PartyMove(held.went) if held.went else None,
        elsewhere=held.elsewhere,
        house=row.house if row.building else None,
        elsewhere_lives=held.building_id is not None and apart,
    )


def admit(session: Session, keeper: SignedIn, code: str, comer: Incomer, now: datetime) -> int:
    """Write somebody who came to an organisation; return the membership's id.

    Somebody of the same name and phone is the same person.

    Raises:
        NotFound, NotAllowed: see `_organisation`.
        InvalidInput: no name, an unknown building, or she belongs somewhere already.
    """
    body = _organisation(session, keeper, code, now)
    name, phone = comer.name.strip(), comer.phone.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise _wrong("name", "请写姓名。", "Write the name.")
    _check_day(comer.day, local_day(now))
    house = _house(session, comer.building)
    person = queries.person_known(session, name, phone) if phone else None
    if person is None:
        person = queries.new_person(session, name, phone or None)
    _check_free(session, person, comer.day)
    person.party_member = True
    return _begin(session, keeper, body, (person.id, house), comer, now).id


def transfer(
    session: Session,
    keeper: SignedIn,
    membership_id: int,
    leaving: Leaving,
    now: datetime,
) -> None:
    """Move somebody's relation from a day on: to an organisation of the county, or out of it.

    Args:
        session: the caller's transaction.
        keeper: who writes the members of the organisation that she leaves.
        membership_id: where she belongs.
        leaving: from the day on she belongs there no more.
        now: this moment.

    Raises:
        NotFound, NotAllowed: see `_kept`.
        InvalidInput: a day that does not fit, an unknown organisation, nothing said.
    """
    row = _kept(session, keeper, membership_id, now)
    day, to, elsewhere = leaving.day, leaving.to, leaving.elsewhere
    if not to and not elsewhere.strip():
        raise _wrong("to", "请选转入的党组织，或写明转往何处。", "Say where she goes.")
    _end(row, day, PartyMove.TRANSFERRED, elsewhere, local_day(now))
    session.flush()
    if to:
        found = queries.bodies(session, Reach(county=True), local_day(now), code=to)
        if not found:
            raise _wrong("to", "没有这个党组织编码。", "There is no organisation of this code.")
        comer = Incomer("", "", PartyStanding(row.standing), day, PartyMove.TRANSFERRED, elsewhere)
        _begin(session, keeper, found[0], (row.person_id, row.building_id), comer, now)
    _audit(session, keeper, "party_member_transferred", row, now, to=to)


def end(
    session: Session,
    keeper: SignedIn,
    membership_id: int,
    day: date,
    went: PartyMove,
    now: datetime,
) -> None:
    """End a membership for good.

    Raises:
        NotFound, NotAllowed: see `_kept`.
        InvalidInput: a day that does not fit.
    """
    row = _kept(session, keeper, membership_id, now)
    _end(row, day, went, "", local_day(now))
    _audit(session, keeper, "party_member_left", row, now)


def confirm(
    session: Session, keeper: SignedIn, membership_id: int, day: date, now: datetime
) -> None:
    """Make a probationary member a full one from a day on (转正).

    Raises:
        NotFound, NotAllowed: see `_kept`.
        InvalidInput: she is a full member, or a day that does not fit.
    """
    row = _kept(session, keeper, membership_id, now)
    if row.standing == PartyStanding.FULL:
        raise _wrong("day", "已经是正式党员。", "She is a full member already.")
    _check_end(row, day, local_day(now))
    begins, ends = row.valid.lower or date.min, row.valid.upper
    row.valid = from_day(begins, day)
    session.flush()
    session.add(
        PartyMembership(
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            building_id=row.building_id,
            standing=PartyStanding.FULL,
            valid=from_day(day, ends),
        )
    )
    session.flush()
    _audit(session, keeper, "party_member_confirmed", row, now)


def forget(session: Session, keeper: SignedIn, membership_id: int, now: datetime) -> None:
    """Erase name, phone and dwelling of somebody who left; counts and attendance stay.

    Workbooks that brought or changed her or a membership of hers can no longer be rolled back.

    Raises:
        NotFound, NotAllowed: see `_kept`.
        InvalidInput: she still belongs somewhere, or holds or held a post.
    """
    forget_queries.lock_memberships(session, membership_id)
    row = _kept(session, keeper, membership_id, now)
    person = forget_queries.locked(session, row.person_id)
    today = local_day(now)
    still = queries.membership_of(session, row.person_id, today) is not None
    if still or queries.holds_posts(session, row.person_id):
        raise InvalidInput(
            reason_zh="仍有组织关系或担任过岗位的人不能删除个人信息。",
            reason_en="She still belongs to an organisation or has held a post.",
        )
    person.name, person.phone = FORGOTTEN, None
    session.flush()
    forget_queries.forget_reasons(session, person.id)
    forget_queries.forget_houses(session, person.id)
    forget_queries.forget_workbooks(session, person.id)
    _audit(session, keeper, "party_member_forgotten", row, now)


def _organisation(session: Session, keeper: SignedIn, code: str, now: datetime) -> Body:
    body = looking.body(session, keeper.scope, code, local_day(now))
    if not keeps_members(keeper.scope).holds(body):
        raise NotAllowed
    return body


def _kept(session: Session, keeper: SignedIn, membership_id: int, now: datetime) -> PartyMembership:
    row = queries.membership(session, membership_id)
    if row is None:
        raise NotFound(what_zh="这名党员", what_en="This member")
    _organisation(session, keeper, queries.code_of(session, row.organisation_id), now)
    return row


def _begin(
    session: Session,
    keeper: SignedIn,
    body: Body,
    who: tuple[int, int | None],
    comer: Incomer,
    now: datetime,
) -> PartyMembership:
    person_id, house = who
    row = PartyMembership(
        person_id=person_id,
        organisation_id=body.id,
        building_id=house,
        standing=comer.standing,
        came=comer.came,
        elsewhere=comer.elsewhere.strip()[:LONGEST_ELSEWHERE] or None,
        valid=from_day(comer.day),
    )
    session.add(row)
    session.flush()
    _audit(session, keeper, "party_member_came", row, now)
    return row


def _end(row: PartyMembership, day: date, went: PartyMove, elsewhere: str, today: date) -> None:
    _check_end(row, day, today)
    row.valid = from_day(row.valid.lower or date.min, day)
    row.went = went
    row.elsewhere = elsewhere.strip()[:LONGEST_ELSEWHERE] or row.elsewhere


def _check_end(row: PartyMembership, day: date, today: date) -> None:
    _check_day(day, today)
    begins, ends = row.valid.lower or date.min, row.valid.upper
    if day <= begins or (ends is not None and day >= ends):
        raise _wrong(
            "day",
            f"日期应在这段组织关系之内（{begins} 起）。",
            f"The day must lie within the membership (from {begins}).",
        )


def _check_day(day: date, today: date) -> None:
    if day > today:
        raise _wrong("day", "日期不能晚于今天。", "The day cannot be later than today.")


def _check_free(session: Session, person: Person, day: date) -> None:
    held = queries.membership_of(session, person.id, day)
    if held is not None:
        code = queries.code_of(session, held.organisation_id)
        raise _wrong(
            "name",
            f"此人的组织关系已在 {code}，请先办理转移。",
            f"She belongs to {code} already: transfer her.",
        )


def _house(session: Session, code: str) -> int | None:
    if not code.strip():
        return None
    found = queries.building_id(session, code.strip())
    if found is None:
        raise _wrong("building", "没有这个楼栋编码。", "There is no building of this code.")
    return found


def _wrong(field_name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field_name, reason_zh=zh, reason_en=en)


def _audit(
    session: Session,
    keeper: SignedIn,
    action: str,
    row: PartyMembership,
    now: datetime,
    **details: object,
) -> None:
    by = keeper.account_id
    audit.record(session, action, OBJECT_KIND, str(row.id), now=now, account_id=by, **details)
