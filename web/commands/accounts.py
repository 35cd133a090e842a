"""`gridmap user`: accounts of people in the ledger."""

from __future__ import annotations

import click

from gridmap.accounts import service
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
        person_id = service.person_coded(session, person_code)
        granted = [Role(role) for role in roles]
        service.create_account(session, login, password, person_id, granted, now=now())
    click.echo(f"账号 {login} 已建立。")


@user.command()
@click.argument("login")
@click.password_option()
def password(login: str, password: str) -> None:
    """重设密码 / set a new password; ends the account's sessions."""
    with transaction(command_engine()) as session:
        service.set_password(session, login, password, now())
    click.echo(f"账号 {login} 的密码已重设。")
