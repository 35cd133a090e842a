"""Whether two roads that a text names make a crossing."""

from __future__ import annotations

import re
from typing import Final

from gridmap.geolocation.wording.gazetteer import EntityKind
from gridmap.geolocation.wording.lexicon import Mention
from gridmap.geolocation.wording.shortening import Form

_WORD: Final = (
    "的?(?:十字|丁字|三岔|3岔|3叉|大)?"
    "(?:路口|街口|口(?!袋|子)|交叉|交汇|交会|交接|交界|相交|拐角|转角|转弯|[东西]?[南北]?角)"
)
_BEHIND: Final = re.compile(rf"[ (]?{_WORD}")
_NEIGHBOURS: Final = re.compile(r"[ (]{0,2}(?:靠近|近|靠|临|邻近|接近|-|/)?[ ]?(?:路口)?\Z")
_JOINED: Final = re.compile(r"[ (]?(?:和|与|及|跟|,|/|-|同|X|到)[ ]?\Z")


def is_road(mention: Mention) -> bool:
    """Tell whether a name can be a road's."""
    return any(key.kind is EntityKind.ROAD for key in mention.keys)


def meet(text: str, one: Mention, other: Mention) -> bool:
    """Tell whether a text makes a crossing of two roads: 和 and 与 need a word for it, neighbours do not."""
    between = text[one.end : other.start]
    if _NEIGHBOURS.match(between):
        return True
    return bool(_JOINED.match(between) and _BEHIND.match(text, other.end))


def joined(one: Mention, other: Mention) -> Mention:
    """Return two names as one."""
    return Mention(
        one.start,
        other.end,
        f"{one.text}{other.text}",
        one.keys[:1],
        one.cost + other.cost,
        Form.WHOLE,
    )
