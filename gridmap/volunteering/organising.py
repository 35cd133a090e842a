"""Who calls volunteers together, and where: posts of a community, its grids, and the desks above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import RIGHTS, Right, Scope
from gridmap.errors import NotFound
from gridmap.terms import PostKind
from gridmap.volunteering.queries import organising as queries

_OF_GRIDS: Final = frozenset({PostKind.GRID_WORKER, PostKind.BRANCH_SECRETARY})


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of the communities that somebody calls volunteers in; `county`: all of them."""

    communities: frozenset[int] = frozenset()
    county: bool = False

    def holds(self, community_id: int | None) -> bool:
        """Tell whether a community lies within; of no community is only what the county keeps.

        >>> Reach(frozenset({7})).holds(7), Reach(frozenset({7})).holds(None)
        (True, False)
        """
        return self.county or community_id in self.communities


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts: an account with its reach, or a volunteer who organises an activity.

    Of an account `person_id` is whose it is, and `volunteer_id` the volunteer that she is, where they are linked.
    """

    reach: Reach = Reach()
    account_id: int | None = None
    volunteer_id: int | None = None
    person_id: int | None = None


def reach_of(session: Session, scope: Scope, right: Right = Right.CALL_VOLUNTEERS) -> Reach:
    """Return where the posts of a scope that have a right call volunteers together; one statement at most."""
    having = RIGHTS[Right.CALL_VOLUNTEERS] & RIGHTS[right]
    calling = [post for post in scope.posts if post.kind in having]
    if any(post.kind is PostKind.COUNTY_DESK for post in calling):
        return Reach(county=True)
    grids = {post.target_id for post in calling if post.kind in _OF_GRIDS}
    areas = {post.target_id for post in calling if post.kind not in _OF_GRIDS}
    return Reach(queries.communities_of(session, areas, grids))


def require(hand: Hand, community_id: int | None) -> None:
    """Let whoever calls volunteers together in a community pass.

    Raises:
        NotFound: it lies beyond the reach: whether there is such a thing is not said.
    """
    if not hand.reach.holds(community_id):
        raise NotFound(what_zh="这条记录", what_en="This record")
