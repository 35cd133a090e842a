"""What comes in about plans: strict models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gridmap.redistricting.drafting import LONGEST_PLAN_NAME, Origin
from gridmap.redistricting.editing import Edit, EditKind
from gridmap.redistricting.edits import LONGEST_NOTE
from gridmap.redistricting.states import PlanAction
from web.params import Day, Lat, Lon, Params, Text

MOST_ATOMS = 200_000

Row = Annotated[int, Field(ge=0, lt=2**15)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Spot = tuple[Lon, Lat]
Atoms = Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(max_length=MOST_ATOMS)]


class OriginBody(Params):
    """What a plan begins from; one of the three."""

    today: bool = Field(default=False, description="Today's grids")
    day: Day | None = Field(default=None, description="The grids of this day")
    plan: Number | None = Field(default=None, description="Another plan")
    version: Number | None = Field(default=None, description="Its version; the newest if missing")

    def origin(self) -> Origin:
        """Return it for the domain."""
        return Origin(self.day, self.plan, self.version)


class PlanBody(Params):
    """A new plan."""

    name: Annotated[Text, Field(min_length=1, max_length=LONGEST_PLAN_NAME)]
    area: Annotated[Text, Field(pattern=r"^[0-9]{12}$")] = Field(
        description="12-digit code of a community, a township or the county"
    )
    begin: OriginBody = Field(default=OriginBody(), alias="from")


class VersionQuery(Params):
    """`version`: which version is wanted; `beside`: beside the grids of which day."""

    version: Number | None = Field(default=None, description="Version; the newest if missing")
    key: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Key under which the plan was shared"
    )
    beside: Day | None = Field(
        default=None,
        description="Day whose grids, buildings and people it is shown beside; today if missing",
    )


class PublishedQuery(Params):
    """Which publications: those that made the grids of a day, those of a community."""

    day: Day | None = Field(
        default=None, description="Only those in force from this day or an earlier one"
    )
    community: Annotated[Text, Field(pattern=r"^[0-9]{12}$")] | None = Field(
        default=None, description="12-digit code of a community"
    )


class EditBody(Params):
    """One edit; which fields are needed depends on the kind."""

    kind: EditKind = Field(description="What is done")
    atoms: Atoms = Field(default=(), description="Atoms (move, new, lock_atoms)")
    grid: Row | None = Field(default=None, description="The grid it is about or goes to")
    grids: Annotated[tuple[Row, ...], Field(max_length=2**15)] = Field(
        default=(), description="Grids (merge, lock_grids)"
    )
    parts: Annotated[int, Field(ge=2, le=20)] = Field(default=2, description="Parts of a split")
    text: Annotated[Text, Field(max_length=LONGEST_NOTE)] = Field(
        default="", description="Name, code or note"
    )
    locked: bool = Field(default=True, description="Lock, or unlock")
    start: Spot | None = Field(default=None, description="lon, lat of a dragged corner")
    end: Spot | None = Field(default=None, description="lon, lat of where it goes")
    run: Number | None = Field(default=None, description="Run of a proposal")
    proposal: Annotated[Text, Field(max_length=24)] | None = Field(
        default=None, description="Kind of the proposal"
    )

    def edit(self) -> Edit:
        """Return it for the domain."""
        return Edit(
            kind=self.kind,
            atoms=self.atoms,
            grid=self.grid,
            grids=self.grids,
            parts=self.parts,
            text=self.text,
            locked=self.locked,
            start=self.start,
            end=self.end,
            source={"run": self.run, "kind": self.proposal} if self.run else {},
        )


class EditsBody(Params):
    """An edit and the version that it was made on."""

    base: Number = Field(description="Version that the planner sees")
    edit: EditBody


class BaseBody(Params):
    """The version that the planner sees."""

    base: Number = Field(description="Version that the planner sees")


class ReviewBody(BaseBody):
    """A step of a plan on its way to publication."""

    action: PlanAction = Field(description="submit, recall, return, approve or drop")
    note: Annotated[Text, Field(max_length=LONGEST_NOTE)] = ""


class AdoptBody(BaseBody):
    """From which day a plan is in force."""

    day: Day = Field(description="First day of the new grids: today or later")


class NoteBody(Params):
    """Why."""

    note: Annotated[Text, Field(max_length=LONGEST_NOTE)] = ""


class TaskBody(Params):
    """What is decided about a task."""

    accept: bool = Field(description="Carry the proposal out, or decide otherwise")


class GoalsBody(Params):
    """How much each aim counts, 0 to 1."""

    balance: Share = 1.0
    compactness: Share = 0.5
    whole_compounds: Share = 0.8
    roads: Share = 0.5
    stability: Share = 0.3


class ProposalsBody(BaseBody):
    """What is wanted of the machine: a number of grids, or a range of households a grid."""

    grids: Annotated[int, Field(ge=1, le=2000)] | None = None
    households: (
        tuple[Annotated[int, Field(ge=0, le=10**6)], Annotated[int, Field(ge=1, le=10**6)]] | None
    ) = None
    weights: GoalsBody = GoalsBody()
    community: Number | None = Field(default=None, description="Only this community (its id)")
    seconds: Annotated[int, Field(ge=1, le=120)] = 8
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1


class CompareQuery(VersionQuery):
    """What a plan is compared with: today, a version of it, or another plan."""

    to: Annotated[
        Text, Field(pattern=r"^(today|version:[1-9][0-9]{0,8}|plan:[1-9][0-9]{0,8})$")
    ] = Field(default="today", alias="with", description="today, version:N or plan:N")


class OutlinesQuery(VersionQuery):
    """Which boundaries: of a version; `corners` adds those that can be dragged."""

    corners: bool = False
