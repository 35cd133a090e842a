"""Zip archives with one vector file inside: measured before anything is unpacked."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gridmap.errors import UnreadableFile

MOST_MEMBERS = 100
MOST_UNPACKED = 2 * 1024**3
"""Bytes of all members together."""

MOST_RATIO = 200
"""Unpacked by packed size of a member; map files reach some 10-40, a bomb 1,000."""

FREE_OF_RATIO = 1024**2
"""Bytes that a member may have whatever its ratio: small files of blanks are no bombs."""

LARGEST_LIST = 1024**2
"""Bytes of the list of members, which Python reads whole, whatever count it says."""

_END, _END64, _POINTER64 = (
    struct.Struct("<4s8xLL2x"),
    struct.Struct("<4s36xQ8x"),
    struct.Struct("<4s16x"),
)
"""The last record of an archive, the same for large ones, and what points to that (APPNOTE.TXT 4.3.14 to 16)."""
_LONGEST_REMARK = 65_535

BLOCK = 1024**2
UTF8_NAME, ENCRYPTED = 0x800, 0x1
"""Bits of a member's flags (APPNOTE.TXT 4.4.4)."""

NESTED = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".kmz"})


def members(path: Path) -> dict[str, ZipInfo]:
    """Return the files of an archive by name, after measuring it.

    Names are read as UTF-8 where the archive says so or they decode as it, else as GB18030.

    Raises:
        UnreadableFile: no zip, too many or too large members, a bomb's ratio, links, nested archives,
            names that lead out of the folder, encryption, or two members of one name.
    """
    try:
        if _size_of_list(path) > LARGEST_LIST:
            raise refused(path, "压缩包里文件太多", "the archive has too many members")
        with ZipFile(path) as archive:
            listed = archive.infolist()
    except (BadZipFile, OSError, ValueError) as broken:
        raise refused(path, "压缩包已损坏", "the archive is broken") from broken
    if len(listed) > MOST_MEMBERS:
        raise refused(
            path,
            f"压缩包有 {len(listed)} 个文件，最多 {MOST_MEMBERS}",
            f"the archive has {len(listed)} members, at most {MOST_MEMBERS} are taken",
        )
    total = sum(member.file_size for member in listed)
    if total > MOST_UNPACKED:
        raise refused(
            path,
            f"解压后有 {total} 字节，最多 {MOST_UNPACKED}",
            f"it unpacks to {total} bytes, at most {MOST_UNPACKED} are taken",
        )
    named: dict[str, ZipInfo] = {}
    for name, member in _files(path, listed):
        if name in named:
            raise refused(path, f"压缩包里“{name}”出现两次", f"the member “{name}” occurs twice")
        named[name] = member
    return named


def _size_of_list(path: Path) -> int:
    """Return how many bytes the list of members has, as Python's reader will believe it; 0 where there is none."""
    longest = _END64.size + _POINTER64.size + _END.size + _LONGEST_REMARK
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - longest, 0))
        tail = file.read(longest)
    end = len(tail) - _END.size
    if not (tail.startswith(b"PK\5\6", max(end, 0)) and tail.endswith(b"\0\0")):  # a remark follows
        end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) - end < _END.size:
        return 0
    pointer = end - _POINTER64.size
    large = pointer - _END64.size
    if large >= 0 and tail.startswith(b"PK\6\7", pointer) and tail.startswith(b"PK\6\6", large):
        return int(_END64.unpack_from(tail, large)[1])
    return int(_END.unpack_from(tail, end)[1])


def unpack(path: Path, member: ZipInfo, target: Path) -> None:
    """Write one member to a file; its real size is counted, not its stated one.

    Raises:
        UnreadableFile: the member is broken or larger than it says.
    """
    left = member.file_size
    try:
        with ZipFile(path) as archive, archive.open(member) as packed, target.open("wb") as plain:
            while block := packed.read(BLOCK):
                left -= len(block)
                if left < 0:
                    raise refused(path, "解压后比声明的大", "a member is larger than it says")
                plain.write(block)
    except (BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as broken:
        raise refused(path, "压缩包已损坏", "the archive is broken") from broken


def refused(path: Path, reason_zh: str, reason_en: str) -> UnreadableFile:
    """Return the refusal of a file, by its name alone."""
    return UnreadableFile(name=path.name, reason_zh=reason_zh, reason_en=reason_en)


def _files(path: Path, listed: list[ZipInfo]) -> Iterator[tuple[str, ZipInfo]]:
    for member in listed:
        name = _name(member)
        reason = _unsafe(name, member)
        if reason is not None:
            raise refused(path, *reason)
        if not member.is_dir() and "__MACOSX" not in PurePosixPath(name).parts:
            yield name, member


def _name(member: ZipInfo) -> str:
    if member.flag_bits & UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _unsafe(name: str, member: ZipInfo) -> tuple[str, str] | None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name or ":" in name:
        return f"压缩包里的路径“{name}”不安全", f"the member's path “{name}” is unsafe"
    if stat.S_ISLNK(member.external_attr >> 16):
        return f"压缩包里“{name}”是链接", f"the member “{name}” is a link"
    if path.suffix.lower() in NESTED:
        return f"压缩包里套着压缩包“{name}”", f"the archive holds another archive, “{name}”"
    return _badly_packed(name, member)


def _badly_packed(name: str, member: ZipInfo) -> tuple[str, str] | None:
    if member.flag_bits & ENCRYPTED:
        return "压缩包加了密码", "the archive is encrypted"
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return (
            f"“{name}”的压缩方法不能用，请用普通的 zip 重新压缩",
            f"“{name}” is packed in a way that is not taken; pack it as a plain zip again",
        )
    if member.file_size > FREE_OF_RATIO + MOST_RATIO * member.compress_size:
        ratio = member.file_size // max(member.compress_size, 1)
        return (
            f"“{name}”的压缩比是 {ratio}，最多 {MOST_RATIO}",
            f"“{name}” is packed {ratio} to 1, at most {MOST_RATIO} is taken",
        )
    return None
