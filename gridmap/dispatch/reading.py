"""From rows of the queries to the values that leave the room."""

from __future__ import annotations

from collections.abc import Iterable

from gridmap.dispatch.categories import PUBLIC_LINES, Topic
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.views import (
    Candidate,
    CategoryLabel,
    FeedbackView,
    Filed,
    Holder,
    NearReport,
    PhotoView,
    PlaceView,
    RelatedReport,
    StepView,
    TrackedStep,
    WorkRow,
)
from gridmap.terms import (
    Line,
    Outcome,
    PhotoKind,
    PlaceSource,
    PostKind,
    Rung,
    Satisfaction,
    Stage,
    Verdict,
)


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
    if not row.holder_kind:
        return None
    return Holder(PostKind(row.holder_kind), row.holder_name, row.holder_agency)


def outcome(row: Found) -> Outcome | None:
    """Return what came of the report or step of a row."""
    return Outcome(row.outcome) if row.outcome else None


def rung(row: Found) -> Rung:
    """Return the rung of a row."""
    return Rung(row.rung)


def is_public(row: Found) -> bool:
    """Tell whether a report is about things rather than people, so that others may know of it."""
    return Line(row.category_line) in PUBLIC_LINES and row.parent_id is None


def near_report(row: Found) -> NearReport:
    """Return an open report near by, as the public sees it."""
    return NearReport(
        number=row.number,
        category=category_label(row),
        stage=Stage(row.stage),
        filed_at=row.filed_at,
        place=" ".join(part for part in (row.compound, building_title(row)) if part) or row.grid,
        metres=row.metres,
    )


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
        outcome=outcome(row),
        filed_at=row.filed_at,
        due_at=row.due_at,
        remind_at=row.remind_at,
        supervised_at=row.supervised_at,
        rounds=row.rounds,
        is_part=row.parent_id is not None,
        entrusted=row.entrusted,
        township=row.township,
        community=row.community,
        grid=row.grid,
        compound=row.compound,
        building=building_title(row),
        lon=row.lon,
        lat=row.lat,
        photos=row.photos,
        holder=holder(row),
        mine=row.mine,
    )


def building_title(row: Found) -> str | None:
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
        text=row.place_text,
        said=row.said,
        grid_verdict=Verdict(row.grid_verdict),
        grid_faults=tuple(row.grid_faults),
        building_verdict=Verdict(row.building_verdict),
        building_faults=tuple(row.building_faults),
        alternatives=row.alternatives,
        general_branch=row.general_branch,
        grid_branch=row.grid_branch,
        building_group=row.building_group,
    )


def step_view(row: Found, photos: Iterable[PhotoView]) -> StepView:
    """Return a step with its names and its evidence, for those who may read the report."""
    return StepView(
        sequence=row.sequence,
        action=Action(row.action),
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        at=row.at,
        actor=row.actor,
        holder=holder(row),
        reasons=reasons(row.reasons),
        note=row.note,
        outcome=outcome(row),
        details=row.details,
        due_at=row.due_at,
        rule=row.rule,
        spot=None if row.lon is None else (row.lon, row.lat),
        photos=tuple(one.position for one in photos if one.step_sequence == row.sequence),
    )


def photo_view(row: Found) -> PhotoView:
    """Return where a photo belongs and what it shows."""
    return PhotoView(row.position, row.step_sequence, PhotoKind(row.kind) if row.kind else None)


def feedback_view(row: Found) -> FeedbackView:
    """Return an answer of the reporter, or a try to get it."""
    return FeedbackView(
        at=row.at,
        caller=row.caller,
        reached=row.reached,
        contacted=row.contacted,
        solved=row.solved,
        satisfaction=Satisfaction(row.satisfaction) if row.satisfaction else None,
        remark=row.remark,
    )


def related_report(row: Found) -> RelatedReport:
    """Return a report that belongs together with another."""
    return RelatedReport(row.number, Stage(row.stage), outcome(row), holder(row))


def candidate(row: Found, rung: Rung | None) -> Candidate:
    """Return a post to which a report can be given."""
    return Candidate(row.post_id, PostKind(row.kind), row.name, row.agency, rung, fits=row.fits)


def tracked_step(row: Found) -> TrackedStep:
    """Return a step without names, for the reporter."""
    return TrackedStep(
        action=Action(row.action),
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        at=row.at,
        reasons=reasons(row.reasons),
        outcome=outcome(row),
        due_at=row.due_at,
    )
