"""Atoms by layer, plans with all their versions, proposals, adoptions and what is left to decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.redistricting.states import PlanState, RunState, Superseded
from gridmap.store.base import Base
from gridmap.terms import Term


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class AtomLayer(Base):
    """The atoms of one community as they were built once; never changed, renewed by a new layer.

    `inputs` is a digest of what the community was cut by, `digest` one of the atoms themselves:
    a build that yields the same atoms keeps the layer. `epsg` is the zone of the geometry.
    """

    __tablename__ = "atom_layer"
    __table_args__ = (Index("ix_atom_layer_community_id", "community_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    digest: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[str] = mapped_column(String(64))
    rules: Mapped[int] = mapped_column()
    epsg: Mapped[int] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Atom(Base):
    """The smallest piece that a plan can move: one polygon, in metres of the layer's zone."""

    __tablename__ = "atom"

    layer_id: Mapped[int] = mapped_column(ForeignKey("atom_layer.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    face: Mapped[int] = mapped_column()
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    area_m2: Mapped[float] = mapped_column(Double)
    outer_m: Mapped[float] = mapped_column(Double)
    spot_x: Mapped[float] = mapped_column(Double)
    spot_y: Mapped[float] = mapped_column(Double)
    shape: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=-1, spatial_index=False))


class AtomBorder(Base):
    """What two atoms of a layer share: metres, and the class of the road or water along it."""

    __tablename__ = "atom_border"
    __table_args__ = (CheckConstraint("first < second", name="order"),)

    layer_id: Mapped[int] = mapped_column(ForeignKey("atom_layer.id"), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    second: Mapped[int] = mapped_column(primary_key=True)
    length_m: Mapped[float] = mapped_column(Double)
    road: Mapped[int] = mapped_column(SmallInteger)


class AtomBuilding(Base):
    """Which atom of a layer holds a building's spot."""

    __tablename__ = "atom_building"

    layer_id: Mapped[int] = mapped_column(ForeignKey("atom_layer.id"), primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), primary_key=True)
    number: Mapped[int] = mapped_column()


class Plan(Base):
    """A plan of grids: where it stands, from what it began, and which version is shown."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint(_one_of("state", PlanState), name="state"),
        CheckConstraint("(state IN ('adopted', 'withdrawn')) = (day IS NOT NULL)", name="day"),
        Index("ix_plan_state", "state"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    origin: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    head: Mapped[int] = mapped_column(server_default="0")
    day: Mapped[date | None] = mapped_column(Date)
    share_key: Mapped[str | None] = mapped_column(String(32), unique=True)


class PlanVersion(Base):
    """One state of a plan: an assignment of atoms to its grids, and the edit that led to it.

    `assignment` is one little-endian int16 an atom, deflated: the grid's row, -1 for none. `layers`
    are the layers of those atoms in the order of the communities' codes. `base` has, for each community
    (by code), the digest of the ledger's grids that the version was drawn over: a plan is published
    only over the state that its planner saw; `beneath` is that state in the rows of the plan.
    """

    __tablename__ = "plan_version"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    parent: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    edit: Mapped[dict[str, Any]] = mapped_column(JSONB)
    layers: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    base: Mapped[dict[str, str]] = mapped_column(JSONB)
    grids: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    locked_atoms: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'"))
    assignment: Mapped[bytes] = mapped_column(LargeBinary)
    beneath: Mapped[bytes] = mapped_column(LargeBinary)


class PlanEvent(Base):
    """What happened to a plan as a whole: sent for review, sent back, approved, adopted..."""

    __tablename__ = "plan_event"
    __table_args__ = (Index("ix_plan_event_plan_id", "plan_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(24))
    version: Mapped[int] = mapped_column()
    note: Mapped[str | None] = mapped_column(Text)


class Adoption(Base):
    """A plan that was published from a day: what it wrote, and whether its day has been carried out.

    `journal` lists the rows that it ended and began, so that a plan can be withdrawn before its day.
    """

    __tablename__ = "plan_adoption"
    __table_args__ = (
        Index(
            "ix_plan_adoption_waiting",
            "day",
            postgresql_where=text("carried_out_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), unique=True)
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    communities: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    journal: Mapped[dict[str, Any]] = mapped_column(JSONB)
    carried_out_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PlanTask(Base):
    """What a published plan leaves to a person: a branch to found, a worker to name.

    `proposal` says what would follow by rule (the post or branch, the successor); nothing of it
    happens before somebody says so. A later publication that makes it pointless closes it
    (`superseded_by_id`, with the reason).
    """

    __tablename__ = "plan_task"
    __table_args__ = (
        CheckConstraint(_one_of("reason", Superseded), name="reason"),
        CheckConstraint("(superseded_by_id IS NULL) = (reason IS NULL)", name="superseded"),
        Index("ix_plan_task_adoption_id", "adoption_id"),
        Index("ix_plan_task_superseded_by_id", "superseded_by_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("plan_adoption.id"))
    kind: Mapped[str] = mapped_column(String(32))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    proposal: Mapped[dict[str, Any]] = mapped_column(JSONB)
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None] = mapped_column(String(16))
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("plan_adoption.id"))
    reason: Mapped[str | None] = mapped_column(String(16))


class ProposalRun(Base):
    """A search that somebody asked for: what is wanted, how far it is; a worker carries it out."""

    __tablename__ = "proposal_run"
    __table_args__ = (
        CheckConstraint(_one_of("state", RunState), name="state"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
        Index("ix_proposal_run_plan_id", "plan_id"),
        Index(
            "ix_proposal_run_open",
            "id",
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    version: Mapped[int] = mapped_column()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    wish: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(16))
    progress: Mapped[float] = mapped_column(Double, server_default="0")
    stop: Mapped[bool] = mapped_column(server_default="false")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refusal: Mapped[dict[str, str] | None] = mapped_column(JSONB)


class ProposalRow(Base):
    """One proposal of a run: its kind, its figures, its assignment; improved while the run goes on."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("run_id", "kind"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("proposal_run.id"))
    kind: Mapped[str] = mapped_column(String(24))
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    grids: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    assignment: Mapped[bytes] = mapped_column(LargeBinary)


class GridChange(Base):
    """Which plan made a step of a grid's lineage."""

    __tablename__ = "grid_change"

    lineage_id: Mapped[int] = mapped_column(ForeignKey("grid_lineage.id"), primary_key=True)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("plan_adoption.id"), index=True)
