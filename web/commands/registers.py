"""`gridmap register`: registers (台账) out as workbooks, filled-in workbooks in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click
from sqlalchemy.orm import Session

from geodata.registers import making, service
from geodata.registers.comparing import Fate
from geodata.registers.service import Preview, Wanted
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Fault, RefusedChanges
from gridmap.registers.columns import Register
from gridmap.store.session import transaction
from web.commands.engines import command_engine
from web.commands.operating import OPERATOR, command_language
from web.params import now, today

ALL: Final = "all"
SHOWN: Final = 20
"""Faults that are printed."""

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def register() -> None:
    """台账的 Excel 导出和导入 / registers as workbooks, out and in."""


@register.command("export")
@click.argument("key", metavar="REGISTER|all", type=click.Choice([*REGISTERS, ALL]))
@click.option("--day", type=_DAY, help="哪一天，默认今天 / as of which day")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="文件名；不写则用默认名 / file name",
)
@click.option("--template", is_flag=True, help="空白模板 / an empty one to fill in")
def export(key: str, day: datetime | None, output: Path | None, *, template: bool) -> None:
    """导出台账（all：全部，一个台账一张表）/ a register, or all of them, as a workbook."""
    on, reader = day.date() if day else today(), command_language()
    if template:
        if key == ALL:
            raise click.UsageError("模板一次一个台账 / one template at a time")
        content = making.template(REGISTERS[key], reader)
    else:
        with transaction(command_engine()) as session:
            content = _exported(session, key, on, reader)
    path = output or Path(f"{key}-{'template' if template else on.isoformat()}.xlsx")
    path.write_bytes(content)
    size = f"{len(content) / 1024:.0f} KB"
    click.echo({"zh": f"已写入 {path}（{size}）", "en": f"Written: {path} ({size})"}[reader])


def _exported(session: Session, key: str, day: date, reader: str) -> bytes:
    if key == ALL:
        return service.export_all(session, OPERATOR, [*REGISTERS.values()], day, reader, now())
    return service.export(session, OPERATOR, REGISTERS[key], day, reader, now())


@register.command("import")
@click.argument("key", metavar="REGISTER", type=click.Choice([*REGISTERS]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "first", type=_DAY, help="从哪天起生效，默认今天 / from which day on")
@click.option(
    "--complete", is_flag=True, help="文件是全部：不在文件里的从这天结束 / what is not in it ends"
)
@click.option("--check", is_flag=True, help="只看会变什么 / only tell what would change")
def import_command(
    key: str, file: Path, first: datetime | None, *, complete: bool, check: bool
) -> None:
    """导入台账：全部成功，或什么都不改 / take a filled-in workbook: all of it, or nothing."""
    known, moment = REGISTERS[key], now()
    wanted = Wanted(known, first.date() if first else today(), complete)

    def checked(session: Session) -> Preview:
        return service.preview(session, OPERATOR, file, wanted, moment)

    def taken(session: Session) -> Preview:
        return service.take(session, OPERATOR, file, wanted, None, moment)[0]

    try:
        with transaction(command_engine()) as session:
            work: Callable[[Session], Preview] = checked if check else taken
            made = work(session)
    except RefusedChanges as refusal:
        _fail(known, refusal.faults)
    if made.faults:
        _fail(known, made.faults)
    _tell(made, check=check)


def _tell(made: Preview, *, check: bool) -> None:
    reader = command_language()
    result = {"zh": ("已导入", "只检查，未导入"), "en": ("Taken", "Checked only, nothing taken")}
    between = "：" if reader == "zh" else ": "
    counts = "  ".join(f"{fate.label(reader)} {made.counts[fate]}" for fate in Fate)
    click.echo(f"{result[reader][check]}{between}{counts}")
    if made.unknown:
        words = {"zh": "没有读的列：", "en": "Columns not read: "}[reader]
        click.echo(words + "、".join(made.unknown))


def _fail(register_: Register, faults: tuple[Fault, ...]) -> None:
    """Print the first faults by row and column, and leave with 1."""
    reader = command_language()
    head = {"zh": "有 {n} 处不对，没有导入：", "en": "{n} faults, nothing was taken:"}[reader]
    click.echo(head.format(n=len(faults)), err=True)
    for fault in faults[:SHOWN]:
        column = register_.column(fault.column) if fault.column else None
        click.echo(f"  {_place(fault, reader)}{column.label(reader) if column else ''} "
                   f"{fault.message(reader)}", err=True)  # fmt: skip
    sys.exit(1)


def _place(fault: Fault, reader: str) -> str:
    if fault.row < 0:
        return {"zh": "不在文件里的记录 ", "en": "record not in the file "}[reader]
    return {"zh": f"第 {fault.row} 行 ", "en": f"row {fault.row} "}[reader]
