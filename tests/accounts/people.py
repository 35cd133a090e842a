"""People of a drawn town with accounts, signed in by the real services: shared by this room's tests."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from gridmap.accounts import administration, service
from gridmap.accounts.roster import NewAccount
from gridmap.ledger.posts import Person
from gridmap.ledger.settings import Setting
from gridmap.store.audit import AuditEntry

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
DAY = date(2026, 6, 1)
PASSWORD = "correct horse battery"  # noqa: S105 - made up


def leave_it_to_each(session):
    """The county's setting that nobody must have a second factor."""
    session.merge(Setting(key="second_factor", value="optional"))
    session.flush()


def person(session, code="wang-yi", name="王一"):
    """Somebody without a post."""
    one = Person(code=code, name=name)
    session.add(one)
    session.flush()
    return one


def give_account(session, person_id, login, *roles):
    """An account for a person; returns its id."""
    fresh = NewAccount(login, PASSWORD, person_id, roles)
    return administration.create_account(session, fresh, now=NOW)


def key_of(session, login, now=NOW):
    """A session's key, by the password."""
    return service.sign_in(session, login, PASSWORD, now).key


def signed_in(session, login, now=NOW):
    """Who is signed in, by the password."""
    return service.current(session, key_of(session, login, now), now)


def actions(session):
    """The actions of the audit log, in their order."""
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
