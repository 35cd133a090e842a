"""The lines of a workbook that has named columns: each as values, with what is wrong beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from geodata.books import Row
from geodata.registers import opening
from geodata.registers.sheet_cells import text_of, value_in
from gridmap.errors import InvalidInput, RefusedRows, RowFault
from gridmap.registers.cells import Unfit, Value
from gridmap.registers.columns import Column
from gridmap.volunteering.books import Row as Kept

Titles = dict[str, int]
"""Words of the first line, and where they stand."""
Line = tuple[int, dict[str, Value], list[RowFault]]
"""Number in the sheet, values by key of the column, faults."""


def lines(
    path: Path, columns: Sequence[Column], places_of: Callable[[Titles], dict[str, int]], most: int
) -> Iterator[Line]:
    """Yield the lines of a workbook's first sheet; blank ones are passed over.

    Args:
        path: the workbook.
        columns: what its cells hold; derived ones are not read.
        places_of: where each column stands, by key; refuses a header that lacks one.
        most: lines at once.

    Raises:
        InvalidInput: the header lacks a column, or there are too many lines.
        TooLarge, UnreadableFile: see `geodata.registers.opening`.
    """
    sheet = opening.sheets(path)[0]
    places = places_of({text_of(cell): cell.column - 1 for cell in sheet.row(1)})
    for row in sheet.rows:
        if row.number == 1:
            continue
        if row.number > most + 1:
            raise InvalidInput(
                reason_zh=f"一次最多 {most} 行。",
                reason_en=f"At most {most} lines at once.",
                field="file",
            )
        yield row.number, *_values(row, columns, places)


def kept(path: Path, columns: Sequence[Column], needed: Collection[str], most: int) -> list[Kept]:
    """Return the lines of a workbook whose header names columns in Chinese or English; blank ones are passed over.

    Args:
        path: the workbook.
        columns: what its cells hold; the header may lack some.
        needed: keys of those that it may not lack.
        most: lines at once.

    Raises:
        RefusedRows: cells that cannot be read, by line.
        InvalidInput, TooLarge, UnreadableFile: it is no such workbook; see `lines`.
    """
    found: list[Kept] = []
    faults: list[RowFault] = []

    def places(titles: Titles) -> dict[str, int]:
        at = {
            one.key: titles[label]
            for one in columns
            for label in (one.zh, one.en)
            if label in titles
        }
        missing = [one for one in columns if one.key in needed and one.key not in at]
        if missing:
            raise lacking([one.zh for one in missing], [one.en for one in missing])
        return at

    for number, values, wrong in lines(path, columns, places, most):
        faults += wrong
        if not wrong:
            found.append(Kept(number, values))
    if faults:
        raise RefusedRows(faults)
    return found


def lacking(zh: Sequence[str], en: Sequence[str]) -> InvalidInput:
    """Return the refusal of a header."""
    return InvalidInput(
        reason_zh=f"第一行缺少这些列：{'、'.join(zh)}。请用导出的表格或模板。",
        reason_en=f"The first line lacks these columns: {', '.join(en)}. Use an exported table or the template.",
        field="file",
    )


def _values(
    row: Row, columns: Sequence[Column], places: dict[str, int]
) -> tuple[dict[str, Value], list[RowFault]]:
    values: dict[str, Value] = {}
    faults: list[RowFault] = []
    for column in columns:
        at = places.get(column.key)
        if at is None or column.derived:
            continue
        try:
            values[column.key] = value_in(column, row.at(at))
        except Unfit as unfit:
            faults.append(
                RowFault(row.number, f"{column.zh}：{unfit.zh}", f"{column.en}: {unfit.en}")
            )
            continue
        if column.required and values[column.key] is None:
            faults.append(
                RowFault(row.number, f"{column.zh}：不能为空。", f"{column.en}: cannot be empty.")
            )
    return values, faults
