"""SQL: plans, their versions and what happened to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from gridmap.ledger.areas import Area, AreaVersion, Grid
from gridmap.ledger.posts import Person
from gridmap.redistricting.tables import Adoption, Plan, PlanEvent, PlanVersion
from gridmap.store.base import as_of


def plan(session: Session, plan_id: int) -> Plan | None:
    """Return a plan."""
    return session.get(Plan, plan_id)


def plan_held(session: Session, plan_id: int) -> Plan | None:
    """Return a plan whose row nobody else can change until the transaction ends."""
    query = select(Plan).where(Plan.id == plan_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def plan_shared(session: Session, key: str) -> Plan | None:
    """Return the plan that was shared under a key."""
    return session.scalars(select(Plan).where(Plan.share_key == key)).one_or_none()


def plan_rows(session: Session, day: date) -> Sequence[Any]:
    """Return all plans with author, area, edits and adoption, the newest first."""
    edits = (
        select(
            PlanVersion.plan_id,
            func.count().label("edits"),
            func.max(PlanVersion.at).label("edited_at"),
        )
        .group_by(PlanVersion.plan_id)
        .subquery()
    )
    query = (
        select(
            Plan.id,
            Plan.name,
            Plan.state,
            Plan.made_at,
            Plan.author_id,
            Plan.day,
            Plan.origin,
            Person.name.label("author"),
            Area.code.label("area_code"),
            AreaVersion.name.label("area"),
            edits.c.edits,
            edits.c.edited_at,
            Adoption.carried_out_at,
        )
        .join(Person, Person.id == Plan.author_id)
        .join(Area, Area.id == Plan.area_id)
        .outerjoin(AreaVersion, (AreaVersion.area_id == Area.id) & as_of(AreaVersion, day))
        .outerjoin(edits, edits.c.plan_id == Plan.id)
        .outerjoin(Adoption, Adoption.plan_id == Plan.id)
        .order_by(Plan.id.desc())
    )
    return session.execute(query).all()


def version(session: Session, plan_id: int, number: int) -> PlanVersion | None:
    """Return one version of a plan."""
    return session.get(PlanVersion, (plan_id, number))


def last_number(session: Session, plan_id: int) -> int:
    """Return the highest version number that a plan has."""
    query = select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan_id)
    return session.scalar(query) or 0


def newest_child(session: Session, plan_id: int, number: int) -> int | None:
    """Return the version that was made last from a version: what redo leads to."""
    query = select(func.max(PlanVersion.number)).where(
        PlanVersion.plan_id == plan_id, PlanVersion.parent == number
    )
    return session.scalar(query)


def version_rows(session: Session, plan_id: int) -> Sequence[Any]:
    """Return number, parent, edit, time and name of the versions of a plan, the newest first."""
    query = (
        select(
            PlanVersion.number,
            PlanVersion.parent,
            PlanVersion.edit,
            PlanVersion.at,
            PlanVersion.person_id,
            Person.name.label("person"),
        )
        .join(Person, Person.id == PlanVersion.person_id)
        .where(PlanVersion.plan_id == plan_id)
        .order_by(PlanVersion.number.desc())
    )
    return session.execute(query).all()


def planners(session: Session, plan_id: int) -> set[int]:
    """Return the ids of everybody who made a version of a plan."""
    query = select(PlanVersion.person_id).where(PlanVersion.plan_id == plan_id).distinct()
    return set(session.scalars(query))


def event_rows(session: Session, plan_id: int) -> Sequence[Any]:
    """Return what happened to a plan, the oldest first."""
    person = aliased(Person)
    query = (
        select(
            PlanEvent.at,
            PlanEvent.kind,
            PlanEvent.version,
            PlanEvent.note,
            person.name.label("person"),
        )
        .outerjoin(person, person.id == PlanEvent.person_id)
        .where(PlanEvent.plan_id == plan_id)
        .order_by(PlanEvent.id)
    )
    return session.execute(query).all()


def person_name(session: Session, person_id: int) -> str:
    """Return a person's name."""
    return session.scalar(select(Person.name).where(Person.id == person_id)) or ""


def grids_by_code(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return the ids of the grids with these codes; those that never were are left out."""
    query = select(Grid.code, Grid.id).where(Grid.code.in_(list(codes)))
    return {row.code: row.id for row in session.execute(query)}
