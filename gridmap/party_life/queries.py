"""SQL: organisations of a day, their rules, meetings, members, dues; each in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from gridmap.accounts.tables import Account
from gridmap.ledger.areas import Grid
from gridmap.ledger.buildings import Building, BuildingVersion, CompoundVersion, GridBuilding
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.party_life import (
    PartyAttendance,
    PartyDues,
    PartyDuty,
    PartyMeeting,
    PartyMembership,
)
from gridmap.ledger.posts import Person, Post
from gridmap.party_life.bodies import Body, Reach
from gridmap.party_life.calendars import DutyRule, Meeting
from gridmap.store.base import as_of, ended, from_day
from gridmap.terms import DutyKind, MeetingState, PartyKind
from gridmap.timespan import Span

Found = Row[*tuple[Any, ...]]

_BODIES = text("""
WITH listed AS (
    SELECT m.organisation_id, count(*) AS n, count(*) FILTER (WHERE m.standing = 'full') AS full_n
    FROM party_membership m WHERE m.valid @> CAST(:day AS date) GROUP BY m.organisation_id
), own AS (
    SELECT id, sum(n) AS n, sum(full_n) AS full_n FROM (
        SELECT organisation_id AS id, n, full_n FROM listed
        UNION ALL
        SELECT child.parent_id, l.n, l.full_n
        FROM listed l
        JOIN party_version child ON child.organisation_id = l.organisation_id
         AND child.kind = 'building_group' AND child.valid @> CAST(:day AS date)
    ) AS each GROUP BY id
), born AS (
    SELECT organisation_id, min(lower(valid)) AS day FROM party_version GROUP BY organisation_id
), body AS (
    SELECT v.organisation_id AS id, o.code, v.kind, v.name, v.full_members, v.probationary_members,
           coalesce(v.area_id, g.community_id, bg.community_id) AS community_id,
           coalesce(v.grid_id, gb.grid_id) AS grid_id, v.building_id,
           born.day AS since
    FROM party_version v
    JOIN born ON born.organisation_id = v.organisation_id
    JOIN party_organisation o ON o.id = v.organisation_id
    LEFT JOIN grid g ON g.id = v.grid_id
    LEFT JOIN grid_building gb ON gb.building_id = v.building_id AND gb.valid @> CAST(:day AS date)
    LEFT JOIN grid bg ON bg.id = gb.grid_id
    WHERE v.valid @> CAST(:day AS date)
)
SELECT b.*, a.code AS community_code, coalesce(av.name, a.code) AS community,
       a.parent_id AS township_id, own.n AS listed, own.full_n AS listed_full
FROM body b
JOIN area a ON a.id = b.community_id
LEFT JOIN area_version av ON av.area_id = a.id AND av.valid @> CAST(:day AS date)
LEFT JOIN own ON own.id = b.id
WHERE (:code = '' OR b.code = :code)
  AND (:community = '' OR a.code = :community)
  AND (:county OR a.id = ANY(:communities) OR a.parent_id = ANY(:townships)
       OR b.grid_id = ANY(:grids) OR b.building_id = ANY(:buildings))
ORDER BY a.code, array_position(ARRAY['general_branch', 'grid_branch', 'building_group'], CAST(b.kind AS text)), b.code
""")


def bodies(
    session: Session, reach: Reach, day: date, *, code: str = "", community: str = ""
) -> list[Body]:
    """Return the organisations of a day within a reach, by community, kind and code."""
    asked = {
        "day": day,
        "code": code,
        "community": community,
        "county": reach.county,
        "townships": sorted(reach.townships),
        "communities": sorted(reach.communities),
        "grids": sorted(reach.grids),
        "buildings": sorted(reach.buildings),
    }
    return [_body(row) for row in session.execute(_BODIES, asked)]


def _body(row: Found) -> Body:
    listed = int(row.listed or 0)
    full = int(row.listed_full or 0) if listed else row.full_members
    return Body(
        id=row.id,
        code=row.code,
        kind=PartyKind(row.kind),
        name=row.name,
        since=row.since,
        full_members=full,
        probationary=listed - full if listed else row.probationary_members,
        community_id=row.community_id,
        community_code=row.community_code,
        community=row.community,
        township_id=row.township_id,
        grid_id=row.grid_id,
        building_id=row.building_id,
        listed=listed,
    )


def rules(session: Session) -> list[DutyRule]:
    """Return how often each duty is due, with all past and coming versions, the oldest first."""
    query = (
        select(PartyDuty, Person.name)
        .outerjoin(Account, Account.id == PartyDuty.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .order_by(PartyDuty.kind, func.lower(PartyDuty.valid))
    )
    return [
        DutyRule(
            DutyKind(row.kind),
            row.months,
            Span(row.valid.lower or date.min, row.valid.upper),
            row.source,
            name,
        )
        for row, name in session.execute(query)
    ]


def end_rules(session: Session, kind: DutyKind, day: date) -> None:
    """Let what holds of a duty end on a day; what would begin later is taken away."""
    mine = PartyDuty.kind == kind
    session.execute(delete(PartyDuty).where(mine, func.lower(PartyDuty.valid) >= day))
    session.execute(
        update(PartyDuty)
        .where(mine, PartyDuty.valid.contains(day))
        .values(valid=ended(PartyDuty.__table__.c.valid, day))
        .execution_options(synchronize_session=False)
    )


def meetings(
    session: Session, organisations: Collection[int], first: date, last: date
) -> list[Meeting]:
    """Return the meetings of some organisations from a day to a day, both included, by day."""
    if not organisations:
        return []
    query = (
        select(PartyMeeting)
        .where(
            PartyMeeting.organisation_id.in_(organisations), PartyMeeting.day.between(first, last)
        )
        .order_by(PartyMeeting.day, PartyMeeting.id)
    )
    return [meeting_of(row) for row in session.scalars(query)]


def meeting_of(row: PartyMeeting) -> Meeting:
    """Return a row as a meeting."""
    return Meeting(
        id=row.id,
        organisation_id=row.organisation_id,
        kind=DutyKind(row.kind),
        day=row.day,
        state=MeetingState(row.state),
        topic=row.topic,
        place=row.place,
        minutes=row.minutes,
        expected=row.expected,
        present=row.present,
    )


def meeting(session: Session, meeting_id: int, *, lock: bool = False) -> PartyMeeting | None:
    """Return a meeting; with `lock` nobody else changes it until the transaction ends."""
    return session.get(PartyMeeting, meeting_id, with_for_update=lock)


def meeting_on(
    session: Session, organisation_id: int, kind: DutyKind, day: date
) -> PartyMeeting | None:
    """Return the meeting of a kind on a day."""
    query = select(PartyMeeting).where(
        PartyMeeting.organisation_id == organisation_id,
        PartyMeeting.kind == kind,
        PartyMeeting.day == day,
    )
    return session.scalar(query)


def code_of(session: Session, organisation_id: int) -> str:
    """Return the code of an organisation."""
    query = select(PartyOrganisation.code).where(PartyOrganisation.id == organisation_id)
    return session.scalars(query).one()


def code_at(session: Session, place: str, day: date) -> str | None:
    """Return the code of the organisation of a grid or building on a day, by the place's code."""
    query = (
        select(PartyOrganisation.code)
        .join(PartyVersion, PartyVersion.organisation_id == PartyOrganisation.id)
        .outerjoin(Grid, Grid.id == PartyVersion.grid_id)
        .outerjoin(Building, Building.id == PartyVersion.building_id)
        .where(as_of(PartyVersion, day), (Grid.code == place) | (Building.code == place))
    )
    return session.scalar(query.limit(1))


def attendance(session: Session, meeting_id: int) -> dict[int, tuple[bool, str]]:
    """Return by person whether she was at a meeting, and why not."""
    query = select(PartyAttendance).where(PartyAttendance.meeting_id == meeting_id)
    return {one.person_id: (one.present, one.reason or "") for one in session.scalars(query)}


def put_attendance(session: Session, meeting_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the attendance of a meeting."""
    session.execute(delete(PartyAttendance).where(PartyAttendance.meeting_id == meeting_id))
    if rows:
        session.execute(
            insert(PartyAttendance), [{"meeting_id": meeting_id, **row} for row in rows]
        )


def members(session: Session, body: Body, day: date, *, past: bool = False) -> Sequence[Found]:
    """Return who belongs to an organisation on a day, of a branch also who to its groups, by name.

    With `past` also who no longer does. `here`: she lives in a building of the same grid (of a
    group: in its building); None where nobody knows where she lives.
    """
    group, own = aliased(PartyVersion), aliased(PartyOrganisation)
    house = and_(
        BuildingVersion.building_id == PartyMembership.building_id, as_of(BuildingVersion, day)
    )
    compound = and_(
        CompoundVersion.compound_id == BuildingVersion.compound_id, as_of(CompoundVersion, day)
    )
    lives = and_(GridBuilding.building_id == PartyMembership.building_id, as_of(GridBuilding, day))
    below = select(group.organisation_id).where(
        group.parent_id == body.id, group.kind == PartyKind.BUILDING_GROUP, as_of(group, day)
    )
    of_group = and_(group.organisation_id == PartyMembership.organisation_id, as_of(group, day))
    query: Select[*tuple[Any, ...]] = (
        select(
            PartyMembership,
            Person,
            own.code.label("code"),
            group.name.label("organisation"),
            group.kind.label("kind"),
            group.building_id.label("group_building_id"),
            Building.code.label("building"),
            func.concat(
                CompoundVersion.name,
                func.coalesce(
                    BuildingVersion.zone + BuildingVersion.number + "号楼",
                    BuildingVersion.number + "号楼",
                    BuildingVersion.name,
                    BuildingVersion.address,
                    Building.code,
                ),
            ).label("house"),
            GridBuilding.grid_id.label("lives_in_grid"),
            Grid.community_id.label("lives_in_community"),
        )
        .join(Person, Person.id == PartyMembership.person_id)
        .join(own, own.id == PartyMembership.organisation_id)
        .outerjoin(group, of_group)
        .outerjoin(Building, Building.id == PartyMembership.building_id)
        .outerjoin(BuildingVersion, house)
        .outerjoin(CompoundVersion, compound)
        .outerjoin(GridBuilding, lives)
        .outerjoin(Grid, Grid.id == GridBuilding.grid_id)
        .where(
            (PartyMembership.organisation_id == body.id)
            | PartyMembership.organisation_id.in_(below)
        )
        .order_by(Person.name, Person.code, func.lower(PartyMembership.valid).desc())
    )
    if past:
        return session.execute(query.where(func.upper(PartyMembership.valid) <= day)).all()
    return session.execute(query.where(as_of(PartyMembership, day))).all()


def membership(session: Session, membership_id: int) -> PartyMembership | None:
    """Return a membership; nobody else changes it until the transaction ends."""
    return session.get(PartyMembership, membership_id, with_for_update=True)


def membership_of(session: Session, person_id: int, day: date) -> PartyMembership | None:
    """Return where somebody belongs on a day, or will from a later day on."""
    query = select(PartyMembership).where(
        PartyMembership.person_id == person_id, PartyMembership.valid.overlaps(from_day(day))
    )
    return session.scalars(query.limit(1)).first()


def building_id(session: Session, code: str) -> int | None:
    """Return the id of a building."""
    return session.scalar(select(Building.id).where(Building.code == code))


def person_by_code(session: Session, code: str) -> Person | None:
    """Return a person by code."""
    return session.scalar(select(Person).where(Person.code == code))


def person_known(session: Session, name: str, phone: str) -> Person | None:
    """Return a person of that name and phone."""
    return session.scalar(select(Person).where(Person.name == name, Person.phone == phone).limit(1))


def new_person(session: Session, name: str, phone: str | None) -> Person:
    """Write somebody new; her code is made of her id."""
    number = session.scalar(select(func.nextval(func.pg_get_serial_sequence("person", "id"))))
    made = Person(id=number, code=f"RYX{number:06d}", name=name, phone=phone, party_member=True)
    session.add(made)
    session.flush()
    return made


def holds_posts(session: Session, person_id: int) -> bool:
    """Tell whether somebody ever held a post."""
    return session.scalar(select(Post.id).where(Post.person_id == person_id).limit(1)) is not None


def dues(
    session: Session, people: Collection[int], first: date, last: date
) -> dict[tuple[int, date], bool]:
    """Return whether dues were paid, by person and month, from a month to a month."""
    if not people:
        return {}
    query = select(PartyDues.person_id, PartyDues.month, PartyDues.paid).where(
        PartyDues.person_id.in_(people), PartyDues.month.between(first, last)
    )
    return {(row.person_id, row.month): row.paid for row in session.execute(query)}


def put_dues(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note whether dues were paid; what was noted before is replaced."""
    if not rows:
        return
    statement = insert(PartyDues)
    fresh = {name: statement.excluded[name] for name in ("paid", "noted_at", "noted_by_id")}
    session.execute(
        statement.on_conflict_do_update(index_elements=["person_id", "month"], set_=fresh), rows
    )


def drop_dues(session: Session, people: Collection[int], month: date) -> None:
    """Take away what was noted of some people for a month."""
    session.execute(
        delete(PartyDues).where(PartyDues.person_id.in_(people), PartyDues.month == month)
    )
