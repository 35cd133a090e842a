"""Waiting for a page without Playwright's string functions, which a strict policy stops."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Error


def until(page, script: str, seconds: float = 15):
    """Poll `script` until it gives something; fail with what the page complained of."""
    end, trouble = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            found = page.evaluate(script)
        except Error as failure:  # a page on its way to the next has no body yet
            found, trouble = None, failure
        if found:
            return found
        page.wait_for_timeout(50)
    return pytest.fail(
        f"never true: {script}; {trouble or ''}; faults: {getattr(page, 'faults', [])}"
    )
