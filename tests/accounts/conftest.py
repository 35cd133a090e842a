"""Cheap hashes for this room; a module asks for them by `usefixtures`."""

import pytest
from argon2 import PasswordHasher

from gridmap.accounts import passwords


@pytest.fixture
def cheap_hashes(monkeypatch):
    """The same algorithm with the least work: these tests are not about its cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
