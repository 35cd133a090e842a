"""`gridmap work`: the worker that sends messages and lets deadlines act, beside the server."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import Final

import click
import psycopg
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from gridmap.store.session import make_engine
from web.config import from_environment
from web.jobs import first_line, listen, make_app, work_on

log = logging.getLogger(__name__)

AGAIN_AFTER_S: Final = 3.0
PARENT_LOOK_S: Final = 1.0
"""How often it looks whether its parent is still there."""
POOL: Final = 4
TROUBLE: Final = (ConnectorException, DBAPIError, psycopg.Error, OSError)


@click.command()
@click.option(
    "--with-parent",
    type=int,
    metavar="PID",
    help="启动它的进程结束时一起结束 / ends with the process PID that started it",
)
def work(with_parent: int | None) -> None:
    """发送消息、处理到期的诉求，直到被停止 / send messages and act on deadlines until stopped.

    可以同时运行几个；数据库重启后自动重新连接。
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for wordy in (
        "procrastinate",
        "psycopg.pool",
    ):  # what matters of it is said here and by the jobs
        logging.getLogger(wordy).setLevel(logging.CRITICAL)
    url = from_environment().database_url
    stop = threading.Event()
    # the search is compiled beside the rest, so that nobody who asks for a proposal waits for it
    threading.Thread(target=_warm, name="warming", daemon=True).start()
    engine = make_engine(url, pool_size=POOL)
    try:
        app = make_app(url, work_on(engine, stop.is_set))
        asyncio.run(_until_stopped(app, engine, stop, with_parent))
    finally:
        engine.dispose()


def _warm() -> None:
    from gridmap.redistricting.search.warming import warm  # noqa: PLC0415 - loads numba: a second

    warm()


async def _until_stopped(
    app: App, engine: Engine, stop: threading.Event, parent: int | None
) -> None:
    """Work; when the database goes away, wait for it and work on."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        stop.set()
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    watcher = asyncio.create_task(_watch(parent, end)) if parent else None
    log.info("worker started (process %s)", os.getpid())
    while not stopped.is_set():
        try:
            await asyncio.to_thread(_reach, engine)
            await _work(app, stopped)
        except TROUBLE as failure:
            log.warning("database: %s; next try in %.0f s", first_line(failure), AGAIN_AFTER_S)
        await _wait(stopped, AGAIN_AFTER_S)
    if watcher is not None:
        watcher.cancel()
    log.info("worker stopped")


def _reach(engine: Engine) -> None:
    """Connect once: a pool that is opened while the database is away waits for half a minute."""
    with engine.connect():
        pass


async def _work(app: App, stopped: asyncio.Event) -> None:
    """Work until stopped or until one of the parts ends; its failure is raised."""
    try:
        await app.open_async()
        parts = [
            asyncio.create_task(app.run_worker_async()),
            asyncio.create_task(listen(app)),
            asyncio.create_task(stopped.wait()),
        ]
        done, rest = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in rest:
            part.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for part in done:
            part.result()
    finally:
        await app.close_async()


async def _watch(parent: int, end: Callable[[], None]) -> None:
    """End when the parent has: also when that was before this process had begun in earnest."""
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_LOOK_S)
    end()


async def _wait(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except TimeoutError:
        return
