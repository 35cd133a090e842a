"""Short forms of names that no table has: without the ending, the brand, or the number among siblings."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import Final

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import EntityKind

SHORTEST_CORE: Final = 2
SHORTEST_CORE_OF_OTHERS: Final = 3
"""Characters that the core of a building's or a place's name needs: shorter ones are words of everyday."""

PLAIN_ENDINGS: Final = [
    "住宅小区",
    "居民小区",
    "生活小区",
    "家属小区",
    "住宅区",
    "居民区",
    "居住区",
    "生活区",
    "家属院",
    "家属区",
    "宿舍区",
    "小区",
    "社区",
    "大院",
    "宿舍",
]
"""Endings that are put behind any name and left out again: they say only that people live there."""
ESTATE_ENDINGS: Final = [
    "家园",
    "花园",
    "公寓",
    "新村",
    "新苑",
    "雅苑",
    "名邸",
    "名苑",
    "嘉园",
    "佳苑",
    "佳园",
    "花苑",
    "华庭",
    "华苑",
    "豪庭",
    "豪园",
    "名都",
    "名城",
    "新城",
    "新区",
    "公馆",
    "别墅",
    "山庄",
    "壹号院",
    "1号院",
    "府邸",
    "名门",
    "名居",
    "雅居",
    "雅园",
    "嘉苑",
    "欣苑",
    "馨苑",
    "丽苑",
    "丽园",
    "苑",
    "园",
    "村",
    "院",
    "里",
    "弄",
    "坊",
    "府",
    "城",
    "庭",
    "居",
    "庄",
    "郡",
    "邸",
    "墅",
    "寓",
]
TOWER_ENDINGS: Final = [
    "国际大厦",
    "商务中心",
    "国际中心",
    "金融中心",
    "购物中心",
    "商务楼",
    "大厦",
    "大楼",
    "大酒店",
    "酒店",
    "宾馆",
    "饭店",
    "广场",
    "中心",
    "商厦",
    "商城",
    "塔",
]
ENDINGS: Final = (*PLAIN_ENDINGS, *TOWER_ENDINGS, *ESTATE_ENDINGS)
"""What many names end in: it tells one from another the least, and is changed and left out the most."""

_BRAND: Final = (
    "(?:万科|绿地|保利|中海|碧桂园|恒大|融创|龙湖|华润|招商|金地|绿城|世茂|远洋|中铁|中建|新城|旭辉"
    "|阳光城|雅居乐|富力|首创|金科"
    "|华侨城|建发|越秀|仁恒|中骏|正荣|佳兆业|奥园|滨江|中粮|电建|大华|星河|合生)"
)
_BRANDS: Final = re.compile(_BRAND)
_BRAND_END: Final = re.compile(rf"{_BRAND}\Z")
_DOT: Final = re.compile("[·•・‧●]")
_SIBLING: Final = re.compile(
    r"(?:第?\d{1,3}(?:期|区|组团|小区|街坊|村|坊|里)|[东西南北中](?:区|苑|园|院|里|村)"
    r"|[A-Z甲乙丙丁](?:区|座|栋|楼)|\d{1,3}(?:号楼|栋|座))\Z"
)
_VILLAGE: Final = re.compile(r"(?P<stem>.*?)(?:新村)?(?P<number>\d{1,2})村")
_SAME_PLACES: Final = (
    ("地铁站", "站"),
    ("站", "地铁站"),
    ("菜市场", "菜场"),
    ("菜场", "菜市场"),
    ("农贸市场", "菜场"),
)


def ends_in_brand(text: str) -> bool:
    """Tell whether a text ends in a builder's name."""
    return bool(_BRAND_END.search(text))


class Form(IntEnum):
    """How a spelling stands to a name, the surest first."""

    WHOLE = 0
    CORE = 1
    FAMILY = 2


@lru_cache(maxsize=4_000)
def core_of(folded: str) -> str:
    """Return a name without its ending; itself where nothing would be left.

    >>> core_of("世纪公寓"), core_of("崂山3村"), core_of("花园")
    ('世纪', '崂山3', '花园')
    """
    for ending in ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= SHORTEST_CORE:
            return folded[: -len(ending)]
    return folded


@lru_cache(maxsize=40_000)
def forms_of(written: str, kind: EntityKind) -> tuple[tuple[str, Form], ...]:
    """Return the folded spellings of a name, the whole one first.

    >>> forms_of("书香苑小区", EntityKind.COMPOUND)
    (('书香苑小区', <Form.WHOLE: 0>), ('书香苑', <Form.CORE: 1>), ('书香', <Form.CORE: 1>))
    >>> forms_of("万科城市花园二期", EntityKind.COMPOUND)[1:]
    (('万科城市花园', <Form.FAMILY: 2>), ('城市花园2期', <Form.CORE: 1>), ('城市花园', <Form.FAMILY: 2>))
    """
    whole = fold(written)
    found: dict[str, Form] = {whole: Form.WHOLE}
    if kind in {EntityKind.COMPOUND, EntityKind.BUILDING, EntityKind.POI}:
        least = SHORTEST_CORE if kind is EntityKind.COMPOUND else SHORTEST_CORE_OF_OTHERS
        for text, form in _shortened(whole, written, kind):
            if len(text) >= least and not text.isdigit():
                found.setdefault(text, form)
    return tuple(found.items())


def _shortened(whole: str, written: str, kind: EntityKind) -> list[tuple[str, Form]]:
    found = _ended(whole)
    for rest in _without_brand(whole, written):
        found += [(rest, Form.CORE), *_ended(rest)]
    if kind is EntityKind.POI:
        for ending, other in _SAME_PLACES:
            if whole.endswith(ending) and not whole.endswith(f"地铁{ending}"):
                found.append((whole.removesuffix(ending) + other, Form.CORE))
                break
        if whole.endswith("地铁站"):
            found.append((whole.removesuffix("地铁站") + "站", Form.CORE))
    return found


def _ended(name: str) -> list[tuple[str, Form]]:
    village = _VILLAGE.fullmatch(name)
    if village:
        stem, number = village["stem"], village["number"]
        forms = (f"{stem}{number}", f"{stem}新村{number}村", f"{stem}{number}村")
        return [*((one, Form.CORE) for one in forms if one != name), (stem, Form.FAMILY)]
    family = _SIBLING.sub("", name)
    if family != name:
        return [(family, Form.FAMILY)]
    core = core_of(name)
    if core == name:
        return []
    plain = any(name.endswith(ending) for ending in PLAIN_ENDINGS)
    shorter = core_of(core) if plain else core
    return [(one, Form.CORE) for one in (core, shorter) if one != name]


def _without_brand(whole: str, written: str) -> list[str]:
    parts = [fold(part) for part in _DOT.split(written)]
    found = [part for part in parts[-1:] if len(parts) > 1 and len(part) >= SHORTEST_CORE]
    brand = _BRANDS.match(whole)
    if brand and len(whole) - brand.end() > SHORTEST_CORE:
        found.append(whole[brand.end() :])
    return found
