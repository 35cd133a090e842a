"""The four steps of an import: a file is sent, its fields are matched, it is checked, it takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from geodata import confined, loading, vector_files
from geodata.batches import Batch, make_batch
from geodata.intake import history, pictures, staging
from geodata.intake.proposing import Proposal, Seen, propose, seen
from geodata.intake.staging import Staged
from geodata.loading import Outcome
from geodata.loading.journal import Journal
from geodata.loading.prepared import Options
from geodata.loading.settings import OSM_CREDIT, add_credit
from geodata.osm import reading as osm
from geodata.sources import SOURCES, Layer
from geodata.vector_files import FOR_PAGES, VectorLayer
from gridmap.errors import GridmapError
from gridmap.store import audit

SHOWN: Final = ("features", "new", "changed", "unchanged", "ended")
"""What a check has shown and an import must keep to."""


class CheckOutdated(GridmapError):
    """The county has changed since the file was checked."""

    code = "check_outdated"
    zh = "检查之后县里的数据变了，这次导入的结果会不一样；没有导入任何数据。"
    en = "The county has changed since the check: the import would do something else. Nothing was imported."
    hint_zh = "请再检查一次。"
    hint_en = "Check the file again."


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read and taken, as the page asks.

    Attributes:
        crs, encoding, table: win over what the file says; None leaves it to the file.
        fields: column by field; an empty one is none.
        day: from which it holds.
        repair, complete, county_name: as the options of the command.
    """

    crs: str | None = None
    encoding: str | None = None
    table: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None
    repair: bool = False
    complete: bool = False
    county_name: str | None = None

    def as_options(self) -> dict[str, object]:
        """Return what is kept beside the file."""
        return {
            "crs": self.crs,
            "encoding": self.encoding,
            "table": self.table,
            "fields": dict(self.fields),
            "day": self.day.isoformat() if self.day else None,
            "repair": self.repair,
            "complete": self.complete,
            "county_name": self.county_name,
        }


def asked_of(staged: Staged) -> Asked:
    """Return how a file is to be read, as it was last asked."""
    told = dict(staged.options)
    day = told.pop("day", None)
    return Asked(**told, day=date.fromisoformat(day) if day else None)


@dataclass(frozen=True, slots=True)
class Look:
    """What a file holds, before anything is compared.

    Attributes:
        features: how many.
        crs: coordinate system, as stated or given.
        columns: with samples.
        proposals: for every field of the layer.
    """

    features: int
    crs: str
    columns: list[Seen]
    proposals: list[Proposal]


def look(folder: Path, staged: Staged, asked: Asked) -> Look:
    """Read a file's columns and propose which field each one means.

    Raises:
        GridmapError: see `geodata.vector_files.read`.
    """
    layer = _read(folder, staged, asked)
    return Look(len(layer.wkb), str(layer.crs), seen(layer), propose(SOURCES[staged.layer], layer))


def check(
    session: Session, folder: Path, staged: Staged, asked: Asked, now: datetime
) -> tuple[Staged, Outcome]:
    """Check a file, keep the report on record and the shapes for the map; nothing else is changed.

    Raises:
        GridmapError: the file cannot be read as asked.
    """
    day = _day_of(asked)
    batch = _batch(folder, staged, asked)
    outcome = loading.check(session, batch, day, Options(asked.county_name, asked.complete))
    number = loading.keep(session, outcome, now, account_id=staged.account_id)
    pictures.write(batch, outcome, staging.shapes_path(folder, staged))
    kept = staging.changed(folder, staged, options=asked.as_options(), record_id=number)
    return kept, outcome


def take(session: Session, folder: Path, staged: Staged, now: datetime) -> Outcome:
    """Import a checked file in the caller's transaction: all of it, or nothing where it has an error.

    Returns:
        ``loaded``, or ``refused`` with nothing written and its record kept.

    Raises:
        CheckOutdated: it was not checked, or would do something else now than its check said.
        GridmapError: the file cannot be read any more; another import is running.
    """
    if staged.record_id is None:
        raise CheckOutdated
    shown = history.one(session, staged.record_id)
    asked = asked_of(staged)
    batch = _batch(folder, staged, asked)
    outcome = loading.load(
        session,
        batch,
        _day_of(asked),
        now,
        Options(asked.county_name, asked.complete),
        account_id=staged.account_id,
    )
    if outcome.result != loading.LOADED:
        loading.keep(session, outcome, now, account_id=staged.account_id)
        return outcome
    if any(outcome.counts.get(name) != shown.counts.get(name) for name in SHOWN):
        raise CheckOutdated
    if osm.is_osm(staging.path_of(folder, staged)):
        add_credit(Journal(session, outcome.record_id), OSM_CREDIT)
    audit.record(
        session,
        "import_loaded",
        "import",
        str(outcome.record_id),
        now=now,
        account_id=staged.account_id,
        file=staged.name,
        layer=staged.layer.value,
    )
    return outcome


def refuse(
    session: Session,
    folder: Path,
    staged: Staged,
    refusal: GridmapError,
    when: tuple[date, datetime],
) -> None:
    """Keep on record that a file could not be read, and forget the file."""
    day, now = when
    path = staging.path_of(folder, staged)
    crs = str(staged.options.get("crs") or "")
    outcome = loading.unread(staged.layer, path, crs, day, refusal)
    loading.keep(session, outcome, now, account_id=staged.account_id)
    staging.drop(folder, staged)


def layers() -> list[Layer]:
    """Return what files can be imported as."""
    return list(SOURCES)


def _day_of(asked: Asked) -> date:
    if asked.day is None:
        raise ValueError("a check needs its day")
    return asked.day


def _batch(folder: Path, staged: Staged, asked: Asked) -> Batch:
    layer = _read(folder, staged, asked)
    return make_batch(SOURCES[staged.layer], layer, asked.fields, repair=asked.repair)


def _read(folder: Path, staged: Staged, asked: Asked) -> VectorLayer:
    path = staging.path_of(folder, staged)
    with confined.turn():
        if osm.is_osm(path):
            return osm.read(path, osm.themes_of(staged.layer), bounds=FOR_PAGES)
        return vector_files.read(
            path,
            crs=asked.crs,
            encoding=asked.encoding,
            layer=asked.table,
            bounds=FOR_PAGES,
        )
