"""Moves at the desk: forms made from what a move needs, one winner, nothing typed is lost."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from gridmap.dispatch.lifecycle import MOVES, Action, Hand
from gridmap.dispatch.tables import Feedback, Photo, Report, Step
from gridmap.ledger.posts import Agency, Post
from gridmap.terms import PostKind
from tests.dispatch.filings import act
from tests.web import signed
from tests.web.desk import PAGE, another, get, listed, move, people_with_accounts, put
from tests.web.signed import token
from web.pages.desk_forms import verbs
from web.params import now, today


@pytest.fixture
def town(session):
    world, people = people_with_accounts(session)
    agency = Agency(code="A-1", name="城市管理局", line="urban")
    session.add(agency)
    session.flush()
    handler = world.post(PostKind.AGENCY_HANDLER, agency, "城管员")
    signed.account(session, handler.person_id, "chengguan")
    return world, people, handler


@pytest.fixture
def people(town):
    return town[1]


@pytest.fixture
def worker(client, town):
    signed.sign_in(client, "jia")
    return client


@pytest.fixture
def desk(client, town):
    """The browser of the community's desk."""
    return another(client, "shequ")


def steps(session):
    return [step.action for step in session.scalars(select(Step).order_by(Step.id))]


def report(session, number):
    return session.scalars(select(Report).where(Report.number == number)).one()


def last(session):
    return session.scalars(select(Step).order_by(Step.id.desc())).first()


def links(page):
    """The moves that a report's page offers, those behind 'more' too."""
    return set(re.findall(r'(?:href|action)="/desk/[\d-]+/steps/(\w+)', page.text))


def fault(page, name):
    found = re.search(rf'<p class="fault" id="{name}-fault" role="alert">([^<]+)', page.text)
    return found and found[1]


def at_desk(session, people, **facts):
    """A report that the community's desk has accepted."""
    number = put(session, "k-desk", code="RELIEF", **facts)
    act(session, number, people["community"], Action.ACCEPTED, now=now())
    return number


def test_every_move_of_people_has_its_words(app_context):
    by_people = {move.action for move in MOVES if move.hands != {Hand.CLOCK}} - {Action.FILED}
    assert set(verbs()) == by_people


@pytest.fixture
def app_context(client):
    with client.application.test_request_context():
        yield


def test_exactly_the_possible_moves_are_offered(worker, session):
    number = put(session)
    page = get(worker, f"/desk/{number}")
    assert links(page) == {
        "accepted", "dispatched", "returned", "sent_up", "transferred", "relocated", "joined", "noted",
    }  # fmt: skip
    bar = page.text.partition("detail-actions")[2]
    red = re.search(r'<button class="button button-red button-wide">([^<]+)', bar)[1]
    assert red == "受理"
    move(worker, number, "accepted")
    after = get(worker, f"/desk/{number}")
    assert "accepted" not in links(after)
    assert "handled" in links(after)


def test_accepting_leads_back_to_the_report(worker, session):
    number = put(session)
    answer = move(worker, number, "accepted")
    assert (answer.status_code, answer.location) == (303, f"/desk/{number}?done=accepted")
    page = get(worker, answer.location).text
    assert "已记录：受理" in page
    assert "甲格员 在办" in page
    assert steps(session) == ["filed", "accepted"]


def test_a_second_tap_is_harmless(worker, session):
    number = put(session)
    key = "f" * 36
    first = move(worker, number, "accepted", key=key)
    again = move(worker, number, "accepted", key=key)
    assert (first.status_code, again.status_code) == (303, 303)
    assert move(worker, number, "accepted", version=2).status_code == 409
    assert steps(session) == ["filed", "accepted"]


def test_a_move_needs_the_forms_token(worker, session):
    number = put(session)
    answer = worker.post(f"/desk/{number}/steps/accepted", data={"version": "1"}, headers=PAGE)
    assert answer.status_code == 422
    assert steps(session) == ["filed"]


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99999999999999999999", "1.5"])
def test_a_version_is_a_number(worker, session, version):
    number = put(session)
    assert move(worker, number, "noted", version, note="看过了").status_code == 422
    assert steps(session) == ["filed"]


def test_what_is_missing_stands_beside_its_field_and_the_rest_is_kept(worker, session):
    number = put(session)
    page = move(worker, number, "returned", note="归园林管")
    assert page.status_code == 422
    assert fault(page, "reason") == "请选择退单原因。"
    assert ">归园林管</textarea>" in page.text
    page = move(worker, number, "returned", reason="not_ours")
    assert fault(page, "note") == "请写明情况。"
    assert re.search(r'value="not_ours" checked', page.text)
    assert steps(session) == ["filed"]


def test_too_long_a_note_is_refused_beside_it(worker, session):
    page = move(worker, put(session), "noted", note="长" * 2001)
    assert (page.status_code, fault(page, "note")) == (422, "最多 2000 个字。")


def test_a_return_names_the_next_holder_before_it_is_sent(worker, session):
    number = put(session)
    assert "退给：社区网格服务站人员 社区员" in get(worker, f"/desk/{number}/steps/returned").text
    answer = move(worker, number, "returned", reason="no_means", note="没有清运车")
    assert answer.status_code == 303
    assert report(session, number).rung == "community"
    page = get(worker, f"/desk/{number}").text
    assert "退单原因：超出处置能力" in page
    assert "交给 社区网格服务站人员 社区员" in page


def test_a_report_at_the_top_says_that_nobody_is_above(client, town, session):
    county = another(client, "xian")
    number = put(session, x=30, y=30, code="WAGES")
    act(session, number, town[1]["township"], Action.SENT_UP, now=now(), note="报县里")
    assert "sent_up" not in links(get(county, f"/desk/{number}"))
    page = get(county, f"/desk/{number}/steps/sent_up")
    assert page.status_code == 409
    assert "现在不能“上报上级”" in page.text


def test_handling_with_photos_and_position(worker, session):
    number = put(session)
    move(worker, number, "accepted")
    form = get(worker, f"/desk/{number}/steps/handled")
    assert "由 社区网格服务站人员 社区员 核查" in form.text
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")
    file.seek(0)
    data = {
        "csrf_token": token(form),
        "version": "2",
        "outcome": "solved",
        "note": "清走了",
        "spot_lon": "114.5",
        "spot_lat": "34.25",
        "photos": (file, "后.png"),
        "photo_kinds": "after",
    }
    answer = worker.post(f"/desk/{number}/steps/handled", data=data, headers=PAGE)
    assert answer.status_code == 303
    photo = session.scalars(select(Photo)).one()
    assert (photo.kind, photo.step_sequence) == ("after", 3)
    assert (last(session).lon, last(session).lat) == (114.5, 34.25)
    page = get(worker, f"/desk/{number}").text
    assert "处置后" in page
    assert "待核查" in page
    assert "checked" not in links(get(worker, f"/desk/{number}"))


def test_a_file_that_is_no_photo_is_refused_and_the_words_are_kept(worker, session):
    number = put(session)
    form = get(worker, f"/desk/{number}/steps/noted")
    data = {"csrf_token": token(form), "version": "1", "note": "到过现场"}
    data["photos"] = (io.BytesIO(b"<svg/>"), "a.jpg")
    page = worker.post(f"/desk/{number}/steps/noted", data=data, headers=PAGE)
    assert page.status_code == 422
    assert "不是 JPEG、PNG 或 WebP 图片" in fault(page, "photos")
    assert ">到过现场</textarea>" in page.text


def test_dispatching_to_somebody_below(desk, people, session):
    number = at_desk(session, people)
    form = get(desk, f"/desk/{number}/steps/dispatched").text
    assert [g for g in ("阶梯", "部门") if f"<h4>{g}</h4>" in form] == ["阶梯", "部门"]
    assert "乡镇员" not in form  # nobody is dispatched upwards
    assert "城市管理局" in form
    page = move(desk, number, "dispatched", 2)
    assert fault(page, "post") == "请选择派给谁。"
    workers = select(Post).where(Post.kind == "grid_worker").order_by(Post.id)
    post = session.scalars(workers).first()
    assert move(desk, number, "dispatched", 2, post=str(post.id)).status_code == 303
    assert report(session, number).holder_post_id == post.id


def test_an_agency_gets_it_gives_it_back_and_no_longer_sees_it(client, desk, town, session):
    _world, people, handler = town
    number = at_desk(session, people)
    assert (
        move(desk, number, "dispatched", 2, post=str(handler.id), note="请清运").status_code == 303
    )
    agency = another(client, "chengguan")
    assert listed(get(agency, "/desk")) == [number]
    assert "退给：社区网格服务站人员 社区员" in get(agency, f"/desk/{number}/steps/returned").text
    answer = move(agency, number, "returned", 3, reason="not_ours", note="归园林")
    assert (answer.status_code, answer.location) == (303, "/desk?done=returned")
    assert "已记录：退单" in get(agency, answer.location).text
    assert get(agency, f"/desk/{number}").status_code == 404


def test_splitting_between_agencies(desk, town, session):
    _world, people, handler = town
    number = at_desk(session, people)
    assert "城市管理局" in get(desk, f"/desk/{number}/steps/parted").text
    assert fault(move(desk, number, "parted", 2), "agencies") == "请选择分办的部门。"
    assert move(desk, number, "parted", 2, agencies=str(handler.id)).status_code == 303
    page = get(desk, f"/desk/{number}").text
    assert f"分办子单 <b>{number}-1</b>" in page


def test_a_part_has_a_page_that_leads_to_the_whole(client, desk, town, session):
    _world, people, handler = town
    number = at_desk(session, people)
    move(desk, number, "parted", 2, agencies=str(handler.id))
    page = get(another(client, "chengguan"), f"/desk/{number}-1")
    assert page.status_code == 200
    assert f"总单 <b>{number}</b>" in page.text
    assert "分办子单" in page.text


def test_suspending_needs_owner_day_and_reason(desk, town, session):
    _world, people, handler = town
    number = at_desk(session, people)
    page = move(
        desk, number, "suspended", 2, note="等资金", until="2020-01-01", post=str(handler.id)
    )
    assert fault(page, "until") == "请写明今天以后的复查日期。"
    assert f'value="{handler.id}" checked' in page.text
    assert fault(move(desk, number, "suspended", 2, note="等资金"), "post") == "请选择分包责任人。"
    until = (today() + timedelta(days=30)).isoformat()
    fields = {"note": "等资金", "until": until, "post": str(handler.id)}
    assert move(desk, number, "suspended", 2, **fields).status_code == 303
    page = get(desk, f"/desk/{number}").text
    assert re.search(r"<dt>分包责任人</dt><dd>城市管理局 城管员</dd>", page)
    assert re.search(r"\d+月\d+日复查", page)


def test_transferring_says_who_gets_it(worker, session):
    number = put(session)
    form = get(worker, f"/desk/{number}/steps/transferred").text
    assert '<optgroup label="民政">' in form
    assert (
        'value="RUBBISH"'
        not in re.search(r'<select class="input" id="category".*?</select>', form, re.DOTALL)[0]
    )
    said = worker.get(f"/desk/{number}/next?action=transferred&category=RELIEF").json["text"]
    assert said == "交给：社区网格服务站人员 社区员"
    move(worker, number, "transferred", category="RELIEF", note="是救助")
    assert "类别RUBBISH → 类别RELIEF" in get(worker, f"/desk/{number}").text


def test_moving_to_another_place(worker, town, session):
    number = put(session, code="LIGHT")
    lon, lat = session.execute(select(Report.raw_lon, Report.raw_lat)).one()
    page = move(worker, number, "relocated")
    assert fault(page, "place") == "请选择位置。"
    query = f"action=relocated&lon={lon}&lat={lat}&source=pin"
    assert worker.get(f"/desk/{number}/next?{query}").json["text"] == "交给：楼门长 甲楼长"
    east = lon + 100 / 92_000
    answer = move(worker, number, "relocated", lon=str(east), lat=str(lat), source="pin")
    assert (answer.status_code, answer.location) == (303, "/desk?done=relocated")
    assert report(session, number).grid_id == town[0].grids["B"].id


def test_joining_offers_what_is_near(worker, session):
    main, other = put(session, "k-1"), put(session, "k-2")
    form = get(worker, f"/desk/{other}/steps/joined").text
    assert f'data-main="{main}"' in form
    assert f'data-main="{other}"' not in form
    page = move(worker, other, "joined", main="2026-999999")
    assert fault(page, "main") == "请填写同一社区里另一件未结案诉求的编号。"
    assert 'value="2026-999999"' in page.text
    assert move(worker, other, "joined", main=main).status_code == 303
    assert f"已并入 <b>{main}</b>" in get(worker, f"/desk/{other}").text
    assert f"并入本件 <b>{other}</b>" in get(worker, f"/desk/{main}").text


def asking(session, people):
    number = put(session)
    for who, action, more in (
        ("A", Action.ACCEPTED, {}),
        ("A", Action.HANDLED, {"note": "清了", "outcome": "solved"}),
        ("community", Action.CHECKED, {}),
    ):
        act(session, number, people[who], action, now=now(), **more)
    return number


def test_the_callback(desk, people, session):
    number = asking(session, people)
    page = move(desk, number, "agreed", 4, contacted="1", remark="清得干净")
    assert fault(page, "answer") == "每个问题都要选一个。"
    assert ">清得干净</textarea>" in page.text
    page = move(desk, number, "agreed", 4, contacted="1", solved="0", satisfaction="dissatisfied")
    assert "没有解决的诉求不能结案" in fault(page, "answer")
    fields = {"contacted": "1", "solved": "1", "satisfaction": "basically", "remark": "还行"}
    assert move(desk, number, "agreed", 4, **fields).status_code == 303
    found = session.scalars(select(Feedback)).one()
    assert (found.solved, found.satisfaction, found.remark) == (True, "basically", "还行")
    page = get(desk, f"/desk/{number}").text
    assert "已解决 · 基本满意 · 有人联系过" in page
    assert "社区员 回访" in page


def test_not_solved_is_taken_up_again(desk, people, session):
    number = asking(session, people)
    fields = {"contacted": "0", "solved": "0", "satisfaction": "dissatisfied"}
    assert move(desk, number, "reopened", 4, **fields).status_code == 303
    page = get(desk, f"/desk/{number}").text
    assert "第 1 次重办" in page
    assert "没人联系过" in page


def test_who_comes_second_sees_what_changed_and_keeps_her_words(worker, people, session):
    number = put(session)
    act(session, number, people["A"], Action.NOTED, now=now(), note="先去看看")
    page = move(worker, number, "returned", 1, reason="unclear", note="地址不详")
    assert page.status_code == 409
    assert re.search(r'id="notice">甲格员已在 \d', page.text)
    assert ">地址不详</textarea>" in page.text
    assert re.search(r'value="unclear" checked', page.text)
    assert 'name="version" value="2"' in page.text
    marked = re.findall(r'<li class="\w+ new">\s*<b>([^<]+?) <', page.text)
    assert marked == ["跟进"]
    assert steps(session) == ["filed", "noted"]


def test_a_move_that_is_over_keeps_the_words_too(worker, desk, people, session):
    number = put(session)
    act(session, number, people["A"], Action.SENT_UP, now=now(), note="没有车")
    page = move(worker, number, "returned", 1, reason="unclear", note="地址不详，问过邻居")
    assert page.status_code == 409
    assert "您刚才写的，没有送出" in page.text
    assert "地址不详，问过邻居" in page.text


def test_whoever_handled_it_does_not_check_it(client, town, session):
    world, people, _handler = town
    second = world.post(PostKind.DIRECTOR, world.community, "主任员")
    signed.account(session, second.person_id, "zhuren")
    number = at_desk(session, people)
    act(
        session,
        number,
        people["community"],
        Action.HANDLED,
        now=now(),
        note="发了",
        outcome="solved",
    )
    township = another(client, "zhen")
    assert "checked" in links(get(township, f"/desk/{number}"))
    assert "checked" not in links(get(another(client, "shequ"), f"/desk/{number}"))


def test_only_who_answers_may_move_it(desk, client, session):
    number = put(session, "k-1")
    assert move(desk, number, "accepted").status_code == 403
    elsewhere = put(session, "k-2", x=130)
    worker = another(client, "jia")
    assert move(worker, elsewhere, "accepted").status_code == 404
    for path in (f"/desk/{elsewhere}/steps/noted", f"/desk/{elsewhere}/next?action=returned"):
        assert get(worker, path).status_code == 404
    assert steps(session) == ["filed", "filed"]


def test_the_clocks_moves_are_nobodys(worker, session):
    number = put(session)
    for action in ("climbed", "overdue", "filed", "flown"):
        assert get(worker, f"/desk/{number}/steps/{action}").status_code == 404
        assert move(worker, number, action).status_code == 404


def test_supervising(desk, session):
    number = put(session)
    assert move(desk, number, "supervised", note="今天办结").status_code == 303
    page = get(desk, f"/desk/{number}").text
    assert "督办" in page
    assert "今天办结" in page
