"""Sign-in, sign-out, password: lock-out, cookies, no open redirect."""

import pytest
from sqlalchemy import select

from gridmap.accounts import service
from gridmap.accounts.tables import Account, SignIn
from gridmap.store.audit import AuditEntry
from tests.dispatch.filings import staffed
from tests.web import signed
from tests.web.signed import PASSWORD, post_form, sign_in
from web.access import COOKIE
from web.params import now

PAGE = {"Accept": "text/html"}


@pytest.fixture
def worker(session):
    """The account of grid A's worker."""
    world, people = staffed(session)
    post = world.post("part_time_worker", world.grids["A"], "甲兼职")
    signed.account(session, post.person_id, "jia")
    return people["A"]


def cookie(answer):
    return next(
        line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{COOKIE}=")
    )


def test_signing_in_leads_to_the_desk(client, worker):
    answer = sign_in(client, "jia")
    assert (answer.status_code, answer.location) == (303, "/desk")
    set_cookie = cookie(answer)
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Path=/" in set_cookie
    assert "Secure" not in set_cookie


def test_the_cookie_is_secure_where_the_site_is(client, worker):
    config = client.application.config
    config["GRIDMAP"] = type(config["GRIDMAP"])("postgresql://unused", "test", secure_cookies=True)
    assert "Secure" in cookie(sign_in(client, "jia"))


def test_the_server_keeps_only_a_hash_of_the_key(client, worker, session):
    key = cookie(sign_in(client, "jia")).partition("=")[2].partition(";")[0]
    kept = session.scalars(select(SignIn)).one()
    assert key not in kept.key_sha256
    assert len(kept.key_sha256) == 64


def test_every_sign_in_has_a_new_key_and_ends_the_old_one(client, worker, session):
    sign_in(client, "jia")
    first = client.get_cookie(COOKIE).value
    page = client.get("/password")
    client.post(
        "/sign-in", data={"csrf_token": signed.token(page), "login": "jia", "password": PASSWORD}
    )
    second = client.get_cookie(COOKIE).value
    assert first != second
    assert service.current(session, first, now()) is None
    assert service.current(session, second, now()) is not None


def test_a_key_from_outside_is_never_taken(client, worker, session):
    client.set_cookie(COOKIE, "chosen-by-somebody-else")
    sign_in(client, "jia")
    assert client.get_cookie(COOKIE).value != "chosen-by-somebody-else"


def test_who_is_signed_in_goes_on_at_once(client, worker):
    sign_in(client, "jia")
    answer = client.get("/sign-in?next=/desk?stage=filed", headers=PAGE)
    assert (answer.status_code, answer.location) == (302, "/desk?stage=filed")


def test_a_wrong_password_and_an_unknown_name_look_the_same(client, worker):
    wrong, unknown = (
        sign_in(client, "jia", "wrong-password"),
        sign_in(client, "nobody", "wrong-password"),
    )
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    for answer in (wrong, unknown):
        assert "账号或密码不对。" in answer.text
        assert COOKIE not in str(answer.headers)


def test_what_was_typed_comes_back_escaped_and_the_password_never(client, worker):
    answer = sign_in(client, '"><script>x</script>', "secret-word-9")
    assert answer.status_code == 401
    assert "<script>x" not in answer.text
    assert "secret-word-9" not in answer.text


@pytest.mark.parametrize("login", ["", "a\0b", "反\u202e转", "x" * 65])
def test_nonsense_for_a_name_is_just_wrong(client, worker, login):
    assert sign_in(client, login).status_code == 401


def test_five_wrong_passwords_lock_the_account(client, worker, session):
    answers = [sign_in(client, "jia", f"wrong-{n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
    assert "15 分钟后再试" in answers[-1].text
    right = sign_in(client, "jia")
    assert right.status_code == 429
    assert session.scalars(select(Account)).one().locked_until is not None


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "desk",
        "/\t/evil.example",
    ],
)
def test_next_leads_only_to_own_paths(client, worker, target):
    answer = sign_in(client, "jia", next=target)
    assert answer.location in {"/desk", "/"}


def test_next_is_kept_through_a_wrong_try(client, worker):
    answer = sign_in(client, "jia", "wrong-password", next="/desk?mine=1")
    assert 'value="/desk?mine=1"' in answer.text


def test_a_closed_page_comes_back_after_signing_in(client, worker):
    closed = client.get("/desk?mine=1", headers=PAGE)
    assert closed.location == "/sign-in?next=/desk?mine%3D1"
    page = client.get(closed.location)
    assert 'name="next" value="/desk?mine=1"' in page.text


def test_signing_out_ends_the_session_on_the_server(client, worker, session):
    sign_in(client, "jia")
    key = client.get_cookie(COOKIE).value
    answer = post_form(client, "/sign-out", from_page="/password")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get_cookie(COOKIE) is None
    client.set_cookie(COOKIE, key)
    assert client.get("/desk", headers=PAGE).status_code == 302


def test_forms_need_their_token(client, worker):
    for path in ("/sign-in", "/sign-out", "/password"):
        answer = client.post(path, data={"login": "jia", "password": PASSWORD}, headers=PAGE)
        assert answer.status_code == 422, path
        assert client.get_cookie(COOKIE) is None


def change(client, old=PASSWORD, new="another-word-22", again=None):
    return post_form(client, "/password", old=old, new=new, again=again or new)


def test_a_changed_password_ends_the_other_sessions(client, worker, session):
    sign_in(client, "jia")
    other = client.application.test_client()
    sign_in(other, "jia")
    done = change(client)
    assert done.status_code == 200
    assert "密码已改" in done.text
    assert client.get("/password", headers=PAGE).status_code == 200
    assert other.get("/password", headers=PAGE).status_code == 302
    assert sign_in(client.application.test_client(), "jia").status_code == 401
    assert sign_in(client.application.test_client(), "jia", "another-word-22").status_code == 303


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"old": "wrong-password"}, 401, "账号或密码不对"),
        ({"new": "short"}, 422, "至少 10 个字符"),
        ({"new": "a-good-password", "again": "another-good-one"}, 422, "两次输入的新密码不一样"),
        ({"new": "x" * 300}, 422, "最多 256 个字符"),
    ],
)
def test_a_password_is_not_changed_otherwise(client, worker, fields, status, words):
    sign_in(client, "jia")
    answer = change(client, **fields)
    assert answer.status_code == status
    assert words in answer.text
    assert sign_in(client.application.test_client(), "jia").status_code == 303


def test_every_try_is_a_line_in_the_audit_log(client, worker, session):
    sign_in(client, "jia", "wrong-password")
    sign_in(client, "jia")
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"sign_in_failed", "signed_in"} <= actions


def test_in_english(client, worker):
    client.set_cookie("lang", "en")
    assert "Account or password is wrong." in sign_in(client, "jia", "wrong-password").text
