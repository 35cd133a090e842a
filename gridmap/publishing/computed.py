"""Values that are counted for a day and not stored: reports by grid, gaps of coverage by community."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.coverage import service as coverage
from gridmap.coverage.checks import CHECKS
from gridmap.dispatch import service as dispatch
from gridmap.publishing.collections import COVERAGE, REPORTS
from gridmap.publishing.fields import Collection, FieldType
from gridmap.store import revision
from gridmap.store.memory import Memory

FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2999, 12, 31)
"""Days on which coverage is judged."""
_LABELS: Final = {check.key: check.label.zh for check in CHECKS}

Values = Mapping[str, Mapping[str, Any]]
"""Fields of each feature, by its code."""

_KEPT: Final = Memory[Values](12)
"""By database, state of all that is counted, collection and day."""


def values_of(session: Session, collection: Collection, day: date) -> Values:
    """Return the computed fields of a collection on a day, by code; nothing for one without any.

    Counted once for a state of the data; what the transaction itself has written counts.
    """
    compute = _COMPUTED.get(collection.name)
    if compute is None:
        return {}
    state = revision.version(session, *collection.depends_on)
    key = (str(session.connection().engine.url), state, collection.name, day)
    return _KEPT.get(key, lambda: compute(session, day))


def without_any(collection: Collection) -> dict[str, Any]:
    """Return the computed fields of a feature of which nothing was counted."""
    return {
        one.name: 0 if one.type is FieldType.INTEGER else None
        for one in collection.fields
        if one.name in collection.computed
    }


def _reports(session: Session, day: date) -> Values:
    return {
        row.code: {"open": row.open, "filed": row.filed, "closed": row.closed}
        for row in dispatch.counts_by_grid(session, day)
    }


def _coverage(session: Session, day: date) -> Values:
    if not FIRST_DAY <= day <= LAST_DAY:
        return {}  # no ledger reaches there, and the last quarter of all has no end
    found: dict[str, dict[str, Any]] = {}
    for community in coverage.audit(session, day).communities:
        missing = [one.check for one in community.findings if one.check in community.required]
        found[community.code] = {
            "gaps": len(missing),
            "advised": len(community.findings) - len(missing),
            "checks": "、".join(_LABELS[key] for key in dict.fromkeys(missing)) or None,
        }
    return found


_COMPUTED: Final[Mapping[str, Callable[[Session, date], Values]]] = {
    REPORTS.name: _reports,
    COVERAGE.name: _coverage,
}
