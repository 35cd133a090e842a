"""`gridmap undo`: an import is rolled back as a whole, whatever it was of; what can be is listed with its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import click
from sqlalchemy.orm import Session

from geodata import workbook_imports, workbook_undoing
from geodata.intake import history
from gridmap.store.session import transaction
from gridmap.timespan import LOCAL_ZONE
from gridmap.volunteering import importing
from web.commands.engines import command_engine
from web.commands.operating import OPERATOR, command_language
from web.params import now

LISTED: Final = 20
_KINDS: Final = {
    "map": ("地图文件", "map files"),
    "workbook": (
        "台账、地名、名册、签到、党费、放假安排的表格（30 天内）",
        "tables and workbooks (30 days)",
    ),
    "hours": ("平台时长的工作簿", "workbooks of hours"),
}
_STATES: Final = {True: ("已撤销", "rolled back"), False: ("", "")}
_NUMBER: Final = click.IntRange(1, 2**31 - 1)


@click.group()
def undo() -> None:
    """撤销一次导入：全部恢复原样，或什么都不改 / roll an import back: all of it, or nothing."""


@undo.command("list")
def list_command() -> None:
    """最近的导入和编号 / the last imports with their numbers."""
    reader = command_language()
    with transaction(command_engine()) as session:
        found = {"map": [*_maps(session, reader)], "workbook": [*_books(session, reader)],
                 "hours": [*_hours(session)]}  # fmt: skip
    for kind, lines in found.items():
        click.echo(f"{_words(_KINDS[kind], reader)}  gridmap undo {kind} N")
        _print(lines, reader)


Line = tuple[int, datetime, str, bool]
"""Number, when, which file, and whether it was rolled back."""


def _maps(session: Session, reader: str) -> Iterator[Line]:
    for one in history.listed(session)[:LISTED]:
        said = f"{one.layer.label(reader)} {one.file_name}"
        yield one.number, one.at, said, one.undone_at is not None


def _books(session: Session, reader: str) -> Iterator[Line]:
    for one in workbook_imports.every(session, now(), LISTED):
        of = workbook_undoing.label(one.kind, one.subject, reader)
        yield one.number, one.at, f"{of} {one.file_name}", one.undone


def _hours(session: Session) -> Iterator[Line]:
    for one in importing.latest(session):
        yield one.id, one.at, one.file_name, one.undone_at is not None


def _print(lines: Sequence[Line], reader: str) -> None:
    if not lines:
        click.echo(_words(("      （没有）", "      (none)"), reader))
    for number, at, said, undone in lines:
        when = at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{number:>7}  {when}  {said}  {_words(_STATES[undone], reader)}".rstrip())


@undo.command("map")
@click.argument("number", type=_NUMBER)
def map_command(number: int) -> None:
    """撤销一次地图文件的导入 / roll the import of a map file back."""
    with transaction(command_engine()) as session:
        history.undo(session, number, now(), account_id=None)
    _done(number)


@undo.command("workbook")
@click.argument("number", type=_NUMBER)
def workbook_command(number: int) -> None:
    """撤销一次工作簿的导入 / roll a workbook back."""
    with transaction(command_engine()) as session:
        workbook_undoing.undo(session, OPERATOR, number, now())
    _done(number)


@undo.command("hours")
@click.argument("number", type=_NUMBER)
def hours_command(number: int) -> None:
    """撤销一次平台时长的导入 / roll a workbook of hours back."""
    with transaction(command_engine()) as session:
        importing.undo(session, number, None, now())
    _done(number)


def _done(number: int) -> None:
    told = (
        f"导入 {number} 已撤销，改过的全部恢复原样。",
        f"Import {number} was rolled back; all is as it was.",
    )
    click.echo(_words(told, command_language()))


def _words(pair: tuple[str, str], reader: str) -> str:
    return pair[reader == "en"]
