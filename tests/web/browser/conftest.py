"""What every browser test needs: a watched page and a way to wait under a strict policy."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def base_url(live_server: str) -> str:
    """The served app: relative addresses lead there."""
    return live_server


@pytest.fixture
def watched(page, live_server):
    """The page, with everything written down that must not happen."""
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))

    def outside(request):
        if not request.url.startswith((live_server, "data:", "blob:")):
            faults.append(f"outside: {request.url}")

    page.on("request", outside)
    page.faults = faults
    return page
