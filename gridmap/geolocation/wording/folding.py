"""One spelling for many: width, script and numerals of a text, so that names can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from opencc import OpenCC

BREAK: Final = "\x1f"
"""Stands between a numeral and digits beside it, so that the two are never one number (崂三24号 is not 崂324号)."""
LONGEST: Final = 2_000
"""Characters of a text that are looked at."""

_NUMERALS: Final = re.compile("[零〇○一二两三四五六七八九十百千]+")
_DIGITS: Final = {
    c: n
    for n, cs in enumerate(["零〇○", "一", "二两", "三", "四", "五", "六", "七", "八", "九"])
    for c in cs
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_SPACE: Final = re.compile(r"[ \t\r\n\u3000]+")
_SAME: Final = str.maketrans(
    {
        "﹟": "#",
        "＃": "#",
        "—": "-",
        "–": "-",
        "－": "-",
        "~": "-",
        "、": ",",
        "，": ",",
        "；": ",",
        ";": ",",
        "幢": "栋",
        "樓": "楼",
    }
)


@lru_cache(maxsize=1)
def _simplified() -> OpenCC:
    return OpenCC("t2s")


def fold(text: str) -> str:
    """Return a text in one spelling: NFKC, simplified characters, capital letters, numerals as digits.

    >>> fold("書香苑三號樓"), fold("梅一小区十二栋"), fold("崂三２４号").replace(BREAK, "|")
    ('书香苑3号楼', '梅1小区12栋', '崂3|24号')
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).upper().translate(_SAME)
    plain = _simplified().convert(plain).translate(_SAME)
    return _with_digits(_SPACE.sub(" ", plain).strip())


def _with_digits(text: str) -> str:
    made: list[str] = []
    end = 0
    for run in _NUMERALS.finditer(text):
        made.append(text[end : run.start()])
        before = text[run.start() - 1] if run.start() else ""
        after = text[run.end()] if run.end() < len(text) else ""
        made += [
            BREAK if before.isdigit() else "",
            number_of(run[0]),
            BREAK if after.isdigit() else "",
        ]
        end = run.end()
    made.append(text[end:])
    return "".join(made)


def number_of(numeral: str) -> str:
    """Return a Chinese numeral as digits; one without units is read digit by digit.

    >>> number_of("一百零七"), number_of("十"), number_of("二〇一"), number_of("两百")
    ('107', '10', '201', '200')
    """
    if not any(sign in _UNITS for sign in numeral):
        return "".join(str(_DIGITS[sign]) for sign in numeral)
    total, digit = 0, None
    for sign in numeral:
        if sign in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[sign]
            digit = None
        else:
            digit = _DIGITS[sign]
    return str(total + (digit or 0))
