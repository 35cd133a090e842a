"""Many at once, each in a transaction of its own on real PostGIS: one wins, nothing is done twice."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text

from gridmap.dispatch import service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.sweeping import Swept, climb, sweep
from gridmap.dispatch.tables import Report, Step
from gridmap.errors import GridmapError, StaleVersion
from gridmap.messaging.tables import Message
from gridmap.messaging.words import Event
from gridmap.store.session import transaction
from gridmap.terms import Rung, Stage
from tests.dispatch.filings import DAY, NOW, act, filing

LATE = NOW + timedelta(days=7)
SENDERS = 8


def file_many(engine, count, **facts):
    with transaction(engine) as session:
        return [service.file(session, filing(f"r-{n}", **facts), NOW).number for n in range(count)]


def at_once(works):
    """Start all of these at the same moment; return what each gave or raised."""
    barrier = threading.Barrier(len(works))
    outcomes = [None] * len(works)

    def run(place, work):
        barrier.wait()
        try:
            outcomes[place] = work()
        except GridmapError as refusal:
            outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def move(engine, number, who, action, **facts):
    with transaction(engine) as session:
        return act(session, number, who, action, **facts)


def test_thirty_desks_dispatch_one_report_and_one_wins(committed):
    engine, crowd = committed
    (number,) = file_many(engine, 1, code="RELIEF")
    with transaction(engine) as session:
        desks = [crowd.reader(session, name, DAY) for name in ("desk", "desk 2", "secretary")]
    targets = [crowd.posts[name].id for name in ("worker", "branch", "steward", "police", "urban")]
    works = [
        partial(
            move,
            engine,
            number,
            desks[turn % 3],
            Action.DISPATCHED,
            version=1,
            post_id=targets[turn % 5],
            key=f"step-{turn}",
        )
        for turn in range(30)
    ]
    outcomes = at_once(works)
    won = [turn for turn, one in enumerate(outcomes) if not isinstance(one, StaleVersion)]
    assert len(won) == 1
    assert outcomes[won[0]].row.stage is Stage.HANDLING
    assert all(one.message("zh") for one in outcomes if isinstance(one, StaleVersion))
    with transaction(engine) as session:
        row = session.scalars(select(Report)).one()
        assert (row.version, row.holder_post_id) == (2, targets[won[0] % 5])
        assert session.scalar(select(func.count()).select_from(Step)) == 2


def test_a_thousand_reports_each_sent_three_times_are_a_thousand(committed):
    engine, _ = committed

    def send(turn):
        with transaction(engine) as session:
            return service.file(session, filing(f"r-{turn % 1000}", code="RUBBISH"), NOW)

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(send, range(3000)))
    assert sum(not answer.replayed for answer in answers) == 1000
    by_key = [{answers[turn + 1000 * again].number for again in range(3)} for turn in range(1000)]
    assert all(len(numbers) == 1 for numbers in by_key)
    with transaction(engine) as session:
        counts = [
            session.scalar(select(func.count()).select_from(table)) for table in (Report, Step)
        ]
        told = select(func.count()).where(Message.event == Event.HELD)
        assert [*counts, session.scalar(told)] == [1000, 1000, 1000]


def test_one_step_sent_ten_times_at_once_is_one_step_with_one_answer(committed):
    engine, crowd = committed
    (number,) = file_many(engine, 1)
    with transaction(engine) as session:
        steward = crowd.reader(session, "steward", DAY)
    work = partial(move, engine, number, steward, Action.ACCEPTED, version=1, key="step-1")
    outcomes = at_once([work] * 10)
    assert {(one.row.version, one.row.stage) for one in outcomes} == {(2, Stage.ACCEPTED)}
    with transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(Step)) == 2


def test_two_joined_to_each_other_at_once_are_no_ring(committed):
    engine, crowd = committed
    first, second = file_many(engine, 2, code="RUBBISH")
    with transaction(engine) as session:
        worker = crowd.reader(session, "worker", DAY)
    works = [
        partial(move, engine, number, worker, Action.JOINED, version=1, main_number=main)
        for number, main in ((first, second), (second, first))
    ]
    refused = [one for one in at_once(works) if isinstance(one, GridmapError)]
    assert len(refused) == 1
    with transaction(engine) as session:
        joined = session.scalars(select(Report).where(Report.joined_to_id.is_not(None))).all()
        assert len(joined) == 1


@pytest.fixture
def late(committed):
    """Sixty reports that are out of time."""
    engine, crowd = committed
    return engine, crowd, file_many(engine, 60)


def climbed(engine):
    with transaction(engine) as session:
        query = select(Step.report_id).where(Step.action == Action.CLIMBED)
        return Counter(session.scalars(query).all())


def test_two_sweeps_at_once_do_each_report_once(late):
    engine, crowd, _ = late
    run = partial(sweep, partial(transaction, engine), LATE, 7)
    swept = at_once([run] * 3)
    assert sum(one.moved for one in swept) == 60
    assert set(climbed(engine).values()) == {1}
    assert len(climbed(engine)) == 60
    with transaction(engine) as session:
        query = select(Message.person_id).where(Message.event == Event.CLIMBED)
        assert Counter(session.scalars(query).all()) == {crowd.posts["worker"].person_id: 60}
    assert sweep(partial(transaction, engine), LATE) == Swept(0, 0, 0)


def test_a_report_that_a_desk_is_moving_is_left_for_the_next_minute(late):
    engine, crowd, numbers = late
    with transaction(engine) as desk:
        desk.execute(
            text("SELECT id FROM report WHERE number = :number FOR UPDATE"), {"number": numbers[0]}
        )
        with transaction(engine) as session:
            assert climb(session, LATE) == 59
    with transaction(engine) as session:
        steward = crowd.reader(session, "steward", DAY)
        assert act(session, numbers[0], steward, Action.ACCEPTED, now=LATE).row.version == 2
    with transaction(engine) as session:
        assert climb(session, LATE) == 0
    assert len(climbed(engine)) == 59


def test_who_moves_what_the_sweep_has_just_moved_is_told(late):
    engine, crowd, numbers = late
    with transaction(engine) as session:
        steward = crowd.reader(session, "steward", DAY)
    accept = partial(move, engine, numbers[0], steward, Action.ACCEPTED, version=1, now=LATE)
    with transaction(engine) as sweeping:
        assert climb(sweeping, LATE) == 60
        waiting = ThreadPoolExecutor(1).submit(at_once, [accept])
    (refusal,) = waiting.result(30)
    assert isinstance(refusal, StaleVersion)
    assert "系统" in refusal.message("zh")
    with transaction(engine) as session:
        row = session.scalars(select(Report).where(Report.number == numbers[0])).one()
        assert (row.version, row.rung) == (2, Rung.GRID_BRANCH)
