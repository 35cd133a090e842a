"""The colours of coverage on paper and in files: those of the page (coverage.css), by number of gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.handouts.words import said
from gridmap.coverage.checks import Audit, Check, CommunityAudit, Level

WORST: Final = 5
"""That many missing items and more share the darkest red."""
COLORS: Final[dict[str, str]] = {
    "0": "#23854f",
    "1": "#86c79c",
    "2": "#d3ebd6",
    "3": "#fbd8c4",
    "4": "#ec8f6c",
    "5": "#b8141f",
    "held": "#8fcba4",
    "warned": "#f0b64c",
    "none": "#c9d0d9",
}
DARK: Final = frozenset({"0", "5"})
"""Shades on which words are white."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a legend: colour, words, and how many communities have it."""

    shade: str
    words: str
    count: int


def shade_of(community: CommunityAudit, check: Check | None) -> str:
    """Return a community's shade: by number of gaps, or for one check holds, missing, not asked."""
    if check is None:
        return str(min(community.missing, WORST))
    return state_shade(state_of(community, check))


def state_of(community: CommunityAudit, check: Check) -> str:
    """Return ``held``, ``missing``, ``warned`` (only advised, and not there) or ``none`` (not asked)."""
    held = community.held.get(check.key)
    if held is None:
        return "none"
    return "held" if held else lacking_state(check)


def lacking_state(check: Check) -> str:
    """Return the state of a check that does not hold: what is required is missing, the rest warns."""
    return "missing" if check.level == Level.REQUIRED else "warned"


def state_shade(state: str) -> str:
    """Return the shade of a state."""
    return str(WORST) if state == "missing" else state


def legend(audit: Audit, check: Check | None, language: str) -> tuple[Entry, ...]:
    """Return the shades in their order, each with its words and its communities."""
    shades = [shade_of(community, check) for community in audit.communities]
    order = [str(n) for n in range(WORST + 1)]
    if check is not None:
        order = ["held", state_shade(lacking_state(check)), "none"]
    return tuple(
        Entry(shade, _words(shade, check, language), shades.count(shade))
        for shade in order
        if shade != "none" or shade in shades
    )


def _words(shade: str, check: Check | None, language: str) -> str:
    if check is not None:
        keys = {"held": "held", "none": "not_asked", "warned": "warned"}
        return said(keys.get(shade, "missing"), language)
    if shade == "0":
        return said("all_held", language)
    return said("missing_more" if shade == str(WORST) else "missing_n", language, n=shade)
