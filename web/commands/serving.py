"""`gridmap serve`: the production server, sized from the machine."""

from __future__ import annotations

import os
import socket

import click
from granian import Granian
from granian.constants import Interfaces

from gridmap.errors import InvalidInput
from web.config import from_environment

MOST_WORKERS = 8
THREADS = 4


def workers_for(cores: int) -> int:
    """Return how many worker processes suit a machine: one a core, two at least.

    >>> workers_for(1), workers_for(2), workers_for(64)
    (2, 2, 8)
    """
    return max(2, min(cores, MOST_WORKERS))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", type=click.IntRange(1, 64), help="工作进程数，默认按机器核数")
def serve(host: str, port: int, workers: int | None) -> None:
    """启动网站 / serve the site."""
    refuse_taken_port(host, port)
    os.environ.setdefault("GRIDMAP_POOL_SIZE", str(THREADS))
    from_environment()  # makes the shared secret before the workers start
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only shown
    click.echo(f"网格地图已启动：http://{shown}:{port}/  （按 Ctrl+C 停止）")
    Granian(
        "web.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or workers_for(os.cpu_count() or 1),
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_access=False,
    ).serve()


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port that somebody else listens on.

    Raises:
        InvalidInput: the port is taken or cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as failure:
            raise InvalidInput(
                reason_zh=f"端口 {port} 用不了（{failure.strerror}），请换一个：--port {port + 1}",
                reason_en=f"Port {port} cannot be used ({failure.strerror}); try --port {port + 1}",
                field="port",
            ) from failure
