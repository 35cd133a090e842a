"""Coverage to hand out, over HTTP: names of files, refusals, a page for paper, a file without addresses."""

import json
import re
from datetime import date

import pytest
from werkzeug.http import parse_options_header

from tests.coverage.sound import DAY, sound

HOSTILE = "<img src=x onerror=alert(1)></script>"


@pytest.fixture
def world(session):
    return sound(session)


@pytest.mark.parametrize(
    ("address", "kind", "zh", "en"),
    [
        ("map.html", "text/html", "覆盖情况-地图-2026-05-20.html", "coverage-map-2026-05-20.html"),
        (
            "findings.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "覆盖情况-问题清单-2026-05-20.xlsx",
            "coverage-findings-2026-05-20.xlsx",
        ),
    ],
)
def test_files_for_everybody_have_clean_names(world, client, address, kind, zh, en):
    for language, name in (("zh", zh), ("en", en)):
        response = client.get(
            f"/api/v1/coverage/{address}?day={DAY}", headers={"Accept-Language": language}
        )
        assert response.status_code == 200
        assert response.mimetype == kind
        asked = client.get(f"/api/v1/coverage/{address}?day={DAY}&language={language}")
        assert asked.headers["Content-Disposition"] == response.headers["Content-Disposition"]
        header = response.headers["Content-Disposition"]
        header.encode("latin-1")  # as servers send it
        value, options = parse_options_header(header)
        assert (value, options["filename"]) == ("attachment", name)
        assert f'filename="{en}"' in header


@pytest.mark.parametrize("address", ["report.pdf", "report.docx"])
def test_reports_are_for_those_who_sign_in(world, client, address):
    assert client.get(f"/api/v1/coverage/{address}?day={DAY}").status_code == 401


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/coverage/print?day=1990-01-01", 404),
        ("/coverage/print?check=nothing", 404),
        ("/coverage/print?paper=a5", 422),
        ("/coverage/print?day=tomorrow", 422),
        ("/coverage/print?day=9999-12-31", 422),
        ("/api/v1/coverage/map.html?day=1990-01-01", 404),
        ("/api/v1/coverage/findings.xlsx?day=9999-12-31", 422),
        ("/api/v1/coverage/findings.xlsx?who=me", 422),
    ],
)
def test_nonsense_is_refused(world, client, address, status):
    assert client.get(address).status_code == status


def test_the_standalone_file_asks_nothing_of_anybody(world, client):
    text = client.get(f"/api/v1/coverage/map.html?day={DAY}").get_data(as_text=True)
    assert "default-src 'none'" in text
    assert not re.search(r"<(?:script|img|iframe)[^>]+src=|<link[^>]+href=(?!\"data:)", text)
    assert "url(http" not in text
    assert text.count("L.map(") >= 1


def test_names_reach_the_standalone_file_as_json_only(world, client, session):
    world.end(world.posts["worker B"], date(2026, 5, 10))
    world.posts["worker B"].person.name = HOSTILE
    session.flush()
    text = client.get(f"/api/v1/coverage/map.html?day={DAY}").get_data(as_text=True)
    assert HOSTILE not in text
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert any(HOSTILE in one for one in data["texts"])


def test_the_page_for_paper_says_day_and_check_and_has_no_style_of_its_own(world, client):
    world.end(world.posts["worker B"], date(2026, 5, 10))
    response = client.get(f"/coverage/print?day={DAY}&check=grid_worker&paper=a3")
    page = response.get_data(as_text=True)
    assert "截至2026年5月20日" in page
    assert "size: A3 landscape" in page
    assert re.search(r"<figcaption><b>网格员</b>", page)
    assert page.count('<td class="missing chosen">缺</td>') == 1
    assert not re.search(r"\sstyle=", page), "the policy allows no style attributes"
    assert "<svg" in page


def test_phone_numbers_are_in_no_file(world, client, session):
    world.posts["county"].person.phone = "13900001234"
    world.posts["county"].duty_phone = "13900001234"
    world.end(world.posts["county"], date(2026, 5, 10))
    session.flush()
    for address in ("/coverage/print", "/api/v1/coverage/map.html"):
        text = client.get(f"{address}?day={DAY}").get_data(as_text=True)
        assert "13900001234" not in text
        assert "县领导" in text
