"""Posts that pass from one person to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geodata.demo.almanac import Almanac, years_after
from geodata.demo.county import Post
from geodata.demo.dice import Dice
from geodata.demo.persons import Roster
from gridmap.terms import PostKind
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class Staffing:
    """What everybody needs who fills posts."""

    roster: Roster
    almanac: Almanac
    seed: int

    def dice(self, *words: object) -> Dice:
        """Return chance of its own for a purpose."""
        return Dice(self.seed, "staff", *words)


def succeed(
    kind: PostKind,
    target: str,
    holders: Sequence[tuple[str, date]],
    *,
    until: date | None = None,
    years: int = 0,
) -> list[Post]:
    """Return posts without a break: each holder until the next one begins.

    Args:
        kind: of the post.
        target: code of the place.
        holders: (person, first day), in order.
        until: first day without the last holder; None: still in the post.
        years: length of a term; 0 for posts without terms.
    """
    ends = [*(start for _, start in holders[1:]), until]
    return [
        Post(kind, person, target, Span(start, end), years_after(start, years) if years else None)
        for (person, start), end in zip(holders, ends, strict=True)
    ]
