"""Addresses as people keep them: looked at, added, rejected, ended; every step audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotFound
from gridmap.gazetteer import address_queries as queries
from gridmap.gazetteer import name_queries
from gridmap.gazetteer.address_queries import Filters
from gridmap.gazetteer.finding import check_reach, entity_of
from gridmap.gazetteer.numbering import Numbers, numbers_from, written
from gridmap.gazetteer.reach import reach_of
from gridmap.ledger.names import POINT, Address
from gridmap.store import audit
from gridmap.store.base import STORED_SRID, from_day
from gridmap.terms import Named, NameSource, NameState
from gridmap.timespan import local_day

__all__ = ["Filters"]

PAGE: Final = 50
OBJECT_KIND: Final = "address"


@dataclass(frozen=True, slots=True)
class Target:
    """What has an address: a building or compound by its code or name, else a point in degrees (WGS 84)."""

    kind: Named | None
    code: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address that somebody writes, in the order of GB/T 39609-2020.

    Attributes:
        road: street or lane.
        lane: number of the lane (弄), without 弄.
        numbers: as written: 88, 88甲, 11-17单号; empty for a lane as such.
        building, unit, room: what follows the number.
        target: what has it.
        day: from which it holds.
    """

    road: str
    lane: str
    numbers: str
    target: Target
    day: date
    building: str = ""
    unit: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An address with what has it; `id` is None for one that stands with its building or compound.

    `numbers` is then the house number as imported.
    """

    id: int | None
    written: str
    road: str
    lane: str | None
    numbers: str | None
    target: str
    code: str
    title: str
    where: str
    state: NameState
    source: NameSource
    begins: date | None
    ends: date | None
    may: bool


def addresses(
    session: Session, reader: SignedIn, day: date, filters: Filters, page: int = 1, most: int = PAGE
) -> tuple[list[Listed], int]:
    """Return one page of addresses as of a day, by road and number, and how many there are."""
    found = queries.listed(session, day, filters, most, (page - 1) * most)
    places = name_queries.places(session, {row.community_id for row in found if row.community_id})
    reach = reach_of(reader.scope)
    listed = [
        Listed(
            row.id,
            row.written or _imported(row.road, row.lane, row.number),
            row.road,
            row.lane,
            row.number,
            row.target_kind,
            row.target_code,
            row.title,
            row.where_it_is or "",
            NameState(row.state),
            NameSource(row.source),
            row.begins,
            row.ends,
            reach.holds(places[one] for one in [row.community_id] if one),
        )
        for row in found
    ]
    return listed, found[0].total if found else 0


def _imported(road: str, lane: str | None, number: str | None) -> str:
    made = f"{road}{lane}弄" if lane else road
    return f"{made}{number}号" if number and number[-1].isalnum() else f"{made}{number or ''}"


def add(session: Session, keeper: SignedIn, wanted: Wanted, now: datetime) -> int:
    """Write an address; return its id.

    Raises:
        NotAllowed: its target lies beyond the keeper's desk.
        InvalidInput: numbers that cannot be read, no such target, an address that stands.
    """
    return _write(session, keeper, wanted, NameState.CONFIRMED, now)


def reject(session: Session, keeper: SignedIn, wanted: Wanted, now: datetime) -> int:
    """Let an address that stands with its building or compound find it no longer; return the row's id.

    Raises:
        NotAllowed, InvalidInput: see `add`.
    """
    return _write(session, keeper, wanted, NameState.REJECTED, now)


def _write(
    session: Session, keeper: SignedIn, wanted: Wanted, state: NameState, now: datetime
) -> int:
    road, lane = wanted.road.strip(), wanted.lane.strip().removesuffix("弄") or None
    if not road:
        raise InvalidInput(reason_zh="请填路名。", reason_en="Give the road's name.", field="road")
    numbers = _numbers(wanted.numbers, lane)
    kind, code, spot = _target(session, keeper, wanted.target, max(wanted.day, local_day(now)))
    text = written(road, lane, numbers)
    standing = queries.standing(session, (kind, code), text, wanted.day)
    if standing is not None:
        if standing.state == state:
            raise InvalidInput(
                reason_zh=f"已经有“{text}”这个地址。",
                reason_en=f"The address “{text}” is there already.",
                field="numbers",
            )
        _make_way(session, standing.id, standing.valid.lower, wanted.day)
    row = Address(
        road=road,
        lane=lane,
        first=numbers.first if numbers else None,
        last=numbers.last if numbers else None,
        parity=(numbers or Numbers(0)).parity.value,
        suffix=numbers.suffix if numbers else None,
        building=wanted.building.strip() or None,
        unit=wanted.unit.strip() or None,
        room=wanted.room.strip() or None,
        written=text,
        target_kind=kind,
        target_code=code,
        spot=spot,
        state=state.value,
        source=NameSource.HAND.value,
        decided_at=now,
        decided_by_id=keeper.account_id,
        valid=from_day(wanted.day),
    )
    session.add(row)
    session.flush()
    action = "address_added" if state is NameState.CONFIRMED else "address_rejected"
    _audit(session, keeper, action, row, now)
    return row.id


def _make_way(session: Session, address_id: int, begins: date, day: date) -> None:
    if begins < day:
        queries.end_at(session, address_id, day)
        return
    row = queries.locked(session, address_id)
    if row is not None:
        session.delete(row)
        session.flush()


def _numbers(words: str, lane: str | None) -> Numbers | None:
    if not words.strip() and lane:
        return None
    numbers = numbers_from(words)
    if numbers is None:
        raise InvalidInput(
            reason_zh="请填号码，例如 88、88甲、12号附3、11-17单号。",
            reason_en="Give the numbers, such as 88, 88甲, 12号附3, 11-17单号.",
            field="numbers",
        )
    return numbers


def _target(
    session: Session, keeper: SignedIn, target: Target, day: date
) -> tuple[str, str, str | None]:
    if target.kind in {Named.BUILDING, Named.COMPOUND}:
        found = entity_of(session, keeper, target.kind, target.code, day)
        return found.kind, found.code, None
    if target.lon is None or target.lat is None:
        raise InvalidInput(
            reason_zh="请选楼栋、小区，或填写经纬度。",
            reason_en="Choose a building or compound, or give longitude and latitude.",
            field="code",
        )
    community = queries.community_at(session, day, target.lon, target.lat)
    check_reach(session, keeper, [] if community is None else [community])
    code = f"{target.lon:.6f},{target.lat:.6f}"
    return POINT, code, f"SRID={STORED_SRID};POINT({target.lon!r} {target.lat!r})"


def end(session: Session, keeper: SignedIn, address_id: int, day: date, now: datetime) -> None:
    """Let an address that people wrote hold until a day (the first on which it does not).

    Raises:
        NotFound: there is no such address.
        NotAllowed: it lies beyond the keeper's desk.
        InvalidInput: it had not begun by then, or has ended before.
    """
    row = queries.locked(session, address_id)
    if row is None:
        raise NotFound(what_zh="这个地址", what_en="This address")
    found = queries.listed(session, local_day(now), Filters(row.target_code, own=True), PAGE)
    inside = next((one.community_id for one in found if one.id == row.id), None)
    check_reach(session, keeper, [] if inside is None else [inside])
    begins, ends = row.valid.lower or date.min, row.valid.upper
    if day < begins or (ends is not None and day >= ends):
        raise InvalidInput(
            reason_zh=f"请填 {begins.isoformat()} 之后的日子。",
            reason_en=f"Give a day after {begins.isoformat()}, before its end.",
            field="day",
        )
    _audit(session, keeper, "address_ended", row, now, day=day.isoformat())
    _make_way(session, row.id, begins, day)
    session.flush()


def _audit(
    session: Session, keeper: SignedIn, action: str, row: Address, now: datetime, **more: object
) -> None:
    audit.record(
        session,
        action,
        OBJECT_KIND,
        f"{row.target_kind}/{row.target_code}/{row.written}",
        now=now,
        account_id=keeper.account_id,
        **more,
    )
