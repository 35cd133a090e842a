"""Files that were sent and not yet taken: each in a folder of its own, for a day, for who sent it."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from geodata.datasets import PARTS, SIDECARS
from geodata.sources import Layer
from gridmap.errors import InvalidInput, NotFound, StorageFull, TooLarge

KEPT: Final = timedelta(days=1)
MOST_FILES: Final = 8
"""Files of one sending: the parts of a Shapefile."""
MOST_STAGED_BYTES: Final = 2 * 1024**3
LONGEST_NAME: Final = 80
BLOCK: Final = 1024**2
SHAPES: Final = "shapes.json"

_KEY: Final = re.compile(r"[0-9a-f]{32}\Z")
_TOLD: Final = "staged.json"
_FILES: Final = "files"


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was sent.

    Attributes:
        key: names it in addresses; nobody guesses it.
        account_id: who sent it; nobody else sees it.
        layer: what it is to be imported as.
        name: name of the file, cleaned.
        at: when it came, ISO 8601 with offset.
        options: how it is to be read and taken, as far as was said.
        record_id: the record of its last check.
    """

    key: str
    account_id: int
    layer: Layer
    name: str
    at: str
    options: Mapping[str, Any] = field(default_factory=dict)
    record_id: int | None = None


Sent = Sequence[tuple[str, IO[bytes]]]
"""Names as they were sent, and contents."""


def stage(
    folder: Path,
    sent: Sent,
    layer: Layer,
    *,
    account_id: int,
    now: datetime,
    options: Mapping[str, Any] | None = None,
) -> Staged:
    """Keep what was sent; what was kept for longer than `KEPT` goes.

    Args:
        folder: where such files are kept.
        sent: one file, or the parts of a Shapefile.
        layer: what it is to be imported as.
        account_id: who sends it.
        now: aware moment.
        options: how it is to be read.

    Raises:
        InvalidInput: no file, or several that are not the parts of one Shapefile.
        TooLarge: more than may be kept at once.
        StorageFull: the disk is full.
    """
    named = [(safe_name(name), content) for name, content in sent if name]
    main = _main([name for name, _ in named])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(folder, now)
    staged = Staged(
        secrets.token_hex(16), account_id, layer, main, now.isoformat(), dict(options or {})
    )
    place = folder / staged.key / _FILES
    try:
        place.mkdir(mode=0o700, parents=True)
        for name, content in named:
            with (place / name).open("wb") as file:
                shutil.copyfileobj(content, file, BLOCK)
        keep(folder, staged)
    except OSError as full:
        drop(folder, staged)
        raise StorageFull from full
    if sum(path.stat().st_size for path in folder.rglob("*")) > MOST_STAGED_BYTES:
        drop(folder, staged)
        raise TooLarge(
            what_zh="等待导入的文件总量",
            what_en="The whole of the files that wait to be imported",
            limit=MOST_STAGED_BYTES,
        )
    return staged


def keep(folder: Path, staged: Staged) -> None:
    """Write down what is known of a file."""
    told = asdict(staged) | {"layer": staged.layer.value}
    path = folder / staged.key / _TOLD
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)


def find(folder: Path, key: str, account_id: int) -> Staged:
    """Return a file by its key.

    Raises:
        NotFound: there is none, or somebody else sent it.
    """
    path = folder / key / _TOLD
    missing = NotFound(what_zh="这个待导入的文件（保留一天）", what_en="This file (kept for a day)")
    if not _KEY.match(key):
        raise missing
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as gone:
        raise missing from gone
    staged = Staged(**(told | {"layer": Layer(told["layer"])}))
    if staged.account_id != account_id:
        raise missing
    return staged


def changed(folder: Path, staged: Staged, **facts: Any) -> Staged:  # noqa: ANN401 - its own fields
    """Change what is known of a file."""
    other = replace(staged, **facts)
    keep(folder, other)
    return other


def path_of(folder: Path, staged: Staged) -> Path:
    """Return where the file, or the .shp of a Shapefile, stands."""
    return folder / staged.key / _FILES / staged.name


def shapes_path(folder: Path, staged: Staged) -> Path:
    """Return where the shapes for the map stand once the file was checked."""
    return folder / staged.key / SHAPES


def drop(folder: Path, staged: Staged) -> None:
    """Forget a file."""
    shutil.rmtree(folder / staged.key, ignore_errors=True)


def sweep(folder: Path, now: datetime) -> int:
    """Forget what was kept for longer than `KEPT`; returns how many."""
    oldest = (now - KEPT).timestamp()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < oldest]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def safe_name(name: str) -> str:
    r"""Return a file's name without folders and without characters that nobody sees.

    >>> safe_name("C:\\data\\楼栋.zip"), safe_name("../../etc/passwd"), safe_name("..")
    ('楼栋.zip', 'passwd', 'file')
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, suffix = seen.rpartition(".")
    if dot and len(suffix) < 10:  # noqa: PLR2004 - a longer one is none
        seen = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    return seen[:LONGEST_NAME] or "file"


def _main(names: Sequence[str]) -> str:
    """Return which file is the main one; parts of a Shapefile come together."""
    if len(names) == 1:
        return names[0]
    known = {name for name in names if Path(name).suffix.lower() in (*PARTS, *SIDECARS)}
    mains = [name for name in names if Path(name).suffix.lower() == ".shp"]
    others = sorted({Path(name).stem for name in names})
    if not names:
        raise InvalidInput(reason_zh="请选择文件。", reason_en="Choose a file.", field="file")
    if len(names) > MOST_FILES or len(mains) != 1 or len(others) != 1 or len(known) != len(names):
        raise InvalidInput(
            reason_zh="一次只能导入一个文件；Shapefile 请把同名的 .shp、.shx、.dbf、.prj、.cpg 一起选上，"
            "或打成一个 zip。",
            reason_en="One file at a time; of a Shapefile choose .shp, .shx, .dbf, .prj and .cpg of one name together,"
            " or a zip.",
            field="file",
        )
    return mains[0]
