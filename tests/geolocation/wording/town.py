"""A small town of names for reading texts against; all of it is made up."""

from __future__ import annotations

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import (
    Door,
    EntityKind,
    Gazetteer,
    House,
    Key,
    Name,
)

COMPOUNDS = {
    "sx": ("书香苑小区", ("书香苑",), ("1", "2"), 16),
    "ls3": ("崂山三村", ("崂三", "崂山新村三村"), (), 30),
    "ls5": ("崂山五村", ("崂五",), (), 24),
    "rs5": ("乳山五村", (), (), 12),
    "sj": ("世纪公寓", (), (), 40),
    "sh": ("三航小区", ("三航",), (), 20),
    "mz": ("明珠花园", (), ("东", "西"), 9),
    "jy": ("锦园", (), (), 6),
}
ROADS = ("人民路", "解放路", "南京东路", "南京西路", "中山东一路", "浦明路")
DOORS = {("人民路", "88"): "rm88", ("人民路", "15"): "rm15", ("中山东一路", "24"): "zs24"}
NAMED = {"gw": "国际港务大厦", "dy": "东方医院", "yh": "横滨正金银行大楼"}


def _key(kind: EntityKind, code: str) -> Key:
    return Key(kind, code)


def town() -> Gazetteer:
    names: list[Name] = []
    houses: dict[House, tuple[str, ...]] = {}
    compound_of: dict[str, str] = {}
    for code, (name, aliases, zones, most) in COMPOUNDS.items():
        key = _key(EntityKind.COMPOUND, code)
        names.append(Name(key, name))
        names += [Name(key, alias) for alias in aliases]
        for zone in zones or ("",):
            for number in range(1, most + 1):
                building = f"{code}-{zone}{number}"
                houses[House(code, zone, str(number))] = (building,)
                compound_of[building] = code
    names += [Name(_key(EntityKind.ROAD, road), road) for road in ROADS]
    names += [Name(_key(EntityKind.BUILDING, code), name) for code, name in NAMED.items()]
    names += [Name(_key(EntityKind.POI, f"mc{i}"), "麦当劳") for i in range(2)]
    names.append(Name(_key(EntityKind.COMMUNITY, "c1"), "滨河社区"))
    return Gazetteer(
        names=tuple(names),
        houses=houses,
        zones={code: frozenset(row[2]) for code, row in COMPOUNDS.items() if row[2]},
        doors={
            Door(road, fold(number)): (_key(EntityKind.BUILDING, code),)
            for (road, number), code in DOORS.items()
        },
        lanes={Door("浦明路", "380"): "sj"},
        crossings={frozenset(("人民路", "解放路")): "人民路/解放路"},
        compound_of=compound_of,
        version="1",
    )
