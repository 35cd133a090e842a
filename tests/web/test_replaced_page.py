"""What a desk sees after a border has moved: the step in the record, and one line in the inbox."""

import pytest

from gridmap.dispatch.replacing import replace_open
from gridmap.terms import PostKind
from gridmap.timespan import local_day
from tests.dispatch.redrawing import redraw
from tests.web import signed
from tests.web.desk import get, people_with_accounts, put
from web.params import now


@pytest.fixture
def moved(client, session):
    """A report in a grid of its own since today; its worker is signed in."""
    world, _people = people_with_accounts(session)
    number, today = put(session, x=30, y=80), local_day(now())
    grid = redraw(session, world, today)
    worker = world.post(PostKind.GRID_WORKER, grid, "丙格员", since=today)
    signed.account(session, worker.person_id, "bing")
    replace_open(session, now(), communities=[world.community.id])
    signed.sign_in(client, "bing")
    return number


def test_the_record_says_from_which_grid_to_which(client, moved):
    page = get(client, f"/desk/{moved}").text
    assert "网格调整改派" in page
    assert "A网格 → C网格" in page
    assert "丙格员" in page
    client.set_cookie("lang", "en")
    assert "Placed again: grids changed" in get(client, f"/desk/{moved}").text


def test_the_inbox_leads_to_ones_own_list(client, moved):
    page = get(client, "/inbox").text
    assert "网格调整后有 1 件诉求转到您名下" in page
    opened = get(client, page.split('href="/inbox/', 1)[1].split('"', 1)[0].join(("/inbox/", "")))
    assert opened.location == "/desk?mine=1"
    assert moved in get(client, opened.location).text
