"""What goes into the dispatch room: readers, filings, instructions; phone numbers. Plain values."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from gridmap.dispatch.ladder import Duty
from gridmap.dispatch.lifecycle import Action, ReturnReason
from gridmap.geolocation.rules import Place
from gridmap.terms import (
    Line,
    Outcome,
    PhotoKind,
    Satisfaction,
    Stage,
)

TAIL_DIGITS = 4
"""Digits at the end of a phone number by which its owner finds a report."""
LOCAL_DIGITS = 7
"""Shorter numbers would be given away by their tail: they are masked whole."""
MOBILE_DIGITS = 11
"""A mobile number without its country code; its first three digits name the operator only."""

Cursor = tuple[datetime, int]
"""Where a page of a list ended: the moment by which it is ordered, and id of its last report."""


class Order(StrEnum):
    """How a list is ordered: newest first, or the least time left first."""

    NEWEST = "newest"
    DUE = "due"


class Page(NamedTuple):
    """Which stretch of a list: its order, where the page before ended, most rows."""

    order: Order
    after: Cursor | None
    limit: int


class Vicinity(NamedTuple):
    """Where else the same thing may have been reported.

    A spot (WGS 84), half the width and height of the box around it in degrees, its building and
    the category.
    """

    lon: float
    lat: float
    east_degrees: float
    north_degrees: float
    building_id: int | None
    category_code: str


class Reach(Protocol):
    """What somebody may read today, and the posts by which she answers.

    Ids of buildings, grids, communities and townships; `county`: everything.
    """

    @property
    def posts(self) -> Collection[Duty]:
        """Posts held today."""

    @property
    def buildings(self) -> Collection[int]:
        """Buildings whose own reports may be read."""

    @property
    def grids(self) -> Collection[int]:
        """Grids that may be read whole."""

    @property
    def communities(self) -> Collection[int]:
        """Communities that may be read whole."""

    @property
    def townships(self) -> Collection[int]:
        """Townships that may be read whole."""

    @property
    def county(self) -> bool:
        """Whether everything may be read."""


class Reader(Protocol):
    """Somebody who is signed in."""

    @property
    def account_id(self) -> int:
        """Id of the account, for the audit log."""

    @property
    def person_id(self) -> int:
        """Id of the person, for the steps."""

    @property
    def scope(self) -> Reach:
        """What the posts of today reach."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports of a reader's area a list shows; what is None or False does not narrow it.

    `open_only`: still waiting for somebody; `late`: past the deadline of their stage; `near_due`:
    reminded, not yet late; `text`: in number or description; `filed_from` and `filed_to` are days
    in Asia/Shanghai, the last one included.
    """

    stage: Stage | None = None
    open_only: bool = False
    mine: bool = False
    late: bool = False
    near_due: bool = False
    supervised: bool = False
    unplaced: bool = False
    line: Line | None = None
    category_code: str | None = None
    community_id: int | None = None
    grid_id: int | None = None
    outcome: Outcome | None = None
    text: str | None = None
    filed_from: date | None = None
    filed_to: date | None = None


class PhotoFile(NamedTuple):
    """A photo ready to be kept: JPEG without metadata, size in pixels, and what it shows."""

    jpeg: bytes
    width: int
    height: int
    kind: PhotoKind | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """A report as it comes in; `place` holds the raw coordinates with their system, if there are any.

    `where` is the place in words; without it the description is read. `body_sha256` is the hash of the whole
    body: the same key with another hash is refused.
    """

    idempotency_key: str
    body_sha256: str
    category_code: str
    description: str
    place: Place | None = None
    where: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str = "zh"
    photos: tuple[PhotoFile, ...] = ()
    filed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reporter says when asked: was anybody in touch, is it solved, how content he is."""

    contacted: bool
    solved: bool
    satisfaction: Satisfaction
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """A move that somebody wants to make, with what it needs (see `lifecycle.Need`).

    Attributes:
        action: the move.
        version: version of the report that its maker looked at.
        note: why, or what was done.
        reason: why it is returned.
        post_id: the next handler's post, or the owner of record's.
        agency_post_ids: posts of the agencies that each get a part.
        outcome: what came of it.
        until: day on which a suspended report comes back.
        category_code: category that it is transferred to.
        place: place that it is moved to.
        main_number: number of the report that it is joined to.
        answer: the reporter's answer, told to the caller.
        photos: evidence.
        spot: where the maker was: longitude and latitude, WGS 84.
        key: makes an instruction that is sent twice one step.
    """

    action: Action
    version: int
    note: str | None = None
    reason: ReturnReason | None = None
    post_id: int | None = None
    agency_post_ids: tuple[int, ...] = ()
    outcome: Outcome | None = None
    until: date | None = None
    category_code: str | None = None
    place: Place | None = None
    main_number: str | None = None
    answer: Answer | None = None
    photos: tuple[PhotoFile, ...] = ()
    spot: tuple[float, float] | None = None
    key: str | None = None


def masked(phone: str) -> str:
    """Return a phone number with its middle hidden.

    >>> masked("+86 138 0000 1234"), masked("0371-1234"), masked("12345")
    ('138****1234', '****1234', '****')
    """
    digits = digits_of(phone)[-MOBILE_DIGITS:]
    head = digits[:3] if len(digits) == MOBILE_DIGITS else ""
    tail = digits[-TAIL_DIGITS:] if len(digits) >= LOCAL_DIGITS else ""
    return f"{head}****{tail}"


def digits_of(phone: str) -> str:
    """Return the ASCII digits of a phone number.

    >>> digits_of("+86 138-0000-1234")
    '8613800001234'
    """
    return re.sub(r"[^0-9]", "", phone)


def tail_of(phone: str | None) -> str | None:
    """Return the last four digits, by which a reporter finds the report; None if there are fewer.

    >>> tail_of("138 0000 1234"), tail_of("123"), tail_of(None)
    ('1234', None, None)
    """
    digits = digits_of(phone or "")
    return digits[-TAIL_DIGITS:] if len(digits) >= TAIL_DIGITS else None
