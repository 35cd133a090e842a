"""Coverage over days: what the series says of a day is what the audit of that day says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import text

from gridmap.coverage import series as counting
from gridmap.coverage import service
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.history import CommunityHistory
from gridmap.coverage.service import audit, series
from tests.coverage.sound import MUST
from tests.coverage.test_recount import DAYS, TODAY

YEAR = (TODAY - timedelta(days=300), TODAY + timedelta(days=60))
SEASON = (TODAY - timedelta(days=60), TODAY)


def test_the_series_is_the_audit_of_each_day(demo_session):
    counted = series(demo_session, DAYS[0], DAYS[-1])
    changes = sorted({step.day for step in counted.steps})
    assert len(changes) > 100
    days = sorted({*DAYS[::3], *changes[::9]})
    audits = [audit(demo_session, day) for day in days]
    service.forget()
    for day, known in list(zip(days, audits, strict=True))[::4]:
        assert (
            audit(demo_session, day) == known
        )  # the same from memory, with names, records and all
    for day, found in zip(days, audits, strict=True):
        step = counted.on(day)
        by = Counter((one.check, one.community_code) for one in found.findings)
        assert by == {
            (check, code): n for check, counts in step.counts.items() for code, n in counts.items()
        }
        assert step.communities == {one.code for one in found.communities}
        lacking = {one.code: one.missing for one in found.communities if one.missing}
        assert step.missing(MUST) == lacking


def test_a_part_of_a_series_is_the_series_of_that_part(demo_session):
    first, last = TODAY - timedelta(days=90), TODAY - timedelta(days=60)
    service.forget()
    alone = series(demo_session, first, last)
    service.forget()
    series(demo_session, DAYS[0], DAYS[-1])
    part = series(demo_session, first, last)
    assert (part.first, part.last) == (first, last)
    assert part.steps[0].day == first
    assert part.steps[-1].day <= last
    assert part == alone


def test_a_step_is_a_day_on_which_something_changed(demo_session):
    steps = series(demo_session, TODAY - timedelta(days=90), TODAY).steps
    for before, step in pairwise(steps):
        eve = {one.key for one in audit(demo_session, step.day - timedelta(days=1)).findings}
        here = {one.key for one in audit(demo_session, step.day).findings}
        assert (len(here - eve), len(eve - here)) == (step.appeared, step.went)
        assert (step.appeared, step.went) != (0, 0)
        assert before.day < step.day


def daily(_facts, _limits, first, last):
    return (first + timedelta(days=n) for n in range((last - first).days))


def test_no_check_changes_between_its_turns(demo_session, monkeypatch):
    known = series(demo_session, *YEAR)
    everyday = tuple(replace(one, turns=(one.lists is None and daily) or None) for one in CHECKS)
    monkeypatch.setattr(counting, "CHECKS", everyday)
    service.forget()
    assert series(demo_session, *YEAR) == known
    service.forget()


def test_only_a_community_that_changed_is_counted_again(demo_session, monkeypatch):
    service.forget()
    before = series(demo_session, *SEASON)
    counted, real = [], CommunityHistory.turns
    monkeypatch.setattr(
        CommunityHistory, "turns", lambda one, *days: counted.append(one.code) or real(one, *days)
    )
    code = demo_session.scalar(
        text(
            "UPDATE post SET valid = daterange(lower(valid), :day) WHERE id = ("
            " SELECT p.id FROM post p JOIN area a ON a.id = p.area_id WHERE p.kind = 'police_officer'"
            " AND p.valid @> CAST(:day AS date) AND lower(p.valid) < :day ORDER BY p.id LIMIT 1"
            ") RETURNING (SELECT code FROM area WHERE id = area_id)"
        ),
        {"day": TODAY - timedelta(days=3)},
    )
    after = series(demo_session, *SEASON)
    assert counted == [code]
    assert after != before
    service.forget()
    assert series(demo_session, *SEASON) == after
    assert len(counted) == 1 + 22
