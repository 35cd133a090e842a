"""Advised checks of double check-in: an agency has reported to each community, and people were called together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from gridmap.coverage.audits import Check, Level
from gridmap.coverage.facts import CommunityFacts, SubjectKind
from gridmap.coverage.gaps import Gap, Limits, community_place, quarters_turn
from gridmap.coverage.people_clauses import since_when
from gridmap.coverage.words import Form, Reason, Words
from gridmap.timespan import previous_quarter, quarter_of

LET_REPORT = Words(
    "请一个单位到社区报到，并登记联系人。",
    "Let an agency report to the community, and record whom to call.",
)
NOBODY_REPORTED = Reason(
    "no_unit_checked_in",
    Words("没有单位到这个社区报到。", "No agency has reported to the community."),
    LET_REPORT,
    Form("unit-checkins"),
)
CALL_TOGETHER = Words(
    "在“志愿服务”里组织活动，请报到的单位和党员参加。",
    "Call an activity on the volunteers' pages, and let the agencies and members who reported take part.",
)
NOTHING_HELD = Reason(
    "no_voluntary_service",
    Words(
        "有单位报到，但{quarter}整个季度没有组织志愿服务活动。",
        "Agencies have reported, but no voluntary service was held in the whole of {quarter}.",
    ),
    CALL_TOGETHER,
    Form("unit-checkins"),
)


def unit_checked_in(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """An agency has reported to the community."""

    def without(at: date) -> bool:
        return not any(at in span for span in community.checked_in)

    if without(day):
        turns = {span.end for span in community.checked_in if span.end} | {community.since}
        since = since_when(turns, day, without)
        yield community_place(community).gap(since, NOBODY_REPORTED)


def service_held(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """Where an agency had reported all through the last quarter, voluntary service was held in it."""

    def idle(at: date) -> bool:
        quarter = previous_quarter(at)
        reported = any(
            span.start <= quarter.start and (span.end is None or at < span.end)
            for span in community.checked_in
        )
        return reported and not any(held in quarter for held in community.serving)

    if not idle(day):
        return
    turns, quarter = {span.end for span in community.checked_in if span.end}, day
    while quarter > community.since:
        turns.add(quarter_of(quarter).start)
        quarter = previous_quarter(quarter).start
    yield community_place(community).gap(
        since_when(turns, day, idle), NOTHING_HELD, quarter=previous_quarter(day)
    )


VOLUNTEERING: Final[tuple[Check, ...]] = (
    Check(
        key="unit_checkin",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("单位报到", "Check-in"),
        asks=Words("有单位到社区报到。", "An agency has reported to the community."),
        mend=LET_REPORT,
        find=unit_checked_in,
    ),
    Check(
        key="voluntary_service",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("志愿服务", "Voluntary service"),
        asks=Words(
            "有单位报到的社区，上个季度组织过志愿服务活动。",
            "Where an agency has reported, voluntary service was held in the last quarter.",
        ),
        mend=CALL_TOGETHER,
        find=service_held,
        turns=quarters_turn,
    ),
)
"""In the order in which tables show them."""
