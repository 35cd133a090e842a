"""Names that the town gives: estates, lanes, schools, agencies, works, shops. All made up."""

from __future__ import annotations

from typing import Final

from geodata.demo.plan import words
from gridmap.terms import Line

SHUXIANGYUAN: Final = "书香苑小区"

RENAMED_FROM, RENAMED_TO = "县酒厂家属院", "澜清苑"
"""An estate that has a new name."""

TWINS: Final = (
    (SHUXIANGYUAN, ("一期", "二期"), ((2, 4), (2, 5))),
    ("御澜湾", ("东区", "西区"), ((0, 11), (0, 10))),
    ("阳光新城", ("一期", "二期"), ((10, 6), (11, 6))),
    ("锦绣花园", ("东区", "西区"), ((5, 11), (5, 10))),
)
"""Estates of two zones: name, zones, the quarter-block of each zone."""

SIBLINGS: Final = {
    "幸福": ("一村", "二村", "三村", "四村"),
    "向阳": ("一村", "二村", "三村"),
    "和平里": ("一区", "二区", "三区"),
}
"""Names that differ by a number only."""

_OLD_STEMS: Final = words("""
    育才 文苑 康乐 建业 兴华 东风 红旗 团结 光明 友谊 胜利 前进 劳动 新建 永安 安居 惠民 平安 吉祥 如意 福民
    利民 富康 金桥 银河 春光 秋实 松柏 翠园 百花 梅园 兰园 竹园 菊园 桂园 杏园 梨园 柳林 榆园 槐园 石榴园 文园
    清河 清和 安泰 泰安 安康 康安 民生 民乐 新风 朝晖 晨曦 迎春 迎宾 北苑 南苑 东苑 西苑 中兴 振华 宏达 昌盛
    四季 五星 青松 白杨 海棠 紫薇 丁香 月季 荷塘 柳岸 澜北 澜南 古槐 老井 桥西 桥东 钟楼
""")
_OLD_ENDINGS: Final = ("小区", "新村", "小区", "大院", "小区", "家园", "新村")
_YARDS: Final = words("""
    棉纺厂 化肥厂 面粉厂 酒厂 农机厂 水泥厂 印刷厂 纸箱厂 食品厂 制药厂 轴承厂 供销社 粮食局 邮政局 供电局
    水利局 农业局 林业局 教育局 财政局 税务局 公路局 交通局 烟草公司 百货公司 五金公司 外贸公司 石油公司 物资局
    盐业公司 药材公司 新华书店 影剧院 人民医院 中医院 第一中学 第二中学 师范学校 党校 法院 检察院 公安局 司法局
    民政局 卫生局 广播站 气象站 种子公司 畜牧局 自来水厂 汽车站 建筑公司 木器厂 皮革厂 砖瓦厂 油脂厂 针织厂
    机械厂 电影公司 煤炭公司 运输公司 档案馆 文化馆 体委
""")
_NEW_NAMES: Final = words("""
    丽水佳苑 景和家园 水岸名都 金色家园 翠湖花园 观澜花园 听雨轩 世纪花园 东方家园 怡景花园 滨河花园 紫荆花园
    银杏花园 桂花城 梧桐苑 澜河新城 盛世家园 祥和家园 康桥花园 绿地新苑 枫林花园 天和家园 明珠花园 凯旋花园
    福星家园 安和佳园 尚书苑 文华苑 学府花园 博雅苑 清华苑 江山花园 玫瑰花园 樱花苑 金桂苑 银湖苑
""")
_TOWER_NAMES: Final = words("""
    翰林府 澜庭华府 南湖壹号 御景华庭 公园里 云锦天章 湖畔名邸 金域蓝湾 滨江国际 中央公馆 天悦府 悦澜山
    锦上花城 东方名门 盛世华章 观湖国际 状元府 凤凰城 翡翠城 香榭里 时代广场 铂金公馆 龙湖湾 星河湾
""")

RIVER: Final = "安澜河"
MOAT: Final = "护城河"
LAKE: Final = "南湖"

OLD_LANES: Final = words("""
    城隍庙 衙前 县学 鼓楼东 箭道 盐店 铁匠 染坊 马号 当铺 粮行 水门 文昌阁 关帝庙 书铺 油坊 竹竿 木厂 草市 驿前
    察院 更楼 井沿 柴市 火神庙 奎楼 洗马 豆腐
""")
VILLAGES: Final = words("""
    前营 后营 柳庄 丁湾 河沿 东岗 小店 石桥 枣林 西坡 沟湾 辛店 大李 高庄
""")

SCHOOLS: Final = words("""
    第一中学 实验小学 第二中学 第一小学 城关中学 第二小学 育才小学 实验中学 第三小学 南湖小学 第三中学 河东小学
    第四小学 第四中学
""")
HOSPITALS: Final = ("人民医院", "中医院", "妇幼保健院")
PARKS: Final = ("北湖公园", "东关游园", "滨河湿地公园", "澜园", "锦绣公园")
MALLS: Final = ("鼓楼商场", "东大街农贸市场", "东关集贸市场", "老街市场")
WHOLESALE: Final = words("""
    粮油批发市场 建材市场 农资市场 果蔬批发市场 家居市场 五金机电城 汽配城 物流园 小商品城 水产市场 花木市场
    旧货市场
""")
WORKS: Final = words("""
    澜丰面业 安禾纺织 澜宏农机 禾盛食品 安泽建材 澜泰包装 丰澜机械 安瑞药业 澜丰木业 安禾油脂 澜宏服装 禾盛电器
    安泽塑业 澜泰饲料 丰澜铸造 安瑞印务 澜丰玻璃 安禾管业 澜宏门窗 禾盛家具 安泽轴承 澜泰制冷 丰澜针织 安瑞乳业
""")
AGENCIES: Final = words("""
    县委组织部 县委政法委 县民政局 县城市管理局 县信访局 县应急管理局 县纪委监委 县委宣传部 县委统战部 县公安局
    县检察院 县法院 县司法局 县财政局 县发展和改革委员会 县教育体育局 县工业和信息化局 县人力资源和社会保障局
    县自然资源局 县住房和城乡建设局 县交通运输局 县水利局 县农业农村局 县商务局 县文化广电和旅游局
    县卫生健康委员会 县退役军人事务局 县审计局 县市场监督管理局 县统计局 县医疗保障局 县林业发展中心
    县生态环境分局 县税务局 县气象局 县供销合作社 县总工会 团县委 县妇联 县科学技术协会 县残疾人联合会 县委党校
    县档案馆 县机关事务服务中心 县融媒体中心 县消防救援大队
""")
"""County agencies (县直机关)."""
LEADS: Final = {
    "县委组织部": Line.PARTY,
    "县委政法委": Line.POLITICAL_LEGAL,
    "县民政局": Line.CIVIL,
    "县城市管理局": Line.URBAN,
    "县信访局": Line.PETITION,
    "县应急管理局": Line.EMERGENCY,
}
"""The agency that leads each of the six lines."""
OFFICES: Final = words("""
    县供电公司 县自来水公司 县燃气公司 县热力公司 县邮政分公司 县烟草公司 县农商银行 县建设银行支行
    县农业银行支行 县工商银行支行 县中国银行支行 县邮储银行支行 县人寿保险公司 县财产保险公司 县移动公司
    县联通公司 县电信公司 县广电网络公司 县城投公司 县交投公司 县水务公司 县公交公司 县粮食储备库 县石油公司
    县盐业公司 县疾控中心 县图书馆 县科技馆 县青少年宫 县老干部活动中心
""")
SHOP_STEMS: Final = words("""
    安澜 澜河 老街 福满 好邻 万家 丰禾 家家 顺心 东来 鑫源 聚福 百信 康源 乐购 一品
""")
SHOP_TYPES: Final = (
    ("supermarket", "超市"),
    ("convenience", "便利店"),
    ("restaurant", "烩面馆"),
    ("restaurant", "饺子馆"),
    ("restaurant", "胡辣汤"),
    ("fast_food", "快餐"),
    ("pharmacy", "大药房"),
    ("clothes", "服装店"),
    ("bakery", "糕点房"),
    ("hardware", "五金店"),
    ("mobile_phone", "手机店"),
    ("hairdresser", "理发店"),
    ("books", "文具店"),
    ("greengrocer", "果蔬店"),
    ("hotel", "宾馆"),
    ("bank", "农商行网点"),
    ("bank", "邮储网点"),
    ("cafe", "茶饮店"),
    ("laundry", "洗衣店"),
    ("courier", "快递驿站"),
)
"""Kind of place and ending of the name."""


def siblings() -> list[str]:
    """Return the names that differ by a number only."""
    return [stem + ending for stem, endings in SIBLINGS.items() for ending in endings]


def old_estates() -> list[str]:
    """Return names for estates of the 1980s and 1990s, the rarer forms last."""
    return [
        stem + _OLD_ENDINGS[(k + turn) % len(_OLD_ENDINGS)]
        for turn in range(2)
        for k, stem in enumerate(_OLD_STEMS)
    ]


def yards() -> list[str]:
    """Return names for work-unit yards (家属院), second yards last."""
    names = [f"县{unit}{which}家属院" for which in ("", "第二") for unit in _YARDS]
    return [RENAMED_TO if name == RENAMED_FROM else name for name in names]


def new_estates() -> list[str]:
    """Return names for estates of the 2000s."""
    return [*_NEW_NAMES, *(f"新{name}" for name in _NEW_NAMES)]


def tower_estates() -> list[str]:
    """Return names for estates of towers."""
    return [*_TOWER_NAMES, *(f"{name}北苑" for name in _TOWER_NAMES)]


def aliases(name: str) -> tuple[str, ...]:
    """Return what people also call an estate.

    >>> aliases("书香苑小区"), aliases("县棉纺厂家属院")
    (('书香苑', '书香家园'), ('棉纺厂家属院', '棉纺厂院'))
    """
    if name == SHUXIANGYUAN:
        return ("书香苑", "书香家园")
    if name.endswith("家属院"):
        unit = name.removeprefix("县").removesuffix("家属院")
        return (f"{unit}家属院", f"{unit}院")
    for ending, other in (("小区", "院"), ("新村", "村"), ("花园", "小区"), ("家园", "小区")):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return (stem, stem + other)
    return ()
