"""What party organisations owe by the rules: which duties, how often as a rule, from which source. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gridmap.terms import DutyKind, PartyKind

COMMITTEE_FROM: Final = 7
"""Full members from which a branch has a committee (支部工作条例（试行）, article 8)."""

OWED: Final[Mapping[PartyKind, tuple[DutyKind, ...]]] = {
    PartyKind.GENERAL_BRANCH: (DutyKind.COMMITTEE,),
    PartyKind.GRID_BRANCH: (
        DutyKind.THEME_DAY,
        DutyKind.MEMBERS,
        DutyKind.COMMITTEE,
        DutyKind.LESSON,
    ),
    PartyKind.BUILDING_GROUP: (DutyKind.GROUP,),
}
"""Which organisation owes what; a committee's meeting is owed where there is a committee."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How often a duty is done as a rule: once in so many months; where that is written."""

    months: int
    zh: str
    en: str


USUAL: Final[Mapping[DutyKind, Usual]] = {
    DutyKind.THEME_DAY: Usual(
        1,
        "支部工作条例（试行）第十六条：每月相对固定1天",
        "Regulations on party branches (2018, trial), article 16: one day a month",
    ),
    DutyKind.MEMBERS: Usual(
        3,
        "支部工作条例（试行）第十一条：一般每季度召开1次",
        "Regulations on party branches, article 11: usually once a quarter",
    ),
    DutyKind.COMMITTEE: Usual(
        1,
        "支部工作条例（试行）第十二条：一般每月召开1次",
        "Regulations on party branches, article 12: usually once a month",
    ),
    DutyKind.GROUP: Usual(
        1,
        "支部工作条例（试行）第十三条：一般每月召开1次",
        "Regulations on party branches, article 13: usually once a month",
    ),
    DutyKind.LESSON: Usual(
        3,
        "支部工作条例（试行）第十六条：按期上党课；每季度1次是通行做法",
        "Regulations on party branches, article 16: in time; once a quarter is common practice",
    ),
}
"""Where the county starts from; what counts is what it has set (`party_duty`), from a day on."""


def owed_by(kind: PartyKind, full_members: int) -> tuple[DutyKind, ...]:
    """Return the duties of an organisation.

    >>> owed_by(PartyKind.GRID_BRANCH, 6) == (DutyKind.THEME_DAY, DutyKind.MEMBERS, DutyKind.LESSON)
    True
    """
    without = kind is PartyKind.GRID_BRANCH and full_members < COMMITTEE_FROM
    return tuple(one for one in OWED[kind] if not (without and one is DutyKind.COMMITTEE))
