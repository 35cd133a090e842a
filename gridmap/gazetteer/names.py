"""Names as people look at them: proposals with what speaks for them, what is shared, the list of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.gazetteer import name_queries as queries
from gridmap.gazetteer.name_queries import Filters, Found
from gridmap.gazetteer.reach import Reach, reach_of
from gridmap.store import audit
from gridmap.terms import Named, NameKind, NameSource, NameState

__all__ = ["Filters"]

PAGE: Final = 50
MOST_PROPOSALS: Final = 200
MOST_IN_FILE: Final = 100_000
OBJECT_KIND: Final = "place_name"


@dataclass(frozen=True, slots=True)
class Heard:
    """A report that speaks for a proposal; its words are empty for who may not read it."""

    number: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A name with what it stands for.

    Attributes:
        id: of its row; None for an official name that stands with its entity.
        entity, code, title: what it stands for.
        where: names of the communities in which that lies.
        begins, ends: its days, half-open.
        decided_by, decided_at: who gave it its state.
        may: whether the reader curates it.
        heard, times: reports that speak for it, and how many there are.
        also: what else has the name.
    """

    id: int | None
    entity: Named
    code: str
    title: str
    text: str
    kind: NameKind
    state: NameState
    source: NameSource
    where: str
    may: bool
    begins: date | None = None
    ends: date | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    heard: tuple[Heard, ...] = ()
    times: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """A name that more than one entity has."""

    text: str
    names: tuple[Listed, ...]


def names(
    session: Session, reader: SignedIn, day: date, filters: Filters, page: int = 1
) -> tuple[list[Listed], int]:
    """Return one page of names as of a day, and how many there are.

    Args:
        session: open session.
        reader: who looks; `Listed.may` is hers.
        day: day in Asia/Shanghai.
        filters: what she looks for.
        page: from 1.
    """
    found = queries.listed(session, day, filters, PAGE, (page - 1) * PAGE)
    return _listed(session, reader, found), found[0].total if found else 0


def every_name(session: Session, reader: SignedIn, day: date, now: datetime) -> list[Listed]:
    """Return all names beside the official ones as of a day, for a file; that they left is on record."""
    found = queries.listed(session, day, Filters(), MOST_IN_FILE)
    audit.record(
        session,
        "names_exported",
        OBJECT_KIND,
        "*",
        now=now,
        account_id=reader.account_id,
        names=len(found),
    )
    return _listed(session, reader, found)


def proposals(
    session: Session, reader: SignedIn, day: date, same: Sequence[Shared] = ()
) -> list[Listed]:
    """Return what waits to be decided by a reader, what most reports speak for first.

    Args:
        session: open session.
        reader: who decides.
        day: day in Asia/Shanghai.
        same: names that more than one entity has (see `shared`); a proposal says which others have its own.
    """
    waiting = Filters(state=NameState.PROPOSED)
    found = queries.listed(session, day, waiting, MOST_PROPOSALS)
    listed = [one for one in _listed(session, reader, found) if one.may]
    reach = reach_of(reader.scope)
    heard, times = _heard(session, reach, [one.id for one in listed if one.id])
    made = [
        replace(
            one,
            heard=heard.get(one.id or 0, ()),
            times=times.get(one.id or 0, 0),
            also=_others(one, same),
        )
        for one in listed
    ]
    return sorted(made, key=lambda one: (-one.times, one.text, one.id or 0))


def shared(session: Session, reader: SignedIn, day: date) -> list[Shared]:
    """Return names that more than one entity has: what is called by them is always asked about."""
    groups: dict[str, list[Found]] = {}
    for row in queries.shared(session, day):
        groups.setdefault(row.same, []).append(row)
    made = []
    for group in groups.values():
        listed = _listed(session, reader, group)
        made.append(Shared(listed[0].text, tuple(listed)))
    return made


def _listed(session: Session, reader: SignedIn, found: Sequence[Found]) -> list[Listed]:
    reach = reach_of(reader.scope)
    places = queries.places(session, {one for row in found for one in row.communities})
    return [
        Listed(
            row.name_id,
            Named(row.entity_kind),
            row.entity_code,
            row.title,
            row.text,
            NameKind(row.kind),
            NameState(row.state),
            NameSource(getattr(row, "source", NameSource.IMPORT)),
            row.where_it_is or "",
            reach.holds(places[one] for one in row.communities),
            getattr(row, "begins", None),
            getattr(row, "ends", None),
            getattr(row, "decided_by", None),
            getattr(row, "decided_at", None),
        )
        for row in found
    ]


def _heard(
    session: Session, reach: Reach, ids: Sequence[int]
) -> tuple[dict[int, tuple[Heard, ...]], dict[int, int]]:
    found = queries.evidence(session, ids)
    places = queries.places(session, {row.community_id for row in found if row.community_id})
    heard: dict[int, list[Heard]] = {}
    for row in found:
        reads = reach.reads(places.get(row.community_id))
        words = row.description if reads else ""
        heard.setdefault(row.name_id, []).append(Heard(row.number if reads else "", words, row.at))
    times = {row.name_id: row.times for row in found}
    return {name: tuple(listed) for name, listed in heard.items()}, times


def _others(one: Listed, same: Sequence[Shared]) -> tuple[str, ...]:
    return tuple(
        other.title
        for group in same
        if any(name.text == one.text for name in group.names)
        for other in group.names
        if (other.entity, other.code) != (one.entity, one.code)
    )
