"""`gridmap db`: the schema and the server it stands on."""

from __future__ import annotations

import click

from geodata import calendar, categories
from gridmap.dispatch import catalogue
from gridmap.store import schema
from gridmap.store.session import transaction
from web.commands.engines import command_engine
from web.params import now, today


@click.group()
def db() -> None:
    """数据库：检查、升级、回退 / the database: check, upgrade, downgrade."""


@db.command()
def check() -> None:
    """检查数据库是否符合要求 / say what the server lacks."""
    schema.check_server(command_engine())
    click.echo("数据库符合要求。")


@db.command()
def upgrade() -> None:
    """升级到最新结构，补上诉求类别和放假安排 / bring schema, categories and calendar to the newest version."""
    engine = command_engine()
    schema.check_server(engine)
    schema.upgrade(engine)
    with transaction(engine) as session:
        if not catalogue.entries_on(session, today()):
            categories.load(session, today())
        calendar.load_where_missing(session, now())


@db.command()
@click.argument("revision")
@click.confirmation_option(prompt="回退会删除新结构里的数据，继续吗？")
def downgrade(revision: str) -> None:
    """回退到某个版本（base 为空库）/ take the schema back to REVISION."""
    schema.downgrade(command_engine(), revision)
