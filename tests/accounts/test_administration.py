"""Accounts of others: made from the roster, closed, helped, given roles; the last administrator stays."""

import threading

import pytest
from sqlalchemy import select

from gridmap.accounts import administration, service
from gridmap.accounts.authority import Awaits
from gridmap.accounts.roster import State, Wanted
from gridmap.accounts.service import Opened
from gridmap.accounts.tables import Account
from gridmap.errors import AccountLocked, BadSignIn, InvalidInput, LastAdministrator, NotFound
from gridmap.ledger.posts import Person
from gridmap.store.audit import AuditEntry
from gridmap.store.session import make_engine, transaction
from gridmap.terms import PostKind, Role
from tests import worlds
from tests.accounts.people import (
    NOW,
    PASSWORD,
    actions,
    give_account,
    key_of,
    leave_it_to_each,
    person,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def town(session):
    """Two grids with workers and a desk; nobody has an account but the administrator."""
    leave_it_to_each(session)
    world = worlds.draw(session, "AB")
    world.post(PostKind.GRID_WORKER, world.grids["A"], "甲")
    world.post(PostKind.GRID_WORKER, world.grids["B"], "乙")
    world.post(
        PostKind.GRID_WORKER,
        world.grids["B"],
        "旧",
        since=worlds.START.replace(year=2020),
        until=worlds.START,
    )
    world.post(PostKind.COMMUNITY_DESK, world.community, "丙")
    return world


@pytest.fixture
def root(session, town):
    """The administrator's account."""
    return give_account(session, person(session, "root", "管理员").id, "root", Role.ADMINISTRATOR)


def code_of(session, name):
    return session.scalars(select(Person.code).where(Person.name == name)).one()


@pytest.fixture
def worker(session, root):
    """The account of grid A's worker."""
    person_id = administration.person_coded(session, code_of(session, "甲"))
    return give_account(session, person_id, "jia-yi")


def names(session, **wanted):
    found = administration.members(session, Wanted(**wanted), now=NOW)
    return {member.name for member in found.members}


def test_each_gets_a_password_of_her_own_and_must_change_it(session, root):
    kinds = (PostKind.GRID_WORKER, PostKind.COMMUNITY_DESK)
    made = administration.make_accounts(session, kinds, by=root, now=NOW)
    assert {one.name for one in made} == {"甲", "乙", "丙"}
    assert len({one.password for one in made}) == 3
    assert next(one for one in made if one.name == "甲").posts[0].title("zh") == "A网格专职网格员"
    for one in made:
        opened = service.sign_in(session, one.login, one.password, NOW)
        assert service.standing(session, opened.key, NOW).awaits is Awaits.CHANGE
        assert service.current(session, opened.key, NOW) is None
        service.change_password(session, opened.key, one.password, "my own good words", NOW)
        assert service.current(session, opened.key, NOW).login == one.login
    assert administration.make_accounts(session, kinds, by=root, now=NOW) == ()


def test_accounts_are_made_some_at_a_time_until_all_have_one(session, root):
    assert administration.without_account(session, NOW) == {
        PostKind.GRID_WORKER: 2,
        PostKind.COMMUNITY_DESK: 1,
    }
    kinds = (PostKind.GRID_WORKER,)
    first = administration.make_accounts(session, kinds, by=root, now=NOW, limit=1)
    second = administration.make_accounts(session, kinds, by=root, now=NOW, limit=1)
    assert len(first) == len(second) == 1
    assert first[0].login != second[0].login
    assert administration.without_account(session, NOW) == {PostKind.COMMUNITY_DESK: 1}


def test_whose_name_is_taken_holds_nobody_up(session, root):
    taken = code_of(session, "甲").lower()
    give_account(session, person(session, "li-er", "李二").id, taken)
    kinds = (PostKind.GRID_WORKER,)
    made = administration.make_accounts(session, kinds, by=root, now=NOW, limit=1)
    assert [one.name for one in made] == ["乙"]


def test_every_made_account_is_a_line_with_by_whom(session, root):
    administration.make_accounts(session, (PostKind.GRID_WORKER,), by=root, now=NOW)
    lines = session.execute(
        select(AuditEntry.action, AuditEntry.account_id).order_by(AuditEntry.id.desc()).limit(2)
    ).all()
    assert lines == [("account_created", root)] * 2


def test_one_account_by_the_code_of_the_roster(session, root):
    code = code_of(session, "甲")
    made = administration.create_for_person(session, code, "", [Role.PLANNER], by=root, now=NOW)
    assert (made.login, made.name) == (code.lower(), "甲")
    member = administration.member(session, made.account_id, NOW)
    assert member.account.roles == {Role.PLANNER}
    assert member.account.must_change
    with pytest.raises(InvalidInput):
        administration.create_for_person(session, code, "other", [], by=root, now=NOW)
    with pytest.raises(NotFound):
        administration.create_for_person(session, "nobody", "", [], by=root, now=NOW)


def test_the_roster_is_searched_and_filtered(session, root, worker):
    assert names(session) == {"甲", "乙", "丙", "管理员"}
    assert names(session, words="JIA-") == {"甲"}
    assert names(session, words="乙") == {"乙"}
    assert names(session, words="%") == set()
    assert names(session, kind=PostKind.GRID_WORKER) == {"甲", "乙"}
    assert names(session, state=State.WITHOUT) == {"乙", "丙"}
    assert names(session, state=State.WITHOUT, kind=PostKind.COMMUNITY_DESK) == {"丙"}
    assert names(session, state=State.NEVER) == {"甲", "管理员"}
    signed_in(session, "jia-yi")
    assert names(session, state=State.NEVER) == {"管理员"}
    assert names(session, state=State.NO_FACTOR) == {"甲", "管理员"}
    assert names(session, state=State.LOCKED) == set()
    for _ in range(5):
        service.sign_in(session, "jia-yi", "wrong horse", NOW)
    assert names(session, state=State.LOCKED) == {"甲"}
    administration.deactivate(session, worker, by=root, now=NOW)
    assert names(session, state=State.INACTIVE) == {"甲"}
    assert names(session, state=State.ACTIVE) == {"管理员"}


def test_the_roster_comes_in_pages(session, root):
    seen, after = [], None
    while True:
        page = administration.members(session, Wanted(), after=after, now=NOW, limit=2)
        seen += [member.code for member in page.members]
        assert page.total == 4
        if page.after is None:
            break
        after = page.after
    assert seen == sorted(seen)
    assert len(seen) == 4


def test_a_page_of_the_roster_takes_three_statements(session, root, statements):
    statements.clear()
    administration.members(session, Wanted(), now=NOW)
    assert len(statements) == 3


def test_closing_an_account_ends_its_sessions_at_once(session, root, worker):
    key = key_of(session, "jia-yi")
    administration.deactivate(session, worker, by=root, now=NOW)
    assert service.standing(session, key, NOW) is None
    assert isinstance(service.sign_in(session, "jia-yi", PASSWORD, NOW), BadSignIn)
    administration.activate(session, worker, by=root, now=NOW)
    assert service.standing(session, key, NOW) is None
    assert isinstance(service.sign_in(session, "jia-yi", PASSWORD, NOW), Opened)
    assert actions(session).count("account_deactivated") == 1


def test_unlocking(session, root, worker):
    for _ in range(5):
        service.sign_in(session, "jia-yi", "wrong horse", NOW)
    assert isinstance(service.sign_in(session, "jia-yi", PASSWORD, NOW), AccountLocked)
    assert administration.member(session, worker, NOW).account.locked_until is not None
    administration.unlock(session, worker, by=root, now=NOW)
    assert isinstance(service.sign_in(session, "jia-yi", PASSWORD, NOW), Opened)


def test_a_reset_password_is_good_once(session, root, worker):
    key = key_of(session, "jia-yi")
    made = administration.reset_password(session, worker, by=root, now=NOW)
    assert service.standing(session, key, NOW) is None
    assert isinstance(service.sign_in(session, "jia-yi", PASSWORD, NOW), BadSignIn)
    key = service.sign_in(session, "jia-yi", made.password, NOW).key
    assert service.standing(session, key, NOW).awaits is Awaits.CHANGE


def test_roles_are_granted_and_taken(session, root, worker):
    administration.set_role(session, worker, Role.AUDITOR, granted=True, by=root, now=NOW)
    administration.set_role(session, worker, Role.AUDITOR, granted=True, by=root, now=NOW)
    assert signed_in(session, "jia-yi").roles == {Role.AUDITOR}
    administration.set_role(session, worker, Role.AUDITOR, granted=False, by=root, now=NOW)
    assert signed_in(session, "jia-yi").roles == set()
    assert actions(session).count("role_granted") == actions(session).count("role_taken") == 1


def test_the_last_administrator_stays(session, root, worker):
    with pytest.raises(LastAdministrator):
        administration.set_role(session, root, Role.ADMINISTRATOR, granted=False, by=root, now=NOW)
    with pytest.raises(LastAdministrator):
        administration.deactivate(session, root, by=root, now=NOW)
    administration.set_role(session, worker, Role.ADMINISTRATOR, granted=True, by=root, now=NOW)
    administration.set_role(session, root, Role.ADMINISTRATOR, granted=False, by=root, now=NOW)
    with pytest.raises(LastAdministrator):
        administration.deactivate(session, worker, by=worker, now=NOW)


def test_a_closed_administrator_does_not_count(session, root, worker):
    administration.set_role(session, worker, Role.ADMINISTRATOR, granted=True, by=root, now=NOW)
    administration.deactivate(session, worker, by=root, now=NOW)
    with pytest.raises(LastAdministrator):
        administration.deactivate(session, root, by=root, now=NOW)


def test_nobody_is_not_an_account(session, root):
    for change in (
        administration.deactivate,
        administration.activate,
        administration.unlock,
        administration.reset_password,
        administration.reset_second_factor,
    ):
        with pytest.raises(NotFound):
            change(session, 2_000_000, by=root, now=NOW)
    with pytest.raises(NotFound):
        administration.member(session, 2_000_000, NOW)


def test_two_administrators_who_dismiss_each_other_leave_one(make_migrated):
    engine = make_engine(make_migrated(), statement_timeout_s=0, pool_size=4)
    with transaction(engine) as session:
        one, two = (
            give_account(session, person(session, code).id, code, Role.ADMINISTRATOR)
            for code in ("eins", "zwei")
        )
    refused, barrier = [], threading.Barrier(2)

    def dismiss(whom, by):
        barrier.wait()
        try:
            with transaction(engine) as session:
                administration.set_role(
                    session, whom, Role.ADMINISTRATOR, granted=False, by=by, now=NOW
                )
        except LastAdministrator as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=dismiss, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine) as session:
        left = session.scalars(select(Account.roles)).all()
    engine.dispose()
    assert len(refused) == 1
    assert sorted(left) == [[], ["administrator"]]


def test_whose_post_ended_is_not_on_the_roster(session, root):
    assert "旧" not in names(session)
