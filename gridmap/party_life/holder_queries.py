"""SQL: who answers for party organisations, and who stands in for them."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.ledger.holding_queries import HOLDING
from gridmap.terms import PartyKind, PostKind

ANSWERS: Final = {
    PostKind.SECRETARY: PartyKind.GENERAL_BRANCH,
    PostKind.BRANCH_SECRETARY: PartyKind.GRID_BRANCH,
    PostKind.GROUP_LEADER: PartyKind.BUILDING_GROUP,
}
"""Posts that answer for an organisation: of a community, a grid, a building."""

_HOLDERS: Final = text(f"""
WITH {HOLDING}
SELECT DISTINCT w.kind, coalesce(w.area_id, w.grid_id, w.building_id) AS place, w.person_id FROM holding w
WHERE w.kind = ANY(:kinds) AND w.valid @> CAST(:today AS date)
ORDER BY 1, 2, 3
""")  # noqa: S608 - made of constants


def holders(session: Session, day: date) -> dict[tuple[str, int], list[int]]:
    """Return who answers for organisations, stand-ins too: person ids by kind of organisation and id of its place."""
    found: dict[tuple[str, int], list[int]] = {}
    for row in session.execute(_HOLDERS, {"kinds": [one.value for one in ANSWERS], "today": day}):
        found.setdefault((ANSWERS[PostKind(row.kind)], row.place), []).append(row.person_id)
    return found
