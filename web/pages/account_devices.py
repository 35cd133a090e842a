"""What a browser says that it is, in words that its owner knows: 'Chrome · Windows'."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import gettext as _

_SYSTEMS: Final = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)
_BROWSERS: Final = (
    ("企业微信", r"wxwork"),
    ("微信", r"MicroMessenger"),
    ("钉钉", r"DingTalk"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("QQ", r"QQBrowser"),
    ("360", r"360SE|QIHU"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS"),
    ("Safari", r"Safari"),
)


def device_words(agent: str) -> str:
    """Return browser and system of a user agent; 'unknown device' where neither is known.

    Args:
        agent: the header User-Agent, which says what it likes: shown as text, never believed.
    """
    parts = [
        next((name for name, pattern in known if re.search(pattern, agent, re.IGNORECASE)), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(part for part in parts if part) or _("未知设备")
