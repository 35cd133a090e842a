"""The board: what each number counts, that the past stays as it was, and who sees which numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gridmap.dispatch import boards, catalogue, following, service, sweeping
from gridmap.dispatch.following import Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.measures import NOWHERE, Bucket, Cut, Measure, Window
from gridmap.dispatch.rates import DEFAULT
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.store.audit import AuditEntry
from gridmap.terms import Line, Outcome, Satisfaction
from gridmap.timespan import local_day
from tests.dispatch.filings import NOW, act, filing, staffed

TODAY = local_day(NOW)
CONTENT = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)


@pytest.fixture
def people(session):
    return staffed(session)[1]


@pytest.fixture
def see(session, people):
    """The board's totals for the county's desk, or for somebody else."""

    def look(now=NOW, first=TODAY, last=TODAY, who="county", **cut):
        window = Window(first, last, now)
        return boards.board(session, people[who].scope, window, Cut(**cut))

    return look


def handled(session, people, number, now=NOW, outcome=Outcome.SOLVED):
    """The steward of the first house handles a report, the grid's worker checks it."""
    act(session, number, people["a1"], Action.ACCEPTED, now=now)
    act(session, number, people["a1"], Action.HANDLED, now=now, note="换了灯泡", outcome=outcome)
    act(session, number, people["A"], Action.CHECKED, now=now)


def answered(session, filed, answer=CONTENT, now=NOW):
    proof = Proof(track_key=filed.track_key)
    action = Action.AGREED if answer.solved else Action.REOPENED
    version = following.track(session, filed.number, proof, now).version
    said = Instruction(action, version, answer=answer)
    following.answer(session, filed.number, proof, said, now)


def test_nothing_filed_has_no_base_and_no_zero_rate(see):
    found = see()
    assert set(found.totals.values()) == {0}
    made = found.rates
    for rate in (made.response, made.resolution, made.satisfaction, made.total, made.closing):
        assert rate.value is None


def test_open_near_due_overdue_are_one_after_the_other(session, people, see):
    friday = NOW + timedelta(days=4)
    number = service.file(session, filing(), friday).number
    due_at = service.full.report_by_number(session, number).due_at
    assert due_at - friday > timedelta(days=2)

    def states(now):
        totals = see(now=now, last=TODAY + timedelta(days=9)).totals
        return [totals[m] for m in (Measure.OPEN, Measure.NEAR_DUE, Measure.OVERDUE)]

    assert states(friday) == [0, 0, 0]  # a moment is not yet in what lies before it
    assert states(friday + timedelta(seconds=1)) == [1, 0, 0]
    assert states(due_at - timedelta(hours=23)) == [1, 1, 0]
    assert states(due_at) == [1, 1, 0]
    assert states(due_at + timedelta(seconds=1)) == [1, 0, 1]


def test_past_its_promise_it_is_overdue_though_its_stage_is_not(session, people, see):
    filed = service.file(session, filing(), NOW)
    later = NOW + timedelta(days=30)
    sweeping.climb(session, later)
    found = see(now=later + timedelta(seconds=1), last=TODAY + timedelta(days=40))
    row = (
        boards.counted(session, people["county"].scope, Measure.OVERDUE, found.window, Cut())
        .reports[0]
        .row
    )
    assert row.number == filed.number
    assert row.due_at > later
    assert found.totals[Measure.CLIMBED] == 1


def test_handled_and_agreed_it_counts_in_every_rate(session, people, see):
    filed = service.file(session, filing(phone="13800001234"), NOW)
    handled(session, people, filed.number)
    answered(session, filed)
    week = see(now=NOW + timedelta(days=7), last=TODAY + timedelta(days=7))
    totals = week.totals
    for measure in (Measure.FILED, Measure.CLOSED, Measure.DUE, Measure.DUE_CLOSED, Measure.DUE_ON_TIME,
                    Measure.CALLBACKS, Measure.CONTACTED, Measure.SOLVED, Measure.SATISFIED):  # fmt: skip
        assert totals[measure] == 1, measure
    assert totals[Measure.OPEN] == totals[Measure.NOT_YET_DUE] == 0
    assert week.rates.total.value == 1
    early = see(now=NOW + timedelta(hours=1), last=TODAY + timedelta(days=7))
    assert early.totals[Measure.NOT_YET_DUE] == 1
    assert early.rates.closing.value is None


def test_a_figure_stays_when_the_past_is_over(session, people, see):
    """What happens later does not change what a day that is over says."""
    first = service.file(session, filing("k-1", phone="13800001234"), NOW)
    second = service.file(session, filing("k-2"), NOW)
    handled(session, people, first.number)
    answered(session, first)
    next_day = NOW + timedelta(days=1)
    then = see(now=next_day)
    assert (then.totals[Measure.OPEN], then.totals[Measure.SATISFIED]) == (1, 1)
    still = following.not_solved("又不亮了", contacted=True)
    answered(session, first, still, next_day)
    act(session, second.number, people["a1"], Action.JOINED, now=next_day, main_number=first.number)
    later = next_day + timedelta(days=4)
    sweeping.climb(session, later)
    assert see(now=later).totals == then.totals
    assert see(now=later).rates == then.rates
    now = see(now=later, first=local_day(next_day), last=local_day(later))
    assert (now.totals[Measure.REOPENED], now.totals[Measure.DISSATISFIED]) == (1, 1)


def test_of_two_answers_in_one_round_the_later_counts(session, people, see):
    filed = service.file(session, filing(phone="13800001234"), NOW)
    handled(session, people, filed.number)
    answered(session, filed)
    answered(session, filed, following.not_solved("还是不亮", contacted=True), NOW)
    totals = see(now=NOW + timedelta(seconds=1)).totals
    assert totals[Measure.CALLBACKS] == totals[Measure.DISSATISFIED] == 1
    assert totals[Measure.SATISFIED] == 0
    act(session, filed.number, people["A"], Action.ACCEPTED)
    act(session, filed.number, people["A"], Action.HANDLED, note="换线", outcome=Outcome.SOLVED)
    act(session, filed.number, people["community"], Action.CHECKED)
    answered(session, filed)
    again = see(now=NOW + timedelta(seconds=1))
    assert again.totals[Measure.CALLBACKS] == 2
    assert again.rates.resolution.value == 0.5
    listed = boards.counted(session, people["county"].scope, Measure.CALLBACKS, again.window, Cut())
    assert [one.row.number for one in listed.reports] == [filed.number] * 2


def test_joined_suspended_and_parts_are_left_out_and_said(session, people, see):
    main, twin, hard = (service.file(session, filing(f"k-{n}"), NOW).number for n in range(3))
    act(session, twin, people["a1"], Action.JOINED, main_number=main)
    act(session, hard, people["a1"], Action.SENT_UP, note="要换线路")
    act(session, hard, people["A"], Action.SENT_UP, note="要换线路")
    act(session, hard, people["community"], Action.ACCEPTED)
    act(session, hard, people["community"], Action.SUSPENDED, note="等改造", until=date(2026, 9, 1),
        post_id=people["community"].scope.posts[0].post_id)  # fmt: skip
    found = see(now=NOW + timedelta(days=20), last=TODAY + timedelta(days=30))
    assert found.totals[Measure.DUE] == 1
    assert found.totals[Measure.SUSPENDED] == 1
    out = found.rates.left_out
    assert (out["due_joined"], out["due_suspended"], out["parts"]) == (1, 1, 0)
    assert found.rates.closing.value == 0


def test_no_answer_and_nobody_reached_are_left_out(session, people, see):
    silent, away = (service.file(session, filing(f"k-{n}"), NOW).number for n in range(2))
    for number in (silent, away):
        handled(session, people, number)
    act(session, away, people["A"], Action.UNREACHED, note="没人接")
    later = NOW + timedelta(days=10)
    sweeping.climb(session, later)
    found = see(now=later + timedelta(seconds=1), last=TODAY + timedelta(days=30))
    assert found.totals[Measure.CALLBACKS] == 0
    assert found.rates.response.value is None
    assert (found.rates.left_out["lapsed"], found.rates.left_out["not_reached"]) == (2, 1)
    assert found.totals[Measure.CLOSED] == 2


def test_cuts_by_place_line_and_category(session, people, see):
    service.file(session, filing("k-1"), NOW)
    service.file(session, filing("k-2", x=130, code="RUBBISH"), NOW)
    service.file(session, filing("k-3", x=-300), NOW)
    now = NOW + timedelta(seconds=1)
    found = see(now=now)
    assert found.totals[Measure.FILED] == 3
    assert found.totals[Measure.UNPLACED] == 1
    grids = {row.code: row.tally[Measure.FILED] for row in found.grids}
    assert sorted(grids.values()) == [1, 1, 1]
    assert grids[None] == 1
    for code in grids:
        alone = see(now=now, grid=code or NOWHERE)
        assert alone.totals[Measure.FILED] == 1
        assert [row.code for row in alone.grids] == [code]
    assert see(now=now, category="RUBBISH").totals[Measure.FILED] == 1
    assert see(now=now, line=Line.PETITION).totals[Measure.FILED] == 0
    assert see(now=now, community="999999999999").totals[Measure.FILED] == 0


def test_everybody_sees_the_numbers_of_her_own_area(session, people, see):
    service.file(session, filing("k-1"), NOW)
    service.file(session, filing("k-2", x=130), NOW)
    now = NOW + timedelta(seconds=1)
    seen = {who: see(now=now, who=who).totals[Measure.OPEN] for who in people}
    assert seen == {"a1": 1, "b1": 1, "A": 1, "B": 1, "community": 2, "township": 2, "county": 2}
    listed = boards.counted(
        session, people["A"].scope, Measure.OPEN, Window(TODAY, TODAY, now), Cut()
    )
    assert listed.total == 1


def test_filed_per_100_households(session, people, see):
    service.file(session, filing("k-1"), NOW)
    found = see(now=NOW + timedelta(seconds=1))
    row = next(row for row in found.grids if row.code)
    assert row.households == 0
    assert row.per_100_households is None
    assert replace(row, households=50).per_100_households == 2


@pytest.mark.parametrize(
    ("days", "bucket", "count"),
    [(1, Bucket.DAY, 1), (45, Bucket.DAY, 45), (91, Bucket.WEEK, 14), (365, Bucket.MONTH, 13)],
)
def test_the_trend_covers_the_period(session, people, see, days, bucket, count):
    service.file(session, filing("k-1"), NOW)
    first = TODAY - timedelta(days=days - 1)
    found = see(now=NOW + timedelta(seconds=1), first=first)
    assert (found.bucket, len(found.trend)) == (bucket, count)
    assert found.trend[0].first == first
    assert found.trend[-1].last == TODAY
    for before, after in zip(found.trend, found.trend[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
    assert found.trend[-1].tally[Measure.FILED] == 1


def test_a_period_is_judged_by_the_formula_of_its_last_day(session, people, see):
    words = {**DEFAULT.words, Satisfaction.BASICALLY: 50}
    day = TODAY + timedelta(days=3)
    catalogue.put_rate_formula(session, day, words, DEFAULT.shares, account_id=None, now=NOW)
    later = NOW + timedelta(days=9)
    assert see(now=later).rates.formula == DEFAULT
    assert see(now=later, last=day).rates.formula.words[Satisfaction.BASICALLY] == 50


def test_pages_and_the_workbook_hold_all_of_them(session, people, see, monkeypatch):
    for n in range(5):
        service.file(session, filing(f"k-{n}"), NOW + timedelta(minutes=n))
    monkeypatch.setattr(boards, "PAGE_ROWS", 2)
    monkeypatch.setattr(boards, "CHUNK_ROWS", 2)
    window = Window(TODAY, TODAY, NOW + timedelta(hours=1))
    scope = people["county"].scope
    pages = [
        boards.counted(session, scope, Measure.FILED, window, Cut(), page=n) for n in (1, 2, 3)
    ]
    numbers = [one.row.number for page in pages for one in page.reports]
    assert [len(page.reports) for page in pages] == [2, 2, 1]
    assert len(set(numbers)) == pages[0].total == 5
    assert numbers == sorted(numbers, reverse=True)
    given = list(boards.export(session, people["county"], Measure.FILED, window, Cut()))
    assert [one.row.number for one in given] == numbers
    line = session.query(AuditEntry).filter_by(action="reports_exported").one()
    assert line.details["rows"] == 5


def test_the_board_takes_a_fixed_number_of_statements(session, people, see, statements):
    service.file(session, filing("k-1"), NOW)
    statements.clear()
    see()
    first = len(statements)
    for n in range(2, 8):
        service.file(session, filing(f"k-{n}", x=30 + 20 * n), NOW)
    statements.clear()
    see(now=NOW + timedelta(seconds=1))
    assert len(statements) == first <= 12
