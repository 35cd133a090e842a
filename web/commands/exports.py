"""`gridmap export`: a collection of a day as a file, or everything at once."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from geodata.exports import whole
from geodata.exports.formats import FORMATS, WGS84, format_of
from geodata.exports.frames import frame_of
from gridmap.errors import InvalidInput
from gridmap.geometry.crs import parse
from gridmap.publishing.collections import BY_NAME
from gridmap.store.session import transaction
from web.commands.engines import command_engine
from web.params import now, today

ALL: Final = "all"


@click.command()
@click.argument("what", metavar="COLLECTION|all", type=click.Choice([*BY_NAME, ALL]))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="文件名 / file name",
)
@click.option(
    "--format", "key", type=click.Choice(list(FORMATS)), help="格式，默认看文件名 / format"
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天，默认今天 / as of which day")
@click.option(
    "--crs",
    default="wgs84",
    help="坐标系：wgs84、cgcs2000 或 EPSG:n（GeoPackage、Shapefile）/ coordinate system",
)
def export(what: str, output: Path, key: str | None, day: datetime | None, crs: str) -> None:
    """导出一个图层，或全部数据（all：GeoPackage，可用 gridmap import all 读回）/ a layer, or everything, as a file."""
    on, system = day.date() if day else today(), parse(crs)
    engine = command_engine().execution_options(isolation_level="REPEATABLE READ")
    if what == ALL and system != WGS84:
        raise InvalidInput(
            field="crs",
            reason_zh="全部数据总是 WGS 84，读回时才能一致；--crs 只用于单个图层。",
            reason_en="Everything is always WGS 84, so that it comes back as it was; --crs is for one layer.",
        )
    if what == ALL:
        with Session(engine) as session, tqdm(unit=" 行", disable=not sys.stderr.isatty()) as bar:
            rows = whole.export_all(
                session, output, on, now(), lambda _table, done: bar.update(done)
            )
        click.echo(
            f"{len(rows)} 张表、{sum(rows.values())} 行写入 {output}（含诉求人电话，请妥善保管）"
        )
        return
    collection, chosen = BY_NAME[what], format_of(output, key)
    with transaction(engine) as session:
        frame = frame_of(session, collection, on)
    beside = output.with_name(f".{output.name}.part{chosen.ending}")
    try:
        chosen.written(frame, collection, beside, system)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"{collection.zh} {len(frame)} 个要素写入 {output}")


def read_back(file: Path) -> None:
    """Read a file of `gridmap export all` into an empty database."""
    with (
        transaction(command_engine()) as session,
        tqdm(unit=" 行", disable=not sys.stderr.isatty()) as bar,
    ):
        rows = whole.import_all(session, file, lambda _table, done: bar.update(done))
    click.echo(
        f"{len(rows)} 张表、{sum(rows.values())} 行已读回；账号要重新设密码（gridmap user password）。"
    )
