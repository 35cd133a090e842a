"""The party tree: general branches, grid branches, building groups, and who leads them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from geodata.demo import gaps
from geodata.demo.county import PartyVersion, Post
from geodata.demo.districts import Codes
from geodata.demo.dwellings import Dwelling
from geodata.demo.plan import COMMUNITY_NAMES
from geodata.demo.succession import Staffing, succeed
from gridmap.terms import PartyKind, PostKind
from gridmap.timespan import Span

FORMER_BRANCHES = {"A": 26, "L": 21, "O": 15}
"""General branches that were plain branches (社区党支部) until so many months ago."""
SECRETARY_CHANGES = {"C": 15, "F": 11, "N": 6, "S": 3}
"""Grid branches whose secretary changed, and how many months ago."""
MEMBERS_A_HOUSEHOLD = 0.055
FOUNDING_DAYS = 45
"""Days between a new building's completion and its party group."""
DISSOLVED_MONTHS = 3
_NO_LEADER, _NEW_LEADER = 0.03, 0.08
_NO_SMALL_HOUSE = 12
_GAP_SHARE = (0.13, 0.31, 0.47, 0.62, 0.88, 0.24, 0.71)


@dataclass(frozen=True, slots=True)
class Party:
    """Organisations, and posts of their secretaries and leaders."""

    versions: list[PartyVersion]
    posts: list[Post]


def party(staffing: Staffing, homes: list[Dwelling], code: Codes) -> Party:
    """Return the whole party tree with its posts."""
    groups, leaders = _groups(staffing, homes, code)
    members: dict[str, int] = defaultdict(int)
    letters = {home.code: home.letter for home in homes}
    for group in groups:
        if group.span.end is None:
            members[letters[group.target]] += group.full_members
    versions: list[PartyVersion] = []
    posts: list[Post] = []
    for letter in sorted(code.communities):
        versions += _branches(staffing, letter, members[letter], code)
        posts += _branch_secretaries(staffing, letter, code.grids[letter])
    return Party(versions + groups, posts + leaders)


def branch_code(letter: str, code: Codes) -> str:
    """Return the code of a grid's branch."""
    return f"ZB{code.grids[letter]}"


def _branches(staffing: Staffing, letter: str, members: int, code: Codes) -> list[PartyVersion]:
    """Return the general branch and the grid branch of a community; members are counted yearly."""
    almanac, dice = staffing.almanac, staffing.dice("branches", letter)
    name, community = COMMUNITY_NAMES[letter], code.communities[letter]
    general = PartyVersion(
        f"DZZ{community}", None, PartyKind.GENERAL_BRANCH, f"{name}社区党总支", community,
        members + dice.whole(6, 18), dice.whole(0, 4), almanac.always,
    )  # fmt: skip
    few = gaps.FEW_MEMBERS.get(letter)
    grid = PartyVersion(
        branch_code(letter, code), general.code, PartyKind.GRID_BRANCH, f"{name}第一网格党支部", code.grids[letter],
        members if few is None else few, 0 if few else dice.whole(0, 3), almanac.always,
    )  # fmt: skip
    counted = date(almanac.day.year, 1, 1)
    former = replace(general, full_members=general.full_members - dice.whole(1, 5))
    found = _split(replace(former, span=general.span), general, counted)
    if letter in FORMER_BRANCHES:
        found = _renamed(found, f"{name}社区党支部", almanac.months_ago(FORMER_BRANCHES[letter]))
    if few is None:
        return found + _split(
            replace(grid, full_members=max(3, members - dice.whole(1, 4))), grid, counted
        )
    return [*found, grid]


def _split(before: PartyVersion, after: PartyVersion, day: date) -> list[PartyVersion]:
    return [
        replace(before, span=Span(before.span.start, day)),
        replace(after, span=Span(day, after.span.end)),
    ]


def _renamed(versions: list[PartyVersion], former: str, day: date) -> list[PartyVersion]:
    """Give the versions before a day the former name; cut the version that the day lies in."""
    found = []
    for version in versions:
        if day in version.span and day != version.span.start:
            found += _split(replace(version, name=former), version, day)
        else:
            found.append(replace(version, name=former) if version.span.start < day else version)
    return found


def _branch_secretaries(staffing: Staffing, letter: str, grid: str) -> list[Post]:
    almanac = staffing.almanac
    holders = [(staffing.roster.add(member=True), almanac.opening)]
    if letter in SECRETARY_CHANGES:
        holders.append(
            (staffing.roster.add(member=True), almanac.months_ago(SECRETARY_CHANGES[letter]))
        )
    return succeed(PostKind.BRANCH_SECRETARY, grid, holders)


def _groups(
    staffing: Staffing, homes: list[Dwelling], code: Codes
) -> tuple[list[PartyVersion], list[Post]]:
    """Return a group for each dwelling but for the gaps, and the leaders of the groups."""
    almanac, dice = staffing.almanac, staffing.dice("groups")
    never, dissolved = _gaps(homes)
    groups, posts = [], []
    for home in homes:
        if home.code in never:
            continue
        start = home.span.start
        if start > almanac.opening:
            start = min(start + timedelta(days=FOUNDING_DAYS), almanac.day)
        end = almanac.months_ago(DISSOLVED_MONTHS) if home.code in dissolved else home.span.end
        full = max(0, round(home.households * MEMBERS_A_HOUSEHOLD + dice.between(-1.2, 2.2)))
        group = PartyVersion(
            f"XZ{home.code}", branch_code(home.letter, code), PartyKind.BUILDING_GROUP, f"{home.name}党小组", home.code,
            full, int(dice.chance(0.15)), Span(start, end),
        )  # fmt: skip
        groups.append(group)
        if not dice.chance(_NO_LEADER):
            holders = [(staffing.roster.add(member=True), start)]
            if dice.chance(_NEW_LEADER) and start == almanac.opening:
                holders.append(
                    (staffing.roster.add(member=True), almanac.months_ago(dice.whole(1, 24)))
                )
            posts += succeed(PostKind.GROUP_LEADER, home.code, _before(holders, end), until=end)
    return groups, posts


def _before(holders: list[tuple[str, date]], end: date | None) -> list[tuple[str, date]]:
    """Return those holders who began before the group ended."""
    return [holder for holder in holders if end is None or holder[1] < end]


def _gaps(homes: list[Dwelling]) -> tuple[set[str], set[str]]:
    """Return buildings that never had a group, and such whose group was dissolved."""
    standing = [
        home
        for home in homes
        if home.span.end is None and home.households > _NO_SMALL_HOUSE and home.letter != "C"
    ]
    chosen = [standing[int(share * len(standing))].code for share in _GAP_SHARE]
    never = set(chosen[: gaps.GROUPS_NEVER])
    return never, set(chosen[gaps.GROUPS_NEVER : gaps.GROUPS_NEVER + gaps.GROUPS_DISSOLVED])
