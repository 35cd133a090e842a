"""Plans through the API: drawn, undone, reviewed by another, compared; who may, and who comes too late."""

import io
import json

import openpyxl
import pytest

from gridmap.ledger.posts import Person
from gridmap.redistricting.queries import facts
from gridmap.redistricting.terrain import current_layers
from gridmap.terms import PostKind, Role
from tests import worlds
from tests.dispatch.filings import county
from tests.web import signed
from web import params

COUNTY = worlds.COUNTY


@pytest.fixture
def world(session):
    """Two grids of 300 m by 200 m side by side, each with four houses; three planners and a clerk."""
    world = worlds.draw(session, "AAABBB\nAAABBB")
    for number, x in enumerate((20, 120, 220, 320, 420, 520)):
        for row, y in enumerate((20, 120)):
            world.house(
                f"h{number}{row}",
                x,
                y,
                size=40,
                grid="A" if number < 3 else "B",
                households=10 + number,
                residents=30,
                number=str(10 * row + number),
            )
    for login in ("lan", "mei", "zhu"):
        signed.account(session, person(session, login).id, login, [Role.PLANNER])
    clerk = world.post(PostKind.COUNTY_DESK, county(session), "县员")
    signed.account(session, clerk.person_id, "xian")
    nobody = world.post(PostKind.GRID_WORKER, world.grids["A"], "甲格员")
    signed.account(session, nobody.person_id, "jia")
    return world


def person(session, login):
    somebody = Person(code=f"planner-{login}", name=f"规划{login}")
    session.add(somebody)
    session.flush()
    return somebody


def signed_in(client, login):
    other = client.application.test_client()
    signed.sign_in(other, login)
    return other


@pytest.fixture
def planner(client, world):
    return signed_in(client, "lan")


def post(client, path, **body):
    return client.post(path, json=body, headers={"Idempotency-Key": "a-key-for-plans"})


def begun(client, **more):
    answer = post(client, "/api/v1/plans", name="城东调整", area=COUNTY, **more)
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def state(client, plan, **query):
    answer = client.get(f"/api/v1/plans/{plan}", query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def edit(client, plan, base, **wanted):
    return post(client, f"/api/v1/plans/{plan}/edits", base=base, edit=wanted)


def terrain(client, plan):
    return client.get(f"/api/v1/plans/{plan}/terrain").json


def atoms_of(shown, row):
    return [atom for atom, other in enumerate(shown["assignment"]) if other == row]


def test_a_plan_begins_with_todays_grids(planner):
    shown = state(planner, begun(planner))
    assert [grid["name"] for grid in shown["grids"]] == ["A网格", "B网格"]
    assert shown["assignment"] == shown["today"]
    assert [grid["households"] for grid in shown["grids"]] == [66, 84]
    assert all(change == 0 for grid in shown["grids"] for change in grid["change"].values())
    assert shown["changed"] == {"buildings": 0, "households": 0, "residents": 0, "reports": 0}
    assert (shown["version"], shown["can_undo"], shown["can_redo"]) == (1, False, False)
    assert not shown["outdated"]
    assert {"edit", "submit", "drop", "share"} <= set(shown["may"])
    assert not [fault for fault in shown["faults"] if fault["blocks"]]


def test_the_atoms_hold_every_building_once_and_tile_the_ground(planner):
    ground = terrain(planner, begun(planner))
    assert sorted(ground["building"]) == sorted(f"h{n}{row}" for n in range(6) for row in range(2))
    assert sum(ground["households"]) == 150
    assert len(ground["polygons"]) == ground["count"] == len(ground["spots"]) // 2
    again = planner.get(f"/api/v1/plans/{begun(planner)}/terrain")
    tag = again.headers["ETag"]
    assert planner.get(again.request.path, headers={"If-None-Match": tag}).status_code == 304


def test_painting_moves_households_and_is_undone_to_the_bit(planner):
    plan = begun(planner)
    before = state(planner, plan)
    moved = atoms_of(before, 0)[-1:]
    made = edit(planner, plan, 1, kind="move", atoms=moved, grid=1).json
    assert made["version"] == 2
    assert made["moved"] == [[atom, 1] for atom in moved]
    assert sum(grid["change"]["households"] for grid in made["grids"]) == 0
    after = state(planner, plan)
    undone = post(planner, f"/api/v1/plans/{plan}/undo", base=2).json
    assert undone["version"] == 1
    assert state(planner, plan)["assignment"] == before["assignment"]
    redone = post(planner, f"/api/v1/plans/{plan}/redo", base=1).json
    assert (redone["version"], redone["can_redo"]) == (2, False)
    assert state(planner, plan)["assignment"] == after["assignment"]
    listed = planner.get(f"/api/v1/plans/{plan}/versions").json["versions"]
    assert [row["edit"]["kind"] for row in listed] == ["move", "begin"]


def test_merge_split_name_and_lock(planner):
    plan = begun(planner)
    merged = edit(planner, plan, 1, kind="merge", grids=[0, 1]).json
    assert merged["removed"] == [0]
    assert [grid["name"] for grid in merged["gone"]] == ["A网格"]
    assert merged["balance"]["grids"] == 1
    split = edit(planner, plan, 2, kind="split", grid=1, parts=3).json
    assert split["balance"]["grids"] == 3
    new = [grid for grid in split["grids"] if grid["is_new"]]
    assert [grid["code"][-3:] for grid in new] == ["003", "004"]
    named = edit(planner, plan, 3, kind="rename", grid=new[0]["row"], text="河东网格").json
    assert named["grids"][0]["name"] == "河东网格"
    assert edit(planner, plan, 4, kind="lock_grids", grids=[new[0]["row"]]).status_code == 200
    refused = edit(planner, plan, 5, kind="merge", grids=[1, new[0]["row"]])
    assert (refused.status_code, refused.json["code"]) == (422, "locked")


def test_what_changes_nothing_makes_no_version(planner):
    plan = begun(planner)
    row = atoms_of(state(planner, plan), 0)
    assert edit(planner, plan, 1, kind="move", atoms=row, grid=0).json["version"] == 1


def test_who_comes_too_late_is_told_what_differs(client, planner):
    plan = begun(planner)
    other = signed_in(client, "mei")
    moved = atoms_of(state(planner, plan), 0)[:1]
    assert edit(other, plan, 1, kind="move", atoms=moved, grid=1).status_code == 200
    late = edit(planner, plan, 1, kind="merge", grids=[0, 1])
    assert (late.status_code, late.json["code"]) == (409, "plan_moved_on")
    assert late.json["differs"] == {"atoms": 1, "grids": ["A网格", "B网格"]}
    assert "规划mei" in late.json["message"]
    assert state(planner, plan)["version"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "move", "atoms": [10**6], "grid": 0},
        {"kind": "move", "atoms": [0]},
        {"kind": "move", "atoms": [0], "grid": 77},
        {"kind": "merge", "grids": [0]},
        {"kind": "split", "grid": 0, "parts": 1},
        {"kind": "rename", "grid": 0, "text": ""},
        {"kind": "renumber", "grid": 0, "text": "12"},
        {"kind": "renumber", "grid": 0, "text": worlds.COUNTY + "001"},
        {"kind": "fly"},
        {"kind": "begin"},
        {"kind": "proposal", "run": 999, "proposal": "best"},
    ],
)
def test_nonsense_is_refused_and_nothing_is_written(planner, wrong):
    plan = begun(planner)
    answer = edit(planner, plan, 1, **wrong)
    assert answer.status_code in {404, 422}
    assert set(answer.json) >= {"code", "message", "hint"}
    assert state(planner, plan)["version"] == 1


def test_a_code_is_never_used_again(planner):
    plan = begun(planner)
    codes = {grid["row"]: grid["code"] for grid in state(planner, plan)["grids"]}
    taken = edit(planner, plan, 1, kind="renumber", grid=0, text=codes[1])
    assert (taken.status_code, taken.json["code"]) == (422, "code_taken")
    free = codes[0][:12] + "009"
    assert edit(planner, plan, 1, kind="renumber", grid=0, text=free).status_code == 200
    back = edit(planner, plan, 2, kind="renumber", grid=0, text=codes[0])
    assert back.status_code == 200, "a grid may have its own code back before anything is published"


def test_only_planners_draw_and_reviewers_look(client, planner):
    plan = begun(planner)
    worker, clerk = signed_in(client, "jia"), signed_in(client, "xian")
    assert client.application.test_client().get(f"/api/v1/plans/{plan}").status_code == 401
    for path in ("", f"/{plan}", f"/{plan}/terrain", f"/{plan}/outlines", f"/{plan}/impact"):
        assert worker.get(f"/api/v1/plans{path}").status_code == 403, path
        assert clerk.get(f"/api/v1/plans{path}").status_code == 200, path
    for someone in (worker, clerk):
        assert post(someone, "/api/v1/plans", name="x", area=COUNTY).status_code == 403
        assert edit(someone, plan, 1, kind="merge", grids=[0, 1]).status_code == 403
    assert "edit" not in state(clerk, plan)["may"]


def test_a_shared_plan_is_read_by_whoever_has_its_address(client, planner):
    plan = begun(planner)
    key = post(planner, f"/api/v1/plans/{plan}/share").json["url"].rpartition("/")[2]
    worker = signed_in(client, "jia")
    assert state(worker, plan, key=key)["may"] == []
    assert worker.get(f"/api/v1/plans/{plan}", query_string={"key": "no"}).status_code == 404
    assert edit(worker, plan, 1, kind="merge", grids=[0, 1]).status_code == 403


def test_another_person_approves(client, planner):
    plan = begun(planner)
    edit(planner, plan, 1, kind="merge", grids=[0, 1])
    path = f"/api/v1/plans/{plan}/review"
    assert post(planner, path, action="submit", base=2).json["state"]["key"] == "review"
    own = post(planner, path, action="approve", base=2)
    assert own.json["code"] == "same_planner"
    assert edit(planner, plan, 2, kind="split", grid=1).status_code == 409
    clerk = signed_in(client, "xian")
    assert {"approve", "return"} <= set(state(clerk, plan)["may"])
    back = post(clerk, path, action="return", base=2, note="请保留甲格").json
    assert back["state"]["key"] == "draft"
    assert back["events"][-1]["note"] == "请保留甲格"
    post(planner, path, action="submit", base=2)
    assert post(clerk, path, action="approve", base=2).json["state"]["key"] == "approved"


def test_a_plan_with_faults_is_not_sent_for_review(planner):
    plan = begun(planner)
    shown = state(planner, plan)
    far = min(atoms_of(shown, 0), key=lambda atom: terrain(planner, plan)["spots"][2 * atom])
    stray = edit(planner, plan, 1, kind="move", atoms=[far], grid=1).json
    assert "in_parts" in [fault["kind"] for fault in stray["faults"] if fault["blocks"]]
    answer = post(planner, f"/api/v1/plans/{plan}/review", action="submit", base=2)
    assert (answer.status_code, answer.json["code"]) == (422, "plan_faulty")


def test_outlines_cover_the_ground_and_have_corners(planner):
    plan = begun(planner)
    answer = planner.get(f"/api/v1/plans/{plan}/outlines", query_string={"corners": 1})
    assert [one["properties"]["name"] for one in answer.json["features"]] == ["A网格", "B网格"]
    assert len(answer.json["corners"]) >= 2
    assert all(len(rows) >= 2 for _, _, rows in answer.json["corners"])


def test_a_corner_is_dragged_and_the_border_follows(planner):
    plan = begun(planner)
    corners = planner.get(f"/api/v1/plans/{plan}/outlines", query_string={"corners": 1}).json
    lon, lat, _ = corners["corners"][0]
    east = worlds.lonlat(200, 0)[0] - worlds.lonlat(0, 0)[0]
    made = edit(planner, plan, 1, kind="drag", start=[lon, lat], end=[lon + east, lat])
    assert made.status_code == 200, made.json
    assert made.json["moved"]
    nowhere = edit(planner, plan, 2, kind="drag", start=[lon + 1, lat], end=[lon, lat])
    assert nowhere.json["code"] == "not_plannable"


def test_impact_names_who_and_what(planner):
    plan = begun(planner)
    edit(planner, plan, 1, kind="merge", grids=[0, 1])
    found = planner.get(f"/api/v1/plans/{plan}/impact").json
    assert [(grid["name"], grid["becomes"]["key"]) for grid in found["grids"]] == [
        ("A网格", "ends"),
        ("B网格", "redrawn"),
    ]
    assert found["changed"]["buildings"] == len(found["buildings"]) == 6
    assert {one["after"] for one in found["buildings"]} == {"B网格"}
    assert [(one["person"], one["becomes"]["key"]) for one in found["posts"]] == [
        ("甲格员", "to_decide")
    ]


def test_a_copy_and_a_comparison(planner):
    plan = begun(planner)
    edit(planner, plan, 1, kind="merge", grids=[0, 1])
    copy = post(
        planner, "/api/v1/plans", name="副本", area=COUNTY, **{"from": {"plan": plan, "version": 2}}
    ).json["id"]
    assert state(planner, copy)["assignment"] == state(planner, plan)["assignment"]
    same = planner.get(f"/api/v1/plans/{copy}/compare", query_string={"with": f"plan:{plan}"})
    assert same.json["moved"] == []
    today = planner.get(f"/api/v1/plans/{copy}/compare", query_string={"with": "today"}).json
    assert [(side["households_before"], side["households_after"]) for side in today["grids"]] == [
        (66, 0),
        (84, 150),
    ]
    listed = planner.get("/api/v1/plans").json["plans"]
    assert [one["name"] for one in listed] == ["副本", "城东调整"]


def test_a_file_of_shapes_is_taken_over(planner):
    plan = begun(planner)
    west, east = worlds.square(0, 0, 200, 200), worlds.square(200, 0, 600, 200)
    features = [
        {"type": "Feature", "properties": {"网格名称": name}, "geometry": shape.__geo_interface__}
        for name, shape in (("A网格", west), ("新区", east))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    preview = send_file(planner, plan, 1, "plan.geojson", text.encode(), preview="1")
    assert preview.json["preview"]["moved_buildings"] == 8, preview.json
    assert state(planner, plan)["version"] == 1
    taken = send_file(planner, plan, 1, "plan.geojson", text.encode())
    assert (taken.status_code, taken.json["version"]) == (200, 2)
    shown = state(planner, plan)
    assert {grid["name"]: grid["buildings"] for grid in shown["grids"]} == {"A网格": 4, "新区": 8}


def test_a_workbook_of_building_to_grid_is_taken_over(planner):
    plan = begun(planner)
    book = openpyxl.Workbook()
    book.active.append(["楼栋编码", "网格名称"])
    for number in range(6):
        for row in range(2):
            book.active.append([f"h{number}{row}", "南" if row == 0 else "北"])
    book.active.append(["没有的楼", "南"])
    file = io.BytesIO()
    book.save(file)
    taken = send_file(planner, plan, 1, "名单.xlsx", file.getvalue())
    assert taken.status_code == 200, taken.json
    assert taken.json["file"]["problems"][0]["kind"] == "unknown_building"
    shown = state(planner, plan)
    assert {grid["name"]: grid["buildings"] for grid in shown["grids"]} == {"南": 6, "北": 6}
    assert not [fault for fault in shown["faults"] if fault["blocks"]]


@pytest.mark.parametrize(
    ("name", "content"), [("plan.geojson", b"{"), ("plan.exe", b"MZ"), ("plan.xlsx", b"PK\x03\x04")]
)
def test_a_broken_file_is_refused_in_words(planner, name, content):
    plan = begun(planner)
    answer = send_file(planner, plan, 1, name, content)
    assert answer.status_code == 422
    assert state(planner, plan)["version"] == 1


def test_a_plan_that_is_not_there_has_neither_tasks_nor_searches(planner):
    plan = begun(planner)
    assert planner.get(f"/api/v1/plans/{plan}/tasks").json == {"tasks": []}
    assert planner.get("/api/v1/plans/999999/tasks").status_code == 404
    for address in (f"{plan}/tasks/7", "999999/tasks/7"):
        assert post(planner, f"/api/v1/plans/{address}", accept=True).status_code == 404
    for address in (f"{plan}/proposals/7", "999999/proposals/7"):
        answer = post(planner, f"/api/v1/plans/{address}/stop")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_search_without_a_wish_says_what_is_missing(planner):
    answer = post(planner, f"/api/v1/plans/{begun(planner)}/proposals", base=1)
    assert (answer.status_code, answer.json["field"]) == (422, "grids")
    assert "households" in answer.json["message"]


def test_an_id_that_no_database_holds_is_nobody_s(planner):
    for path in ("", "/impact", "/terrain", "/outlines"):
        for number in (2**31, 10**20):
            assert planner.get(f"/api/v1/plans/{number}{path}").status_code == 404


def send_file(client, plan, base, name, content, **fields):
    return client.post(
        f"/api/v1/plans/{plan}/import",
        data={"file": (io.BytesIO(content), name), "base": str(base), **fields},
        headers={"Idempotency-Key": "a-key-for-files"},
    )


def test_a_plan_whose_ground_changed_is_outdated_and_brought_up_to_date(planner, session, world):
    plan = begun(planner)
    moved = terrain(planner, plan)["building"]["h20"]
    edit(planner, plan, 1, kind="move", atoms=[moved], grid=1)
    world.house("new", 60, 60, size=20, grid="A", households=7)
    current_layers(session, params.today(), params.now())  # as the worker does each minute
    assert state(planner, plan)["outdated"]
    assert post(planner, f"/api/v1/plans/{plan}/rebase", base=2).status_code == 200
    shown = state(planner, plan)
    assert not shown["outdated"]
    assert sum(grid["households"] for grid in shown["grids"]) == 157
    assert shown["changed"]["buildings"] == 1
    assert "new" in terrain(planner, plan)["building"]
    assert facts.grid_codes(session) == {grid["code"] for grid in shown["grids"]}
