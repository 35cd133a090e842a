"""What the tests of volunteering share."""

import pytest

from tests.geodata.conftest import read_in_process


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Read workbooks in this process: that they are confined is tested with the reading itself."""
    read_in_process(monkeypatch)
