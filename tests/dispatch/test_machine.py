"""Random moves by random people while posts end and time jumps: the loop never breaks.

Runs of fifty moves on real PostGIS; `GRIDMAP_MACHINE_RUNS` sets how many (1,000 is the full size).
"""

import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.dispatch import following, moving, records, service, sweeping
from gridmap.dispatch.following import Following, Proof
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.queries import full
from gridmap.dispatch.reports import Instruction
from gridmap.dispatch.tables import Report, Step
from gridmap.errors import GridmapError, NotFound
from gridmap.ledger.posts import Person, Post, StandIn
from gridmap.store.base import as_of, from_day
from gridmap.store.session import make_engine, transaction
from gridmap.timespan import local_day
from tests.dispatch import crowd, instructions, invariants
from tests.dispatch.filings import CATEGORIES, NOW, filing

RUNS = int(os.environ.get("GRIDMAP_MACHINE_RUNS", "25"))
MOVES_A_RUN = 50
MOST_REPORTS = 4
JUMPS = tuple(timedelta(hours=hours) for hours in (1, 5, 24, 72, 24 * 8, 24 * 16, 24 * 40))
ENDING = {Action.ACCEPTED, Action.HANDLED, Action.CHECKED, Action.AGREED, Action.REJECTED}
TO_SOMEBODY = {Action.DISPATCHED, Action.PARTED, Action.SUSPENDED}
PASSED_ON = {
    Action.DISPATCHED,
    Action.PARTED,
    Action.SUSPENDED,
    Action.SENT_UP,
    Action.RETURNED,
    Action.JOINED,
    Action.SEPARATED,
}


STEPS = {
    "move": 20,
    "settle": 16,
    "pass_on": 14,
    "meddle": 10,
    "answer": 10,
    "others": 6,
    "turn": 16,
    "file": 4,
}
"""What happens in a run, and how often; every run stresses some of it."""

chances = st.randoms(use_true_random=True)


class Loop(RuleBasedStateMachine):
    """One run: a transaction on the drawn town that is undone at its end."""

    def __init__(self, engine):
        super().__init__()
        self.connection = engine.connect()
        self.outer = self.connection.begin()
        self.now, self.count = NOW, 0
        self.settled, self.swept = True, False
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

    @initialize(chance=chances)
    def begin(self, chance):
        """Every run has a world of its own: some of it happens more often, some less."""
        self.weights = [weight * chance.choice([1, 1, 4]) for weight in STEPS.values()]
        for _ in range(chance.choice([0, 0, 3, 8])):
            self.end_post(chance)
        self.file(chance)
        self.file(chance)

    @rule(chance=chances)
    def step(self, chance):
        """Something happens."""
        (name,) = chance.choices(list(STEPS), self.weights)
        getattr(self, name)(chance)

    def file(self, random):
        """Somebody files a report, by himself or through staff; a few are enough."""
        if len(self.tracks) == MOST_REPORTS:
            return
        x, y = random.choice(instructions.SPOTS)
        with self.transaction() as session:
            by = random.choice([None, None, *self.people(session)])
            sent = filing(
                self.key(), x, y, random.choice(CATEGORIES).code, phone="13800001234", filed_by=by
            )
            filed = service.file(session, sent, self.now)
        self.tracks[filed.number] = filed.track_key

    def move(self, random):
        """Somebody does what her page offers."""
        self.offered(random)

    def pass_on(self, random):
        """Somebody passes a report on to others."""
        self.offered(random, PASSED_ON)

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
                    said = instructions.sensible(session, random, row, action, self.now)
                    said = replace(said, key=self.key())
                    if action in TO_SOMEBODY:
                        named = (session, random, said, number, who, self.now)
                        said = instructions.to_somebody(*named)
                    break
            else:
                return
        self.act(number, who, said)

    def at_hand(self, session, random, number):
        """Whoever holds it, first or after some people from anywhere."""
        people = self.people(session)
        holder = session.scalar(
            select(Post.person_id)
            .join(Report, Report.holder_post_id == Post.id)
            .where(Report.number == number)
        )
        anybody = random.sample(list(people.values()), 4)
        if holder is None:
            return anybody
        return [people[holder], *anybody] if random.random() < 0.6 else [*anybody, people[holder]]

    def meddle(self, random):
        """Somebody sends whatever comes to her mind, by hand."""
        with self.transaction() as session:
            number = random.choice([*self.numbers(session), "2026-999999"])
            who = random.choice(list(self.people(session).values()))
            version = session.scalar(select(Report.version).where(Report.number == number)) or 1
            action = random.choice(list(Action))
            said = instructions.wild(session, random, action, version, self.now)
        self.act(number, who, said)

    def others(self, random):
        """A neighbour follows, or a phone that has lost the answer sends its step again."""
        if self.last is None or random.random() < 0.5:
            self.follow(random)
        else:
            self.send_again()

    def send_again(self):
        number, who, said = self.last
        with self.transaction() as session:
            before = session.scalar(select(func.count()).select_from(Step))
        self.act(number, who, said)
        with self.transaction() as session:
            assert session.scalar(select(func.count()).select_from(Step)) == before

    def answer(self, random):
        """The reporter answers by his link, or the tail of his phone."""
        number = random.choice(list(self.tracks))
        proof = random.choice([Proof(track_key=self.tracks[number]), Proof(phone_tail="1234")])
        with self.transaction() as session:
            tracked = following.track(session, number, proof, self.now)
            action = random.choice([*tracked.answers * 3, random.choice(list(Action))])
            row = full.report_by_number(session, number)
            said = instructions.sensible(session, random, row, action, self.now)
        with self.refusable(said.action), self.transaction() as session:
            following.answer(session, number, proof, said, self.now)

    def follow(self, random):
        """He may look, never decide."""
        number = random.choice(list(self.tracks))
        with self.refusable("follow"), self.transaction() as session:
            number, key = following.follow(session, number, Following(self.key()), self.now)
            tracked = following.track(session, number, Proof(track_key=key), self.now)
            assert tracked.follows
            assert tracked.answers == ()
            said = Instruction(Action.NOTED, tracked.version, note="我也看见了")
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

    # what time and the roster do

    def turn(self, random):
        """The world goes on: mostly time, sometimes who is in post."""
        events = (self.wait, self.wait, self.end_post, self.begin_post, self.name_stand_in)
        random.choice(events)(random)

    def wait(self, random):
        """Time passes; the worker runs, unless it is down."""
        self.now += random.choice(JUMPS)
        self.readers, self.settled = None, False
        if random.random() < 0.8:
            self.sweep_now()

    def end_post(self, random):
        """Somebody gives a post up today, or all who hold that kind of post do."""
        with self.transaction() as session:
            posts = session.scalars(
                select(Post)
                .where(as_of(Post, self.day), func.lower(Post.valid) < self.day)
                .where(func.upper(Post.valid).is_(None))
                .order_by(Post.id)
            ).all()
            if posts:
                chosen = random.choice(posts)
                alike = [post for post in posts if post.kind == chosen.kind]
                for post in random.choice([[chosen], alike]):
                    post.valid = from_day(post.valid.lower, self.day)
        self.readers, self.settled = None, False

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
def crowded(make_migrated):
    """A database of its own with the town and everybody in it."""
    engine = make_engine(make_migrated(), statement_timeout_s=0)
    with transaction(engine) as session:
        crowd.crowded(session)
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
