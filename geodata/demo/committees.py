"""Community committees ("两委"): secretary and director, members, desks, police; the centres' staff."""

from __future__ import annotations

from geodata.demo import gaps
from geodata.demo.almanac import years_after
from geodata.demo.county import Post
from geodata.demo.plan import TOWNSHIPS
from geodata.demo.succession import Staffing, succeed
from gridmap.terms import PostKind
from gridmap.timespan import Span

TERM_YEARS = 5
"""Village and community committees serve five years."""
ELECTED_MONTHS = 43
"""Months since the last general election, unless that is before the ledger's first day."""
NEW_SECRETARY = {"B": 22, "G": 17, "M": 12, "R": 7, "E": 4}
"""Communities whose secretary and director changed, and how many months ago."""
THEN_MONTHS = (11, 8)
NOW_MONTHS = 2
MEMBERS, DESKS = 4, 3
TOWNSHIP_DESKS, COUNTY_DESKS = 3, 5
POLICE_CHANGES = {"A": 18, "I": 10, "O": 6, "V": 2}


def officials(staffing: Staffing, communities: dict[str, str], county: str) -> list[Post]:
    """Return everybody who works for a community, a township centre or the county centre."""
    posts: list[Post] = []
    for letter, community in sorted(communities.items()):
        posts += _one_shoulder(staffing, letter, community)
        posts += _members(staffing, letter, community)
        posts += _police(staffing, letter, community)
        posts += _desks(staffing, PostKind.COMMUNITY_DESK, community, DESKS)
    for township, _, _ in TOWNSHIPS:
        code = f"{county[:6]}{township}000"
        posts += _desks(staffing, PostKind.TOWNSHIP_DESK, code, TOWNSHIP_DESKS)
    return posts + _desks(staffing, PostKind.COUNTY_DESK, county, COUNTY_DESKS)


def _one_shoulder(staffing: Staffing, letter: str, community: str) -> list[Post]:
    """Return secretary and director: one person, but for the communities of `gaps`."""
    almanac, roster = staffing.almanac, staffing.roster
    secretaries = [
        (roster.add(member=True), max(almanac.opening, almanac.months_ago(ELECTED_MONTHS)))
    ]
    directors = list(secretaries)
    if letter in NEW_SECRETARY:
        successor = (roster.add(member=True), almanac.months_ago(NEW_SECRETARY[letter]))
        secretaries.append(successor)
        directors.append(successor)
    if letter == gaps.TWO_PEOPLE_THEN:
        person = roster.add(member=True)
        secretaries.append((person, almanac.months_ago(THEN_MONTHS[0])))
        directors.append((person, almanac.months_ago(THEN_MONTHS[1])))
    if letter == gaps.TWO_PEOPLE_NOW:
        secretaries.append((roster.add(member=True), almanac.months_ago(NOW_MONTHS)))
    if secretaries[0][1] > almanac.opening:
        former = (roster.add(member=True), almanac.opening)
        secretaries.insert(0, former)
        directors.insert(0, former)
    return [
        *succeed(PostKind.SECRETARY, community, secretaries, years=TERM_YEARS),
        *succeed(PostKind.DIRECTOR, community, directors, years=TERM_YEARS),
    ]


def _members(staffing: Staffing, letter: str, community: str) -> list[Post]:
    almanac, dice = staffing.almanac, staffing.dice("members", letter)
    elected = max(almanac.opening, almanac.months_ago(ELECTED_MONTHS))
    posts = []
    for _ in range(MEMBERS):
        person = staffing.roster.add(member=dice.chance(0.8))
        start = elected if dice.chance(0.75) else almanac.months_ago(dice.whole(2, 20))
        posts.append(
            Post(
                PostKind.COMMITTEE_MEMBER,
                person,
                community,
                Span(start),
                years_after(elected, TERM_YEARS),
            )
        )
    left = staffing.roster.add(member=True)
    end = almanac.months_ago(dice.whole(2, 20))
    posts.append(Post(PostKind.COMMITTEE_MEMBER, left, community, Span(almanac.opening, end)))
    return posts


def _police(staffing: Staffing, letter: str, community: str) -> list[Post]:
    almanac = staffing.almanac
    officers = [(staffing.roster.add(member=True), almanac.opening)]
    if letter in POLICE_CHANGES:
        officers.append(
            (staffing.roster.add(member=True), almanac.months_ago(POLICE_CHANGES[letter]))
        )
    return succeed(PostKind.POLICE_OFFICER, community, officers)


def _desks(staffing: Staffing, kind: PostKind, target: str, count: int) -> list[Post]:
    dice, almanac = staffing.dice(kind, target), staffing.almanac
    posts = []
    for k in range(count):
        start = almanac.opening if k == 0 else almanac.months_ago(dice.whole(1, 30))
        person = staffing.roster.add(member=dice.chance(0.5))
        phone = f"0000-66{target[6:9]}{k + 1:02d}"
        posts.append(Post(kind, person, target, Span(start), duty_phone=phone))
    return posts
