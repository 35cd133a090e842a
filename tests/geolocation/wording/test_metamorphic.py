"""What changes nothing about a place changes nothing in its reading; another place never reads as this one."""

import re

import pytest
from opencc import OpenCC

from gridmap.terms import Verdict
from tests.geolocation.wording.adversarial.counties import cases, readers, taken

CASES = cases("developed")
TOLD = [case for case in CASES if case.answer != "ask"]
WIDE = str.maketrans("0123456789#-ABCD", "０１２３４５６７８９＃－ＡＢＣＤ")
HAN = dict(zip("123456789", "一二三四五六七八九", strict=True))
TRADITIONAL = OpenCC("s2t")

SAME = {
    "greeting": lambda text: f"你好，{text}",
    "two greetings": lambda text: f"喂，师傅您好，我要反映一下，{text}",
    "thanks": lambda text: f"{text}，请尽快处理，谢谢",
    "stop": lambda text: f"{text}！！！",
    "width": lambda text: text.translate(WIDE),
    "traditional": TRADITIONAL.convert,
    "spaces": lambda text: re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[号栋幢楼单])", " ", text),
    "lines": lambda text: f"\n{text}\n",
    "numerals": lambda text: re.sub(
        r"(?<![\dA-Z一二三四五六七八九十百附甲乙-])([1-9])(?=号|栋|幢|期|组)",
        lambda m: HAN[m[1]],
        text,
    ),
    "telephone": lambda text: f"{text}，电话13800000000",
    "hour": lambda text: f"昨晚11点{'，'}{text}",
}


NO_PLACE = re.compile(r"\d{4,}|\d+楼|-\d+|\d+单元|\d室?$|一直|三单元|2-|-4$")
"""What can be another without another place: floors, units, rooms, telephones."""


def read(county, text):
    """What is accepted, or what kind of question there is."""
    reading = readers()[county].read(text)
    return taken(reading) if reading.verdict is Verdict.ACCEPTED else "ask"


@pytest.mark.parametrize("way", sorted(SAME))
def test_the_same_place_said_otherwise(way):
    other = {
        case.text: (before, after)
        for case in CASES
        if (before := read(case.county, case.text))
        != (after := read(case.county, SAME[way](case.text)))
    }
    assert other == {}


def test_the_same_text_reads_the_same_in_every_order():
    once = [readers()[case.county].read(case.text) for case in CASES]
    again = [readers()[case.county].read(case.text) for case in reversed(CASES)]
    assert once == again[::-1]


@pytest.mark.parametrize(
    ("signs", "others"),
    [
        ("0123456789", "0123456789"),
        ("一二三四五六七八九", "一二三四五六七八九"),
        ("东西南北", "东西南北"),
        ("ABCD", "ABCD"),
    ],
)
def test_another_digit_letter_or_side_is_another_place_or_a_question(signs, others):
    same = []
    for case in TOLD:
        place = re.search(f"[{signs}]", NO_PLACE.sub(lambda found: "_" * len(found[0]), case.text))
        if place is None or case.answer.startswith(("c:", "p:", "x:")):
            continue
        for other in set(others) - {case.text[place.start()]}:
            text = case.text[: place.start()] + other + case.text[place.end() :]
            if read(case.county, text) == case.answer and not _in_range(case.answer, text):
                same.append((case.text, text))
    assert same == []


def _in_range(answer, text):
    """Tell whether another number is one of the same building's."""
    ends = re.search(r"/(\d+)-(\d+)$", answer)
    number = re.search(r"\d+", text)
    return bool(ends and number and int(ends[1]) <= int(number[0]) <= int(ends[2]))
