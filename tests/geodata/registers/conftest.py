"""A town with keepers, and a place for a workbook."""

import pytest

from tests.registers.keeping import town


@pytest.fixture(autouse=True)
def here(read_here):
    """Workbooks are read in this process; see `tests.geodata.conftest`."""


@pytest.fixture
def county(session):
    return town(session)


@pytest.fixture
def keeper(county):
    return county.keeper("county")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "台账.xlsx"
