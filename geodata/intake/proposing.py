"""Which column means which field: by its name, else by what its cells look like; always with samples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geodata.columns import Column, proposed
from geodata.sources import Source
from geodata.vector_files import VectorLayer

SAMPLES: Final = 3
LOOKED_AT: Final = 200
"""Different cells of a column that are looked at."""
ENOUGH: Final = 0.8
"""Part of the cells that must look like a field's."""
LONGEST_SAMPLE: Final = 40

LABELS: Final[dict[str, tuple[str, str]]] = {
    "code": ("编码", "Code"),
    "name": ("名称", "Name"),
    "township": ("乡镇/街道", "Township"),
    "aliases": ("别名", "Aliases"),
    "short_names": ("简称", "Short names"),
    "former_names": ("曾用名", "Former names"),
    "community_code": ("所属社区编码", "Code of the community"),
    "zones": ("分区", "Zones"),
    "lane_road": ("弄所在的路", "Road of the lane"),
    "lane_number": ("弄号", "Number of the lane"),
    "compound_code": ("所属小区编码", "Code of the compound"),
    "grid_code": ("所属网格编码", "Code of the grid"),
    "kind": ("类型", "Kind"),
    "number": ("楼号", "Building number"),
    "zone": ("分区（期）", "Zone"),
    "road": ("道路", "Road"),
    "house_number": ("门牌号", "House number"),
    "address": ("标准地址", "Standard address"),
    "units": ("单元数", "Units"),
    "floors": ("层数", "Floors"),
    "households": ("户数", "Households"),
    "residents": ("人数", "Residents"),
}
"""What a field is called, in Chinese and English."""

_SHORT: Final[dict[str, frozenset[str]]] = {
    "code": frozenset({"bh", "bm", "dm", "ldbh", "ldbm"}),
    "name": frozenset({"mc", "xqmc", "ldmc", "sqmc", "wgmc"}),
    "number": frozenset({"lh", "ldh", "zh"}),
    "address": frozenset({"dz", "bzdz", "xxdz"}),
    "road": frozenset({"lm", "dlmc", "jlx"}),
    "house_number": frozenset({"mph", "mphm"}),
    "units": frozenset({"dys", "dysl"}),
    "floors": frozenset({"lc", "cs", "zcs", "lcs"}),
    "households": frozenset({"hs", "zhs"}),
    "residents": frozenset({"rs", "rks", "rksl"}),
    "township": frozenset({"xz", "jd", "xzjd"}),
}
"""First letters of pinyin, as survey tables name their columns: proposed, never taken unasked."""

_LOOKS: Final[dict[tuple[str, str], re.Pattern[str]]] = {
    ("communities", "code"): re.compile(r"\d{12}\Z"),
    ("grids", "code"): re.compile(r"\d{15}\Z"),
    ("", "code"): re.compile(r"[A-Za-z]{0,8}[-_]?\d{2,}\Z"),
    ("communities", "name"): re.compile(r".*(社区|村|居委会|村委会)\Z"),
    ("grids", "name"): re.compile(r".*网格\Z"),
    ("compounds", "name"): re.compile(r".*(小区|苑|园|新村|花园|公寓|里|坊|庭|府|城|湾)\Z"),
    ("roads", "name"): re.compile(r".*(路|街|道|巷|弄|大桥|隧道)\Z"),
    ("water", "name"): re.compile(r".*(江|河|湖|浜|塘|港|溪|渠|水库)\Z"),
    ("", "township"): re.compile(r".*(街道|镇|乡)\Z"),
    ("", "community_code"): re.compile(r"\d{12}\Z"),
    ("", "grid_code"): re.compile(r"\d{15}\Z"),
    ("", "number"): re.compile(r"(甲|乙|丙|丁|[A-Za-z])?\d{1,3}(号楼|栋|幢|座|#)\Z"),
    ("", "address"): re.compile(r".*(路|街|道|巷|弄|村).*\d+.*号.*"),
    ("", "road"): re.compile(r"\D*(路|街|大道|巷)\Z"),
    ("", "house_number"): re.compile(r"\d{1,5}(号|弄|弄\d+号)\Z"),
}
"""By layer (empty: any) and field: what all its cells look like."""
UNIQUE: Final = frozenset({"code"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A column of a file, with some of its cells."""

    name: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field of the layer, and the column that seems to mean it.

    Attributes:
        field: its name.
        zh, en: what it is called.
        required: every feature needs a value.
        column: the proposed column; empty for none.
        why: ``name``, ``cells`` or empty.
    """

    field: str
    zh: str
    en: str
    required: bool
    column: str
    why: str


def seen(layer: VectorLayer) -> list[Seen]:
    """Return a file's columns with samples of their cells."""
    return [Seen(column.name, tuple(_samples(column))) for column in layer.columns]


def propose(source: Source, layer: VectorLayer) -> list[Proposal]:
    """Propose a column for every field of a layer.

    Args:
        source: the layer's fields.
        layer: the file's columns.
    """
    by_name = proposed(source, layer.columns, layer.cut_in)
    taken = {name for found in by_name.values() for name in found}
    proposals = []
    for field in source.fields:
        column, why = (by_name[field.name] or [""])[0], "name"
        if not column:
            free = [one for one in layer.columns if one.name not in taken]
            column = _by_letters(field.name, free)
            why = "name" if column else "cells"
            column = column or _by_cells(source.layer.value, field.name, free)
            taken.add(column)
        zh, en = LABELS[field.name]
        proposals.append(
            Proposal(field.name, zh, en, field.required, column, why if column else "")
        )
    return proposals


def _by_letters(field: str, columns: Sequence[Column]) -> str:
    known = _SHORT.get(field, frozenset())
    return next((one.name for one in columns if one.name.lower() in known), "")


def _by_cells(layer: str, field: str, columns: Sequence[Column]) -> str:
    look = _LOOKS.get((layer, field)) or _LOOKS.get(("", field))
    if look is None:
        return ""
    for column in columns:
        if field in UNIQUE and (len(column.cells) < len(column.codes) or -1 in column.codes):
            continue
        cells = [_text(cell) for cell in column.cells[:LOOKED_AT]]
        fitting = sum(look.match(cell) is not None for cell in cells)
        if cells and fitting >= ENOUGH * len(cells):
            return column.name
    return ""


def _samples(column: Column) -> list[str]:
    told = [text for cell in column.cells[:LOOKED_AT] if (text := _text(cell))]
    return [text[:LONGEST_SAMPLE] for text in told[:SAMPLES]]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()
