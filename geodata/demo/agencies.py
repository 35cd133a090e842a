"""County agencies, the communities they answer for, the cadres they second."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from geodata.demo import gaps, naming
from geodata.demo.almanac import years_after
from geodata.demo.county import Agency, Post, ResponsibleUnit
from geodata.demo.succession import Staffing, succeed
from gridmap.terms import PostKind
from gridmap.timespan import Span

TERM_YEARS = 2
BATCHES = (9, 17)
"""Months ago in which first secretaries were sent, half of the communities each time."""
MID_TERM = {"D": 14, "H": 11, "T": 4}
"""Communities whose first secretary changed in mid-term, and how many months ago."""
OVERDUE_DAYS, LEFT_DAYS, SOON_DAYS = 20, 34, 25
UNIT_CHANGES = {"F": 20, "B": 15, "R": 9, "M": 3}
"""Communities whose responsible unit changed, and how many months ago."""
_SECOND_UNIT = ("C", "A", "H", "T", "V", "I")
_HANDLERS = 2


@dataclass(frozen=True, slots=True)
class Agencies:
    """Agencies, responsible units, and posts of those who come from agencies."""

    agencies: list[Agency]
    units: list[ResponsibleUnit]
    posts: list[Post]


def agencies(staffing: Staffing, communities: dict[str, str]) -> Agencies:
    """Return agencies with their duties towards the communities (code by letter)."""
    found = [
        Agency(f"BM{k:02d}", name, naming.LEADS.get(name), f"0000-88{k:05d}")
        for k, name in enumerate(naming.AGENCIES, start=1)
    ]
    order = staffing.dice("agencies").shuffled([agency.code for agency in found])
    own = {letter: order[k] for k, letter in enumerate(sorted(communities))}
    posts: list[Post] = []
    for letter, community in sorted(communities.items()):
        posts += _first_secretaries(staffing, letter, community, own[letter], order)
    for agency in found:
        for _ in range(_HANDLERS if agency.line else 1):
            person = staffing.roster.add(member=True, agency=agency.code)
            phone = agency.phone
            posts.append(
                Post(
                    PostKind.AGENCY_HANDLER,
                    person,
                    agency.code,
                    staffing.almanac.always,
                    duty_phone=phone,
                )
            )
    return Agencies(found, _units(staffing, communities, own, order), posts)


def _units(
    staffing: Staffing, communities: dict[str, str], own: dict[str, str], order: list[str]
) -> list[ResponsibleUnit]:
    almanac, spare = staffing.almanac, iter(order[len(communities) :])
    found = []
    for letter, community in sorted(communities.items()):
        changed = UNIT_CHANGES.get(letter)
        start = almanac.opening
        if changed is not None:
            start = almanac.months_ago(changed)
            found.append(ResponsibleUnit(community, next(spare), Span(almanac.opening, start)))
        found.append(ResponsibleUnit(community, own[letter], Span(start)))
        if letter in _SECOND_UNIT:
            found.append(ResponsibleUnit(community, next(spare), almanac.always))
    return found


def _first_secretaries(
    staffing: Staffing, letter: str, community: str, agency: str, order: list[str]
) -> list[Post]:
    """Return the first secretaries of a community, two years each, back to the ledger's first day."""
    almanac = staffing.almanac
    starts = [_last_start(staffing, letter)]
    until = almanac.days_ago(LEFT_DAYS) if letter == gaps.NO_FIRST_SECRETARY else None
    if letter in MID_TERM:
        batch = almanac.months_ago(MID_TERM[letter] + 13)
        starts.append(batch)
    while starts[-1] > almanac.opening:
        starts.append(years_after(starts[-1], -TERM_YEARS))
    holders = []
    for k, start in enumerate(reversed(starts)):
        last = k == len(starts) - 1
        sender = (
            agency if last else order[(order.index(agency) + 5 * (len(starts) - k)) % len(order)]
        )
        holders.append((staffing.roster.add(member=True, agency=sender), start))
    found = succeed(PostKind.FIRST_SECRETARY, community, holders, until=until, years=TERM_YEARS)
    return [
        replace(post, seconded_from=staffing.roster.people[int(post.person[2:]) - 1].agency)
        for post in found
    ]


def _last_start(staffing: Staffing, letter: str) -> date:
    """Return when the last first secretary of a community began."""
    almanac = staffing.almanac
    special = {
        gaps.TERM_OVER: years_after(almanac.days_ago(OVERDUE_DAYS), -TERM_YEARS),
        gaps.TERM_ENDS_SOON: years_after(almanac.day + timedelta(days=SOON_DAYS), -TERM_YEARS),
        **{community: almanac.months_ago(months) for community, months in MID_TERM.items()},
    }
    return special.get(letter, almanac.months_ago(BATCHES[ord(letter) % len(BATCHES)]))
