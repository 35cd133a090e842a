"""Advised checks of the service centres: people can know when a centre is open, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from gridmap.coverage.audits import Check, Level
from gridmap.coverage.facts import CommunityFacts, Record, SilentCentre, SubjectKind
from gridmap.coverage.gaps import Gap, Limits, community_place
from gridmap.coverage.people_clauses import since_when
from gridmap.coverage.words import Action, Form, Reason, Words

WRITE_TIMES = Words(
    "问清这个中心哪几天、几点开门，登记在“服务中心开放时间”里。",
    "Ask when the centre is open, and record it among the centres' opening times.",
)
NO_TIMES = Reason(
    "centre_times_unknown",
    Words(
        "服务本社区的{centres}没有登记开放时间，地图和手机上看不出开没开门。",
        "No opening times are on record for {centres}; neither map nor phone can tell whether it is open.",
    ),
    WRITE_TIMES,
    Form("centre-openings"),
)
WRITE_PHONE = Words(
    "把中心的联系电话补登记到“党群服务中心”台账。",
    "Record the centre's telephone number among the service centres.",
)
NO_PHONE = Reason(
    "centre_phone_unknown",
    Words(
        "服务本社区的{centres}没有登记联系电话。",
        "No telephone number is on record for {centres}.",
    ),
    WRITE_PHONE,
    Form("service-centres", Action.CORRECT),
)


def times_written(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """Every centre that serves the community has opening times."""
    yield from _told(community, community.untimed, day, NO_TIMES)


def phone_written(community: CommunityFacts, day: date, _limits: Limits) -> Iterator[Gap]:
    """Every centre that serves the community has a telephone number."""
    yield from _told(community, community.unphoned, day, NO_PHONE)


def _told(
    community: CommunityFacts, silent: tuple[SilentCentre, ...], day: date, reason: Reason
) -> Iterator[Gap]:
    """Yield one gap for all such centres; its form is about the first."""
    found = [one for one in silent if day in one.span]
    if found:
        gap = community_place(community).gap(
            since_when(_turns(silent), day, lambda at: any(at in one.span for one in silent)),
            reason,
            *(Record("service-centres", one.id) for one in found),
            centres="、".join(one.name for one in found),
        )
        yield replace(gap, form=replace(reason.form, target=found[0].code))


def _turns(silent: Iterable[SilentCentre]) -> Iterator[date]:
    for one in silent:
        yield one.span.start
        if one.span.end:
            yield one.span.end


CENTRES: Final[tuple[Check, ...]] = (
    Check(
        key="centre_times",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("中心时间", "Centre hours"),
        asks=Words(
            "服务本社区的党群服务中心登记了开放时间。",
            "The service centres of the community have opening times on record.",
        ),
        mend=WRITE_TIMES,
        find=times_written,
    ),
    Check(
        key="centre_phone",
        version=1,
        level=Level.ADVISED,
        looks_at=SubjectKind.COMMUNITY,
        label=Words("中心电话", "Centre phone"),
        asks=Words(
            "服务本社区的党群服务中心登记了联系电话。",
            "The service centres of the community have a telephone number on record.",
        ),
        mend=WRITE_PHONE,
        find=phone_written,
    ),
)
"""In the order in which tables show them."""
