"""SQL: what a publication leaves to people, and what is written when they have decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ARRAY, Date, Integer, Row, func, insert, literal, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Grid, GridVersion
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.posts import Person, Post
from gridmap.redistricting.journal import Ends
from gridmap.redistricting.queries.spans import among, lasts, table_of, until
from gridmap.redistricting.tables import Adoption, Plan, PlanTask
from gridmap.store.base import as_of, from_day
from gridmap.terms import PartyKind, PostKind

Found = Row[*tuple[Any, ...]]
WITHDRAWN: Final = "withdrawn"
_POSTS, _PARTY = table_of(Post), table_of(PartyVersion)


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write tasks."""
    if rows:
        session.execute(insert(PlanTask), list(rows))


def of_adoption(session: Session, adoption_id: int) -> Sequence[PlanTask]:
    """Return the tasks of a publication in the order in which they were made."""
    query = select(PlanTask).where(PlanTask.adoption_id == adoption_id).order_by(PlanTask.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def of_plan(session: Session, plan_id: int) -> Sequence[PlanTask]:
    """Return the tasks of a plan that was published."""
    query = (
        select(PlanTask)
        .join(Adoption, Adoption.id == PlanTask.adoption_id)
        .where(Adoption.plan_id == plan_id)
        .order_by(PlanTask.id)
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def adoption_of(session: Session, task_id: int) -> int | None:
    """Return the publication that a task comes from; None where there is no such task."""
    return session.scalar(select(PlanTask.adoption_id).where(PlanTask.id == task_id))


def held(session: Session, task_id: int) -> PlanTask:
    """Return a task that nobody else can change until the transaction ends."""
    query = select(PlanTask).where(PlanTask.id == task_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def close_all(session: Session, adoption_id: int, outcome: str, now: datetime) -> None:
    """Close the open tasks of a publication: there is nothing left to decide."""
    session.execute(
        update(PlanTask)
        .where(PlanTask.adoption_id == adoption_id, PlanTask.done_at.is_(None))
        .values(done_at=now, outcome=outcome)
        .execution_options(synchronize_session=False)
    )


def open_elsewhere(
    session: Session, adoption_id: int, communities: Collection[int]
) -> Sequence[PlanTask]:
    """Return open tasks that other publications have left in some communities, held till the end.

    What somebody is deciding just now is left to her.
    """
    query = (
        select(PlanTask)
        .join(Adoption, Adoption.id == PlanTask.adoption_id)
        .where(
            PlanTask.done_at.is_(None),
            PlanTask.adoption_id != adoption_id,
            Adoption.communities.bool_op("&&")(as_type(list(communities), ARRAY(Integer))),
        )
        .order_by(PlanTask.id)
        .with_for_update(of=PlanTask, skip_locked=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def homes_of(session: Session, rows: Sequence[PlanTask]) -> dict[int, set[int]]:
    """Return the grids from which the people and members of tasks came, by the id of the task."""
    posts = {
        row.id: [one["post"] for one in row.proposal["persons"]]
        for row in rows
        if "persons" in row.proposal
    }
    branches = {row.id: one for row in rows if isinstance(one := row.proposal.get("from"), int)}
    of_post = select(Post.id, Post.grid_id).where(
        among(Post.id, {one for some in posts.values() for one in some}), Post.grid_id.is_not(None)
    )
    of_branch = select(PartyVersion.organisation_id, PartyVersion.grid_id).where(
        among(PartyVersion.organisation_id, set(branches.values())),
        PartyVersion.grid_id.is_not(None),
    )
    homes = {row.id: row.grid_id for row in session.execute(of_post)}
    found: dict[int, set[int]] = {
        task: {homes[one] for one in some if one in homes} for task, some in posts.items()
    }
    for row in session.execute(of_branch):
        for task, one in branches.items():
            if one == row.organisation_id:
                found.setdefault(task, set()).add(row.grid_id)
    return found


def reopen(session: Session, adoption_id: int) -> None:
    """Open again what a publication had closed: it is taken back."""
    session.execute(
        update(PlanTask)
        .where(PlanTask.superseded_by_id == adoption_id)
        .values(done_at=None, outcome=None, superseded_by_id=None, reason=None)
        .execution_options(synchronize_session=False)
    )


def superseding(session: Session, rows: Sequence[PlanTask]) -> dict[int, Found]:
    """Return plan_id, name and day of the publications that closed tasks, by their ids."""
    ids = {row.superseded_by_id for row in rows if row.superseded_by_id is not None}
    if not ids:
        return {}
    query = (
        select(Adoption.id, Adoption.plan_id, Plan.name, Adoption.day)
        .join(Plan, Plan.id == Adoption.plan_id)
        .where(among(Adoption.id, ids))
    )
    return {row.id: row for row in session.execute(query)}


def occupied(session: Session, grids: Collection[int], day: date) -> set[tuple[int, str]]:
    """Return grids and the kinds of posts that somebody holds for them on a day or later."""
    query = select(Post.grid_id, Post.kind).where(lasts(Post, day), among(Post.grid_id, grids))
    return {(row.grid_id, row.kind) for row in session.execute(query)}


def general_branches(session: Session, communities: Collection[int], day: date) -> dict[int, int]:
    """Return the general branch of each community on a day."""
    version = PartyVersion
    query = select(version.area_id, version.organisation_id).where(
        version.kind == PartyKind.GENERAL_BRANCH,
        as_of(version, day),
        among(version.area_id, communities),
    )
    return {row.area_id: row.organisation_id for row in session.execute(query)}


def last_branch(session: Session, grid: int, day: date) -> Found | None:
    """Return the branch that served a grid when it ended, if that serves nothing on a day."""
    version = PartyVersion
    serving = select(version.organisation_id).where(lasts(version, day))
    query = (
        select(
            version.organisation_id,
            version.parent_id,
            version.name,
            version.full_members,
            version.probationary_members,
        )
        .where(version.grid_id == grid, version.organisation_id.not_in(serving))
        .order_by(until(_PARTY).desc())
        .limit(1)
    )
    return session.execute(query).one_or_none()


def last_posts(session: Session, grid: int, day: date) -> Sequence[Found]:
    """Return the posts for a grid that ended on the day on which the grid itself ended."""
    grids = table_of(GridVersion)
    last = select(func.max(until(grids))).where(GridVersion.grid_id == grid, until(grids) <= day)
    query = (
        select(Post.id, Post.kind, Post.grid_id, Post.person_id, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.grid_id == grid, until(_POSTS) == last.scalar_subquery())
        .order_by(Post.kind, Post.id)
    )
    return session.execute(query).all()


def branch_on(session: Session, grid: int, day: date) -> Found | None:
    """Return id, organisation and member counts of a grid's branch on a day."""
    version = PartyVersion
    query = select(
        version.id, version.organisation_id, version.full_members, version.probationary_members
    ).where(version.grid_id == grid, as_of(version, day))
    return session.execute(query).one_or_none()


def grid_stands(session: Session, grid: int, day: date) -> bool:
    """Tell whether a grid stands on a day."""
    query = select(GridVersion.id).where(GridVersion.grid_id == grid, as_of(GridVersion, day))
    return session.scalar(query) is not None


def grid_code(session: Session, grid: int) -> str:
    """Return a grid's code."""
    return session.scalars(select(Grid.code).where(Grid.id == grid)).one()


def is_organisation(session: Session, code: str) -> bool:
    """Tell whether a party organisation has this code."""
    query = select(PartyOrganisation.id).where(PartyOrganisation.code == code)
    return session.scalar(query) is not None


def found_organisation(session: Session, code: str) -> int:
    """Make the identity of a party organisation; return its id."""
    row = PartyOrganisation(code=code)
    session.add(row)
    session.flush()
    return row.id


def begin_branch(session: Session, facts: dict[str, Any], day: date) -> Ends:
    """Begin a grid branch on a day; return the row."""
    row = PartyVersion(kind=PartyKind.GRID_BRANCH, valid=from_day(day), **facts)
    session.add(row)
    session.flush()
    return {row.id: None}


def begin_posts(session: Session, posts: Collection[int], grid: int, day: date) -> Ends:
    """Let the people of some posts hold the same for a grid from a day on; those who do already stay.

    The planned end of the term, the duty phone and where somebody is seconded from stay the same.
    """
    holding = (
        select(Post.person_id, Post.kind).where(Post.grid_id == grid, lasts(Post, day)).subquery()
    )
    names = ["kind", "person_id", "grid_id", "seconded_from_id", "term_end", "duty_phone", "valid"]
    rows = (
        select(
            Post.kind,
            Post.person_id,
            literal(grid),
            Post.seconded_from_id,
            Post.term_end,
            Post.duty_phone,
            func.daterange(as_type(day, Date), None, "[)"),
        )
        .outerjoin(holding, (holding.c.person_id == Post.person_id) & (holding.c.kind == Post.kind))
        .where(among(Post.id, posts), holding.c.person_id.is_(None))
        .order_by(Post.id)
    )
    made = insert(_POSTS).from_select(names, rows).returning(_POSTS.c.id)
    return dict.fromkeys(session.scalars(made))


def groups_without_parent(
    session: Session, organisations: Collection[int], day: date
) -> Sequence[int]:
    """Return the rows of building groups from a day on that have no parent."""
    version = PartyVersion
    query = select(version.id).where(
        version.kind == PartyKind.BUILDING_GROUP,
        version.parent_id.is_(None),
        among(version.organisation_id, organisations),
        lasts(version, day),
    )
    return session.scalars(query).all()


def has_worker(session: Session, grid: int, day: date) -> bool:
    """Tell whether a grid has a full-time worker on a day."""
    query = select(Post.id).where(
        Post.grid_id == grid, Post.kind == PostKind.GRID_WORKER, as_of(Post, day)
    )
    return session.scalar(query) is not None


def open_of_kind(session: Session, adoption_id: int, kind: str, grid: int) -> Sequence[PlanTask]:
    """Return open tasks of a kind for a grid."""
    query = select(PlanTask).where(
        PlanTask.adoption_id == adoption_id,
        PlanTask.kind == kind,
        PlanTask.grid_id == grid,
        PlanTask.done_at.is_(None),
    )
    return session.scalars(query).all()
