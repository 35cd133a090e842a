"""Names as a workbook: out with what they stand for, in again without loss; days and codes stay what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from geodata import row_tables, workbooks
from geodata.workbooks import Fill, Sheet
from gridmap.errors import RefusedRows, RowFault
from gridmap.gazetteer.merging import NameRow
from gridmap.gazetteer.names import Listed
from gridmap.registers.columns import Column, ColumnType
from gridmap.terms import Named, NameKind, NameState

MOST_ROWS: Final = 5_000

COLUMNS: Final = (
    Column("entity", "什么地方", "What", ColumnType.CHOICE, required=True, terms=tuple(Named)),
    Column("code", "编码", "Code", ColumnType.CODE, required=True, longest=128),
    Column("title", "正式名称", "Official name", derived=True),
    Column("text", "名字", "Name", required=True, longest=40),
    Column("kind", "类型", "Kind", ColumnType.CHOICE, required=True, terms=tuple(NameKind)),
    Column("state", "状态", "State", ColumnType.CHOICE, required=True, terms=tuple(NameState)),
    Column("begins", "开始日", "Begins", ColumnType.DAY),
    Column("ends", "结束日", "Ends", ColumnType.DAY),
    Column("source", "来源", "Source", derived=True),
)
_WIDTHS: Final = {"code": 20, "title": 24, "text": 22}


def write(names: Iterable[Listed], language: str) -> bytes:
    """Return names as a workbook.

    Args:
        names: what it holds.
        language: ``zh`` or ``en``, for headers and words.
    """
    columns = [
        workbooks.Column(
            column.label(language),
            _WIDTHS.get(column.key, workbooks.DEFAULT_WIDTH),
            needed=column.required,
            fill=None if column.derived else _fill(column),
            choices=tuple(term.label(language) for term in column.terms),
        )
        for column in COLUMNS
    ]
    title = "Names" if language == "en" else "地名库"
    return workbooks.write([Sheet(title, columns, (_cells(one, language) for one in names))])


def _fill(column: Column) -> Fill:
    return Fill.DAY if column.type is ColumnType.DAY else Fill.TEXT


def _cells(one: Listed, language: str) -> Sequence[workbooks.Cell]:
    return (
        one.entity.label(language),
        one.code,
        one.title,
        one.text,
        one.kind.label(language),
        one.state.label(language),
        one.begins,
        one.ends,
        one.source.label(language),
    )


def read(path: Path) -> list[NameRow]:
    """Return the lines of a workbook; blank ones are passed over.

    Raises:
        RefusedRows: cells that cannot be read, by line.
        InvalidInput, TooLarge, UnreadableFile: it is no workbook of names; see `geodata.row_tables`.
    """
    found: list[NameRow] = []
    faults: list[RowFault] = []
    for number, values, wrong in row_tables.lines(path, COLUMNS, _places, MOST_ROWS):
        faults += wrong
        if not wrong:
            found.append(_row(number, values))
    if faults:
        raise RefusedRows(faults)
    return found


def _places(titles: row_tables.Titles) -> dict[str, int]:
    places = {
        column.key: titles[label]
        for column in COLUMNS
        for label in (column.zh, column.en)
        if label in titles
    }
    missing = [column for column in COLUMNS if column.required and column.key not in places]
    if missing:
        raise row_tables.lacking([one.zh for one in missing], [one.en for one in missing])
    return places


def _row(number: int, values: dict[str, Any]) -> NameRow:
    return NameRow(
        number,
        Named(values["entity"]),
        values["code"],
        values["text"],
        NameKind(values["kind"]),
        NameState(values["state"]),
        values.get("begins"),
        values.get("ends"),
    )
