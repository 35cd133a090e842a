"""The thread that looks again and again: it begins once, outlives failures, and ends when it is told to."""

from __future__ import annotations

import threading
import time

from gridmap.store.following import Follower


def wait_for(fits, seconds=3.0):
    end = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_it_looks_until_it_is_stopped():
    looks = []
    follower = Follower(lambda: looks.append(threading.current_thread()), every_s=0.005)
    assert not looks
    for _ in range(3):
        follower.start()
    wait_for(lambda: len(looks) > 3)
    assert len(set(looks)) == 1
    follower.stop()
    seen = len(looks)
    time.sleep(0.03)
    assert len(looks) == seen
    assert not looks[0].is_alive()


def test_a_failure_is_logged_once_and_does_not_end_it(caplog):
    looks = []

    def look():
        looks.append(1)
        if len(looks) < 4:
            raise ConnectionError

    follower = Follower(look, every_s=0.005)
    follower.start()
    wait_for(lambda: len(looks) > 5)
    follower.stop()
    assert len(caplog.records) == 1


def test_after_a_fork_it_begins_anew(monkeypatch):
    looks = []
    follower = Follower(lambda: looks.append(threading.current_thread()), every_s=60.0)
    follower.start()
    wait_for(lambda: looks)
    monkeypatch.setattr("gridmap.store.following.os.getpid", lambda: -1)  # as in a child
    follower.start()
    wait_for(lambda: len(set(looks)) == 2)
    follower.stop()
