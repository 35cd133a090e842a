"""`gridmap volunteers`: stars of a year, and a volunteer who asks to be forgotten."""

from __future__ import annotations

import click

from gridmap.errors import NotFound
from gridmap.store.session import transaction
from gridmap.volunteering import rating, service
from web.commands.engines import command_engine
from web.params import now, today


@click.group()
def volunteers() -> None:
    """志愿服务：年度评星、注销 / voluntary service: the stars of a year, erasure."""


@volunteers.command()
@click.argument("year", type=click.IntRange(rating.FIRST_YEAR, 2200))
def rate(year: int) -> None:
    """评定一年的星级，只评一次 / give out the stars of a year, once."""
    with transaction(command_engine()) as session:
        rated = rating.rate_year(session, year, now())
        spread = next(one.spread for one in rating.rated_years(session) if one.year == year)
    told = "，".join(f"{stars} 星 {count} 人" for stars, count in sorted(spread.items()))
    click.echo(f"{year} 年度已评定 {rated} 人：{told}")


@volunteers.command()
@click.argument("code")
def erase(code: str) -> None:
    """删除一位志愿者的姓名和手机号，时长保留 / erase who a volunteer was, keep the hours."""
    with transaction(command_engine()) as session:
        found = service.find(session, code, today())
        if found is None:
            raise NotFound(what_zh="这位志愿者", what_en="This volunteer")
        service.erase(session, found.id, now())
    click.echo(f"{found.code} 的姓名和手机号已删除，时长保留。")
