"""One spelling for many: width, script, spaces and numerals of a text, so that names can be compared."""

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

_DIGITS: Final = {
    c: n
    for n, cs in enumerate(
        ["零〇○", "一幺壹", "二两贰", "三叁", "四肆", "五", "六", "七柒", "八捌", "九玖"]
    )
    for c in cs
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "廿": 20, "卅": 30}
_SIGNS: Final = "".join(_DIGITS) + "".join(_UNITS)
_COUNTS: Final = "个天头栋幢座棵盏条辆户家人次周月年层排"
_WORD: Final = (
    "一(?:下|直|些|样|定|起|般|点|会儿|旦|律|共|边|侧|带|片|堆|股|群|种|切|时|再|方面|大早|阵"
    "|次|个|位|名|辆|根|棵|盏|条|只|家|户|半|旁|路上)"
    f"|(?:[统唯万同单逐进第]|(?<![号\\d])之)一(?=[^{_SIGNS}号栋幢座期区村弄楼]|$)|两(?=[边侧旁{_COUNTS}])"
)
"""Numerals that are part of a word of everyday, and count nothing that an address has."""
_NUMERALS: Final = re.compile(f"(?P<word>{_WORD})|[{_SIGNS}]+")
_ALONE: Final = re.compile("[十百千]+")
_COUNTED: Final = re.compile("[号栋幢座楼室弄期区村组层里大小中街单#]")
_AROUND: Final = 2
_SPACE: Final = re.compile(r"[ \t\r\n\u3000\u200b-\u200d\ufeff]+")
_NEEDLESS: Final = re.compile(r"(?<![A-Z0-9]) | (?![A-Z0-9])")
_DASHES: Final = re.compile("-{2,}")
_SAME: Final = str.maketrans(
    {
        "﹟": "#",
        "＃": "#",
        "—": "-",
        "–": "-",
        "－": "-",
        "―": "-",
        "~": "-",
        "、": ",",
        "，": ",",
        "。": ",",
        "；": ",",
        ";": ",",
        "幢": "栋",
        "樓": "楼",
        "·": None,
        "•": None,
        "・": None,
        "‧": None,
        "●": None,
    }
)


@lru_cache(maxsize=1)
def _simplified() -> OpenCC:
    return OpenCC("t2s")


def fold(text: str) -> str:
    """Return a text in one spelling: NFKC, simplified characters, capital letters, numerals as digits.

    Spaces stay only between letters and digits, where they keep two numbers apart; dots inside names go.

    >>> fold("書香苑 三號樓"), fold("梅一小区十二栋"), fold("崂三 ２４号").replace(BREAK, "|")
    ('书香苑3号楼', '梅1小区12栋', '崂3|24号')
    >>> fold("百合苑一直有两栋楼停水"), fold("绿地·香颂廿三号"), fold("二三号楼")
    ('百合苑一直有两栋楼停水', '绿地香颂23号', '2,3号楼')
    """
    plain = text[:LONGEST]
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain.translate(_SAME))
    plain = plain.upper().translate(_SAME)
    if not plain.isascii():
        plain = _simplified().convert(plain).translate(_SAME)
    plain = _NEEDLESS.sub("", _SPACE.sub(" ", plain)).strip()
    return _with_digits(_DASHES.sub("-", plain))


def _with_digits(text: str) -> str:
    made: list[str] = []
    end = 0
    for run in _NUMERALS.finditer(text):
        before = text[run.start() - 1] if run.start() else ""
        after = text[run.end()] if run.end() < len(text) else ""
        made.append(text[end : run.start()])
        end = run.end()
        if run["word"] or (_ALONE.fullmatch(run[0]) and not _COUNTED.match(after)):
            made.append(run[0])
            continue
        made += [
            BREAK if before.isdigit() else "",
            _few(run[0]) or number_of(run[0]),
            BREAK if after.isdigit() else "",
        ]
    made.append(text[end:])
    return "".join(made)


def _few(numeral: str) -> str:
    """Return 二三 as two numbers: it says two things or about so many, never 23."""
    if len(numeral) != _AROUND or any(sign in _UNITS for sign in numeral):
        return ""
    one, other = (_DIGITS[sign] for sign in numeral)
    return f"{one},{other}" if one and other == one + 1 else ""


def number_of(numeral: str) -> str:
    """Return a Chinese numeral as digits; one without units is read digit by digit.

    >>> number_of("一百零七"), number_of("十"), number_of("二〇一"), number_of("两百"), number_of("廿一")
    ('107', '10', '201', '200', '21')
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
