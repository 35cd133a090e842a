"""What texts say of where: by the rules of how people write, each with a text that fails when the rule is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.geolocation.wording.aligning import NEVER, align
from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.places import Fault, Level
from gridmap.geolocation.wording.reading import Reader
from gridmap.geolocation.wording.tokens import Relation
from gridmap.terms import Verdict
from tests.geolocation.wording.town import town

READER = Reader(town())


def building(text):
    """The building that a text is taken to mean, or None where it is asked."""
    reading = READER.read(text)
    if reading.verdict is not Verdict.ACCEPTED:
        return None
    return reading.best.codes[0] if reading.best.level is Level.BUILDING else reading.best.level


def faults(text):
    reading = READER.read(text)
    assert reading.verdict is not Verdict.ACCEPTED
    return reading.faults


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("崂山三村12栋旁边垃圾没人清", "ls3-12"),
        ("世纪公寓8号", "sj-8"),
        ("三航小区十二幢", "sh-12"),
        ("书香苑一期3号楼2单元门口路灯坏了", "sx-13"),
        ("书香苑小区2期14号垃圾没人清运", "sx-214"),
        ("书香苑小区一期13-502水管爆了", "sx-113"),
        ("世纪公寓12#楼电梯停了", "sj-12"),
        ("世纪公寓33楼道堆满杂物", "sj-33"),
        ("世纪公寓7号门口有积水", "sj-7"),
        ("明珠花园东区5号", "mz-东5"),
        ("崂三24号", "ls3-24"),
        ("人民路88号对面水管爆了", "rm88"),
        ("人民路15路灯坏了", "rm15"),
        ("中山東一路二十四號井蓋缺失", "zs24"),
        ("浦明路380弄9号", "sj-9"),
        ("2号，世纪公寓，电梯停了", "sj-2"),
        ("国际港务大厦一层漏水", "gw"),
        ("锦园3号楼", "jy-3"),
    ],
)
def test_how_people_write_a_building(text, code):
    assert building(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("崂擅五村7号楼噪音扰民", "ls5-7"),
        ("世公纪寓5号楼", "sj-5"),
        ("横滨正金银醒大楼水管爆了", "yh"),
        ("中繕东一路24号", "zs24"),
    ],
)
def test_slips_of_the_keyboard(text, code):
    assert building(text) == code
    assert Fault.MISSPELT in READER.read(text).best.faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("世纪公寓58号", Fault.NUMBER_UNKNOWN),
        ("人民路3269号有人违停", Fault.NUMBER_UNKNOWN),
        ("书香苑14号楼楼道堆满杂物", Fault.ZONE_MISSING),
        ("书香苑三期2号楼", Fault.ZONE_UNKNOWN),
        ("书香苑幼儿园门口堵车", Fault.FACILITY),
        ("世纪公寓1号和2号之间", Fault.SEVERAL),
        ("世纪公寓1、2号楼停水", Fault.SEVERAL),
        ("世纪公寓9号楼和6号楼中间", Fault.SEVERAL),
        ("不是世纪公寓3号楼，是5号楼", Fault.DENIED),
        ("人民路上有人违停", Fault.TOO_COARSE),
        ("滨河社区没人管", Fault.TOO_COARSE),
        ("麦当劳门口井盖缺失", Fault.SAME_NAME),
        ("路灯坏了，请派人来", Fault.NO_PLACE),
        ("4栋1单元301室电梯停了", Fault.NO_PLACE),
        ("红旗公寓6号有积水", Fault.NO_PLACE),
        ("建设花园11号井盖缺失", Fault.NO_PLACE),
    ],
)
def test_what_is_asked_and_why(text, fault):
    assert fault in faults(text)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("南京西路", "南京东路"),
        ("乳山五村3号", "崂山五村3号"),
        ("崂山三村3号", "崂山五村3号"),
        ("崂324号", "崂三24号"),
        ("世纪公寓1号", "世纪公寓11号"),
        ("明珠花园东区5号", "明珠花园西区5号"),
    ],
)
def test_digits_directions_and_siblings_are_never_taken_for_each_other(text, other):
    one, two = READER.read(text), READER.read(other)
    assert one.best is None or one.best.codes != two.best.codes or not two.best.codes


def test_a_village_without_its_number_is_no_village():
    assert building("崂山村7号楼") is None
    assert building("崂山新村7号楼") is None


def test_dates_buses_and_counts_are_no_house_numbers():
    assert building("人民路15路公交车站牌倒了") is None
    assert building("人民路3个井盖没了") is None
    assert READER.read("世纪公寓11月15日起停水").best.codes == ()


def test_crossings():
    for text in (
        "人民路和解放路路口",
        "人民路解放路路口井盖",
        "解放路靠近人民路",
        "人民路 解放路下水道堵了",
    ):
        assert READER.read(text).best.codes == ("人民路/解放路",), text
    assert building("人民路和浦明路路口") is None


def test_what_lies_beyond_the_building_is_told_apart():
    details = READER.read("世纪公寓5号楼2单元13层1302室漏水").details
    assert (details.unit, details.floor, details.room) == ("2", "13", "1302")
    assert READER.read("世纪公寓5号楼对面").details.relation is Relation.OPPOSITE
    assert READER.read("世纪公寓5号旁边").details.relation is Relation.BESIDE


def test_a_compound_alone_is_a_compound():
    reading = READER.read("世纪公寓楼道堆满杂物，已经三天了")
    assert (reading.verdict, reading.best.level, reading.best.compound) == (
        Verdict.ACCEPTED,
        Level.COMPOUND,
        "sj",
    )


FILLERS = ("", "你好，", "我反映一下，", "请问", "麻烦你们看看")
TAILS = ("", "路灯坏了", "有人违停，请处理", "水管爆了，已经三天了")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
HAN = {3: "三", 5: "五", 12: "十二", 20: "二十"}


@given(
    st.sampled_from(["世纪公寓", "崂山三村", "三航小区"]),
    st.sampled_from(sorted(HAN)),
    st.sampled_from(["号", "号楼", "栋", "幢", "#"]),
    st.sampled_from(FILLERS),
    st.sampled_from(TAILS),
)
def test_the_same_place_said_otherwise_is_the_same_place(name, number, suffix, before, after):
    plain = building(f"{name}{number}{suffix}")
    assert plain is not None
    ways = [
        f"{before}{name}{number}{suffix}{after}",
        f"{name}{HAN[number]}{suffix}",
        f"{name}{str(number).translate(WIDE)}{suffix}",
        f"{name} {number}{suffix}",
        f"{name.replace('纪', '紀').replace('区', '區')}{number}{suffix.replace('楼', '樓').replace('栋', '棟')}",
    ]
    assert {building(way) for way in ways} == {plain}


@given(st.integers(1, 40), st.integers(1, 40))
def test_another_number_is_another_place(one, other):
    same = building(f"世纪公寓{one}号楼") == building(f"世纪公寓{other}号楼")
    assert same is (one == other)


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_the_same_text_reads_the_same(text):
    assert READER.read(text) == READER.read(text)


@given(st.text("书香苑世纪公寓崂山三五村号楼栋0123456789东西区期路人民，和不是", max_size=24))
def test_what_is_accepted_stands_in_the_table(text):
    reading = READER.read(text)
    if reading.verdict is Verdict.ACCEPTED and reading.best.level is Level.BUILDING:
        known = {code for codes in READER.gazetteer.houses.values() for code in codes}
        named = {key.code for keys in READER.gazetteer.doors.values() for key in keys}
        assert set(reading.best.codes) <= known | named | {"gw", "dy", "yh"}
        assert not reading.best.asks


def test_the_longest_text_is_read_in_bounds():
    assert READER.read("世纪公寓5号楼" + "很长" * 50_000).best.codes == ("sj-5",)


def test_numerals_are_never_glued_to_digits():
    assert "324" not in fold("崂三24号")
    assert align("崂3", "崂5")[0] >= NEVER


def test_an_empty_gazetteer_knows_no_place():
    empty = Reader(type(town())(names=()))
    assert empty.read("世纪公寓5号楼").verdict is Verdict.NONE


def test_names_far_behind_are_found_when_they_are_spelt_right():
    assert building("路灯坏了" * 100 + "世纪公寓5号楼") == "sj-5"
    assert building("路灯坏了" * 100 + "世公纪寓5号楼") is None
