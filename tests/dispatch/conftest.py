"""The crowded town, and a short way to say who does what in it."""

import pytest
from sqlalchemy import select

from gridmap.dispatch import service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.tables import Report, Step
from gridmap.ledger.posts import Person, Post
from gridmap.store.session import make_engine, transaction
from gridmap.timespan import local_day
from tests.dispatch import crowd, filings
from tests.dispatch.filings import NOW


class Town:
    """The town on one session: people by the names of their posts, reports by their numbers."""

    def __init__(self, session):
        self.session, self.crowd, self.count = session, crowd.crowded(session), 0

    def __getitem__(self, name):
        return self.crowd.posts[name]

    def who(self, name, now=NOW):
        return self.crowd.reader(self.session, name, local_day(now))

    def file(self, code="LIGHT", now=NOW, **facts):
        """File a report and return its number."""
        self.count += 1
        sent = filings.filing(f"report-{self.count}", code=code, **facts)
        return service.file(self.session, sent, now).number

    def act(self, number, name, action, *, now=NOW, **facts):
        return filings.act(self.session, number, self.who(name, now), action, now=now, **facts)

    def may(self, number, action, now=NOW):
        """Everybody whose page of the report offers that move."""
        found = {
            name: service.detail(self.session, number, self.who(name, now), now)
            for name in self.crowd.posts
        }
        return {name for name, seen in found.items() if action in getattr(seen, "actions", ())}

    def row(self, number):
        """The report as it is in the table now."""
        query = select(Report).where(Report.number == number)
        return self.session.scalars(query.execution_options(populate_existing=True)).one()

    def stands(self, number):
        """Stage, rung, and the name of whoever holds it."""
        row = self.row(number)
        holder = select(Person.name).join(Post, Post.person_id == Person.id)
        name = self.session.scalar(holder.where(Post.id == row.holder_post_id))
        return row.stage, row.rung, name

    def reasons(self, number):
        """Why it stands where it stands, by its last step."""
        query = select(Step.reasons).join(Report).where(Report.number == number)
        return self.session.scalars(query.order_by(Step.sequence.desc())).first()

    def handled(self, number, name="steward", **facts):
        """Accept and handle a report."""
        self.act(number, name, Action.ACCEPTED)
        return self.act(
            number, name, Action.HANDLED, note="已修好", **{"outcome": "solved", **facts}
        )


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def committed(make_migrated):
    """A database of its own where transactions really commit, with the crowded town in it."""
    engine = make_engine(make_migrated(), statement_timeout_s=0, pool_size=16)
    with transaction(engine) as session:
        town = crowd.crowded(session)
    yield engine, town
    engine.dispose()
