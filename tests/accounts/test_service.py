"""Accounts on a real database: signing in, being locked out, sessions, posts that end."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from gridmap.accounts import administration, passwords, service
from gridmap.accounts.roster import NewAccount
from gridmap.accounts.service import Device, Opened
from gridmap.accounts.tables import Account, SignIn, SignInTrial
from gridmap.errors import AccountLocked, BadSignIn, InvalidInput, NotFound, NotSignedIn
from gridmap.ledger.posts import Agency, Person, Post
from gridmap.ledger.settings import Setting
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.store.session import make_engine, transaction
from gridmap.terms import PostKind, Role
from tests import worlds

pytestmark = pytest.mark.usefixtures("cheap_hashes")

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
DAY = date(2026, 6, 1)
PASSWORD = "correct horse battery"  # noqa: S105 - made up
WRONG = "wrong horse battery"


@pytest.fixture(autouse=True)
def no_second_factor(session):
    """A county that leaves the second factor to each: it has tests of its own."""
    session.add(Setting(key="second_factor", value="optional"))
    session.flush()


def person(session, code="wang-yi", name="王一"):
    one = Person(code=code, name=name)
    session.add(one)
    session.flush()
    return one


def account(session, *roles, code="wang-yi"):
    one = person(session, code)
    return administration.create_account(
        session, NewAccount(code, PASSWORD, one.id, roles), now=NOW
    )


def actions(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_signing_in_and_out(session):
    account_id = account(session, Role.PLANNER)
    opened = service.sign_in(session, "wang-yi", PASSWORD, NOW)
    assert isinstance(opened, Opened)
    assert opened.account_id == account_id
    found = service.current(session, opened.key, NOW)
    assert (found.name, found.login, found.roles) == ("王一", "wang-yi", {Role.PLANNER})
    assert found.titles("en") == ("Planner",)
    service.sign_out(session, opened.key, NOW)
    assert service.current(session, opened.key, NOW) is None
    service.sign_out(session, opened.key, NOW)
    assert actions(session) == ["account_created", "signed_in", "signed_out"]


def test_the_key_is_stored_nowhere(session):
    account(session)
    opened = service.sign_in(session, "wang-yi", PASSWORD, NOW)
    row = session.scalars(select(SignIn)).one()
    assert row.key_sha256 != opened.key
    assert len(row.key_sha256) == 64


@pytest.mark.parametrize("login", ["WANG-YI", " wang-yi "])
def test_names_are_written_in_any_case(session, login):
    account(session)
    assert isinstance(service.sign_in(session, login, PASSWORD, NOW), Opened)


def test_wrong_name_and_wrong_password_are_one_refusal(session):
    account(session)
    unknown = service.sign_in(session, "nobody", PASSWORD, NOW)
    wrong = service.sign_in(session, "wang-yi", WRONG, NOW)
    broken = service.sign_in(session, "wang-yi", "x\ud800", NOW)
    assert isinstance(unknown, BadSignIn)
    assert unknown.message("zh") == wrong.message("zh") == broken.message("zh")
    assert actions(session)[1:] == ["sign_in_failed"] * 3


def test_an_unknown_name_is_hashed_all_the_same(session, monkeypatch):
    account(session)
    hashes = []
    monkeypatch.setattr(passwords, "fits", lambda stored, _password: hashes.append(stored))
    service.sign_in(session, "nobody", WRONG, NOW)
    service.sign_in(session, "wang-yi", WRONG, NOW)
    assert hashes[0] == passwords.NOBODY
    assert len(hashes) == 2


def test_an_inactive_account_does_not_exist(session):
    account(session)
    opened = service.sign_in(session, "wang-yi", PASSWORD, NOW)
    session.scalars(select(Account)).one().active = False
    session.flush()
    assert isinstance(service.sign_in(session, "wang-yi", PASSWORD, NOW), BadSignIn)
    assert service.current(session, opened.key, NOW) is None


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(session):
    account(session)
    tries = [service.sign_in(session, "wang-yi", WRONG, NOW) for _ in range(5)]
    assert [type(one) for one in tries] == [BadSignIn] * 4 + [AccountLocked]
    late = NOW + timedelta(minutes=14, seconds=30)
    right = service.sign_in(session, "wang-yi", PASSWORD, late)
    assert isinstance(right, AccountLocked)
    assert right.params == {"minutes": 1, "seconds": 30}
    after = NOW + timedelta(minutes=15)
    assert isinstance(service.sign_in(session, "wang-yi", WRONG, after), BadSignIn)
    assert isinstance(service.sign_in(session, "wang-yi", PASSWORD, after), Opened)
    assert actions(session).count("account_locked") == 1


def test_a_name_without_an_account_is_locked_alike(session):
    """Or else the lock would tell which names have an account."""
    account(session)

    def told(login):
        tries = [service.sign_in(session, login, WRONG, NOW) for _ in range(6)]
        return [(type(one), one.message("zh")) for one in tries]

    assert told("nobody") == told("wang-yi")
    assert told("nobody") == told("nobody ")


def test_names_are_counted_as_hashes_and_forgotten_after_a_day(session):
    service.sign_in(session, "my-password-by-mistake", WRONG, NOW)
    kept = session.scalars(select(SignInTrial)).one()
    assert "my-password" not in kept.login_sha256
    service.sign_in(session, "somebody", WRONG, NOW + timedelta(days=1, seconds=1))
    assert session.scalar(select(func.count()).select_from(SignInTrial)) == 1


def test_a_closed_account_is_locked_like_a_name_without_one(session):
    account_id = account(session)
    administration.deactivate(session, account_id, by=None, now=NOW)
    tries = [service.sign_in(session, "wang-yi", PASSWORD, NOW) for _ in range(5)]
    assert [type(one) for one in tries] == [BadSignIn] * 4 + [AccountLocked]


def test_a_right_password_starts_the_count_again(session):
    account(session)
    for _ in range(3):
        for _ in range(4):
            service.sign_in(session, "wang-yi", WRONG, NOW)
        assert isinstance(service.sign_in(session, "wang-yi", PASSWORD, NOW), Opened)


def test_a_hash_of_old_parameters_is_made_anew(session):
    account(session)
    row = session.scalars(select(Account)).one()
    row.password_hash = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    session.flush()
    assert passwords.is_outdated(row.password_hash)
    service.sign_in(session, "wang-yi", PASSWORD, NOW)
    assert not passwords.is_outdated(row.password_hash)
    assert isinstance(service.sign_in(session, "wang-yi", PASSWORD, NOW), Opened)


def test_sessions_are_listed_and_ended(session):
    account(session)
    here, there = (
        service.sign_in(session, "wang-yi", PASSWORD, NOW, Device(agent, "10.0.0.7")).key
        for agent in ("Chrome", "x" * 999)
    )
    who = service.current(session, here, NOW)
    listed = service.open_sessions(session, here, who, NOW)
    assert {(one.agent[:6], one.address, one.here) for one in listed} == {
        ("Chrome", "10.0.0.7", True),
        ("xxxxxx", "10.0.0.7", False),
    }
    other = next(one for one in listed if not one.here)
    service.end_session(session, other.key_sha256, who, NOW)
    assert service.current(session, there, NOW) is None
    with pytest.raises(NotFound):
        service.end_session(session, other.key_sha256, who, NOW)
    again = service.sign_in(session, "wang-yi", PASSWORD, NOW).key
    assert service.end_other_sessions(session, here, who, NOW) == 1
    assert service.current(session, again, NOW) is None
    assert service.current(session, here, NOW) is not None


def test_nobody_ends_the_session_of_another(session):
    account(session)
    account(session, code="li-er")
    mine = service.sign_in(session, "wang-yi", PASSWORD, NOW).key
    theirs = service.sign_in(session, "li-er", PASSWORD, NOW).key
    who = service.current(session, mine, NOW)
    (one,) = service.open_sessions(session, theirs, service.current(session, theirs, NOW), NOW)
    with pytest.raises(NotFound):
        service.end_session(session, one.key_sha256, who, NOW)
    assert service.current(session, theirs, NOW) is not None


def test_a_session_ends_when_idle_or_old(session):
    account(session)
    key = service.sign_in(session, "wang-yi", PASSWORD, NOW).key
    assert service.current(session, key, NOW + timedelta(hours=12)) is None
    moment = NOW
    for _ in range(14):
        moment += timedelta(hours=11, minutes=59)
        assert service.current(session, key, moment) is not None
    assert moment < NOW + timedelta(days=7)
    assert service.current(session, key, NOW + timedelta(days=7)) is None
    assert service.current(session, "no such key \ud800", NOW) is None


def test_who_is_signed_in_takes_one_statement_and_a_second_now_and_then(session, statements):
    world = worlds.draw(session, "AB")
    posts = [
        world.post(PostKind.GRID_WORKER, world.grids[letter], f"甲{letter}") for letter in "AB"
    ]
    for post in posts:
        post.person_id = posts[0].person_id
    session.flush()
    administration.create_account(
        session, NewAccount("jia-yi", PASSWORD, posts[0].person_id), now=NOW
    )
    key = service.sign_in(session, "jia-yi", PASSWORD, NOW).key
    statements.clear()
    service.current(session, key, NOW + timedelta(minutes=5))
    assert len(statements) == 1
    statements.clear()
    service.current(session, key, NOW + timedelta(minutes=6))
    assert len(statements) == 2
    statements.clear()
    service.current(session, key, NOW + timedelta(minutes=7))
    assert len(statements) == 1


def test_authority_follows_the_post(session):
    world = worlds.draw(session, "A")
    first = world.post(PostKind.GRID_WORKER, world.grids["A"], "甲", until=date(2026, 6, 2))
    next_post = Post(
        kind=PostKind.COMMUNITY_DESK,
        person_id=first.person_id,
        area_id=world.community.id,
        valid=from_day(date(2026, 6, 2)),
    )
    session.add(next_post)
    session.flush()
    administration.create_account(session, NewAccount("jia-yi", PASSWORD, first.person_id), now=NOW)
    key = service.sign_in(session, "jia-yi", PASSWORD, NOW).key
    today = service.current(session, key, NOW)
    assert (today.scope.grids, today.scope.communities) == ({world.grids["A"].id}, frozenset())
    assert today.titles("zh") == ("A网格专职网格员",)
    midnight = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    service.current(session, key, midnight - timedelta(hours=8))
    before = service.current(session, key, midnight - timedelta(seconds=1))
    after = service.current(session, key, midnight)
    assert before.scope == today.scope
    assert (after.scope.grids, after.scope.communities) == (frozenset(), {world.community.id})
    assert after.titles("zh") == ("书香苑社区网格服务站人员",)


def test_posts_are_called_by_their_place(session):
    world = worlds.draw(session, "A")
    compound = world.compound("c1", 0, 0, 90, 90, name="书香苑")
    house = world.house("h1", 10, 10, grid="A", number="3", compound_id=compound.id)
    shop = world.house("h2", 60, 60, grid="A", name="便民超市")
    agency = Agency(code="y1", name="县城管局")
    session.add(agency)
    session.flush()
    holder = world.post(PostKind.STEWARD, house, "甲", unit=2)
    for kind, target in (
        (PostKind.GROUP_LEADER, shop),
        (PostKind.PROPERTY_MANAGER, compound),
        (PostKind.AGENCY_HANDLER, agency),
    ):
        post = world.post(kind, target, "甲")
        post.person_id = holder.person_id
    session.flush()
    administration.create_account(
        session, NewAccount("jia-yi", PASSWORD, holder.person_id), now=NOW
    )
    key = service.sign_in(session, "jia-yi", PASSWORD, NOW).key
    assert set(service.current(session, key, NOW).titles("zh")) == {
        "书香苑3号楼楼门长",
        "便民超市楼栋党小组组长",
        "书香苑物业项目经理",
        "县城管局部门承办人",
    }


def test_accounts_that_cannot_be(session):
    account(session)
    other = person(session, "li-er", "李二")
    for login, password, field in (
        ("wang-yi", PASSWORD, "login"),
        ("two words", PASSWORD, "login"),
        ("", PASSWORD, "login"),
        ("nul\x00", PASSWORD, "login"),
        ("x" * 65, PASSWORD, "login"),
        ("li-er-2026", "LI-ER-2026", "password"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            administration.create_account(session, NewAccount(login, password, other.id), now=NOW)
        assert refusal.value.field == field
    with pytest.raises(InvalidInput):
        administration.create_account(
            session, NewAccount("another", PASSWORD, person_of(session)), now=NOW
        )
    assert session.scalar(select(func.count()).select_from(Account)) == 1


def person_of(session):
    return administration.person_coded(session, "wang-yi")


def test_an_unknown_person_is_refused(session):
    with pytest.raises(NotFound, match="nobody"):
        administration.person_coded(session, "nobody")


def test_a_new_password_unlocks_and_ends_all_sessions(session):
    account(session)
    key = service.sign_in(session, "wang-yi", PASSWORD, NOW).key
    for _ in range(5):
        service.sign_in(session, "wang-yi", WRONG, NOW)
    administration.set_password(session, "wang-yi", "another good one", NOW)
    assert service.current(session, key, NOW) is None
    assert isinstance(service.sign_in(session, "wang-yi", PASSWORD, NOW), BadSignIn)
    assert isinstance(service.sign_in(session, "wang-yi", "another good one", NOW), Opened)
    with pytest.raises(NotFound):
        administration.set_password(session, "nobody", "another good one", NOW)
    with pytest.raises(InvalidInput):
        administration.set_password(session, "wang-yi", "short", NOW)


def test_changing_the_password_keeps_this_session_and_ends_the_others(session):
    account(session)
    here, there = (service.sign_in(session, "wang-yi", PASSWORD, NOW).key for _ in range(2))
    refused = service.change_password(session, here, WRONG, "another good one", NOW)
    assert isinstance(refused, BadSignIn)
    with pytest.raises(InvalidInput):
        service.change_password(session, here, PASSWORD, "short", NOW)
    assert service.change_password(session, here, PASSWORD, "another good one", NOW) is None
    assert service.current(session, here, NOW) is not None
    assert service.current(session, there, NOW) is None
    assert isinstance(service.sign_in(session, "wang-yi", "another good one", NOW), Opened)
    with pytest.raises(NotSignedIn):
        service.change_password(session, there, PASSWORD, "a third good one", NOW)


def test_the_old_password_is_no_new_one(session):
    account(session)
    key = service.sign_in(session, "wang-yi", PASSWORD, NOW).key
    with pytest.raises(InvalidInput) as refusal:
        service.change_password(session, key, PASSWORD, PASSWORD, NOW)
    assert refusal.value.field == "new"


def test_guessing_the_old_password_locks_too(session):
    account(session)
    key = service.sign_in(session, "wang-yi", PASSWORD, NOW).key
    for _ in range(4):
        service.change_password(session, key, WRONG, "another good one", NOW)
    refused = service.change_password(session, key, WRONG, "another good one", NOW)
    assert isinstance(refused, AccountLocked)


def test_accounts_for_those_in_post(session):
    world = worlds.draw(session, "AB")
    kept = world.post(PostKind.GRID_WORKER, world.grids["A"], "甲")
    world.post(PostKind.GRID_WORKER, world.grids["B"], "乙")
    world.post(PostKind.COMMUNITY_DESK, world.community, "丙")
    world.post(PostKind.COMMUNITY_DESK, world.community, "旧", until=DAY)
    world.post(PostKind.SECRETARY, world.community, "丁")
    administration.create_account(
        session, NewAccount("jia-yi", "my own password", kept.person_id), now=NOW
    )
    kinds = (PostKind.GRID_WORKER, PostKind.COMMUNITY_DESK)
    made = administration.make_accounts_for_posts(session, kinds, PASSWORD, day=DAY, now=NOW)
    codes = session.scalars(
        select(Person.code).where(Person.name.in_(("乙", "丙"))).order_by(Person.code)
    ).all()
    assert made == sorted(code.lower() for code in codes)
    assert all(isinstance(service.sign_in(session, one, PASSWORD, NOW), Opened) for one in made)
    assert isinstance(service.sign_in(session, "jia-yi", "my own password", NOW), Opened)
    assert administration.make_accounts_for_posts(session, kinds, PASSWORD, day=DAY, now=NOW) == []


@pytest.fixture
def shared(make_migrated):
    """A database of its own, where transactions really commit; with one account."""
    engine = make_engine(make_migrated(), statement_timeout_s=0, pool_size=16)
    with transaction(engine) as session:
        account(session)
    yield engine
    engine.dispose()


def test_a_refused_request_still_counts(shared):
    """The way of the web: the outcome leaves the transaction first, then it is raised."""

    def request():
        with transaction(shared) as session:
            outcome = service.sign_in(session, "wang-yi", WRONG, NOW)
        if isinstance(outcome, BadSignIn | AccountLocked):
            raise outcome

    for _ in range(4):
        with pytest.raises(BadSignIn):
            request()
    with pytest.raises(AccountLocked):
        request()


def test_many_guesses_at_once_do_not_slip_past_the_lock(shared):
    outcomes, barrier = [], threading.Barrier(20)

    def guess():
        barrier.wait()
        with transaction(shared) as session:
            outcomes.append(service.sign_in(session, "wang-yi", WRONG, NOW))

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, BadSignIn) for one in outcomes) == 4
    assert sum(isinstance(one, AccountLocked) for one in outcomes) == 16
