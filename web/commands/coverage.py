"""`gridmap coverage`: who is missing where on a day, on the screen or as a file to hand out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from geodata.handouts import county, files
from geodata.handouts.words import said
from gridmap.store.session import transaction
from web.api import coverage_answers
from web.commands.engines import command_engine
from web.config import home
from web.pages.coverage_standalone import standalone
from web.params import today

FORMATS = ("json", "xlsx", "html", "pdf", "docx")


@click.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天，默认今天 / as of which day")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="写成文件：数据、问题清单、单文件地图、季度报告（中文）/ data, findings, map, report (in Chinese)",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="文件名；不写则用默认名（json 写到屏幕）/ file; json goes to the screen without it",
)
@click.option("--language", type=click.Choice(("zh", "en")), help="语言，默认 GRIDMAP_LANG")
def coverage(
    day: datetime | None, kind: str | None, output: Path | None, language: str | None
) -> None:
    """某一天各社区缺什么，或导出文件 / what is missing where on a day, or files of it."""
    on, reader = day.date() if day else today(), language or _usual_language()
    if output is not None and kind is None:
        kind = _kind_of(output)
    with transaction(command_engine()) as session:
        if kind is None:
            for line in _lines(session, on, reader):
                click.echo(line)
            return
        content = _content(session, kind, on, reader)
    if kind == "json" and output is None:
        click.echo(content.decode())
        return
    path = output or Path(files.file_name(kind, on, reader))
    path.write_bytes(content)
    size = f"{len(content) / 1024:.0f} KB"
    click.echo({"zh": f"已写入 {path}（{size}）", "en": f"Written: {path} ({size})"}[reader])


def _usual_language() -> str:
    return "en" if os.environ.get("GRIDMAP_LANG", "zh").startswith("en") else "zh"


def _kind_of(output: Path) -> str:
    kind = output.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise click.UsageError(
            f"--format 或文件扩展名须是 {'、'.join(FORMATS)} / give --format or one of these endings"
        )
    return kind


def _lines(session: Session, day: date, language: str) -> Iterator[str]:
    """Say what is missing, a line a community that lacks something."""
    sheet = county.on_day(session, day)
    audit, labels = sheet.audit, {check.key: check.label.fill(language) for check in sheet.checks}
    yield f"{said('title', language, county=sheet.county)} · {said('as_of', language, day=day)}"
    yield said(
        "totals",
        language,
        communities=str(len(audit.communities)),
        complete=str(audit.complete),
        missing=str(audit.missing),
    )
    for one in sheet.ranked:
        lacking = [
            labels[key] for key, held in one.held.items() if not held and key in one.required
        ]
        if lacking:
            count = said("missing_n", language, n=str(one.missing))
            yield f"{one.name}  {count}  {' · '.join(lacking)}"


def _content(session: Session, kind: str, day: date, language: str) -> bytes:
    fonts = home() / "fonts"
    match kind:
        case "json":
            answer = coverage_answers.audit(county.on_day(session, day).audit, language, None)
            return json.dumps(answer, ensure_ascii=False, indent=1).encode()
        case "xlsx":
            return files.workbook(session, day, language)
        case "html":
            return standalone(county.through_quarters(session, day), language).encode()
        case "pdf":
            return files.report_pdf(session, day, fonts)
        case _:
            return files.report_docx(session, day, fonts)
