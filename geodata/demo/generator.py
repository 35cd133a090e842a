"""The demo county, made: the same day and seed give the same county, to the last digit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from geodata.demo import centres
from geodata.demo.agencies import agencies
from geodata.demo.almanac import Almanac
from geodata.demo.changes import changes
from geodata.demo.committees import officials
from geodata.demo.county import DemoCounty, Post
from geodata.demo.districts import COUNTY, Codes, areas, codes
from geodata.demo.dwellings import Dwelling, dwellings
from geodata.demo.geography import geography
from geodata.demo.ground import METRIC_EPSG
from geodata.demo.leaders import MUNICIPAL, links
from geodata.demo.meetings import meetings
from geodata.demo.party import party
from geodata.demo.persons import Roster
from geodata.demo.property import property_side, sites
from geodata.demo.register import register
from geodata.demo.stock import stock
from geodata.demo.succession import Staffing
from geodata.demo.workers import full_time, part_time, stewards
from gridmap.terms import PostKind

SEED = 22


def generate(day: date, seed: int = SEED) -> DemoCounty:
    """Make the demo county as it stands on a day, with its last years.

    Args:
        day: day in Asia/Shanghai; nothing happens after it. All spans are counted back from it.
        seed: of chance; another seed makes other houses, names and people on the same drawing.
    """
    almanac, code, book = Almanac(day), codes(seed), register(seed)
    what = changes(book, almanac)
    houses, ground = stock(book, almanac, what, code), geography(book, almanac, what, code, seed)
    area_versions, grid_versions = areas(seed, almanac)
    homes = dwellings(book, almanac, what)

    staffing = Staffing(Roster(seed), almanac, seed)
    county_side = agencies(staffing, code.communities)
    tree = party(staffing, homes, code)
    styles = {compound.code: compound.style for compound in book.compounds}
    model = code.communities[MUNICIPAL]
    estate_side = property_side(staffing, sites(houses.compounds, styles), model)
    posts = [
        *county_side.posts,
        *officials(staffing, code.communities, COUNTY),
        *links(staffing, code.communities),
        *full_time(staffing, code),
        *tree.posts,
        *estate_side.posts,
        *_neighbours(staffing, tree.posts, homes, code),
    ]

    hosts = centres.hosts(book, seed)
    buildings = centres.renamed(houses.buildings, hosts)
    return DemoCounty(
        day=day,
        opening=almanac.opening,
        metric_epsg=METRIC_EPSG,
        municipal_communities=(model,),
        areas=tuple(area_versions),
        grids=tuple(grid_versions),
        compounds=tuple(houses.compounds),
        buildings=tuple(buildings),
        members=tuple(houses.members),
        roads=tuple(ground.roads),
        road_grids=tuple(ground.road_grids),
        waters=tuple(ground.waters),
        places=tuple(ground.places),
        parties=tuple(tree.versions),
        agencies=tuple(county_side.agencies),
        responsible_units=tuple(county_side.units),
        meetings=tuple(meetings(staffing, code.communities)),
        people=tuple(staffing.roster.people),
        posts=tuple(posts),
        companies=tuple(estate_side.companies),
        contracts=tuple(estate_side.contracts),
        committees=tuple(estate_side.committees),
        unserved=tuple(estate_side.unserved),
        centres=tuple(centres.centres(buildings, hosts, almanac, code)),
    )


def _neighbours(
    staffing: Staffing, of_party: list[Post], homes: list[Dwelling], code: Codes
) -> list[Post]:
    """Return stewards, and the part-time workers who are found among them and the group leaders."""
    leaders = {
        post.target: post.person
        for post in of_party
        if post.kind is PostKind.GROUP_LEADER and post.span.end is None
    }
    doors = stewards(staffing, homes, leaders)
    volunteers = _volunteers([*of_party, *doors], homes)
    return [*doors, *part_time(staffing, homes, volunteers, code)]


def _volunteers(posts: list[Post], homes: list[Dwelling]) -> dict[str, list[str]]:
    """Return present stewards and group leaders by the letter of their community, each once."""
    letters = {home.code: home.letter for home in homes}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for post in posts:
        if post.target in letters and post.span.end is None:
            found[letters[post.target]][post.person] = None
    return {letter: list(people) for letter, people in found.items()}
