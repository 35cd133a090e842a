"""A publisher that dies: what a process of its own runs until it is killed at one of its statements."""

import os
import signal
import time

from sqlalchemy import event, select

from gridmap.accounts.tables import Account
from gridmap.redistricting import adoption
from gridmap.store.session import make_engine, transaction
from tests.redistricting.publishing import NOW, TODAY, signed

LONG = 60


def publish(url, plan, statement, how, mark):
    """Publish a plan; with `kill` die by its own hand before a statement, with `wait` wait there.

    Waiting is told by the file `mark`, and so is that all was published where the statement never came.
    """
    engine = make_engine(url, pool_size=0, statement_timeout_s=0)
    left = statement

    def count(*_):
        nonlocal left
        left -= 1
        if left == 0 and how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if left == 0:
            mark.write_text("waiting", encoding="utf-8")
            time.sleep(LONG)

    with transaction(engine) as session:
        planner = signed(session.scalars(select(Account).order_by(Account.id)).first())
        event.listen(engine, "before_cursor_execute", count)
        adoption.adopt(session, planner, plan, TODAY, NOW)
    mark.write_text("published", encoding="utf-8")
