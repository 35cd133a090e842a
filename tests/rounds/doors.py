"""A small town with doors on the list of visits, and short ways to say who calls at which of them."""

from datetime import date, timedelta

from gridmap.ledger.rounds import DoorVisit, Household
from gridmap.rounds.views import Entry
from gridmap.store.base import from_day
from gridmap.terms import DoorOutcome, HouseholdKind
from tests.dispatch.filings import DAY

LISTED = date(2026, 1, 1)


def household(world, code, house, kind=HouseholdKind.NEEDY, **facts):
    """A door in a house of the world; on the list from the start of the year."""
    since, until = facts.pop("since", LISTED), facts.pop("until", None)
    where = {} if kind is HouseholdKind.BUILDING else {"unit": 1, "room": f"R{code}"}
    known = {"name": "李示安", "contact_phone": "13800001234", "note": "先打电话"} | where | facts
    row = Household(
        code=code,
        building_id=world.buildings[house].id,
        kind=kind,
        valid=from_day(since, until),
        **known,
    )
    world.session.add(row)
    world.session.flush()
    return row


def visited(world, code, house, days_ago, outcome=DoorOutcome.VISITED, **facts):
    """A visit so many days before the day of the tests."""
    row = DoorVisit(
        household=code,
        building_id=world.buildings[house].id,
        day=DAY - timedelta(days=days_ago),
        outcome=outcome,
        **{"time": "10:00"} | facts,
    )
    world.session.add(row)
    world.session.flush()
    return row


def entry(key="key-0001", code="D1", **facts):
    """A visit as a phone sends it."""
    body = facts.pop("body", "0" * 64)
    facts = {"day": DAY, "time": "16:00", "outcome": DoorOutcome.VISITED} | facts
    return Entry(key, body, code, **facts)
