"""`gridmap locate`: a file of points gets its grids and buildings."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from geodata.point_tables import (
    PointColumns,
    Way,
    dask_engine,
    locate_table,
    plain_engine,
)
from gridmap.geolocation.wording.places import Fault
from gridmap.store.session import transaction
from web import present
from web.commands.engines import command_engine
from web.params import today

_WORDS: Final = {
    "bad_coordinates": ("坐标无法读取", "the coordinates cannot be read"),
    "bad_accuracy": ("定位精度无法读取", "the accuracy cannot be read"),
    "bad_source": ("不认识位置来源", "the source of the position is not known"),
}
_FAULTS: Final = {fault.value: fault for fault in Fault}


def words(code: str) -> str:
    """Return a fault in the words of the command line's reader."""
    from web.commands import reader_language  # noqa: PLC0415 - this module is part of it

    language = reader_language()
    if code in _FAULTS:
        return _FAULTS[code].label(language)
    zh, en = _WORDS.get(code) or present.FAULTS.get(code, (code, code))
    return en if language == "en" else zh


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--crs", required=True, help="坐标系：wgs84、cgcs2000、gcj02、bd09、EPSG:n")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="结果文件：.csv、.parquet、.geojson、.xlsx",
)
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天的网格，默认今天 / as of which day"
)
@click.option("--lon", help="经度（或东坐标）列名，默认 lon；有几何列的文件默认用几何 / longitude")
@click.option("--lat", help="纬度（或北坐标）列名，默认 lat / latitude")
@click.option("--accuracy", help="定位精度列名，单位米（95% 误差圆半径） / accuracy in metres")
@click.option("--source", help="位置来源列名：pin、gps、search / who set the point")
@click.option("--text", help="位置描述列名；没有坐标的行按文字定位 / what was written of where")
@click.option(
    "--engine",
    type=click.Choice(["plain", "dask"]),
    default="plain",
    show_default=True,
    help="本机计算，或分给 dask 集群 / here, or on a dask cluster",
)
@click.option("--scheduler", help="已运行的 dask 集群地址，如 tcp://host:8786，默认在本机临时启动")
@click.option("--workers", type=click.IntRange(1), help="本机 dask 进程数，默认等于处理器数")
def locate(
    file: Path,
    crs: str,
    output: Path,
    day: datetime | None,
    scheduler: str | None,
    workers: int | None,
    **options: str | None,
) -> None:
    """给点位文件补上网格、社区、小区、楼栋 / add grid and building to a file of points.

    可读 CSV、Parquet（含 GeoParquet）、GeoJSON、xlsx；行数和顺序不变，读不出坐标的行照样保留并说明原因。
    """
    chosen = options.pop("engine")
    engine = dask_engine(scheduler, workers) if chosen == "dask" else plain_engine()
    with (
        transaction(command_engine()) as session,
        tqdm(unit=" 行", unit_scale=True, disable=not sys.stderr.isatty()) as bar,
    ):
        _stand_still(session)
        rows = locate_table(
            session,
            file,
            output,
            PointColumns(crs, **options),
            day.date() if day else today(),
            Way(engine, words, bar.update),
        )
    click.echo(f"{rows} 行写入 {output}")


def _stand_still(session: Session) -> None:
    """See one state of the data from the first row to the last."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
