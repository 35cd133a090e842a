"""What a check is, and what an audit of the county on a day holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from gridmap.coverage.facts import CommunityFacts, SubjectKind
from gridmap.coverage.gaps import Clause, Gap, Limited, Limits, Turns
from gridmap.coverage.words import Words
from gridmap.terms import Term
from gridmap.timespan import Span, quarter_of


class Level(Term):
    """How much a clause binds: what is required counts, what is advised only warns."""

    REQUIRED = "required", "必须落实", "Required"
    ADVISED = "advised", "建议落实", "Advised"


def everywhere(_community: CommunityFacts, _day: date, _limits: Limits) -> bool:
    """Return that a clause is asked of every community."""
    return True


def plain(clause: Clause) -> Limited:
    """Return a clause without thresholds as one that takes them."""

    def find(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
        return clause(community, day)

    return find


@dataclass(frozen=True, slots=True)
class Threshold:
    """A whole number that a county may set.

    Attributes:
        key: stable word.
        label: its name on the page of settings.
        usual: what holds where the county has set nothing.
        least, most: what may be set.
        unit: what it counts.
    """

    key: str
    label: Words
    usual: int
    least: int
    most: int
    unit: Words


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of posts that a county may set; `usual` holds where it has set nothing."""

    key: str
    label: Words
    usual: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Communities that a county may name, by code; none where it has named none."""

    key: str
    label: Words
    usual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A clause as data.

    Attributes:
        key: stable word for programs and addresses.
        version: grows when the clause judges otherwise than before.
        level: how much it binds.
        looks_at: kind of subject that its gaps are about.
        label: its name in a table's head.
        asks: what must be there, in one sentence.
        mend: what to do where it is not there, in one sentence.
        find: yields the gaps of a community on a day under thresholds.
        applies: whether there is anything to judge in a community on a day under thresholds.
        thresholds: what a county may set.
        turns: the days on which its answer may change though no fact does (a quarter turns, a time is over); None
            where it changes with the facts only.
        lists: the facts that it is about, where its gaps are one of the lists of what is missing.
    """

    key: str
    version: int
    level: Level
    looks_at: SubjectKind
    label: Words
    asks: Words
    mend: Words
    find: Limited
    applies: Callable[[CommunityFacts, date, Limits], bool] = everywhere
    thresholds: tuple[Threshold | Pairs | Places, ...] = ()
    turns: Turns | None = None
    lists: str | None = None

    @property
    def usual(self) -> Limits:
        """Thresholds where the county has set none."""
        return {threshold.key: threshold.usual for threshold in self.thresholds}


@dataclass(frozen=True, slots=True)
class Rule:
    """How a check is put on a day: whether at all, and with which thresholds."""

    on: bool = True
    limits: Limits = field(default_factory=dict)


Rules = Mapping[str, Rule]
"""The rule of every check on a day, by its key."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap with the clause that found it and the community that it counts for."""

    check: str
    community_code: str
    gap: Gap

    @property
    def key(self) -> tuple[str, str, str]:
        """What is the same finding on another day: check, community, subject."""
        return self.check, self.community_code, self.gap.subject.code

    def why(self, language: str) -> str:
        """Return the reason as a sentence in ``zh`` or ``en``."""
        return self.gap.reason.why.fill(language, self.gap.params)

    def mend(self, language: str) -> str:
        """Return how to mend it as a sentence in ``zh`` or ``en``."""
        return self.gap.reason.mend.fill(language)


@dataclass(frozen=True, slots=True)
class CommunityAudit:
    """A community on the day: which clauses hold (those that apply), and what is missing."""

    code: str
    name: str
    township: str
    held: Mapping[str, bool]
    findings: tuple[Finding, ...]
    required: frozenset[str]

    @property
    def missing(self) -> int:
        """Number of required clauses that do not hold."""
        return sum(not held for check, held in self.held.items() if check in self.required)

    @property
    def warnings(self) -> int:
        """Number of advised clauses that do not hold."""
        return sum(not held for check, held in self.held.items() if check not in self.required)

    @property
    def counts(self) -> Counter[str]:
        """Number of findings by check."""
        return Counter(one.check for one in self.findings)


@dataclass(frozen=True, slots=True)
class Audit:
    """The county on a day, by community, under the rules of that day."""

    day: date
    communities: tuple[CommunityAudit, ...]
    rules: Rules = field(default_factory=dict)

    @property
    def quarter(self) -> Span:
        """The calendar quarter of the day."""
        return quarter_of(self.day)

    @property
    def complete(self) -> int:
        """Number of communities where everything required holds."""
        return sum(community.missing == 0 for community in self.communities)

    @property
    def missing(self) -> int:
        """Number of required clauses that do not hold, over all communities."""
        return sum(community.missing for community in self.communities)

    @property
    def warnings(self) -> int:
        """Number of advised clauses that do not hold, over all communities."""
        return sum(community.warnings for community in self.communities)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is missing."""
        return tuple(one for community in self.communities for one in community.findings)

    def holding(self, check: str) -> int:
        """Number of communities where one clause holds."""
        return sum(community.held.get(check, False) for community in self.communities)
