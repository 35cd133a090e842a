"""Waiting for a page without Playwright's string functions, which a strict policy stops."""

from __future__ import annotations

import time

import pytest


def until(page, script: str, seconds: float = 15):
    """Poll `script` until it gives something; fail with what the page complained of."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = page.evaluate(script)
        if found:
            return found
        page.wait_for_timeout(50)
    return pytest.fail(f"never true: {script}; faults: {getattr(page, 'faults', [])}")
