"""Libraries that only archives need: they are loaded where they are used, and asked for where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gridmap.errors import InvalidInput

INSTALL = 'pip install "gridmap[archive]"'


def needed(module: str) -> Any:  # noqa: ANN401 - a module
    """Return an optional module.

    Raises:
        InvalidInput: it is not installed; says how to.
    """
    try:
        return import_module(module)
    except ImportError as missing:
        name = module.partition(".")[0]
        raise InvalidInput(
            reason_zh=f"这里没有安装 {name}，请先运行：{INSTALL}",
            reason_en=f"{name} is not installed here; run: {INSTALL}",
        ) from missing
