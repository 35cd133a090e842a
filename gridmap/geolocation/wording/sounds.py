"""How characters sound and look: what who types by pinyin, by voice or in haste takes for one another."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin

_BLURRED: Final = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("(?<=[aeiu])ng$"), "n"),
)
"""What many do not tell apart: zh and z, ch and c, sh and s; -ng and -n."""
_ACCENT: Final = (
    (re.compile("^[nr](?=.)"), "l"),
    (re.compile("^hu(?=[aeino])"), "f"),
    (re.compile("^h(?=[aeo])"), "f"),
    (re.compile("^fu$|^hu$"), "fu"),
)
"""What whole regions do not tell apart: n, l and r; h and f."""
_POLYPHONES: Final = frozenset(
    "长乐行重朝都厦单曲会参差乘处传弹当调度分佛冠观荷横系假间降角劲卷空累量露落率绿脉模难宁屏强省盛石宿挑为尾鲜相兴叶应载择占涨着正中种转解阿"
    "蔚柏泊尧圩涌埔堡丽区尽还地得藏校便卜奇南谷陆仇查翟盖洗隗员秘牟万大家车厂广红化华术体"
)
"""Characters with more than one reading that people know; rare readings of others would make strangers alike."""
_SHAPES: Final = (
    "未末 士土 已己巳 人入 太大犬 天夫 日曰目 王玉主 田由甲申 干千于 午牛 贝见 水永 木本 风凤 园圆 "
    "候侯 折拆 辛幸 戊戌戍 崇祟 "
    "洛络 锦绵 凌陵棱 徽微 清晴情 湖糊 桂挂 梅海 兰三 阳阴 桥侨娇 荣菜 蓝篮 杨扬 杭抗 枫讽 泽译择 "
    "浦埔 港巷 晖辉 晨震 "
    "景晾 朗郎 明朋 昌冒 苑宛 范苑 庄压 庭挺 延廷 建健 康唐 宁于 安宴 宝室 宏宠 富宫 官宫 龙尤 广厂 "
    "永冰 江汇 汉汊 沁心 "
    "河何 沙砂 沪泸 波坡 洋祥 洪洪 淮准 源原 滨宾 漕槽 澄登 翠翌 翔详 联取 育盲 花华 芳芬 莲连 莱菜 "
    "菱菠 萃翠 蓬篷 虹红 "
    "西酉 谊宜 豪毫 贤贷 金全 银根 铁铗 锋峰 闵闽 隆降 雅难 青责 静净 香杳 马鸟 鸣呜 麗鹿 鑫金 京亮 "
    "仓合 仙伯 佳住 信倍 "
    "兴头 冶治 凯剀 利和 力刀 勤勒 北比 华毕 南甬 卫卩 厚原 古占 台合 吉古 名各 和知 嘉喜 团因 城诚 "
    "堂党 塘糖 墅野 复夏 "
    "夏厦 学字 孙孔 宜宣 尚向 居层 岗冈 峰锋 崂唠 川州 市巾 平乎 府俯 开井 张弓 彩采 徐除 德徳 怡治 "
    "恒桓 悦说 惠慧 成戊 "
    "文交 新亲 方万 旭旮 春舂 普晋 曲由 望忘 村材 林材 柳抑 栖西 柏拍 桃挑 梧悟 梦萝 楼搂 榆愉 槐愧 "
    "橙澄 欣欧 正止 民氏 "
    "沈沉 泉皇 润闰 深探 渔鱼 湾弯 滩摊 潭谭 灵炙 焦集 爱受 瑞端 瑶摇 璟景 白自 百白 盛感 石右 祥详 "
    "福幅 秀透 穗惠 竹付 "
    "紫絮 绿缘 美羊 群郡 翰瀚 耀跃 茂戊 荷何 菊掬 蔷墙 薇微 观现 语悟 路露 运远 通诵 逸免 邮由 都郁 "
    "里理 镇填 门问 闸闲 "
    "陆陈 雪雷 雨两 霞露 领岭 颐顾 飞气 高商 黄寅 龙尢"
)
"""Characters that are taken for one another by their look, by groups."""
_LOOKS: Final[dict[str, frozenset[str]]] = {
    sign: frozenset(f"形{place}" for place, group in enumerate(_SHAPES.split()) if sign in group)
    for sign in set(_SHAPES) - {" "}
}
NOTHING: Final[frozenset[str]] = frozenset()


@lru_cache(maxsize=40_000)
def sounds_of(character: str) -> frozenset[str]:
    """Return the readings of a character without tones, blurred; itself where it has none.

    >>> sounds_of("山") & sounds_of("擅"), sounds_of("3")
    (frozenset({'san'}), frozenset({'3'}))
    """
    if character.isascii():
        return frozenset({character})
    readings = pinyin(character, style=Style.NORMAL, heteronym=character in _POLYPHONES)
    return (
        frozenset(_said(one, _BLURRED) for one in readings[0])
        if readings
        else frozenset({character})
    )


@lru_cache(maxsize=40_000)
def accents_of(character: str) -> frozenset[str]:
    """Return the readings as regions say them that do not tell n from l or f from h.

    >>> accents_of("南") & accents_of("兰"), accents_of("福") & accents_of("湖")
    (frozenset({'lan'}), frozenset({'fu'}))
    """
    return frozenset(_said(one, _ACCENT) for one in sounds_of(character))


@lru_cache(maxsize=40_000)
def clues_of(character: str) -> frozenset[str]:
    """Return all by which a character can be known when another was written: accents and looks."""
    return accents_of(character) | _LOOKS.get(character, NOTHING)


def _said(sound: str, ways: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, by in ways:
        sound = pattern.sub(by, sound)
    return sound


def alike(one: str, other: str) -> bool:
    """Tell whether two characters can sound the same."""
    return not sounds_of(one).isdisjoint(sounds_of(other))


def nearly_alike(one: str, other: str) -> bool:
    """Tell whether two characters sound the same in some region, or look much the same."""
    return not clues_of(one).isdisjoint(clues_of(other))
