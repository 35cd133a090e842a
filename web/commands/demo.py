"""`gridmap demo`: the made-up county, with accounts to try every desk."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

import click
from sqlalchemy.orm import Session

from geodata import calendar
from geodata.demo import loading
from gridmap.accounts import administration as accounts
from gridmap.store import schema
from gridmap.store.session import transaction
from gridmap.terms import PostKind
from web.commands.engines import command_engine
from web.config import home
from web.params import now, today

TRIED: Final = (
    PostKind.GRID_WORKER,
    PostKind.STEWARD,
    PostKind.COMMUNITY_DESK,
    PostKind.TOWNSHIP_DESK,
    PostKind.COUNTY_DESK,
)
"""Posts whose holders get an account in the demo county."""
ACCOUNTS_FILE: Final = "demo_accounts.txt"


@click.group()
def demo() -> None:
    """演示县 / the demo county."""


@demo.command()
@click.option(
    "--if-empty", is_flag=True, help="已有数据时安静跳过 / do nothing where there is data"
)
def load(*, if_empty: bool) -> None:
    """把演示县载入空数据库 / load the demo county into an empty database."""
    with transaction(command_engine()) as session:
        if if_empty and not loading.is_empty(session):
            return
        counts = loading.load(session, today())
        calendar.load_where_missing(session, now())
        schema.refresh_statistics(session)
        password = secrets.token_urlsafe(9)
        logins = make_accounts(session, password)
    shown = "、".join(f"{kind.zh} {login}" for kind, login in logins.items())
    click.echo(
        f"演示县已载入：楼栋 {counts['building']}，人员 {counts['person']}，岗位 {counts['post']}"
    )
    kept = keep(home() / ACCOUNTS_FILE, f"{shown}\n密码：{password}\n")
    click.echo(f"演示账号：{shown}；密码 {password}（也记在 {kept}）")


def make_accounts(session: Session, password: str) -> dict[PostKind, str]:
    """Make accounts for the holders of `TRIED` posts; return one login of each kind."""
    return {
        kind: made[0]
        for kind in TRIED
        if (
            made := accounts.make_accounts_for_posts(
                session, [kind], password, day=today(), now=now()
            )
        )
    }


def keep(path: Path, words: str) -> Path:
    """Write words to a file that only its owner reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(words, encoding="utf-8")
    return path
