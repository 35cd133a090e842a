"""GeoJSON, GeoPackage and Shapefile, in: judged here, read in a process of its own."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from numpy.typing import NDArray

from geodata import confined
from geodata.cells import Cell
from geodata.columns import DBF_NAME_BYTES, Column
from geodata.datasets import Dataset, Format, gather
from geodata.quality import Problem
from gridmap.errors import GridmapError, InvalidInput, MissingCrs, TooLarge, UnreadableFile
from gridmap.geometry import crs as systems
from gridmap.geometry.crs import Crs

LIMITS = {
    "features": 2_000_000,
    "vertices": 50_000_000,
    "vertices_each": 200_000,
    "columns": 200,
    "text": 10_000,
    "RLIMIT_AS": 8 * 1024**3,
    "RLIMIT_CPU": 600,
    "RLIMIT_FSIZE": 4 * 1024**3,
}
"""What a file may hold, and what its reading may take: bytes of memory, seconds, bytes of a file."""

PATIENCE_S = 900
"""Seconds after which a reading that waits for something else is given up."""

AS_BYTES = "ISO-8859-1"
"""A Shapefile's text is read byte by byte and decoded here: strictly, by Python."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reading may take.

    Attributes:
        limits: see `LIMITS`.
        patience_s: seconds after which it is given up.
    """

    limits: Mapping[str, int]
    patience_s: int


FOR_PAGES = Bounds(
    {
        **LIMITS,
        "features": 200_000,
        "vertices": 5_000_000,
        "RLIMIT_AS": 3 * 1024**3,
        "RLIMIT_CPU": 40,
        "RLIMIT_FSIZE": 1024**3,
    },
    45,
)
"""For a file that a browser sends: somebody waits, and a transaction is open meanwhile."""

READING = Path(__file__).with_name("reading.py")
SAMPLE = 6
"""Readings that are shown when the encoding is asked for."""

_LIMIT_NAMES = {
    "features": ("要素数量", "The number of features"),
    "vertices": ("顶点总数", "The number of vertices"),
    "vertices_each": ("第 {feature} 个要素的顶点数", "The number of vertices of feature {feature}"),
    "columns": ("列数", "The number of columns"),
    "text": ("“{column}”列的文字长度", "The text in the column “{column}”"),
}


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """A layer as its file gives it.

    Attributes:
        name: the file's name, without folders.
        sha256: of the file as it was given.
        crs: coordinate system of the geometries.
        columns: all columns, one cell a feature.
        wkb: well-known binary by feature, or None.
        cut_in: for a Shapefile the encoding in which its column names were cut to 10 bytes.
        problems: what was left out in reading, and why.
    """

    name: str
    sha256: str
    crs: Crs
    columns: Sequence[Column]
    wkb: NDArray[np.object_]
    cut_in: str | None
    problems: Sequence[Problem] = ()


def read(
    path: Path,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    bounds: Bounds | None = None,
) -> VectorLayer:
    """Read one layer of a vector file, in a process of its own.

    Args:
        path: GeoJSON, GeoPackage, a Shapefile's .shp, or a zip with one of them.
        crs: coordinate system; wins over what the file says.
        encoding: of a Shapefile's text; wins over what the file says.
        layer: name of the layer, where a GeoPackage has several.
        bounds: what the reading may take; as commands may where it is None.

    Raises:
        UnreadableFile: not what it says, a part missing, cut off, broken, too heavy to read.
        MissingCrs: neither the file nor the caller names the coordinate system; it is never guessed.
        UnknownCrs, InvalidInput: a coordinate system, layer or encoding that cannot be used; text whose
            encoding is not declared and is not UTF-8, with a sample of its reading as GB18030.
        TooLarge: more than `LIMITS` allow, with the count.
    """
    given = None if crs is None else systems.parse(crs)
    with tempfile.TemporaryDirectory(prefix="gridmap-import-") as scratch:
        dataset = gather(path, Path(scratch), crs_given=given is not None)
        answer = _answer(dataset, Path(scratch), layer, bounds or Bounds(LIMITS, PATIENCE_S))
        columns, cut_in = _columns(dataset, answer, Path(scratch), encoding)
        return VectorLayer(
            path.name,
            sha256(path),
            given or _crs_of(dataset, answer),
            columns,
            _wkb(Path(scratch)),
            cut_in,
        )


def read_part(
    dataset: Dataset,
    scratch: Path,
    layer: str,
    *,
    bounds: Bounds | None = None,
    bbox: Sequence[float] | None = None,
) -> tuple[list[Column], NDArray[np.object_]]:
    """Read one layer of a gathered dataset: its columns, and well-known binary by feature.

    Args:
        dataset: the dataset.
        scratch: the folder that it stands in.
        layer: name of the layer.
        bounds: what the reading may take; as commands may where it is None.
        bbox: west, south, east, north in degrees: what lies outside is left out.

    Raises:
        UnreadableFile, TooLarge: see `read`.
    """
    given = bounds or Bounds(LIMITS, PATIENCE_S)
    answer = _answer(dataset, scratch, layer, given, bbox=list(bbox) if bbox else None)
    columns, _ = _columns(dataset, answer, scratch, None)
    return columns, _wkb(scratch)


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _answer(
    dataset: Dataset,
    scratch: Path,
    layer: str | None,
    bounds: Bounds,
    *,
    bbox: list[float] | None = None,
) -> dict[str, Any]:
    request = {
        "path": str(dataset.path),
        "layer": layer,
        "encoding": AS_BYTES if dataset.format is Format.SHAPEFILE else None,
        "drivers": [dataset.format.value],
        "limits": dict(bounds.limits),
        "bbox": bbox,
    }
    environment = reading_environment(dataset.format, scratch)
    try:
        return confined.ask(READING, scratch, request, environment, bounds.patience_s)
    except confined.Failed as failed:
        raise _refusal(dataset, failed.answer) from failed
    except confined.GaveUp as heavy:
        raise _too_heavy(dataset) from heavy


def reading_environment(allowed: Format, scratch: Path) -> dict[str, str]:
    """Return all that the reading process knows of the world: no secrets, no network, one driver.

    Args:
        allowed: the one format that it may read.
        scratch: its folder.
    """
    skipped = ",".join(name for name in _drivers() if name != allowed.value)
    return {
        **confined.environment_in(scratch),
        "OGR_SKIP": skipped,
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_HTTP_TIMEOUT": "1",
        "PROJ_NETWORK": "OFF",
        "CPL_TMPDIR": str(scratch),
        "GDAL_NUM_THREADS": "1",
        "OSM_USE_CUSTOM_INDEXING": "NO",  # it wants ids in order, and editors write them in none
    }


@cache
def _drivers() -> tuple[str, ...]:
    return tuple(pyogrio.list_drivers())


def _refusal(dataset: Dataset, failure: dict[str, Any]) -> GridmapError:
    match failure["code"]:
        case "too_many":
            zh, en = (words.format(**failure) for words in _LIMIT_NAMES[failure["what"]])
            count = failure["count"]
            return TooLarge(
                what_zh=f"{zh}（{count}）", what_en=f"{en} ({count})", limit=failure["limit"]
            )
        case "which_layer" | "no_such_layer":
            layers = "、".join(failure["layers"]) or "—"
            asked = InvalidInput(
                reason_zh=f"请指定图层（命令：--layer），文件里有：{layers}",
                reason_en=f"Choose a layer (command: --layer); the file has: {layers}",
                field="layer",
            )
            asked.params["layers"] = failure["layers"]
            return asked
        case "no_geometry":
            return _unreadable(dataset, "没有图形，只有表格", "it has no geometry, only a table")
        case "virtual_tables":
            return _unreadable(
                dataset,
                "含有会读取其他文件的虚拟表",
                "it has virtual tables, which read other files",
            )
        case "too_much_memory":
            return _too_heavy(dataset)
        case code:
            words = failure.get("words", code)
            return _unreadable(dataset, f"文件已损坏（{words}）", f"it is broken ({words})")


def _too_heavy(dataset: Dataset) -> UnreadableFile:
    return _unreadable(
        dataset,
        "读取所需的时间或内存超出限制",
        "reading it takes more time or memory than allowed",
    )


def _unreadable(dataset: Dataset, reason_zh: str, reason_en: str) -> UnreadableFile:
    return UnreadableFile(name=dataset.name, reason_zh=reason_zh, reason_en=reason_en)


def _crs_of(dataset: Dataset, answer: dict[str, Any]) -> Crs:
    stated = dataset.crs if dataset.format is Format.GEOJSON else answer["crs"]
    if not stated or "undefined" in stated.lower():
        raise MissingCrs(name=dataset.name)
    return systems.parse(stated)


def _wkb(scratch: Path) -> NDArray[np.object_]:
    lengths = np.load(scratch / "lengths.npy", allow_pickle=False)
    content = np.load(scratch / "wkb.npy", allow_pickle=False).tobytes()
    ends = np.cumsum(lengths.clip(0)).tolist()
    values = np.empty(len(lengths), dtype=object)
    values[:] = [
        None if length < 0 else content[end - length : end]
        for end, length in zip(ends, lengths.tolist(), strict=True)
    ]
    return values


def _columns(
    dataset: Dataset, answer: dict[str, Any], scratch: Path, encoding: str | None
) -> tuple[list[Column], str | None]:
    columns = [
        Column(
            column["name"],
            np.load(scratch / f"column-{number}.npy", allow_pickle=False),
            column["cells"],
        )
        for number, column in enumerate(answer["columns"])
    ]
    if dataset.format is not Format.SHAPEFILE:
        return columns, None
    known = encoding or dataset.encoding
    return [_decoded(dataset, column, known) for column in columns], known or "utf-8"


def _decoded(dataset: Dataset, column: Column, encoding: str | None) -> Column:
    used = encoding or "utf-8"
    try:
        name = _decoded_name(column.name.encode("latin-1"), used)
        cells = [_decoded_cell(cell, used) for cell in column.cells]
    except LookupError as unknown:
        raise InvalidInput(
            reason_zh=f"不认识编码“{used}”",
            reason_en=f"The encoding “{used}” is not known",
            field="encoding",
        ) from unknown
    except UnicodeDecodeError as undecodable:
        raise _asking(dataset, column, encoding) from undecodable
    except ValueError as garbled:  # a declaration with a NUL in it
        raise _asking(dataset, column, encoding) from garbled
    return Column(name, column.codes, cells)


def _decoded_name(raw: bytes, encoding: str) -> str:
    """Decode a column's name; one that fills its 10 bytes may end in a part of a character.

    >>> _decoded_name("社区代码".encode()[:10], "utf-8")
    '社区代'
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as cut:
        if len(raw) != DBF_NAME_BYTES or cut.end != len(raw):
            raise
        return raw[: cut.start].decode(encoding)


def _decoded_cell(cell: Cell, encoding: str) -> Cell:
    return cell.encode("latin-1").decode(encoding) if isinstance(cell, str) else cell


def _asking(dataset: Dataset, column: Column, encoding: str | None) -> InvalidInput:
    """Refuse text that is not what it says, and show how it reads as GB18030."""
    raw = [cell.encode("latin-1") for cell in (column.name, *column.cells) if isinstance(cell, str)]
    told = [text for text in raw if not text.isascii()][:SAMPLE]
    sample = "、".join(text.decode("gb18030", "replace") for text in told)
    why_zh = (
        f"文字不是声明的编码 {encoding}"
        if encoding
        else "没有说明文字编码（缺少 .cpg），也不是 UTF-8"
    )
    why_en = (
        f"its text is not {encoding}, as it says"
        if encoding
        else "it does not name its encoding (no .cpg) and is not UTF-8"
    )
    asked = InvalidInput(
        reason_zh=f"文件“{dataset.name}”{why_zh}。按 GB18030 读出来是：{sample}。"
        "如果正确，请指定编码 GB18030（命令：--encoding gb18030）",
        reason_en=f"“{dataset.name}”: {why_en}. Read as GB18030 it says: {sample}."
        " If that is right, choose the encoding GB18030 (command: --encoding gb18030)",
        field="encoding",
    )
    asked.params["sample"] = sample
    return asked
