"""Words that stand in a text where a place's name should be, and are no name that is known. Pure.

The rule, as a desk worker can follow it: of the words right before the first building, zone or unit
number (or before the first word like 门口, where no number is) the part after the last lead-in (住在,
位于, 反映, …) and after the name of a road or community. It must have 2 to 12 characters, be no everyday word, no road,
no sentence, and hold no name of another place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.tokens import Part, tokens

SHORTEST: Final = 2
LONGEST: Final = 12
LOOKED_AT: Final = 200
"""Characters of a text: places are told early."""

_ANCHORS: Final = (Part.BUILDING, Part.ZONE, Part.UNIT)
_LOCATIVE: Final = re.compile(
    "大门口|门口|门前|门外|旁边|旁|附近|对面|隔壁|楼下|院内|院里|里面|里边|内|后面|前面|[东西南北]门|[东西南北]侧"
)
_WORDS: Final = re.compile(r"[一-鿿A-Z0-9]+\Z")
_LEADS: Final = re.compile(
    "我家住在|我家住|我家在|我住在|家住在|家住|住在|位于|地址是|地址在|地址|地点在|地点|就在|是在|我们|咱们|我家|请问"
    "|您好|你好|反映|举报|投诉|昨天|今天|晚上|早上|上午|下午|这里是|这是|到|去|在|的"
)
_SENTENCE: Final = re.compile(
    "[了吗呢啊吧坏漏没不很被把给让请帮修脏臭吵]|有人|有个|有一|无人|路灯|垃圾|下水|电梯|井盖"
)
_ROAD: Final = re.compile("(?:路|街|巷|大道|弄|胡同|道)\\Z")
_EVERYDAY: Final = re.compile(
    "(?:本|这个|我们|咱|老|新)?(?:小区|社区|宿舍楼?|家属[院楼]|居民楼|[大院]+子?)|大?门口?|这栋|那栋|楼栋?|楼道|单元|[东西南北中]区|[123]期"
    "|对面|附近|旁边|前面|后面|路口|马路|街道|公园|广场|学校|[小中]学|幼儿园|医院|超市|菜场|市场|地铁站?|车站|停车场|(?:地下)?车库"
    "|物业|居委会|村委会|健身区|活动室|银行|饭店|酒店|宾馆|工地|商场|药店"
)


def phrase_before_place(text: str) -> str | None:
    """Return the folded words that stand where a name should be; None where there are none.

    >>> phrase_before_place("我家住在老纺织宿舍3号楼2单元，楼道灯坏了")
    '老纺织宿舍'
    >>> phrase_before_place("老纺织宿舍门口路灯坏了"), phrase_before_place("昨天晚上电梯坏了，在3号楼")
    ('老纺织宿舍', None)
    """
    folded = fold(text)[:LOOKED_AT]
    starts = [one.start for one in tokens(folded).of(*_ANCHORS)]
    place = _LOCATIVE.search(folded)
    start = starts[0] if starts else place.start() if place else None
    found = _WORDS.search(folded[:start]) if start is not None else None
    if found is None:
        return None
    return _after_lead(found[0]) or None


def _after_lead(words: str) -> str:
    end = 0
    for lead in _LEADS.finditer(words):
        end = lead.end()
    return words[end:]


def unknown_name(text: str, known: Mapping[str, bool]) -> str | None:
    """Return the words of a text that may be an unknown name of its place, as they were written.

    Args:
        text: as somebody wrote it.
        known: folded names of the day that stand anywhere in `phrase_before_place` of it, and whether each is
            that of a road or a community: such a one may stand before the name, another place's may not.

    >>> unknown_name("人民路老纺织宿舍3号楼", {"人民路": True}), unknown_name("书香苑3号楼", {"书香苑": False})
    ('老纺织宿舍', None)
    """
    phrase = phrase_before_place(text)
    if phrase is None or phrase in known:
        return None
    phrase = _without_known(phrase, known)
    if not SHORTEST <= len(phrase) <= LONGEST or phrase.isdigit() or _EVERYDAY.fullmatch(phrase):
        return None
    if _SENTENCE.search(phrase) or _ROAD.search(phrase) or any(name in phrase for name in known):
        return None
    return _as_written(text, phrase)


def _without_known(phrase: str, known: Mapping[str, bool]) -> str:
    """Take away the road or community that is told before the name."""
    for name in sorted(known, key=len, reverse=True):
        if known[name] and phrase.startswith(name):
            return _without_known(phrase[len(name) :].strip(), known)
    return phrase


def _as_written(text: str, phrase: str) -> str:
    """Return the part of the text that folds to a phrase; the phrase where there is none."""
    looked = text[:LOOKED_AT]
    for start in range(len(looked)):
        for end in range(start + SHORTEST, min(start + 2 * LONGEST, len(looked)) + 1):
            part = looked[start:end]
            if part[0] not in " ，," and fold(part) == phrase:
                return part.strip()
    return phrase
