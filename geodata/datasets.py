"""What a given file is, by content and extension; its parts, gathered into a folder of their own."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import ZipInfo

from geodata import geojson, given_files
from geodata.packed_files import members, refused, unpack
from gridmap.errors import MissingCrs, UnknownFileType
from gridmap.terms import Term

HEAD = 4096
STEM = "data"
"""Name of a dataset in its folder: names that users gave never reach GDAL."""

GBK_LANGUAGE_DRIVER = 0x4D
"""Byte 29 of a DBF that is in code page 936 (Chinese GBK, Windows)."""


class Format(Term):
    """Vector formats that are read; the value is GDAL's name of the driver."""

    GEOJSON = "GeoJSON", "GeoJSON", "GeoJSON"
    GEOPACKAGE = "GPKG", "GeoPackage", "GeoPackage"
    SHAPEFILE = "ESRI Shapefile", "Shapefile", "Shapefile"
    OSM = "OSM", "OpenStreetMap", "OpenStreetMap"


SUFFIXES = {
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".gpkg": Format.GEOPACKAGE,
    ".shp": Format.SHAPEFILE,
}
PARTS = (".shp", ".shx", ".dbf")
SIDECARS = (".prj", ".cpg")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A vector file that may be read.

    Attributes:
        name: name of the given file, for messages.
        format: what it is.
        path: where its main part stands, under a name of ours.
        crs: what it says of its coordinate system, where that is not left to the driver.
        encoding: for a Shapefile the declared encoding of its text, or None.
    """

    name: str
    format: Format
    path: Path
    crs: str | None = None
    encoding: str | None = None


Bring = Callable[[Path], None]
"""Puts one part of a dataset at a path."""


def gather(path: Path, folder: Path, *, crs_given: bool) -> Dataset:
    """Judge a file and put its parts into a folder.

    Args:
        path: the file: GeoJSON, GeoPackage, the .shp of a Shapefile, or a zip with one of them.
        folder: an empty folder of our own.
        crs_given: the caller names the coordinate system; the file need not.

    Raises:
        UnknownFileType: content and extension disagree, or are none that is taken.
        UnreadableFile: nothing or several datasets in a zip, a missing part, a cut-off file, a GeoJSON
            whose crs is a link.
        MissingCrs: the file does not name its coordinate system, and the caller does not either.
        UnknownCrs: a GeoJSON whose crs member nobody can read.
    """
    given_files.check(path)
    if path.suffix.lower() == ".zip" and _head(path).startswith(b"PK"):
        kind, parts = _of_zip(path)
    else:
        kind, parts = _of_plain(path)
    target = _bring_all(kind, parts, folder)
    if _kind_of(target) is not kind:
        raise _not_what_it_says(path, target)
    if kind is Format.SHAPEFILE:
        return _shapefile(path, target, crs_given=crs_given)
    if kind is Format.GEOJSON:
        geojson.check(target, path.name)
        crs = None if crs_given else geojson.stated_crs(target, path.name)
        return Dataset(path.name, kind, target, crs)
    _refuse_cut_sqlite(path, target)
    return Dataset(path.name, kind, target)


def _of_plain(path: Path) -> tuple[Format, dict[str, Bring]]:
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise _not_what_it_says(path, path)
    if kind is not Format.SHAPEFILE:
        return kind, {path.suffix.lower(): _linking(path)}
    beside = {
        part.suffix.lower(): _linking(part)
        for part in sorted(path.parent.iterdir())
        if part.stem == path.stem and part.suffix.lower() in (*PARTS, *SIDECARS)
    }
    return kind, beside | {".shp": _linking(path)}


def _of_zip(path: Path) -> tuple[Format, dict[str, Bring]]:
    named = {
        PurePosixPath(name.replace("\\", "/")): member for name, member in members(path).items()
    }
    mains = [name for name in named if name.suffix.lower() in SUFFIXES]
    if len(mains) != 1:
        found = "、".join(str(name) for name in mains or named) or "—"
        raise refused(
            path,
            f"压缩包里应有且只有一个 .shp、.gpkg 或 .geojson，实有：{found}",
            f"the archive must hold exactly one .shp, .gpkg or .geojson; found: {found}",
        )
    (main,) = mains
    kind = SUFFIXES[main.suffix.lower()]
    parts = {
        name.suffix.lower(): _unpacking(path, member)
        for name, member in named.items()
        if name.with_suffix("") == main.with_suffix("")
        and (name == main or name.suffix.lower() in (*PARTS, *SIDECARS))
    }
    return kind, parts


def _linking(part: Path) -> Bring:
    given_files.check(part)
    return lambda target: target.symlink_to(part.absolute())


def _unpacking(archive: Path, member: ZipInfo) -> Bring:
    return lambda target: unpack(archive, member, target)


def _bring_all(kind: Format, parts: Mapping[str, Bring], folder: Path) -> Path:
    for suffix, bring in parts.items():
        bring(folder / f"{STEM}{suffix}")
    main = next(suffix for suffix in SUFFIXES if SUFFIXES[suffix] is kind and suffix in parts)
    return folder / f"{STEM}{main}"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _kind_of(path: Path) -> Format | None:
    head = _head(path)
    if head.startswith(b"SQLite format 3\0"):
        return Format.GEOPACKAGE
    if head.startswith(struct.pack(">i", 9994)):
        return Format.SHAPEFILE
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Format.GEOJSON
    return None


def _found(head: bytes) -> tuple[str, str]:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "空文件", "an empty file"
    if b"<OGRVRT" in text[:HEAD]:
        return "OGR VRT（会读取其他文件）", "an OGR VRT, which reads other files"
    for start, zh, en in (*_MARKS, *_OWN_MARKS):
        if text.startswith(start):
            return zh, en
    return "不认识的内容", "something unknown"


def foreign_in(head: bytes) -> tuple[str, str] | None:
    """Return what a file's first bytes say it is, in Chinese and English, where that is no table of any kind."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _found(head) if text.startswith(tuple(start for start, _, _ in _MARKS)) else None


_MARKS = (
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG image"),
    (b"\x89PNG", "PNG 图片", "a PNG image"),
    (b"GIF8", "GIF 图片", "a GIF image"),
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文档（xls、doc）", "an old Office document (xls, doc)"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"\xff\xfe", "UTF-16 文字", "text in UTF-16"),
    (b"\xfe\xff", "UTF-16 文字", "text in UTF-16"),
    (b"\x7fELF", "程序", "a program"),
    (b"<", "XML（KML、GML、VRT 等）", "XML (KML, GML, VRT...)"),
    (b"SQLite format 3", "GeoPackage/SQLite", "GeoPackage/SQLite"),
    (struct.pack(">i", 9994), "Shapefile", "a Shapefile"),
)
_OWN_MARKS = (
    (b"MZ", "程序", "a program"),
    (b"PK", "ZIP 压缩包", "a zip archive"),
    (b"{", "JSON", "JSON"),
)
"""What text or a table may begin with, too."""


def _not_what_it_says(given: Path, target: Path) -> UnknownFileType:
    zh, en = _found(_head(target))
    suffix = given.suffix or "—"
    return UnknownFileType(
        name=given.name,
        reason_zh=f"扩展名是 {suffix}，内容是{zh}；可用 GeoJSON、GeoPackage、Shapefile（可用 zip 压缩）",
        reason_en=f"its extension is {suffix}, its content is {en};"
        " GeoJSON, GeoPackage and Shapefile are taken (also zipped)",
    )


def _shapefile(given: Path, shp: Path, *, crs_given: bool) -> Dataset:
    missing = [suffix for suffix in PARTS if not shp.with_suffix(suffix).exists()]
    if missing:
        names = "、".join(missing)
        raise refused(
            given, f"Shapefile 缺少 {names} 文件", f"the Shapefile's part {names} is missing"
        )
    if not shp.with_suffix(".prj").exists() and not crs_given:
        raise MissingCrs(name=f"{given.name}（.prj ✗）")
    _refuse_cut_shapefile(given, shp)
    return Dataset(given.name, Format.SHAPEFILE, shp, encoding=_declared_encoding(shp))


def _refuse_cut_shapefile(given: Path, shp: Path) -> None:
    dbf, shx = shp.with_suffix(".dbf"), shp.with_suffix(".shx")
    header = _head(dbf)[:32].ljust(32, b"\0")
    records, start, length = struct.unpack("<4xIHH", header[:12])
    whole = {
        ".shp": 2 * int.from_bytes(_head(shp)[24:28], "big") <= shp.stat().st_size,
        ".shx": 100 + 8 * records == shx.stat().st_size,
        ".dbf": start + records * length <= dbf.stat().st_size,
    }
    cut = [suffix for suffix, complete in whole.items() if not complete]
    if cut:
        raise refused(
            given,
            f"{cut[0]} 文件不完整（被截断，或与其他部分不配套）",
            f"its {cut[0]} is cut off or does not belong to the other parts",
        )


def _declared_encoding(shp: Path) -> str | None:
    cpg = shp.with_suffix(".cpg")
    if cpg.exists():
        return _encoding_name(_head(cpg).decode("ascii", "replace").strip())
    driver = _head(shp.with_suffix(".dbf"))[29]
    return "gb18030" if driver == GBK_LANGUAGE_DRIVER else None


def _encoding_name(declared: str) -> str:
    """Return Python's name for what a .cpg says; GBK and GB2312 are read as their superset GB18030.

    >>> _encoding_name("UTF-8"), _encoding_name("GBK"), _encoding_name("936"), _encoding_name("ANSI 1252")
    ('utf-8', 'gb18030', 'gb18030', 'cp1252')
    """
    plain = re.sub(r"[^a-z0-9]", "", declared.lower())
    if plain in {"utf8", "65001"}:
        return "utf-8"
    if plain in {"gbk", "gb2312", "gb18030", "936", "cp936", "ansi936", "54936"}:
        return "gb18030"
    page = re.search(r"(\d{3,5})\Z", plain)
    if plain.startswith("iso88591") or plain == "88591":
        return "latin-1"
    return f"cp{page[1]}" if page else declared


def _refuse_cut_sqlite(given: Path, gpkg: Path) -> None:
    head = _head(gpkg)
    page, pages = struct.unpack(">H", head[16:18])[0], struct.unpack(">I", head[28:32])[0]
    size = (65536 if page == 1 else page) * pages
    if size > gpkg.stat().st_size:
        raise refused(given, "文件不完整（被截断）", "it is cut off")
