"""Every register over the demo county: all that stands in the ledger, each cell written and read back."""

import pytest
from sqlalchemy.orm import Session

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.registers import service
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.cells import value_of, words_of
from gridmap.registers.changes import Filters
from gridmap.terms import PostKind
from web.params import today

COUNTY = SignedIn(1, 1, "desk", "县员", scope_of((HeldPost(1, PostKind.COUNTY_DESK, 1, "县"),), ()))


@pytest.fixture
def ledger(demo_engine):
    with Session(demo_engine) as session:
        yield session


def test_each_register_lists_what_stands_in_the_ledger(ledger):
    counted = service.counts(ledger, today())
    listed = {
        key: service.rows(ledger, COUNTY, register, today()).total
        for key, register in REGISTERS.items()
    }
    assert listed == counted
    assert min(counted.values()) > 0


@pytest.mark.parametrize("register", REGISTERS.values(), ids=REGISTERS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_cell_is_read_back_as_it_was_written(ledger, register, language):
    records = service.rows(ledger, COUNTY, register, today(), Filters(past=True)).records
    changed = [
        (record.id, column.key)
        for record in records
        for column in register.writable
        if value_of(column, words_of(column, record.values[column.key], language) or None)
        != record.values[column.key]
    ]
    assert changed == []
