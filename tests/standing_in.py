"""Somebody who stands in for the holder of a post for some days: shared by the tests of reminders."""

from __future__ import annotations

from datetime import date, timedelta

from gridmap.ledger.posts import Person, Post, StandIn
from gridmap.store.base import from_day


def stand_in(session, post_id: int, name: str, first: date, days: int = 2) -> Person:
    """Somebody new who stands in for a post from a day on for so many days."""
    who = Person(code=f"p-{name}", name=name)
    session.add(who)
    session.flush()
    session.add(
        StandIn(
            post_id=post_id,
            person_id=who.id,
            named_by_id=session.get(Post, post_id).person_id,
            valid=from_day(first, first + timedelta(days=days)),
        )
    )
    session.flush()
    return who
