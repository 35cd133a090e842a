"""The board's pages: numbers that open their reports, one's own area, no base, wall screen, workbook."""

import html
import io
import re

import openpyxl
import pytest

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.measures import MEANINGS, Measure
from tests.dispatch.filings import act
from tests.web import signed
from tests.web.desk import another, get, people_with_accounts, put
from web.params import today

FIRST = today().replace(day=1)


@pytest.fixture
def town(session):
    return people_with_accounts(session)


@pytest.fixture
def county(client, town):
    """The browser of the county's desk."""
    signed.sign_in(client, "xian")
    return client


def numbers(page):
    """Every number of the page that leads to reports: the address and the number."""
    found = re.findall(r'<a href="(/board/reports[^"]+)"[^>]*>(\d+)[<\n]', page.text)
    return [(html.unescape(address), int(number)) for address, number in found]


def count_of(page):
    return int(re.search(r'class="board-count">(\d+)<', page.text)[1])


def test_every_number_leads_to_as_many_reports(county, session, town):
    people = town[1]
    for n in range(4):
        put(session, f"k-{n}", x=30 + 30 * n)
    number = put(session, "k-9", code="LIGHT")
    act(session, number, people["a1"], Action.ACCEPTED)
    put(session, "k-10", x=-300)
    page = get(county, "/board")
    assert page.status_code == 200
    found = numbers(page)
    assert len(found) > 12
    for address, number in found:
        listed = get(county, address)
        assert listed.status_code == 200
        assert count_of(listed) == number, address
        assert listed.text.count('<a class="row row-button"') == number


def test_without_reports_there_is_no_base_and_never_a_zero_rate(county):
    page = get(county, "/board")
    assert page.text.count("无基数") >= 6
    assert "0.0%" not in page.text
    assert numbers(page) == []


def test_what_is_left_out_is_said_with_the_formula(county, session):
    put(session)
    page = get(county, "/board").text
    assert page.count("没有计入") == 2
    assert "公式第 1 版" in page
    for measure in (Measure.NOT_YET_DUE, Measure.LAPSED, Measure.PARTS):
        assert measure.zh in page
        assert MEANINGS[measure][0] in page


def test_everybody_sees_her_own_area(county, session):
    put(session, "k-1")
    put(session, "k-2", x=130)
    address = f"/board/reports?measure=open&from={FIRST}&to={today()}"
    assert count_of(get(county, address)) == 2
    assert count_of(get(another(county, "jia"), address)) == 1


def test_nobody_without_a_post_and_nobody_from_outside(client, session, town):
    assert get(client, "/board").status_code in {302, 303, 401}
    world, _ = town
    person = world.post("party_adviser", world.compound("c", 0, 0, 50, 50), "顾问").person_id
    signed.account(session, person, "guwen")
    assert get(another(client, "guwen"), "/board").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "measure=nothing",
        "measure=open&from=2026-02-30",
        "measure=open&from=2026-03-01&to=2026-02-01",
        "measure=open&from=2000-01-01&to=2026-01-01",
        "measure=open&page=0",
        "measure=open&page=x",
        "measure=open&other=1",
        "measure=open&line=nothing",
        "measure=open&community=%00",
        "",
    ],
)
def test_nonsense_is_refused(county, query):
    assert get(county, f"/board/reports?{query}").status_code == 422


def test_cuts_stay_in_the_links(county, session):
    put(session)
    page = get(county, "/board?span=year&line=urban&category=RUBBISH")
    assert numbers(page)
    for address, _ in numbers(page):
        assert "line=urban" in address
        assert "category=RUBBISH" in address
        assert f"from={today().year}-01-01" in address


def test_the_wall_reads_itself_anew(county, session):
    wall = get(county, "/board?screen=1").text
    assert "board-screen" in wall
    part = re.search(r'hx-get="([^"]+)"', wall)[1]
    put(session)
    live = get(county, html.unescape(part)).text
    assert live.lstrip().startswith('<div class="board-live"')
    assert "<html" not in live
    assert re.search(r"未办结</dt><dd><a [^>]*>1<", live)


def test_words_of_people_stay_text(county, session):
    put(session, description="<script>alert(1)</script>")
    listed = get(county, f"/board/reports?measure=open&from={FIRST}&to={today()}").text
    assert "<script>alert(1)" not in listed
    assert "&lt;script&gt;alert(1)" in listed


def test_the_reports_behind_a_number_as_a_workbook(county, session):
    number = put(session)
    answer = get(county, f"/board/reports.xlsx?measure=open&from={FIRST}&to={today()}")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert [row[0] for row in rows] == ["编号", number]


def test_in_english(county, session):
    put(session)
    county.set_cookie("lang", "en")
    page = html.unescape(get(county, "/board").text)
    for measure in (Measure.OPEN, Measure.OVERDUE, Measure.CALLBACKS):
        assert measure.en in page
    assert MEANINGS[Measure.OPEN][1] in page
