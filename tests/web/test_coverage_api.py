"""GET /api/v1/coverage: its shape, its day, its language, its refusals."""

from datetime import date, timedelta

import pytest

from gridmap.coverage.audits import Rule
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.service import set_rule
from gridmap.terms import PostKind
from gridmap.timespan import start_of
from tests.coverage.sound import DAY, STATEMENTS, sound
from web.params import today

HOME = "419901001001"


@pytest.fixture
def world(session):
    return sound(session)


@pytest.fixture
def ask(client):
    """Gets the audit of a day as JSON."""

    def get(day: date | str = DAY, **headers: str) -> dict:
        response = client.get(f"/api/v1/coverage?day={day}", headers=headers)
        assert response.status_code == 200
        return response.get_json()

    return get


def test_a_sound_community(world, ask):
    answer = ask()
    assert answer["day"] == "2026-05-20"
    assert answer["quarter"] == {
        "start": "2026-04-01",
        "end": "2026-07-01",
        "label": "2026年二季度",
    }
    assert [check["key"] for check in answer["checks"]] == [check.key for check in CHECKS]
    (community,) = answer["communities"]
    assert community == {
        "code": HOME,
        "name": "书香苑社区",
        "township": "测试街道",
        "held": {
            check.key: True
            for check in CHECKS
            if check.key not in {"municipal_leader", "doors_visited"}
        },
        "missing": 0,
        "warnings": 0,
        "counts": {},
        "grids": {},
        "findings": [],
    }
    assert answer["totals"] == {
        "communities": 1,
        "complete": 1,
        "missing": 0,
        "warnings": 0,
        "findings": 0,
        "visits_this_quarter": {"made": 1, "due": 1},
    }


def test_a_finding_says_what_since_when_why_and_how_to_mend_it(world, ask):
    world.end(world.posts["worker B"], DAY)
    (community,) = ask()["communities"]
    assert community["held"]["grid_worker"] is False
    assert community["missing"] == 1
    assert community["findings"] == [
        {
            "check": "grid_worker",
            "subject_kind": "grid",
            "subject_code": f"{HOME}002",
            "subject_name": "B网格",
            "grid": f"{HOME}002",
            "since": "2026-05-20",
            "code": "grid_worker_left",
            "reason": "专职网格员网己离岗，自2026年5月20日起空缺。",
            "mend": "配备一名专职网格员并登记。",
            "records": [{"register": "grid-workers", "id": world.posts["worker B"].id}],
            "form": {
                "register": "grid-workers",
                "target": f"{HOME}002",
                "kind": "grid_worker",
                "action": "begin",
            },
        }
    ]
    assert community["counts"] == {"grid_worker": 1}
    assert community["grids"] == {f"{HOME}002": {"grid_worker": 1}}


def test_two_days_two_answers(world, ask):
    assert ask("2026-06-30")["totals"]["visits_this_quarter"] == {"made": 1, "due": 1}
    after = ask("2026-07-01")
    assert after["quarter"]["label"] == "2026年三季度"
    assert after["totals"]["visits_this_quarter"] == {"made": 0, "due": 1}
    assert [one["check"] for one in after["communities"][0]["findings"]] == ["county_visit"]


def test_english_by_header_and_by_cookie(world, ask, client):
    world.end(world.posts["township"], DAY)
    for _way in ("header", "cookie"):
        answer = ask(**{"Accept-Language": "en-GB,en;q=0.9"})
        finding = answer["communities"][0]["findings"][0]
        assert finding["reason"] == (
            "Township leader 乡乙 has not been linked from May 20, 2026; nobody followed."
        )
        assert answer["quarter"]["label"] == "Q2 2026"
        assert answer["checks"][0]["label"] == "County leader"
        client.set_cookie("lang", "en")


def test_what_does_not_apply_is_not_answered(world, ask, session):
    assert "municipal_leader" not in ask()["communities"][0]["held"]
    rule = Rule(limits={"communities": (HOME,)})
    first = date(2026, 1, 1)
    set_rule(session, "municipal_leader", rule, first, account_id=None, now=start_of(first))
    assert ask()["communities"][0]["held"]["municipal_leader"] is False
    world.world.post(PostKind.LEADER_MUNICIPAL, world.world.community, "市癸")
    assert ask()["communities"][0]["held"]["municipal_leader"] is True


def test_today_is_the_default(world, client):
    answer = client.get("/api/v1/coverage").get_json()
    assert date.fromisoformat(answer["day"]) >= date(2026, 1, 1)
    assert len(answer["communities"]) == 1


def test_before_the_ledger_there_is_nothing_and_no_error(world, ask):
    answer = ask("2001-01-01")
    assert answer["communities"] == []
    assert answer["totals"]["communities"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("day=2026-02-30", "day"),
        ("day=soon", "day"),
        ("day=0001-01-01", "day"),
        ("day=9999-12-31", "day"),
        ("day=2026-05-20%00", "day"),
        ("date=2026-05-20", "date"),
    ],
)
def test_nonsense_is_refused_by_name(client, query, field):
    response = client.get(f"/api/v1/coverage?{query}")
    assert response.status_code == 422
    assert response.get_json()["field"] == field
    assert response.get_json()["message"]


def test_a_fixed_number_of_statements(world, ask, client, statements):
    for address in (
        "?day=2026-05-20",
        "/series?to=2026-05-20",
        "/compare?day=2026-05-20&with=2026-01-01",
    ):
        statements.clear()
        assert client.get(f"/api/v1/coverage{address}").status_code == 200
        assert len(statements) <= STATEMENTS * (2 if "compare" in address else 1)


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (-10, 190, None),
        (-10, 191, "最多看到半年以后。"),
        (5, 4, "结束日期不能早于开始日期，最多十年。"),
        (-3701, 0, "结束日期不能早于开始日期，最多十年。"),
    ],
)
def test_a_series_is_bounded_since_every_day_to_come_is_judged(world, client, begin, end, words):
    days = {"from": begin, "to": end}
    query = {name: (today() + timedelta(days=n)).isoformat() for name, n in days.items()}
    answer = client.get("/api/v1/coverage/series", query_string=query)
    assert answer.status_code == (422 if words else 200)
    assert answer.get_json().get("message") == words
