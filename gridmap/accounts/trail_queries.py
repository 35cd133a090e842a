"""SQL: lines of the audit log, newest first, with who and what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from gridmap.accounts.actions import Sought
from gridmap.accounts.post_queries import Found
from gridmap.accounts.tables import Account
from gridmap.ledger.posts import Person
from gridmap.store.audit import AuditEntry

Actor, Subject = aliased(Account), aliased(Account)
ActorPerson, SubjectPerson = aliased(Person), aliased(Person)


def lines(
    session: Session, sought: Sought, *, after: tuple[datetime, int] | None, limit: int
) -> Sequence[Found]:
    """Return lines of the log, newest first, that come after (are older than) a moment and an id."""
    subject = and_(
        AuditEntry.object_kind == "account", AuditEntry.object_key == cast(Subject.id, Text)
    )
    query = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.action,
            AuditEntry.object_kind,
            AuditEntry.object_key,
            AuditEntry.details,
            Actor.login,
            ActorPerson.name,
            Subject.login.label("subject_login"),
            SubjectPerson.name.label("subject_name"),
        )
        .outerjoin(Actor, Actor.id == AuditEntry.account_id)
        .outerjoin(ActorPerson, ActorPerson.id == Actor.person_id)
        .outerjoin(Subject, subject)
        .outerjoin(SubjectPerson, SubjectPerson.id == Subject.person_id)
        .where(*_clauses(sought))
    )
    if after is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*after))
    query = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    return session.execute(query).all()


def _clauses(sought: Sought) -> list[ColumnElement[bool]]:
    """One clause for each thing that is sought."""
    texts = (
        (AuditEntry.action, sought.action),
        (AuditEntry.object_kind, sought.object_kind),
        (AuditEntry.object_key, sought.object_key),
    )
    clauses = [column == text for column, text in texts if text]
    if sought.since is not None:
        clauses.append(AuditEntry.at >= sought.since)
    if sought.before is not None:
        clauses.append(AuditEntry.at < sought.before)
    if sought.account:
        clauses.append(AuditEntry.account_id.in_(_accounts_called(sought.account)))
    return clauses


def _accounts_called(name: str) -> Select[int]:
    called = or_(Account.login == name.lower(), Person.name == name)
    return select(Account.id).join(Person, Person.id == Account.person_id).where(called)


def actions(session: Session) -> list[str]:
    """Return every action that stands in the log."""
    return sorted(session.scalars(select(AuditEntry.action).distinct()))
