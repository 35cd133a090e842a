"""Everybody's accounts, for the administrator: found, made, helped, closed."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from gridmap.accounts.tables import Account
from gridmap.ledger.posts import Person
from gridmap.ledger.settings import Setting
from gridmap.store.audit import AuditEntry
from tests.dispatch.filings import staffed
from tests.web import signed
from tests.web.signed import post_form, sign_in

PAGE = {"Accept": "text/html"}
ACCOUNTS = "/accounts"


@pytest.fixture
def people(session):
    """The staffed town; grid A's worker has the account jia, and root administers."""
    _world, people = staffed(session)
    signed.account(session, people["A"].person_id, "jia")
    root = Person(code="root", name="管理员")
    session.add(root)
    session.flush()
    signed.account(session, root.id, "root", ("administrator",))
    return people


@pytest.fixture
def root(client, people):
    sign_in(client, "root")
    return client


def page_of(session, login):
    return f"{ACCOUNTS}/{session.scalars(select(Account.id).where(Account.login == login)).one()}"


def do(root, page, word, **fields):
    return post_form(root, page, do=word, **fields)


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


@pytest.mark.parametrize("path", [ACCOUNTS, f"{ACCOUNTS}/1"])
def test_they_are_for_the_administrator_only(client, people, path):
    sign_in(client, "jia")
    assert client.get(path, headers=PAGE).status_code == 403


def test_people_are_found_and_filtered(root):
    assert "甲格员" in root.get(ACCOUNTS).text
    found = root.get(f"{ACCOUNTS}?q=乙&kind=&state=").text
    assert "乙格员" in found
    assert "甲格员" not in found
    without = root.get(f"{ACCOUNTS}?state=without&kind=grid_worker").text
    assert "乙格员" in without
    assert "甲格员" not in without
    assert root.get(f"{ACCOUNTS}?state=nonsense", headers=PAGE).status_code == 422


def test_accounts_for_a_kind_of_post_come_as_a_table_once(root, session):
    answer = post_form(
        root, f"{ACCOUNTS}/from-posts", from_page=ACCOUNTS, kinds=["grid_worker", "steward"]
    )
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    header, *rows = rows_of(answer)
    assert header == ["姓名", "编号", "岗位", "账号", "一次性密码"]
    assert {row[0] for row in rows} == {"甲楼长", "乙楼长", "乙格员"}
    _name, _code, _post, login, password = rows[0]
    assert sign_in(root.application.test_client(), login, password).location == "/password"
    stored = session.scalars(select(Account.password_hash)).all()
    assert not any(password in one for one in stored)
    again = post_form(root, f"{ACCOUNTS}/from-posts", from_page=ACCOUNTS, kinds=["steward"])
    assert again.status_code == 422
    assert "都已有账号" in again.text


def test_a_name_that_is_a_formula_stays_text(root, session):
    person = session.scalars(select(Person).where(Person.name == "乙格员")).one()
    person.name = "=HYPERLINK(1)"
    session.flush()
    answer = post_form(root, f"{ACCOUNTS}/from-posts", from_page=ACCOUNTS, kinds=["grid_worker"])
    assert rows_of(answer)[1][0] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("kinds", [[], ["nonsense"]])
def test_kinds_that_are_none(root, kinds):
    answer = post_form(root, f"{ACCOUNTS}/from-posts", from_page=ACCOUNTS, kinds=kinds)
    assert answer.status_code == 422


def test_one_account_with_its_password_shown_once(root, session):
    code = session.scalars(select(Person.code).where(Person.name == "乙格员")).one()
    answer = post_form(root, ACCOUNTS, code=code, login="yi", roles=["planner"])
    password = re.search(r'id="one-time">([^<]+)<', answer.text)[1]
    assert password not in root.get(page_of(session, "yi")).text
    assert sign_in(root.application.test_client(), "yi", password).location == "/password"
    taken = post_form(root, ACCOUNTS, code=code, login="yi")
    assert taken.status_code == 422
    assert "已存在" in taken.text
    unknown = post_form(root, ACCOUNTS, code="nobody")
    assert unknown.status_code == 404


def test_closing_ends_the_sessions_at_once(root, session):
    worker = root.application.test_client()
    sign_in(worker, "jia")
    page = page_of(session, "jia")
    assert do(root, page, "deactivate").status_code == 303
    assert worker.get("/account", headers=PAGE).status_code == 302
    assert "已停用" in root.get(page).text
    do(root, page, "activate")
    assert sign_in(worker, "jia").status_code == 303


def test_unlocking_and_a_new_password(root, session):
    worker = root.application.test_client()
    for number in range(5):
        sign_in(worker, "jia", f"wrong-{number}")
    page = page_of(session, "jia")
    assert "已锁定" in root.get(page).text
    do(root, page, "unlock")
    assert sign_in(worker, "jia").status_code == 303
    answer = do(root, page, "password")
    password = re.search(r'id="one-time">([^<]+)<', answer.text)[1]
    assert worker.get("/account", headers=PAGE).status_code == 302
    assert sign_in(worker, "jia", password).location == "/password"


def test_roles_and_the_last_administrator(root, session):
    page, own = page_of(session, "jia"), page_of(session, "root")
    do(root, page, "grant", role="auditor")
    refused = do(root, own, "take", role="administrator")
    assert refused.status_code == 409
    assert "最后一位系统管理员" in refused.text
    assert do(root, own, "deactivate").status_code == 409
    do(root, page, "grant", role="administrator")
    assert do(root, own, "take", role="administrator").status_code == 303
    assert root.get(ACCOUNTS, headers=PAGE).status_code == 403


@pytest.mark.parametrize(
    "fields", [{}, {"do": "erase"}, {"do": "grant"}, {"do": "unlock", "role": "planner"}]
)
def test_nonsense_changes_nothing(root, session, fields):
    page = page_of(session, "jia")
    assert post_form(root, page, **fields).status_code == 422


def test_an_account_that_is_none(root):
    assert root.get(f"{ACCOUNTS}/2147483647", headers=PAGE).status_code == 404
    assert root.get(f"{ACCOUNTS}/99999999999", headers=PAGE).status_code == 404


def test_the_rule_for_second_factors(root, session):
    path = f"{ACCOUNTS}/second-factor-rule"
    assert "改为必须" in root.get(ACCOUNTS).text
    post_form(root, path, from_page=ACCOUNTS, required="1")
    assert session.get(Setting, "second_factor").value == "required"
    assert root.get(ACCOUNTS, headers=PAGE).status_code == 302


def test_every_change_says_by_whom(root, session):
    page = page_of(session, "jia")
    for word in ("password", "unlock", "factor", "deactivate", "activate"):
        do(root, page, word)
    query = (
        select(AuditEntry.action, Account.login)
        .join(Account, Account.id == AuditEntry.account_id)
        .where(AuditEntry.object_key == page.rpartition("/")[2])
        .order_by(AuditEntry.id)
    )
    assert session.execute(query).all() == [
        ("password_set", "root"),
        ("account_unlocked", "root"),
        ("second_factor_reset", "root"),
        ("account_deactivated", "root"),
        ("account_activated", "root"),
    ]
