"""How far dwellings are from the service centres of their community, along the roads of each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gridmap.coverage.facts import Reach, Steps, overlap
from gridmap.geometry.walking import Spots, WalkingNet
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class Spot:
    """A centre or a dwelling of a community over days, at x, y in metres."""

    community_id: int
    days: Span
    x: float
    y: float
    households: int = 0


@dataclass(frozen=True, slots=True)
class DatedNet:
    """The roads of some days, during which none begins or ends; None: there is no road."""

    days: Span
    net: WalkingNet | None


def reaches(
    nets: Sequence[DatedNet],
    centres: Iterable[Spot],
    dwellings: Iterable[Spot],
    metres: Iterable[int],
) -> dict[int, Reach]:
    """Return by community how many households are farther than so many metres, over time."""
    served, homes = _by_community(centres), _by_community(dwellings)
    return {
        community: Reach(
            centres=steps((spot.days, 1) for spot in served[community]),
            households=steps((home.days, home.households) for home in homes[community]),
            far=_far(nets, served[community], homes[community], tuple(metres)),
        )
        for community in sorted({*served, *homes})
    }


def _by_community(spots: Iterable[Spot]) -> defaultdict[int, list[Spot]]:
    found: defaultdict[int, list[Spot]] = defaultdict(list)
    for spot in spots:
        found[spot.community_id].append(spot)
    return found


def steps(amounts: Iterable[tuple[Span, int]]) -> Steps:
    """Return a number over time that each span raises for its days.

    >>> steps([(Span(date(2026, 1, 1), date(2026, 3, 1)), 2), (Span(date(2026, 2, 1)), 3)])[-1]
    (datetime.date(2026, 3, 1), 3)
    """
    changes: dict[date, int] = defaultdict(int)
    for span, amount in amounts:
        changes[span.start] += amount
        if span.end:
            changes[span.end] -= amount
    total, made = 0, []
    for day in sorted(changes):
        if changes[day]:
            total += changes[day]
            made.append((day, total))
    return tuple(made)


def _far(
    nets: Sequence[DatedNet], centres: list[Spot], homes: list[Spot], metres: tuple[int, ...]
) -> dict[int, Steps]:
    beyond: dict[int, list[tuple[Span, int]]] = {limit: [] for limit in metres}
    for days, dated, open_centres in _runs(nets, centres):
        there = [(home, both) for home in homes if (both := overlap(home.days, days))]
        if not there:
            continue
        walks = _walks(dated.net, open_centres, [home for home, _ in there])
        for limit, found in beyond.items():
            for at in np.flatnonzero(walks > limit):
                home, both = there[at]
                found.append((both, home.households))
    return {limit: steps(found) for limit, found in beyond.items()}


def _runs(
    nets: Sequence[DatedNet], centres: list[Spot]
) -> Iterator[tuple[Span, DatedNet, list[Spot]]]:
    """Yield the runs of days on which neither the roads nor the centres of a community change."""
    turns = {turn for spot in centres for turn in (spot.days.start, spot.days.end) if turn}
    for dated in nets:
        inside = sorted({dated.days.start, *(turn for turn in turns if turn in dated.days)})
        for start, end in zip(inside, [*inside[1:], dated.days.end], strict=True):
            there = [spot for spot in centres if start in spot.days]
            if there:
                yield Span(start, end), dated, there


def _walks(
    net: WalkingNet | None, centres: Sequence[Spot], homes: Sequence[Spot]
) -> NDArray[np.float64]:
    if net is None or not net.size:
        return np.full(len(homes), np.inf)
    return net.walks(_placed(net, centres), _placed(net, homes))


def _placed(net: WalkingNet, spots: Sequence[Spot]) -> Spots:
    return net.place(np.array([(spot.x, spot.y) for spot in spots]))
