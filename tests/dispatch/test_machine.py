"""Random moves by random people while posts end and time jumps: the loop never breaks.

Runs of fifty moves on real PostGIS; `GRIDMAP_MACHINE_RUNS` sets how many (1,000 is the full size).
"""

import os
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.dispatch import following, moving, records, service, sweeping
from gridmap.dispatch.following import Following, Proof
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action, ReturnReason
from gridmap.dispatch.queries import full
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.dispatch.tables import Report, Step
from gridmap.errors import GridmapError, NotFound
from gridmap.geolocation.rules import Place
from gridmap.ledger.posts import Person, Post, StandIn
from gridmap.store import schema
from gridmap.store.base import as_of, from_day
from gridmap.store.session import make_engine, transaction
from gridmap.terms import Outcome, PostKind, Satisfaction
from gridmap.timespan import local_day
from tests.dispatch import crowd, invariants
from tests.dispatch.filings import CATEGORIES, NOW, filing
from tests.worlds import lonlat

RUNS = int(os.environ.get("GRIDMAP_MACHINE_RUNS", "25"))
MOVES_A_RUN = 50
MOST_REPORTS = 4
SPOTS = ((30, 30), (30, 80), (130, 30), (75, 5), (-300, 50), (50, 150))
JUMPS = tuple(timedelta(hours=hours) for hours in (1, 5, 24, 72, 24 * 8, 24 * 16, 24 * 40))
ENDING = {Action.ACCEPTED, Action.HANDLED, Action.CHECKED, Action.AGREED, Action.REJECTED}
PASSED_ON = {
    Action.DISPATCHED,
    Action.PARTED,
    Action.SUSPENDED,
    Action.SENT_UP,
    Action.RETURNED,
    Action.JOINED,
    Action.SEPARATED,
}


class Luck(Random):
    """Chance that is drawn once and shown by its seed."""

    def __init__(self, seed):
        super().__init__(seed)
        self.drawn = seed

    def __repr__(self):
        return f"Luck({self.drawn})"


luck = st.integers(0, 2**16).map(Luck)


class Loop(RuleBasedStateMachine):
    """One run: a transaction on the drawn town that is undone at its end."""

    def __init__(self, engine):
        super().__init__()
        self.connection = engine.connect()
        self.outer = self.connection.begin()
        self.now, self.count, self.settled, self.swept = NOW, 0, True, False
        self.record, self.tracks, self.last = invariants.Record(), {}, None
        self.readers = None

    def teardown(self):
        try:
            if not self.outer.is_active:
                return
            self.sweep_now()
            self.nothing_is_stuck()
        finally:
            self.outer.rollback()
            self.connection.close()

    @contextmanager
    def transaction(self):
        """What a request or a batch is: a session of its own, committed or undone."""
        with (
            Session(
                self.connection,
                join_transaction_mode="create_savepoint",
                expire_on_commit=False,
            ) as session,
            session.begin(),
        ):
            yield session

    @property
    def day(self):
        return local_day(self.now)

    def key(self):
        self.count += 1
        return f"key-{self.count}"

    def people(self, session):
        """Everybody with what is hers today; read again when a day or a post has changed."""
        if self.readers is None:
            self.readers = crowd.readers(session, self.day)
        return self.readers

    def numbers(self, session):
        return session.scalars(select(Report.number).order_by(Report.id)).all()

    # what people do

    @initialize(random=luck)
    def begin(self, random):
        self.file(random)

    @precondition(lambda self: len(self.tracks) < MOST_REPORTS)
    @rule(random=luck)
    def file(self, random):
        x, y = random.choice(SPOTS)
        with self.transaction() as session:
            by = random.choice([None, None, *self.people(session)])
            sent = filing(
                self.key(), x, y, random.choice(CATEGORIES).code, phone="13800001234", filed_by=by
            )
            filed = service.file(session, sent, self.now)
        self.tracks[filed.number] = filed.track_key

    @rule(random=luck)
    def move(self, random):
        """Somebody does what her page offers."""
        self.offered(random)

    @rule(random=luck)
    def move_on(self, random):
        """Somebody passes a report on to others."""
        self.offered(random, PASSED_ON)

    @rule(random=luck)
    def settle(self, random):
        """Somebody brings a report nearer to its end."""
        self.offered(random, ENDING)

    def offered(self, random, wanted=frozenset(Action)):
        with self.transaction() as session:
            number = random.choice(self.numbers(session))
            for who in self.at_hand(session, random, number):
                row = full.report_in_full(session, number, who.scope)
                readable = row.readable or row.filed_by_id == who.person_id
                offered = records.possible(row, who, self.now) if readable else ()
                actions = [one.action for one in offered if one.action in wanted]
                moving_on = [one for one in actions if one not in invariants.STANDS_STILL]
                if actions:
                    action = random.choice(moving_on * 3 + actions)
                    said = self.instruction(session, random, action, row.version)
                    break
            else:
                return
        self.act(number, who, said)

    def at_hand(self, session, random, number):
        """Mostly whoever holds it; else some people from anywhere."""
        people = self.people(session)
        holder = session.scalar(
            select(Post.person_id)
            .join(Report, Report.holder_post_id == Post.id)
            .where(Report.number == number)
        )
        anybody = random.sample(list(people.values()), 4)
        return [people[holder], *anybody] if holder and random.random() < 0.6 else anybody

    @rule(random=luck)
    def meddle(self, random):
        """Somebody sends whatever comes to her mind, by hand."""
        with self.transaction() as session:
            number = random.choice([*self.numbers(session), "2026-999999"])
            who = random.choice(list(self.people(session).values()))
            version = session.scalar(select(Report.version).where(Report.number == number)) or 1
            said = self.instruction(
                session, random, random.choice(list(Action)), version - random.choice([0, 0, 1])
            )
        self.act(number, who, said)

    @rule()
    def send_again(self):
        """A phone that has lost the answer sends the same step again."""
        if self.last is None:
            return
        number, who, said = self.last
        with self.transaction() as session:
            before = session.scalar(select(func.count()).select_from(Step))
        self.act(number, who, said)
        with self.transaction() as session:
            assert session.scalar(select(func.count()).select_from(Step)) == before

    @rule(random=luck)
    def answer(self, random):
        """The reporter answers by his link, or the tail of his phone."""
        number = random.choice(list(self.tracks))
        proof = random.choice([Proof(track_key=self.tracks[number]), Proof(phone_tail="1234")])
        with self.transaction() as session:
            tracked = following.track(session, number, proof, self.now)
            action = random.choice([*tracked.answers, random.choice(list(Action))])
            said = self.instruction(session, random, action, tracked.version)
        with self.refusable(said.action), self.transaction() as session:
            following.answer(session, number, proof, said, self.now)

    @rule(random=luck)
    def follow(self, random):
        """A neighbour follows the report; he may look, never decide."""
        number = random.choice(list(self.tracks))
        with self.refusable("follow"), self.transaction() as session:
            number, key = following.follow(session, number, Following(self.key()), self.now)
            tracked = following.track(session, number, Proof(track_key=key), self.now)
            assert tracked.follows
            assert tracked.answers == ()
            said = self.instruction(session, random, Action.NOTED, tracked.version)
            with pytest.raises(GridmapError), session.begin_nested():
                following.answer(session, number, Proof(track_key=key), said, self.now)

    def act(self, number, who, said):
        with self.refusable(said.action), self.transaction() as session:
            answer = moving.act(session, number, who, said, self.now)
            if isinstance(answer, NotFound):
                raise answer
            self.last = number, who, said

    @contextmanager
    def refusable(self, what):
        try:
            yield
        except GridmapError as refusal:
            event(f"{what} refused: {refusal.code}")
        else:
            event(f"{what} made")

    def instruction(self, session, random, action, version):
        """A move with all that it can need, mostly sensible."""
        posts = session.scalars(select(Post).order_by(Post.id)).all()
        held = {post.post_id for who in self.people(session).values() for post in who.scope.posts}
        fitting = [post for post in posts if post.id in held] or posts
        agencies = [post.id for post in fitting if post.kind == PostKind.AGENCY_HANDLER]
        lon, lat = lonlat(*random.choice(SPOTS))
        solved = random.random() < (0.2 if action is Action.REOPENED else 0.8)
        return Instruction(
            action,
            version,
            note=random.choice(["已到现场", "已到现场", "已到现场", None]),
            reason=random.choice(list(ReturnReason)),
            post_id=random.choice([post.id for post in fitting] + [10**6]),
            agency_post_ids=tuple(
                random.sample(agencies, min(len(agencies), random.choice([1, 2])))
            ),
            outcome=random.choice(list(Outcome)),
            until=self.day + timedelta(days=random.choice([0, 1, 10, 10])),
            category_code=random.choice(CATEGORIES).code,
            place=random.choice([Place(lon, lat, "wgs84")] * 6 + [Place(lon, 10, "wgs84"), None]),
            main_number=random.choice(self.numbers(session)),
            answer=Answer(contacted=True, solved=solved, satisfaction=Satisfaction.SATISFIED),
            key=random.choice([self.key(), self.key(), None, f"key-{random.randint(1, 40)}"]),
        )

    # what time and the roster do

    @rule(random=luck)
    def wait(self, random):
        """Time passes; the worker runs, unless it is down."""
        self.now += random.choice(JUMPS)
        self.readers, self.settled = None, False
        if random.random() < 0.8:
            self.sweep_now()

    @rule(random=luck)
    def end_post(self, random):
        """Somebody gives a post up today."""
        with self.transaction() as session:
            posts = session.scalars(
                select(Post)
                .where(as_of(Post, self.day), func.lower(Post.valid) < self.day)
                .where(func.upper(Post.valid).is_(None))
                .order_by(Post.id)
            ).all()
            if posts:
                post = random.choice(posts)
                post.valid = from_day(post.valid.lower, self.day)
        self.readers, self.settled = None, False

    @rule(random=luck)
    def begin_post(self, random):
        """Somebody, new or not, takes up a post that is free."""
        with self.transaction() as session:
            ended = session.scalars(
                select(Post).where(func.upper(Post.valid) <= self.day).order_by(Post.id)
            ).all()
            open_ended = select(Post.kind, Post.target).where(func.upper(Post.valid).is_(None))
            taken = {tuple(row) for row in session.execute(open_ended)}
            free = [post for post in ended if (post.kind, post.target) not in taken]
            if free:
                self.take_up(session, random, random.choice(free))
        self.readers, self.settled = None, False

    def take_up(self, session, random, post):
        person = Person(code=self.key(), name=f"新人{self.count}")
        session.add(person)
        session.flush()
        anybody = random.choice(list(self.people(session)))
        columns = ("area_id", "grid_id", "building_id", "compound_id", "agency_id")
        session.add(
            Post(
                kind=post.kind,
                person_id=random.choice([person.id, person.id, anybody]),
                valid=from_day(self.day),
                **{name: getattr(post, name) for name in columns},
            )
        )

    @rule(random=luck)
    def name_stand_in(self, random):
        """Somebody stands in for another for some days."""
        with self.transaction() as session:
            post = random.choice(session.scalars(select(Post).order_by(Post.id)).all())
            days = from_day(self.day, self.day + timedelta(days=random.choice([1, 5, 30])))
            stands = select(StandIn).where(StandIn.post_id == post.id, StandIn.valid.overlaps(days))
            person = random.choice(list(self.people(session)))
            if session.scalars(stands).first() is None and person != post.person_id:
                crowd.stand_in(session, post, person, days.lower, days.upper)
        self.readers = None

    @rule()
    def sweep_now(self):
        """The worker runs."""
        sweeping.sweep(self.transaction, self.now, batch=2)
        self.settled = self.swept = True

    # what always holds

    @invariant()
    def the_record_is_whole(self):
        with self.transaction() as session:
            rows = invariants.check(session, self.record)
            how = {"settled": self.settled, "swept": self.swept}
            invariants.check_in_post(session, rows, self.now, self.day, **how)
        self.swept = False

    def nothing_is_stuck(self):
        """Whatever is open is held by somebody who can take it further."""
        with self.transaction() as session:
            rows = invariants.check(session, self.record)
            invariants.check_in_post(session, rows, self.now, self.day, settled=True, swept=True)
            today = {
                post.post_id for who in self.people(session).values() for post in who.scope.posts
            }
            for row in rows:
                if row.stage in OPEN_STAGES and row.holder_post_id in today:
                    invariants.check_movable(session, row, self.people(session), self.now)


@pytest.fixture
def crowded(make_database):
    """A database of its own with the town and everybody in it."""
    engine = make_engine(make_database(), statement_timeout_s=0)
    schema.upgrade(engine)
    with transaction(engine) as session:
        crowd.crowded(session)
        schema.refresh_statistics(session)
    yield engine
    engine.dispose()


def test_no_run_of_moves_breaks_the_loop(crowded):
    run_state_machine_as_test(
        lambda: Loop(crowded),
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=MOVES_A_RUN,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
