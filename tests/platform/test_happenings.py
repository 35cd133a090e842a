"""Signing by the standard's own library, back-off, and words without people."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from gridmap.platform import happenings, masking
from gridmap.platform.happenings import RETRY_AFTER, fresh_secret, next_try, signed_headers
from web.params import now as clock

AT = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


@given(body=st.text(), message_id=st.from_regex(r"\Aevt_[0-9a-f]{32}\Z"))
def test_the_standards_own_library_takes_our_signature(body, message_id):
    secret, now = fresh_secret(), clock()
    sent = body.encode("utf-8", "replace")
    headers = signed_headers([secret], message_id, sent, now)
    Webhook(secret).verify(sent, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(sent + b" ", headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(sent, headers | {"webhook-id": "evt_other"}, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(fresh_secret()).verify(sent, headers, json_parse=False)


def test_an_old_message_is_not_taken_again():
    secret = fresh_secret()
    headers = signed_headers([secret], "evt_1", b"{}", clock() - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(b"{}", headers)


def test_two_secrets_hold_while_one_is_changed():
    new, old = fresh_secret(), fresh_secret()
    headers = signed_headers([new, old], "evt_1", b"{}", clock())
    assert Webhook(new).verify(b"{}", headers) == {}
    assert Webhook(old).verify(b"{}", headers) == {}


@pytest.mark.parametrize("secret", ["whsec_not base64", "whsec_ü", "whsec_abc"])
def test_a_secret_that_is_no_secret_signs_nothing(secret):
    with pytest.raises(ValueError, match=r"base64|ASCII|ascii"):
        happenings.signature(secret, "evt_1", 0, b"{}")


def test_tries_go_on_for_most_of_a_day():
    waits = [next_try(n, AT) - AT for n in range(1, len(RETRY_AFTER) + 1)]
    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(waits, timedelta()) <= timedelta(days=1)
    assert next_try(len(RETRY_AFTER) + 1, AT) is None


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        ("请打13800001234", "请打***"),
        ("138-0000-1234 或 +86 138 0000 1234", "*** 或 ***"),
        ("0371-65981234", "***"),
        ("41010519900101123X", "***"),
        ("li.ming+x@mail.example.org", "***"),
        ("2026-11-24 17:30 已换 12 号楼 3 单元", "2026-11-24 17:30 已换 12 号楼 3 单元"),
        ("编号 2026-000318", "编号 2026-000318"),
        ("王五和王五一", "某某和某某"),
    ],
)
def test_words_leave_without_people(words, clean):
    assert masking.masked(words, ["王五", "王五一", "一"]) == clean


@given(st.text(), st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.text())
def test_no_mobile_number_stays(before, number, after):
    assert number not in masking.masked(f"{before}{number}{after}", [])
