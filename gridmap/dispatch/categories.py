"""What a report can be about: the entry of a category, its topic and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gridmap.terms import Line, Rung, Term


class Topic(Term):
    """Groups in which residents see the categories; a resident need not know the six lines."""

    ENVIRONMENT = "environment", "环境卫生", "Environment"
    FACILITIES = "facilities", "公共设施", "Public facilities"
    DISPUTES = "disputes", "矛盾纠纷", "Disputes"
    HAZARDS = "hazards", "安全隐患", "Safety hazards"
    PROPERTY = "property", "物业服务", "Property service"
    SERVICE = "service", "民生服务", "Civil services"
    OTHER = "other", "其他", "Other"


PUBLIC_LINES: frozenset[Line] = frozenset({Line.URBAN, Line.EMERGENCY})
"""Lines about things rather than people: only these are shown to the public for a single building."""


class LimitUnit(Term):
    """In what a limit is counted.

    Emergency and natural hours run through nights, weekends and holidays; working time does not.
    """

    EMERGENCY_HOURS = "emergency_hours", "紧急工作时", "emergency hours"
    NATURAL_HOURS = "natural_hours", "自然时", "natural hours"
    WORKING_HOURS = "working_hours", "工作时", "working hours"
    WORKING_DAYS = "working_days", "工作日", "working days"


class LimitedStep(Term):
    """Steps that have a limit."""

    ACCEPT = "accept", "受理", "Accept"
    HANDLE = "handle", "处置", "Handle"
    CHECK = "check", "核查", "Check"


class LoopStep(Term):
    """What has a limit of the county's own, whatever the category."""

    ASK = "ask", "等诉求人答复", "Reporter's answer"


LONGEST_LIMIT: Final = 999
"""The highest value of a limit: four years of working days."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take: `value` (1 to `LONGEST_LIMIT`) of `unit`."""

    value: int
    unit: LimitUnit

    def label(self, language: str) -> str:
        """Return the limit in ``zh`` or ``en``.

        >>> Limit(1, LimitUnit.WORKING_DAYS).label("en"), Limit(4, LimitUnit.WORKING_HOURS).label("zh")
        ('1 working day', '4 工作时')
        """
        unit = self.unit.label(language)
        return f"{self.value} {unit.removesuffix('s') if self.value == 1 else unit}"


DEFAULT_LOOP_LIMITS: Final[Mapping[LoopStep, Limit]] = {
    LoopStep.ASK: Limit(3, LimitUnit.WORKING_DAYS)
}
"""The county's own limits until it sets others."""


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """One category as county data.

    `first_rung` is the lowest rung that can take it; `position` orders it in lists. `limits` has
    one limit for every `LimitedStep`.
    """

    code: str
    line: Line
    topic: Topic
    name: str
    name_en: str
    first_rung: Rung
    limits: Mapping[LimitedStep, Limit]
    position: int

    def label(self, language: str) -> str:
        """Return the name in ``zh`` or ``en``."""
        return self.name_en if language == "en" else self.name
