"""`gridmap locate`: a table of points gets its grids and buildings."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from tqdm import tqdm

from geodata.point_tables import PointColumns, locate_table
from gridmap.store.session import transaction
from web.commands.engines import command_engine
from web.params import today


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--crs", required=True, help="坐标系：wgs84、cgcs2000、gcj02、bd09、EPSG:n")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天的网格，默认今天 / as of which day"
)
@click.option("--lon", default="lon", show_default=True, help="经度（或东坐标）列名")
@click.option("--lat", default="lat", show_default=True, help="纬度（或北坐标）列名")
def locate(file: Path, crs: str, output: Path, day: datetime | None, lon: str, lat: str) -> None:
    """给点位表补上网格、社区、小区、楼栋 / add grid and building to a CSV of points."""
    with (
        transaction(command_engine()) as session,
        tqdm(unit=" 行", disable=not sys.stderr.isatty()) as bar,
    ):
        rows = locate_table(
            session,
            file,
            output,
            PointColumns(crs, lon, lat),
            day.date() if day else today(),
            progress=bar.update,
        )
    click.echo(f"{rows} 行写入 {output}")
