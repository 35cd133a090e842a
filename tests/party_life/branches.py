"""A community with a general branch, two grid branches and two groups, and whoever answers for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.ledger.party import PartyVersion
from gridmap.party_life import ruling
from gridmap.party_life.ruling import USUAL, Wanted
from gridmap.terms import PostKind
from tests.web import signed
from tests.worlds import World, draw

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
DAY = date(2026, 6, 10)
RULED = date(2026, 1, 1)
GENERAL, BRANCH, OTHER, GROUP, NEXT_GROUP = "o-总支", "o-甲支部", "o-乙支部", "o-a1组", "o-a2组"


@dataclass
class Branches:
    world: World
    keepers: dict[str, SignedIn] = field(default_factory=dict)

    @property
    def session(self):
        return self.world.session

    def employ(self, name: str, kind: PostKind, target) -> SignedIn:
        post = self.world.post(kind, target, name)
        signed.account(self.session, post.person_id, name)
        account = self.session.query(Account).filter_by(login=name).one()
        scope = scope_of((HeldPost(post.id, kind, target.id, name),), ())
        self.keepers[name] = SignedIn(account.id, post.person_id, name, name, scope)
        return self.keepers[name]


def branches(session) -> Branches:
    world = draw(session, "AB")
    for code, x, y, grid in (("a1", 20, 20, "A"), ("a2", 20, 70, "A"), ("b1", 120, 20, "B")):
        world.house(code, x, y, grid=grid, number=code[-1], kind="residential", households=20)
    made = Branches(world)
    world.organisation("general_branch", "总支", area_id=world.community.id, full_members=12)
    first = world.organisation("grid_branch", "甲支部", grid_id=world.grids["A"].id, full_members=8)
    world.organisation("grid_branch", "乙支部", grid_id=world.grids["B"].id, full_members=4)
    for code in ("a1", "a2"):
        world.organisation(
            "building_group",
            f"{code}组",
            building_id=world.buildings[code].id,
            full_members=3,
            parent_id=first.id,
        )
    made.employ("secretary", PostKind.BRANCH_SECRETARY, world.grids["A"])
    made.employ("other", PostKind.BRANCH_SECRETARY, world.grids["B"])
    made.employ("leader", PostKind.GROUP_LEADER, world.buildings["a1"])
    made.employ("desk", PostKind.COMMUNITY_DESK, world.community)
    made.employ("community", PostKind.SECRETARY, world.community)
    made.employ("steward", PostKind.STEWARD, world.buildings["a1"])
    return made


def ruled(made: Branches, day: date = RULED) -> Branches:
    """The county has set the usual duties from a day on."""
    for kind, usual in USUAL.items():
        wanted = Wanted(kind, usual.months, day, usual.zh)
        ruling.set_duty(made.session, wanted, account_id=None, now=NOW)
    return made


def version(made: Branches, name: str) -> PartyVersion:
    return made.session.query(PartyVersion).filter_by(name=name).one()
