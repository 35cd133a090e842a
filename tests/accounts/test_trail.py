"""The audit log as the auditor reads it: filters, pages, words, exports that are on record."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gridmap.accounts import trail
from gridmap.accounts.actions import ACTIONS, OBJECTS, Sought
from gridmap.store import audit
from gridmap.store.session import engine_url, make_engine, transaction
from gridmap.terms import Role
from tests.accounts.people import NOW, actions, give_account, leave_it_to_each, person, signed_in

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def auditor(session):
    """Who is signed in as the auditor; two lines are in the log by then."""
    leave_it_to_each(session)
    give_account(session, person(session).id, "wang-yi", Role.AUDITOR)
    return signed_in(session, "wang-yi")


def write(session, action="report_accepted", key="7", at=NOW, by=None, kind="report", **details):
    audit.record(session, action, kind, key, now=at, account_id=by, **details)
    session.flush()


def read(session, **sought):
    return [line.action for line in trail.read(session, Sought(**sought)).lines]


def test_newest_first_in_plain_words(session, auditor):
    write(session, at=NOW + timedelta(hours=1), by=auditor.account_id)
    first, second, third = trail.read(session, Sought()).lines
    assert (first.what("zh"), first.which("zh")) == ("受理诉求", "诉求 7")
    assert (first.name, first.login) == ("王一", "wang-yi")
    assert second.which("zh") == "账号 王一（wang-yi）"
    assert second.what("en") == "Signed in"
    assert third.action == "account_created"
    assert third.login is None


def test_an_action_without_words_shows_its_code(session, auditor):
    write(session, "brand_new", kind="thing")
    (line,) = trail.read(session, Sought(action="brand_new")).lines
    assert (line.what("zh"), line.which("en")) == ("brand_new", "thing 7")


def test_each_filter_narrows(session, auditor):
    write(session, key="7", by=auditor.account_id)
    write(session, "phone_shown", key="8", at=NOW + timedelta(days=1))
    assert read(session, action="phone_shown") == ["phone_shown"]
    assert read(session, object_kind="report", object_key="7") == ["report_accepted"]
    assert read(session, since=NOW + timedelta(hours=1)) == ["phone_shown"]
    assert "phone_shown" not in read(session, before=NOW + timedelta(days=1))
    mine = ["report_accepted", "signed_in"]
    assert read(session, account="WANG-YI") == read(session, account="王一") == mine
    assert read(session, account="nobody") == []


def test_pages_hold_every_line_once(session, auditor):
    for number in range(7):
        write(session, key=str(number), at=NOW + timedelta(minutes=number % 3))
    seen, after = [], None
    while True:
        page = trail.read(session, Sought(), after=after, limit=2)
        seen += [line.id for line in page.lines]
        if page.after is None:
            break
        after = page.after
        write(session, "late", at=NOW + timedelta(days=1))
    assert len(seen) == len(set(seen)) == 9


def test_an_export_is_a_line_itself(session, auditor):
    lines = trail.export(session, Sought(action="signed_in"), auditor, NOW)
    assert [line.action for line in lines] == ["signed_in"]
    (kept,) = trail.read(session, Sought(action="audit_exported")).lines
    assert kept.details == {"lines": 1, "sought": {"action": "signed_in"}}
    assert kept.login == "wang-yi"


def test_one_page_is_one_statement(session, auditor, statements):
    statements.clear()
    trail.read(session, Sought(account="wang-yi"))
    assert len(statements) == 1


def test_every_label_is_in_two_languages():
    for words in (ACTIONS, OBJECTS):
        assert all(zh and en and zh != en for zh, en in words.values())
    assert "signed_in" in trail.ACTIONS


def test_known_actions_are_those_in_the_log(session, auditor):
    assert trail.known_actions(session) == sorted(set(actions(session)))


@pytest.fixture
def writer(make_migrated):
    """An engine whose role uses the tables and does not own them, granted as the guide says."""
    url = make_migrated()
    owner = make_engine(url, statement_timeout_s=0)
    role = f"gridmap_test_{secrets.token_hex(4)}"
    with owner.begin() as connection:
        for words in (
            f"CREATE ROLE {role} LOGIN PASSWORD '{role}'",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE UPDATE, DELETE ON audit_entry, step FROM {role}",
        ):
            connection.execute(text(words))
    engine = make_engine(
        engine_url(url).set(username=role, password=role).render_as_string(hide_password=False)
    )
    yield engine
    engine.dispose()
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET action = 'other'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER refuse_change ON audit_entry",
    ],
)
def test_who_does_not_own_the_log_adds_to_it_and_no_more(writer, change):
    with transaction(writer) as session:
        write(session)
    with (
        pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
        transaction(writer) as session,
    ):
        session.execute(text(change))
    with transaction(writer) as session:
        assert read(session) == ["report_accepted"]
