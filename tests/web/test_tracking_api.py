"""The reporter's side over HTTP: near by, followers, answers; four digits cannot be guessed."""

from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.tables import Feedback, Follower, Report, Step
from gridmap.store.counters import CallCounter
from gridmap.terms import Outcome
from tests.dispatch.filings import act, staffed
from tests.web import signed
from tests.worlds import lonlat
from web import create_app, ratelimits
from web.config import Config

PHONE = "13800138000"


@pytest.fixture
def staff(session):
    return staffed(session)[1]


def body(category="LIGHT", x=30, y=30, **facts):
    lon, lat = lonlat(x, y)
    place = {"lon": lon, "lat": lat, "crs": "wgs84"}
    return {"category": category, "description": "楼道灯不亮", "place": place} | facts


def file(client, key="key-0001", **facts):
    headers = {"Idempotency-Key": key}
    return client.post("/api/v1/reports", json=body(**facts), headers=headers).json


@pytest.fixture
def filed(client, staff):
    return file(client, phone=PHONE, email="who@example.org")


@pytest.fixture
def asked(session, staff, filed):
    """A report that was handled and checked: its reporter is asked."""
    number = filed["number"]
    act(session, number, staff["a1"], Action.ACCEPTED)
    act(session, number, staff["a1"], Action.HANDLED, note="换了灯泡", outcome=Outcome.SOLVED)
    act(session, number, staff["A"], Action.CHECKED)
    return filed


def path(filed, what="answers", **proof):
    query = "&".join(f"{name}={value}" for name, value in proof.items())
    return f"/api/v1/reports/{filed['number']}/{what}?{query}"


def say(client, filed, key="answer-01", proof=None, **said):
    by = proof or {"key": filed["track_key"]}
    headers = {"Idempotency-Key": key}
    return client.post(path(filed, **by), json=said, headers=headers)


def seen(client, filed):
    return client.get(f"/api/v1/reports/{filed['number']}?key={filed['track_key']}").json


def near(client, category="LIGHT", x=30, y=30):
    lon, lat = lonlat(x, y)
    query = {"lon": lon, "lat": lat, "crs": "wgs84", "category": category}
    return client.get("/api/v1/reports/near", query_string=query)


AGREED = {"action": "agreed", "contacted": True, "satisfaction": "satisfied"}


def test_what_is_open_near_by_is_offered_without_anything_personal(client, filed):
    answer = near(client, x=35)
    (item,) = answer.json["items"]
    assert item["number"] == filed["number"]
    assert item["stage"]["key"] == "filed"
    assert item["metres"] == pytest.approx(5, abs=1)
    assert set(item) == {"number", "category", "stage", "filed_at", "place", "metres"}
    assert "楼道灯" not in answer.text


def test_another_category_a_far_place_and_matters_of_people_are_not_offered(client, filed):
    assert near(client, category="RUBBISH").json["items"] == []
    assert near(client, x=130).json["items"] == []
    file(client, "key-0002", category="NOISE")
    assert near(client, category="NOISE").json["items"] == []


def test_a_closed_report_is_not_offered(client, session, asked):
    assert say(client, asked, version=seen(client, asked)["version"], **AGREED).status_code == 200
    assert near(client).json["items"] == []


def test_following_gives_a_link_of_ones_own_and_the_same_again(client, session, filed):
    headers = {"Idempotency-Key": "follow-01"}
    sent = {"email": "other@example.org"}
    first = client.post(path(filed, "followers"), json=sent, headers=headers)
    again = client.post(path(filed, "followers"), json=sent, headers=headers)
    assert first.status_code == 201
    assert first.json == again.json
    assert first.json["track_key"] != filed["track_key"]
    assert session.scalar(select(func.count()).select_from(Follower)) == 1
    shown = client.get(f"/api/v1/reports/{filed['number']}?key={first.json['track_key']}").json
    assert (shown["follows"], shown["answers"], shown["photos"]) == (True, [], 0)


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"email": "nobody"}, "email"), ({"phone": "12"}, "phone"), ({"name": "x"}, "name")],
)
def test_a_followers_contact_is_checked(client, filed, sent, field):
    headers = {"Idempotency-Key": "follow-01"}
    answer = client.post(path(filed, "followers"), json=sent, headers=headers)
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_matters_of_people_cannot_be_followed(client, staff):
    filed = file(client, category="NOISE")
    headers = {"Idempotency-Key": "follow-01"}
    assert client.post(path(filed, "followers"), json={}, headers=headers).status_code == 404


def test_a_follower_cannot_answer_for_the_reporter(client, session, asked):
    headers = {"Idempotency-Key": "follow-01"}
    link = client.post(path(asked, "followers"), json={}, headers=headers).json
    version = seen(client, asked)["version"]
    refused = say(client, asked, proof={"key": link["track_key"]}, version=version, **AGREED)
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")


def test_the_reporter_agrees_and_it_is_closed(client, session, asked):
    answer = say(client, asked, version=seen(client, asked)["version"], remark="谢谢", **AGREED)
    assert (answer.status_code, answer.json["stage"]["key"]) == (200, "closed")
    feedback = session.scalars(select(Feedback)).one()
    assert (feedback.contacted, feedback.solved, feedback.satisfaction, feedback.remark) == (
        True,
        True,
        "satisfied",
        "谢谢",
    )


def test_not_solved_opens_it_again_one_rung_higher(client, asked):
    version = seen(client, asked)["version"]
    answer = say(client, asked, action="reopened", version=version, remark="还是不亮")
    assert (answer.json["stage"]["key"], answer.json["rung"]["key"]) == ("filed", "grid_branch")
    assert answer.json["due_at"]
    assert answer.json["answers"][0]["key"] == "noted"


def test_an_answer_that_is_sent_twice_is_one(client, session, asked):
    version = seen(client, asked)["version"]
    first = say(client, asked, action="reopened", version=version)
    again = say(client, asked, action="reopened", version=version)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_the_key_of_another_answer_is_refused(client, asked):
    version = seen(client, asked)["version"]
    say(client, asked, action="noted", version=version, remark="补一句")
    other = say(client, asked, action="reopened", version=version + 1)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_conflict")


def test_an_answer_to_a_state_that_is_past_is_refused_without_names(client, asked):
    late = say(client, asked, version=1, **AGREED)
    assert (late.status_code, late.json["code"]) == (409, "moved_on")
    assert "甲格员" not in late.text


def test_an_answer_where_none_is_asked_for(client, filed):
    refused = say(client, filed, version=1, **AGREED)
    assert refused.status_code in (403, 409)


def test_a_word_to_add_holds_however_the_report_has_moved(client, session, asked):
    added = say(client, asked, action="noted", version=1, remark="晚上在家")
    assert added.status_code == 200
    step = session.scalars(select(Step).where(Step.action == "noted")).one()
    assert step.note == "晚上在家"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"action": "accepted"}, None),
        ({"action": "shout"}, "action"),
        ({"action": "noted", "remark": "长" * 501}, "remark"),
        ({"action": "noted"}, "note"),
        ({"action": "agreed"}, "answer"),
        ({"action": "agreed", "satisfaction": "so-so"}, "satisfaction"),
        ({"action": "noted", "remark": "零\0"}, "remark"),
    ],
)
def test_what_is_wrong_with_an_answer_is_named(client, asked, said, field):
    refused = say(client, asked, version=seen(client, asked)["version"], **said)
    assert refused.status_code in (403, 409, 422)
    assert refused.json["field"] == field


def test_an_answer_needs_key_and_proof(client, asked):
    version = seen(client, asked)["version"]
    said = {"version": version} | AGREED
    missing = client.post(path(asked, key=asked["track_key"]), json=said)
    assert (missing.status_code, missing.json["code"]) == (400, "missing_idempotency_key")
    for proof in ({"key": "wrong"}, {"tail": "0000"}, {"tail": ""}):
        wrong = say(client, asked, proof=proof, **said)
        assert wrong.status_code in (404, 422), proof


def test_the_tail_is_proof_enough(client, asked):
    said = {"version": seen(client, asked)["version"]} | AGREED
    assert say(client, asked, proof={"tail": PHONE[-4:]}, **said).status_code == 200


def test_mail_address_and_language_are_kept_with_the_report(client, session, staff):
    client.set_cookie("lang", "en")
    file(client, email="who@example.org")
    report = session.scalars(select(Report)).one()
    assert (report.reporter_email, report.language) == ("who@example.org", "en")


@pytest.mark.parametrize(
    "email", ["x", "a b@example.org", "a@b", "a@example.org\nBcc: x", "邮@例.中国"]
)
def test_what_is_no_mail_address_is_named(client, staff, email):
    answer = file(client, email=email)
    assert answer["field"] == "email"


def test_who_is_signed_in(client, session):
    _, people = staffed(session)
    assert client.get("/api/v1/me").status_code == 401
    signed.account(session, people["A"].person_id, "jia")
    signed.sign_in(client, "jia")
    assert client.get("/api/v1/me").json == {"person": people["A"].person_id, "name": "甲格员"}


@pytest.fixture
def limited(session):
    """A client of the app with its rate limits on."""

    @contextmanager
    def open_transaction():
        with session.begin_nested():
            yield session

    config = Config(database_url="postgresql://unused", secret_key="test")  # noqa: S106
    return create_app(config, open_transaction).test_client()


WRITTEN = ("{n}", " {n}", "{n}".replace("-", "—"))
"""One number in many writings: the count is the same."""


def guess(client, filed, tail, n=0, address="192.0.2.1"):
    number = WRITTEN[n % len(WRITTEN)].format(n=filed["number"].replace("-", "—" if n % 2 else "-"))
    ways = (f"/api/v1/reports/{number}?tail={tail}", f"/track?number={number}&tail={tail}")
    return client.get(ways[n % 2], environ_base={"REMOTE_ADDR": address})


def test_a_tail_is_not_found_by_trying_from_one_address(limited, filed):
    answers = [guess(limited, filed, f"{n:04d}", n).status_code for n in range(15)]
    assert answers[:10] == [404] * 10
    assert set(answers[10:]) == {429}


def test_nor_from_many_addresses(limited, filed):
    answers = [
        guess(limited, filed, f"{n:04d}", n, f"198.51.100.{n}").status_code for n in range(15)
    ]
    assert answers.count(404) == 10
    right = guess(limited, filed, PHONE[-4:], address="203.0.113.9")
    assert (right.status_code, right.json["code"]) == (429, "guessed_tail")
    assert int(right.headers["Retry-After"]) > 3600


def test_nor_one_tail_at_many_reports(limited, filed):
    missed = [
        guess(limited, {"number": f"2026-{n:06d}"}, "1234").status_code for n in range(900, 925)
    ]
    assert missed == [404] * 20 + [429] * 5


def test_the_link_works_on_while_the_tail_is_locked(limited, filed):
    for n in range(12):
        guess(limited, filed, "0000", n)
    by_link = limited.get(f"/api/v1/reports/{filed['number']}?key={filed['track_key']}")
    assert by_link.status_code == 200


def test_whoever_is_right_may_look_as_often_as_he_likes(limited, filed, session):
    for _ in range(25):
        assert guess(limited, filed, PHONE[-4:]).status_code == 200
    assert session.get(CallCounter, f"tail:{filed['number']}:{ratelimits.DAY}") is None


def test_answers_with_wrong_tails_are_counted_too(limited, filed):
    said = {"action": "noted", "version": 1, "remark": "补充"}
    codes = [
        say(limited, filed, f"answer-{n:02d}", {"tail": f"{n:04d}"}, **said).status_code
        for n in range(12)
    ]
    assert codes == [404] * 10 + [429] * 2
