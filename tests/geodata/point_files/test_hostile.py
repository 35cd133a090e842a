"""Hostile files of points: refused in clear words or read as plain data; nobody called, nothing else read."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest

from geodata import confined
from geodata.point_files import handing
from geodata.point_files.batches import Reader
from geodata.point_files.opening import open_source
from geodata.point_tables import PointColumns, locate_table
from gridmap.errors import GridmapError, InvalidInput, UnreadableFile
from tests.geodata.hostile import point_files
from tests.geodata.hostile.corpus import SECRET, canaries
from tests.geodata.test_point_tables import DAY

PINS = PointColumns("wgs84", "lon", "lat")


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """The canaries; at the end nobody has called."""
    with canaries(tmp_path_factory.mktemp("canary")) as (canary, called):
        yield canary
        assert called == []


def drained(path, target="out.csv"):
    """Read a file to its end; return the number of rows."""
    columns = PointColumns("wgs84") if "json" in path.suffix else PINS
    with open_source(path, path.with_name(target), 50_000) as source:
        reader = Reader(source, columns)
        return sum(len(reader.batch(chunk)) for chunk in source.chunks())


def refusal_of(path, target="out.csv"):
    try:
        return drained(path, target)
    except GridmapError as refusal:
        return f"{refusal.message('zh')} {refusal.message('en')}"


@pytest.fixture(scope="module")
def said(canary, tmp_path_factory):
    """What is said to each file that must be refused; the number of rows where it was read."""

    def tried(item):
        name, (called, content) = item
        path = tmp_path_factory.mktemp("hostile") / called
        path.write_bytes(content)
        kept = "parquet" in name and "NUL" not in name
        return name, refusal_of(path, "out.parquet" if kept else "out.csv")

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(tried, point_files.refused(canary).items()))


def test_each_is_refused_in_clear_words(said):
    assert {name: rows for name, rows in said.items() if isinstance(rows, int)} == {}
    wrong = [
        (name, words)
        for name, words in said.items()
        if SECRET in words or "Traceback" in words or not any("一" <= one <= "鿿" for one in words)
    ]
    assert wrong == []
    told = "时间或内存"  # that is said where nothing better is known
    vague = {name for name, words in said.items() if told in words}
    assert vague <= {"parquet: says 2 GB of end"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a line without an end", "第 2 行超过 16000000 个字符"),
        ("a cell without an end", "第 3 行有一格超过 131072 个字符，可能少了一个引号"),
        ("a quote without an end", "到文件结尾（第 5 行）还有引号没有结束"),
        ("a quote inside a quote", "第 2 行的引号后面还有内容"),
        ("a million columns in a row", "第 2 行有 1000001 列，表头只有 3 列"),
        ("three thousand columns", "有 3000 列，最多 2000 列"),
        ("NUL", "第 3 行的文字里有 NUL"),
        ("vrt address as json", "OGR VRT"),
        ("geojson: half a character", "第 1 行的文字里有半个字符"),
        ("geojson: NaN", "NaN，不是 JSON 的数"),
        ("workbook: an entity that reads a file", "不该有的声明"),
    ],
)
def test_where_it_is_wrong_is_told(said, name, words):
    assert words in said[name]


def located(session, path, called, wanted):
    """Locate a file; return the rows and the file that was made."""
    target = path.with_suffix(f".out.{wanted}")
    columns = PointColumns("wgs84") if "json" in called else PINS
    return locate_table(session, path, target, columns, DAY), target


def test_what_is_harmless_is_read_as_data(session, tmp_path, canary, capfd):
    told = {}
    for number, (name, (called, content)) in enumerate(point_files.harmless(canary).items()):
        path = tmp_path / f"{number}-{called}"
        path.write_bytes(content)
        rows, target = located(session, path, called, "csv")
        assert rows == (2 if name == "a formula that calls" else 1), name
        told[name] = target.read_text("utf-8-sig")
    assert [name for name, text in told.items() if SECRET in text] == []
    assert "路灯" in told["GBK that nobody declares"]
    assert str(2**62) in told["a day that Python has not"]  # as Arrow writes it
    assert "unpickled" not in capfd.readouterr().out


def test_no_formula_comes_out_of_a_table(session, tmp_path, canary):
    for name in ("a formula", "a formula that calls", "quotes in quotes"):
        called, content = point_files.harmless(canary)[name]
        (tmp_path / called).write_bytes(content)
        _, target = located(session, tmp_path / called, called, "xlsx")
        cells = [cell for row in openpyxl.load_workbook(target).active.iter_rows() for cell in row]
        assert "f" not in {cell.data_type for cell in cells}
        assert any("1+1" in str(cell.value) or canary.url in str(cell.value) for cell in cells)


def test_a_link_that_leads_away_is_refused(tmp_path, canary):
    link, beside = tmp_path / "a.csv", tmp_path / "b.csv"
    link.symlink_to(canary.text)
    with pytest.raises(UnreadableFile, match="指向别处的链接"):
        drained(link)
    (tmp_path / "c.csv").write_bytes(point_files.HEAD + point_files.GOOD)
    beside.symlink_to("c.csv")
    assert drained(beside) == 1


def test_what_is_no_plain_file_is_refused(tmp_path):
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(UnreadableFile, match="不是普通文件"):
            drained(path)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"piece": 400}, "第 4 行的内容太长"),
        ({"columns": 1}, "有 3 列，最多 1 列"),
    ],
)
def test_each_limit_is_told(tmp_path, monkeypatch, limits, words):
    monkeypatch.setattr(handing, "LIMITS", {**handing.LIMITS, **limits})
    path = tmp_path / "a.csv"
    path.write_bytes(point_files.HEAD + point_files.GOOD * 2 + b"1,2," + b"x" * 500)
    assert words in refusal_of(path)


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(handing, "LIMITS", {**handing.LIMITS, "RLIMIT_AS": 40 * 1024**2})
    path = tmp_path / "a.csv"
    path.write_bytes(point_files.HEAD + b"1" * 15_900_000)
    assert "时间或内存" in refusal_of(path)


@pytest.mark.parametrize("limits", [{"piece": 200}, {"cells": 30}])
def test_small_pieces_hold_all_rows(tmp_path, monkeypatch, limits):
    monkeypatch.setattr(handing, "LIMITS", {**handing.LIMITS, **limits})
    path = tmp_path / "a.csv"
    path.write_bytes(point_files.HEAD + b"".join(b"1,2,n%d\n" % i for i in range(100)))
    with open_source(path, path, 50_000) as source:
        chunks = list(source.chunks())
    assert [note for chunk in chunks for note in chunk.columns[2]] == [f"n{i}" for i in range(100)]
    assert len(chunks) >= 10


def test_the_reading_process_knows_nothing_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen = {}
    started = confined.subprocess.Popen

    def popen(words, **options):
        seen.update(options["env"])
        return started(words, **options)

    monkeypatch.setattr(confined.subprocess, "Popen", popen)
    path = tmp_path / "a.csv"
    path.write_bytes(point_files.HEAD)
    assert drained(path) == 0
    assert seen.keys() >= {"HOME", "PATH"}
    assert not any("secret" in value for value in seen.values())


PROBE = """
import json, os, resource, socket, subprocess, sys
from pathlib import Path
from geodata import point_reading as points

def tried(what):
    try:
        what()
    except OSError as refused:
        return refused.errno
    return "done"

def probing(request):
    yield points.head(request, header=["lon", "lat", "note"])
    print("what libraries print goes nowhere")
    found = {
        "call": tried(lambda: socket.create_connection(("127.0.0.1", PORT), 1)),
        "listen": tried(socket.socket),
        "run": tried(lambda: subprocess.run(["/bin/true"])),
        "fork": tried(os.fork),
        "write": tried(lambda: Path("big").write_bytes(bytes(2_000_000))),
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "names": sorted(os.environ),
    }
    yield points.as_text({"columns": [[json.dumps(found)], [0], [0]], "made": []}, 1)

import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.exit(points.main(Path(sys.argv[1]), {"csv": probing}))
"""


def test_the_process_has_no_network_no_programs_and_limits(tmp_path, canary, monkeypatch):
    program, path = tmp_path / "program.py", tmp_path / "a.csv"
    port = canary.url.rpartition(":")[2]
    program.write_text(PROBE.replace("PORT", port))
    path.write_bytes(point_files.HEAD)
    monkeypatch.setitem(handing.PROGRAMS, handing.Kind.CSV, program)
    with open_source(path, path, 10) as source:
        (chunk,) = source.chunks()
    found = json.loads(chunk.columns[0][0])
    assert [found[name] for name in ("call", "listen", "run", "fork")] == [errno.EPERM] * 4
    assert found["write"] == errno.EFBIG
    assert found["memory"] == handing.LIMITS["RLIMIT_AS"]
    assert not {"DATABASE_URL", "GRIDMAP_TEST_SERVER", "PGPASSWORD"} & set(found["names"])


LYING = {
    "columns of different lengths": '{"columns": [[1], [2], []], "made": []}',
    "a column too many": '{"columns": [[1], [2], [3], [4]], "made": []}',
    "columns that are none": '{"columns": ["1", "2", "3"], "made": []}',
    "a kind that nobody knows": '{"columns": [[1], [2], [["os.system", "x"]]], "made": [2]}',
    "no columns": "[]",
    "no JSON": "{",
}


@pytest.mark.parametrize("lie", LYING.values(), ids=LYING)
def test_the_process_is_not_believed(tmp_path, monkeypatch, lie):
    """A process that was taken over can say anything."""
    program = tmp_path / "program.py"
    program.write_text(
        "import struct, sys\n"
        f'for said in (\'{{"header": ["lon", "lat", "note"]}}\', {lie!r}, \'\'):\n'
        "    sys.stdout.buffer.write(struct.pack('<Q', len(said)) + said.encode())\n"
    )
    monkeypatch.setitem(handing.PROGRAMS, handing.Kind.CSV, program)
    path = tmp_path / "a.csv"
    path.write_bytes(point_files.HEAD)
    with pytest.raises(UnreadableFile):
        drained(path)


@pytest.mark.parametrize(
    "said",
    ["", "x", r"\1\0\0\0\0\0\0\0", r"\xff\xff\xff\xff\xff\xff\xff\x7f", r"\3\0\0\0\0\0\0\0{}"],
)
def test_a_process_that_ends_too_early_is_given_up(tmp_path, monkeypatch, said):
    program = tmp_path / "program.py"
    program.write_text(f"import sys\nsys.stdout.buffer.write(b'{said}')\n")
    with (
        confined.pieces(program, tmp_path, {}, {}, 5) as pieces,
        pytest.raises(confined.GaveUp),
    ):
        list(pieces)


def test_a_process_that_says_nothing_is_given_up(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import time\ntime.sleep(60)\n")
    with (
        confined.pieces(program, tmp_path, {}, {}, 0) as pieces,
        pytest.raises(confined.GaveUp),
    ):
        list(pieces)


def test_a_missing_column_is_told_and_the_process_ends(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 200_000)
    with pytest.raises(InvalidInput, match="没有列“lon”"):
        drained(path)
