"""Texts against the names of the ledger, with the phone's position beside them; by the service and by the API."""

from datetime import date

import pytest
from sqlalchemy import select

from gridmap.geolocation import words
from gridmap.geolocation.words import Circle
from gridmap.ledger.buildings import BuildingVersion, CompoundVersion
from gridmap.store.base import from_day
from gridmap.terms import Verdict
from tests.worlds import draw, lonlat

DAY = date(2026, 5, 20)


@pytest.fixture
def world(session):
    """Two compounds with a building 3 each, 200 m apart, and a road with a numbered house."""
    world = draw(session, "AAABBB\nAAABBB")
    world.compound("c1", 0, 0, 150, 150, name="书香苑小区", aliases=["书香苑"])
    world.compound("c2", 350, 0, 500, 150, name="世纪公寓")
    for compound, x in (("c1", 20), ("c2", 400)):
        for number in (1, 3):
            world.house(
                f"{compound}-{number}",
                x + 30 * number,
                40,
                grid="A" if compound == "c1" else "B",
                compound_id=world.compounds[compound].id,
                number=str(number),
            )
    world.house("d1", 20, 120, grid="A", road="人民路", house_number="10-14")
    return world


def read(world, said, x=None, y=50.0, accuracy=20.0, day=DAY):
    circle = None if x is None else Circle(*lonlat(x, y), accuracy)
    return words.read(world.session, said, day, circle)


def test_a_building_is_found_with_its_name_and_point(world):
    said = read(world, "书香苑3号楼2单元门口路灯坏了")
    assert said.reading.verdict is Verdict.ACCEPTED
    assert (said.best.code, said.best.title) == ("c1-3", "书香苑小区3号楼")
    assert said.best.spot == pytest.approx(lonlat(120, 50), abs=1e-6)
    assert said.choices == ()


@pytest.mark.parametrize("number", ["10", "12", "14"])
def test_a_range_of_numbers_is_one_side_of_the_road(world, number):
    assert read(world, f"人民路{number}号").best.code == "d1"
    assert read(world, f"人民路{int(number) + 1}号").best is None


def test_a_number_alone_is_decided_by_the_phone_that_is_near_one_of_them(world):
    assert read(world, "3号楼电梯停了").reading.verdict is Verdict.NONE
    assert read(world, "3号楼电梯停了", x=115).best.code == "c1-3"
    assert read(world, "3号楼电梯停了", x=495).best.code == "c2-3"
    assert read(world, "3号楼电梯停了", x=300).best is None
    assert read(world, "5号楼电梯停了", x=115).best is None


def test_a_phone_never_overrules_what_the_text_says(world):
    said = read(world, "书香苑3号楼", x=2_000)
    assert said.best.code == "c1-3"
    assert said.contradicts
    assert said.apart_m > 1_500
    assert not read(world, "书香苑3号楼", x=130).contradicts


def test_a_phone_does_not_choose_what_the_text_denies(world):
    assert read(world, "不是书香苑3号楼", x=115).best is None


def test_the_past_has_its_own_names(world, session):
    version = session.scalars(
        select(CompoundVersion).where(CompoundVersion.name == "世纪公寓")
    ).one()
    session.add(
        CompoundVersion(
            compound_id=version.compound_id,
            name="新纪元公馆",
            community_id=version.community_id,
            boundary=version.boundary,
            valid=from_day(date(2026, 6, 1)),
        )
    )
    version.valid = from_day(version.valid.lower, date(2026, 6, 1))
    session.flush()
    assert read(world, "世纪公寓3号").best.code == "c2-3"
    assert read(world, "世纪公寓3号", day=date(2026, 7, 1)).best is None
    assert read(world, "新纪元公馆3号", day=date(2026, 7, 1)).best.code == "c2-3"


def test_a_new_alias_is_known_at_once(world, session):
    assert read(world, "老纺织宿舍3号楼").best is None
    world.alias("compound", "c2", "老纺织宿舍")
    assert read(world, "老纺织宿舍3号楼").best.code == "c2-3"


def test_names_that_have_not_changed_are_read_once(world, statements):
    read(world, "书香苑3号楼")
    statements.clear()
    read(world, "世纪公寓1号楼漏水")
    assert len(statements) == 1


def test_only_what_people_have_decided_is_read_again(world, statements):
    read(world, "书香苑3号楼")
    world.alias("compound", "c2", "老纺织宿舍")
    statements.clear()
    assert read(world, "老纺织宿舍3号楼").best.code == "c2-3"
    assert len(statements) == 2
    world.alias("compound", "c2", "世纪公寓", state="rejected")
    statements.clear()
    assert read(world, "世纪公寓3号楼").best is None
    assert read(world, "老纺织宿舍3号楼").best.code == "c2-3"
    assert len(statements) == 3


def test_a_renamed_compound_is_known_at_once_and_the_others_as_before(world, session):
    assert read(world, "世纪公寓3号楼").best.code == "c2-3"
    with session.begin_nested():
        row = session.scalars(
            select(CompoundVersion).where(CompoundVersion.name == "世纪公寓")
        ).one()
        row.name = "新纪元公馆"
        session.flush()
    assert read(world, "新纪元公馆3号楼").best.code == "c2-3"
    assert read(world, "世纪公寓3号楼").best is None
    assert read(world, "书香苑3号楼").best.code == "c1-3"


def test_the_api_says_what_it_understood_and_who_answers(world, client):
    answer = client.post("/api/v1/locate", json={"text": "书香苑3号楼2单元漏水"}).json
    assert (answer["status"], answer["understood"]["title"]) == ("accepted", "书香苑小区3号楼")
    assert answer["unit"] == "2"
    assert answer["location"]["building"]["code"] == "c1-3"
    asked = client.post("/api/v1/locate", json={"text": "书香苑9号楼"}).json
    assert (asked["status"], asked["location"]["grid"]["status"]) == ("ask", "ask")
    assert asked["location"]["building"]["code"] is None
    assert [fault["code"] for fault in asked["faults"]] == ["number_unknown"]


def test_the_api_takes_a_point_of_any_system_beside_the_text(world, client):
    lon, lat = lonlat(115, 50)
    point = {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy": 20}
    answer = client.post("/api/v1/locate", json={"text": "3号楼电梯停了", "point": point}).json
    assert answer["understood"]["code"] == "c1-3"
    alone = client.post("/api/v1/locate", json={"point": point}).json
    assert (alone["status"], alone["understood"]) == ("none", None)
    assert alone["location"]["grid"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x" * 2_001},
        {"text": "书香苑", "point": {"lon": 1, "lat": 2, "crs": "mars"}},
        {"text": "书香苑", "point": {"lon": "1", "lat": 2, "crs": "wgs84"}},
        {"text": "书\u202e香苑"},
        {"text": "书香苑", "more": 1},
    ],
)
def test_nonsense_is_refused(world, client, body):
    assert client.post("/api/v1/locate", json=body).status_code in {400, 422}


def test_an_android_accuracy_is_made_a_95_percent_one(world, client):
    lon, lat = lonlat(299, 50)
    point = {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy": 5}
    sure = client.post("/api/v1/locate", json={"point": point | {"accuracy": 0.9}}).json
    unsure = client.post("/api/v1/locate", json={"point": point | {"confidence": 68}}).json
    browser = client.post("/api/v1/locate", json={"point": point}).json
    assert sure["location"]["grid"]["status"] == "accepted"
    likely = [one["location"]["grid"]["alternatives"][0]["likely"] for one in (browser, unsure)]
    assert likely[0] > likely[1]
    query = {
        "lon": lon,
        "lat": lat,
        "crs": "wgs84",
        "accuracy": 5,
        "source": "gps",
        "confidence": 68,
    }
    asked = client.get("/api/v1/locate", query_string=query).json
    assert asked["grid"]["alternatives"][0]["likely"] == likely[1]
    assert client.get("/api/v1/locate", query_string=query | {"confidence": 50}).status_code == 422


def test_another_town_before_the_name_is_asked_and_ones_own_is_not(world):
    assert read(world, "测试街道书香苑3号楼漏水").best.code == "c1-3"
    assert read(world, "测试县书香苑3号楼漏水").best.code == "c1-3"
    assert read(world, "城北镇书香苑3号楼漏水").best is None


@pytest.mark.parametrize("written", ["3", "03", "3号楼", "三栋"])
def test_however_the_table_writes_a_number_the_phone_finds_it(world, session, written):
    row = session.scalars(select(BuildingVersion).where(BuildingVersion.number == "3")).first()
    with session.begin_nested():
        row.number = written
        session.flush()
    assert read(world, "3号楼电梯停了", x=115).best.code == "c1-3"
