"""A thread that looks again and again, so that a process follows what others write."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Lock, Thread

from sqlalchemy.orm import Session

OpenTransaction = Callable[[], AbstractContextManager[Session]]
"""How a follower reads: a transaction that ends with the block."""

log = logging.getLogger(__name__)


class Follower:
    """Calls a function every so many seconds in a thread of this process.

    A failure of the function is logged once until it succeeds again, and does not end the thread.
    """

    def __init__(self, look: Callable[[], None], *, every_s: float) -> None:
        self._look, self._every_s = look, every_s
        self._lock, self._stopped = Lock(), Event()
        self._thread: Thread | None = None
        self._process = 0

    def start(self) -> None:
        """Begin to look, where this process does not yet; a fork begins anew."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process, self._stopped = os.getpid(), Event()
            self._thread = Thread(target=self._run, args=(self._stopped,), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join()
        self._process = 0

    def _run(self, stopped: Event) -> None:
        failing = False
        while not stopped.is_set():
            try:
                self._look()
                failing = False
            except Exception:
                if not failing:
                    log.exception("cannot follow the data; requests are answered from the database")
                failing = True
            stopped.wait(self._every_s)
