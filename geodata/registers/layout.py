"""What a register's sheet says: headers, notes, examples, and the sheet that explains them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from geodata import workbooks
from geodata.workbooks import Fill, Sheet
from gridmap.registers.columns import Column, ColumnType, Register

LANGUAGES: Final = ("zh", "en")
EXAMPLE: Final = {"zh": "例：", "en": "e.g. "}
WIDEST, NARROWEST = 36, 12
LONG_TEXT: Final = 500
"""Texts that may be longer get the widest column."""

_FILLS: Final[Mapping[ColumnType, Fill]] = {
    ColumnType.DAY: Fill.DAY,
    ColumnType.NUMBER: Fill.NUMBER,
}
_HOW: Final[Mapping[ColumnType, tuple[str, str]]] = {
    ColumnType.DAY: ("写成 2026-03-05。", "Write it like 2026-03-05."),
    ColumnType.CHOICE: ("从下拉列表里选。", "Choose from the list."),
    ColumnType.YES_NO: ("填是或否。", "Yes or no."),
}
_NEEDED: Final = ("必填。", "Needed.")
_DERIVED: Final = ("随编码自动显示，导入时不读。", "Shown beside the code; not read back.")
_YES_NO: Final = {"zh": ("是", "否"), "en": ("Yes", "No")}


def columns(register: Register, language: str, *, examples: bool) -> list[workbooks.Column]:
    """Return the columns of a register's sheet.

    Args:
        register: the register.
        language: ``zh`` or ``en``.
        examples: whether a row shows how a filled-in one looks.
    """
    return [
        workbooks.Column(
            title=column.label(language),
            width=_width(column),
            needed=column.required,
            note=note(column, language),
            example=example(column, language) if examples else "",
            fill=None if column.derived else _FILLS.get(column.type, Fill.TEXT),
            choices=choices(column, language),
        )
        for column in register.columns
    ]


def _width(column: Column) -> float:
    if column.longest > LONG_TEXT or column.many:
        return WIDEST
    if column.type in {ColumnType.DAY, ColumnType.NUMBER, ColumnType.YES_NO}:
        return NARROWEST
    return 18


def choices(column: Column, language: str) -> tuple[str, ...]:
    """Return the words of a drop-down; none where anything may be written.

    >>> from gridmap.registers.catalogue import register_named
    >>> choices(register_named("persons").column("party_member"), "zh")
    ('是', '否')
    """
    if column.type is ColumnType.YES_NO:
        return _YES_NO[language]
    return tuple(term.label(language) for term in column.terms)


def note(column: Column, language: str) -> str:
    """Return what to write into a column, as it stands below the header."""
    english = language == "en"
    if column.derived:
        return _DERIVED[english]
    parts = [_NEEDED[english]] if column.required else []
    parts.append(column.explanation(language))
    if column.type in _HOW:
        parts.append(_HOW[column.type][english])
    between = " " if english else ""
    return between.join(part for part in parts if part)


def example(column: Column, language: str) -> str:
    """Return an example that nobody takes for a value; empty where there is none.

    >>> from gridmap.registers.columns import BEGINS
    >>> example(BEGINS, "zh")
    '例：2026-01-01'
    """
    if not column.example or column.derived:
        return ""
    known = next((term for term in column.terms if term.zh == column.example), None)
    return EXAMPLE[language] + (known.label(language) if known else column.example)


def explanation_sheet(register: Register, language: str) -> Sheet:
    """Return the second sheet: what is kept here, every column, how the sheet is read."""
    english = language == "en"
    titles = ("Column", "Kind", "Needed", "What to write") if english else _SHEET_TITLES
    heads = [
        workbooks.Column(title, width) for title, width in zip(titles, (24, 14, 8, 90), strict=True)
    ]
    return Sheet("Notes" if english else "说明", heads, _explained(register, language))


_SHEET_TITLES: Final = ("列", "类型", "必填", "怎么填")
_RULES: Final = (
    (
        "列的先后随意，按表头的名字认；认不出的列会指出来，不读。",
        "Columns may stand in any order: their headers count. Unknown ones are told, not read.",
    ),
    (
        "没有的列保持原样；有这一列而格子空着，就是清空。",
        "What has no column stays as it is; an empty cell in a column empties the value.",
    ),
    (
        "表头下的说明和示例不算数据，可以留着。",
        "Notes and example below the header are no data and may stay.",
    ),
    (
        "改内容的，从选定的那天起生效，以前的照旧留存；填了结束日的，到那天结束。",
        "What differs holds from the chosen day, the past stays; a last day ends the record.",
    ),
    ("以前就写错了的，请在网页上用“更正”。", "What was wrong all along is corrected on its page."),
    (
        "有一处不对，整份都不导入，并指出行和列。",
        "One fault and nothing is taken; row and column are told.",
    ),
    (
        "请存成 xlsx；不要用公式，数字编码请保持文本格式。",
        "Save it as xlsx; no formulas; keep codes as text.",
    ),
)


def _explained(register: Register, language: str) -> Iterator[tuple[str, ...]]:
    english = language == "en"
    yield (register.label(language), "", "", register.explanation(language))
    for column in register.columns:
        needed = _YES_NO[language][not column.required]
        yield (column.label(language), column.type.label(language), needed, _long(column, language))
    for rule in _RULES:
        yield ("", "", "", rule[english])


def _long(column: Column, language: str) -> str:
    words, english = choices(column, language), language == "en"
    parts = [note(column, language)]
    if words:
        parts.append(f"{', '.join(words)}." if english else f"{'、'.join(words)}。")
    if column.private:
        parts.append("Blank outside your area." if english else "管辖范围以外的留空。")
    if shown := example(column, language):
        parts.append(shown)
    return " ".join(part for part in parts if part)
