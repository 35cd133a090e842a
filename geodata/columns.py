"""Columns of a file: which field each one means, and what its cells say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.cells import Cell, Unfit
from geodata.quality import Finding, Problem, problem
from geodata.sources import Field, Source
from gridmap.errors import InvalidInput

Values = NDArray[np.object_]
Flags = NDArray[np.bool_]

DBF_NAME_BYTES = 10
"""A Shapefile's column names are cut to so many bytes, in the middle of a character if need be."""

_FILLING = re.compile(r"[\s_\-]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file, each different cell kept once.

    Attributes:
        name: as the file has it.
        codes: for each row the position of its cell in `cells`; -1 for no value.
        cells: the different cells, in the order of their first row.
    """

    name: str
    codes: NDArray[np.int32]
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Fields:
    """What a file says, field by field.

    Attributes:
        values: by field name, one value a row; None where the row says nothing.
        stated: names of the fields that the file has a column for.
        problems: cells that their field cannot take, columns that are missing or not used.
    """

    values: dict[str, Values]
    stated: frozenset[str]
    problems: list[Problem]


def read_fields(
    source: Source,
    columns: Sequence[Column],
    overrides: Mapping[str, str],
    *,
    cut_in: str | None = None,
) -> Fields:
    """Find each field's column by its names and read the cells.

    Args:
        source: the layer's fields.
        columns: all columns of the file, of one length.
        overrides: column name by field name or by one of its synonyms; wins over the names. An empty
            name: the field has no column.
        cut_in: encoding in which the names were cut to `DBF_NAME_BYTES`, for a Shapefile.

    Raises:
        InvalidInput: an override for an unknown field or of a missing column.
    """
    chosen = _chosen(source, columns, overrides, cut_in)
    used = {column.name for found in chosen.values() for column in found}
    problems = _unused(columns, used)
    values: dict[str, Values] = {}
    for field in source.fields:
        found = chosen[field.name]
        if not found:
            if field.required:
                problems.append(_missing(field, columns))
            continue
        values[field.name], unfit = _read(field, found)
        problems.extend(unfit)
        if field.required:
            problems.extend(_without_value(field, values[field.name], unfit))
    return Fields(values, frozenset(values), problems)


def proposed(
    source: Source, columns: Sequence[Column], cut_in: str | None = None
) -> dict[str, list[str]]:
    """Return the columns that mean each field by their names, the first of them most telling."""
    chosen = _chosen(source, columns, {}, cut_in)
    return {name: [column.name for column in found] for name, found in chosen.items()}


def _chosen(
    source: Source, columns: Sequence[Column], overrides: Mapping[str, str], cut_in: str | None
) -> dict[str, list[Column]]:
    by_name = {column.name: column for column in columns}
    wanted = _overrides(source, overrides, by_name)
    by_plain = {_plain(column.name): column for column in reversed(columns)}
    chosen: dict[str, list[Column]] = {}
    for field in source.fields:
        if field.name in wanted:
            name = wanted[field.name]
            chosen[field.name] = [by_name[name]] if name else []
            continue
        names = dict.fromkeys(
            plain for name in field.names for plain in (_plain(name), _cut(name, cut_in))
        )
        found = [by_plain[name] for name in names if name in by_plain]
        chosen[field.name] = found if field.in_turn else found[:1]
    return chosen


def _overrides(
    source: Source, overrides: Mapping[str, str], by_name: Mapping[str, Column]
) -> dict[str, str]:
    fields = {_plain(name): field.name for field in source.fields for name in reversed(field.names)}
    fields |= {_plain(field.name): field.name for field in source.fields}
    wanted = {}
    for given, column in overrides.items():
        field = fields.get(_plain(given))
        if field is None:
            known = "、".join(field.name for field in source.fields)
            raise InvalidInput(
                reason_zh=f"{source.layer.zh}没有“{given}”这个字段，可用：{known}",
                reason_en=f"{source.layer.en} have no field “{given}”; there are: {known}",
                field="field",
            )
        if column and column not in by_name:
            present = "、".join(by_name)
            raise InvalidInput(
                reason_zh=f"文件里没有“{column}”这一列，有：{present}",
                reason_en=f"The file has no column “{column}”; it has: {present}",
                field="field",
            )
        wanted[field] = column
    return wanted


def _plain(name: str) -> str:
    """Return a column name as it is compared.

    >>> _plain("House_Number "), _plain("ＩＤ")
    ('housenumber', 'id')
    """
    return _FILLING.sub("", unicodedata.normalize("NFKC", name).lower())


def _cut(name: str, cut_in: str | None) -> str:
    """Return the plain form of a name as a DBF keeps it.

    >>> _cut("house_number", "utf-8"), _cut("统计用区划代码", "gb18030"), _cut("社区代码", "utf-8")
    ('housenumb', '统计用区划', '社区代')
    """
    if cut_in is None:
        return _plain(name)
    kept = name.encode(cut_in, "ignore")[:DBF_NAME_BYTES]
    return _plain(kept.decode(cut_in, "ignore"))


def _read(field: Field, columns: Sequence[Column]) -> tuple[Values, list[Problem]]:
    values, problems = _read_one(field, columns[0])
    for column in columns[1:]:
        silent = values == None  # noqa: E711 - elementwise
        more, unfit = _read_one(field, column)
        values[silent] = more[silent]
        problems.extend(found for found in unfit if found.row and silent[found.row - 1])
    return values, problems


def _read_one(field: Field, column: Column) -> tuple[Values, list[Problem]]:
    unfit: dict[int, Unfit] = {}

    def value(position: int) -> object:
        try:
            return field.read(column.cells[position])
        except Unfit as refused:
            unfit[position] = refused
            return None

    count = len(column.cells)
    different = np.empty(count + 1, dtype=object)
    different[:count] = np.fromiter((value(at) for at in range(count)), dtype=object, count=count)
    different[count] = field.read(None)  # where the code is -1
    bad = np.flatnonzero(np.isin(column.codes, list(unfit))) if unfit else ()
    problems = [unfit[int(column.codes[row])].problem(int(row) + 1, column.name) for row in bad]
    values: Values = different[column.codes]
    return values, problems


def _missing(field: Field, columns: Sequence[Column]) -> Problem:
    present = "、".join(column.name for column in columns)
    return problem(Finding.MISSING_COLUMN, field=field.name, columns=present)


def _without_value(field: Field, values: Values, unfit: Sequence[Problem]) -> list[Problem]:
    told = {found.row for found in unfit}
    rows = (int(row) + 1 for row in np.flatnonzero(values == None))  # noqa: E711 - elementwise
    return [
        problem(Finding.MISSING_VALUE, row, field=field.name) for row in rows if row not in told
    ]


def _unused(columns: Sequence[Column], used: set[str]) -> list[Problem]:
    names = [column.name for column in columns if column.name not in used]
    return [problem(Finding.IGNORED_COLUMNS, columns="、".join(names))] if names else []
