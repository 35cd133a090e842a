"""A reader that took changes reads as one made anew; and what it shares, it does not make again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geolocation.wording import lexicon as lexicons
from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import EntityKind, Gazetteer, Key, Name
from gridmap.geolocation.wording.lexicon import Finder
from gridmap.geolocation.wording.reading import Reader
from gridmap.terms import Verdict
from tests.geolocation.wording.town import town

TOWN = town()
READER = Reader(TOWN)
WORDS = (
    "书香苑",
    "书香苑小区",
    "世纪公寓",
    "世纪公园",
    "新名苑",
    "万科·新名苑",
    "三航小区",
    "三航",
    "崂山三村",
    "崂山七村",
    "人民路",
)
KEYS = (
    *(Key(EntityKind.COMPOUND, code) for code in ("sx", "sj", "sh", "jy")),
    Key(EntityKind.ROAD, "人民路"),
    Key(EntityKind.POI, "p1"),
)
NAMES = st.builds(Name, st.sampled_from(KEYS), st.sampled_from(WORDS))
ADDED = st.lists(NAMES, max_size=6)
REMOVED = st.lists(st.one_of(st.sampled_from(TOWN.names), NAMES), max_size=6)
TEXTS = [
    *(f"{word}{tail}" for word in WORDS for tail in ("", "3号楼", "二期3号楼路灯坏了")),
    *(
        "书襄苑3号",
        "世公纪寓5号楼",
        "人民路88号",
        "人民路和解放路路口",
        "三杭小区5号",
        "崂山5号",
        "新名3号",
    ),
]


def anew(names):
    return Reader(
        Gazetteer(
            tuple(names),
            TOWN.houses,
            TOWN.zones,
            TOWN.doors,
            TOWN.lanes,
            TOWN.crossings,
            TOWN.compound_of,
            TOWN.version,
        )
    )


def changed_names(names, added, removed):
    kept = [name for name in names if name not in removed]
    return [*kept, *(name for name in dict.fromkeys(added) if name not in kept)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(ADDED, REMOVED), min_size=1, max_size=3))
def test_changes_read_as_a_reader_made_anew(steps):
    reader, names = READER, list(TOWN.names)
    for added, removed in steps:
        reader = reader.changed(added, removed)
        names = changed_names(names, added, removed)
    other = anew(names)
    assert set(reader.gazetteer.names) == set(other.gazetteer.names)
    for text in TEXTS:
        assert reader.read(text) == other.read(text), text


def test_the_reader_before_stays_as_it_is():
    after = READER.changed([Name(Key(EntityKind.COMPOUND, "jy"), "小白楼")], [])
    assert after.read("小白楼3号").best.codes == ("jy-3",)
    assert READER.read("小白楼3号").verdict is Verdict.NONE
    again = after.changed([], [Name(Key(EntityKind.COMPOUND, "jy"), "小白楼")])
    assert again.read("小白楼3号").verdict is Verdict.NONE


def test_numbers_can_change_with_the_names():
    houses = {house: codes for house, codes in TOWN.houses.items() if codes != ("sj-5",)}
    after = READER.changed([], [], Gazetteer(TOWN.names, houses, TOWN.zones))
    assert after.read("世纪公寓5号楼").verdict is Verdict.ASK
    assert after.read("世纪公寓6号楼").best.codes == ("sj-6",)


def test_one_name_more_makes_no_large_structure_again(monkeypatch):
    sizes = []
    build = Finder.__init__
    monkeypatch.setattr(
        Finder,
        "__init__",
        lambda self, groups: (sizes.append(len(groups)), build(self, groups))[1],
    )
    READER.changed([Name(KEYS[0], "小白楼")], [TOWN.names[0]])
    assert sum(sizes) < 8


@pytest.mark.parametrize("most", [0, 3])
def test_many_changes_make_a_new_base_and_nothing_is_lost(monkeypatch, most):
    monkeypatch.setattr(lexicons, "MOST_IN_OVERLAY", most)
    reader = READER
    for place, word in enumerate("甲乙丙丁戊己"):
        reader = reader.changed([Name(Key(EntityKind.COMPOUND, "jy"), f"{word}字楼院")], [])
        assert reader.read(f"{word}字楼院{place + 1}号").best.codes == (f"jy-{place + 1}",)
    assert fold("甲字楼院") in reader.lexicon.groups
    assert reader.read("世纪公寓5号楼").best.codes == ("sj-5",)
