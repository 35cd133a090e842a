"""A file as somebody names it: a regular one, of a size that is taken, that stands where it seems to stand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geodata.packed_files import refused

MOST_BYTES: Final = 2 * 1024**3
"""Size of a file that is taken."""


def check(path: Path, most: int | None = MOST_BYTES) -> None:
    """Refuse what is no plain file, before anything of it is read.

    A link may lead to a file next to it. One that leads elsewhere, in a folder that somebody sent, would put
    what it leads to among the county's data or into a result that goes back.

    Args:
        path: the file.
        most: bytes; None where its size does not matter.

    Raises:
        UnreadableFile: missing, a folder, a pipe or a device, a link that leads away, or too large.
    """
    if not path.exists():
        raise refused(path, "没有这个文件", "there is no such file")
    if not path.is_file():
        raise refused(path, "不是普通文件", "it is no regular file")
    if path.is_symlink() and path.resolve().parent != path.parent.resolve():
        raise refused(
            path,
            "是指向别处的链接，请直接给出原文件",
            "it is a link that leads elsewhere; name the file itself",
        )
    size = path.stat().st_size
    if most is not None and size > most:
        raise refused(
            path,
            f"文件有 {size} 字节，最多 {most}",
            f"it has {size} bytes, at most {most} are taken",
        )
