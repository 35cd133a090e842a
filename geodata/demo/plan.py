"""The drawn town: what stands where, as a reader sees it on the page.

Two maps of 14 x 14 quarter-blocks, north on top, the river between the eighth and the ninth
column. Seven rows and columns of superblocks between the main roads, four quarter-blocks in each.
"""

from __future__ import annotations

from typing import Final

USES: Final = (
    "i i w e t t t p   m m t t i i",
    "i i e s m m m m   q s t t i f",
    "v q e q m m y h   m m g g t t",
    "v e e e e s q y   q m c c s t",
    "e q y e o o o y   e m t t m q",
    "e s e y o y k o   p e m m m f",
    "w e e q y o k y   k e e s m m",
    "b e h e o s o o   e q e w e m",
    "i e a a y e y e   e y e q v f",
    "i w e e e s e p   v e h e v f",
    "v f l l m m t t   v q e s i i",
    "v f l l m s t t   e e w e i i",
    "f f t t m q m p   u u m f f f",
    "f f t t t m m f   u u m f f f",
)
"""o old town, y work-unit yards, e estates of the 1990s, m of the 2000s, t towers, v village houses,
k shops and market, q offices, w wholesale, s school, u vocational college, a stadium, h hospital,
g county government, c civic square, b bus station, p park, l lake park, i industry, f fields."""

COMMUNITIES: Final = (
    "B B B B A A A A   P P Q Q Q Q",
    "B B B B A A A A   P P Q Q Q Q",
    "B B E C C C D D   P P R R R R",
    "B B E C C C D D   P P R R R R",
    "E E E E F F G G   S S T T T T",
    "E E E E F F G G   S S T T T T",
    "I I I I H H H H   S S T T T T",
    "I I I I H H H H   S S U U T T",
    "J J J J K K K K   U U U U V V",
    "J J J J K K K K   U U U U V V",
    "L L L L M M M M   V V V V V V",
    "L L L L M M M M   V V V V V V",
    "N N N N O O O O   V V V V V V",
    "N N N N O O O O   V V V V V V",
)
"""Which community a quarter-block belongs to today."""

MOVED: Final = {"C": ((2, 6), (3, 6))}
"""Quarter-blocks (row, column) that a community had before the last change of boundaries."""

TOWNSHIPS: Final = (
    ("001", "城关街道", "ABCDEFGHIJ"),
    ("002", "河东街道", "PQRSTUV"),
    ("100", "南湖镇", "KLMNO"),
)
"""Code, name and communities of each township."""

COMMUNITY_NAMES: Final = {
    "A": "北关", "B": "迎宾", "C": "书香苑", "D": "文昌", "E": "西关", "F": "新华", "G": "鼓楼", "H": "人民路",
    "I": "育才", "J": "康宁", "K": "南关", "L": "湖滨", "M": "南湖", "N": "桃园", "O": "锦绣", "P": "滨河",
    "Q": "团结", "R": "光明", "S": "东关", "T": "幸福", "U": "和平", "V": "振兴",
}  # fmt: skip

COUNTY_CODE: Final = "419901"
"""Six digits that GB/T 2260 has never given out: in 4190xx only 419001 is in use, 4199xx is empty."""
COUNTY_NAME: Final = "安澜县"

MAIN_NORTH_SOUTH: Final = (
    ("西环路", -1720, 0.0, "primary"),
    ("育才路", -1280, 0.05, "secondary"),
    ("文昌路", -845, 0.12, "primary"),
    ("新华路", -385, 0.35, "secondary"),
    ("团结路", 865, 0.45, "primary"),
    ("光明路", 1285, 0.2, "secondary"),
    ("东环路", 1720, 0.0, "primary"),
)
"""Name, plan u, how far it follows the river's bend, kind."""

MAIN_EAST_WEST: Final = (
    ("安澜大道", 1325, "trunk"),
    ("迎宾路", 920, "primary"),
    ("建设路", 500, "secondary"),
    ("人民路", 95, "primary"),
    ("解放路", -320, "secondary"),
    ("和平路", -735, "primary"),
    ("南湖路", -1120, "secondary"),
    ("南环路", -1480, "primary"),
)
"""Name, plan v, kind; north to south."""

BRIDGED: Final = frozenset({"安澜大道", "迎宾路", "人民路", "和平路", "南环路"})
"""East-west roads that cross the river."""

OUT_OF_TOWN: Final = frozenset({"安澜大道", "人民路", "和平路", "文昌路", "团结路"})
"""Main roads that run on over the ring to the county's edge."""

MERGED: Final = frozenset("lpcgifua")
"""Uses that fill neighbouring quarter-blocks as one, with no street between."""


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text.

    >>> words("安居 永安")
    ('安居', '永安')
    """
    return tuple(text.split())


STREET_NAMES: Final = words("""
    书院 府前 仓 文庙 槐荫 菜市 井台 北坛 钟楼 棉市 柳园 师范 西仓 纺织 粮丰 春晓 兴业 惠民 康乐 安居 永兴 长庆
    丰收 新风 永安 同心 友谊 青年 胜利 朝阳 红旗 跃进 民主 工人 富民 昌盛 祥云 玉兰 梧桐 银杏 海棠 桂花 丁香
    紫荆 榆林 芳草 翠竹 荷香 澜园 听澜 观澜 安平 太平 长宁 永宁 广宁 兴宁 学府 尚德 崇文 明德 求实 创新 科技
    工业 物流 腾飞 开元 泰和 景明 清和 仁和 嘉和 瑞和 怡和 丽景 秀水 碧水 秋实 春华 麦香 田园 金穗 晨光 星光
    曙光 东升
""")
"""First part of the names of streets between the main roads; 路 runs north-south, 街 east-west."""


def rows(drawing: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return a drawing as rows of letters."""
    return tuple(tuple(row.split()) for row in drawing)
