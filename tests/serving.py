"""An app of its own on a database, served or not, and ended as a process would end it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

from web import close, create_app
from web.config import Config


def config_of(url: str, **given: object) -> Config:
    """How the tests' apps are set: no limit of rate where a test is not about it."""
    return Config(**{"database_url": url, "secret_key": "test", "rate_limits": False, **given})


@contextmanager
def running(url: str, **given: object) -> Iterator[Flask]:
    """An app that follows its database; whoever still asks it at the end gets the answer first.

    A connection that is in use while its engine is disposed is closed by nobody.
    """
    app = create_app(config_of(url, **given))
    try:
        yield app
    finally:
        close(app)


@contextmanager
def served(url: str, **given: object) -> Iterator[str]:
    """Such an app on a port of its own; gives the base URL."""
    with running(url, **given) as app:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            _answered(app)


def _answered(app: Flask, within_s: float = 10) -> None:
    """Wait for the threads of the server that still hold a connection."""
    pool, end = app.extensions["gridmap_engine"].pool, time.monotonic() + within_s
    while pool.checkedout() and time.monotonic() < end:
        time.sleep(0.02)
