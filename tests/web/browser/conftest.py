"""What every browser test needs: a watched page and a way to wait under a strict policy."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.ledger.posts import Person, Post
from gridmap.store.session import make_engine
from gridmap.terms import PostKind, Role
from tests.serving import served
from tests.web import signed
from tests.web.browser.planning import begin, sign_in, split, watching
from web.params import today


@pytest.fixture(scope="session")
def base_url(live_server: str) -> str:
    """The served app: relative addresses lead there."""
    return live_server


@pytest.fixture
def watched(page, live_server):
    """The page, with everything written down that must not happen."""
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))

    def outside(request):
        if not request.url.startswith((live_server, "data:", "blob:")):
            faults.append(f"outside: {request.url}")

    page.on("request", outside)
    page.faults = faults
    yield page
    page.unroute_all(behavior="wait")


@pytest.fixture
def keeper(watched, live_server, demo_engine):
    """The county desk's page."""
    with Session(demo_engine) as session, session.begin():
        query = select(Post).where(Post.kind == PostKind.COUNTY_DESK, Post.valid.contains(today()))
        post = session.scalars(query.order_by(Post.id)).first()
        known = session.query(signed.Account).filter_by(person_id=post.person_id).first()
        if known is None:
            signed.account(session, post.person_id, "keeper")
        login = known.login if known else "keeper"
    sign_in(watched, live_server, login)
    return watched


@pytest.fixture(scope="module")
def plan_engine(make_demo):
    """A demo county of its own, since plans are published here; planners lan and mei, a worker jia."""
    engine = make_engine(make_demo(), statement_timeout_s=0)
    with Session(engine) as session, session.begin():
        for login in ("lan", "mei"):
            person = Person(code=f"planner-{login}", name=f"规划{login}")
            session.add(person)
            session.flush()
            signed.account(session, person.id, login, [Role.PLANNER])
        worker = session.query(Post).filter(Post.kind == PostKind.GRID_WORKER).first()
        signed.account(session, worker.person_id, "jia")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def plan_server(plan_engine):
    """The app on that county; gives the base URL."""
    url = plan_engine.url.render_as_string(hide_password=False)
    with served(url) as address:
        yield address


@pytest.fixture
def table(page):
    """A wide, watched page."""
    page.set_viewport_size({"width": 1440, "height": 900})
    return watching(page)


@pytest.fixture
def planner(table, plan_server, request):
    """A planner before a draft of one community whose grid is split in four."""
    sign_in(table, plan_server, "lan")
    table.plan = begin(table, plan_server, getattr(request, "param", "书香苑社区"))
    split(table, 4)
    return table
