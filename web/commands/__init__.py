"""The command line: `gridmap`, with a command a task."""

from __future__ import annotations

import os
import sys

import click
from sqlalchemy.exc import OperationalError

from gridmap.errors import GridmapError
from web.commands.accounts import user
from web.commands.climbing import climb
from web.commands.coverage import coverage
from web.commands.database import db
from web.commands.demo import demo
from web.commands.exports import export
from web.commands.imports import import_command
from web.commands.locating import locate
from web.commands.plans import plan
from web.commands.registers import register
from web.commands.retention import erase
from web.commands.serving import serve
from web.commands.undoing import undo
from web.commands.volunteers import volunteers
from web.commands.working import work


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gridmap")
def cli() -> None:
    """网格地图：一条命令一件事 / gridmap: one command a task."""


for command in (
    db,
    demo,
    import_command,
    export,
    locate,
    coverage,
    register,
    plan,
    user,
    climb,
    undo,
    erase,
    serve,
    volunteers,
    work,
):
    cli.add_command(command)


def reader_language() -> str:
    """Return the language of the command line: GRIDMAP_LANG, Chinese if unset."""
    return "en" if os.environ.get("GRIDMAP_LANG", "zh").startswith("en") else "zh"


def main() -> None:
    """Run the command line; a refusal is one sentence on stderr and exit code 1."""
    language = reader_language()
    try:
        cli()
    except GridmapError as refusal:
        click.echo(f"{refusal.message(language)} {refusal.hint(language)}".strip(), err=True)
        sys.exit(1)
    except OperationalError as failure:
        sentence = {"zh": "数据库连不上：", "en": "The database does not answer: "}[language]
        click.echo(f"{sentence}{str(failure.orig).splitlines()[0]}", err=True)
        sys.exit(1)
