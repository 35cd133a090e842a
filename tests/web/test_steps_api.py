"""A step from a phone: made once, however often it is sent; refused in words, with what is possible."""

import io
import json
import threading

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.dispatch import service
from gridmap.dispatch.tables import Photo, Report, Step
from gridmap.store.audit import AuditEntry
from gridmap.store.session import make_engine, transaction
from tests.dispatch.filings import filing, staffed
from tests.serving import running
from tests.web import signed
from web.params import now

KEY = "a-step-0001"


@pytest.fixture
def people(session):
    """The staffed town; the steward, the grid's worker and the community's desk have accounts."""
    _, people = staffed(session)
    for login, someone in (("lou", "a1"), ("jia", "A"), ("yi", "B"), ("shequ", "community")):
        signed.account(session, people[someone].person_id, login)
    return people


@pytest.fixture
def number(session, people):
    return service.file(session, filing(phone="13800138000", code="RUBBISH"), now()).number


@pytest.fixture
def worker(client, people):
    signed.sign_in(client, "jia")
    return client


def another(client, login):
    other = client.application.test_client()
    signed.sign_in(other, login)
    return other


def send(client, number, key=KEY, **body):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/reports/{number}/steps", json=body, headers=headers)


def send_with_photos(client, number, photos, key=KEY, **body):
    parts = {"step": json.dumps(body), "photos": [(io.BytesIO(raw), n) for n, raw in photos]}
    return client.post(
        f"/api/v1/reports/{number}/steps", data=parts, headers={"Idempotency-Key": key}
    )


def image(color="red"):
    file = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(file, "PNG")
    return file.getvalue()


def steps(session):
    return [step.action for step in session.scalars(select(Step).order_by(Step.id))]


def test_a_step_is_made_once(worker, session, number):
    first = send(worker, number, action="accepted", version=1)
    assert first.status_code == 201
    assert (first.json["version"], first.json["stage"]["key"]) == (2, "accepted")
    assert first.json["holder"]["name"] == "甲格员"
    again = send(worker, number, action="accepted", version=1)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json == first.json
    assert steps(session) == ["filed", "accepted"]


def test_the_answer_says_what_is_possible_and_what_that_needs(worker, number):
    allowed = send(worker, number, action="accepted", version=1).json["allowed"]
    needs = {one["key"]: one["needs"] for one in allowed}
    assert needs["handled"] == ["outcome", "note"]
    assert needs["returned"] == ["reason", "note"]
    assert "checked" not in needs


def test_handling_with_evidence_of_the_place(worker, session, number):
    send(worker, number, key="a-step-0000", action="accepted", version=1)
    answer = send_with_photos(
        worker,
        number,
        [("前.png", image()), ("后.png", image("green"))],
        action="handled",
        version=2,
        outcome="solved",
        note="清走了两车",
        photo_kinds=["before", "after"],
        spot={"lon": 114.5, "lat": 34.5},
    )
    assert (answer.status_code, answer.json["stage"]["key"]) == (201, "checking")
    photos = session.scalars(select(Photo).order_by(Photo.position)).all()
    assert [(photo.kind, photo.step_sequence) for photo in photos] == [("before", 3), ("after", 3)]
    assert all(photo.jpeg.startswith(b"\xff\xd8") for photo in photos)
    last = session.scalars(select(Step).order_by(Step.id.desc())).first()
    assert (last.note, last.lon, last.lat, last.key) == ("清走了两车", 114.5, 34.5, KEY)


def test_who_comes_second_hears_how_it_stands(worker, client, session, number, people):
    send(worker, number, action="accepted", version=1)
    late = send(worker, number, key="a-step-0002", action="accepted", version=1)
    assert (late.status_code, late.json["code"]) == (409, "stale_version")
    assert late.json["version"] == 2
    assert "handled" in [one["key"] for one in late.json["allowed"]]
    assert late.mimetype == "application/problem+json"


def test_a_move_that_the_stage_forbids_is_409_with_what_is_allowed(worker, session, number):
    wrong = send(worker, number, action="checked", version=1)
    assert (wrong.status_code, wrong.json["code"]) == (409, "illegal_step")
    assert "accepted" in [one["key"] for one in wrong.json["allowed"]]
    assert steps(session) == ["filed"]


def test_a_key_of_another_step_is_refused(worker, number):
    send(worker, number, action="accepted", version=1)
    other = send(worker, number, action="noted", version=2, note="已到现场")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "accepted"}, "version"),
        ({"action": "flown", "version": 1}, "action"),
        ({"action": "accepted", "version": "1"}, "version"),
        ({"action": "accepted", "version": 1, "person": 4}, "person"),
        ({"action": "returned", "version": 1, "note": "不归我管"}, "reason"),
        ({"action": "returned", "version": 1, "reason": "not_ours"}, "note"),
        ({"action": "noted", "version": 1, "note": "长" * 2001}, "note"),
        ({"action": "dispatched", "version": 1, "post": 2**40}, "post"),
        ({"action": "accepted", "version": 1, "spot": {"lon": 500, "lat": 0}}, "spot.lon"),
        ({"action": "noted", "version": 1, "note": "\u202e反"}, "note"),
    ],
)
def test_what_is_wrong_is_named(worker, session, number, body, field):
    answer = send(worker, number, **body)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert steps(session) == ["filed"]


def test_the_key_is_needed(worker, number):
    body = {"action": "accepted", "version": 1}
    assert send(worker, number, key=None, **body).status_code == 400
    assert send(worker, number, key="short", **body).status_code == 422


def test_broken_bodies(worker, number):
    path, headers = f"/api/v1/reports/{number}/steps", {"Idempotency-Key": KEY}
    plain = {"headers": headers, "content_type": "application/json"}
    assert worker.post(path, data="{", **plain).status_code == 400
    assert worker.post(path, data="[" * 100_000, **plain).status_code == 413
    assert worker.post(path, data="x", headers=headers).status_code == 415
    lost = worker.post(path, data={"other": "1"}, headers=headers)
    assert lost.status_code == 415 or lost.json["field"] == "other"


def test_a_file_that_is_no_photo_makes_no_step(worker, session, number):
    answer = send_with_photos(worker, number, [("a.jpg", b"<svg/>")], action="accepted", version=1)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_image")
    assert steps(session) == ["filed"]


def test_seven_photos_are_too_many(worker, number):
    photos = [(f"{n}.png", image()) for n in range(7)]
    answer = send_with_photos(worker, number, photos, action="accepted", version=1)
    assert (answer.status_code, answer.json["field"]) == (422, "photos")


def test_only_who_is_signed_in_and_answers(client, people, session, number):
    body = {"action": "accepted", "version": 1}
    assert send(client, number, **body).status_code == 401
    assert send(another(client, "shequ"), number, **body).status_code == 403
    assert send(another(client, "yi"), number, key="a-step-0009", **body).status_code == 404
    withheld = select(AuditEntry).where(AuditEntry.action == "report_withheld")
    assert len(session.scalars(withheld).all()) == 1
    assert session.scalars(select(Report.stage)).one() == "filed"


def test_an_answer_in_english(worker, number):
    answer = worker.post(
        f"/api/v1/reports/{number}/steps",
        json={"action": "noted", "version": 1},
        headers={"Idempotency-Key": KEY, "Accept-Language": "en"},
    )
    assert answer.json["message"] == "Please say what happened."


def test_twins_at_the_same_moment_make_one_step(make_migrated):
    """The same request from six threads on committed data: one is made, the others are replays."""
    url = make_migrated()
    engine = make_engine(url)
    with transaction(engine) as session:
        _, people = staffed(session)
        signed.account(session, people["A"].person_id, "jia")
        number = service.file(session, filing(code="RUBBISH"), now()).number
    answers = []
    with running(url) as app:
        clients = [app.test_client() for _ in range(6)]
        for one in clients:
            signed.sign_in(one, "jia")
        body = {"action": "accepted", "version": 1}
        threads = [
            threading.Thread(target=lambda one=one: answers.append(send(one, number, **body)))
            for one in clients
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    with Session(engine) as session:
        assert steps(session) == ["filed", "accepted"]
    engine.dispose()
