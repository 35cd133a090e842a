"""Grid workers, full-time and part-time, and building stewards (楼门长)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from geodata.demo import gaps
from geodata.demo.county import Post
from geodata.demo.districts import Codes
from geodata.demo.dwellings import Dwelling
from geodata.demo.succession import Staffing, succeed
from gridmap.terms import PostKind
from gridmap.timespan import Span

PART_TIME = 981
"""Part-time workers of the county on the day."""
LEAST_PART_TIME = 16
FORMER_PART_TIME = 7
"""Former part-time workers of each grid."""
WORKER_CHANGES = {"D": 19, "H": 16, "O": 8, "P": 13, "T": 6, "V": 10, "A": 1}
"""Grids whose full-time worker changed, and how many months ago."""
LATE_DAYS = 19
_STEWARD, _A_UNIT, _NEW_STEWARD = 0.93, 0.18, 0.07
_LARGE_UNITS, _LARGE_HOUSEHOLDS = 3, 36
_ALREADY = 0.55


def full_time(staffing: Staffing, code: Codes) -> list[Post]:
    """Return the full-time workers: one a grid, with the changes of the last two years."""
    almanac, posts = staffing.almanac, []
    for number, (letter, grid) in enumerate(sorted(code.grids.items()), start=1):
        phone = f"0000-77{number:05d}"
        first = staffing.roster.add(member=number % 3 == 0)
        if letter not in WORKER_CHANGES:
            posts.append(Post(PostKind.GRID_WORKER, first, grid, almanac.always, duty_phone=phone))
            continue
        left = almanac.months_ago(WORKER_CHANGES[letter])
        came = left + timedelta(days=LATE_DAYS if letter == gaps.WORKER_CAME_LATE else 0)
        second = staffing.roster.add()
        posts += [
            Post(PostKind.GRID_WORKER, first, grid, Span(almanac.opening, left), duty_phone=phone),
            Post(PostKind.GRID_WORKER, second, grid, Span(came), duty_phone=phone),
        ]
    return posts


def stewards(staffing: Staffing, homes: list[Dwelling], leaders: dict[str, str]) -> list[Post]:
    """Return the stewards of most buildings, of each entrance in some large ones.

    Args:
        staffing: people and days.
        homes: dwellings.
        leaders: the present leader of a building's party group, by building.
    """
    dice, posts = staffing.dice("stewards"), []
    for home in homes:
        if not dice.chance(_STEWARD):
            continue
        large = home.units >= _LARGE_UNITS and home.households >= _LARGE_HOUSEHOLDS
        if large and dice.chance(_A_UNIT):
            posts += [
                Post(PostKind.STEWARD, staffing.roster.add(), home.code, home.span, unit=unit)
                for unit in range(1, home.units + 1)
            ]
            continue
        known = leaders.get(home.code) if dice.chance(_ALREADY) else None
        holders = [(known or staffing.roster.add(member=dice.chance(0.2)), home.span.start)]
        if dice.chance(_NEW_STEWARD) and home.span == staffing.almanac.always:
            since = staffing.almanac.months_ago(dice.whole(1, 24))
            holders.insert(0, (staffing.roster.add(), home.span.start))
            holders[1] = (holders[1][0], since)
        posts += succeed(PostKind.STEWARD, home.code, holders, until=home.span.end)
    return posts


def part_time(
    staffing: Staffing, homes: list[Dwelling], volunteers: dict[str, list[str]], code: Codes
) -> list[Post]:
    """Return the part-time workers: stewards and group leaders first, by the size of the grid.

    Args:
        staffing: people and days.
        homes: dwellings.
        volunteers: people by letter of their community, who may be asked.
        code: codes by letter.
    """
    almanac, posts = staffing.almanac, []
    for letter, count in _shares(homes, code).items():
        dice, grid = staffing.dice("part-time", letter), code.grids[letter]
        asked = dice.shuffled(volunteers[letter])[:count]
        asked += [staffing.roster.add() for _ in range(count - len(asked))]
        for person in asked:
            start = almanac.opening if dice.chance(0.45) else _some_day(staffing, dice.unit())
            posts.append(Post(PostKind.PART_TIME_WORKER, person, grid, Span(start)))
        for _ in range(FORMER_PART_TIME):
            end = almanac.months_ago(dice.whole(0, 24))
            posts.append(
                Post(
                    PostKind.PART_TIME_WORKER,
                    staffing.roster.add(),
                    grid,
                    Span(almanac.opening, end),
                )
            )
    return posts


def _some_day(staffing: Staffing, share: float) -> date:
    return staffing.almanac.day - timedelta(days=int(share * 730))


def _shares(homes: list[Dwelling], code: Codes) -> dict[str, int]:
    """Share the part-time workers out by households, none with fewer than the least."""
    households: dict[str, int] = defaultdict(int)
    for home in homes:
        if home.span.end is None:
            households[home.letter] += home.households
    spare = PART_TIME - LEAST_PART_TIME * len(code.grids)
    total = sum(households.values())
    exact = {letter: spare * households[letter] / total for letter in sorted(code.grids)}
    shares = {letter: LEAST_PART_TIME + int(share) for letter, share in exact.items()}
    rest = PART_TIME - sum(shares.values())
    for letter in sorted(exact, key=lambda one: (int(exact[one]) - exact[one], one))[:rest]:
        shares[letter] += 1
    return shares
