"""Zip archives are measured before they are unpacked."""

import os
import struct
import zipfile

import pytest

from geodata import packed_files
from geodata.vector_files import read
from gridmap.errors import UnreadableFile
from tests.geodata.mapfiles import GRIDS, cells, pack, shapefile, write


def parts_of(shp):
    return sorted(shp.parent.glob(f"{shp.stem}.*"))


@pytest.mark.parametrize("inside", ["", "社区/"])
def test_a_zipped_shapefile_is_read(tmp_path, inside):
    packed = pack(tmp_path / "a.zip", *parts_of(shapefile(tmp_path, "GBK")), inside=inside)
    assert cells(read(packed), "name") == ["书香苑社区", "东关社区"]


def test_a_zip_without_dbf_names_it(tmp_path):
    shp = shapefile(tmp_path, "GBK")
    packed = pack(tmp_path / "a.zip", *(part for part in parts_of(shp) if part.suffix != ".dbf"))
    with pytest.raises(UnreadableFile, match=r"\.dbf"):
        read(packed)


def test_a_zip_with_two_datasets_is_refused(tmp_path):
    one, two = write(tmp_path / "a.gpkg", GRIDS), write(tmp_path / "b.gpkg", GRIDS)
    with pytest.raises(UnreadableFile, match="有且只有一个"):
        read(pack(tmp_path / "a.zip", one, two))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * (64 * 1024 * 1024))
    monkeypatch.setattr("geodata.datasets.unpack", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(UnreadableFile, match="压缩比"):
        read(tmp_path / "a.zip")


def test_too_many_members_or_bytes_are_refused(tmp_path, monkeypatch):
    packed = pack(tmp_path / "a.zip", *parts_of(shapefile(tmp_path, "GBK")))
    with monkeypatch.context() as limits:
        limits.setattr(packed_files, "MOST_MEMBERS", 2)
        with pytest.raises(UnreadableFile, match="最多 2"):
            read(packed)
    monkeypatch.setattr(packed_files, "MOST_UNPACKED", 100)
    with pytest.raises(UnreadableFile, match="最多 100"):
        read(packed)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../a.geojson", "不安全"),
        ("/a.geojson", "不安全"),
        ("b.zip", "套着"),
        ("c:\\a.shp", "不安全"),
    ],
)
def test_unsafe_members_are_refused(tmp_path, name, words):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "{}")
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path / "a.zip")


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="链接"):
        read(tmp_path / "a.zip")


def test_a_broken_zip_is_refused(tmp_path):
    packed = pack(tmp_path / "a.zip", *parts_of(shapefile(tmp_path, "GBK")))
    os.truncate(packed, packed.stat().st_size // 2)
    with pytest.raises(UnreadableFile, match="损坏"):
        read(packed)


def end(size, remark=b""):
    """The last record of an archive whose list of members has so many bytes."""
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, size, 0, len(remark)) + remark


def end_of_a_large_one(size, mark=b"PK\6\6"):
    """The same in the form for large archives, and what points to it."""
    last = struct.pack("<4sQ2H2L4Q", mark, 44, 45, 45, 0, 0, 9, 9, size, 0)
    return last + struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)


LONG, UNSAID = 3_000_000, 0xFFFFFFFF


@pytest.mark.parametrize(
    "ending",
    [
        end(LONG),
        end(LONG, b"a remark"),
        end(LONG, b"x" * 65_535),
        end(int.from_bytes(b"PK\5\6", "little")),
        end_of_a_large_one(LONG) + end(UNSAID),
        end_of_a_large_one(LONG) + end(9, b"a remark"),
        end_of_a_large_one(9, b"none") + end(LONG),
    ],
    ids=range(7),
)
def test_a_list_of_very_many_members_is_not_read(tmp_path, monkeypatch, ending):
    """Python reads the list whole, by its size in the last record, wherever it finds that."""
    (tmp_path / "a.zip").write_bytes(b"PK\3\4" + bytes(LONG) + ending)
    monkeypatch.setattr("geodata.packed_files.ZipFile", lambda _path: pytest.fail("it was read"))
    with pytest.raises(UnreadableFile, match="文件太多"):
        packed_files.members(tmp_path / "a.zip")


def test_other_ways_to_pack_are_refused(tmp_path):
    for way in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(tmp_path / "a.zip", "w", way) as archive:
            archive.writestr("a.geojson", "{}")
        with pytest.raises(UnreadableFile, match="压缩方法"):
            read(tmp_path / "a.zip")


def test_a_part_that_is_a_link_to_elsewhere_is_refused(tmp_path):
    shp = shapefile(tmp_path, "GBK")
    away = tmp_path / "away"
    away.mkdir()
    dbf = shp.with_suffix(".dbf")
    dbf.rename(away / "a.dbf")
    dbf.symlink_to(away / "a.dbf")
    with pytest.raises(UnreadableFile, match="指向别处的链接"):
        read(shp)
