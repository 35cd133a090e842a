"""What stands around a name or a number: whether it goes on, who owns a number, how the place lies to it."""

from __future__ import annotations

import re
from typing import Final

from gridmap.geolocation.wording.shortening import (
    ESTATE_ENDINGS,
    PLAIN_ENDINGS,
    TOWER_ENDINGS,
    ends_in_brand,
)
from gridmap.geolocation.wording.tokens import Relation


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_HAN: Final = "\u4e00-\u9fff"
_WORDS_BEFORE: Final = (
    "在|到|住|是|的|问|下|好|映|报|诉|说|来|从|往|去|叫|于|就|呢|啊|哈|吧|呀|了|和|与|跟|及|或|靠|近"
    "|有|给|让|把|市|区|县|镇|乡|道|村|您|你|我"
    "|们|师|员|工|家|址|里|内|旁|面|边|侧|口|前|后|处|段|东|西|南|北|社区|街道|位于|坏|堵|停|爆|失|漏"
    "|圾|水|人|喂|嗯|请|对|这|那|个|找|看|查|修|派|朝|过|替|帮|咱|俺|上|要|想|能|又|都|也|还|只|连|为"
    "|被|等|每|天|年|月|日|号|点|午|晚|早|夜|层|楼|门|灯|路"
)
_LEADS: Final = re.compile(rf"(?:\A|[^{_HAN}A-Z0-9]|{_WORDS_BEFORE})\Z")
_OTHER_NAME: Final = re.compile(
    rf"(?:\A|[^{_HAN}A-Z0-9]|[在到住是的问于])(?:大|小|东|西|南|北|中|前|后|上|下)\Z"
    rf"|(?<![重更创最高翻崭全])新\Z|(?<![长敬养月])老\Z"
)
FACILITIES: Final = (
    "幼儿园|幼稚园|托儿所|托班|小学|中学|初中|高中|大学|学校|学院|医院|卫生院|卫生站|卫生室|诊所"
    "|门诊部|菜场|菜市场|农贸市场|市场|超市|商场"
    "|便利店|生鲜|公园|地铁站|地铁|车站|公交站|公交|汽车站|火车站|高铁站|加油站|充电站|派出所|警务室"
    "|警务站|消防站|银行|饭店|酒店|宾馆|餐厅|食堂"
    "|居委会|居委|村委会|服务中心|服务站|活动中心|活动室|售楼处|售楼部|体育馆|体育场|图书馆|文化馆"
    "|药店|药房|网吧|工地|邮局|敬老院|养老院"
    "|党群|老年|步行街|商业街|夜市|美食街|步道|广场|商业广场|购物中心|影院|电影院|浴室|美容|理发|驿站"
    "|桥|立交|隧道|码头|渡口|教堂|寺|庙|厂|公司"
)
_KIND_OF: Final = (
    "第?\\d|社区|街道|实验|中心|双语|国际|外国语|民办|公办|老年|城市|便民|综合|智慧|市民|文化|体育"
    "|健康|儿童|托管|附属|农贸|大型|卫生|[东西南北新]"
)
_FACILITY: Final = re.compile(rf"的?(?:{_KIND_OF}){{0,3}}(?:{FACILITIES}|站(?!在|着|立|岗|满|了))")
_CHAINS: Final = re.compile(
    "(?:中国)?(?:工商|建设|农业|交通|招商|邮政储蓄|光大|民生|浦发|中信|兴业|平安|华夏|广发|农商|上海"
    "|北京|江苏|宁波)?银行(?:ATM)?|农村信用社"
    "|麦当劳|肯德基|星巴克|必胜客|瑞幸(?:咖啡)?|COCO|蜜雪冰城|喜茶|奈雪(?:的茶)?|沙县小吃|兰州拉面"
    "|黄焖鸡(?:米饭)?|德克士|华莱士|一鸣|1鸣"
    "|全家(?:便利店)?|罗森(?:便利店)?|7-?11|711|喜士多|快客|好德|可的|美宜佳|红旗连锁|永辉(?:超市)?"
    "|联华(?:超市)?|华联|大润发|家乐福|沃尔玛|盒马(?:鲜生)?|世纪联华"
    "|中石化|中石油|中国石化|中国石油|中国移动|中国电信|中国联通|中国邮政|顺丰(?:速运)?|菜鸟驿站|丰巢"
    "|链家|我爱我家|如家(?:酒店)?|汉庭(?:酒店)?|7天(?:酒店)?|锦江之星"
    "|海底捞|屈臣氏|苏宁(?:易购)?|国美|华为|小米之家|百果园|绝味鸭脖|老百姓大药房"
)
_GENERIC: Final = re.compile(
    rf"(?:{FACILITIES}|公厕|公共厕所|厕所|卫生间|垃圾房|垃圾站|垃圾箱房|停车库|地下车库|车库|车棚|门卫"
    rf"|门卫室|保安室|岗亭|物业|物业公司|物业管理处"
    "|大门|正门|东门|南门|西门|北门|后门|花园|小区|社区|村|新村|家属院|宿舍|凉亭|广场|中心|大厦|大楼"
    "|办公楼|教学楼|宿舍楼|食堂|体育馆|操场|健身房|健身|会所"
    "|游泳池|泳池|商店|小店|水果店|早餐店|小吃|快递|药店|五金店|5金店|洗衣店|理发店|美发|网吧|棋牌室"
    "|茶馆|咖啡|咖啡馆|面馆|饭馆|烧烤|书店|花店|眼镜店"
    r"|变电站|配电房|配电间|泵房|水泵房|充电桩|充电站|公交站|站|出口|出入口|入口|路口|河|桥|天桥|地下通道|人行天桥)\Z"
)
_PLAIN_BEHIND: Final = re.compile(rf"(?:{_any(PLAIN_ENDINGS)})")
_ESTATE_BEHIND: Final = re.compile(
    rf"(?:{_any([one for one in ESTATE_ENDINGS if len(one) > 1])}|苑|园(?!林|区)|院(?!子|内|里|墙)|府"
    rf"|庭|邸|坊|墅|村(?!口|里|委|民))"
)
_TOWER_BEHIND: Final = re.compile(rf"(?:{_any(TOWER_ENDINGS)})")
_COLLOQUIAL: Final = frozenset({*PLAIN_ENDINGS, "家园"})
"""Endings that people put behind the stem of a name whatever its own is."""
_ROAD_GOES_ON: Final = re.compile(
    r"\d{0,2}[巷里坊条](?![面边])|\d{1,2}街|(?:支|辅|副|延长|延伸)[路线段弄]|[东西南北中][路街]|高架"
    r"|立交|新村|(?:小区|公寓|花园|家园|大厦|大楼|社区|新苑|佳苑|家属院|宿舍|广场)"
)
_UNKNOWN_NAME: Final = re.compile(
    rf"(?:{_any([*PLAIN_ENDINGS, *ESTATE_ENDINGS, *TOWER_ENDINGS])}|路|街|大道|巷|胡同|湾|屯|寨|座|馆"
    rf"|国际|公司|厂|学校|医院|校区|{FACILITIES})\Z"
)
_INSIDE: Final = re.compile(r"(?:里面|里边|里头|院里|院内|内|里|的)\Z")
_COUNTED: Final = re.compile(r"(?:有|几|每|这|那|哪|另|好几|多少|共|整|同|某|隔壁|多)\Z")

SKIP: Final = re.compile(
    r"(?:[ ,:.\-()\[\]【】<>《》\"'“”‘’#*/的\x1f]|第(?=\d{1,3}(?:栋|号|座|#|单元|期|区(?!域)|组))"
    r"|门牌号?|小区|社区|住宅区|居民区|居住区|里面|里边|里头|院内|内部?|里(?=[\dA-Z])|[东西南北中]段|地块|在|是){0,4}"
)
"""What may stand between a name and its numbers, and between its numbers."""
SKIP_BACK: Final = re.compile(r"(?:[ ,:.\-()\[\]【】\"“”#/的\x1f]|在|位于){0,3}\Z")

_AT: Final = (
    r"[ ,的(]{0,2}(?:(?:楼|小区|单元|住宅楼|大楼|商铺|底商|宿舍楼|正|大门口?|门口|出口|的){0,3})"
)
_BESIDE: Final = (
    r"旁边?|附近|边上|隔壁|路边|后面|后边|后头|背后|楼后|屋后|前面|前边"
    r"|[东西南北]{1,2}[侧面边头首](?!门)|[左右]侧|[左右]手?边|外面|外墙外|外侧|围墙外|周边|周围|一带"
    r"|以?[往向]?[东西南北]{1,2}(?:方向)?\d{1,4}(?:多|来)?米|向?[前后左右]\d{1,4}米|\d{1,4}米(?:处"
    r"|开外|外|左右)?|不远|斜后|斜前|侧面|和.{0,6}交界|紧挨|挨着|靠近|那边|那块|那一带"
)
_OPPOSITE: Final = r"对面|对过|斜对|正对|马路对|路对|街对|对马路|对门"
_RELATIONS: Final = (
    (Relation.OPPOSITE, re.compile(rf"{_AT}(?:{_OPPOSITE})")),
    (Relation.BESIDE, re.compile(rf"{_AT}(?:{_BESIDE})")),
)
_BEFORE_RELATION: Final = (
    (Relation.OPPOSITE, re.compile(r"(?:对面是|正对着?|面对|对着)\Z")),
    (
        Relation.BESIDE,
        re.compile(
            r"(?:靠近|挨着|紧邻|紧挨着?|毗邻|邻近|临近|离|距离?|距|旁边是|隔壁是|(?<![最附将就远])近)\Z"
        ),
    ),
)
_BETWEEN: Final = re.compile(
    r"(?<=[号栋座楼#\x00\x01\d苑园区村寓路街道城厦])(?:这|两|2|的|栋|座|楼|幢|号|小区|房子|中"
    r"|正){0,3}(?:之间|(?<=[号栋座楼#])间(?!距|隔)|夹缝)"
    r"|(?:和|与|跟|及|同|到)[^,!?]{1,12}(?:之间|中间(?!人)|当中)"
)
_NOT: Final = re.compile(
    r"(?<!是)(?:不是|不在|不属于|并非|而非|不算|没有?在|别去|别来|除了|非)(?:我们?家?的?|说的?|在|那个"
    r"|指|指的)?[ ,\"“]?(?=[\x00\x01])|(?<=[\x00\x01])[ ,]?(?:除外|以外的|不是|除掉)"
)
_TOWN: Final = re.compile(r"(?<![我咱本这])(?:\w\w|\w)(?<![我咱本这]们)[镇乡县]\Z|\w街道\Z")
_TOWN_WITHIN: Final = 12
_LANDMARK: Final = re.compile(
    rf"{_AT}(?:{_BESIDE}|{_OPPOSITE}|门口|楼下|门前|斜角){{1,2}}(?:那个|那家)?的(?:那个|那家)?\Z"
)


def leads(text: str, start: int) -> bool:
    """Tell whether a name or number can begin here: not in the middle of another word."""
    return bool(_LEADS.search(text[max(0, start - 3) : start]))


def begins_other_name(text: str, start: int) -> bool:
    """Tell whether a name here is the rest of another one: 新 + 世纪公寓."""
    before = text[max(0, start - 4) : start]
    return bool(_OTHER_NAME.search(before) or ends_in_brand(before))


def is_facility(text: str, end: int) -> bool:
    """Tell whether a facility follows: 书香苑 + 幼儿园."""
    return bool(_FACILITY.match(text, end))


def is_generic(name: str, *, chain: bool) -> bool:
    """Tell whether a name is one that many places have.

    Args:
        name: folded.
        chain: whether other names begin with it, so that it is the short form of one of a chain's places.
    """
    return bool(_GENERIC.fullmatch(name) or (chain and _CHAINS.fullmatch(name)))


def road_goes_on(text: str, end: int) -> bool:
    """Tell whether a road's name is the beginning of another one: 人民路 + 一巷, 人民路 + 小区."""
    return bool(_ROAD_GOES_ON.match(text, end))


def goes_on_in_digits(rest: str, end: int) -> bool:
    """Tell whether digits follow that have not been read; `rest` is what is left of a folded text."""
    skipped = SKIP.match(rest, end)
    return rest[skipped.end() if skipped else end :][:1].isdigit()


class Behind:
    """What kind of ending follows a name, where it ends, and whether people put it behind any name."""

    def __init__(self, text: str, end: int) -> None:
        plain = _PLAIN_BEHIND.match(text, end)
        estate = None if plain else _ESTATE_BEHIND.match(text, end)
        tower = _TOWER_BEHIND.match(text, end)
        self.tower = bool(tower and not plain)
        self.estate = bool(estate and not self.tower)
        found = tower if self.tower else plain or estate
        self.end = found.end() if found else end
        self.colloquial = bool(found and found[0] in _COLLOQUIAL)


def owns_elsewhere(text: str, start: int, number_at: int) -> bool:
    """Tell whether a number belongs to a name that no table has, or counts something.

    Args:
        text: folded.
        start: end of what has been read before it.
        number_at: where the number begins.
    """
    before = text[start:number_at].rstrip(" ,:(")
    if _COUNTED.search(before):
        return True
    return bool(_UNKNOWN_NAME.search(_INSIDE.sub("", before)))


def relation_at(text: str, start: int, end: int) -> Relation | None:
    """Return how the place lies to what stands from start to end of a folded text."""
    for relation, pattern in _RELATIONS:
        if pattern.match(text, end):
            return relation
    for relation, pattern in _BEFORE_RELATION:
        if pattern.search(text[max(0, start - 4) : start]):
            return relation
    return None


def is_between(marked: str) -> bool:
    """Tell whether a text places something between two others; names and numbers are struck out in it."""
    return bool(_BETWEEN.search(marked))


def denies(marked: str) -> bool:
    """Tell whether a text denies a place; names and numbers are struck out in it."""
    return bool(_NOT.search(marked))


def is_elsewhere(text: str, start: int, areas: frozenset[str]) -> bool:
    """Tell whether a town stands before a name that is none of the county's.

    Args:
        text: folded.
        start: of the name.
        areas: folded names of the county and what lies in it; where there are none, nothing can be told.
    """
    found = _TOWN.search(text[max(0, start - _TOWN_WITHIN) : start])
    return bool(areas and found) and not any(
        text.endswith(area, max(0, start - _TOWN_WITHIN), start) for area in areas
    )


def is_landmark(text: str, end: int, other: int) -> bool:
    """Tell whether what ends here only leads to a name behind it: 世纪公寓对面的 + 书香苑."""
    return bool(_LANDMARK.fullmatch(text[end:other]))
