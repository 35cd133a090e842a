"""From rows of the queries to the values that leave the room."""

from __future__ import annotations

from collections.abc import Iterable

from gridmap.dispatch.categories import Topic
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries import Found
from gridmap.dispatch.reports import (
    CategoryLabel,
    Filed,
    Holder,
    PlaceView,
    StepView,
    TrackedStep,
    WorkRow,
)
from gridmap.terms import Line, PlaceSource, PostKind, Rung, Stage, Verdict


def category_label(row: Found) -> CategoryLabel:
    """Return the words of a row's category."""
    return CategoryLabel(
        code=row.category_code,
        line=Line(row.category_line),
        topic=Topic(row.category_topic),
        name=row.category_name,
        name_en=row.category_name_en,
    )


def holder(row: Found) -> Holder | None:
    """Return who holds the report of a row."""
    return Holder(PostKind(row.holder_kind), row.holder_name) if row.holder_kind else None


def reasons(codes: Iterable[str]) -> tuple[Reason, ...]:
    """Return the reasons of a step."""
    return tuple(Reason(code) for code in codes)


def filed(row: Found, *, replayed: bool) -> Filed:
    """Return the answer to a filing."""
    return Filed(
        number=row.number,
        track_key=row.track_key,
        filed_at=row.filed_at,
        rung=Rung(row.rung),
        holder=holder(row),
        reasons=reasons(row.reasons),
        grid_verdict=Verdict(row.grid_verdict),
        building_verdict=Verdict(row.building_verdict),
        replayed=replayed,
    )


def work_row(row: Found) -> WorkRow:
    """Return a report in a list."""
    return WorkRow(
        id=row.id,
        number=row.number,
        version=row.version,
        category=category_label(row),
        excerpt=row.excerpt,
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        filed_at=row.filed_at,
        township=row.township,
        community=row.community,
        grid=row.grid,
        compound=row.compound,
        building=_building_title(row),
        lon=row.lon,
        lat=row.lat,
        photos=row.photos,
        holder=holder(row),
        mine=row.mine,
    )


def _building_title(row: Found) -> str | None:
    """What people call the building inside its compound: zone and number, else its name."""
    if row.building_code is None:
        return None
    if row.building_number:
        return f"{row.building_zone or ''}{row.building_number}号楼"
    title: str = row.building_name or row.building_address or row.building_code
    return title


def place_view(row: Found) -> PlaceView:
    """Return how the place of a report came in and what locating said of it."""
    return PlaceView(
        raw_lon=row.raw_lon,
        raw_lat=row.raw_lat,
        raw_crs=row.raw_crs,
        accuracy_m=row.accuracy_m,
        source=PlaceSource(row.place_source),
        grid_verdict=Verdict(row.grid_verdict),
        grid_faults=tuple(row.grid_faults),
        building_verdict=Verdict(row.building_verdict),
        building_faults=tuple(row.building_faults),
        alternatives=row.alternatives,
        general_branch=row.general_branch,
        grid_branch=row.grid_branch,
        building_group=row.building_group,
    )


def step_view(row: Found) -> StepView:
    """Return a step with its names, for those who may read the report."""
    return StepView(
        action=Action(row.action),
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        at=row.at,
        actor=row.actor,
        holder=holder(row),
        reasons=reasons(row.reasons),
        note=row.note,
    )


def tracked_step(row: Found) -> TrackedStep:
    """Return a step without names, for the reporter."""
    return TrackedStep(
        action=Action(row.action),
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        at=row.at,
        reasons=reasons(row.reasons),
    )
