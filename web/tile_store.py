"""Tiles on disk, for all workers: bounded, written whole or not at all, checked when read.

Tiles that are made together lie in one file, a sheet. It says of which tiles it is and of which versions, and has a
digest of all that: a file that is cut off, spoiled or of another sheet counts as missing. Whether a version still
holds, its reader decides. Paths are plain text here: a sheet is read or written in a tenth of a millisecond.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final

from gridmap.store.revision import Version

_MAGIC: Final = b"gridmap tiles 2\n"
_DIGEST: Final = 16
_SUFFIX: Final = ".tile"
_SHARE: Final = 64
"""A worker writes at most this part of the limit before it looks at the size of all: eight workers stay within."""
_KEEP: Final = 0.75
"""Part of the limit that is left after the oldest were removed."""
_STRAY_S: Final = 600
"""A half-written file that is older was left by a process that died."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A tile that was made: compressed (gzip), its tag, and the version that it was made at."""

    body: bytes
    tag: str
    version: Version

    def plain(self) -> bytes:
        """Return the tile itself."""
        return gzip.decompress(self.body) if self.body else b""


class TileStore:
    """A folder of sheets.

    Args:
        folder: made where there is none.
        limit: bytes that all files together may take.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = str(folder), limit
        self._lock, self._written = Lock(), limit  # the first write looks at what others have left

    def read(self, sheet: str) -> dict[str, Stored]:
        """Return the tiles of a sheet by their keys; none where nothing whole is."""
        path = self._path(sheet)
        try:
            number = os.open(path, os.O_RDONLY)
        except OSError:
            return {}
        with os.fdopen(number, "rb", buffering=0) as file:
            whole = file.read()
            os.utime(number)  # used now: the oldest go first
        try:
            return _parsed(whole, sheet)
        except ValueError:
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108
            return {}

    def write(self, sheet: str, tiles: Mapping[str, Stored]) -> None:
        """Keep tiles by their keys; a full or unwritable disk is no failure of the request."""
        rows = [[key, one.tag, one.version, len(one.body)] for key, one in tiles.items()]
        head = json.dumps([sheet, rows]).encode() + b"\n"
        content = head + b"".join(one.body for one in tiles.values())
        whole = _MAGIC + blake2b(content, digest_size=_DIGEST).digest() + content
        path = self._path(sheet)
        fresh = f"{path}.{secrets.token_hex(4)}.part"
        try:
            _write(fresh, whole)
            os.replace(fresh, path)  # noqa: PTH105
        except OSError:
            with suppress(OSError):
                os.unlink(fresh)  # noqa: PTH108
            return
        self._count(_taken(len(whole)))

    def trim(self) -> None:
        """Remove what was not used for longest, if all takes more than the limit allows; one process at a time."""
        with self._alone() as first:
            if not first:
                return
            files = sorted(self._files(), key=lambda one: one[1])
            taken = sum(size for _, _, size in files)
            if taken <= self._limit * (1 - 8 / _SHARE):
                return
            for path, _, size in files:
                if taken <= self._limit * _KEEP:
                    break
                path.unlink(missing_ok=True)
                taken -= size

    def _path(self, sheet: str) -> str:
        name = blake2b(sheet.encode(), digest_size=_DIGEST).hexdigest()
        return f"{self._folder}/{name[:2]}/{name}{_SUFFIX}"

    def _count(self, size: int) -> None:
        with self._lock:
            self._written += size
            due = self._written > self._limit / _SHARE
            if due:
                self._written = 0
        if due:
            self.trim()

    def _files(self) -> Iterator[tuple[Path, float, int]]:
        """Yield path, time of last use and size of every sheet; remove what a dead process left half-written."""
        for path in Path(self._folder).glob("??/*"):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            if path.suffix == _SUFFIX:
                yield path, facts.st_mtime, _taken(facts.st_size)
            elif facts.st_mtime < time.time() - _STRAY_S:
                path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with Path(self._folder, "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _write(path: str, content: bytes) -> None:
    """Write a new file; its folder is made where there is none."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        number = os.open(path, flags, 0o600)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, flags, 0o600)
    with os.fdopen(number, "wb", buffering=0) as file:
        file.write(content)


def _taken(size: int) -> int:
    """Return what a file of a size takes on disk, in whole blocks."""
    return -(-size // 4096) * 4096


def _parsed(whole: bytes, sheet: str) -> dict[str, Stored]:
    """Return the tiles in a file, by their keys.

    Raises:
        ValueError: it is not the whole of this sheet.
    """
    start = len(_MAGIC)
    digest, content = whole[start : start + _DIGEST], whole[start + _DIGEST :]
    if not whole.startswith(_MAGIC) or blake2b(content, digest_size=_DIGEST).digest() != digest:
        raise ValueError("not a whole sheet")
    head, _, bodies = content.partition(b"\n")
    of, rows = json.loads(head)
    if of != sheet:
        raise ValueError("another sheet")
    found, at = {}, 0
    for key, tag, version, size in rows:
        seen = tuple((layer, number, writer) for layer, number, writer in version)
        found[key] = Stored(bodies[at : at + size], tag, seen)
        at += size
    return found
