"""What is missing in the county, on purpose: coverage has something to find.

Letters are those of the drawing. Shuxiangyuan (C) lacks nothing.
"""

from __future__ import annotations

from typing import Final

NO_FIRST_SECRETARY: Final = "S"
"""The first secretary left in mid-term; nobody has come yet."""
TERM_OVER: Final = "J"
"""The first secretary's term has run out; the person is still there."""
TERM_ENDS_SOON: Final = "Q"

TWO_PEOPLE_NOW: Final = "K"
"""Secretary and director have been two people for two months."""
TWO_PEOPLE_THEN: Final = "P"
"""They were two people for a quarter of last year."""

NO_TOWNSHIP_LEADER: Final = "N"
NO_VISIT_NOW: Final = ("E", "L", "V")
"""Communities without a county leader's visit in the quarter of the day."""
NO_VISIT_THEN: Final = frozenset(
    {("B", 1), ("U", 2), ("F", 3), ("N", 3), ("T", 5), ("M", 6), ("G", 8)}
)
"""(community, quarters ago) without a visit."""

NO_MEETING_NOW: Final = ("D", "R")
"""Communities without a joint meeting in the quarter of the day."""

WORKER_CAME_LATE: Final = "O"
"""A grid that was without a full-time worker for some days, eight months ago."""

GROUPS_NEVER: Final = 5
"""Buildings that never had a party group."""
GROUPS_DISSOLVED: Final = 2
"""Buildings whose group was dissolved."""

FEW_MEMBERS: Final = {"L": 2, "G": 1}
"""Full members of grid branches below the norm of three."""

OUTSIDE_LEDGER: Final = 2
"""Compounds with neither a property company nor a place in the ledger."""
