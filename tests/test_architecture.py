"""The house rules that no linter knows: sizes, who commits, who has an access rule."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for room in ("gridmap", "geodata", "web", "scripts")
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts
)
MOST_LINES_A_FILE = 400
MOST_LINES_A_FUNCTION = 60
COMMITTERS = {"gridmap/store/session.py", "gridmap/store/schema.py"}


def name(path):
    return path.relative_to(ROOT).as_posix()


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_stay_small(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES_A_FILE
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions(path)}
    assert {n: size for n, size in long.items() if size > MOST_LINES_A_FUNCTION} == {}


def test_ninety_per_cent_of_functions_are_at_most_25_lines():
    sizes = sorted(f.end_lineno - f.lineno + 1 for path in SOURCES for f in functions(path))
    assert sizes[int(len(sizes) * 0.9)] <= 25


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_the_session_seam_commits(path):
    if name(path) in COMMITTERS:
        return
    calls = re.findall(
        r"\b(?:session|connection|db)\.(?:commit|rollback|begin)\(", path.read_text()
    )
    assert calls == []


def test_sql_stands_only_in_queries_and_the_loading_of_files():
    allowed = re.compile(r"queries\.py|/queries/|geodata/|store/|scripts/benchmarks/")
    text_calls = [
        name(path)
        for path in SOURCES
        if re.search(r"from sqlalchemy import .*\btext\b|exec_driver_sql", path.read_text())
        and not allowed.search(name(path))
        and "tables" not in path.name
        and "ledger" not in path.parts
    ]
    assert text_calls == []


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "common", "manager", "main", "misc"}
    assert [name(path) for path in SOURCES if path.stem in drawers] == []


def test_no_text_of_people_goes_through_folium():
    users = [
        name(p)
        for p in SOURCES
        if re.search(r"^(?:import|from) folium", p.read_text(), re.MULTILINE)
    ]
    assert users == ["web/pages/folium_map.py"]


def test_nothing_is_taken_from_outside():
    outside = re.compile(
        r"(?:src|href)=[\"']?(?:https?:)?//|@import +url\(|https?://(?:cdn|unpkg|fonts\.)"
    )
    pages = [
        *(ROOT / "web/templates").rglob("*.html"),
        *(ROOT / "web/static/js").rglob("*.js"),
        *(ROOT / "web/static/css").rglob("*.css"),
    ]
    assert pages
    assert [name(p) for p in pages if outside.search(p.read_text(encoding="utf-8"))] == []
