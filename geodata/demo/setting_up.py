"""The demo county's settings, and the rule of coverage that it has from its first day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from geodata.demo.county import DemoCounty
from gridmap.coverage.tables import CoverageRule
from gridmap.ledger.settings import Setting
from gridmap.store.base import from_day
from gridmap.terms import AreaKind
from gridmap.timespan import start_of


def set_up(session: Session, made: DemoCounty) -> None:
    """Write settings, and which communities a municipal leader is to be linked to."""
    county = next(area for area in made.areas if area.kind is AreaKind.COUNTY)
    for key, value in {
        "county": {"code": county.code, "name": county.name},
        "metric_epsg": made.metric_epsg,
        "first_day": made.opening.isoformat(),
        "second_factor": "optional",  # the demo county is tried without a phone
    }.items():
        session.merge(Setting(key=key, value=value))
    session.add(
        CoverageRule(
            check="municipal_leader",
            on=True,
            thresholds={"communities": list(made.municipal_communities)},
            valid=from_day(made.opening),
            set_at=start_of(made.opening),
        )
    )
    session.flush()
