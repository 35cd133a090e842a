"""A small town with named estates, and people who keep its names: shared by the tests of this room."""

from __future__ import annotations

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.terms import POST_TARGETS, PostKind
from tests.dispatch.filings import DAY, NOW, county, neighbour_community, staffed

__all__ = ["DAY", "NOW"]


class Town:
    """Two estates in the community, one house of its own, and who may keep their names."""

    def __init__(self, session):
        self.session = session
        self.world, self.people = staffed(session)
        self.parent, self.neighbour, self.grid = neighbour_community(session)
        self.world.compound("c1", 0, 0, 90, 90, name="书香苑小区")
        self.world.compound("c2", 100, 0, 190, 90, name="世纪公寓")
        self.world.compound("c3", 20, 120, 90, 180, name="江南新村", community_id=self.neighbour.id)

    def keeper(self, kind=PostKind.COUNTY_DESK, target=None, roles=()):
        """Somebody with an account and a post, or with a role alone."""
        place = target or county(self.session)
        post = self.world.post(
            kind, place, f"{kind}{place.id}{len(roles)}", until=None if not roles else DAY
        )
        account = Account(
            login=f"keeper{post.id}", password_hash="", person_id=post.person_id, roles=[*roles]
        )
        self.session.add(account)
        self.session.flush()
        held = (
            []
            if roles
            else [HeldPost(post.id, kind, getattr(post, f"{POST_TARGETS[kind]}_id"), "某处")]
        )
        return SignedIn(account.id, post.person_id, account.login, "管名", scope_of(held, roles))
