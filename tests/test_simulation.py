"""A few simulated weeks over the demo county: the board against a recount in plain SQL."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geodata.demo.reports import Load, simulate
from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.dispatch import boards
from gridmap.dispatch.measures import Cut, Measure, Window
from gridmap.dispatch.rates import DEFAULT, WHOLE
from gridmap.store.session import make_engine, transaction
from gridmap.terms import PostKind, Satisfaction
from gridmap.timespan import local_day, start_of
from web.params import today

PROGRAM = Path(__file__).parents[1] / "scripts/simulation/year.py"
COUNTY = scope_of((HeldPost(0, PostKind.COUNTY_DESK, 0, ""),), ())
REPORTS = 150
WEEKS = timedelta(weeks=3)

LAST = """
last AS (SELECT DISTINCT ON (report_id) report_id, stage, due_at FROM step WHERE at < :at
         ORDER BY report_id, sequence DESC),
whole AS (SELECT r.*, l.stage AS stood, l.due_at AS was_due FROM report r JOIN last l ON l.report_id = r.id
          WHERE r.parent_id IS NULL)
"""
IS_OPEN = "stood NOT IN ('closed', 'joined')"
LATE = """stood IN ('filed', 'accepted', 'handling', 'checking') AND (was_due < :at
          OR (stood <> 'checking' AND promised_at < :at))"""
PROMISED = "promised_at >= :begin AND promised_at < :end"
DUE = f"{PROMISED} AND promised_at < :at AND stood NOT IN ('joined', 'suspended')"
STEPPED = (
    "SELECT count(DISTINCT s.report_id) FROM step s JOIN report r ON r.id = s.report_id"
    " WHERE r.parent_id IS NULL AND s.at >= :begin AND s.at < :at AND "
)
ANSWERED = """
WITH said AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.report_id, (
      SELECT count(*) FROM step s WHERE s.report_id = f.report_id AND s.action = 'reopened'
      AND s.sequence < f.step_sequence) ORDER BY f.step_sequence DESC) AS from_last
  FROM feedback f WHERE reached AND at >= :begin AND at < :at)
SELECT count(*) FROM said WHERE from_last = 1
"""


def whole(condition):
    return f"WITH {LAST} SELECT count(*) FROM whole WHERE {condition}"


RECOUNTS = {
    Measure.OPEN: whole(IS_OPEN),
    Measure.OVERDUE: whole(LATE),
    Measure.NEAR_DUE: whole(
        f"stood IN ('filed', 'accepted', 'handling', 'checking') AND NOT ({LATE})"
        " AND was_due < CAST(:at AS timestamptz) + interval '24 hours'"
    ),
    Measure.SUSPENDED: whole("stood = 'suspended'"),
    Measure.SUPERVISED: whole(
        f"{IS_OPEN} AND id IN (SELECT report_id FROM step WHERE action = 'supervised' AND at < :at)"
    ),
    Measure.UNPLACED: whole(f"{IS_OPEN} AND grid_id IS NULL"),
    Measure.FILED: whole("filed_at >= :begin"),
    Measure.PARTS: "SELECT count(*) FROM report WHERE parent_id IS NOT NULL"
    " AND filed_at >= :begin AND filed_at < :at",
    Measure.CLOSED: STEPPED + "s.stage = 'closed' AND s.action <> 'noted'",
    Measure.CLIMBED: STEPPED + "s.action IN ('climbed', 'overdue')",
    Measure.REOPENED: STEPPED + "s.action = 'reopened'",
    Measure.LAPSED: STEPPED + "s.action = 'lapsed'",
    Measure.NOT_REACHED: STEPPED + "s.action = 'unreached' AND NOT EXISTS (SELECT FROM feedback f"
    " WHERE f.report_id = s.report_id AND f.reached AND f.at >= :begin AND f.at < :at)",
    Measure.DUE: whole(DUE),
    Measure.DUE_CLOSED: whole(f"{DUE} AND stood = 'closed'"),
    Measure.DUE_ON_TIME: whole(
        f"{DUE} AND stood = 'closed' AND promised_at >= (SELECT max(s.at) FROM step s"
        " WHERE s.report_id = whole.id AND s.action = 'handled' AND s.at < :at)"
    ),
    Measure.DUE_JOINED: whole(f"{PROMISED} AND stood = 'joined'"),
    Measure.DUE_SUSPENDED: whole(f"{PROMISED} AND stood = 'suspended'"),
    Measure.NOT_YET_DUE: whole(
        f"{PROMISED} AND promised_at >= :at AND stood NOT IN ('joined', 'suspended')"
    ),
    Measure.CALLBACKS: ANSWERED,
    Measure.CONTACTED: ANSWERED + " AND contacted",
    Measure.SOLVED: ANSWERED + " AND solved",
    Measure.SATISFIED: ANSWERED + " AND satisfaction = 'satisfied'",
    Measure.BASICALLY: ANSWERED + " AND satisfaction = 'basically'",
    Measure.DISSATISFIED: ANSWERED + " AND satisfaction = 'dissatisfied'",
}


def load_of(reports, length, seed=7):
    end = start_of(today())
    return Load(reports, end - length, end, seed)


@pytest.fixture(scope="module")
def simulated(make_demo):
    """A database with three simulated weeks, what was made, and the moment at which they end."""
    engine, load = make_engine(make_demo(), statement_timeout_s=0), load_of(REPORTS, WEEKS)
    made = simulate(lambda: transaction(engine), load)
    yield engine, made, load.end
    engine.dispose()


@pytest.fixture
def weeks(simulated):
    """A session on the simulated weeks."""
    with Session(simulated[0]) as session:
        yield session


def windows(end):
    """All of it as of its end; the second week, which is over; a week that still runs."""
    day = local_day(end) - timedelta(days=1)
    first = day - WEEKS + timedelta(days=1)
    return (
        Window(first, day, end),
        Window(first + timedelta(days=7), first + timedelta(days=13), end),
        Window(day - timedelta(days=3), day + timedelta(days=3), end),
    )


@pytest.fixture(params=["all", "a week that is over", "a week that runs"])
def window(request, simulated):
    """One of the periods."""
    names = ["all", "a week that is over", "a week that runs"]
    return windows(simulated[2])[names.index(request.param)]


def test_the_weeks_hold_every_kind_of_move(simulated):
    _, made, _ = simulated
    assert made.filed >= REPORTS - 5
    assert made.swept > 50
    assert made.reminded > 50
    assert {"accepted", "dispatched", "handled", "returned", "sent_up", "checked", "rejected",
            "agreed", "reopened", "unreached", "suspended"} <= set(made.moves)  # fmt: skip
    assert sum(made.refused.values()) < made.filed / 5


def test_every_number_is_that_of_a_plain_recount(weeks, window):
    assert set(RECOUNTS) == set(Measure)
    found = boards.board(weeks, COUNTY, window, Cut())
    moments = {"begin": window.begin, "end": window.end, "at": window.at}
    recounted = {
        measure: weeks.scalar(text(query), {k: v for k, v in moments.items() if f":{k}" in query})
        for measure, query in RECOUNTS.items()
    }
    assert dict(found.totals) == recounted
    assert recounted[Measure.CLOSED] > 0
    assert recounted[Measure.CALLBACKS] > 0


def test_every_number_is_the_length_of_the_list_it_opens(weeks, window):
    found = boards.board(weeks, COUNTY, window, Cut())
    for measure in Measure:
        listed = boards.counted(weeks, COUNTY, measure, window, Cut())
        assert listed.total == found.totals[measure], measure
        assert len(listed.reports) == min(listed.total, boards.PAGE_ROWS), measure
    busiest = found.communities[0]
    cut = Cut(community=busiest.code)
    alone = boards.board(weeks, COUNTY, window, cut)
    assert alone.totals == busiest.tally
    for measure in (Measure.OPEN, Measure.CLOSED, Measure.DUE, Measure.CALLBACKS):
        listed = boards.counted(weeks, COUNTY, measure, window, cut)
        assert listed.total == busiest.tally[measure]


def test_communities_grids_and_lines_add_up(weeks, window):
    found = boards.board(weeks, COUNTY, window, Cut())
    for rows in (found.communities, found.grids, found.lines):
        for measure in Measure:
            assert sum(row.tally[measure] for row in rows) == found.totals[measure], measure


def test_a_stretch_of_the_trend_is_a_period_of_its_own(weeks, simulated):
    found = boards.board(weeks, COUNTY, windows(simulated[2])[0], Cut())
    assert sum(point.tally[Measure.FILED] for point in found.trend) == found.totals[Measure.FILED]
    for point in found.trend[::4]:
        own = boards.board(weeks, COUNTY, Window(point.first, point.last, simulated[2]), Cut())
        for measure in (Measure.FILED, Measure.CLOSED, Measure.CLIMBED):
            assert own.totals[measure] == point.tally[measure]


def test_the_rates_are_made_of_the_counts(weeks, window):
    found = boards.board(weeks, COUNTY, window, Cut())
    tally, made = found.totals, found.rates
    base = tally[Measure.CALLBACKS]
    content = sum(tally[Measure(word)] * DEFAULT.words[word] / WHOLE for word in Satisfaction)
    assert made.response.value == pytest.approx(tally[Measure.CONTACTED] / base)
    assert made.resolution.value == pytest.approx(tally[Measure.SOLVED] / base)
    assert made.satisfaction.value == pytest.approx(content / base)
    assert (made.closing.numerator, made.closing.denominator) == (
        tally[Measure.DUE_CLOSED],
        tally[Measure.DUE],
    )
    assert made.left_out["lapsed"] == tally[Measure.LAPSED]


def test_no_open_report_is_without_a_holder(weeks):
    query = """SELECT count(*) FROM report WHERE stage NOT IN ('closed', 'joined')
               AND (holder_post_id IS NULL OR stage_since IS NULL)"""
    assert weeks.scalar(text(query)) == 0
    unheld = """SELECT count(*) FROM report r LEFT JOIN post p ON p.id = r.holder_post_id
                AND p.valid @> CAST(:day AS date) WHERE r.stage NOT IN ('closed', 'joined') AND p.id IS NULL"""
    assert weeks.scalar(text(unheld), {"day": today() - timedelta(days=1)}) == 0


def test_names_and_phones_are_made_up(weeks):
    phones = weeks.scalars(text("SELECT DISTINCT reporter_phone FROM report")).all()
    assert all(phone is None or phone.startswith("1380000") for phone in phones)


def test_the_same_seed_gives_the_same_reports(make_demo):
    query = text(
        "SELECT r.number, r.stage, r.rung, r.filed_at, r.description, s.sequence, s.action, s.at, s.note,"
        " s.holder_post_id, f.satisfaction FROM report r JOIN step s ON s.report_id = r.id LEFT JOIN feedback f"
        " ON f.report_id = r.id AND f.step_sequence = s.sequence ORDER BY r.number, s.sequence"
    )
    stories = []
    for seed in (3, 3, 4):
        engine = make_engine(make_demo(), statement_timeout_s=0)
        simulate(lambda engine=engine: transaction(engine), load_of(40, timedelta(days=4), seed))
        with engine.connect() as connection:
            stories.append(connection.execute(query).all())
        engine.dispose()
    assert len(stories[0]) > 40  # more on working days than over a weekend
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


def test_the_program_refuses_a_database_with_reports(simulated):
    url = simulated[0].url.render_as_string(hide_password=False).replace("+psycopg", "")
    ran = subprocess.run(
        [sys.executable, PROGRAM, "--reports", "1", "--year", str(today().year)],
        env={"DATABASE_URL": url, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "--yes" in ran.stderr
