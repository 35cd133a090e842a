"""`gridmap plan`: what the planner's page does, from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from shapely.geometry import mapping
from tqdm import tqdm

from gridmap.redistricting import drafting, proposing, searching
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.search.wishes import Wish
from gridmap.redistricting.searching import Asked, Task
from gridmap.store.session import transaction
from web.commands.engines import command_engine
from web.params import now

SHOWN: Final = (
    ("grids", "网格", "grids"),
    ("least", "最少户", "least"),
    ("most", "最多户", "most"),
    ("worst", "最大偏差", "worst"),
    ("cut_m", "分界米", "cut m"),
    ("polsby_mean", "规整度", "shape"),
    ("split_compounds", "拆分小区", "split"),
    ("small_branches", "不足3名党员", "small"),
    ("households_moved", "变动户", "moved"),
)


@click.group()
def plan() -> None:
    """网格方案 / plans of grids."""


@plan.command()
@click.option("--community", required=True, metavar="CODE", help="社区12位编码 / its 12-digit code")
@click.option("--grids", type=click.IntRange(1, 2000), help="分成几个网格 / how many grids")
@click.option(
    "--households",
    type=(int, int),
    metavar="LO HI",
    help="每个网格的户数范围 / households a grid",
)
@click.option("--seconds", default=8, show_default=True, type=click.IntRange(1, 600))
@click.option(
    "--seed", default=1, show_default=True, help="同一种子得到同一方案 / same seed, same plan"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写出 GeoJSON（每个方案一组网格）/ write all proposals",
)
def propose(
    community: str,
    grids: int | None,
    households: tuple[int, int] | None,
    seconds: int,
    seed: int,
    output: Path | None,
) -> None:
    """让机器提出几种方案 / let the machine propose."""
    if grids is None and households is None:
        raise click.UsageError("--grids 或 --households 至少给一个 / give --grids or --households")
    asked = Asked(Wish(grids=grids, households=households), None, seconds, seed)
    with transaction(command_engine()) as session:
        task = proposing.of_today(session, community, asked, now())
        work = drafting.bench(session, task.at)
    found = _searched(task)
    made = {kind: searching.stored(task, work, rows) for kind, rows in found.items()}
    _show({kind: one["figures"] for kind, one in made.items()})
    if output is not None:
        features = [
            feature for kind, rows in found.items() for feature in _features(task, made, kind, rows)
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        output.write_text(text, encoding="utf-8")
        click.echo(f"{len(features)} 个网格写入 {output}")


def _searched(task: Task) -> dict[str, Assignment]:
    with tqdm(total=100, unit="%", disable=not sys.stderr.isatty()) as bar:

        def heard(done: float, _kind: str, _best: Assignment) -> bool:
            bar.update(int(done * 100) - bar.n)
            return True

        return searching.proposed(task, heard)


def _show(figures: dict[str, dict[str, Any]]) -> None:
    width = 18
    click.echo("".join(["方案".ljust(width - 2), *(zh.rjust(10 - len(zh)) for _, zh, _ in SHOWN)]))
    for kind, values in figures.items():
        cells = [str(values[key]).rjust(10) for key, _, _ in SHOWN]
        click.echo("".join([kind.ljust(width), *cells]))


def _features(
    task: Task, made: dict[str, dict[str, Any]], kind: str, assignment: Assignment
) -> list[dict[str, Any]]:
    terrain = task.at.terrain
    rows = [int(row) for row in np.unique(assignment)]
    shapes = terrain.outlines.polygons(assignment, rows)
    degrees = terrain.in_degrees([shapes[row] for row in rows])
    names = made[kind]["grids"]
    return [
        {
            "type": "Feature",
            "properties": {
                "proposal": kind,
                "grid_code": names[row]["code"],
                "grid_name": names[row]["name"],
            },
            "geometry": mapping(shape),
        }
        for row, shape in zip(rows, degrees, strict=True)
    ]
