"""The audit log's page: for the auditor alone, filtered, in pages, as a safe file."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from gridmap.ledger.posts import Person
from gridmap.store import audit
from gridmap.store.base import Base
from tests.web import signed
from tests.web.signed import sign_in

PAGE = {"Accept": "text/html"}
AT = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)
"""Half past midnight of 1 June in the county."""


@pytest.fixture
def auditor(client, session):
    """Signed in as the auditor, with sixty lines about reports in the log."""
    for login, role in (("sheng", "auditor"), ("root", "administrator")):
        person = Person(code=login, name=f"某{login}")
        session.add(person)
        session.flush()
        signed.account(session, person.id, login, (role,))
    for number in range(60):
        audit.record(session, "report_accepted", "report", str(number), now=AT)
    audit.record(session, "=cmd()", "report", "＝1+1", now=AT, note="<script>x</script>")
    session.flush()
    sign_in(client, "sheng")
    return client


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


@pytest.mark.parametrize("path", ["/audit", "/audit.csv"])
def test_it_is_for_the_auditor_only(auditor, path):
    other = auditor.application.test_client()
    sign_in(other, "root")
    assert other.get(path, headers=PAGE).status_code == 403


def test_lines_in_plain_words(auditor):
    page = auditor.get("/audit").text
    assert "某sheng（sheng）" in page
    assert "受理诉求" in page
    assert "未登录或系统" in page
    assert "<script>x" not in page
    assert "=cmd()" in page


def test_older_lines_are_a_page_away(auditor):
    first = auditor.get("/audit?action=report_accepted").text
    assert first.count('class="audit-line"') == 50
    older = first.partition('class="button" href="/audit?')[2].partition('"')[0]
    second = auditor.get("/audit?" + older.replace("&amp;", "&")).text
    assert second.count('class="audit-line"') == 10
    assert "更早的" not in second


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("kind=report&key=7", 1),
        ("since=2026-06-01&until=2026-06-01&action=report_accepted&key=8", 1),
        ("until=2026-05-31", 0),
        ("account=sheng", 1),
        ("account=nobody", 0),
        ("action=signed_in&since=&until=", 1),
    ],
)
def test_filters_by_day_of_the_county_account_action_and_object(auditor, query, lines):
    assert auditor.get(f"/audit?{query}").text.count('class="audit-line"') == lines


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "since=0001-01-01", "until=9999-12-31", "after=x", "more=1", "key=%00"],
)
def test_nonsense_is_422(auditor, query):
    assert auditor.get(f"/audit?{query}", headers=PAGE).status_code == 422


def test_the_file_holds_what_is_sought_as_text(auditor):
    answer = auditor.get("/audit.csv?since=2026-06-01&until=2026-06-01")
    assert answer.mimetype == "text/csv"
    header, *rows = rows_of(answer)
    assert header[0] == "时间"
    assert len(rows) == 61
    assert rows[0][0] == "2026-06-01 00:30:00"
    hostile = rows[0]
    assert hostile[3] == "'=cmd()"
    assert hostile[6] == "'＝1+1"
    assert json.loads(hostile[7]) == {"note": "<script>x</script>"}


def test_the_export_is_in_the_log(auditor):
    auditor.get("/audit.csv?action=report_accepted")
    assert auditor.get("/audit?action=audit_exported").text.count('class="audit-line"') == 1


def test_the_log_has_no_way_to_change_it(auditor):
    rules = [r for r in auditor.application.url_map.iter_rules() if r.rule.startswith("/audit")]
    assert {m for rule in rules for m in rule.methods} <= {"GET", "HEAD", "OPTIONS"}
    assert "audit_entry" in Base.metadata.tables


def test_in_english(auditor):
    auditor.set_cookie("lang", "en")
    page = auditor.get("/audit").text
    assert "Accepted a report" in page
