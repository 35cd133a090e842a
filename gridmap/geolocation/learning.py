"""What a settled place teaches: words that did not find it are proposed as its name, for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.geolocation import words
from gridmap.geolocation.gazetteer_queries import names_within
from gridmap.geolocation.unknown_names import phrase_before_place, unknown_name
from gridmap.ledger.buildings import Building, BuildingVersion, Compound
from gridmap.ledger.names import NameEvidence, PlaceName
from gridmap.store.base import as_of, from_day
from gridmap.terms import Named, NameKind, NameSource, NameState, Verdict


@dataclass(frozen=True, slots=True)
class Settled:
    """A report whose place somebody has settled.

    Attributes:
        report_id: the report.
        words: what it says.
        building_id, compound_id: what stands at the place.
        person_id: who settled it.
    """

    report_id: int
    words: str
    building_id: int | None
    compound_id: int | None
    person_id: int | None


def learn(session: Session, settled: Settled, day: date, now: datetime) -> int | None:
    """Propose the words of a report that stood for its place as another name of it; return the name's id.

    Nothing is proposed where the words find the place, where they hold a known name, or where the place
    has neither compound nor building. A name that was rejected is not proposed again. A proposal is read
    by nobody but the person who decides.

    Args:
        session: the caller's transaction.
        settled: the report and its place.
        day: day in Asia/Shanghai.
        now: this moment.
    """
    phrase = phrase_before_place(settled.words)
    target = _target(session, settled, day) if phrase else None
    if phrase is None or target is None or _finds(session, settled.words, target, day):
        return None
    name = unknown_name(settled.words, names_within(session, day, phrase, settled.words))
    if name is None:
        return None
    name_id = _proposal(session, target, name, day, now)
    if name_id is not None:
        session.execute(
            insert(NameEvidence)
            .values(
                name_id=name_id, report_id=settled.report_id, person_id=settled.person_id, at=now
            )
            .on_conflict_do_nothing()
        )
    return name_id


def _target(session: Session, settled: Settled, day: date) -> tuple[Named, str] | None:
    """Return what a name would be for: the compound, else the building outside of any."""
    compound = settled.compound_id
    if compound is None and settled.building_id is not None:
        of_building: Any = BuildingVersion
        compound = session.scalar(
            select(of_building.compound_id).where(
                of_building.building_id == settled.building_id, as_of(BuildingVersion, day)
            )
        )
    if compound is not None:
        code = session.scalar(select(Compound.code).where(Compound.id == compound))
        return (Named.COMPOUND, code) if code else None
    code = session.scalar(select(Building.code).where(Building.id == settled.building_id))
    return (Named.BUILDING, code) if code else None


def _finds(session: Session, written: str, target: tuple[Named, str], day: date) -> bool:
    """Tell whether the words find the place by what is known already."""
    reading = words.read(session, written, day).reading
    best = reading.best
    if reading.verdict is not Verdict.ACCEPTED or best is None:
        return False
    return target[1] in (best.compound, *best.codes)


def _proposal(
    session: Session, target: tuple[Named, str], name: str, day: date, now: datetime
) -> int | None:
    """Return the id of the proposal, made where it is new; None where a person has decided already."""
    kind, code = target
    table: Any = PlaceName
    standing = session.execute(
        select(table.id, table.state)
        .where(
            table.entity_kind == kind.value,
            table.entity_code == code,
            table.text == name,
            table.valid.op("&&")(from_day(day)),
        )
        .limit(1)
    ).one_or_none()
    if standing is not None:
        return standing.id if standing.state == NameState.PROPOSED else None
    row = PlaceName(
        entity_kind=kind.value,
        entity_code=code,
        text=name,
        kind=NameKind.ALIAS.value,
        state=NameState.PROPOSED.value,
        source=NameSource.DESK.value,
        made_at=now,
        valid=from_day(day),
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # another report has proposed it this very moment: the next one counts
        return None
    return row.id
