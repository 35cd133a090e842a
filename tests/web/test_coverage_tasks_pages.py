"""The pages of coverage's tasks and of linked leaders: who may, what is shown, what is saved, what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.coverage.tasks.tables import CoverageTask
from gridmap.ledger.posts import Visit
from gridmap.timespan import quarter_of
from tests.coverage.sound import sound
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web.params import today

PAGE = {"Accept": "text/html"}


@pytest.fixture
def county(session):
    """Everything held once; the first secretary is gone since yesterday."""
    world = sound(session)
    world.end(world.posts["first"], today() - timedelta(days=1))
    return world


@pytest.fixture
def desk(session, client, county):
    signed.account(session, county.posts["desk"].person_id, "desk")
    sign_in(client, "desk")
    return client


@pytest.fixture
def address(county):
    code = county.world.community.code
    return f"/coverage/tasks/new?check=first_secretary&kind=community&code={code}"


def owner_code(county, post="secretary"):
    return county.posts[post].person.code


def text_of(client, path):
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def begin(client, address, county, **fields):
    due = (today() + timedelta(days=10)).isoformat()
    sent = {"owner": owner_code(county), "due": due, "note": "请尽快"} | fields
    return post_form(client, address, **sent)


def test_a_gap_is_given_to_somebody_and_stands_in_the_list(session, desk, county, address):
    form = text_of(desk, address)
    assert "第一书记" in form
    assert "书丁" in form
    assert begin(desk, address, county).status_code == 303
    task = session.scalars(select(CoverageTask)).one()
    assert (task.check, task.owner_id) == ("first_secretary", county.posts["secretary"].person_id)
    shown = text_of(desk, "/coverage/tasks")
    assert "书丁" in shown
    assert "请尽快" in shown
    again = desk.get(address, headers=PAGE)
    assert again.status_code == 303
    assert again.location.endswith(f"/coverage/tasks/{task.id}")
    answer = desk.get("/api/v1/coverage/tasks").json["tasks"]
    assert [one["id"] for one in answer] == [task.id]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"owner": ""}, "owner"),
        ({"owner": "other", "other": "nobody"}, "owner"),
        ({"due": "2020-01-01"}, "due"),
        ({"due": "soon"}, "due"),
        ({"note": "长" * 301}, "note"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    session, desk, county, address, fields, field
):
    answer = begin(desk, address, county, **fields)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert f'id="{field}-fault"' in html
    assert "请尽快" in html or "长长" in html
    assert session.scalars(select(CoverageTask)).all() == []


def test_it_is_changed_and_dropped_with_a_reason(session, desk, county, address):
    begin(desk, address, county)
    task = session.scalars(select(CoverageTask)).one()
    path = f"/coverage/tasks/{task.id}"
    later = (today() + timedelta(days=30)).isoformat()
    sent = {"owner": "other", "other": owner_code(county, "county"), "due": later, "note": ""}
    assert post_form(desk, path, **sent).status_code == 303
    session.refresh(task)
    assert (task.due.isoformat(), task.owner_id) == (later, county.posts["county"].person_id)
    assert post_form(desk, f"{path}/drop", from_page=path, reason="").status_code == 422
    assert post_form(desk, f"{path}/drop", from_page=path, reason="换届后办").status_code == 303
    assert "换届后办" in text_of(desk, "/coverage/tasks?state=closed")
    assert "撤销任务" not in text_of(desk, path)


def test_who_keeps_no_registers_reads_but_names_nobody(session, client, desk, county, address):
    begin(desk, address, county)
    task = session.scalars(select(CoverageTask)).one()
    signed.account(session, county.posts["worker A"].person_id, "worker")
    post_form(desk, "/sign-out", from_page="/coverage/tasks")
    sign_in(client, "worker")
    assert client.get(address, headers=PAGE).status_code == 403
    assert "撤销任务" not in text_of(client, f"/coverage/tasks/{task.id}")
    assert "第一书记" in text_of(client, "/coverage/tasks")
    assert "第一书记" not in text_of(client, "/coverage/tasks?mine=1").split("<main")[1]


def test_leaders_are_listed_with_what_they_owe(session, desk, county):
    session.query(Visit).delete()
    session.flush()
    html = text_of(desk, "/leaders")
    assert "县甲" in html
    assert "本季还差 1 次" in html
    session.add(Visit(post_id=county.posts["county"].id, day=today(), note="看了路灯"))
    session.flush()
    assert "本季 1 次" in text_of(desk, "/leaders")
    code = owner_code(county, "county")
    page = text_of(desk, f"/leaders/{code}")
    assert "看了路灯" in page
    assert "登记走访" in page
    assert desk.get("/leaders/nobody", headers=PAGE).status_code == 404


def test_a_visit_of_another_quarter_does_not_count_for_this_one(session, desk, county):
    session.query(Visit).delete()
    before = quarter_of(today()).start - timedelta(days=1)
    session.add(Visit(post_id=county.posts["county"].id, day=before))
    session.flush()
    assert "本季还差 1 次" in text_of(desk, "/leaders")


def test_english(desk, county):
    desk.set_cookie("lang", "en")
    assert "Gaps to mend" in text_of(desk, "/coverage/tasks")
    assert "Leaders and communities" in text_of(desk, "/leaders")
