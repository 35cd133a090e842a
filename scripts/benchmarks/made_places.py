"""Kinds of texts that tell a place, each with the right answer, which is known because the text is made of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from opencc import OpenCC

from scripts.benchmarks.made_counties import Compound
from scripts.benchmarks.made_writer import KINDS, Told, Writer, han, kind

ANY: Final = {
    "01 plain": "{name}{zone}{built}",
    "02 greeting and complaint": "{greet}{name}{zone}{built}{trouble}",
    "03 complaint first": "{trouble}，在{name}{zone}{built}",
    "04 other suffix": "{name}{zone}{other}{trouble}",
    "05 numerals": "{greet}{name}{zone}{han}{trouble}",
    "07 spaces": "{name} {zone} {number} {word} {trouble}",
    "08 unit and room": "{name}{zone}{built}{unit}单元{room}室{trouble}",
    "13 relation": "{name}{zone}{built}{relation}{trouble}",
    "14 number first": "{built}，{name}{zone}，{trouble}",
    "15 unit first": "{trouble}，{built}2单元 {name}{zone}",
    "16 admin before": "{admin}{name}{zone}{built}{trouble}",
    "17 words between": "{name}{zone}里面的{built}{trouble}",
    "18 number in the next clause": "我住{name}{zone}，{built}{trouble}",
    "40 road before": "{road}{name}{zone}{built}{trouble}",
    "41 community before": "{community}{name}{zone}{built}{trouble}",
    "42 door before": "{road}{door}号{name}{zone}{built}{trouble}",
    "43 landmark before": "{greet}{place}{where}的{name}{zone}{built}{trouble}",
    "44 who lives there": "我是{name}{zone}{built}的{who}，{trouble}",
    "45 in brackets": "{name}（{zone}{built}）{trouble}",
    "47 form": "地址：{name}{zone}{built}，问题：{trouble}，联系人：王先生",
    "49 lines": "{trouble}\n{name}\n{zone}{built}\n谢谢🙏",
    "50 long before": "{greet}{long}，地点在{name}{zone}{built}",
    "51 part of the building": "{name}{zone}{built}{part}{trouble}",
    "52 name again": "{name}{zone}{built}{trouble}，{name}物业不管",
}
NUMBERED: Final = {
    "09 dashes": "{greet}{name}{zone}{number}-{unit}-{room}",
    "10 dash and room": "{name}{zone}{number}-{room}{trouble}",
    "11 sharp and room": "{name}{zone}{number}#{room}{trouble}",
    "12 no suffix": "{name}{zone}{number}，{trouble}",
}
ZONED: Final = {"46 zone behind": "{name}{built}（{zone}）{trouble}"}
_WIDE: Final = str.maketrans("0123456789ABCDEFGH#-", "０１２３４５６７８９ＡＢＣＤＥＦＧＨ＃－")
_SLIPS: Final = {
    "20 homophone": "homophone",
    "21 accent": "accent",
    "22 shape": "shape",
    "23 swapped": "swapped",
    "24 dropped": "dropped",
    "25 doubled": "doubled",
}


@lru_cache(maxsize=1)
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _filled(w: Writer, form: str, one: Compound, zone: str, number: str) -> str:
    choice = w.random.choice
    return form.format(
        name=one.name,
        zone=zone,
        number=number,
        word=one.word,
        built=w.built(one, number),
        other=w.other(number),
        han=f"{han(number)}{one.word}",
        greet=w.greet(),
        trouble=w.trouble(),
        long="，".join(w.trouble() for _ in range(9)),
        unit=w.random.randint(1, 4),
        room=f"{w.random.randint(2, 18)}0{w.random.randint(1, 4)}",
        relation=choice(["对面", "旁边", "后面", "东侧", "以东50米", "楼下", "门口", "附近"]),
        admin=choice(["本市", "我们县", "城关镇", "高新区", "东城街道"]),
        road=choice(w.county.roads),
        community=choice(w.county.communities),
        place=choice(list(w.county.places)),
        where=choice(["对面", "旁边", "后面"]),
        who=choice(["业主", "居民", "租客"]),
        part=choice(
            ["楼顶", "地下室", "电梯间", "大堂", "楼道里", "一楼大厅", "3单元门口", "外墙", "天台"]
        ),
        door=w.random.randrange(1_200, 3_000),
    )


def _register(kind_: str, form: str, fits: Callable[[str, str], bool]) -> None:
    @kind(kind_)
    def _write(w: Writer) -> Told | None:
        one, zone, number = w.pick()
        if not fits(zone, number):
            return None
        return w.told(_filled(w, form, one, zone, number), one, zone, number)


def _register_slip(kind_: str, way: str) -> None:
    @kind(kind_)
    def _write(w: Writer) -> Told | None:
        one, zone, number = w.pick()
        name = w.misspelt(one.name, way)
        if name is None:
            return None
        return w.told(
            f"{w.greet()}{name}{zone}{w.built(one, number)}{w.trouble()}", one, zone, number
        )


for _kind, _form in ANY.items():
    _register(_kind, _form, lambda _zone, _number: True)
for _kind, _form in NUMBERED.items():
    _register(_kind, _form, lambda _zone, number: number.isdigit())
for _kind, _form in ZONED.items():
    _register(_kind, _form, lambda zone, _number: bool(zone))
for _kind, _way in _SLIPS.items():
    _register_slip(_kind, _way)


@kind("06 full width")
def _wide(w: Writer) -> Told:
    one, zone, number = w.pick()
    text = _filled(w, ANY["02 greeting and complaint"], one, zone, number)
    return w.told(text.translate(_WIDE), one, zone, number)


@kind("48 traditional")
def _in_traditional(w: Writer) -> Told:
    one, zone, number = w.pick()
    text = _filled(w, ANY["02 greeting and complaint"], one, zone, number)
    return w.told(_traditional().convert(text), one, zone, number)


@kind("19 voice")
def _voice(w: Writer) -> Told:
    one, zone, number = w.pick()
    said = f"呃{w.greet()}就是那个{one.name}{zone}{han(number)}{one.word}二单元五零一{w.trouble()}"
    return w.told(said.translate(str.maketrans("", "", "，。：！")), one, zone, number)


@kind("26 short name")
def _short(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    for tail in ("小区", "花园", "家园", "苑", "公寓", "新村", "家属院"):
        short = one.name.removesuffix(tail)
        if short != one.name and len(short) > 1:
            others = [o for o in w.names if o.startswith(short) and o not in {one.name, short}]
            return (
                None
                if others
                else w.told(f"{short}{zone}{w.built(one, number)}{w.trouble()}", one, zone, number)
            )
    return None


@kind("27 alias")
def _alias(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    return (
        w.told(f"{one.aliases[0]}{zone}{w.built(one, number)}{w.trouble()}", one, zone, number)
        if one.aliases
        else None
    )


@kind("28 lane")
def _lane(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    return (
        w.told(f"{''.join(one.lane)}弄{number}号{w.trouble()}", one, zone, number)
        if one.lane
        else None
    )


@kind("30 compound only")
def _alone(w: Writer) -> Told:
    one, _, _ = w.pick()
    where = w.random.choice(["", "门口", "大门口", "里面", "中间花坛", "小区内"])
    return f"{w.greet()}{one.name}{where}{w.trouble()}", "compound", frozenset(), one.code


def _door(name: str, form: Callable[[Writer, str, str], str | None]) -> None:
    def write(w: Writer) -> Told | None:
        road, written = w.random.choice(list(w.county.doors))
        number = (
            written
            if not written.split("-")[-1].isdigit() or "-1" in written[-2:] or "-" not in written
            else str(int(written.split("-")[0]) + 2)
        )
        if number.isdigit() and len(w.numbered[road, number]) > 1:
            return None
        text = form(w, road, number)
        return (
            None
            if text is None
            else (text, "building", frozenset([w.county.doors[road, written]]), None)
        )

    KINDS[name] = write


def _doored(number: str) -> str:
    return f"{number}号"


_door("31 door", lambda w, r, n: f"{r}{_doored(n)}{w.trouble()}")
_door("32 door without suffix", lambda w, r, n: f"{r}{n}，{w.trouble()}" if n.isdigit() else None)
_door(
    "33 door in numerals",
    lambda w, r, n: f"{w.greet()}{r}{han(n)}号{w.trouble()}" if n.isdigit() else None,
)
_door("34 door and floor", lambda w, r, n: f"{r}{_doored(n)}3楼{w.trouble()}")
_door("35 door and relation", lambda w, r, n: f"{r}{_doored(n)}对面{w.trouble()}")


def _door_misspelt(w: Writer, road: str, number: str) -> str | None:
    name = w.misspelt(road, "homophone")
    return None if name is None else f"{name}{_doored(number)}{w.trouble()}"


_door("36 road misspelt", _door_misspelt)


@kind("37 crossing")
def _crossing(w: Writer) -> Told:
    one, other = w.random.sample(w.random.choice(w.county.crossings), 2)
    way = w.random.choice(
        [
            "{}和{}路口",
            "{}{}路口",
            "{}与{}交叉口",
            "{}近{}",
            "{}靠近{}",
            "{}、{}交汇处",
            "{}{}口",
            "{}和{}的拐角",
        ]
    )
    return (
        w.greet() + way.format(one, other) + w.trouble(),
        "crossing",
        frozenset([f"{one}/{other}", f"{other}/{one}"]),
        None,
    )


@kind("38 place")
def _place(w: Writer) -> Told | None:
    name, codes = w.random.choice(list(w.county.places.items()))
    return (
        (
            f"{w.greet()}{name}{w.random.choice(['', '门口', '里面', '旁边'])}{w.trouble()}",
            "point",
            frozenset(codes),
            None,
        )
        if len(codes) == 1
        else None
    )


@kind("39 named building")
def _tower(w: Writer) -> Told | None:
    if not w.county.towers:
        return None
    name, code = w.random.choice(list(w.county.towers.items()))
    return (
        f"{name}{w.random.choice(['', '12楼', '一层', '1203室'])}{w.trouble()}",
        "building",
        frozenset([code]),
        None,
    )


@kind("53 needless ending")
def _needless(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    name = f"{one.name}小区"
    if (
        one.name.endswith("小区")
        or one.zones
        or name in w.names
        or any(other.startswith(name) for other in w.names)
    ):
        return None
    return w.told(f"{name}{w.built(one, number)}{w.trouble()}", one, zone, number)


@kind("54 crossing misspelt")
def _crossing_misspelt(w: Writer) -> Told | None:
    one, other = w.random.choice(w.county.crossings)
    name = w.misspelt(one, "homophone")
    return (
        None
        if name is None
        else (
            f"{name}和{other}路口{w.trouble()}",
            "crossing",
            frozenset([f"{one}/{other}", f"{other}/{one}"]),
            None,
        )
    )


@kind("55 place misspelt")
def _place_misspelt(w: Writer) -> Told | None:
    place, codes = w.random.choice(list(w.county.places.items()))
    name = w.misspelt(place, w.random.choice(["homophone", "accent", "doubled", "swapped"]))
    return (
        None
        if name is None or len(codes) > 1
        else (f"{w.greet()}{name}{w.trouble()}", "point", frozenset(codes), None)
    )
