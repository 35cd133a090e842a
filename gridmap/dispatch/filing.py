"""A filing on its way into the tables: what is refused, what its columns hold, its first step."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch.clocks import Deadline
from gridmap.dispatch.ladder import Standing
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Filing
from gridmap.dispatch.tables import Photo, Step
from gridmap.errors import InvalidInput, MissingIdempotencyKey
from gridmap.geolocation import resolver
from gridmap.geolocation.location import Location
from gridmap.store import audit
from gridmap.terms import Stage

MOST_PHOTOS: Final = 3
LONGEST_KEY: Final = 64


def check(filing: Filing) -> None:
    """Refuse what no report may be.

    Raises:
        MissingIdempotencyKey: no key.
        InvalidInput: a key that is too long, no text, too many photos.
    """
    if not filing.idempotency_key:
        raise MissingIdempotencyKey
    if len(filing.idempotency_key) > LONGEST_KEY:
        raise InvalidInput(
            field="Idempotency-Key",
            reason_zh=f"Idempotency-Key 最多 {LONGEST_KEY} 个字符。",
            reason_en=f"An Idempotency-Key has at most {LONGEST_KEY} characters.",
        )
    if not filing.description.strip():
        raise InvalidInput(
            field="description",
            reason_zh="请写明发生了什么。",
            reason_en="Please say what happened.",
        )
    if len(filing.photos) > MOST_PHOTOS:
        raise InvalidInput(
            field="photos",
            reason_zh=f"照片最多 {MOST_PHOTOS} 张。",
            reason_en=f"At most {MOST_PHOTOS} photos.",
        )


def resolved(session: Session, filing: Filing, day: date) -> tuple[Location, dict[str, Any] | None]:
    """Return where a filing says that it is, by point and words, and what goes on record of the words.

    Raises:
        InvalidInput: there is no point, and the words name no place.
        UnknownCrs, BadCoordinates, OutsideCounty: see `gridmap.geolocation.service.locate`.
    """
    found = resolver.resolve(session, filing.where or filing.description, filing.place, day)
    if found.location is None:
        raise InvalidInput(
            field="place",
            reason_zh="看不出在哪里，请写明小区和楼号，或在地图上点选。",
            reason_en="It is not clear where this is: name the compound and building, or point at the map.",
        )
    return found.location, found.record()


def as_sent(filing: Filing, location: Location) -> dict[str, Any]:
    """Return the columns that keep a filing as it was sent; a place that words gave stands for a point."""
    place = filing.place or location.place
    return {
        "idempotency_key": filing.idempotency_key,
        "body_sha256": filing.body_sha256,
        "description": filing.description,
        "reporter_phone": filing.phone,
        "reporter_email": filing.email,
        "language": filing.language,
        "filed_by_id": filing.filed_by,
        "raw_lon": place.lon,
        "raw_lat": place.lat,
        "raw_crs": place.crs,
        "accuracy_m": place.accuracy_m,
        "place_source": location.place.source,
        "place_text": filing.where,
    }


def as_located(location: Location) -> dict[str, Any]:
    """Return the columns that keep the verdicts and what stood at the place that day."""
    grid, building = location.grid, location.building
    return {
        "grid_verdict": grid.status,
        "grid_faults": list(grid.faults),
        "building_verdict": building.status,
        "building_faults": list(building.faults),
        "alternatives": {
            "grids": [one.record() for one in grid.alternatives],
            "buildings": [one.record() for one in building.alternatives],
        },
        "community_id": location.community_id,
        "grid_id": grid.id,
        "compound_id": location.compound_id,
        "building_id": building.id,
        "general_branch_id": location.general_branch_id,
        "grid_branch_id": location.grid_branch_id,
        "building_group_id": location.building_group_id,
    }


def write_first_step(
    session: Session,
    report_id: int,
    filing: Filing,
    standing: Standing,
    deadline: Deadline | None,
    now: datetime,
) -> None:
    """Write the first step, the photos and the line of the audit log."""
    session.add(
        Step(
            report_id=report_id,
            sequence=1,
            action=Action.FILED,
            stage=Stage.FILED,
            rung=standing.rung,
            at=now,
            actor_id=filing.filed_by,
            holder_post_id=standing.holder.post_id if standing.holder else None,
            reasons=list(standing.reasons),
            due_at=deadline.due_at if deadline else None,
            rule=deadline.rule if deadline else None,
        )
    )
    session.add_all(
        Photo(report_id=report_id, position=position, **photo._asdict())
        for position, photo in enumerate(filing.photos, start=1)
    )
    audit.record(session, "report_filed", "report", str(report_id), now=now)
    session.flush()
