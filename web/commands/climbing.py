"""`gridmap climb`: the sweep, once: for a cron of one's own, or to see what it would do now."""

from __future__ import annotations

import click

from gridmap.dispatch import sweeping
from web.commands.engines import command_engine
from web.params import now
from web.session import transactions_of


@click.command()
def climb() -> None:
    """超时的诉求上转一级、发提醒、移交空岗（可重复执行）/ climb what is overdue, once; safe to run twice."""
    swept = sweeping.sweep(transactions_of(command_engine()), now())
    click.echo(
        f"到期处理 {swept.moved} 件，提醒 {swept.reminded} 件，移交 {swept.handed_over} 件。"
    )
