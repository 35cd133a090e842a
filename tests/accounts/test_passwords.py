"""Passwords: what is refused, and what a hash gives away."""

import pytest
from argon2 import PasswordHasher

from gridmap.accounts import passwords
from gridmap.errors import InvalidInput


@pytest.mark.parametrize(
    "password",
    [
        "short-pw1",
        "",
        "wang-yi-001",
        "WANG-YI-001",
        "a\x00bcdefghijk",
        "abcdefghij\n",
        "abcdefghij\ud800",
        "x" * 201,
    ],
)
def test_weak_or_broken_passwords_are_refused(password):
    with pytest.raises(InvalidInput) as refusal:
        passwords.check(password, "wang-yi-001")
    assert refusal.value.field == "password"


@pytest.mark.parametrize("password", ["ten-chars!", "十个汉字也是好密码的", "x" * 200])
def test_good_passwords_pass(password):
    passwords.check(password, "wang-yi-001")


def test_a_hash_fits_its_password_only():
    stored = passwords.hashed("红色管家-2026")
    assert stored.startswith("$argon2id$")
    assert passwords.fits(stored, "红色管家-2026")
    assert not passwords.fits(stored, "红色管家-2027")
    assert not passwords.fits(stored, "红色管家-2026" + "\ud800")
    assert not passwords.fits(stored, "x" * 100_000)
    assert passwords.hashed("红色管家-2026") != stored


def test_the_same_letters_in_another_form_fit():
    composed, decomposed = "caf\u00e9-caf\u00e9-1", "cafe\u0301-cafe\u0301-1"
    assert passwords.fits(passwords.hashed(composed), decomposed)


def test_the_hash_of_nobody_costs_as_much_as_a_real_one():
    assert not passwords.is_outdated(passwords.NOBODY)
    assert passwords.is_outdated(PasswordHasher(time_cost=1).hash("x"))
