"""What runs beside the server: one list of periodic work, and the job runner's app for it.

Jobs are only alarm clocks: each looks in the database for what is due, so a lost job loses nothing
and two at once do no harm. Adding one is adding a line to `PERIODIC`.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from geodata import workbook_imports
from gridmap.centres import matching
from gridmap.coverage.tasks import service as gaps
from gridmap.dispatch import retention, sweeping
from gridmap.messaging import service as messaging
from gridmap.messaging.service import WAKE
from gridmap.party_life import reminders
from gridmap.platform import outbox
from gridmap.platform.outbox import WAKE as WEBHOOKS_WAIT
from gridmap.red_property import following, telling, units
from gridmap.redistricting import adoption, proposing, terrain
from gridmap.redistricting.proposing import WAKE as PROPOSALS_WAIT
from gridmap.rounds import reminding
from gridmap.rounds import service as rounds
from gridmap.store.session import engine_url
from gridmap.timespan import local_day
from gridmap.volunteering import checking_in, rating
from web.delivery import sending, webhooks
from web.params import now
from web.session import OpenTransaction, transactions_of

log = logging.getLogger(__name__)

EVERY_MINUTE: Final = "* * * * *"
AT_NIGHT: Final = "30 18 * * *"
"""In UTC: half past two in the county."""
IN_THE_MORNING: Final = "0 0 * * *"
"""In UTC: eight in the morning in the county."""
DELIVER: Final = "deliver"
PROPOSE: Final = "propose"
PUSH: Final = "push"
DAYS_KEPT_H: Final = 7 * 24
POOL: Final = 4
CONNECTIONS_TIME_OUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Work:
    """What periodic work is given: transactions of its own, the clock, and whether to stop soon."""

    open_transaction: OpenTransaction
    clock: Callable[[], datetime] = now
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that is done again and again: its name, when (cron, UTC), and what it is."""

    name: str
    cron: str
    run: Callable[[Work], object]


def deliver(work: Work) -> None:
    """Send what is due."""
    tried = sending.deliver(work.open_transaction, work.clock, work.stopping)
    if tried:
        log.info("messages on their way: %d", tried)


def push(work: Work) -> None:
    """Tell other systems what has happened."""
    tried = webhooks.deliver(work.open_transaction, work.clock, work.stopping)
    if tried:
        log.info("webhooks on their way: %d", tried)


def climb(work: Work) -> None:
    """Let overdue reports climb, remind, hand over."""
    swept = sweeping.sweep(work.open_transaction, work.clock())
    if swept.moved or swept.handed_over:
        log.info("out of time: %d, handed over: %d", swept.moved, swept.handed_over)


def propose(work: Work) -> None:
    """Search for the proposals that planners have asked for."""
    done = proposing.carry_out(work.open_transaction, work.clock, work.stopping)
    if done:
        log.info("searches for proposals: %d", done)


def cut(work: Work) -> None:
    """Cut the atoms anew that plans are painted on, where the ledger has changed."""
    at = work.clock()
    with work.open_transaction() as session:
        terrain.current_layers(session, local_day(at), at)


def adopt(work: Work) -> None:
    """Let published plans come into force whose day has begun: open reports follow the grids."""
    with work.open_transaction() as session:
        done = adoption.carry_out(session, work.clock())
    if done:
        log.info("plans in force from today: %d", done)


def mend(work: Work) -> None:
    """Close the tasks whose gap of coverage is gone; remind of those whose day has passed."""
    with work.open_transaction() as session:
        swept = gaps.sweep(session, work.clock())
    if swept.mended or swept.reminded:
        log.info("gaps mended: %d, overdue: %d", swept.mended, swept.reminded)


def remind_branches(work: Work) -> None:
    """Remind secretaries and group leaders of what their organisations owe, and of what is not on record."""
    with work.open_transaction() as session:
        told = reminders.sweep(session, work.clock())
    if told:
        log.info("duties of branches told: %d", told)


def follow_up(work: Work) -> None:
    """Remind of joint meetings and their tasks, and, near a quarter's end, of responsible units that did nothing."""
    with work.open_transaction() as session:
        swept = following.sweep(session, work.clock())
        idle = units.remind(session, work.clock())
        called = telling.remind(session, work.clock())
    if swept.near or swept.late or idle:
        log.info("tasks near: %d, overdue: %d, idle units told: %d", swept.near, swept.late, idle)
    if called.soon or called.waiting:
        log.info("meetings near: %d, without minutes: %d", called.soon, called.waiting)


def invite(work: Work) -> None:
    """Tell whoever has come to a post since its side was invited to a joint meeting."""
    with work.open_transaction() as session:
        told = telling.catch_up(session, work.clock())
    if told:
        log.info("invited to meetings since they came to a post: %d", told)


def remind_rounds(work: Work) -> None:
    """Tell once a week which doors are overdue, and which grids are far behind."""
    with work.open_transaction() as session:
        told = reminding.remind(session, work.clock())
    if told:
        log.info("told of overdue doors: %d", told)


def clean(work: Work) -> None:
    """Delete old messages, and what reporters and visited households left that were closed or ended long ago."""
    with work.open_transaction() as session:
        messaging.clean(session, work.clock())
        outbox.clean(session, work.clock())
        rounds.erase_ended(session, local_day(work.clock()))
        checking_in.forget_keys(session, work.clock())
        workbook_imports.forget(session, work.clock())
    erased = 1
    while erased and not work.stopping():
        with work.open_transaction() as session:
            erased = retention.erase_due(session, work.clock())


def match_members(work: Work) -> None:
    """Propose members of the service centres to branches that have become willing or have room again."""
    with work.open_transaction() as session:
        found = matching.propose_waiting(session, work.clock())
    if found:
        log.info("members proposed to branches: %d", found)


def rate(work: Work) -> None:
    """Give out last year's stars of voluntary service, once."""
    with work.open_transaction() as session:
        rated = rating.rate_due(session, work.clock())
    if rated is not None:
        log.info("stars given out: %d", rated)


PERIODIC: Final[tuple[Periodic, ...]] = (
    Periodic(DELIVER, EVERY_MINUTE, deliver),
    Periodic(PUSH, EVERY_MINUTE, push),
    Periodic("climb", EVERY_MINUTE, climb),
    Periodic(PROPOSE, EVERY_MINUTE, propose),
    Periodic("adopt", EVERY_MINUTE, adopt),
    Periodic("cut", EVERY_MINUTE, cut),
    Periodic("mend", EVERY_MINUTE, mend),
    Periodic("invite", EVERY_MINUTE, invite),
    Periodic("follow_up", IN_THE_MORNING, follow_up),
    Periodic("branches", IN_THE_MORNING, remind_branches),
    Periodic("rounds", IN_THE_MORNING, remind_rounds),
    Periodic("clean", AT_NIGHT, clean),
    Periodic("rate", AT_NIGHT, rate),
    Periodic("match", AT_NIGHT, match_members),
)
"""Everything that runs by itself."""


@dataclass(slots=True)
class OneAtATime:
    """Runs work once at a time in this process; a call that comes meanwhile makes it run once more.

    So a long run never takes all the worker's hands, and nothing that came in during it waits for
    the next minute.
    """

    run: Callable[[Work], object]
    _running: threading.Lock = field(default_factory=threading.Lock)
    _wanted: threading.Event = field(default_factory=threading.Event)

    def __call__(self, work: Work) -> None:
        """Run, unless it runs already."""
        self._wanted.set()
        while self._wanted.is_set() and self._running.acquire(blocking=False):
            try:
                self._wanted.clear()
                self.run(work)
            finally:
                self._running.release()


def make_app(url: str, work: Work, periodic: tuple[Periodic, ...] = PERIODIC) -> App:
    """Return the job runner's app: one task for each piece of periodic work, and its own tidying.

    Args:
        url: the database, in any of the usual forms.
        work: what the work is given.
        periodic: what is to be done.
    """
    plain = engine_url(url).set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=plain.render_as_string(hide_password=False),
        min_size=1,
        max_size=POOL,
        timeout=CONNECTIONS_TIME_OUT_S,
        kwargs={"application_name": "gridmap work", "connect_timeout": 5},
    )
    app = App(
        connector=connector,
        worker_defaults={
            "concurrency": len(periodic) + 1,
            "delete_jobs": "successful",
            "shutdown_graceful_timeout": 20,
            "install_signal_handlers": False,
        },
    )
    for one in periodic:
        _register(app, one, work)
    _register_tidying(app)
    return app


def _register(app: App, one: Periodic, work: Work) -> None:
    alone = OneAtATime(one.run)

    def task(timestamp: int | None = None) -> None:  # noqa: ARG001 - the tick that it runs for
        try:
            alone(work)
        except DBAPIError as failure:
            log.warning("%s: the database: %s", one.name, first_line(failure))
            raise
        except Exception:
            log.exception("%s failed; it runs again at its next time", one.name)
            raise

    app.periodic(cron=one.cron, periodic_id=one.name)(
        app.task(name=one.name, queueing_lock=one.name)(task)
    )


def first_line(failure: BaseException) -> str:
    """Return what a failure says, in one line; of a wrapped one what the driver said."""
    said = str(failure.__cause__ or failure).strip() or type(failure).__name__
    return said.splitlines()[0]


def _register_tidying(app: App) -> None:
    """Forget jobs that failed long ago, and those whose worker was killed."""

    async def tidy(timestamp: int) -> None:  # noqa: ARG001 - the tick that it runs for
        jobs = app.job_manager
        for lost in await jobs.get_stalled_jobs():
            await jobs.finish_job(lost, Status.FAILED, delete_job=True)
        await jobs.delete_old_jobs(
            DAYS_KEPT_H, include_failed=True, include_cancelled=True, include_aborted=True
        )

    app.periodic(cron=AT_NIGHT, periodic_id="tidy")(
        app.task(name="tidy", queueing_lock="tidy")(tidy)
    )


WAKES: Final = {WAKE: DELIVER, PROPOSALS_WAIT: PROPOSE, WEBHOOKS_WAIT: PUSH}
"""Channel to the work that is asked for on it."""


async def listen(app: App) -> None:
    """Let work that is waited for begin as soon as its transaction has committed; never returns.

    Only committed work wakes anybody, so a job asked for here starts after what it is for can be
    seen; many wake-ups before it starts make one job. The first comes before anybody listens, for
    what was committed while nobody did.
    """

    async def wake(*, channel: str, **_notification: object) -> None:
        with contextlib.suppress(AlreadyEnqueued):
            await app.configure_task(WAKES[channel]).defer_async()

    for channel in WAKES:
        await wake(channel=channel)
    await app.connector.listen_notify(on_notification=wake, channels=list(WAKES))


def work_on(engine: Engine, stopping: Callable[[], bool]) -> Work:
    """Return what periodic work on a database is given."""
    return Work(transactions_of(engine), stopping=stopping)
