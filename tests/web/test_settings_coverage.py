"""The page on which a county sets the rules of coverage."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gridmap.coverage import service
from gridmap.coverage.checks import CHECKS, USUAL
from gridmap.ledger.areas import Area
from gridmap.store.audit import AuditEntry
from gridmap.terms import Role
from tests.dispatch.filings import staffed
from tests.web import signed
from tests.web.signed import post_form, sign_in
from web.params import today

PAGE = "/settings/coverage"


@pytest.fixture
def admin(session, client):
    """Signed in as an administrator."""
    world, _people = staffed(session)
    post = world.post("part_time_worker", world.grids["A"], "管理员")
    signed.account(session, post.person_id, "admin", roles=[Role.ADMINISTRATOR])
    sign_in(client, "admin")
    return client


def send(client, check, **fields):
    path = f"{PAGE}?check={check}"
    return post_form(client, path, from_page=path, **fields)


def test_the_list_has_every_check_in_both_languages(admin):
    page = admin.get(PAGE).text
    for check in CHECKS:
        assert check.label.zh in page
        assert f"check={check.key}" in page
    admin.set_cookie("lang", "en")
    assert "Checks of coverage" in admin.get(PAGE).text
    assert admin.get(f"{PAGE}?check=nothing").status_code == 200


def test_a_threshold_is_set_from_a_day(admin, session):
    ahead = today() + timedelta(days=30)
    answer = send(admin, "visit_gap", day=ahead.isoformat(), on="1", days="90", quarters="2")
    assert answer.status_code == 303
    page = admin.get(answer.location).text
    assert "已保存" in page
    assert "尚未生效" in page
    assert "间隔最多 90 天" in page
    assert "管理员" in page
    assert service.rules(session, today())["visit_gap"] == USUAL["visit_gap"]
    assert service.rules(session, ahead)["visit_gap"].limits == {"days": 90, "quarters": 2}
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "coverage_rule_set")
    ).one()
    assert entry.account_id is not None
    assert "有待生效" in admin.get(PAGE).text


def test_a_check_is_switched_off(admin, session):
    send(admin, "police", day=today().isoformat())
    assert service.rules(session, today())["police"].on is False
    assert "今天停用" in admin.get(f"{PAGE}?check=police").text


def test_pairs_of_posts_are_written_in_lines(admin, session):
    pairs = "社区民警＋楼门长\n\n 专职网格员 + 兼职网格员 \n"
    assert (
        send(admin, "posts_apart", day=today().isoformat(), on="1", pairs=pairs).status_code == 303
    )
    assert service.rules(session, today())["posts_apart"].limits["pairs"] == (
        ("grid_worker", "part_time_worker"),
        ("police_officer", "steward"),
    )
    assert "社区民警＋楼门长" in admin.get(f"{PAGE}?check=posts_apart").text


@pytest.mark.parametrize(
    ("check", "fields", "field", "says"),
    [
        ("visit_gap", {"days": "0", "quarters": "1"}, "days", "请填 1 到 730 的整数"),
        ("visit_gap", {"days": "9", "quarters": "1", "day": "2026-01-01"}, "day", "过去的日子"),
        ("visit_gap", {"days": "9", "quarters": "1", "day": "soon"}, "day", "请填日期"),
        ("posts_apart", {"pairs": "社区民警＋国王"}, "pairs", "看不懂“社区民警＋国王”"),
        ("posts_apart", {"pairs": "社区民警"}, "pairs", "看不懂“社区民警”"),
        ("posts_apart", {"pairs": "社区民警＋社区民警"}, "pairs", "两个不同的岗位"),
        ("branch_members", {"least": "9", "most": "8"}, "most", "最多不能小于最少"),
    ],
)
def test_what_is_no_rule_is_refused_beside_its_field(admin, session, check, fields, field, says):
    answer = send(admin, check, **({"day": today().isoformat(), "on": "1"} | fields))
    assert answer.status_code == 422
    assert says in answer.text.partition(f'id="{field}-fault"')[2][:120]
    assert all(value in answer.text for value in fields.values())
    assert service.rule_days(session).spans == ()


def test_days_that_are_over_keep_their_answer(admin, session, client):
    before = client.get("/api/v1/coverage?day=2026-03-01").get_json()
    send(admin, "police", day=today().isoformat())
    assert client.get("/api/v1/coverage?day=2026-03-01").get_json() == before
    now = client.get(f"/api/v1/coverage?day={today()}").get_json()
    assert {one["key"]: one["on"] for one in now["checks"]}["police"] is False
    assert date.fromisoformat(now["day"]) == today()


def test_communities_are_marked_by_name(admin, session):
    page = admin.get(f"{PAGE}?check=municipal_leader").text
    assert 'type="checkbox" name="communities"' in page
    (code,) = session.scalars(select(Area.code).where(Area.kind == "community")).all()[:1]
    day = today().isoformat()
    assert send(admin, "municipal_leader", day=day, on="1", communities=code).status_code == 303
    assert service.rules(session, today())["municipal_leader"].limits == {"communities": (code,)}
    wrong = send(admin, "municipal_leader", day=day, on="1", communities=["419901009009", code])
    assert wrong.status_code == 422
    assert f'value="{code}" checked' in wrong.text
    assert service.rules(session, today())["municipal_leader"].limits == {"communities": (code,)}
