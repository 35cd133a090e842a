"""The list as a whole: many at a time, saved views, and the workbook."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.saved_views import MOST_VIEWS
from gridmap.dispatch.tables import Report, SavedView, Step
from gridmap.ledger.posts import Post
from gridmap.store.audit import AuditEntry
from tests.dispatch.filings import act
from tests.web.desk import PAGE, another, get, people_with_accounts, put
from tests.web.signed import post_form, token
from web.params import now


@pytest.fixture
def people(session):
    return people_with_accounts(session)[1]


@pytest.fixture
def desk(client, people):
    """The browser of the community's desk."""
    return another(client, "shequ")


def send(client, action, chosen, **fields):
    form = {"csrf_token": token(get(client, "/desk")), "action": action, "report": chosen, **fields}
    return client.post("/desk/bulk", data=form, headers=PAGE)


def holders(session):
    return dict(session.execute(select(Report.number, Report.holder_post_id)).all())


def worker_post(session, grid="A"):
    return session.scalars(select(Post).where(Post.kind == "grid_worker").order_by(Post.id)).all()[
        0 if grid == "A" else 1
    ]


# many at a time


def test_only_desks_choose_many(desk, client, session):
    number = put(session)
    assert f'name="report" value="{number}.1"' in get(desk, "/desk").text
    assert 'form="desk-bulk"' not in get(another(client, "jia"), "/desk").text


def test_dispatching_many_moves_what_can_be_moved(desk, people, session):
    first, second = put(session, "k-1", code="RELIEF"), put(session, "k-2", code="RELIEF")
    stale, other_grid = (
        put(session, "k-3", code="RELIEF"),
        put(session, "k-4", code="RELIEF", x=130),
    )
    act(session, stale, people["community"], Action.ACCEPTED, now=now())
    post = worker_post(session)
    page = send(
        desk,
        "dispatched",
        [f"{number}.1" for number in (first, second, stale, other_grid)],
        post=str(post.id),
        note="请今天去",
    )
    assert page.status_code == 200
    held = holders(session)
    assert held[first] == held[second] == post.id
    assert post.id not in {held[stale], held[other_grid]}
    assert "已办 2 件" in page.text
    assert "2 件没有办成" in page.text
    refused = dict(re.findall(r"<b>([\d-]+)</b><small>([^<]+)</small>", page.text))
    assert refused[stale].startswith("社区员已在 ")
    assert refused[other_grid] == "请选择今天在岗、能接手这件诉求的人。"
    notes = session.scalars(select(Step.note).where(Step.action == "dispatched")).all()
    assert notes == ["请今天去"] * 2


def test_the_form_lists_who_can_take_the_most_first(desk, session):
    chosen = [put(session, f"k-{n}", code="RELIEF", x=x) for n, x in enumerate((30, 30, 130))]
    query = "&".join(f"report={number}.1" for number in chosen)
    page = get(desk, f"/desk/bulk?{query}&action=dispatched").text
    names = re.findall(r"<b>([^<]+)</b><small>([^<]+)</small>", page)
    assert ("甲格员", "专职网格员 · 可接 2/3 件") in names
    order = [name for name, _title in names]
    assert order.index("社区员") < order.index("甲格员") < order.index("乙格员")


def test_supervising_many(desk, session):
    numbers = [put(session, f"k-{n}") for n in range(3)]
    chosen = [f"{number}.1" for number in numbers]
    page = send(desk, "supervised", chosen, note="")
    assert page.status_code == 422
    assert "请写明督办要求。" in page.text
    page = send(desk, "supervised", chosen, note="三天内办结")
    assert "已办 3 件" in page.text
    assert all(session.scalars(select(Report.supervised_at)))


def test_another_areas_report_among_many_is_withheld(client, people, session):
    worker = another(client, "yi")
    own, elsewhere = put(session, "k-1", x=130), put(session, "k-2")
    page = send(
        worker, "dispatched", [f"{own}.1", f"{elsewhere}.1"], post=str(worker_post(session, "B").id)
    )
    assert "没有找到这份诉求。" in page.text
    withheld = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "report_withheld")
    ).all()
    assert len(withheld) == 1


@pytest.mark.parametrize(
    ("chosen", "action", "status"),
    [
        ([], "dispatched", 422),
        (["2026-000001.1"] * 1 + [f"2026-{n:06}.1" for n in range(2, 60)], "dispatched", 422),
        (["2026-000001"], "dispatched", 422),
        (["2026-000001.x"], "dispatched", 422),
        (["x.1"], "dispatched", 404),
        (["2026-000001.1"], "handled", 404),
    ],
)
def test_nonsense_about_many(desk, chosen, action, status):
    assert send(desk, action, chosen).status_code == status


# saved views


def test_a_view_keeps_the_filters(desk, session):
    answer = post_form(
        desk, "/desk/views?late=1&line=urban&stage=filed", from_page="/desk", name="超时的城管件"
    )
    assert answer.status_code == 303
    view = session.scalars(select(SavedView)).one()
    assert view.filters == {"late": "1", "line": "urban", "stage": "filed"}
    link = re.search(r'<a href="([^"]+)">超时的城管件</a>', get(desk, "/desk").text)[1]
    assert link == "/desk?stage=filed&amp;late=1&amp;line=urban"


def test_the_same_name_is_the_same_view_and_views_are_ones_own(desk, client, session):
    for query in ("late=1", "mine=1"):
        post_form(desk, f"/desk/views?{query}", from_page="/desk", name="常看")
    view = session.scalars(select(SavedView)).one()
    assert view.filters == {"mine": "1"}
    worker = another(client, "jia")
    assert "常看" not in get(worker, "/desk").text
    foreign = post_form(worker, f"/desk/views/{view.id}/delete", from_page="/desk")
    assert foreign.status_code == 404
    assert post_form(desk, f"/desk/views/{view.id}/delete", from_page="/desk").status_code == 303
    assert session.scalars(select(SavedView)).all() == []


@pytest.mark.parametrize("name", ["", "  ", "长" * 21, "a\u202eb"])
def test_a_view_needs_a_plain_name(desk, session, name):
    answer = post_form(desk, "/desk/views?late=1", from_page="/desk", name=name)
    assert answer.status_code == 422
    assert session.scalars(select(SavedView)).all() == []


def test_views_are_not_without_number(desk, session):
    person = session.scalars(select(Post.person_id).where(Post.kind == "community_desk")).one()
    session.add_all(
        SavedView(person_id=person, name=f"视图{n}", filters={}) for n in range(MOST_VIEWS)
    )
    session.flush()
    answer = post_form(desk, "/desk/views?late=1", from_page="/desk", name="再来一个")
    assert answer.status_code == 422


# the workbook


def sheet_of(answer):
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book.active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_workbook_holds_the_list(desk, session):
    number = put(session, description='=HYPERLINK("http://example.org")', phone="13800138000")
    put(session, "k-2", code="LIGHT")
    answer = get(desk, "/desk/export.xlsx?category=RUBBISH")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="reports-')
    (row,) = sheet_of(answer)
    assert row["编号"] == number
    assert row["内容"] == '=HYPERLINK("http://example.org")'
    assert (row["阶段"], row["社区"], row["网格"]) == ("待受理", "书香苑社区", "A网格")
    assert (row["经办人"], row["经办岗位"]) == ("甲格员", "专职网格员")
    assert abs((row["上报时间"] - now().replace(tzinfo=None)).total_seconds() / 3600 - 8) < 1
    assert isinstance(row["剩余小时"], int | float)
    assert "13800138000" not in str(row)


def test_the_workbook_is_of_the_own_area_and_on_record(client, people, session):
    put(session, "k-1")
    put(session, "k-2", x=130)
    answer = get(another(client, "yi"), "/desk/export.xlsx?mine=1")
    assert len(sheet_of(answer)) == 1
    line = session.scalars(select(AuditEntry).where(AuditEntry.action == "reports_exported")).one()
    assert line.details == {"filters": {"mine": "1"}, "rows": 1}


def test_the_workbook_goes_beyond_a_page(desk, session, monkeypatch):
    monkeypatch.setattr("gridmap.dispatch.exporting.CHUNK_ROWS", 7)
    numbers = {put(session, f"k-{n}") for n in range(23)}
    rows = sheet_of(get(desk, "/desk/export.xlsx"))
    assert len(rows) == 23
    assert {row["编号"] for row in rows} == numbers


def test_the_workbook_in_english(desk, session):
    put(session)
    desk.set_cookie("lang", "en")
    (row,) = sheet_of(get(desk, "/desk/export.xlsx"))
    assert "RUBBISH" in str(row.values())
