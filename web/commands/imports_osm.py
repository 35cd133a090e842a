"""`gridmap import osm`: roads, water, buildings, addresses and places of an area, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata import loading
from geodata.batches import make_batch
from geodata.loading import Outcome
from geodata.loading.journal import Journal
from geodata.loading.prepared import Options, areas_of
from geodata.loading.settings import OSM_CREDIT, add_credit
from geodata.loading.targets import AREAS, standing
from geodata.osm import reading
from geodata.osm.tags import Theme
from geodata.sources import SOURCES
from gridmap.errors import GridmapError, InvalidInput
from gridmap.store.session import transaction
from gridmap.terms import AreaKind
from web.params import now

COUNTY = "county"
CORNERS = 4


@dataclass(frozen=True, slots=True)
class WantedOsm:
    """What the command line asks for.

    Attributes:
        file: the file.
        day: the day from which it holds.
        themes: what is taken.
        within: ``county``, a box ``west,south,east,north`` in degrees, or None for all of the file.
        check: only look.
    """

    file: Path
    day: date
    themes: tuple[Theme, ...]
    within: str | None
    check: bool


class _Refused(Exception):
    """Ends the transaction of a file with an error in it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


def themes_in(written: str | None) -> tuple[Theme, ...]:
    """Read a list of themes; all of them where nothing is written.

    >>> [theme.value for theme in themes_in("roads,water")]
    ['roads', 'water']
    """
    if not written:
        return tuple(Theme)
    try:
        return tuple(dict.fromkeys(Theme(word.strip()) for word in written.split(",")))
    except ValueError as unknown:
        known = ",".join(theme.value for theme in Theme)
        raise InvalidInput(
            reason_zh=f"--layers 只能是：{known}",
            reason_en=f"--layers takes: {known}",
            field="layers",
        ) from unknown


def run(engine: Engine, wanted: WantedOsm) -> list[Outcome]:
    """Import or check a file, theme by theme: all of them, or nothing where one is refused."""
    try:
        with transaction(engine) as session:
            outcomes = _attempt(session, wanted)
            if wanted.check:
                _keep(session, outcomes)
            return outcomes
    except _Refused as refusal:
        outcome = refusal.outcome
    except GridmapError as refusal:
        layer = reading.LAYER_OF[wanted.themes[0]]
        outcome = loading.unread(layer, wanted.file, "wgs84", wanted.day, refusal)
    with transaction(engine) as session:
        _keep(session, [outcome])
    return [outcome]


def _keep(session: Session, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        loading.keep(session, outcome, now())


def _attempt(session: Session, wanted: WantedOsm) -> list[Outcome]:
    area = _area(session, wanted)
    outcomes = []
    for theme in wanted.themes:
        found = reading.read(wanted.file, [theme], within=area)
        if not len(found.wkb):
            continue
        source = SOURCES[reading.LAYER_OF[theme]]
        batch = make_batch(source, found, {}, repair=True)
        if wanted.check:
            outcomes.append(loading.check(session, batch, wanted.day))
            continue
        outcome = loading.load(session, batch, wanted.day, now(), Options())
        if outcome.result != loading.LOADED:
            raise _Refused(outcome)
        outcomes.append(outcome)
    if not outcomes:
        raise InvalidInput(
            reason_zh="文件在这个范围里没有要导入的内容",
            reason_en="The file has nothing to import in this area",
        )
    for outcome in outcomes if not wanted.check else ():
        add_credit(Journal(session, outcome.record_id), OSM_CREDIT)
    return outcomes


def _area(session: Session, wanted: WantedOsm) -> BaseGeometry | None:
    if wanted.within is None:
        return None
    if wanted.within != COUNTY:
        return _box(wanted.within)
    county = areas_of(standing(session, AREAS, wanted.day), AreaKind.COUNTY)
    if not county.codes:
        raise InvalidInput(
            reason_zh="这一天还没有县界，请先导入社区，或用 --within 西,南,东,北",
            reason_en="There is no county on that day; import communities first, or give a box",
            field="within",
        )
    shape: BaseGeometry = county.shapes[0]
    return shape


def _box(written: str) -> BaseGeometry:
    try:
        sides = [float(word) for word in written.split(",")]
    except ValueError:
        sides = []
    if len(sides) != CORNERS or not (
        -180 <= sides[0] < sides[2] <= 180 and -90 <= sides[1] < sides[3] <= 90  # noqa: PLR2004
    ):
        raise InvalidInput(
            reason_zh="--within 写 county，或 西,南,东,北（度）",
            reason_en="--within takes county, or west,south,east,north in degrees",
            field="within",
        )
    west, south, east, north = sides
    box: BaseGeometry = shapely.box(west, south, east, north)
    return box
