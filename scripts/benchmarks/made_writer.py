"""What texts about a made-up county are made of: its places, greetings, complaints, and slips of the keyboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Final

from pypinyin import Style, lazy_pinyin

from scripts.benchmarks.made_counties import Compound, County, words

HAN: Final = "零一二三四五六七八九"
_SHAPES: Final = (
    "未末",
    "人入",
    "大太",
    "日目",
    "园圆",
    "苑范",
    "清青",
    "湖糊",
    "桂挂",
    "柳抑",
    "海梅",
    "风凤",
    "明朋",
    "阳阴",
)
_ACCENTS: Final = (
    ("n", "l"),
    ("f", "h"),
    ("an", "ang"),
    ("en", "eng"),
    ("in", "ing"),
    ("z", "zh"),
    ("s", "sh"),
    ("c", "ch"),
)


def han(number: str) -> str:
    """Write a number below 1,000 in Chinese; other signs stay."""
    if not number.isdigit():
        return number
    hundreds, rest = divmod(int(number), 100)
    tens, ones = divmod(rest, 10)
    said = f"{HAN[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{HAN[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (HAN[ones] if ones else "")


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                sign = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            found[lazy_pinyin(sign, style=Style.NORMAL)[0]].append(sign)
    return found


BRANDS: Final = (
    "万科",
    "绿地",
    "保利",
    "中海",
    "龙湖",
    "碧桂园",
    "融创",
    "华润",
    "招商",
    "金地",
    "恒大",
    "世茂",
    "绿城",
    "远洋",
    "旭辉",
)
"""Builders whose names stand before those of their estates."""


class Writer:
    """Writes texts about one county."""

    def __init__(self, county: County, seed: int) -> None:
        self.county, self.random = county, Random(f"{county.style}/{county.half}/{seed}")  # noqa: S311
        self.names = (
            {text for one in county.compounds for text in (one.name, *one.aliases)}
            | set(county.roads)
            | set(county.places)
            | set(county.towers)
        )
        self.numbered = county.numbered()
        self.brands = BRANDS
        self.names |= {
            name.removesuffix(tail)
            for name in self.names
            for tail in ("小区", "花园", "苑", "村", "公寓")
        }

    def pick(self) -> tuple[Compound, str, str]:
        """Return a compound, one of its zones, and a number there."""
        one = self.random.choice(self.county.compounds)
        zone = self.random.choice(list(one.numbers))
        return one, zone, self.random.choice(one.numbers[zone])

    def greet(self) -> str:
        """Return how a text begins."""
        return self.random.choice(words("greetings", self.county.half))

    def trouble(self) -> str:
        """Return what is wrong."""
        return self.random.choice(words("troubles", self.county.half))

    def built(self, one: Compound, number: str) -> str:
        """Return a number as the compound has it written."""
        return f"{number}{one.word}"

    def other(self, number: str) -> str:
        """Return a number with a suffix that people use as well."""
        if not number[-1].isdigit():
            return (
                f"{number}{self.random.choice(['座', '栋', '号楼'])}"
                if number.isalpha()
                else f"{number}号楼"
            )
        return f"{number}{self.random.choice(['号楼', '栋', '幢', '#', '#楼', '号', '座'])}"

    def told(self, text: str, one: Compound, zone: str, number: str) -> Told:
        """Return a text that tells a building."""
        return text, "building", frozenset([one.building(zone, number)]), one.code

    def misspelt(self, name: str, ways: str) -> str | None:
        """Return a name with one slip that makes no other name; None where there is none."""
        places = [
            p
            for p, sign in enumerate(name)
            if sign
            not in "东西南北中一二三四五六七八九十百千万·甲乙ABCDEFGH0123456789上下前后大小新老"
        ]
        if len(name) < 3 or not places:  # noqa: PLR2004
            return None
        place = self.random.choice(places)
        made = getattr(self, f"_{ways}")(name, place)
        if (
            made is None
            or made == name
            or made in self.names
            or any(other in made for other in self.names)
        ):
            return None
        return str(made)

    def _homophone(self, name: str, place: int) -> str | None:
        sound = lazy_pinyin(name[place], style=Style.NORMAL)[0]
        return self._put(
            name, place, [one for one in _by_sound().get(sound, []) if one != name[place]]
        )

    def _accent(self, name: str, place: int) -> str | None:
        sound = lazy_pinyin(name[place], style=Style.NORMAL)[0]
        sounds = []
        for one, other in _ACCENTS:
            for a, b in ((one, other), (other, one)):
                if len(a) > 1 and a[0] in "aei" and sound.endswith(a):
                    sounds.append(sound.removesuffix(a) + b)
                elif (
                    a[0] not in "aei"
                    and sound.startswith(a)
                    and not (len(a) == 1 and sound[1:2] == "h")
                ):
                    sounds.append(b + sound.removeprefix(a))
        return self._put(name, place, [sign for one in sounds for sign in _by_sound().get(one, [])])

    def _shape(self, name: str, place: int) -> str | None:
        others = [pair.replace(name[place], "") for pair in _SHAPES if name[place] in pair]
        return self._put(name, place, others)

    def _put(self, name: str, place: int, signs: list[str]) -> str | None:
        signs = [one for one in signs if one not in "东西南北中一二三四五六七八九十百千零两"]
        return name[:place] + self.random.choice(signs) + name[place + 1 :] if signs else None

    def _swapped(self, name: str, place: int) -> str | None:
        if place + 1 >= len(name) or name[place + 1] in "东西南北中一二三四五六七八九十":
            return None
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]

    def _dropped(self, name: str, place: int) -> str | None:
        return name[:place] + name[place + 1 :] if len(name) > 3 else None  # noqa: PLR2004

    def _doubled(self, name: str, place: int) -> str | None:
        return name[: place + 1] + name[place:]


Told = tuple[str, str, frozenset[str], str | None]
"""A text, its level (building, compound, crossing, point or ask), what is right, and the compound."""
Write = Callable[[Writer], Told | None]
KINDS: Final[dict[str, Write]] = {}
ASK: Final = ("ask", frozenset[str](), None)


def kind(name: str) -> Callable[[Write], Write]:
    """Register a kind of text."""

    def register(write: Write) -> Write:
        KINDS[name] = write
        return write

    return register
