"""Categories (dated county data), reports, their append-only steps, photos, feedback, followers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap
from gridmap.terms import (
    Line,
    Outcome,
    PhotoKind,
    PlaceSource,
    Rung,
    Satisfaction,
    Stage,
    Term,
    Verdict,
)

REPORT_NUMBERS = Sequence("report_number", metadata=Base.metadata)
"""Source of the running part of report numbers; gaps are possible, doubles are not."""


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class Category(Dated, Base):
    """What a report is about: its line, first rung and limits, from a day to a day.

    `limits` maps a step (accept, handle, check) to a limit such as ``{"value": 4, "unit":
    "working_hours"}``; a report keeps the version that it was filed under.
    """

    __tablename__ = "category"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(_one_of("line", Line), name="line"),
        CheckConstraint(_one_of("first_rung", Rung), name="first_rung"),
        no_overlap("ex_category", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    line: Mapped[str] = mapped_column(String(32))
    topic: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    first_rung: Mapped[str] = mapped_column(String(32))
    limits: Mapped[dict[str, Any]] = mapped_column(JSONB)
    position: Mapped[int] = mapped_column(server_default="0")


class Report(Base):
    """A report (诉求): its raw place, the two verdicts, where it stands, who holds it until when.

    The raw place is kept as given (`raw_lon`, `raw_lat`, `raw_crs`, `place_text`); `spot` is WGS 84. `said`
    is what the words were read as (see `gridmap.geolocation.resolver`), its unit, floor and room too. Grid,
    building and party organisations are those of the day on which it was filed or moved.

    `entrusted`: the holder is outside the rung (an agency, a property company, a helper) and
    `rung` is who entrusted it. `sender_rung` is where a return goes. `due_at` ends the running
    limit, `remind_at` comes before it, `acts_at` is when the sweep acts; `promised_at` is when the
    report was to be handled by, from the limits of the day of filing. `rounds` counts reopenings.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(_one_of("stage", Stage), name="stage"),
        CheckConstraint(_one_of("rung", Rung), name="rung"),
        CheckConstraint(_one_of("grid_verdict", Verdict), name="grid_verdict"),
        CheckConstraint(_one_of("building_verdict", Verdict), name="building_verdict"),
        CheckConstraint(_one_of("place_source", PlaceSource), name="place_source"),
        CheckConstraint("(grid_verdict = 'accepted') = (grid_id IS NOT NULL)", name="grid"),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
        CheckConstraint(_one_of("sender_rung", Rung), name="sender_rung"),
        CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(stage = 'joined') = (joined_to_id IS NOT NULL)", name="joined"),
        CheckConstraint("(stage = 'suspended') = (owner_post_id IS NOT NULL)", name="owner"),
        CheckConstraint("agency_id IS NULL OR entrusted", name="agency"),
        Index("ix_report_grid_id_stage", "grid_id", "stage"),
        Index("ix_report_building_id", "building_id"),
        Index("ix_report_spot", "spot", postgresql_using="gist"),
        Index("ix_report_acts_at", "acts_at", postgresql_where=text("acts_at IS NOT NULL")),
        Index("ix_report_remind_at", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
        Index("ix_report_category_id_stage", "category_id", "stage"),
        Index("ix_report_promised_at", "promised_at"),
        Index(
            "ix_report_filed_by_id", "filed_by_id", postgresql_where=text("filed_by_id IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    track_key: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(server_default="1")
    filed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)

    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    description: Mapped[str] = mapped_column(Text)
    reporter_phone: Mapped[str | None] = mapped_column(String(32))
    reporter_email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), server_default="zh")
    filed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    raw_lon: Mapped[float] = mapped_column(Double)
    raw_lat: Mapped[float] = mapped_column(Double)
    raw_crs: Mapped[str] = mapped_column(String(32))
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    place_source: Mapped[str] = mapped_column(String(16))
    place_text: Mapped[str | None] = mapped_column(Text)
    said: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    spot: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=STORED_SRID, spatial_index=False)
    )

    grid_verdict: Mapped[str] = mapped_column(String(16))
    grid_faults: Mapped[list[str]] = mapped_column(ARRAY(String(32)), server_default=text("'{}'"))
    building_verdict: Mapped[str] = mapped_column(String(16))
    building_faults: Mapped[list[str]] = mapped_column(
        ARRAY(String(32)), server_default=text("'{}'")
    )
    alternatives: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))

    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    general_branch_id: Mapped[int | None] = mapped_column(ForeignKey("party_organisation.id"))
    grid_branch_id: Mapped[int | None] = mapped_column(ForeignKey("party_organisation.id"))
    building_group_id: Mapped[int | None] = mapped_column(ForeignKey("party_organisation.id"))

    stage: Mapped[str] = mapped_column(String(16))
    rung: Mapped[str] = mapped_column(String(32))
    holder_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    entrusted: Mapped[bool] = mapped_column(server_default="false")
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    sender_rung: Mapped[str | None] = mapped_column(String(32))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    handler_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    owner_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))
    rounds: Mapped[int] = mapped_column(server_default="0")

    stage_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), index=True)
    remind_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    acts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    promised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    handled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    supervised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    category: Mapped[Category] = relationship()
    steps: Mapped[list[Step]] = relationship(back_populates="report", order_by="Step.sequence")
    photos: Mapped[list[Photo]] = relationship(back_populates="report", order_by="Photo.position")


class Step(Base):
    """One step of a report: what was done, by whom, where, why, who holds it after, until when.

    Append-only by trigger. `rule` is the limit that made `due_at`: category version, limited step,
    value, unit and the calendar's revision. `key` makes a step that is sent twice one step.
    """

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("report_id", "sequence"),
        CheckConstraint(_one_of("stage", Stage), name="stage"),
        CheckConstraint(_one_of("rung", Rung), name="rung"),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
        Index("ix_step_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    sequence: Mapped[int] = mapped_column()
    action: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(16))
    rung: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    holder_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(48)), server_default=text("'{}'"))
    note: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(16))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)

    report: Mapped[Report] = relationship(back_populates="steps")


class Photo(Base):
    """A photo of a report, re-encoded (no metadata), kept in the transaction of its step."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("report_id", "position"),
        CheckConstraint(_one_of("kind", PhotoKind), name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    position: Mapped[int] = mapped_column()
    step_sequence: Mapped[int] = mapped_column(server_default="1")
    kind: Mapped[str | None] = mapped_column(String(8))
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    report: Mapped[Report] = relationship(back_populates="photos")


class Feedback(Base):
    """The reporter's answer, or a try to get it. Append-only by trigger.

    `reached`: there is an answer. `contacted`: somebody had been in touch with the reporter.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("report_id", "step_sequence"),
        CheckConstraint(_one_of("satisfaction", Satisfaction), name="satisfaction"),
        CheckConstraint(
            "reached = (contacted IS NOT NULL AND solved IS NOT NULL AND satisfaction IS NOT NULL)",
            name="answer",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    step_sequence: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reached: Mapped[bool] = mapped_column()
    contacted: Mapped[bool | None] = mapped_column()
    solved: Mapped[bool | None] = mapped_column()
    satisfaction: Mapped[str | None] = mapped_column(String(16))
    remark: Mapped[str | None] = mapped_column(Text)


class Follower(Base):
    """Somebody who has seen the same thing and follows an open report instead of filing his own."""

    __tablename__ = "follower"
    __table_args__ = (Index("ix_follower_report_id", "report_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    track_key: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), server_default="zh")


class SavedView(Base):
    """A name for a filter of the work list, one's own."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
