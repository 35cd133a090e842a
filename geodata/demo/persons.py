"""People of the county. Nobody is real: every name has 示 (as in 示例, example) in its middle."""

from __future__ import annotations

from geodata.demo.county import Person
from geodata.demo.dice import Dice

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = (
    "安白碧冰波才彩灿长超朝辰成诚澄川春聪翠丹德东冬端恩芳菲枫峰福刚高歌功光广桂国海涵寒航浩禾和荷恒红宏鸿华欢辉慧"
    "吉佳家嘉坚健江杰洁金津锦进京晶静娟军君俊开凯康可宽兰岚乐蕾莉力立丽连亮林琳玲凌岭龙露璐伦曼茂梅美萌民敏明铭宁"
    "培鹏平琪琦谦茜强巧青清晴庆秋泉群仁荣柔如瑞润森珊善尚慎胜诗石书舒树霜思松素涛天田婷庭彤桐玮伟文武曦霞贤湘祥晓"
    "欣新馨兴星雄秀旭雪勋雅妍岩燕阳瑶叶怡义艺益毅茵银英颖永勇友宇雨玉元圆远月岳云韵泽展哲珍真振争正志智中舟竹卓"
)  # fmt: skip
_COMMON = 24
_PHONE = 19900000000


def made_up_name(dice: Dice) -> str:
    """Return a name that somebody else may have, too."""
    return f"{dice.pick(_SURNAMES)}示{dice.pick(_GIVEN)}"


class Roster:
    """Makes people: names and telephone numbers, each only once."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "roster")
        self._names: set[str] = set()
        self.people: list[Person] = []

    def add(self, *, member: bool = False, agency: str | None = None) -> str:
        """Make a person and return the code.

        Args:
            member: in the party.
            agency: code of the agency that the person comes from.
        """
        number = len(self.people) + 1
        code = f"RY{number:05d}"
        self.people.append(Person(code, self._name(), str(_PHONE + number), member, agency))
        return code

    def _name(self) -> str:
        while True:
            common = self._dice.chance(0.6)
            surname = self._dice.pick(_SURNAMES[:_COMMON] if common else _SURNAMES)
            name = f"{surname}示{self._dice.pick(_GIVEN)}"
            if name not in self._names:
                self._names.add(name)
                return name
