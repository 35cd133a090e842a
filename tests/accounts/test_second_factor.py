"""The second factor: enrolment, codes that work once, recovery, and what a session reaches before."""

import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from gridmap.accounts import administration, second_factor, service, totp
from gridmap.accounts.authority import Awaits
from gridmap.accounts.service import Opened
from gridmap.accounts.tables import RecoveryCode
from gridmap.errors import AccountLocked, NotSignedIn, WrongOneTimeCode
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
)

pytestmark = pytest.mark.usefixtures("cheap_hashes")

STEP = timedelta(seconds=totp.STEP_SECONDS)
LATER = NOW + 10 * STEP


@pytest.fixture
def worker(session):
    """Somebody who needs no second factor."""
    return give_account(session, person(session).id, "wang-yi")


@pytest.fixture
def desk(session):
    """The community's desk: it needs one."""
    world = worlds.draw(session, "A")
    post = world.post(PostKind.COMMUNITY_DESK, world.community, "丙")
    return give_account(session, post.person_id, "bing")


def enrol(session, key, now=NOW):
    """Enrol a phone; returns its secret and the recovery codes."""
    secret = second_factor.shown_secret(session, key, now).secret
    return secret, second_factor.confirm(session, key, code(secret, now), now)


def code(secret, now):
    return pyotp.TOTP(secret).at(now)


def awaited(session, key, now=NOW):
    return service.standing(session, key, now).awaits


def test_a_known_vector_of_the_standard():
    """RFC 6238, appendix B: at 59 s the secret '12345678901234567890' gives 94287082."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - of the standard
    at_59_s = NOW.fromtimestamp(59, tz=NOW.tzinfo)
    assert totp.accepted_step(secret, "287082", at_59_s, 0) == 1


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_differ_by_one_step(steps, taken):
    secret = totp.new_secret()
    step = totp.accepted_step(secret, code(secret, NOW + steps * STEP), NOW, 0)
    assert (step is not None) is taken


def test_desks_must_enrol_and_reach_nothing_before(session, desk):
    key = key_of(session, "bing")
    assert awaited(session, key) is Awaits.ENROLMENT
    assert service.current(session, key, NOW) is None
    enrol(session, key)
    assert service.current(session, key, NOW).login == "bing"


def test_workers_need_not(session, worker):
    assert service.current(session, key_of(session, "wang-yi"), NOW) is not None


def test_system_roles_must(session):
    give_account(session, person(session).id, "wang-yi", Role.AUDITOR)
    assert awaited(session, key_of(session, "wang-yi")) is Awaits.ENROLMENT


def test_a_county_may_leave_it_to_each(session, desk):
    leave_it_to_each(session)
    key = key_of(session, "bing")
    assert service.current(session, key, NOW) is not None
    second_factor.require(session, required=True, by=desk, now=NOW)
    assert second_factor.is_required(session)
    assert service.current(session, key, NOW) is None


def test_who_gets_a_desk_must_enrol_from_that_day_on(session):
    world = worlds.draw(session, "A")
    tomorrow = (NOW + timedelta(days=1)).date()
    post = world.post(PostKind.TOWNSHIP_DESK, world.community, "丁", since=tomorrow)
    give_account(session, post.person_id, "ding")
    key = key_of(session, "ding")
    assert service.current(session, key, NOW) is not None
    service.current(session, key, NOW + timedelta(hours=11))
    assert awaited(session, key, NOW + timedelta(hours=20)) is Awaits.ENROLMENT


def test_the_code_opens_the_session_under_a_new_key(session, worker):
    secret, _codes = enrol(session, key_of(session, "wang-yi"))
    half = key_of(session, "wang-yi", LATER)
    assert awaited(session, half, LATER) is Awaits.CODE
    assert service.current(session, half, LATER) is None
    opened = second_factor.pass_code(session, half, code(secret, LATER), LATER)
    assert isinstance(opened, Opened)
    assert opened.key != half
    assert service.current(session, opened.key, LATER).login == "wang-yi"
    assert service.standing(session, half, LATER) is None
    assert service.current(session, opened.key, LATER + timedelta(hours=2)) is not None


def test_a_session_that_waits_for_its_code_is_short(session, worker):
    secret, _codes = enrol(session, key_of(session, "wang-yi"))
    half = key_of(session, "wang-yi", LATER)
    late = LATER + timedelta(minutes=15)
    with pytest.raises(NotSignedIn):
        second_factor.pass_code(session, half, code(secret, late), late)


def test_a_code_is_taken_once(session, worker):
    secret, _codes = enrol(session, key_of(session, "wang-yi"))
    shown = code(secret, LATER)
    second_factor.pass_code(session, key_of(session, "wang-yi", LATER), shown, LATER)
    again = second_factor.pass_code(session, key_of(session, "wang-yi", LATER), shown, LATER)
    assert isinstance(again, WrongOneTimeCode)
    earlier = code(secret, LATER - STEP)
    before = second_factor.pass_code(session, key_of(session, "wang-yi", LATER), earlier, LATER)
    assert isinstance(before, WrongOneTimeCode)
    then = LATER + STEP
    after = second_factor.pass_code(
        session, key_of(session, "wang-yi", then), code(secret, then), then
    )
    assert isinstance(after, Opened)


def test_the_code_that_enrolled_opens_no_other_session(session, worker):
    secret, _codes = enrol(session, key_of(session, "wang-yi"))
    half = key_of(session, "wang-yi")
    assert isinstance(
        second_factor.pass_code(session, half, code(secret, NOW), NOW), WrongOneTimeCode
    )


def test_wrong_codes_count_with_wrong_passwords_and_the_password_resets_nothing(session, worker):
    enrol(session, key_of(session, "wang-yi"))
    outcomes = []
    for _ in range(4):
        half = key_of(session, "wang-yi", LATER)
        outcomes.append(second_factor.pass_code(session, half, "000000", LATER))
    assert [type(one) for one in outcomes] == [WrongOneTimeCode] * 4
    assert isinstance(service.sign_in(session, "wang-yi", "wrong horse", LATER), AccountLocked)
    assert isinstance(service.sign_in(session, "wang-yi", PASSWORD, LATER), AccountLocked)


def test_no_code_is_taken_while_locked(session, worker):
    secret, _codes = enrol(session, key_of(session, "wang-yi"))
    half = key_of(session, "wang-yi", LATER)
    for _ in range(5):
        second_factor.pass_code(session, half, "000000", LATER)
    right = second_factor.pass_code(session, half, code(secret, LATER), LATER)
    assert isinstance(right, AccountLocked)


def test_a_recovery_code_works_once(session, worker):
    _secret, codes = enrol(session, key_of(session, "wang-yi"))
    assert len(set(codes)) == totp.RECOVERY_CODES
    typed = codes[0].lower().replace("-", " ")
    first = second_factor.pass_code(session, key_of(session, "wang-yi"), typed, NOW)
    again = second_factor.pass_code(session, key_of(session, "wang-yi"), typed, NOW)
    assert isinstance(first, Opened)
    assert isinstance(again, WrongOneTimeCode)
    assert second_factor.enrolled(session, worker).recovery_codes == totp.RECOVERY_CODES - 1
    assert "recovery_code_used" in actions(session)


def test_recovery_codes_are_kept_as_hashes_of_their_own_account(session, worker):
    _secret, codes = enrol(session, key_of(session, "wang-yi"))
    kept = set(session.scalars(select(RecoveryCode.code_sha256)))
    assert not kept & set(codes)
    give_account(session, person(session, "li-er", "李二").id, "li-er")
    enrol(session, key_of(session, "li-er"))
    other = second_factor.pass_code(session, key_of(session, "li-er"), codes[0], NOW)
    assert isinstance(other, WrongOneTimeCode)


def test_new_recovery_codes_void_the_old_ones(session, worker):
    key = key_of(session, "wang-yi")
    secret, old = enrol(session, key)
    who = service.current(session, key, NOW)
    refused = second_factor.renew_recovery_codes(session, who, "000000", NOW)
    assert isinstance(refused, WrongOneTimeCode)
    fresh = second_factor.renew_recovery_codes(session, who, code(secret, LATER), LATER)
    half = key_of(session, "wang-yi", LATER)
    assert isinstance(second_factor.pass_code(session, half, old[0], LATER), WrongOneTimeCode)
    assert isinstance(second_factor.pass_code(session, half, fresh[0], LATER), Opened)


def test_a_shown_secret_is_of_its_session(session, worker):
    """Nobody is made to confirm a secret that somebody else was shown."""
    mine, other = key_of(session, "wang-yi"), key_of(session, "wang-yi")
    shown = second_factor.shown_secret(session, mine, NOW)
    assert second_factor.shown_secret(session, mine, NOW) == shown
    assert second_factor.shown_secret(session, other, NOW).secret != shown.secret
    with pytest.raises(WrongOneTimeCode):
        second_factor.confirm(session, other, code(shown.secret, NOW), NOW)
    assert "wang-yi" in shown.address
    assert shown.address.startswith("otpauth://totp/")


def test_enrolling_asks_the_other_sessions_for_a_code(session, worker):
    mine, other = key_of(session, "wang-yi"), key_of(session, "wang-yi")
    enrol(session, mine)
    assert service.current(session, mine, NOW) is not None
    assert awaited(session, other) is Awaits.CODE


def test_there_is_one_second_factor_at_a_time(session, worker):
    key = key_of(session, "wang-yi")
    enrol(session, key)
    with pytest.raises(NotSignedIn):
        second_factor.shown_secret(session, key, NOW)


def test_a_new_phone_needs_a_code_of_the_old_one(session, desk):
    key = key_of(session, "bing")
    secret, _codes = enrol(session, key)
    who = service.current(session, key, NOW)
    other = second_factor.pass_code(
        session, key_of(session, "bing", LATER), code(secret, LATER), LATER
    ).key
    then = LATER + STEP
    assert isinstance(second_factor.remove(session, key, who, "123456", then), WrongOneTimeCode)
    assert second_factor.remove(session, key, who, code(secret, then), then) is None
    assert awaited(session, key, then) is Awaits.ENROLMENT
    assert service.standing(session, other, then) is None
    enrol(session, key, then)
    assert service.current(session, key, then) is not None


def test_the_administrator_takes_a_lost_phone_away(session, desk):
    key = key_of(session, "bing")
    enrol(session, key)
    administrator = give_account(session, person(session).id, "root", Role.ADMINISTRATOR)
    administration.reset_second_factor(session, desk, by=administrator, now=NOW)
    assert service.standing(session, key, NOW) is None
    assert awaited(session, key_of(session, "bing")) is Awaits.ENROLMENT
    assert actions(session).count("second_factor_reset") == 1


def test_a_one_time_password_is_changed_after_the_code_and_before_all_else(session, desk):
    key = key_of(session, "bing")
    secret, _codes = enrol(session, key)
    made = administration.reset_password(session, desk, by=None, now=LATER)
    half = service.sign_in(session, "bing", made.password, LATER).key
    assert awaited(session, half, LATER) is Awaits.CODE
    with pytest.raises(NotSignedIn):
        service.change_password(session, half, made.password, "my own good words", LATER)
    opened = second_factor.pass_code(session, half, code(secret, LATER), LATER)
    assert awaited(session, opened.key, LATER) is Awaits.CHANGE
    assert service.current(session, opened.key, LATER) is None
    service.change_password(session, opened.key, made.password, "my own good words", LATER)
    assert service.current(session, opened.key, LATER) is not None


def test_nobody_enrols_behind_a_one_time_password(session, desk):
    made = administration.reset_password(session, desk, by=None, now=NOW)
    key = service.sign_in(session, "bing", made.password, NOW).key
    with pytest.raises(NotSignedIn):
        second_factor.shown_secret(session, key, NOW)


def test_two_who_send_one_code_at_once_do_not_both_get_in(make_migrated):
    engine = make_engine(make_migrated(), statement_timeout_s=0, pool_size=8)
    with transaction(engine) as session:
        give_account(session, person(session).id, "wang-yi")
        secret, _codes = enrol(session, key_of(session, "wang-yi"))
        halves = [key_of(session, "wang-yi", LATER) for _ in range(6)]
    outcomes, barrier = [], threading.Barrier(len(halves))

    def send(key):
        barrier.wait()
        with transaction(engine) as session:
            outcomes.append(second_factor.pass_code(session, key, code(secret, LATER), LATER))

    threads = [threading.Thread(target=send, args=(key,)) for key in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert sum(isinstance(one, Opened) for one in outcomes) == 1
