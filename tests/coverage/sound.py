"""A small community in which every clause of coverage holds from START on; tests break it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.coverage.checks import Audit
from gridmap.coverage.required import REQUIRED
from gridmap.coverage.service import audit
from gridmap.ledger.centres import CentreOpening
from gridmap.ledger.geography import Road
from gridmap.ledger.meetings import JointMeeting
from gridmap.ledger.party import PartyVersion
from gridmap.ledger.posts import Agency, Post, ResponsibleUnit, Visit
from gridmap.ledger.property import (
    OwnersCommittee,
    PropertyCompany,
    PropertyContract,
    ServiceCentre,
    ServiceCentreArea,
    UnservedCompound,
)
from gridmap.ledger.red_property import CompanyParty, SelfManagement, UnitDeed
from gridmap.ledger.volunteering import Activity, UnitCheckIn
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from gridmap.timespan import LOCAL_ZONE
from tests.worlds import START, World, draw, lonlat

DRAWING = """
    AAB
    AAB
"""
DAY = date(2026, 5, 20)
"""A day in the middle of a quarter (1 April to 30 June 2026) on which everything holds."""


MUST = {check.key for check in REQUIRED}
STATEMENTS = 24
"""How many statements an audit takes at most, whatever the county's size."""


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

    def found(self, day: date = DAY) -> list[tuple[str, str, str, date]]:
        """Everything that is missing: check, subject, reason, since."""
        return [
            (one.check, one.gap.subject.code, one.gap.reason.code, one.gap.since)
            for one in self.audit(day).findings
        ]

    def gaps(self, day: date = DAY) -> list[tuple[str, str, str, date]]:
        """What is missing of the required."""
        return [one for one in self.found(day) if one[0] in MUST]

    def warnings(self, day: date = DAY) -> list[tuple[str, str, str, date]]:
        """What is missing of the advised."""
        return [one for one in self.found(day) if one[0] not in MUST]


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
        "police": world.post(PostKind.POLICE_OFFICER, home, "警辛"),
        "member 1": world.post(PostKind.COMMITTEE_MEMBER, home, "委壬"),
        "member 2": world.post(PostKind.COMMITTEE_MEMBER, home, "委癸"),
        "part-time A": world.post(PostKind.PART_TIME_WORKER, world.grids["A"], "兼子"),
        "part-time B": world.post(PostKind.PART_TIME_WORKER, world.grids["B"], "兼丑"),
    }
    posts["director"] = also(session, posts["secretary"], PostKind.DIRECTOR)
    for day in (date(2026, 2, 11), date(2026, 4, 9)):
        session.add(Visit(post_id=posts["county"].id, day=day))
    world.organisation("general_branch", "书香苑党总支", area_id=home.id, full_members=12)
    houses = {
        "A": world.compound("served", 0, 0, 100, 100),
        "B": world.compound("self", 200, 0, 300, 100),
    }
    for letter, x in (("A", 20), ("B", 220)):
        facts = {"households": 24, "number": "3", "compound_id": houses[letter].id}
        house = world.house(f"house {letter}", x, 20, grid=letter, **facts)
        world.organisation(
            "grid_branch", f"{letter}支部", grid_id=world.grids[letter].id, full_members=6
        )
        posts[f"steward {letter}"] = world.post(PostKind.STEWARD, house, f"门{letter}")
        session.add(
            OwnersCommittee(
                compound_id=houses[letter].id,
                name=f"{letter}业委会",
                valid=from_day(START),
            )
        )
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
    cleaning = SelfManagement(
        compound_id=houses["B"].id, work="cleaning", manager="自管小组", valid=from_day(START)
    )
    led = CompanyParty(company_id=company.id, party_form="alone", valid=from_day(START))
    session.add_all([contract, entry, cleaning, led])
    session.flush()
    _around(world)
    return Sound(world, posts, contract, entry)


def _around(world: World) -> None:
    """The agency that answers for the community, a meeting, a centre at the road's end."""
    agency = Agency(code="agency", name="县财政局")
    world.session.add(agency)
    world.session.flush()
    home = world.community.id
    world.session.add_all(
        [
            ResponsibleUnit(community_id=home, agency_id=agency.id, valid=from_day(START)),
            JointMeeting(community_id=home, day=date(2026, 4, 20), topic="停车", attended="各方"),
            *(
                UnitDeed(community_id=home, agency_id=agency.id, day=day, kind="visit", note="走访")
                for day in (date(2025, 11, 3), date(2026, 2, 3), date(2026, 5, 6))
            ),
            UnitCheckIn(community_id=home, agency_id=agency.id, valid=from_day(START)),
            *(
                activity(home, date(year, month, 15))
                for year in (2023, 2024, 2025, 2026)
                for month in (1, 4, 7, 10)
            ),
        ]
    )
    road(world, "street", (0, 110), (300, 110))
    centre(world, "centre", 0, 115)


def activity(community_id: int, day: date) -> Activity:
    """Two hours of voluntary service on a day."""
    starts = datetime.combine(day, time(9), LOCAL_ZONE)
    return Activity(
        community_id=community_id,
        title="清扫",
        place="广场",
        spot=from_shape(shapely.Point(lonlat(50, 50)), srid=4326),
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        secret="0" * 64,
        made_at=starts,
    )


def road(world: World, code: str, *points: tuple[float, float], since=START, until=None) -> Road:
    """A street through points in metres from the origin."""
    line = shapely.MultiLineString([[lonlat(*point) for point in points]])
    made = Road(
        code=code,
        kind="residential",
        line=from_shape(line, srid=4326),
        valid=from_day(since, until),
    )
    world.session.add(made)
    world.session.flush()
    return made


def centre(world: World, code: str, x: float, y: float, since=START) -> ServiceCentreArea:
    """A service centre that serves the community; returns by what it does so."""
    spot = from_shape(shapely.Point(lonlat(x, y)), srid=4326)
    serves = ServiceCentreArea(
        centre_code=code, community_id=world.community.id, valid=from_day(since)
    )
    facts = {"name": "党群服务中心", "phone": "0000-66", "spot": spot, "valid": from_day(START)}
    daily = {"weekdays": "daily", "opens": "08:30", "closes": "18:00", "valid": from_day(START)}
    world.session.add_all(
        [ServiceCentre(code=code, **facts), CentreOpening(centre=code, **daily), serves]
    )
    world.session.flush()
    return serves
