"""Where a point is, as an answer: from memory for today, from the database for any other day.

Of today's answers only the point, its raw form and the distances to buildings differ between two points with
the same verdicts. So the text around them is kept for as long as the county stands still.
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
from gridmap.geolocation.rules import BuildingCandidate, Place, Verdicts
from gridmap.geolocation.today import Today
from web import language, present
from web.params import today
from web.session import current_session, transactions_of

EXTENSION: Final = "gridmap_live"
TEXTS: Final = "gridmap_located_texts"
MOST_TEXTS: Final = 20_000
_BESIDE, _DISTANCE, _POINT, _RAW = "\x01beside", "\x01distance", "\x01point", "\x01raw"


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
    one_state = engine.execution_options(isolation_level="REPEATABLE READ")
    extensions[EXTENSION] = followed = Live(transactions_of(one_state), today)
    extensions[TEXTS] = Texts(followed)


def stop(extensions: dict[str, Any]) -> None:
    """Let an application follow the county no longer."""
    followed: Live | None = extensions.get(EXTENSION)
    if followed is not None:
        followed.stop()


def as_json(body: dict[str, Any]) -> str:
    """Return an answer as text, in the form that Flask gives it."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Texts:
    """Answers on today's county as JSON text."""

    def __init__(self, followed: Live) -> None:
        self._followed = followed
        self._kept: _Kept | None = None

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
        if grid.alternatives or grid.id is None:
            return None
        kept = self._kept_of(state)
        key = (reader, grid, building.status, building.faults, building.id, building.compound_id)
        parts = kept.around.get(key)
        if parts is None:
            with language.speaking(reader):
                parts = kept.around[key] = _around(state, place, (lon, lat), verdicts)
        beside = (kept.beside(reader, building.compound_id, one) for one in building.alternatives)
        return _filled(
            parts, ",".join(filter(None, beside)), place, (lon, lat), building.distance_m
        )

    def _kept_of(self, state: Today) -> _Kept:
        if self._kept is None or self._kept.state is not state or self._kept.is_full():
            self._kept = _Kept(state)
        return self._kept


class _Kept:
    """Texts of one state of the county, made when they are first asked for."""

    def __init__(self, state: Today) -> None:
        self.state = state
        self.around: dict[Any, tuple[str, ...]] = {}
        self._beside: dict[tuple[str, int | None, int], tuple[str, str]] = {}

    def is_full(self) -> bool:
        """Tell whether it is time to begin anew."""
        return len(self.around) + len(self._beside) > MOST_TEXTS

    def beside(self, reader: str, compound_id: int | None, found: BuildingCandidate) -> str:
        """Return a building that is asked about, as text; nothing where it is not known."""
        key = (reader, compound_id, found.id)
        parts = self._beside.get(key)
        if parts is None:
            standing = self.state.standing
            facts, compound = (
                standing.buildings.get(found.id),
                standing.compounds.get(compound_id or 0),
            )
            if facts is None:
                return ""
            with language.speaking(reader):
                text = as_json(present.building_facts(facts, compound) | {"distance_m": _DISTANCE})
            before, _, after = text.partition(json.dumps(_DISTANCE))
            parts = self._beside[key] = (before, after)
        return f"{parts[0]}{round(found.distance_m, 1)!r}{parts[1]}"


def _around(
    state: Today, place: Place, point: tuple[float, float], verdicts: Verdicts
) -> tuple[str, ...]:
    """Return an answer as text, cut where what differs from point to point belongs."""
    body = present.location(state.standing.location(place, point, *verdicts))
    body["building"] |= {"alternatives": _BESIDE, "distance_m": _DISTANCE}
    body |= {"point": _POINT, "raw": _RAW}
    text, parts = as_json(body), []
    for sign in (_BESIDE, _DISTANCE, _POINT, _RAW):  # as they stand in the text: keys are sorted
        before, _, text = text.partition(json.dumps(sign))
        parts.append(before)
    return (*parts, text)


def _filled(
    parts: tuple[str, ...],
    beside: str,
    place: Place,
    point: tuple[float, float],
    distance_m: float | None,
) -> str:
    distance = "null" if distance_m is None else repr(round(distance_m, 1))
    lon, lat = point
    spot = f'{{"lat":{round(lat, 8)!r},"lon":{round(lon, 8)!r}}}'
    raw = f'{{"crs":{json.dumps(place.crs)},"lat":{place.lat!r},"lon":{place.lon!r}}}'
    return f"{parts[0]}[{beside}]{parts[1]}{distance}{parts[2]}{spot}{parts[3]}{raw}{parts[4]}"
