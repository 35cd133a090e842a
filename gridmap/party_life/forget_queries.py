"""SQL of erasing somebody who left: locks first, then what is taken away."""

from __future__ import annotations

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from gridmap.ledger.import_queries import forget_steps
from gridmap.ledger.party_life import PartyAttendance, PartyMembership
from gridmap.ledger.posts import Person

# A step may have put another person's membership right, so that only one side of it is hers. Rows are kept as
# PostgreSQL writes them.
_FORGET_MEMBERSHIPS = text("""
DELETE FROM workbook_step WHERE import_id IN (
    SELECT import_id FROM workbook_step s
    WHERE CASE WHEN s.table_name = 'party_membership'
          THEN :person IN ((s.before::party_membership).person_id, (s.after::party_membership).person_id) END
)
""")


def lock_memberships(session: Session, membership_id: int) -> None:
    """Keep all memberships of whoever a membership is of from being changed by others until the transaction ends.

    They are locked by id and before the person, as when a workbook that wrote them is rolled back.
    """
    same = select(PartyMembership.person_id).where(PartyMembership.id == membership_id)
    query = select(PartyMembership).where(PartyMembership.person_id == same.scalar_subquery())
    query = query.order_by(PartyMembership.id).with_for_update()
    session.scalars(query.execution_options(populate_existing=True)).all()


def locked(session: Session, person_id: int) -> Person:
    """Return somebody as she stands now; nobody else changes her until the transaction ends."""
    query = select(Person).where(Person.id == person_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def forget_reasons(session: Session, person_id: int) -> None:
    """Take away why somebody was absent."""
    session.execute(
        update(PartyAttendance).where(PartyAttendance.person_id == person_id).values(reason=None)
    )


def forget_houses(session: Session, person_id: int) -> None:
    """Take away where somebody lived."""
    session.execute(
        update(PartyMembership)
        .where(PartyMembership.person_id == person_id)
        .values(building_id=None)
    )


def forget_workbooks(session: Session, person_id: int) -> None:
    """Drop the steps of the workbooks that wrote somebody or a membership of hers: they can be rolled back no more."""
    forget_steps(session, Person.__tablename__, person_id)
    session.execute(_FORGET_MEMBERSHIPS, {"person": person_id})
