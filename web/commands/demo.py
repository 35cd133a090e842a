"""`gridmap demo`: the made-up county, with accounts to try every desk."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import click
from sqlalchemy.orm import Session

from geodata import calendar
from geodata.demo import centre_life, loading, nicknames, rounds
from geodata.demo.reports import recent, simulate
from gridmap.accounts import administration as accounts
from gridmap.store import schema
from gridmap.store.session import transaction
from gridmap.terms import PostKind, Role
from web.commands.engines import command_engine
from web.config import home
from web.params import now, today

TRIED: Final = (
    PostKind.GRID_WORKER,
    PostKind.STEWARD,
    PostKind.COMMUNITY_DESK,
    PostKind.TOWNSHIP_DESK,
    PostKind.COUNTY_DESK,
    PostKind.AGENCY_HANDLER,
    PostKind.LEADER_COUNTY,
    PostKind.SECRETARY,
    PostKind.BRANCH_SECRETARY,
)
"""Posts whose holders get an account in the demo county."""
RULED_BY: Final = {
    Role.ADMINISTRATOR: PostKind.COUNTY_DESK,
    Role.AUDITOR: PostKind.LEADER_COUNTY,
    Role.PLANNER: PostKind.AGENCY_HANDLER,
}
"""System roles of the demo county: the first account of a post has it besides."""
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
        made = simulate(lambda: nullcontext(session), recent(now()))
        named = nicknames.tell(session, now())
        centre_life.reported(session)
        rounds.reported(session, now())
    shown = described(logins)
    click.echo(
        f"演示县已载入：楼栋 {counts['building']}，人员 {counts['person']}，岗位 {counts['post']}，"
        f"最近几天的诉求 {made.filed + named}"
    )
    kept = keep(home() / ACCOUNTS_FILE, f"{shown}\n密码：{password}\n")
    click.echo(f"演示账号：{shown}；密码 {password}（也记在 {kept}）")


def make_accounts(session: Session, password: str) -> dict[PostKind, str]:
    """Make accounts for the holders of `TRIED` posts; return one login of each kind."""
    logins = {
        kind: made[0]
        for kind in TRIED
        if (
            made := accounts.make_accounts_for_posts(
                session, [kind], password, day=today(), now=now()
            )
        )
    }
    for role, kind in RULED_BY.items():
        if kind in logins:
            account_id = accounts.account_named(session, logins[kind])
            accounts.set_role(session, account_id, role, granted=True, by=None, now=now())
    return logins


def described(logins: Mapping[PostKind, str]) -> str:
    """Return the accounts to try in one line, with the roles that some have besides."""
    roles = {kind: role.zh for role, kind in RULED_BY.items()}
    return "、".join(
        f"{kind.zh}{f'（兼{roles[kind]}）' if kind in roles else ''} {login}"
        for kind, login in logins.items()
    )


def keep(path: Path, words: str) -> Path:
    """Write words to a file that only its owner reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(words, encoding="utf-8")
    return path
