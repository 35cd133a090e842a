"""Sign-in, sign-out, password: lock-out, cookies, no open redirect."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from gridmap.accounts import administration, service
from gridmap.accounts.tables import SignIn, SignInTrial
from gridmap.ledger.posts import Person, Post
from gridmap.ledger.settings import Setting
from gridmap.store.audit import AuditEntry
from tests.dispatch.filings import staffed
from tests.web import signed
from tests.web.signed import PASSWORD, post_form, sign_in
from web.access import COOKIE, is_for_keys
from web.params import now
from web.permissions import PERMISSIONS, PUBLIC, STARTED

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
    assert session.scalars(select(SignInTrial)).one().locked_until is not None


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


def code(secret, moment=None):
    return pyotp.TOTP(secret).at(moment or now())


def enrol(client, from_page="/account/second-factor", moment=None):
    """Enrol a phone by the page; returns its secret and the page with the recovery codes."""
    page = client.get(from_page, headers=PAGE)
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    fields = {"csrf_token": signed.token(page), "code": code(secret, moment)}
    return secret, client.post("/account/second-factor", data=fields, headers=PAGE)


def codes_on(page):
    return re.findall(r"<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</li>", page.text)


@pytest.fixture
def desk(session, worker):
    """The account of the community's desk, in a county that requires a second factor."""
    query = select(Person.id).join(Post).where(Post.kind == "community_desk")
    signed.account(session, session.scalars(query).one(), "desk")
    session.merge(Setting(key="second_factor", value="required"))
    session.flush()


def test_a_desk_is_led_to_enrol_and_reaches_nothing_before(client, desk):
    answer = sign_in(client, "desk", next="/desk?mine=1")
    assert answer.location == "/account/second-factor?next=/desk?mine%3D1"
    page = client.get(answer.location)
    assert 'src="data:image/svg+xml' in page.text
    assert "您的岗位要求二次验证" in page.text
    secret, done = enrol(client, answer.location)
    assert len(set(codes_on(done))) == 8
    assert secret not in done.text
    assert "no-store" in done.headers["Cache-Control"]
    assert client.get("/account", headers=PAGE).status_code == 200


def test_before_the_second_factor_every_other_route_sees_nobody(client, desk):
    """The whole map of routes: what is closed stays closed to half a session."""
    sign_in(client, "desk")
    client.application.config["WTF_CSRF_ENABLED"] = False
    for rule in client.application.url_map.iter_rules():
        if PERMISSIONS[rule.endpoint] in (PUBLIC, STARTED) or is_for_keys(rule.endpoint):
            continue
        whole = set(re.findall(r"<int[^:]*:(\w+)>", rule.rule))
        values = {name: 1 if name in whole else "x" for name in rule.arguments}
        with client.application.test_request_context():
            path = client.application.url_for(rule.endpoint, **values)
        method = next(m for m in ("GET", "POST") if m in rule.methods)
        answer = client.open(path, method=method, headers={"Accept": "application/json"})
        assert answer.status_code == 401, path
    shown = client.get("/", headers=PAGE)
    assert "退出" not in shown.text


def test_half_a_session_may_sign_out(client, desk):
    sign_in(client, "desk")
    page = client.get("/account/second-factor", headers=PAGE)
    client.post("/sign-out", data={"csrf_token": signed.token(page)}, headers=PAGE)
    assert client.get("/account/second-factor", headers=PAGE).location.startswith("/sign-in")


def test_the_code_is_asked_and_taken_once(client, worker):
    sign_in(client, "jia")
    moment = now()
    secret, _page = enrol(client, moment=moment)
    other = client.application.test_client()
    asked = sign_in(other, "jia", next="/desk?mine=1")
    assert asked.location == "/sign-in/code?next=/desk?mine%3D1"
    assert other.get("/desk", headers=PAGE).status_code == 302
    assert other.get("/sign-in", headers=PAGE).location.startswith("/sign-in/code")
    half = other.get_cookie(COOKIE).value
    used = post_form(other, "/sign-in/code", code=code(secret, moment), next="/desk?mine=1")
    assert used.status_code == 401
    assert "或已经用过" in used.text
    assert 'value="/desk?mine=1"' in used.text
    then = moment + timedelta(seconds=30)
    answer = post_form(other, "/sign-in/code", code=code(secret, then), next="/desk?mine=1")
    assert (answer.status_code, answer.location) == (303, "/desk?mine=1")
    assert other.get_cookie(COOKIE).value != half
    assert "HttpOnly" in cookie(answer)
    assert other.get("/desk", headers=PAGE).status_code == 200
    assert other.get("/sign-in/code", headers=PAGE).location == "/desk"


def test_wrong_codes_lock(client, worker):
    sign_in(client, "jia")
    enrol(client)
    other = client.application.test_client()
    sign_in(other, "jia")
    answers = [post_form(other, "/sign-in/code", code="000000").status_code for _ in range(5)]
    assert answers == [401] * 4 + [429]
    assert sign_in(client.application.test_client(), "jia").status_code == 429


def test_a_recovery_code_opens_once(client, worker):
    sign_in(client, "jia")
    first = codes_on(enrol(client)[1])[0]
    opened = []
    for _ in range(2):
        other = client.application.test_client()
        sign_in(other, "jia")
        opened.append(post_form(other, "/sign-in/code", code=first.lower()).status_code)
    assert opened == [303, 401]


def test_a_wrong_code_enrols_nothing(client, worker):
    sign_in(client, "jia")
    answer = post_form(client, "/account/second-factor", code="12345x")
    assert answer.status_code == 401
    assert 'id="secret"' in answer.text
    assert sign_in(client.application.test_client(), "jia").location == "/desk"


def test_new_recovery_codes_and_unbinding_need_a_code(client, worker):
    sign_in(client, "jia")
    secret, done = enrol(client)
    old = codes_on(done)
    page = "/account/second-factor"
    for path in (f"{page}/recovery-codes", f"{page}/remove"):
        assert post_form(client, path, from_page=page, code="000000").status_code == 401
    then = code(secret, now() + timedelta(seconds=30))
    fresh = codes_on(post_form(client, f"{page}/recovery-codes", from_page=page, code=then))
    assert len(fresh) == 8
    assert not set(fresh) & set(old)
    gone = post_form(client, f"{page}/remove", from_page=page, code=fresh[0])
    assert gone.status_code == 303
    assert 'id="secret"' in client.get(page).text


def test_a_one_time_password_leads_to_a_new_one(client, worker, session):
    account_id = administration.account_named(session, "jia")
    made = administration.reset_password(session, account_id, by=None, now=now())
    answer = sign_in(client, "jia", made.password, next="/desk?mine=1")
    assert answer.location == "/password?next=/desk?mine%3D1"
    assert "一次性密码" in client.get(answer.location).text
    assert client.get("/desk", headers=PAGE).status_code == 302
    done = post_form(
        client,
        "/password",
        old=made.password,
        new="another-word-22",
        again="another-word-22",
        next="/desk?mine=1",
    )
    assert 'href="/desk?mine=1"' in done.text
    assert client.get("/desk", headers=PAGE).status_code == 200


def test_my_account_shows_posts_and_devices(client, worker):
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537"
    sign_in(client, "jia")
    page = client.get("/account")
    for words in ("A网格兼职网格员", "2024年1月1日", "Chrome · Windows", "本机", "127.0.0.1"):
        assert words in page.text, words
    assert "/accounts" not in page.text
    assert "/audit" not in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_a_hostile_browser_name_stays_text(client, worker):
    client.environ_base["HTTP_USER_AGENT"] = "<script>x</script>"
    sign_in(client, "jia")
    page = client.get("/account")
    assert "<script>x" not in page.text
    assert "未知设备" in page.text


def test_one_device_is_signed_out_and_then_all_others(client, worker):
    sign_in(client, "jia")
    others = [client.application.test_client() for _ in range(3)]
    for other in others:
        sign_in(other, "jia")
    page = client.get("/account")
    keys = re.findall(r'name="key" value="([0-9a-f]{64})"', page.text)
    assert len(keys) == 3
    ended = post_form(client, "/account/sessions/end", from_page="/account", key=keys[0])
    assert ended.status_code == 303
    left = [other.get("/account", headers=PAGE).status_code for other in others]
    assert sorted(left) == [200, 200, 302]
    post_form(client, "/account/sessions/end-others", from_page="/account")
    assert {other.get("/account", headers=PAGE).status_code for other in others} == {302}
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("key", ["", "x", "0" * 64, "0" * 64 + "\n"])
def test_no_session_is_ended_by_a_key_that_is_none(client, worker, key):
    sign_in(client, "jia")
    answer = post_form(client, "/account/sessions/end", from_page="/account", key=key)
    assert answer.status_code in (404, 422)
    assert client.get("/account").status_code == 200


def test_who_reads_no_reports_begins_at_the_account(client, worker, session):
    person = Person(code="root", name="管理员")
    session.add(person)
    session.flush()
    signed.account(session, person.id, "root", ("administrator", "auditor"))
    assert sign_in(client, "root").location == "/account"
    page = client.get("/account")
    assert 'href="/accounts"' in page.text
    assert 'href="/audit"' in page.text


def test_every_try_is_a_line_in_the_audit_log(client, worker, session):
    sign_in(client, "jia", "wrong-password")
    sign_in(client, "jia")
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"sign_in_failed", "signed_in"} <= actions


def test_in_english(client, worker):
    client.set_cookie("lang", "en")
    assert "Account or password is wrong." in sign_in(client, "jia", "wrong-password").text
