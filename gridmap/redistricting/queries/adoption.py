"""SQL: publication of plans: the locks, what stands from a day on, new grids and their lineage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, Text, delete, func, insert, not_, or_, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import insert as insert_if_new
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion, Grid, GridLineage, GridVersion
from gridmap.ledger.buildings import GridBuilding
from gridmap.ledger.geography import RoadGrid
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.posts import Post, StandIn
from gridmap.redistricting.journal import Ends, Journal
from gridmap.redistricting.queries.spans import among, lasts, since, table_of, until
from gridmap.redistricting.tables import Adoption, GridChange
from gridmap.store.base import STORED_SRID, as_of, from_day
from gridmap.store.revision import Revision

IMPORTS: Final = 1919119202
"""The advisory lock that an import holds alone (`geodata.loading.LOCK`); publications share it."""
WRITTEN: Final = ("buildings", "grids", "party", "posts")
"""Layers of the ledger that a publication writes."""
_VERSIONS: Final = table_of(GridVersion)


def hold_ledger(session: Session) -> bool:
    """Wait for whoever publishes now, and keep others from it until the transaction ends.

    Returns:
        False where an import is running: nothing is held then.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock_shared(IMPORTS))):
        return False
    layers = select(Revision.number).where(Revision.layer.in_(WRITTEN)).order_by(Revision.layer)
    session.execute(layers.with_for_update())
    return True


def versions_from(session: Session, communities: Collection[int], day: date) -> Sequence[Row[Any]]:
    """Return the versions of the grids of communities that hold on a day or later.

    Each has `id`, `grid_id`, `name`, `since`, `until` (None: open) and `shape` (WKB, degrees).
    """
    query = (
        select(
            GridVersion.id,
            GridVersion.grid_id,
            GridVersion.name,
            since(_VERSIONS).label("since"),
            until(_VERSIONS).label("until"),
            func.ST_AsBinary(GridVersion.boundary).label("shape"),
        )
        .join(Grid, Grid.id == GridVersion.grid_id)
        .where(among(Grid.community_id, communities), lasts(GridVersion, day))
        .order_by(Grid.code, since(_VERSIONS))
    )
    return session.execute(query).all()


def changing_later(session: Session, communities: Collection[int], day: date) -> set[str]:
    """Return the codes of communities in which a grid begins or ends after a day."""
    later = or_(since(_VERSIONS) > day, until(_VERSIONS) > day)
    query = (
        select(Area.code)
        .join(Grid, Grid.community_id == Area.id)
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(Area.id.in_(list(communities)), later)
        .distinct()
    )
    return set(session.scalars(query))


def area_names(session: Session, codes: Collection[str], day: date) -> list[str]:
    """Return the names of areas by their codes."""
    query = (
        select(AreaVersion.name)
        .join(Area, Area.id == AreaVersion.area_id)
        .where(Area.code.in_(list(codes)), as_of(AreaVersion, day))
        .order_by(Area.code)
    )
    return list(session.scalars(query))


def codes_of(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the codes of grids."""
    query = select(Grid.id, Grid.code).where(Grid.id.in_(list(ids)))
    return {row.id: row.code for row in session.execute(query)}


def make_grids(session: Session, grids: Sequence[tuple[str, int]]) -> list[int]:
    """Make identities of grids (code, community); return their ids in the same order."""
    if not grids:
        return []
    rows = [{"code": code, "community_id": community} for code, community in grids]
    query = insert(Grid).returning(Grid.id, sort_by_parameter_order=True)
    return list(session.scalars(query, rows))


def draw(
    session: Session, grids: Sequence[tuple[int, str, BaseGeometry, date | None]], day: date
) -> Ends:
    """Begin versions of grids (id, name, boundary in degrees, end) on a day; return them."""
    if not grids:
        return {}
    rows = [
        {
            "grid_id": grid,
            "name": name,
            "boundary": from_shape(as_multi(shape), srid=STORED_SRID),
            "valid": from_day(day, end),
        }
        for grid, name, shape, end in grids
    ]
    query = insert(GridVersion).returning(GridVersion.id, sort_by_parameter_order=True)
    made = session.scalars(query, rows)
    return {number: grid[3] for number, grid in zip(made, grids, strict=True)}


def redraw(
    session: Session, versions: Sequence[tuple[int, str, BaseGeometry]]
) -> dict[int, dict[str, Any]]:
    """Give versions (id, name, boundary in degrees) other words and shapes in place; return what was."""
    if not versions:
        return {}
    numbers = [number for number, _, _ in versions]
    hexadecimal = as_type(GridVersion.boundary, Text).label("boundary")
    query = select(GridVersion.id, GridVersion.name, hexadecimal).where(GridVersion.id.in_(numbers))
    was = {row.id: {"name": row.name, "boundary": row.boundary} for row in session.execute(query)}
    rows = [
        {"id": number, "name": name, "boundary": from_shape(as_multi(shape), srid=STORED_SRID)}
        for number, name, shape in versions
    ]
    session.execute(update(GridVersion), rows)
    return was


def descend(
    session: Session, lines: Sequence[tuple[int, int, str]], day: date, adoption_id: int
) -> list[int]:
    """Write lines of lineage (grid, predecessor, kind) of a publication; return their ids."""
    if not lines:
        return []
    rows = [
        {"grid_id": grid, "predecessor_id": predecessor, "kind": kind, "day": day}
        for grid, predecessor, kind in lines
    ]
    # published twice on one day, the same line may stand already
    query = insert_if_new(GridLineage).values(rows).on_conflict_do_nothing()
    made = list(session.scalars(query.returning(GridLineage.id)))
    changes = [{"lineage_id": line, "adoption_id": adoption_id} for line in made]
    if changes:
        session.execute(insert(GridChange), changes)
    return made


def forget_lineage(session: Session, lines: Collection[int]) -> None:
    """Delete lines of lineage that never came true."""
    session.execute(delete(GridChange).where(GridChange.lineage_id.in_(list(lines))))
    session.execute(delete(GridLineage).where(GridLineage.id.in_(list(lines))))


def adoption_of(session: Session, plan_id: int) -> Adoption | None:
    """Return the publication of a plan; nobody else can change it until the transaction ends."""
    query = select(Adoption).where(Adoption.plan_id == plan_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def adoption_held(session: Session, adoption_id: int) -> Adoption:
    """Return a publication; nobody else can change it until the transaction ends."""
    query = select(Adoption).where(Adoption.id == adoption_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def are_used(session: Session, journal: Journal) -> bool:
    """Tell whether anything but a publication's own rows hangs on the grids and branches that it made."""
    own = {name: [*written.began, *written.rewritten] for name, written in journal.tables.items()}
    begun_posts = list(journal.tables["post"].began)
    hanging = (
        (GridBuilding, GridBuilding.grid_id, journal.grids),
        (RoadGrid, RoadGrid.grid_id, journal.grids),
        (PartyVersion, PartyVersion.grid_id, journal.grids),
        (PartyVersion, PartyVersion.parent_id, journal.organisations),
        (PartyVersion, PartyVersion.organisation_id, journal.organisations),
        (Post, Post.grid_id, journal.grids),
        (StandIn, StandIn.post_id, begun_posts),
    )
    for entity, column, ids in hanging:
        table = table_of(entity)
        known = own.get(table.name, [])
        query = select(table.c.id).where(among(column, ids), not_(among(table.c.id, known)))
        if ids and session.execute(query.limit(1)).first() is not None:
            return True
    return False


def forget_organisations(session: Session, ids: Collection[int]) -> None:
    """Delete party organisations that never were."""
    if ids:
        session.execute(delete(PartyOrganisation).where(among(PartyOrganisation.id, ids)))


def due(session: Session, day: date) -> Sequence[Adoption]:
    """Return publications whose day has come and that nobody carries out just now, the oldest first."""
    query = (
        select(Adoption)
        .where(
            Adoption.day <= day,
            Adoption.carried_out_at.is_(None),
            Adoption.withdrawn_at.is_(None),
        )
        .order_by(Adoption.day, Adoption.id)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def as_multi(shape: BaseGeometry) -> MultiPolygon:
    """Return polygonal ground as the ledger stores it."""
    return (
        shape if isinstance(shape, MultiPolygon) else MultiPolygon(list(shapely.get_parts(shape)))
    )
