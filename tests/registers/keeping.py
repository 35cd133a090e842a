"""A small county whose desks keep registers: shared by the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency
from gridmap.registers import service
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change, Filters, RefusedChanges
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from tests.dispatch.filings import staffed, township
from tests.web import signed
from tests.worlds import START, World

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
DAY = date(2026, 6, 1)
HERE = "419901001001"
THERE = "419901001002"
GRID = HERE + "001"


@dataclass
class Town:
    """The staffed town, an agency, a second community; keepers by the name of their desk."""

    world: World
    people: dict

    def keeper(self, name: str) -> SignedIn:
        someone = self.people[name]
        return SignedIn(self.accounts[name], someone.person_id, name, name, someone.scope)

    accounts: dict = None


def town(session) -> Town:
    world, people = staffed(session)
    made = Town(world, people, {})
    people["worker"] = people["A"]
    for name in ("community", "township", "county", "worker"):
        signed.account(session, people[name].person_id, name)
    made.accounts = {a.login: a.id for a in session.query(Account)}
    other = Area(kind="community", code=THERE, parent=township(session))
    session.add_all([other, Agency(code="BM01", name="住建局", line="urban")])
    session.flush()
    session.add(AreaVersion(area_id=other.id, name="芳草社区", valid=from_day(START)))
    world.compound("XQ1", 0, 0, 60, 60)
    session.flush()
    return made


def put(session, keeper, register, *changes, now=NOW):
    """Make changes."""
    return service.write(session, keeper, REGISTERS[register], changes, now)


def begin(row=1, **values):
    return Change(Action.BEGIN, values, row=row)


def refused(session, keeper, register, *changes, now=NOW):
    """The faults of changes: (row, column) to the Chinese sentence."""
    try:
        put(session, keeper, register, *changes, now=now)
    except RefusedChanges as refusal:
        return {(one.row, one.column): one.zh for one in refusal.faults}
    return {}


def listed(session, reader, register, day=DAY, **filters):
    return service.rows(session, reader, REGISTERS[register], day, Filters(**filters)).records


def history(session, reader, register, record_id, day=DAY):
    return service.record(session, reader, REGISTERS[register], record_id, day)


__all__ = ["PostKind"]
