"""A meeting that is planned for a community, and short ways to say who looks and who was told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from gridmap.accounts.service import SignedIn
from gridmap.ledger.posts import Person
from gridmap.messaging.tables import Message
from gridmap.red_property.planning import Wanted, When

NOW = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
DAY = date(2026, 6, 1)
WHEN = When(DAY + timedelta(days=7), "15:00", "社区会议室")
SIDES = ("residents:419901001001", "company:WY1", "owners:served")


def signed(world, name):
    who = world.people[name]
    return SignedIn(None, who.person_id, name, name, who.scope)


def wanted(world, **changed):
    usual = {
        "community_id": world.community.id,
        "when": WHEN,
        "topic": "停车",
        "invited": SIDES,
    }
    return Wanted(**(usual | changed))


def told(session, event):
    query = select(Message.person_id).where(Message.event == event)
    return sorted(session.scalars(query))


def code_of(session, person_id):
    return session.get(Person, person_id).code
