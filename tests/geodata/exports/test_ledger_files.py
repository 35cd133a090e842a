"""A file of everything is read row by row in a process of its own: bytes, truths, nothing, and shapes."""

import sqlite3
from contextlib import closing

import pytest
import shapely

from geodata.exports import ledger_files
from geodata.exports.table_queries import Column, Ledger
from gridmap.errors import UnreadableFile

POINT = shapely.Point(121.5, 31.2)
ROWS = [
    (1, b"\xff\x00\xd8", 1, "字", 1.5, b"head" + POINT.wkb),
    (2, None, None, None, None, None),
    (3, b"", 0, "", -1.0, b"head" + POINT.wkb),
]
TABLE = Ledger(
    "photo",
    tuple(
        Column(name, kind, name == "id")
        for name, kind in (
            ("id", "integer"),
            ("jpeg", "bytea"),
            ("near", "boolean"),
            ("kind", "text"),
            ("size", "double precision"),
            ("spot", "geometry"),
        )
    ),
)
SHAPES = {"ledger_photo": {5: 4}, "ledger_none": {}}


@pytest.fixture
def file(tmp_path):
    return written(tmp_path / "a.gpkg", ROWS)


def written(path, rows):
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE gridmap_export (key TEXT, value TEXT)")
        file.execute("INSERT INTO gridmap_export VALUES ('format', '1')")
        file.execute("CREATE TABLE ledger_none (id INTEGER)")
        file.execute("CREATE TABLE ledger_photo (id, jpeg, near, kind, size, spot)")
        file.executemany("INSERT INTO ledger_photo VALUES (?, ?, ?, ?, ?, ?)", rows)
        file.commit()
    return path


def test_rows_come_as_they_were(file):
    with ledger_files.opened(file, SHAPES) as found:
        assert found.facts == {"format": "1"}
        assert found.columns["ledger_photo"] == [one.name for one in TABLE.columns]
        rows = list(found.rows(TABLE))
        assert list(found.rows(Ledger("none", ()))) == []
    assert [tuple(row[:5]) for row in rows] == [row[:5] for row in ROWS]
    assert [type(row[2]) for row in rows] == [bool, type(None), bool]
    shape = shapely.from_wkb(bytes.fromhex(rows[0][5]))
    assert (shape, shapely.get_srid(shape)) == (POINT, 4326)


def test_pieces_of_rows_do_not_show(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_files, "LIMITS", {**ledger_files.LIMITS, "piece": 400})
    file = written(tmp_path / "a.gpkg", [(i, None, 1, f"n{i}", i, None) for i in range(100)])
    with ledger_files.opened(file, SHAPES) as found:
        assert [row[3] for row in found.rows(TABLE)] == [f"n{i}" for i in range(100)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((1, "no bytes", 1, "a", 1, None), "gridmap export all"),
        ((1, None, 1, "a\0b", 1, None), "NUL"),
        ((1, None, 1, "a", 1, b"head??"), "图形"),
        ((1, None, 1, "a", 1, "text"), "图形"),
        ((1, b"x" * 40_000_000, 1, "a", 1, None), "内容太长"),
    ],
)
def test_what_no_ledger_has_is_refused(tmp_path, row, words):
    with (
        pytest.raises(UnreadableFile, match=words),
        ledger_files.opened(written(tmp_path / "a.gpkg", [row]), SHAPES) as found,
    ):
        list(found.rows(TABLE))


def test_half_a_file_is_said_to_be_broken(tmp_path):
    whole = written(tmp_path / "a.gpkg", [(i, b"x" * 4000, 1, "a", 1, None) for i in range(200)])
    half = tmp_path / "half.gpkg"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with (
        pytest.raises(UnreadableFile, match="损坏"),
        ledger_files.opened(half, SHAPES) as found,
    ):
        list(found.rows(TABLE))
