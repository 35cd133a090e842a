"""SQL: one report in full: for those of its area, for its reporter, its steps and photos."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from gridmap.dispatch.queries.rows import (
    DAY_OF_FILING,
    HOLDER_COLUMNS,
    Column,
    CommunityArea,
    Found,
    HolderPerson,
    Query,
    is_over,
    is_readable,
    report_rows,
)
from gridmap.dispatch.reports import Reach
from gridmap.dispatch.tables import Category, Feedback, Follower, Photo, Report, Step
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Agency, Person, Post
from gridmap.store.base import as_of


def report_in_full(session: Session, number: str, scope: Reach) -> Found | None:
    """Return one report with all that its page shows, and whether this reader may see it."""
    query = _in_full(scope).add_columns(
        _party_name(Report.general_branch_id).label("general_branch"),
        _party_name(Report.grid_branch_id).label("grid_branch"),
        _party_name(Report.building_group_id).label("building_group"),
        is_readable(scope).label("readable"),
    )
    return session.execute(query.where(Report.number == number)).one_or_none()


def readable_ones(
    session: Session, numbers: Collection[str], scope: Reach, person_id: int
) -> frozenset[str]:
    """Return which of some reports lie within a scope, or were filed by a person; one statement."""
    query = report_rows(scope).where(
        Report.number.in_(numbers), or_(is_readable(scope), Report.filed_by_id == person_id)
    )
    only = query.with_only_columns(Report.number, maintain_column_froms=True)
    return frozenset(session.scalars(only))


def _in_full(scope: Reach | None) -> Query:
    return report_rows(scope).add_columns(
        Report.description,
        Report.reporter_phone,
        Report.raw_lon,
        Report.raw_lat,
        Report.raw_crs,
        Report.accuracy_m,
        Report.place_source,
        Report.place_text,
        Report.said,
        Report.grid_verdict,
        Report.grid_faults,
        Report.building_verdict,
        Report.building_faults,
        Report.alternatives,
        Report.building_id,
        Report.grid_id,
        Report.compound_id,
        Report.community_id,
        Report.category_id,
        Report.agency_id,
        Report.sender_rung,
        Report.handler_id,
        Report.handler_post_id,
        Report.owner_post_id,
        Report.reporter_email,
        Report.language,
        Report.track_key,
        Report.filed_by_id,
        Report.closed_at,
        Report.acts_at,
        Report.stage_since,
        Report.erased_at,
        CommunityArea.parent_id.label("township_id"),
        Category.first_rung,
        is_over(scope).label("over"),
    )


def _party_name(organisation: Column) -> ScalarSelect[Any]:
    """Its name on the day of filing; the first one of a branch that is younger than the report."""
    return (
        select(PartyVersion.name)
        .where(PartyVersion.organisation_id == organisation)
        .order_by(as_of(PartyVersion, DAY_OF_FILING).desc(), func.lower(PartyVersion.valid))
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )


def steps_of(session: Session, report_id: int) -> Sequence[Found]:
    """Return a report's steps in order, with the names of actor and holder."""
    actor = aliased(Person)
    query = (
        select(
            Step.sequence,
            Step.action,
            Step.stage,
            Step.rung,
            Step.at,
            Step.reasons,
            Step.note,
            Step.outcome,
            Step.details,
            Step.due_at,
            Step.rule,
            Step.lon,
            Step.lat,
            actor.name.label("actor"),
            *HOLDER_COLUMNS,
        )
        .outerjoin(actor, actor.id == Step.actor_id)
        .outerjoin(Post, Post.id == Step.holder_post_id)
        .outerjoin(HolderPerson, HolderPerson.id == Post.person_id)
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .where(Step.report_id == report_id)
        .order_by(Step.sequence)
    )
    return session.execute(query).all()


def photos_of(session: Session, report_id: int) -> Sequence[Found]:
    """Return position, step and kind of a report's photos."""
    query = (
        select(Photo.position, Photo.step_sequence, Photo.kind)
        .where(Photo.report_id == report_id)
        .order_by(Photo.position)
    )
    return session.execute(query).all()


def feedback_of(session: Session, report_id: int) -> Sequence[Found]:
    """Return what the reporter answered, and the tries to ask, oldest first."""
    query = (
        select(
            Feedback.at,
            Feedback.reached,
            Feedback.contacted,
            Feedback.solved,
            Feedback.satisfaction,
            Feedback.remark,
            Person.name.label("caller"),
        )
        .outerjoin(Person, Person.id == Feedback.caller_id)
        .where(Feedback.report_id == report_id)
        .order_by(Feedback.step_sequence)
    )
    return session.execute(query).all()


def related_to(session: Session, row: Found) -> Sequence[Found]:
    """Return a report's parts, its whole, those joined to it and the one it is joined to."""
    relation = case(
        (Report.parent_id == row.id, "part"),
        (Report.joined_to_id == row.id, "joined"),
        (Report.id == row.parent_id, "whole"),
        else_="main",
    )
    query = (
        select(
            relation.label("relation"),
            Report.id,
            Report.number,
            Report.stage,
            Report.outcome,
            *HOLDER_COLUMNS,
        )
        .outerjoin(Post, Post.id == Report.holder_post_id)
        .outerjoin(HolderPerson, HolderPerson.id == Post.person_id)
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .where(
            or_(
                Report.parent_id == row.id,
                Report.joined_to_id == row.id,
                Report.id.in_([i for i in (row.parent_id, row.joined_to_id) if i]),
            )
        )
        .order_by(Report.id)
    )
    return session.execute(query).all()


def follower_count(session: Session, report_id: int) -> int:
    """Return how many follow a report."""
    query = select(func.count()).where(Follower.report_id == report_id)
    return session.scalar(query) or 0


def post_holder(session: Session, post_id: int | None) -> Found | None:
    """Return the kind, name and agency of a post; None for none."""
    query = (
        select(*HOLDER_COLUMNS)
        .select_from(Post)
        .join(HolderPerson, HolderPerson.id == Post.person_id)
        .outerjoin(Agency, Agency.id == Post.agency_id)
        .where(Post.id == post_id)
    )
    return session.execute(query).one_or_none() if post_id else None


def photo_bytes(session: Session, report_id: int, position: int) -> bytes | None:
    """Return one photo (JPEG)."""
    return session.scalar(
        select(Photo.jpeg).where(Photo.report_id == report_id, Photo.position == position)
    )


def tracked_report(session: Session, number: str) -> Found | None:
    """Return a report for its reporter, with what proves that he is the reporter."""
    query = report_rows(None).add_columns(
        Report.track_key,
        Report.reporter_phone,
        Report.reporter_email,
        Report.closed_at,
        Report.handler_id,
    )
    return session.execute(query.where(Report.number == number)).one_or_none()


def report_by_number(session: Session, number: str) -> Found:
    """Return one report with all that a move of it needs, whoever makes it."""
    query = _in_full(None).where(Report.number == number)
    return session.execute(query).one()


def reports_by_id(session: Session, ids: Iterable[int]) -> Sequence[Found]:
    """Return reports with all that a move of them needs, in the order of their ids."""
    query = _in_full(None).where(Report.id.in_(sorted(ids))).order_by(Report.id)
    return session.execute(query).all()


def add_follower(session: Session, **values: object) -> str | None:
    """Add a follower and return the key of his link.

    The same idempotency key gives the first's; None where that one follows another report.
    """
    query = insert(Follower).values(**values).on_conflict_do_nothing()
    session.execute(query)
    found = select(Follower.track_key).where(
        Follower.idempotency_key == values["idempotency_key"],
        Follower.report_id == values["report_id"],
    )
    return session.scalar(found)


def followers_of(session: Session, *report_ids: int) -> Sequence[Follower]:
    """Return who follows these reports, oldest first."""
    query = select(Follower).where(Follower.report_id.in_(report_ids)).order_by(Follower.id)
    return session.scalars(query).all()
