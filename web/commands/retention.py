"""`gridmap erase`: a reporter asks that nothing of him is kept; the event stays."""

from __future__ import annotations

import click

from gridmap.dispatch import retention
from gridmap.store.session import transaction
from web.commands.engines import command_engine
from web.params import now


@click.command()
@click.argument("number")
@click.option("--reason", required=True, help="谁要求的、为什么 / who asked for it, and why")
def erase(number: str, reason: str) -> None:
    """删除诉求人的电话、邮箱、原话和照片，事件保留 / erase a reporter's data, keep the event."""
    with transaction(command_engine()) as session:
        done = retention.erase(session, number, None, now(), reason)
    click.echo(
        f"诉求 {number} 的个人信息已删除。" if done else f"诉求 {number} 早已删除，没有改动。"
    )
