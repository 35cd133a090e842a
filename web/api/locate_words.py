"""Locate a place by words, a point, or both: what was understood, the place or what to ask, who answers there."""

from __future__ import annotations

from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from pydantic import ConfigDict, Field

from gridmap.errors import InvalidInput
from gridmap.geolocation import resolver
from gridmap.geolocation.rules import Place
from gridmap.geolocation.words import Meant, Said
from gridmap.terms import PlaceSource, Verdict
from web import language, present
from web.params import Confidence, Day, Params, PointSource, Projected, Text, radius_of, today
from web.session import current_session

blueprint = APIBlueprint("locate_words_api", __name__, url_prefix="/api/v1", tag="locate")

LONGEST_TEXT: Final = 2_000


class PointBody(Params):
    """A point with its coordinate system."""

    model_config = ConfigDict(strict=True)

    lon: Projected
    lat: Projected
    crs: Annotated[Text, Field(min_length=1, max_length=32)] = Field(
        description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
    )
    accuracy: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = Field(
        default=None, description="Radius of the circle in metres, for a phone's own position"
    )
    confidence: Confidence = Field(
        default=95,
        description="Percent of positions within the circle: 95 for browsers, 68 for Android's own",
    )
    source: PointSource = Field(
        default="gps",
        description="Who set the point; a human's pin beats words and phones",
    )


class WordsBody(Params):
    """A text, a point, or both; the day."""

    text: Annotated[Text, Field(max_length=LONGEST_TEXT)] = ""
    point: PointBody | None = None
    day: Day | None = None


@blueprint.post("/locate")
@blueprint.input(WordsBody, location="json")
def locate(json_data: WordsBody) -> dict[str, Any]:
    """Return what a text and a phone say of where: the place, or what to ask, and who answers there."""
    session, day = current_session(), json_data.day or today()
    if not json_data.text and json_data.point is None:
        raise InvalidInput(
            reason_zh="请给出文字或坐标，至少一样。",
            reason_en="Give a text or a point.",
            field="text",
        )
    found = resolver.resolve(session, json_data.text, _place(json_data.point), day)
    body: dict[str, Any] = {"day": day.isoformat(), **_said(found.said), "suspect": found.suspect}
    body["location"] = present.location(found.location) if found.location else None
    return body


def _place(point: PointBody | None) -> Place | None:
    if point is None:
        return None
    return Place(
        point.lon,
        point.lat,
        point.crs,
        radius_of(point.accuracy, point.confidence),
        PlaceSource(point.source),
    )


def _said(said: Said) -> dict[str, Any]:
    reading, reader = said.reading, language.current()
    details = reading.details
    verdict = reading.verdict
    return {
        "status": verdict.value,
        "label": verdict.label(reader),
        "faults": [
            {"code": one.value, "label": one.label(reader)} for one in sorted(reading.faults)
        ],
        "understood": _meant(said.best) if said.best else None,
        "choices": [_meant(one) for one in said.choices] if verdict is not Verdict.ACCEPTED else [],
        "unit": details.unit,
        "floor": details.floor,
        "room": details.room,
        "relation": details.relation.value if details.relation else None,
        "apart_m": None if said.apart_m is None else round(said.apart_m),
        "contradicts": said.contradicts,
        "version": reading.version,
    }


def _meant(one: Meant) -> dict[str, Any]:
    candidate = one.candidate
    return {
        "level": candidate.level.value,
        "label": candidate.level.label(language.current()),
        "code": one.code,
        "title": one.title,
        "lon": round(one.spot[0], 8) if one.spot else None,
        "lat": round(one.spot[1], 8) if one.spot else None,
        "score": round(candidate.score, 1),
        "faults": [fault.value for fault in sorted(candidate.faults)],
    }
