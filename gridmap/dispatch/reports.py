"""What goes into the dispatch room and what comes out: plain values, no rows of tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from gridmap.dispatch.categories import Topic
from gridmap.dispatch.ladder import Duty, Reason
from gridmap.dispatch.lifecycle import Action
from gridmap.geolocation.rules import Place
from gridmap.terms import Line, PlaceSource, PostKind, Rung, Stage, Verdict

TAIL_DIGITS = 4
"""Digits at the end of a phone number by which its owner finds a report."""
LOCAL_DIGITS = 7
"""Shorter numbers would be given away by their tail: they are masked whole."""
MOBILE_DIGITS = 11
"""A mobile number without its country code; its first three digits name the operator only."""

Cursor = tuple[datetime, int]
"""Where a page of a work list ended: moment of filing and id of its last report."""


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


class PhotoFile(NamedTuple):
    """A photo ready to be kept: JPEG without metadata, size in pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Filing:
    """A report as it comes in; `place` holds the raw coordinates with their system.

    `body_sha256` is the hash of the whole body: the same key with another hash is refused.
    """

    idempotency_key: str
    body_sha256: str
    category_code: str
    description: str
    place: Place
    phone: str | None = None
    photos: tuple[PhotoFile, ...] = ()
    filed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a report: the post and the person's name."""

    kind: PostKind
    name: str


@dataclass(frozen=True, slots=True)
class CategoryLabel:
    """A category's words, as of the version that the report was filed under."""

    code: str
    line: Line
    topic: Topic
    name: str
    name_en: str

    def label(self, language: str) -> str:
        """Return the name in ``zh`` or ``en``."""
        return self.name_en if language == "en" else self.name


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer to a filing: the same for the first sending and for every replay."""

    number: str
    track_key: str
    filed_at: datetime
    rung: Rung
    holder: Holder | None
    reasons: tuple[Reason, ...]
    grid_verdict: Verdict
    building_verdict: Verdict
    replayed: bool


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A report in a list. Names are those of the day of filing; `lon`, `lat` are WGS 84.

    Photos are numbered from 1 to `photos`. `mine`: the reader's posts of today answer for it where it stands.
    """

    id: int
    number: str
    version: int
    category: CategoryLabel
    excerpt: str
    stage: Stage
    rung: Rung
    filed_at: datetime
    township: str | None
    community: str | None
    grid: str | None
    compound: str | None
    building: str | None
    lon: float
    lat: float
    photos: int
    holder: Holder | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many reports of a stage a reader sees, and how many of them she answers for."""

    seen: int
    mine: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of reports, newest first; `after` leads to the next page, None at the end."""

    rows: tuple[WorkRow, ...]
    after: Cursor | None
    tallies: Mapping[Stage, Tally]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step on record: what, when, by whom, who held the report after it, and why."""

    action: Action
    stage: Stage
    rung: Rung
    at: datetime
    actor: str | None
    holder: Holder | None
    reasons: tuple[Reason, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class PlaceView:
    """How the place came in and what locating said of it.

    Raw coordinates are in `raw_crs`; `accuracy_m` is the 95 % radius in metres. `alternatives`
    has the lists `grids` and `buildings` of candidates that were asked about.
    """

    raw_lon: float
    raw_lat: float
    raw_crs: str
    accuracy_m: float | None
    source: PlaceSource
    grid_verdict: Verdict
    grid_faults: tuple[str, ...]
    building_verdict: Verdict
    building_faults: tuple[str, ...]
    alternatives: Mapping[str, list[dict[str, object]]]
    general_branch: str | None
    grid_branch: str | None
    building_group: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A report with everything that a reader of its area may see; the phone stays masked.

    `actions` are those that this reader may take now.
    """

    row: WorkRow
    description: str
    masked_phone: str | None
    place: PlaceView
    steps: tuple[StepView, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class TrackedStep:
    """A step as the reporter sees it: without names."""

    action: Action
    stage: Stage
    rung: Rung
    at: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Tracked:
    """A report as its reporter sees it: no text, no phone, no point, no names of people."""

    number: str
    category: CategoryLabel
    stage: Stage
    rung: Rung
    filed_at: datetime
    community: str | None
    grid: str | None
    photos: int
    steps: tuple[TrackedStep, ...]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open report as the public map shows it."""

    category: CategoryLabel
    stage: Stage
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenSummary:
    """How many reports are open at a place, and the newest of them."""

    count: int
    items: tuple[OpenItem, ...]


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
