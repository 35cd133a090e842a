"""Zip archives are measured before they are unpacked."""

import os
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
