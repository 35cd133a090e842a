"""A county switches checks and sets thresholds from a day on; old days keep the rules that they had."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gridmap.coverage import service
from gridmap.coverage.audits import Level, Rule, Threshold
from gridmap.coverage.checks import CHECKS, USUAL
from gridmap.coverage.required import REQUIRED
from gridmap.coverage.rules import Asked
from gridmap.coverage.tables import CoverageRule
from gridmap.errors import InvalidInput
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.store.revision import revisions
from tests.coverage.sound import DAY, sound

NOW = datetime(2026, 5, 19, 16, 30, tzinfo=UTC)
"""Half past midnight of DAY in Asia/Shanghai; in UTC it is still the day before."""
EVE = DAY - timedelta(days=1)
LATER = DAY + timedelta(days=30)


@pytest.fixture
def world(session):
    return sound(session)


def put(session, check: str, day: date = DAY, *, on=True, now=NOW, **limits) -> None:
    service.set_rule(session, check, Rule(on, limits), day, account_id=None, now=now)


def rows(session, check: str) -> list[tuple[bool, dict, date, date | None]]:
    found = session.scalars(
        select(CoverageRule).where(CoverageRule.check == check).order_by(CoverageRule.valid)
    )
    return [(row.on, row.thresholds, row.valid.lower, row.valid.upper) for row in found]


def test_what_the_county_has_not_set_is_as_usual(session):
    assert service.rules(session, DAY) == USUAL
    assert all(rule.on for rule in USUAL.values())


def test_a_check_that_is_switched_off_is_not_put_from_that_day(world, session):
    world.end(world.posts["police"], EVE)
    world.end(world.posts["township"], EVE)
    put(session, "police", on=False)
    put(session, "township_leader", LATER, on=False)
    assert {gap[0] for gap in world.found(EVE)} == {"police", "township_leader"}
    assert {gap[0] for gap in world.found()} == {"township_leader"}
    assert "police" not in world.audit().communities[0].held
    assert world.audit(LATER - timedelta(days=1)).complete == 0
    assert world.audit(LATER).complete == 1
    put(session, "police", LATER)
    assert "police" in {gap[0] for gap in world.found(LATER)}


def test_old_days_are_judged_by_the_thresholds_of_their_day(world, session):
    put(session, "branch_members", least=7)
    assert world.found(EVE) == []
    assert {gap[0] for gap in world.found()} == {"branch_members"}
    put(session, "branch_members", LATER, least=6)
    assert {gap[0] for gap in world.found()} == {"branch_members"}
    assert "branch_members" not in {gap[0] for gap in world.found(LATER)}


def test_communities_that_are_named_have_their_days_too(world, session):
    home = world.world.community.code
    put(session, "municipal_leader", communities=(home,))
    put(session, "municipal_leader", LATER, communities=())
    assert world.found(EVE) == []
    assert [gap[2] for gap in world.found()] == ["municipal_leader_never"]
    assert world.found(LATER) == []
    with pytest.raises(InvalidInput, match="419901009009") as refusal:
        put(session, "municipal_leader", communities=(home, "419901009009"))
    assert refusal.value.field == "communities"


def test_metres_and_pairs_are_facts_that_are_asked_for_by_the_rules(world, session):
    put(session, "service_centre", metres=100, share=0)
    put(session, "posts_apart", pairs=[("director", "secretary")])
    assert world.found(EVE) == []
    assert {gap[0] for gap in world.found()} == {"service_centre", "posts_apart"}


def test_the_series_follows_the_rules_of_each_day(world, session):
    world.end(world.posts["police"], DAY - timedelta(days=9))
    put(session, "police", on=False)
    put(session, "police", LATER)
    put(session, "service_centre", LATER, metres=100, share=0)
    put(session, "posts_apart", DAY + timedelta(days=3), pairs=[("director", "secretary")])
    first, last = DAY - timedelta(days=40), LATER + timedelta(days=40)
    counted = service.series(session, first, last)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        found = sorted({gap[0] for gap in world.found(day)})
        assert found == sorted(check for check, by in counted.on(day).counts.items() if by), day


# ---------------------------------------------------------------- setting


def test_a_rule_holds_until_the_next_one_that_is_set_for_a_later_day(session):
    put(session, "visit_gap", LATER, days=90)
    put(session, "visit_gap", days=60)
    assert rows(session, "visit_gap") == [
        (True, {"days": 60}, DAY, LATER),
        (True, {"days": 90}, LATER, None),
    ]
    assert service.rules(session, LATER)["visit_gap"].limits == {"days": 90, "quarters": 1}


def test_of_two_rules_for_one_day_the_later_counts(session):
    put(session, "visit_gap", days=60)
    put(session, "visit_gap", days=70, on=False)
    assert rows(session, "visit_gap") == [(False, {"days": 70}, DAY, None)]


def test_a_rule_that_began_earlier_ends_and_stays_on_record(session):
    put(session, "visit_gap", days=60)
    put(session, "visit_gap", LATER, days=70, now=NOW + timedelta(days=3))
    assert rows(session, "visit_gap") == [
        (True, {"days": 60}, DAY, LATER),
        (True, {"days": 70}, LATER, None),
    ]


def test_setting_a_rule_is_audited_and_raises_the_data_version(session):
    before = revisions(session)["settings"]
    put(session, "visit_gap", days=60)
    assert revisions(session)["settings"] > before
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "coverage_rule_set")
    ).one()
    assert entry.object_key == "visit_gap"
    assert entry.details == {"on": True, "thresholds": {"days": 60}, "from_day": DAY.isoformat()}


@pytest.mark.parametrize(
    ("check", "day", "limits", "field"),
    [
        ("nothing", DAY, {}, "check"),
        ("visit_gap", EVE, {}, "day"),
        ("visit_gap", DAY, {"days": 0}, "days"),
        ("visit_gap", DAY, {"days": 731}, "days"),
        ("visit_gap", DAY, {"days": "9"}, "days"),
        ("visit_gap", DAY, {"metres": 9}, "metres"),
        ("police", DAY, {"days": 9}, "days"),
        ("posts_apart", DAY, {"pairs": [("secretary", "secretary")]}, "pairs"),
        ("posts_apart", DAY, {"pairs": [("secretary", "king")]}, "pairs"),
        ("posts_apart", DAY, {"pairs": [("secretary",)]}, "pairs"),
        ("branch_members", DAY, {"least": 40, "most": 30}, "most"),
    ],
)
def test_what_is_no_rule_is_refused_and_nothing_is_written(session, check, day, limits, field):
    with pytest.raises(InvalidInput) as refusal:
        put(session, check, day, **limits)
    assert refusal.value.field == field
    assert refusal.value.message("zh") != refusal.value.message("en")
    assert session.scalars(select(CoverageRule)).all() == []


def test_two_rules_of_a_check_cannot_hold_on_one_day(session):
    put(session, "police", on=False)
    same = CoverageRule(check="police", on=True, thresholds={}, set_at=NOW, valid=from_day(LATER))
    session.add(same)
    with pytest.raises(IntegrityError, match="ex_coverage_rule"):
        session.flush()


def test_a_rule_of_a_check_that_is_no_more_is_passed_over(session):
    session.add(CoverageRule(check="old", on=True, thresholds={}, set_at=NOW, valid=from_day(DAY)))
    session.flush()
    assert service.rules(session, DAY) == USUAL


# ---------------------------------------------------------------- the checks as data


def test_usual_thresholds_are_within_their_bounds():
    for check in CHECKS:
        for one in check.thresholds:
            if isinstance(one, Threshold):
                assert one.least <= one.usual <= one.most
            assert one.label.zh != one.label.en


def test_required_are_the_clauses_of_rule_4_and_all_else_is_advised():
    for check in CHECKS:
        assert check.level is (Level.REQUIRED if check in REQUIRED else Level.ADVISED)
        assert len(check.key) <= 32  # the column of the rules and of the tasks


def test_who_asks_for_more_has_what_less_asks_for():
    less, more = Asked((("a", "b"),), (500,)), Asked((("a", "b"), ("a", "c")), (500, 900))
    assert less.within(more)
    assert not more.within(less)
    assert not Asked((), (700,)).within(more)
