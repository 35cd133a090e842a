"""`gridmap user`: accounts of people in the ledger."""

from __future__ import annotations

import click

from gridmap.accounts import administration
from gridmap.accounts.roster import NewAccount
from gridmap.store.session import transaction
from gridmap.terms import Role
from web.commands.engines import command_engine
from web.params import now


@click.group()
def user() -> None:
    """账号 / accounts."""


@user.command()
@click.argument("login")
@click.argument("person_code")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]))
@click.password_option()
def create(login: str, person_code: str, roles: tuple[str, ...], password: str) -> None:
    """给花名册里的人建账号 / make an account for PERSON_CODE of the roster."""
    with transaction(command_engine()) as session:
        person_id = administration.person_coded(session, person_code)
        granted = tuple(Role(role) for role in roles)
        fresh = NewAccount(login, password, person_id, granted)
        administration.create_account(session, fresh, now=now())
    click.echo(f"账号 {login} 已建立。")


@user.command()
@click.argument("login")
@click.password_option()
def password(login: str, password: str) -> None:
    """重设密码 / set a new password; ends the account's sessions."""
    with transaction(command_engine()) as session:
        administration.set_password(session, login, password, now())
    click.echo(f"账号 {login} 的密码已重设。")


@user.command()
@click.argument("login")
def unlock(login: str) -> None:
    """解除锁定 / let an account try again at once."""
    with transaction(command_engine()) as session:
        account_id = administration.account_named(session, login)
        administration.unlock(session, account_id, by=None, now=now())
    click.echo(f"账号 {login} 已解除锁定。")


@user.command("reset-factor")
@click.argument("login")
def reset_factor(login: str) -> None:
    """手机丢了：重置二次验证 / the phone is lost: take the second factor away."""
    with transaction(command_engine()) as session:
        account_id = administration.account_named(session, login)
        administration.reset_second_factor(session, account_id, by=None, now=now())
    click.echo(f"账号 {login} 的二次验证已重置，下次登录时重新绑定。")
