"""The inbox page and the bell: one's own messages, escaped, read by opening."""

import pytest

from gridmap.messaging import service
from tests.dispatch.filings import staffed
from tests.messaging import people
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web.params import now

PAGE = {"Accept": "text/html"}


@pytest.fixture
def worker(session, client):
    """Somebody with an account, signed in; gives her person's id."""
    world, _posts = staffed(session)
    post = world.post("part_time_worker", world.grids["A"], "甲兼职")
    signed.account(session, post.person_id, "jia")
    sign_in(client, "jia")
    return post.person_id


def told(session, person_id, key="1", **values):
    people.post(session, people.held(person_id, key, values=people.VALUES | values), now=now())


def only(session, person_id):
    return service.inbox(session, person_id).lines[0]


def test_an_empty_inbox_says_so(client, worker):
    page = client.get("/inbox", headers=PAGE)
    assert "还没有消息" in page.text
    assert "全部标为已读" not in page.text


def test_a_message_leads_to_its_report_and_is_read(client, worker, session):
    told(session, worker)
    page = client.get("/inbox", headers=PAGE)
    assert "路灯不亮（2026-000318）" in page.text
    assert "inbox-unread" in page.text
    line = only(session, worker)
    answer = client.get(f"/inbox/{line.id}")
    assert (answer.status_code, answer.location) == (303, "/desk/2026-000318")
    assert only(session, worker).read
    assert "inbox-unread" not in client.get("/inbox", headers=PAGE).text


def test_what_people_wrote_stays_text(client, worker, session):
    told(session, worker, reason="<script>x</script>", category="<b>粗</b>")
    page = client.get("/inbox", headers=PAGE)
    assert "<script>x" not in page.text
    assert "<b>粗" not in page.text
    assert "&lt;b&gt;粗" in page.text


def test_the_bell_counts_and_one_click_reads_all(client, worker, session):
    for key in "123":
        told(session, worker, key)
    assert client.get("/inbox/unread").json == {"unread": 3}
    assert "data-bell" in client.get("/inbox", headers=PAGE).text
    answer = post_form(client, "/inbox/read", from_page="/inbox")
    assert (answer.status_code, answer.location) == (303, "/inbox")
    assert client.get("/inbox/unread").json == {"unread": 0}


def test_nobody_reads_or_marks_anothers_messages(client, worker, session):
    other = people.person(session, "乙")
    told(session, other.id)
    line = only(session, other.id)
    assert client.get(f"/inbox/{line.id}", headers=PAGE).status_code == 404
    post_form(client, "/inbox/read", from_page="/password")
    assert not only(session, other.id).read
    assert "暴露" not in client.get("/inbox", headers=PAGE).text


def test_pages_follow_one_another(client, worker, session):
    for number in range(service.PAGE_ROWS + 5):
        told(session, worker, str(number))
    first = client.get("/inbox", headers=PAGE)
    assert first.text.count("inbox-line") == service.PAGE_ROWS
    last = service.inbox(session, worker).after[1]
    assert f"after=u{last}" in first.text
    second = client.get(f"/inbox?after=u{last}", headers=PAGE)
    assert second.text.count("inbox-line") == 5
    assert "更早的" not in second.text


@pytest.mark.parametrize("after", ["x1", "u", "u-1", "u9999999999999999999", "u١", "1"])
def test_a_cursor_from_nowhere_is_refused(client, worker, after):
    assert client.get(f"/inbox?after={after}", headers=PAGE).status_code == 422


def test_strangers_have_no_inbox_and_no_bell(client):
    assert client.get("/inbox", headers=PAGE).location.startswith("/sign-in")
    assert client.get("/inbox/unread", headers={"Accept": "application/json"}).status_code == 401
    assert "data-bell" not in client.get("/sign-in", headers=PAGE).text
