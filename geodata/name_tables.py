"""Names as a workbook: out with what they stand for, in again without loss; days and codes stay what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from geodata import workbooks
from geodata.registers import opening
from geodata.registers.sheet_cells import is_blank, text_of, value_in
from geodata.workbooks import Fill, Sheet
from gridmap.errors import InvalidInput
from gridmap.gazetteer.merging import NameRow, RefusedRows, RowFault
from gridmap.gazetteer.names import Listed
from gridmap.registers.cells import Unfit, Value
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
        InvalidInput, TooLarge, UnreadableFile: it is no workbook of names; see `geodata.registers.opening`.
    """
    sheet = opening.sheets(path)[0]
    lines = sheet.iter_rows(max_row=MOST_ROWS + 2)
    places = _places(next(lines, ()))
    found: list[NameRow] = []
    faults: list[RowFault] = []
    for number, cells in enumerate(lines, start=2):
        if all(is_blank(cell) for cell in cells):
            continue
        if number > MOST_ROWS + 1:
            raise InvalidInput(
                reason_zh=f"一次最多 {MOST_ROWS} 行。",
                reason_en=f"At most {MOST_ROWS} lines at once.",
                field="file",
            )
        values, wrong = _values(number, cells, places)
        faults += wrong
        if not wrong:
            found.append(_row(number, values))
    if faults:
        raise RefusedRows(faults)
    return found


def _places(header: Sequence[Any]) -> dict[str, int]:
    titles = {text_of(cell): at for at, cell in enumerate(header)}
    places = {
        column.key: titles[label]
        for column in COLUMNS
        for label in (column.zh, column.en)
        if label in titles
    }
    missing = [column.zh for column in COLUMNS if column.required and column.key not in places]
    if missing:
        raise InvalidInput(
            reason_zh=f"第一行缺少这些列：{'、'.join(missing)}。请用导出的表格来改。",
            reason_en=f"The first line lacks these columns: {', '.join(missing)}. Use an exported table.",
            field="file",
        )
    return places


def _values(
    number: int, cells: Sequence[Any], places: dict[str, int]
) -> tuple[dict[str, Value], list[RowFault]]:
    values: dict[str, Value] = {}
    faults: list[RowFault] = []
    for column in COLUMNS:
        at = places.get(column.key)
        if at is None or column.derived or at >= len(cells):
            continue
        try:
            values[column.key] = value_in(column, cells[at])
        except Unfit as unfit:
            faults.append(RowFault(number, f"{column.zh}：{unfit.zh}", f"{column.en}: {unfit.en}"))
            continue
        if column.required and values[column.key] is None:
            faults.append(
                RowFault(number, f"{column.zh}：不能为空。", f"{column.en}: cannot be empty.")
            )
    return values, faults


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
