"""Saved views: filters of the work list under a name, one's own; and by what a list is narrowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.dispatch.queries import views_saved as queries
from gridmap.dispatch.reports import Reach
from gridmap.errors import InvalidInput, NotFound

MOST_VIEWS: Final = 20
LONGEST_NAME: Final = 20


@dataclass(frozen=True, slots=True)
class View:
    """A view: its name, and the filters as the page wrote them."""

    id: int
    name: str
    filters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """A community or a grid to which a list can be narrowed; `within` is a grid's community."""

    id: int
    name: str
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """The communities and grids that somebody reads whole, in the order of their codes."""

    communities: tuple[Ground, ...]
    grids: tuple[Ground, ...]


def listed(session: Session, person_id: int) -> tuple[View, ...]:
    """Return somebody's views, the oldest first."""
    return tuple(
        View(row.id, row.name, row.filters) for row in queries.views_of(session, person_id)
    )


def save(session: Session, person_id: int, name: str, filters: Mapping[str, Any]) -> None:
    """Keep a view; a name that is there already gets the new filters.

    Raises:
        InvalidInput: no name, one over `LONGEST_NAME`, or `MOST_VIEWS` views already.
    """
    wanted = name.strip()
    if not 0 < len(wanted) <= LONGEST_NAME:
        raise InvalidInput(
            field="name",
            reason_zh=f"视图的名称要有 1 到 {LONGEST_NAME} 个字。",
            reason_en=f"A view's name has 1 to {LONGEST_NAME} characters.",
        )
    names = {view.name for view in queries.views_of(session, person_id)}
    if wanted not in names and len(names) >= MOST_VIEWS:
        raise InvalidInput(
            field="name",
            reason_zh=f"最多保存 {MOST_VIEWS} 个视图，请先删除不用的。",
            reason_en=f"At most {MOST_VIEWS} views are kept; delete one first.",
        )
    queries.put_view(session, person_id, wanted, filters)


def drop(session: Session, person_id: int, view_id: int) -> None:
    """Forget a view of one's own.

    Raises:
        NotFound: there is none with this id, or it is somebody else's.
    """
    if not queries.drop_view(session, person_id, view_id):
        raise NotFound(what_zh="这个视图", what_en="This view")


def grounds(session: Session, scope: Reach, day: date) -> Grounds:
    """Return by which communities and grids somebody can narrow a list on a day."""
    communities = queries.communities_in(session, scope, day)
    grids = queries.grids_in(session, scope, day)
    return Grounds(
        tuple(Ground(row.id, row.name) for row in communities),
        tuple(Ground(row.id, row.name, row.community) for row in grids),
    )
