"""The set-up scripts, run for real: what they refuse, and a private cluster through a crash."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("messages", "ports", "machine", "environment", "home", "cluster", "server")
LIVES = "cluster_runs $FOLDER && echo yes || echo no"
# A process of the server's own user that is no server.
SLEEPER = "as_server sh -c 'sleep 60 >/dev/null 2>&1 & echo $!'"


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal and without input."""
    inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "PORT"}}
    return subprocess.run(
        words,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def shell(script: str, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run lines of bash that see the functions of scripts/setup."""
    sources = "".join(f"source '{ROOT}/scripts/setup/{part}.sh'\n" for part in PARTS)
    head = f"set -euo pipefail\nROOT='{root}'\n{sources}find_python\n"
    return command("bash", "-c", head + script, **environment)


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return command(str(ROOT / "scripts/run"), *options, **environment)


def test_help_speaks_both_languages() -> None:
    answer = run("--help")
    assert answer.returncode == 0
    assert "--setup-only" in answer.stdout
    assert "演示县" in answer.stdout
    assert "demo county" in answer.stdout


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--bogus"], "--bogus"),
        (["--port"], "--port"),
        (["--port", "80a"], "80a"),
        (["--port", "0"], "0"),
        (["--port=65536"], "65536"),
        (["--host"], "--host"),
    ],
)
def test_a_bad_command_line_is_refused_by_name(options: list[str], word: str) -> None:
    answer = run(*options)
    assert answer.returncode == 2
    chinese, english = answer.stderr.splitlines()
    assert word in chinese
    assert word in english


@pytest.mark.parametrize("host", ["127.0.0.1", "0"])
def test_a_taken_port_is_refused_before_anything_is_made(tmp_path: Path, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = run("--host", host, "--port", str(port), GRIDMAP_HOME=str(tmp_path / "home"))
    assert answer.returncode == 1
    chinese, english = answer.stderr.splitlines()
    assert f"端口 {port} 已被" in chinese
    assert f"(process {os.getpid()})" in english
    assert "--port" in english
    assert not (tmp_path / "home").exists()


def test_an_address_of_another_machine_is_refused() -> None:
    answer = run("--host", "192.0.2.1")
    assert answer.returncode == 1
    assert "192.0.2.1" in answer.stderr


def test_a_full_disk_is_refused() -> None:
    full = "df() { printf 'head\\nfs 9 9 1048576 99%% /\\n'; }\n"
    answer = shell(full + "require_space /var/nowhere/yet")
    assert answer.returncode == 1
    assert "1024 MB" in answer.stderr
    assert "2 GB" in answer.stderr


def test_without_rights_the_missing_packages_are_named() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become a user without rights")
    if command("runuser", "-u", "nobody", "--", "test", "-r", str(ROOT)).returncode:
        pytest.skip("the user nobody cannot read this folder")
    lines = f"source {ROOT}/scripts/setup/messages.sh; source {ROOT}/scripts/setup/machine.sh; "
    answer = command(
        "runuser", "-u", "nobody", "--", "bash", "-c", lines + "require_administrator postgis"
    )
    assert answer.returncode == 1
    assert "apt-get install postgis" in answer.stderr


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).write_text('#!/bin/sh\n[ "$1" != --version ] || echo Python 3.9.2\n')
        (tmp_path / name).chmod(0o755)
    answer = run("--setup-only", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert answer.returncode == 1
    assert "3.9.2" in answer.stderr
    assert "3.11" in answer.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone that holds only what decides the environment."""
    for name in ("pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_stamp_follows_dependencies_and_nothing_else(project: Path) -> None:
    def stamp() -> str:
        return shell("environment_stamp", root=project).stdout

    first = stamp()
    configuration = project / "pyproject.toml"
    configuration.write_text(configuration.read_text() + '\n[tool.other]\nkey = "value"\n')
    assert stamp() == first
    with (project / "constraints.txt").open("a") as constraints:
        constraints.write("somepackage==1.0\n")
    assert stamp() != first


def test_without_a_package_registry_the_old_environment_stays(project: Path) -> None:
    (project / ".venv").mkdir()
    (project / ".venv/old").touch()
    answer = shell(
        "require_environment run",
        root=project,
        PIP_CONFIG_FILE=os.devnull,
        PIP_FIND_LINKS="",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="1",
    )
    assert answer.returncode == 1
    assert "registry cannot be reached" in answer.stderr
    assert (project / ".venv/old").exists()
    assert not (project / "build/venv").exists()


def test_programs_of_a_moved_environment_start(project: Path) -> None:
    answer = shell(
        '"$PYTHON" -m venv --without-pip "$VENV_NEW"\n'
        'printf "#!%s\\nprint(6 * 7)\\n" "$VENV_NEW/bin/python" >"$VENV_NEW/bin/answer"\n'
        'chmod +x "$VENV_NEW/bin/answer"\nplace_environment\n"$VENV/bin/answer"',
        root=project,
    )
    assert answer.stdout == "42\n", answer.stderr
    assert not (project / "build").exists()


class Cluster:
    """A private cluster in a folder of its own, driven through scripts/setup/cluster.sh."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        head = (
            f"FOLDER='{self.folder}' DATA_HOME='{self.folder}'\nchoose_server_user\nfind_postgres\n"
        )
        return shell(head + script)

    def ok(self, script: str) -> str:
        answer = self.shell(script)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def start(self) -> None:
        self.ok("require_cluster $FOLDER durable")

    def sql(self, text: str) -> str:
        return self.ok(f'query $FOLDER -d "service=superuser dbname=gridmap" -c "{text}"')

    def process(self) -> int:
        return int((self.folder / "postgres/postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A running cluster with the database; below /tmp, which the server's user can reach."""
    if shell("find_postgres").returncode:
        pytest.skip("no PostgreSQL with PostGIS on this machine")
    folder = Path(tempfile.mkdtemp(prefix="gridmap-setup-"))
    folder.chmod(0o711)
    made = Cluster(folder)
    try:
        made.start()
        made.ok("require_database $FOLDER\nrequire_database $FOLDER")
        yield made
    finally:
        made.shell("stop_cluster $FOLDER immediate")
        shutil.rmtree(folder)


def test_the_cluster_is_durable_private_and_knows_chinese(cluster: Cluster) -> None:
    cluster.ok("check_cluster $FOLDER")
    assert (cluster.folder / "pg_service.conf").stat().st_mode & 0o777 == 0o600
    assert cluster.sql("SHOW listen_addresses") == "127.0.0.1"
    assert cluster.sql("SELECT show_trgm('书香苑') <> '{}'") == "t"
    assert cluster.sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'gridmap'") == "f"
    url = cluster.ok("cluster_url $FOLDER gridmap")
    assert cluster.ok(f"$POSTGRES_BIN/psql -XAt '{url}' -c 'SELECT current_user'") == "gridmap"


def test_a_server_without_its_password_is_closed(cluster: Cluster) -> None:
    port = cluster.ok("service_value $FOLDER gridmap port")
    answer = cluster.shell(
        f"$POSTGRES_BIN/psql -X -w -h 127.0.0.1 -p {port} -U postgres -c 'SELECT 1'"
    )
    assert answer.returncode != 0
    assert "password" in answer.stderr


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_setting_that_loses_data_is_refused(cluster: Cluster, setting: str) -> None:
    cluster.sql(f"ALTER SYSTEM SET {setting} = off")
    cluster.sql("SELECT pg_reload_conf()")
    try:
        answer = cluster.shell("check_cluster $FOLDER")
    finally:
        cluster.sql(f"ALTER SYSTEM RESET {setting}")
        cluster.sql("SELECT pg_reload_conf()")
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 2
    assert setting in answer.stderr


def test_a_killed_server_starts_again_with_what_it_acknowledged(cluster: Cluster) -> None:
    cluster.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = cluster.process()
    os.kill(killed, 9) if os.geteuid() == 0 else cluster.ok(f"as_server kill -9 {killed}")
    cluster.start()
    assert cluster.process() != killed
    assert cluster.sql("SELECT answer FROM kept") == "42"


def test_a_process_number_taken_over_by_another_program_stops_no_start(cluster: Cluster) -> None:
    cluster.ok("stop_cluster $FOLDER fast")
    other = int(cluster.ok(SLEEPER))
    try:
        cluster.ok(f"echo {other} | as_server tee $FOLDER/postgres/postmaster.pid")
        assert cluster.ok(LIVES) == "no"
        cluster.start()
        assert cluster.process() != other
        assert cluster.ok(LIVES) == "yes"
    finally:
        cluster.ok(f"as_server kill {other}")


def test_a_port_taken_by_another_program_is_left_to_it(cluster: Cluster) -> None:
    cluster.ok("stop_cluster $FOLDER fast")
    port = int(cluster.ok("service_value $FOLDER superuser port"))
    with socket.create_server(("127.0.0.1", port)):
        cluster.start()
        assert int(cluster.ok("service_value $FOLDER superuser port")) != port
        assert cluster.sql("SELECT 1") == "1"


def test_two_starts_at_once_end_in_one_server(cluster: Cluster) -> None:
    cluster.ok("stop_cluster $FOLDER fast")
    start = "exec 9>$FOLDER/lock; take_lock 9; require_cluster $FOLDER durable"
    cluster.ok(f"({start}) & ({start}) & wait -n && wait -n")
    assert cluster.ok(LIVES) == "yes"


def test_a_second_start_is_quick(cluster: Cluster) -> None:
    cluster.start()
    started = time.monotonic()
    cluster.start()
    assert time.monotonic() - started < 3
