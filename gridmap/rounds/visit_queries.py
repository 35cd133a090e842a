"""SQL: visits as they are written and read, the reports that they raised, what is erased."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.dispatch.tables import Report
from gridmap.ledger.buildings import BuildingVersion
from gridmap.ledger.posts import Person, Post
from gridmap.ledger.rounds import DoorMatter, DoorVisit, Household, VisitRule
from gridmap.store.base import as_of, ended, from_day

Found = Row[*tuple[Any, ...]]


def visit_keyed(session: Session, key: str) -> DoorVisit | None:
    """Return the visit that was sent under a key."""
    return session.scalar(select(DoorVisit).where(DoorVisit.key == key))


def moment_taken(session: Session, household: str, day: date, time: str) -> bool:
    """Tell whether the household has a visit of that very minute."""
    query = select(DoorVisit.id).where(
        DoorVisit.household == household, DoorVisit.day == day, DoorVisit.time == time
    )
    return session.scalar(query) is not None


def write_visit(session: Session, columns: dict[str, Any]) -> int | None:
    """Write a visit; None where a twin with the same key, or one of the same minute, came first."""
    statement = insert(DoorVisit).values(columns).on_conflict_do_nothing()
    return session.scalar(statement.returning(DoorVisit.id))


def link(
    session: Session, visit_id: int, number: str, kind: str, owner_post_id: int | None
) -> None:
    """Keep that a visit raised a report, and who follows it up."""
    report = select(Report.id).where(Report.number == number).scalar_subquery()
    session.execute(
        insert(DoorMatter).values(
            visit_id=visit_id, report_id=report, kind=kind, owner_post_id=owner_post_id
        )
    )


def numbers_of(session: Session, visit_id: int) -> list[str]:
    """Return the numbers of the reports that a visit raised, in the order of filing."""
    query = (
        select(Report.number)
        .join(DoorMatter, DoorMatter.report_id == Report.id)
        .where(DoorMatter.visit_id == visit_id)
        .order_by(Report.id)
    )
    return list(session.scalars(query))


def visits_of(session: Session, household: str, limit: int) -> Sequence[Found]:
    """Return the visits of a household, latest first, with their visitors."""
    return session.execute(
        select(
            DoorVisit.id,
            DoorVisit.day,
            DoorVisit.time,
            DoorVisit.outcome,
            DoorVisit.satisfaction,
            DoorVisit.note,
            Person.name.label("person"),
        )
        .outerjoin(Person, Person.id == DoorVisit.person_id)
        .where(DoorVisit.household == household)
        .order_by(DoorVisit.day.desc(), DoorVisit.time.desc())
        .limit(limit)
    ).all()


def _raised() -> Any:  # noqa: ANN401 - a SELECT of labelled columns
    return (
        select(
            DoorMatter.visit_id,
            DoorMatter.kind,
            Report.number,
            Report.description,
            Report.stage,
            DoorVisit.day,
            DoorVisit.household,
            DoorVisit.building_id,
            Person.name.label("owner"),
        )
        .join(Report, Report.id == DoorMatter.report_id)
        .join(DoorVisit, DoorVisit.id == DoorMatter.visit_id)
        .outerjoin(Post, Post.id == DoorMatter.owner_post_id)
        .outerjoin(Person, Person.id == Post.person_id)
        .order_by(Report.id.desc())
    )


def raised_by(session: Session, visits: Collection[int]) -> Sequence[Found]:
    """Return the reports that some visits raised."""
    return session.execute(_raised().where(DoorMatter.visit_id.in_(visits))).all()


def followed_by(session: Session, person_id: int, limit: int) -> Sequence[Found]:
    """Return the reports that somebody follows up, newest first."""
    return session.execute(_raised().where(Post.person_id == person_id).limit(limit)).all()


def origin_of(session: Session, number: str) -> Found | None:
    """Return the visit that raised a report."""
    return session.execute(_raised().where(Report.number == number)).first()


def spots(
    session: Session, buildings: Collection[int], day: date
) -> dict[int, tuple[float, float]]:
    """Return lon and lat of buildings on a day."""
    spot = BuildingVersion.spot
    query = select(BuildingVersion.building_id, func.ST_X(spot), func.ST_Y(spot))
    query = query.where(BuildingVersion.building_id.in_(buildings), as_of(BuildingVersion, day))
    return {number: (lon, lat) for number, lon, lat in session.execute(query)}


# The door of a step that a workbook made: rows are kept as PostgreSQL writes them.
_DOOR = """
CASE s.table_name WHEN 'household' THEN (coalesce(s.after, s.before)::household).code
                  WHEN 'door_visit' THEN (coalesce(s.after, s.before)::door_visit).household END
"""

_ERASE_ENDED = text(f"""
WITH gone AS (
    SELECT code FROM household GROUP BY code
    HAVING bool_and(NOT upper_inf(valid)) AND max(upper(valid)) <= :before
),
notes AS (
    UPDATE door_visit SET note = NULL WHERE note IS NOT NULL AND household IN (SELECT code FROM gone)
),
steps AS (
    DELETE FROM workbook_step WHERE import_id IN (
        SELECT import_id FROM workbook_step s WHERE {_DOOR} IN (SELECT code FROM gone)
    )
)
UPDATE household SET name = NULL, contact_phone = NULL, note = NULL
WHERE code IN (SELECT code FROM gone) AND num_nonnulls(name, contact_phone, note) > 0
""")  # noqa: S608 - words of our own


# A workbook that has brought or changed them can then no longer be rolled back: it would bring them again.
_FORGET_STEPS = text(f"""
DELETE FROM workbook_step WHERE import_id IN (
    SELECT import_id FROM workbook_step s WHERE {_DOOR} = :code
)
""")  # noqa: S608 - words of our own


def erase_ended(session: Session, before: date) -> int:
    """Take names, phones and notes from households that left the list before a day; return the rows."""
    return int(session.connection().execute(_ERASE_ENDED, {"before": before}).rowcount)


def erase(session: Session, code: str) -> None:
    """Take name, phone and all notes from a household; doors and visits stay."""
    session.execute(
        update(Household)
        .where(Household.code == code)
        .values(name=None, contact_phone=None, note=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(DoorVisit)
        .where(DoorVisit.household == code)
        .values(note=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(_FORGET_STEPS, {"code": code})


def rules(session: Session, day: date) -> Sequence[Found]:
    """Return the rules that hold on a day or begin later, by kind and day."""
    begins = func.lower(VisitRule.valid)
    return session.execute(
        select(VisitRule.kind, VisitRule.days, begins.label("since"))
        .where((func.upper(VisitRule.valid).is_(None)) | (func.upper(VisitRule.valid) > day))
        .order_by(VisitRule.kind, begins)
    ).all()


def put_rule(session: Session, kind: str, days: int, day: date) -> None:
    """Let a kind be due after so many days from a day on; what was to begin later is dropped."""
    of = VisitRule.kind == kind
    session.execute(delete(VisitRule).where(of, func.lower(VisitRule.valid) >= day))
    session.execute(
        update(VisitRule)
        .where(of, as_of(VisitRule, day))
        .values(valid=ended(VisitRule.__table__.c.valid, day))
        .execution_options(synchronize_session=False)
    )
    session.execute(insert(VisitRule).values(kind=kind, days=days, valid=from_day(day)))
