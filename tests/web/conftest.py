"""What every test of the web needs."""

from __future__ import annotations

import pytest

collect_ignore = ["qgis_client.py"]  # a program for the system's Python, which has QGIS


@pytest.fixture(autouse=True)
def quick_sign_in(cheap_hashes: None) -> None:
    """Signing in is on the way to most tests here; what a hash costs is tested with the passwords."""
