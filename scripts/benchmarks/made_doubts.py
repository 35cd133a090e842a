"""Kinds of texts that nobody can place for sure: each must be asked."""

from __future__ import annotations

from pypinyin import lazy_pinyin

from scripts.benchmarks.made_writer import ASK, BRANDS, Told, Writer, kind


@kind("N01 unknown number")
def _unknown_number(w: Writer) -> Told | None:
    one, zone, _ = w.pick()
    number = str(w.random.randrange(90, 200))
    return f"{one.name}{zone}{number}{one.word}{w.trouble()}", *ASK


@kind("N02 unknown door")
def _unknown_door(w: Writer) -> Told:
    road = w.random.choice(w.county.roads)
    return f"{road}{w.random.randrange(1200, 3000)}号{w.trouble()}", *ASK


@kind("N03 no place")
def _nothing(w: Writer) -> Told:
    return (
        f"{w.greet()}{w.trouble()}{w.random.choice(['，我们小区', '', '，楼下', '，快来人'])}",
        *ASK,
    )


@kind("N04 zone missing")
def _zoneless(w: Writer) -> Told | None:
    one, _, number = w.pick()
    return (
        (f"{w.greet()}{one.name}{w.built(one, number)}{w.trouble()}", *ASK) if one.zones else None
    )


@kind("N05 number only")
def _number_only(w: Writer) -> Told:
    _, _, number = w.pick()
    return f"{w.other(number)}{w.random.choice(['', '2单元', '3单元501室'])}{w.trouble()}", *ASK


@kind("N06 unknown compound")
def _unknown(w: Writer) -> Told | None:
    stem = w.random.choice(
        [
            "银河湾",
            "泰晤士",
            "枫丹白露",
            "橡树",
            "罗马",
            "圣地",
            "哥德",
            "雅典",
            "普罗旺斯",
            "塞纳",
            "维多利亚",
            "蓝山",
        ]
    )
    name = f"{stem}{w.random.choice(['小区', '花园', '公寓', '家园'])}"
    return f"{w.greet()}{name}{w.random.randint(1, 20)}号楼{w.trouble()}", *ASK


@kind("N07 road only")
def _road_only(w: Writer) -> Told:
    return (
        f"{w.random.choice(w.county.roads)}{w.random.choice(['上', '东段', '路边', ''])}{w.trouble()}",
        *ASK,
    )


@kind("N08 chain")
def _chain(w: Writer) -> Told | None:
    name, codes = w.random.choice(list(w.county.places.items()))
    return (f"{name}门口{w.trouble()}", *ASK) if len(codes) > 1 else None


@kind("N09 two buildings")
def _two(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    other = w.random.choice(one.numbers[zone])
    way = w.random.choice(
        [
            "{a}和{b}之间",
            "{a}与{b}",
            "{a}、{b}",
            "从{a}到{b}",
            "{n}、{b}",
            "{a}还是{b}",
            "{n}和{b}中间",
        ]
    )
    if other == number:
        return None
    said = way.format(a=w.built(one, number), b=w.built(one, other), n=number)
    return f"{one.name}{zone}{said}{w.trouble()}", *ASK


@kind("N10 contrast")
def _contrast(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    other = w.random.choice(one.numbers[zone])
    a, b = w.built(one, number), w.built(one, other)
    way = w.random.choice(["不是{c}{a}，是{b}", "{c}，不是{a}是{b}", "{c}不是{a}，是{b}"])
    return None if a == b else (way.format(c=f"{one.name}{zone}", a=a, b=b) + w.trouble(), *ASK)


@kind("N11 facility")
def _facility(w: Writer) -> Told | None:
    one, _, _ = w.pick()
    name = f"{one.name}{w.random.choice(['幼儿园', '地铁站', '菜场', '派出所', '小学', '卫生服务中心', '公交站'])}"
    return None if name in w.names else (f"{name}门口{w.trouble()}", *ASK)


@kind("N12 sibling missing")
def _sibling(w: Writer) -> Told | None:
    one, _, number = w.pick()
    stem = one.name.rstrip("村期")
    if stem == one.name or stem[-1] not in "一二三四五六":
        return None
    name = stem[:-1] + one.name[len(stem) :].replace("期", "")
    return None if name in w.names else (f"{name}{w.built(one, number)}{w.trouble()}", *ASK)


@kind("N13 community only")
def _community(w: Writer) -> Told:
    return f"{w.random.choice(w.county.communities)}没人管{w.trouble()}", *ASK


@kind("N14 roads that do not meet")
def _apart(w: Writer) -> Told | None:
    one, other = w.random.sample(w.county.roads, 2)
    met = (one, other) in w.county.crossings or (other, one) in w.county.crossings
    return None if met else (f"{one}和{other}路口{w.trouble()}", *ASK)


@kind("N15 bus, date, count")
def _counted(w: Writer) -> Told:
    road = w.random.choice(w.county.roads)
    return (
        f"{road}{w.random.choice(['12路公交站', '3个井盖', '15路车', '2处', '5号晚上', '第3次'])}{w.trouble()}",
        *ASK,
    )


@kind("N16 another number for a village or zone")
def _other_sibling(w: Writer) -> Told | None:
    one, _, number = w.pick()
    stem = one.name.rstrip("村期")
    if stem == one.name or stem[-1] not in "一二三四五六":
        return None
    return f"{stem[:-1]}九{one.name[len(stem) :]}{w.built(one, number)}{w.trouble()}", *ASK


@kind("N17 unknown zone")
def _other_zone(w: Writer) -> Told | None:
    one, _, number = w.pick()
    return (
        f"{one.name}{w.random.choice(['九期', '8区', '十组'])}{w.built(one, number)}{w.trouble()}",
        *ASK,
    )


@kind("N18 longer name")
def _longer(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    name = f"新{one.name}"
    return (
        None
        if name in w.names
        else (f"{w.greet()}{name}{zone}{w.built(one, number)}{w.trouble()}", *ASK)
    )


@kind("N19 unknown compound beside a known one")
def _beside_known(w: Writer) -> Told:
    one, _, number = w.pick()
    unknown = f"枫丹白露{w.random.choice(['花园', '小区'])}{number}号楼"
    where = w.random.choice(["旁边", "对面", "那边"])
    return f"{unknown}，{one.name}{where}{w.trouble()}", *ASK


@kind("N20 two compounds")
def _two_compounds(w: Writer) -> Told | None:
    (one, zone, number), (other, side, count) = w.pick(), w.pick()
    return (
        None
        if one is other
        else (
            f"{one.name}{zone}{w.built(one, number)}和{other.name}{side}{w.built(other, count)}都{w.trouble()}",
            *ASK,
        )
    )


@kind("N22 room only")
def _room_only(w: Writer) -> Told:
    return f"{w.greet()}{w.random.randint(2, 20)}0{w.random.randint(1, 4)}室{w.trouble()}", *ASK


@kind("N23 tower of the same stem")
def _tower_of(w: Writer) -> Told | None:
    one, _, number = w.pick()
    for tail in ("小区", "花园", "家园", "公寓"):
        if one.name.endswith(tail):
            name = one.name.removesuffix(tail) + w.random.choice(
                ["大厦", "商务中心", "大酒店", "广场"]
            )
            return (
                None
                if any(
                    name.startswith(other) or other.startswith(name) for other in w.county.towers
                )
                or name in w.names
                else (f"{name}{number}号{w.trouble()}", *ASK)
            )
    return None


@kind("N24 unknown lane")
def _unknown_lane(w: Writer) -> Told:
    return (
        f"{w.random.choice(w.county.roads)}{w.random.randrange(1000, 2000)}弄{w.random.randint(1, 20)}号{w.trouble()}",
        *ASK,
    )


@kind("N25 side lane")
def _side_lane(w: Writer) -> Told:
    road, written = w.random.choice(list(w.county.doors))
    lane = f"{w.random.choice('一二三四五')}{w.random.choice(['巷', '弄', '里', '条'])}"
    number = written.split("-")[0].split("号")[0].rstrip("甲")
    return f"{road}{lane}{number}号{w.trouble()}", *ASK


@kind("N27 range")
def _range_of(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    if not number.isdigit() or str(int(number) + 2) not in one.numbers[zone]:
        return None
    return (
        f"{one.name}{zone}{number}{w.random.choice(['-', '到', '至', '~'])}{int(number) + 2}{one.word}{w.trouble()}",
        *ASK,
    )


@kind("N30 stretch")
def _stretch(w: Writer) -> Told:
    road, one, other = w.random.sample(w.county.roads, 3)
    return f"{road}从{one}到{other}这段{w.trouble()}", *ASK


@kind("N32 two in numerals")
def _two_in_numerals(w: Writer) -> Told | None:
    one, zone, _ = w.pick()
    return f"{one.name}{zone}二三号楼都{w.trouble()}", *ASK


@kind("N33 sibling by an ordinal")
def _ordinal(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    if not one.name.endswith("小区"):
        return None
    return f"{one.name.removesuffix('小区')}第二小区{zone}{w.built(one, number)}{w.trouble()}", *ASK


@kind("N34 another brand")
def _other_brand(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    brand = "富力"
    name = one.name.replace("·", "")
    for other in BRANDS:
        name = name.removeprefix(other)
    return f"{brand}{name}{zone}{w.built(one, number)}{w.trouble()}", *ASK


@kind("N35 road between two sides")
def _other_side(w: Writer) -> Told | None:
    road, number = w.random.choice(list(w.county.doors))
    swap = {"东": "西", "西": "东", "南": "北", "北": "南"}
    side = next((sign for sign in road[1:] if sign in swap), None)
    if side is None:
        return None
    other = road[0] + road[1:].replace(side, "中")
    return None if other in w.names else (f"{other}{number.split('-')[0]}号{w.trouble()}", *ASK)


@kind("N36 name with another character")
def _another_character(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    place = w.random.randrange(2)
    sign = w.random.choice("蒲鼎郦琅昊骏黎珊雯")
    if lazy_pinyin(sign)[0][:2] == lazy_pinyin(one.name[place])[0][:2]:
        return None
    name = one.name[:place] + sign + one.name[place + 1 :]
    close = any(sign in "一二三四五六七八九十百千万" for sign in one.name[:2])
    return (
        None
        if close or one.name.startswith(w.brands)
        else (f"{w.greet()}{name}{zone}{w.built(one, number)}{w.trouble()}", *ASK)
    )


@kind("N37 longer name")
def _longer_inside(w: Writer) -> Told | None:
    one, zone, number = w.pick()
    place = 2 if len(one.name) > 3 else 1  # noqa: PLR2004
    sign = w.random.choice("蒲鼎郦琅昊骏黎珊雯")
    if any(lazy_pinyin(sign)[0][:2] == lazy_pinyin(other)[0][:2] for other in one.name):
        return None
    name = one.name[:place] + sign + one.name[place:]
    return f"{name}{zone}{w.built(one, number)}{w.trouble()}", *ASK
