"""Where a point is, as an answer: from memory for today, from the database for any other day.

Of today's answers only the point, its raw form and the distance to the building differ between two
points with the same verdicts. So the text around them is kept for as long as the county stands still.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from flask import current_app
from sqlalchemy import Engine

from gridmap.geolocation import live, service
from gridmap.geolocation.live import Live
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import Place, Verdicts
from gridmap.geolocation.today import Today
from web import language, present
from web.params import today
from web.session import current_session

EXTENSION: Final = "gridmap_live"
TEXTS: Final = "gridmap_located_texts"
MOST_TEXTS: Final = 20_000
_DISTANCE, _POINT, _RAW = "\x01distance", "\x01point", "\x01raw"


def located(place: Place, day: date) -> Location:
    """Return the location of a place; see `service.locate` for what it raises."""
    followed: Live | None = current_app.extensions.get(EXTENSION)
    state = followed.state(day) if followed else None
    if state is not None:
        return live.locate(state, place)
    return service.locate(current_session(), place, day)


def plain_text(place: Place, day: date) -> str | None:
    """Return the whole answer on a plain place as text; None where it must be made otherwise.

    Raises:
        UnknownCrs, BadCoordinates: see `service.locate`.
    """
    texts: Texts | None = current_app.extensions.get(TEXTS)
    return texts.of(place, day, language.current()) if texts else None


def install(extensions: dict[str, Any], engine: Engine) -> None:
    """Let an application answer from memory."""
    extensions[EXTENSION] = followed = Live(engine, today)
    extensions[TEXTS] = Texts(followed)


def as_json(body: dict[str, Any]) -> str:
    """Return an answer as text, in the form that Flask gives it."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


class Texts:
    """Answers on today's county as JSON text."""

    def __init__(self, followed: Live) -> None:
        self._followed = followed
        self._held: tuple[Today | None, dict[Any, tuple[str, ...]]] = (None, {})

    def of(self, place: Place, day: date, reader: str) -> str | None:
        """Return the answer in a language; None where it must be made otherwise.

        Raises:
            UnknownCrs, BadCoordinates: see `service.locate`.
        """
        state = self._followed.state(day)
        if state is None:
            return None
        lon, lat, verdicts = live.decided(state, place)
        grid, building = verdicts
        if grid.alternatives or building.alternatives or grid.id is None:
            return None
        key = (reader, grid, building.status, building.faults, building.id, building.compound_id)
        parts = self._texts(state).get(key)
        if parts is None:
            with language.speaking(reader):
                parts = self._made(state, place, (lon, lat), verdicts)
            self._texts(state)[key] = parts
        return _filled(parts, place, (lon, lat), building.distance_m)

    def _texts(self, state: Today) -> dict[Any, tuple[str, ...]]:
        held, texts = self._held
        if held is not state or len(texts) > MOST_TEXTS:
            texts = {}
            self._held = (state, texts)
        return texts

    def _made(
        self, state: Today, place: Place, point: tuple[float, float], verdicts: Verdicts
    ) -> tuple[str, ...]:
        body = present.location(state.standing.location(place, point, *verdicts))
        body["building"]["distance_m"] = _DISTANCE
        body |= {"point": _POINT, "raw": _RAW}
        text, parts = as_json(body), []
        for sign in (_DISTANCE, _POINT, _RAW):  # as they stand in the text: keys are sorted
            before, _, text = text.partition(as_json_text(sign))
            parts.append(before)
        return (*parts, text)


def as_json_text(text: str) -> str:
    """Return a string as JSON."""
    return json.dumps(text)


def _filled(
    parts: tuple[str, ...], place: Place, point: tuple[float, float], distance_m: float | None
) -> str:
    distance = "null" if distance_m is None else repr(round(distance_m, 1))
    lon, lat = point
    spot = f'{{"lat":{round(lat, 8)!r},"lon":{round(lon, 8)!r}}}'
    crs = json.dumps(place.crs)
    raw = f'{{"crs":{crs},"lat":{place.lat!r},"lon":{place.lon!r}}}'
    return f"{parts[0]}{distance}{parts[1]}{spot}{parts[2]}{raw}{parts[3]}"
