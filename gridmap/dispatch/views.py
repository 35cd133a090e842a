"""What comes out of the dispatch room: plain values, no rows of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridmap.dispatch.categories import Topic
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.lifecycle import Action, Need
from gridmap.dispatch.reports import Cursor
from gridmap.terms import (
    Line,
    Outcome,
    PhotoKind,
    PlaceSource,
    PostKind,
    Rung,
    Satisfaction,
    Stage,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a report: the post, the person's name, and the agency where it is one's."""

    kind: PostKind
    name: str
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to whom a report can be given: a post held today; `rung` where it is on the ladder.

    `fits`: an agency of the category's line, or the community's responsible unit.
    """

    post_id: int
    kind: PostKind
    name: str
    agency: str | None
    rung: Rung | None
    fits: bool = False


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
    outcome: Outcome | None
    filed_at: datetime
    due_at: datetime | None
    remind_at: datetime | None
    supervised_at: datetime | None
    rounds: int
    is_part: bool
    entrusted: bool
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
    """How many reports of a stage a reader sees, how many are hers; how many of both are late."""

    seen: int
    mine: int
    late: int
    mine_late: int


@dataclass(frozen=True, slots=True)
class NearReport:
    """An open report near by, as the public sees it; `metres` from the spot that was asked about."""

    number: str
    category: CategoryLabel
    stage: Stage
    filed_at: datetime
    place: str | None
    metres: float


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of reports, in its order; `after` leads to the next page, None at the end."""

    rows: tuple[WorkRow, ...]
    after: Cursor | None
    tallies: Mapping[Stage, Tally]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step on record: what, when, by whom, where, why, who held the report after, until when.

    `details` has what else was said (return reason, places and categories before and after...);
    `rule` is the limit that made `due_at`; `photos` are the positions of its evidence.
    """

    sequence: int
    action: Action
    stage: Stage
    rung: Rung
    at: datetime
    actor: str | None
    holder: Holder | None
    reasons: tuple[Reason, ...]
    note: str | None
    outcome: Outcome | None
    details: Mapping[str, object]
    due_at: datetime | None
    rule: Mapping[str, object] | None
    spot: tuple[float, float] | None
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo of a report: its position, the step it came with, what it shows."""

    position: int
    step_sequence: int
    kind: PhotoKind | None


@dataclass(frozen=True, slots=True)
class RelatedReport:
    """A part, the whole, a report joined to this one or the one it is joined to."""

    number: str
    stage: Stage
    outcome: Outcome | None
    holder: Holder | None


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """One answer of the reporter, or a try to get it."""

    at: datetime
    caller: str | None
    reached: bool
    contacted: bool | None
    solved: bool | None
    satisfaction: Satisfaction | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class Possible:
    """A move that a reader may make now, and what it must bring."""

    action: Action
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class PlaceView:
    """How the place came in and what locating said of it.

    Raw coordinates are in `raw_crs`; `accuracy_m` is the 95 % radius in metres. `alternatives`
    has the lists `grids` and `buildings` of candidates that were asked about. `text` is the place in words, where
    it was given apart; `said` what the words were read as (see `gridmap.geolocation.resolver.Resolved.record`).
    """

    raw_lon: float
    raw_lat: float
    raw_crs: str
    accuracy_m: float | None
    source: PlaceSource
    text: str | None
    said: Mapping[str, Any] | None
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

    `possible` are the moves that this reader may make now. `parts`, `whole`, `joined` and
    `main` are the reports it belongs together with. `owner` is the owner of record.
    """

    row: WorkRow
    description: str
    masked_phone: str | None
    erased: bool
    language: str
    place: PlaceView
    steps: tuple[StepView, ...]
    photos: tuple[PhotoView, ...]
    feedback: tuple[FeedbackView, ...]
    followers: int
    owner: Holder | None
    parts: tuple[RelatedReport, ...]
    whole: RelatedReport | None
    joined: tuple[RelatedReport, ...]
    main: RelatedReport | None
    possible: tuple[Possible, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """The moves that this reader may make now."""
        return tuple(one.action for one in self.possible)


@dataclass(frozen=True, slots=True)
class TrackedStep:
    """A step as the reporter sees it: without names."""

    action: Action
    stage: Stage
    rung: Rung
    at: datetime
    reasons: tuple[Reason, ...]
    outcome: Outcome | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """A report as its reporter or a follower sees it: no text, no phone, no point, no names.

    `answers` are the moves that are his now: to agree, to say that it is not solved, to add a
    note. `reply` is the handler's last word: what was done, or why not. `main_number`: it was
    joined to that report, whose stage is shown.
    """

    number: str
    version: int
    category: CategoryLabel
    stage: Stage
    rung: Rung
    outcome: Outcome | None
    filed_at: datetime
    due_at: datetime | None
    community: str | None
    grid: str | None
    photos: tuple[PhotoView, ...]
    steps: tuple[TrackedStep, ...]
    reply: str | None
    answers: tuple[Action, ...]
    follows: bool
    main_number: str | None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open report as the public map shows it."""

    category: CategoryLabel
    stage: Stage
    since: datetime


@dataclass(frozen=True, slots=True)
class GridCounts:
    """Reports of a grid at a day's end: open, and filed and closed within some days."""

    code: str
    open: int
    filed: int
    closed: int


@dataclass(frozen=True, slots=True)
class OpenSummary:
    """How many reports are open at a place, and the newest of them."""

    count: int
    items: tuple[OpenItem, ...]


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """Where an open report lies: its building where one is sure, and its spot (WGS 84)."""

    number: str
    rung: Rung
    building_id: int | None
    grid_id: int | None
    lon: float
    lat: float
