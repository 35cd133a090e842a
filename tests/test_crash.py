"""kill -9 of the app and of PostgreSQL while reports stream in: nothing acknowledged is lost or doubled."""

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geodata import categories
from gridmap.store import schema
from gridmap.store.session import make_engine
from tests import worlds

SENDERS = 4
KILLS = 3
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))


def free_port() -> int:
    """A port that stays free while its server is dead: the system gives others none below 32768."""
    while True:
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", 20_000 + secrets.randbelow(12_000)))
            return trial.getsockname()[1]


class Cluster:
    """A durable cluster of its own, run by the postgres user when the tests run as root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.binaries = BINARIES[-1].parent
        self.prefix = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self.prefix = ["runuser", "-u", "postgres", "--"]
        self.run(
            "initdb",
            "-D",
            self.data,
            "-U",
            "gridmap",
            "--auth=trust",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        )

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    @property
    def url(self) -> str:
        return f"postgresql://gridmap@127.0.0.1:{self.port}/postgres"

    def run(self, *words: str) -> None:
        command = [*self.prefix, str(self.binaries / words[0]), *words[1:]]
        subprocess.run(
            command,
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on"
        )
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", self.data, "-o", options, "-l", log, "-w", "-t", "60", "start")

    def kill(self) -> None:
        """End the postmaster and every backend at once, as a power cut would."""
        pid = int((Path(self.data) / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in [pid, *map(int, children)]:
            os.kill(one, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.05)

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")


class Server:
    """`gridmap serve` in a process group of its own."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self.port = free_port()
        self.environment = os.environ | {
            "DATABASE_URL": cluster.url,
            "GRIDMAP_HOME": str(home),
            "GRIDMAP_RATE_LIMITS": "0",
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-c",
            "from web.commands import main; main()",
            "serve",
            "--port",
            str(self.port),
        ]
        self.process = subprocess.Popen(
            command,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Sender(threading.Thread):
    """Files report after report; each key is sent again until the server acknowledges it."""

    def __init__(self, port: int, category: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.category, self.stop = port, category, stop
        self.acknowledged: dict[str, str] = {}

    def run(self) -> None:
        while not self.stop.is_set():
            key = secrets.token_hex(16)
            while (number := self.send(key)) is None:
                if self.stop.is_set():
                    return
                time.sleep(0.1)
            self.acknowledged[key] = number

    def send(self, key: str) -> str | None:
        lon, lat = worlds.lonlat(50, 50)
        body = {
            "category": self.category,
            "description": f"路灯坏了 {key}",
            "place": {"lon": lon, "lat": lat, "crs": "wgs84", "source": "pin"},
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/reports",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Idempotency-Key": key},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return json.load(answer)["number"]
        except (OSError, urllib.error.URLError):
            return None


@pytest.fixture
def cluster(tmp_path_factory):
    if not BINARIES:
        pytest.skip("PostgreSQL's own programs are not installed; scripts/test brings them")
    folder = Path(f"/tmp/gridmap-crash-{secrets.token_hex(4)}")  # noqa: S108 - the postgres user must reach it
    folder.mkdir()
    cluster = Cluster(folder)
    cluster.start()
    engine = make_engine(cluster.url)
    schema.upgrade(engine)
    with Session(engine) as session, session.begin():
        worlds.draw(session, "AB")
        categories.load(session, worlds.START)
    engine.dispose()
    yield cluster
    cluster.stop()
    shutil.rmtree(folder)


def test_no_acknowledged_report_is_lost_or_doubled(cluster, tmp_path):
    engine = make_engine(cluster.url)
    with engine.connect() as connection:
        category = connection.scalar(text("SELECT min(code) FROM category"))
    engine.dispose()
    server, stop = Server(cluster, tmp_path), threading.Event()
    senders = [Sender(server.port, category, stop) for _ in range(SENDERS)]
    server.start()
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        wait_for_more(senders)
        cluster.kill()
        server.kill()
        cluster.start()
        server.start()
    wait_for_more(senders)
    stop.set()
    for sender in senders:
        sender.join(30)
    server.kill()
    with engine.connect() as connection:
        kept = dict(connection.execute(text("SELECT idempotency_key, number FROM report")).all())
        steps = connection.scalar(text("SELECT count(DISTINCT report_id) FROM step"))
        total = connection.scalar(text("SELECT count(*) FROM report"))
    engine.dispose()
    acknowledged = {
        key: number for sender in senders for key, number in sender.acknowledged.items()
    }
    assert len(acknowledged) >= (KILLS + 1) * SENDERS
    assert {key: kept.get(key) for key in acknowledged} == acknowledged
    assert len(set(kept.values())) == total == len(kept) == steps


def wait_for_more(senders: list[Sender], each: int = 5) -> None:
    """Wait until every sender got some more acknowledgements."""
    goal = [len(sender.acknowledged) + each for sender in senders]
    deadline = time.monotonic() + 60
    while any(len(s.acknowledged) < g for s, g in zip(senders, goal, strict=True)):
        assert time.monotonic() < deadline, "no reports are acknowledged"
        time.sleep(0.05)
