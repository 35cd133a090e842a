"""A small community in which every clause of coverage holds from START on; tests break it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.coverage.checks import Audit
from gridmap.coverage.service import audit
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Post, Visit
from gridmap.ledger.property import PropertyCompany, PropertyContract, UnservedCompound
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from tests.worlds import START, World, draw

DRAWING = """
    AAB
    AAB
"""
DAY = date(2026, 5, 20)
"""A day in the middle of a quarter (1 April to 30 June 2026) on which everything holds."""


@dataclass
class Sound:
    """The drawn world and what a test may break in it."""

    world: World
    posts: dict[str, Post]
    contract: PropertyContract
    ledger_entry: UnservedCompound

    @property
    def session(self) -> Session:
        return self.world.session

    def end(self, row, day: date) -> None:
        """End a dated row: `day` is the first day on which it no longer holds."""
        row.valid = from_day(row.valid.lower, day)
        self.session.flush()

    def party(self, name: str) -> PartyVersion:
        """The version of a party organisation, by its name."""
        return self.session.scalars(select(PartyVersion).where(PartyVersion.name == name)).one()

    def audit(self, day: date = DAY) -> Audit:
        return audit(self.session, day)

    def gaps(self, day: date = DAY) -> list[tuple[str, str, str, date]]:
        """What is missing: check, subject, reason, since."""
        return [
            (one.check, one.gap.subject.code, one.gap.reason.code, one.gap.since)
            for community in self.audit(day).communities
            for one in community.findings
        ]


def also(session: Session, post: Post, kind: PostKind) -> Post:
    """The holder of a post holds another one for the same area, over the same days."""
    other = Post(kind=kind, person_id=post.person_id, area_id=post.area_id, valid=post.valid)
    session.add(other)
    session.flush()
    return other


def sound(session: Session) -> Sound:
    """Write the community with two grids, a house in each, a served and an unserved compound."""
    world = draw(session, DRAWING)
    home = world.community
    posts = {
        "county": world.post(PostKind.LEADER_COUNTY, home, "县甲"),
        "township": world.post(PostKind.LEADER_TOWNSHIP, home, "乡乙"),
        "first": world.post(
            PostKind.FIRST_SECRETARY,
            home,
            "驻丙",
            since=date(2025, 7, 1),
            term_end=date(2027, 7, 1),
        ),
        "secretary": world.post(PostKind.SECRETARY, home, "书丁"),
        "desk": world.post(PostKind.COMMUNITY_DESK, home, "站庚"),
        "worker A": world.post(PostKind.GRID_WORKER, world.grids["A"], "网戊"),
        "worker B": world.post(PostKind.GRID_WORKER, world.grids["B"], "网己"),
    }
    posts["director"] = also(session, posts["secretary"], PostKind.DIRECTOR)
    for day in (date(2026, 2, 11), date(2026, 4, 9)):
        session.add(Visit(post_id=posts["county"].id, day=day))
    world.organisation("general_branch", "书香苑党总支", area_id=home.id)
    houses = {
        "A": world.compound("served", 0, 0, 100, 100),
        "B": world.compound("self", 200, 0, 300, 100),
    }
    for letter, x in (("A", 20), ("B", 220)):
        facts = {"households": 24, "number": "3", "compound_id": houses[letter].id}
        house = world.house(f"house {letter}", x, 20, grid=letter, **facts)
        world.organisation("grid_branch", f"{letter}支部", grid_id=world.grids[letter].id)
        world.organisation("building_group", f"{letter}小组", building_id=house.id)
    company = PropertyCompany(code="company", name="安心物业")
    session.add(company)
    session.flush()
    contract = PropertyContract(
        compound_id=houses["A"].id, company_id=company.id, valid=from_day(START)
    )
    entry = UnservedCompound(
        compound_id=houses["B"].id, self_management="居民自我管理", valid=from_day(START)
    )
    session.add_all([contract, entry])
    session.flush()
    return Sound(world, posts, contract, entry)
