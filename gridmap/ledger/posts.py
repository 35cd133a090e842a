"""People, agencies, and the posts they hold: from when to when, for which place; visits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gridmap.store.base import Base, Dated, dated_checks, no_overlap
from gridmap.terms import POST_TARGETS, SINGLE_HOLDER_POSTS

_TARGET_COLUMNS = ("area", "grid", "building", "compound", "agency")


def _quoted(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _target_rule() -> str:
    """Each kind of post stands on the target that `POST_TARGETS` gives it, and on no other."""
    clauses = [
        f"({column}_id IS NOT NULL) = (kind IN ({_quoted([k for k, t in POST_TARGETS.items() if t == column])}))"
        for column in _TARGET_COLUMNS
    ]
    return " AND ".join(clauses)


class Agency(Base):
    """A county agency (部门) or another unit: seconds cadres, answers for a line, assists a community."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    line: Mapped[str | None] = mapped_column(String(32))
    phone: Mapped[str | None] = mapped_column(String(32))


class ResponsibleUnit(Dated, Base):
    """Which agency answers for a community (分包单位) and whom to call, from a day to a day."""

    __tablename__ = "responsible_unit"
    __table_args__ = (
        *dated_checks(),
        no_overlap("ex_responsible_unit", "community_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    contact: Mapped[str | None] = mapped_column(Text)
    contact_phone: Mapped[str | None] = mapped_column(String(32))


class Person(Base):
    """Somebody who holds posts. `phone` is private; a post may have a public duty phone."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    phone: Mapped[str | None] = mapped_column(String(32))
    party_member: Mapped[bool] = mapped_column(server_default="false")
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)


class Post(Dated, Base):
    """A person answers for a place in some capacity, from a day to a day.

    `term_end` is the planned end of the term: the first day after it. `valid` ends when the post
    was really given up; a term that ran out without a successor is a finding, not a gap in time.
    """

    __tablename__ = "post"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint(f"kind IN ({_quoted(list(POST_TARGETS))})", name="kind"),
        CheckConstraint(_target_rule(), name="target"),
        CheckConstraint("unit IS NULL OR (kind = 'steward' AND unit > 0)", name="unit"),
        no_overlap("ex_post_person", "person_id", "kind", "target"),
        no_overlap(
            "ex_post_single",
            "kind",
            "target",
            where=f"kind IN ({_quoted(list(SINGLE_HOLDER_POSTS))})",
        ),
        Index("ix_post_area_id", "area_id"),
        Index("ix_post_grid_id", "grid_id"),
        Index("ix_post_building_id", "building_id"),
        Index("ix_post_compound_id", "compound_id"),
        Index("ix_post_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    target: Mapped[str] = mapped_column(
        String(40),
        Computed(
            "CASE WHEN area_id IS NOT NULL THEN 'a' || area_id::text WHEN grid_id IS NOT NULL THEN 'g' || grid_id::text"
            " WHEN building_id IS NOT NULL THEN 'b' || building_id::text || coalesce('-' || unit::text, '')"
            " WHEN compound_id IS NOT NULL THEN 'c' || compound_id::text ELSE 'y' || agency_id::text END",
            persisted=True,
        ),
    )
    unit: Mapped[int | None] = mapped_column()
    seconded_from_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    term_end: Mapped[date | None] = mapped_column(Date)
    duty_phone: Mapped[str | None] = mapped_column(String(32))

    person: Mapped[Person] = relationship()


class Visit(Base):
    """A linked leader was in the community (指导) on a day."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("post_id", "day"), Index("ix_visit_day", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    day: Mapped[date] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


class StandIn(Dated, Base):
    """Somebody holds another's post for a while (代班): from a day to a day, named by whom.

    It is void on days when the post itself is not held.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        *dated_checks(),
        CheckConstraint("NOT upper_inf(valid)", name="end"),
        no_overlap("ex_stand_in", "post_id"),
        Index("ix_stand_in_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(Text)
