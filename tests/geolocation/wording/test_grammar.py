"""Numbers of an address and what stands around them: fields, relations, and words that only look like numbers."""

import pytest

from gridmap.geolocation.wording import aligning, lexicon
from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import EntityKind, Gazetteer, House, Key, Name
from gridmap.geolocation.wording.numbering import number_key, numbers_in
from gridmap.geolocation.wording.places import Fault, Level
from gridmap.geolocation.wording.reading import Reader
from gridmap.geolocation.wording.tokens import Relation
from gridmap.terms import Verdict
from tests.geolocation.wording.adversarial.counties import readers
from tests.geolocation.wording.town import town

READER = Reader(town())


@pytest.mark.parametrize(
    ("written", "unit", "floor", "room"),
    [
        ("2单元301室", "2", None, "301"),
        ("二单元三零一", "2", None, "301"),
        ("2单元301", "2", None, "301"),
        ("3层301", None, "3", "301"),
        ("2单元3楼", "2", "3", None),
        ("2门301", "2", None, "301"),
        ("301", None, None, "301"),
        ("1201室", None, None, "1201"),
        ("-2-301", "2", None, "301"),
        ("-301", None, None, "301"),
        ("2-301", "2", None, "301"),
        ("2单元-301", "2", None, "301"),
        ("12F", None, "12", None),
        ("负一层", None, "负1", None),
        ("地下二层", None, "地下2", None),
        ("B1层", None, "B1", None),
        ("十三层1302室", None, "13", "1302"),
        ("2单元门口路灯坏了", "2", None, None),
        ("301房间", None, None, "301"),
        ("幺零二室", None, None, "102"),
    ],
)
def test_unit_floor_and_room_are_taken_out(written, unit, floor, room):
    reading = READER.read(f"世纪公寓5号楼{written}")
    assert (reading.verdict, reading.best.codes) == (Verdict.ACCEPTED, ("sj-5",))
    details = reading.details
    assert (details.unit, details.floor, details.room) == (unit, floor, room)


def test_a_plain_text_is_plainly_accepted():
    reading = READER.read("书香苑一期3号楼2单元门口路灯坏了")
    assert (reading.verdict, reading.faults, reading.details.relation) == (
        Verdict.ACCEPTED,
        frozenset(),
        None,
    )
    assert (reading.best.codes, reading.best.score) == (("sx-13",), 100.0)


@pytest.mark.parametrize(
    ("words", "relation"),
    [
        ("", None),
        ("门口", None),
        ("楼下", None),
        ("门前停满了车", None),
        ("电梯坏了，旁边小孩哭", None),
        ("最近总停水", None),
        ("对面", Relation.OPPOSITE),
        ("的马路对面", Relation.OPPOSITE),
        ("旁边", Relation.BESIDE),
        ("2单元旁", Relation.BESIDE),
        ("后面", Relation.BESIDE),
        ("附近", Relation.BESIDE),
        ("东侧", Relation.BESIDE),
        ("以东50米", Relation.BESIDE),
        ("往北100米", Relation.BESIDE),
        ("隔壁", Relation.BESIDE),
    ],
)
def test_how_the_place_lies_to_the_building(words, relation):
    reading = READER.read(f"世纪公寓5号楼{words}")
    assert reading.verdict is Verdict.ACCEPTED
    assert reading.best.codes == ("sj-5",)
    assert reading.details.relation is relation
    assert (Fault.RELATIVE in reading.faults) is (relation is not None)


def test_a_landmark_is_not_the_place():
    assert READER.read("东方医院对面的世纪公寓5号楼").best.codes == ("sj-5",)
    assert READER.read("世纪公寓5号楼对面的东方医院").best.codes == ("dy",)


TAILS = [
    "门禁坏了",
    "门口",
    "门洞",
    "线路老化",
    "窗户破了",
    "窗台",
    "文化墙",
    "房顶",
    "房东",
    "室外机",
    "户外",
    "户主",
    "层高",
    "楼板",
    "楼上",
    "楼下水道",
    "楼道",
    "楼间距",
    "单杠",
    "天花板",
    "天台",
    "天天吵",
    "点火",
    "日光灯",
    "分类垃圾",
    "年久失修",
    "人行道",
    "人家",
    "家里漏",
    "家门口",
    "家具",
    "条幅",
    "处理",
    "周边",
    "块砖",
    "台阶",
    "位置",
    "多次",
    "几户",
    "来人",
    "井盖",
    "群租",
    "堆满",
    "片区",
    "对门",
    "轮椅",
    "次卧",
    "只有",
    "只能",
    "级别",
    "平台",
    "瓦片",
    "排水",
    "路灯",
    "路口",
    "路边",
    "区域",
    "期间",
    "组织",
    "院墙",
    "座位",
    "东侧",
    "中间",
    "上面",
    "下水道",
    "A座",
    "里面",
    "和环境",
    "到处是",
    "在漏",
    "从早",
    "还没",
    "起火",
    "车库",
    "公告栏",
    "幼儿园",
    "超市",
    "一楼",
    "顶楼",
    "底商",
    "拐角",
    "丁字路口",
    "100多户",
    "停水3天",
    "12345没用",
]


@pytest.mark.parametrize(
    "number", ["5号", "5号楼", "5栋", "5#", "五幢", "5-501", "5号楼2单元501室"]
)
def test_what_follows_a_number_makes_it_no_other_place(number):
    """A question is allowed where the words make it doubtful; another place, or the compound alone, never is."""
    asked = 0
    for tail in TAILS:
        reading = READER.read(f"世纪公寓{number}{tail}")
        if reading.verdict is Verdict.ACCEPTED:
            assert reading.best.codes == ("sj-5",), tail
        else:
            asked += 1
    assert asked <= len(TAILS) // 10


@pytest.mark.parametrize(
    "words",
    [
        "一直没人管",
        "有一栋楼停电",
        "有两栋楼停电",
        "有3个井盖坏了",
        "10多户停水",
        "3路公交不停",
        "11月15日起停水",
        "打12345没用",
        "第3次了",
        "周三停水",
        "晚上8点半",
        "电话13800000000",
        "3月停水",
    ],
)
def test_counts_days_buses_and_telephones_are_no_buildings(words):
    reading = READER.read(f"世纪公寓{words}")
    assert (reading.verdict, reading.best.level) == (Verdict.ACCEPTED, Level.COMPOUND)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("世纪公寓3号晚上停水", Fault.NUMBER_LEFT),
        ("世纪公寓3楼", Fault.FLOOR_OR_BUILDING),
        ("世纪公寓2单元301室", Fault.BUILDING_MISSING),
        ("新世纪公寓3号楼", Fault.LONGER_NAME),
        ("绿地世纪公寓3号楼", Fault.LONGER_NAME),
        ("世纪公寓花园3号楼", Fault.LONGER_NAME),
        ("人民路一巷15号", Fault.LONGER_NAME),
        ("人民路小区15号", Fault.LONGER_NAME),
        ("浦明路381弄9号", Fault.NUMBER_UNKNOWN),
        ("人民路88弄9号", Fault.NUMBER_UNKNOWN),
        ("世纪公寓3-5号楼", Fault.SEVERAL),
        ("世纪公寓二三号楼", Fault.SEVERAL),
        ("世纪公寓3号楼和垃圾房之间", Fault.BETWEEN),
        ("崂山村3号", Fault.ZONE_MISSING),
        ("红旗花园5号楼，世纪公寓旁边", Fault.NUMBER_LEFT),
        ("除了世纪公寓3号楼都停电", Fault.DENIED),
    ],
)
def test_what_is_asked_and_why(text, fault):
    reading = READER.read(text)
    assert reading.verdict is Verdict.ASK
    assert fault in reading.faults


def test_a_word_of_denial_that_denies_no_place():
    assert READER.read("世纪公寓5号楼漏水，不是一次两次了").verdict is Verdict.ACCEPTED
    assert READER.read("是不是世纪公寓5号楼又停电了").verdict is Verdict.ACCEPTED
    assert READER.read("世纪公寓，不是5号楼").verdict is Verdict.ASK


def test_a_town_that_is_not_the_countys():
    known = town()
    reader = Reader(Gazetteer(known.names, known.houses, areas=frozenset({"城关镇", "滨河社区"})))
    assert reader.read("城关镇世纪公寓5号楼").verdict is Verdict.ACCEPTED
    assert reader.read("江桥镇世纪公寓5号楼").verdict is Verdict.ASK
    assert reader.read("我们镇世纪公寓5号楼").verdict is Verdict.ACCEPTED
    assert READER.read("江桥镇世纪公寓5号楼").verdict is Verdict.ACCEPTED


def test_numbers_of_a_table_and_of_a_text_meet():
    for written in ("03", "3号楼", "3栋", "第3栋", "三", "３#"):
        key = Key(EntityKind.COMPOUND, "c")
        reader = Reader(Gazetteer((Name(key, "世纪公寓"),), {House("c", "", written): ("b",)}))
        assert reader.read("世纪公寓3号楼").best.codes == ("b",), written
    assert number_key("88号附1") == number_key("88-1号") == number_key("88之1")
    assert numbers_in("88-1") == ("88-1",)
    assert numbers_in("10-16,20") == ("10", "12", "14", "16", "20")


def test_siblings_that_are_compounds_of_their_own():
    yu = readers()["yu"]
    assert yu.read("江南名都二期3栋").best.compound == "c12"
    asked = yu.read("江南名都3栋")
    assert asked.verdict is Verdict.ASK
    assert {one.compound for one in asked.alternatives} == {"c11", "c12", "c13"}


def test_homophones_that_are_both_known_are_asked():
    hai = readers()["hai"]
    assert hai.read("仁和家园3号").best.compound == "b11"
    asked = hai.read("任和家园3号")
    assert asked.verdict is Verdict.ASK
    assert {one.compound for one in asked.alternatives} == {"b11", "b12"}


@pytest.mark.parametrize(
    "text",
    [
        "世公纪寓" * 5_000,
        "世纪公寓5号楼和" * 2_000,
        "3号楼2单元501" * 2_000,
        "人民路解放路" * 2_000,
        "1-2-" * 5_000,
    ],
)
def test_long_texts_are_read_with_bounded_work(text, monkeypatch):
    compared, aligned = [], aligning.align
    monkeypatch.setattr(
        lexicon, "align", lambda name, part: (compared.append(len(part)), aligned(name, part))[1]
    )
    reading = READER.read(text)
    assert reading == READER.read(fold(text)[:2_000])
    assert len(compared) <= 4 * lexicon.MOST_CHECKED
    assert all(size <= 2 * 24 for size in compared)
