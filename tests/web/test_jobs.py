"""The worker on a database of its own: sent after the commit, once, through crashes and restarts."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from gridmap.messaging import outgoing, service
from gridmap.messaging.kinds import State
from gridmap.messaging.tables import Delivery
from gridmap.store.session import engine_url, make_engine, transaction
from tests.conftest import server_url
from tests.messaging import people
from tests.web import outside
from web.delivery import sending
from web.jobs import PERIODIC, OneAtATime, Work
from web.params import now
from web.session import transactions_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(make_migrated):
    return make_migrated()


@pytest.fixture
def engine(url):
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def post_office():
    server = outside.MailServer()
    yield server
    server.close()


@pytest.fixture
def group(monkeypatch):
    monkeypatch.setenv("GRIDMAP_PRIVATE_WEBHOOKS", "1")
    server = outside.RobotServer()
    yield server
    server.close()


def tell(engine, post_office, count=1, start=0):
    """Set up the mail server and commit so many mails."""
    with transaction(engine) as session:
        people.mail_on(session, port=post_office.port)
        notices = [people.filed(f"n{i}@example.org", str(i)) for i in range(start, start + count)]
        people.post(session, *notices, now=now())


def states(engine):
    with transaction(engine) as session:
        rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return {row.state: row[1] for row in rows}


def deliver(engine):
    return sending.deliver(transactions_of(engine), now)


def test_everything_due_is_sent_once(engine, post_office):
    tell(engine, post_office, 20)
    assert deliver(engine) == 20
    assert deliver(engine) == 0
    assert states(engine) == {State.SENT: 20}
    assert len({mail["To"] for mail in post_office.mails}) == len(post_office.mails) == 20


def test_four_workers_at_once_send_nothing_twice(engine, post_office):
    tell(engine, post_office, 80)
    workers = [threading.Thread(target=deliver, args=(engine,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert states(engine) == {State.SENT: 80}
    assert sorted(mail["To"] for mail in post_office.mails) == sorted(
        f"n{i}@example.org" for i in range(80)
    )


def test_a_crash_between_claim_and_answer_sends_nothing_twice(engine, post_office):
    tell(engine, post_office, 3)
    with transaction(engine) as session:
        lost = outgoing.claim(session, now())
    deliver(engine)
    assert states(engine) == {State.SENDING: 1, State.SENT: 2}
    with transaction(engine) as session:
        session.execute(text("UPDATE delivery SET claimed_at = claimed_at - interval '11 minutes'"))
    deliver(engine)
    assert states(engine) == {State.UNCERTAIN: 1, State.SENT: 2}
    assert lost.email not in {mail["To"] for mail in post_office.mails}
    with transaction(engine) as session:
        outgoing.send_again(session, lost.delivery_id, now(), account_id=None)
    deliver(engine)
    assert states(engine) == {State.SENT: 3}


def test_a_failure_is_tried_again_and_arrives(engine, group):
    with transaction(engine) as session:
        people.robot(session, group.url)
        people.post(session, people.held(people.person(session).id), now=now())
    group.behave = outside.answer(b"", 500)
    assert deliver(engine) == 1
    assert states(engine) == {State.FAILED: 1}
    group.behave = outside.answer()
    assert deliver(engine) == 0
    with transaction(engine) as session:
        session.execute(
            text("UPDATE delivery SET next_at = now(); UPDATE robot SET ready_at = NULL")
        )
    assert deliver(engine) == 1
    assert states(engine) == {State.SENT: 1}
    assert len(group.bodies) == 2


def test_a_robot_is_waited_for_between_messages(engine, group):
    with transaction(engine) as session:
        people.robot(session, group.url)
        notices = [people.held(people.person(session, str(i)).id, str(i)) for i in range(3)]
        people.post(session, *notices, now=now())
    started = time.monotonic()
    assert deliver(engine) == 3
    assert time.monotonic() - started >= 2 * outgoing.ROBOT_PAUSE.total_seconds() - 0.5


def test_a_stop_is_heard_between_two_mails(engine, post_office):
    tell(engine, post_office, 5)
    sending.deliver(transactions_of(engine), now, lambda: len(post_office.raw) >= 2)
    assert states(engine) == {State.SENT: 2, State.PENDING: 3}


def test_work_asked_for_during_a_run_is_done_by_that_run():
    seen, entered, go_on = [], threading.Event(), threading.Event()

    def run(work):
        seen.append(work)
        entered.set()
        go_on.wait(5)

    alone, work = OneAtATime(run), Work(transactions_of(None))
    first = threading.Thread(target=alone, args=(work,))
    first.start()
    entered.wait(5)
    alone(work)
    alone(replace(work))
    assert len(seen) == 1
    go_on.set()
    first.join()
    assert len(seen) == 2


def test_everything_periodic_runs_on_an_empty_database(engine):
    for one in PERIODIC:
        one.run(Work(transactions_of(engine)))


class Worker:
    """`gridmap work` in a process of its own; what it says goes into a file."""

    def __init__(self, url, log, *options):
        self.log = log
        self.out = log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from web.commands import main; main()", "work", *options],
            env=os.environ | {"DATABASE_URL": url, "SECRET_KEY": "x"},
            stdout=self.out,
            stderr=subprocess.STDOUT,
        )

    def said(self):
        return self.log.read_text()

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self.out.close()
        return code


@pytest.fixture
def start_worker(tmp_path):
    started = []

    def start(url, *options):
        started.append(Worker(url, tmp_path / f"worker-{len(started)}.log", *options))
        return started[-1]

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.end(signal.SIGKILL)
        worker.out.close()


def wait_until(true, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def seen(engine):
    with transaction(engine) as session:
        return service.worker_seen_at(session) is not None


def test_the_worker_sends_at_once_after_the_commit(engine, url, post_office, start_worker):
    worker = start_worker(url)
    wait_until(lambda: seen(engine))
    tell(engine, post_office)
    wait_until(lambda: len(post_office.raw) == 1)
    with transaction(engine) as session:
        people.post(session, people.filed("late@example.org", "late"), now=now())
        session.flush()
        time.sleep(1.0)
        assert len(post_office.raw) == 1
    committed = time.monotonic()
    wait_until(lambda: len(post_office.raw) == 2)
    assert time.monotonic() - committed < 2
    wait_until(lambda: states(engine) == {State.SENT: 2})
    assert worker.end() == 0
    assert "worker stopped" in worker.said()
    assert "Traceback" not in worker.said()
    assert not seen(engine)


def test_two_workers_and_the_death_of_one_send_nothing_twice(
    engine, url, post_office, start_worker
):
    workers = [start_worker(url), start_worker(url)]
    wait_until(lambda: seen(engine))
    for batch in range(10):
        tell(engine, post_office, 20, start=batch * 20)
        if batch == 5:
            workers[0].end(signal.SIGKILL)
    wait_until(lambda: states(engine).get(State.PENDING, 0) == 0)
    time.sleep(0.5)
    arrived = [mail["To"] for mail in post_office.mails]
    assert len(arrived) == len(set(arrived))
    counts = states(engine)
    assert counts.get(State.SENDING, 0) <= 1
    assert counts[State.SENT] + counts.get(State.SENDING, 0) == 200
    assert workers[1].end() == 0


def test_the_worker_comes_back_when_the_database_does(engine, url, post_office, start_worker):
    worker = start_worker(url)
    wait_until(lambda: seen(engine))
    name = engine_url(url).database
    admin = create_engine(engine_url(server_url()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
        time.sleep(8)
        assert worker.process.poll() is None
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    admin.dispose()
    engine.dispose()
    tell(engine, post_office)
    wait_until(lambda: len(post_office.raw) == 1, 90)
    assert worker.end() == 0


def test_a_worker_ends_with_the_process_that_started_it(url, tmp_path):
    script = (
        "import os, subprocess, sys, time\n"
        "worker = subprocess.Popen([sys.executable, '-c', 'from web.commands import main; main()',"
        " 'work', '--with-parent', str(os.getpid())], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | {"DATABASE_URL": url, "SECRET_KEY": "x"},
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = int(parent.stdout.readline())
    time.sleep(4)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not alive(worker), 30)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0]
    return state != "Z"


GRIDMAP = """#!{python}
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
pathlib.Path(os.environ["GRIDMAP_HOME"], "started").write_text(" ".join(sys.argv[1:]))
time.sleep(60)
"""


def test_the_worker_of_a_folder_is_stopped_and_no_other(tmp_path):
    program = tmp_path / ".venv/bin/gridmap"
    program.parent.mkdir(parents=True)
    program.write_text(GRIDMAP.format(python=sys.executable))
    program.chmod(0o755)
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()
    starts = "".join(
        f"export GRIDMAP_HOME={home}; start_worker; pids+=($!)\n"
        f"until [[ -e {home}/started ]]; do sleep 0.1; done\n"
        for home in homes
    )
    script = (
        f"set -euo pipefail\nVENV={tmp_path}/.venv\npids=()\n"
        f"source {ROOT}/scripts/setup/messages.sh\nsource {ROOT}/scripts/setup/worker.sh\n"
        f"{starts}DATA_HOME={homes[0]}\nstop_workers\n"
        "[[ -z $(workers_here) ]]\n"
        "kill -0 ${pids[1]}\nkill ${pids[1]}\necho $$\n"
    )
    answer = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    parent = answer.stdout.strip()
    assert (homes[0] / "started").read_text() == f"work --with-parent {parent}"
