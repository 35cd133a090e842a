"""The round on a phone: it opens without a network, a visit waits there and arrives once."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.ledger.posts import Post
from gridmap.ledger.rounds import DoorVisit, Household
from gridmap.rounds import board_queries
from gridmap.rounds.reach import DoorReach
from gridmap.store.base import as_of
from gridmap.terms import PostKind
from tests.web.browser.reporting import account_of_person, sign_in, text_of
from tests.web.browser.waiting import until
from web.params import today

pytestmark = pytest.mark.browser

WORKER_ACTIVE = (
    "navigator.serviceWorker.getRegistration().then((one) => one?.active?.state === 'activated')"
)
ROUND_KEPT = "indexedDB.databases().then((all) => all.some(({ name }) => name === 'gridmap-round'))"


def busiest(engine):
    """The grid worker with the most overdue doors."""
    with Session(engine) as session:
        rows = board_queries.by_worker(session, DoorReach(county=True), today())
        workers = set(
            session.scalars(
                select(Post.person_id).where(
                    Post.kind == PostKind.GRID_WORKER, as_of(Post, today())
                )
            )
        )
        return next(row.person_id for row in rows if row.person_id in workers)


def visits_today(engine, code):
    with Session(engine) as session:
        query = select(func.count()).select_from(DoorVisit)
        return session.scalar(query.where(DoorVisit.household == code, DoorVisit.day == today()))


def see_it_kept(watched, live_server):
    """The list of what is kept tells of the visit; then the network comes back."""
    watched.goto(f"{live_server}/kept")
    until(watched, "!document.querySelector('#visits').hidden")
    kept = watched.locator("#visits")
    assert "1 次走访还没有送到" in kept.inner_text()
    kept.locator("summary").click()
    assert "已入户" in kept.inner_text()
    assert watched.locator("#none-kept").is_hidden()
    watched.context.set_offline(False)


def test_a_round_without_a_network(watched, live_server, demo_engine):
    sign_in(watched, live_server, account_of_person(demo_engine, busiest(demo_engine)))
    watched.goto(f"{live_server}/rounds/walk")
    until(watched, "document.body.dataset.ready === 'yes'")
    until(watched, WORKER_ACTIVE)
    watched.reload()
    until(watched, "document.body.dataset.ready === 'yes'")
    until(watched, ROUND_KEPT)
    first = watched.locator(".round-door").first
    code = first.get_attribute("data-code")
    with Session(demo_engine) as session:
        name = session.scalar(select(Household.name).where(Household.code == code))
    watched.context.set_offline(True)
    watched.goto(f"{live_server}/rounds/walk")
    until(watched, "document.body.dataset.ready === 'yes'")
    assert "没有网络" in text_of(watched, "round-note")
    assert name is None or name not in text_of(watched, "list")
    watched.locator(f"[data-code={code}] .button-red").click()
    watched.locator("label[for=grade-4]").click()
    watched.locator("#visit-save").click()
    until(watched, "!document.querySelector('#kept').hidden")
    assert "1 次走访还没有送到" in text_of(watched, "kept")
    assert visits_today(demo_engine, code) == 0
    see_it_kept(watched, live_server)
    until(watched, "document.querySelector('#visits').hidden")
    assert visits_today(demo_engine, code) == 1
    watched.goto(f"{live_server}/rounds/walk")
    until(watched, "document.querySelector('#kept').hidden")
    watched.evaluate("dispatchEvent(new Event('online'))")
    watched.wait_for_timeout(300)
    assert visits_today(demo_engine, code) == 1
