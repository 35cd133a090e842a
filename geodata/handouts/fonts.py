"""Chinese fonts of this machine: a file that is embedded needs one, and says so where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTCollection, TTFont

from gridmap.errors import FontMissing

FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
SONG: Final = (
    "simfang.ttf", "SIMFANG.TTF", "FangSong.ttf", "NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular.otf",
    "NotoSerifSC-Regular.otf", "SourceHanSerifSC-Regular.otf", "simsun.ttc", "Songti.ttc", "uming.ttc",
)  # fmt: skip
"""Files of fonts for running text, the best first."""
HEI: Final = (
    "simhei.ttf", "SIMHEI.TTF", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Bold.otf",
    "NotoSansSC-Bold.otf", "SourceHanSansSC-Bold.otf", "msyhbd.ttc", "msyh.ttc", "wqy-zenhei.ttc",
    "wqy-microhei.ttc", "DroidSansFallbackFull.ttf", "PingFang.ttc",
)  # fmt: skip
"""Files of fonts for headings and for the names on a map, the best first."""
MUST_HAVE: Final = "网格社区总支镇街道缺项，。（）"
"""Characters without which a font is of no use here."""
NAME_ID: Final = 1


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font: its file, and its number in a collection."""

    path: Path
    number: int = 0


@dataclass(frozen=True, slots=True)
class Fonts:
    """One font for running text and one for headings; the same where there is but one."""

    song: FontFile
    hei: FontFile


def needed_fonts(own_folder: Path) -> Fonts:
    """Return the fonts to embed.

    Raises:
        FontMissing: no usable Chinese font anywhere.
    """
    found = chinese_fonts(own_folder)
    if found is None:
        raise FontMissing(folder=str(own_folder))
    return found


@lru_cache(maxsize=4)
def chinese_fonts(own_folder: Path, folders: tuple[Path, ...] = FOLDERS) -> Fonts | None:
    """Return the Chinese fonts of this machine, or None.

    Args:
        own_folder: where this server keeps fonts of its own; looked into first, any name counts.
        folders: where the system keeps its fonts.
    """
    files = {path.name: path for folder in reversed(folders) for path in _files(folder)}
    own = {path.name: path for path in _files(own_folder)}
    files |= own
    song, hei = (
        _first(files, [*(name for name in wanted if name in own), *own, *wanted])
        for wanted in (SONG, HEI)
    )
    either = song or hei
    return Fonts(song or either, hei or either) if either else None


def _files(folder: Path) -> Iterator[Path]:
    endings = {".ttf", ".otf", ".ttc"}
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in endings)


def _first(files: dict[str, Path], wanted: Sequence[str]) -> FontFile | None:
    tried = (_usable(files[name]) for name in wanted if name in files)
    return next((font for font in tried if font), None)


def _usable(path: Path) -> FontFile | None:
    """Return the font of a file that has the characters; of a collection its simplified one."""
    if path.suffix.lower() != ".ttc":
        with TTFont(path, lazy=True) as font:
            return FontFile(path) if _has_all(font) else None
    with TTCollection(path, lazy=True) as collection:
        fonts = list(enumerate(collection.fonts))
        fonts.sort(key=lambda numbered: " SC" not in _family(numbered[1]))
        chosen = next((number for number, font in fonts if _has_all(font)), None)
    return None if chosen is None else FontFile(path, chosen)


def _has_all(font: TTFont) -> bool:
    known = font.getBestCmap() or {}
    return all(ord(character) in known for character in MUST_HAVE)


def _family(font: TTFont) -> str:
    name = font["name"].getDebugName(NAME_ID)
    return str(name or "")
