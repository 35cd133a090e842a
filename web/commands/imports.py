"""`gridmap import`: a map file into the ledger, or only its quality report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Engine
from tqdm import tqdm

from geodata import loading
from geodata.batches import Batch, open_batch
from geodata.loading import Outcome
from geodata.loading.prepared import Options
from geodata.quality import Problem
from geodata.report_files import write_report
from geodata.sources import Layer
from gridmap.errors import GridmapError, InvalidInput
from gridmap.store.session import transaction
from web.commands import imports_osm
from web.commands.engines import command_engine
from web.commands.exports import ALL, read_back
from web.commands.imports_osm import WantedOsm
from web.params import now, today

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS = {
    "features": ("要素", "features"),
    "new": ("新增", "new"),
    "changed": ("变更", "changed"),
    "unchanged": ("未变", "unchanged"),
    "ended": ("终止", "ended"),
    "townships": ("乡镇/街道", "townships"),
    "in_compound": ("归入小区", "in a compound"),
    "in_grid": ("归入网格", "in a grid"),
    "names_added": ("新增别名和曾用名", "other names added"),
    "names_ended": ("终止的别名", "other names ended"),
    "assigned": ("补归网格的楼", "buildings assigned"),
    "errors": ("错误", "errors"),
    "warnings": ("提示", "warnings"),
}
RESULTS = {
    loading.LOADED: ("已导入", "Imported"),
    loading.CHECKED: ("只检查，未导入", "Checked only, nothing imported"),
    loading.REFUSED: ("已拒绝，没有导入任何数据", "Refused, nothing imported"),
}
OSM = "osm"
STEPS = {"read": ("读取", "reading"), "load": ("检查并写入", "checking and writing")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    layer: Layer
    file: Path
    day: date
    crs: str | None
    fields: dict[str, str]
    encoding: str | None
    table: str | None
    repair: bool
    check: bool
    options: Options
    language: str


def read_fields(_context: object, _parameter: object, given: Sequence[str]) -> dict[str, str]:
    """Read `name=COLUMN` options.

    >>> read_fields(None, None, ["code=社区代码"])
    {'code': '社区代码'}
    """
    pairs = [text.partition("=") for text in given]
    for name, sign, column in pairs:
        if not (name and sign and column):
            raise click.BadParameter(f"{name}{sign}{column}: NAME=COLUMN")
    return {name: column for name, _, column in pairs}


@click.command("import")
@click.argument("kind", type=click.Choice([*(layer.value for layer in Layer), OSM, ALL]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--crs", help="坐标系：EPSG:4490、EPSG:4549、gcj02、bd09……以此为准 / wins over the file's"
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    callback=read_fields,
    help="字段=列名，可多次 / NAME=COLUMN, once a field",
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    help="从哪天起有效，默认今天 / valid from this day, today by default",
)
@click.option("--check", is_flag=True, help="只检查，不导入 / only report")
@click.option("--repair", is_flag=True, help="修复无效图形，逐个报告 / mend shapes, tell each")
@click.option(
    "--complete", is_flag=True, help="文件是全部：未列出的从这天终止 / what is not in it ends"
)
@click.option("--encoding", help="Shapefile 的文字编码，如 gb18030 / encoding of its text")
@click.option("--layer", "table", help="GeoPackage 的图层 / layer of a GeoPackage")
@click.option(
    "--layers", help="OSM：roads,water,buildings,addresses,places 中的几种 / some of these"
)
@click.option("--within", help="OSM：county 或 西,南,东,北 / county, or west,south,east,north")
@click.option("--county-name", help="县名（导入社区时）/ the county's name, with communities")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="OUT.csv|json")
@click.option("--show", default=20, show_default=True, help="显示几处问题 / problems shown")
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default=lambda: "en" if os.environ.get("GRIDMAP_LANG", "").startswith("en") else "zh",
    help="输出语言，默认按 GRIDMAP_LANG / language of the output",
)
def import_command(  # noqa: PLR0913 - one argument an option
    kind: str,
    file: Path,
    *,
    crs: str | None,
    fields: dict[str, str],
    first: datetime | None,
    check: bool,
    repair: bool,
    complete: bool,
    encoding: str | None,
    table: str | None,
    layers: str | None,
    within: str | None,
    county_name: str | None,
    report: Path | None,
    show: int,
    lang: str,
) -> None:
    """导入地图文件：全部成功，或什么都不改 / import a map file: all of it, or nothing.

    GeoJSON、GeoPackage、Shapefile（可用 zip 压缩）、OpenStreetMap；all：gridmap export all 写出的全部数据，读进空库。
    再次导入按编码更新，不会重复；文件里没有的保持不变。
    """
    day = first.date() if first else today()
    if kind == ALL:
        read_back(file)
        return
    if kind == OSM:
        outcomes = _run_osm(file, day, layers, within, check=check)
        _finish(outcomes, report, show, lang)
        return
    wanted = Wanted(
        layer=Layer(kind),
        file=file,
        day=day,
        crs=crs,
        fields=fields,
        encoding=encoding,
        table=table,
        repair=repair,
        check=check,
        options=Options(county_name, complete),
        language=lang,
    )
    engine = command_engine()
    try:
        outcome = run(engine, wanted)
    finally:
        engine.dispose()
    _finish([outcome], report, show, lang)


def _run_osm(
    file: Path, day: date, layers: str | None, within: str | None, *, check: bool
) -> list[Outcome]:
    try:
        themes = imports_osm.themes_in(layers)
    except InvalidInput as wrong:
        raise click.BadParameter(wrong.message("en")) from wrong
    engine = command_engine()
    try:
        return imports_osm.run(engine, WantedOsm(file, day, themes, within, check))
    finally:
        engine.dispose()


def _finish(outcomes: list[Outcome], report: Path | None, show: int, lang: str) -> None:
    for outcome in outcomes:
        show_outcome(outcome, show, lang)
    if report is not None:
        write_report([one for outcome in outcomes for one in outcome.problems], report)
    if any(outcome.counts["errors"] for outcome in outcomes):
        sys.exit(1)


def run(engine: Engine, wanted: Wanted) -> Outcome:
    """Import or check a file; what is refused is kept on record, too."""
    try:
        outcome = _attempt(engine, wanted)
    except GridmapError as refusal:
        crs = wanted.crs or ""
        outcome = loading.unread(wanted.layer, wanted.file, crs, wanted.day, refusal)
    if outcome.result != loading.LOADED:
        with transaction(engine) as session:
            loading.keep(session, outcome, now())
    return outcome


def _attempt(engine: Engine, wanted: Wanted) -> Outcome:
    with _bar(wanted) as bar:
        batch = _read(wanted)
        bar.set_description_str(_words(STEPS["load"], wanted.language))
        bar.reset(total=len(batch) * (2 if wanted.layer is Layer.BUILDINGS else 1))
        with transaction(engine) as session:
            if wanted.check:
                return loading.check(session, batch, wanted.day, wanted.options)
            return loading.load(session, batch, wanted.day, now(), wanted.options, bar.update)


def _read(wanted: Wanted) -> Batch:
    return open_batch(
        wanted.layer,
        wanted.file,
        crs=wanted.crs,
        overrides=wanted.fields,
        encoding=wanted.encoding,
        table=wanted.table,
        repair=wanted.repair,
    )


@contextmanager
def _bar(wanted: Wanted) -> Iterator[tqdm[Any]]:
    """Show how far it is, on a terminal."""
    with tqdm(
        desc=_words(STEPS["read"], wanted.language),
        unit=" 行" if wanted.language == "zh" else " rows",
        disable=not sys.stderr.isatty(),
        leave=False,
    ) as bar:
        yield bar


def show_outcome(outcome: Outcome, most: int, language: str) -> None:
    """Print what became of an import: a table of counts, and the first problems."""
    result = _words(RESULTS[outcome.result], language)
    layer = outcome.layer.label(language)
    between = "：" if language == "zh" else ": "
    click.echo(f"{layer} {outcome.file_name}{between}{result} ({outcome.day.isoformat()})")
    for name, words in COUNTS.items():
        if name in outcome.counts:
            click.echo(f"  {outcome.counts[name]:>9,}  {_words(words, language)}")
    for problem in outcome.problems[:most]:
        click.echo(_line(problem, language))
    rest = len(outcome.problems) - most
    if rest > 0:
        zh = f"  ……另有 {rest} 处，用 --report 写出全部"
        en = f"  ... and {rest} more: --report writes them all"
        click.echo(_words((zh, en), language))


def _line(problem: Problem, language: str) -> str:
    where = ""
    if problem.row is not None:
        where = _words((f"第 {problem.row} 个要素 ", f"feature {problem.row} "), language)
    spot = f" ({problem.spot[0]:.6f}, {problem.spot[1]:.6f})" if problem.spot else ""
    severity = problem.severity.label(language)
    return f"  {severity} {where}[{problem.code}] {problem.reason(language)}{spot}"


def _words(pair: tuple[str, str], language: str) -> str:
    return pair[language == "en"]
